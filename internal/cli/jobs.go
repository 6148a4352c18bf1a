package cli

import (
	"errors"
	"strconv"

	"github.com/spf13/cobra"
)

// jobs is the value of --jobs.
type jobs struct{ n *int }

// mostJobs is far more than any machine has a use for; each has its buffers.
const mostJobs = 1024

var errJobs = errors.New("must be a number of workers, from 1 to 1024")

// jobsFlag adds the option that says how many workers there are.
func jobsFlag(cmd *cobra.Command, n *int) {
	cmd.Flags().VarP(jobs{n}, "jobs", "j", "`N` workers (default: one for each processor)")
}

func (j jobs) String() string {
	if j.n == nil || *j.n == 0 {
		return ""
	}
	return strconv.Itoa(*j.n)
}

func (j jobs) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > mostJobs {
		return errJobs
	}
	*j.n = n
	return nil
}

func (j jobs) Type() string { return "int" }
