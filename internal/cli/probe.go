package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const probeLong = `Finds out what permissions are worth in a directory, by trying: which mode bits
stick, whom new files belong to, whether setgid directories, access lists, default
lists, capabilities and attributes work, whether upper and lower case are different
names, how late a change shows and how long calls take. For network file systems,
FUSE, containers' volumes and memory cards, of which the manual says one thing.

It makes files in a folder of its own (.ward-probe-…) that only you may enter, and
removes it at the end, also when interrupted.

--peer changes nothing: it prints what to run here and on a second client, to see
how late that one sees a change.`

const probeExample = `  ward probe /mnt/share
  sudo ward probe /mnt/share       # also whether root is squashed
  ward probe --peer /mnt/share`

type probeOptions struct {
	q      app.ProbeRequest
	peer   bool
	format string
}

func newProbeCommand(c *console) *cobra.Command {
	var o probeOptions
	cmd := &cobra.Command{
		Use:   "probe DIR",
		Short: "Try out what permissions are really worth in a directory",
		Long: exits(probeLong,
			"0  everything that permissions rely on holds",
			"1  something does not",
			"2  a mistake in the command line",
			"3  nothing could be made there, or something could not be removed"),
		Example: probeExample,
		Args:    wanted(cobra.ExactArgs(1)),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.q.Dir = args[0]
			return runProbe(cmd, c, &o)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&o.q.Patience, "patience", 5*time.Second, "how long a change may take to show: `TIME`, as 10s or 2m")
	f.IntVar(&o.q.Rounds, "rounds", 51, "time each call `N` times")
	f.BoolVar(&o.peer, "peer", false, "print what to run on a second client, and change nothing")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runProbe(cmd *cobra.Command, c *console, o *probeOptions) error {
	if err := o.check(cmd); err != nil {
		return err
	}
	if o.peer {
		return peer(c, o.q.Dir)
	}
	p, left := app.Probe(cmd.Context(), o.q)
	if p == nil {
		return left
	}
	if err := answer(c, o.format, p, report.ProbeText, report.ProbeJSON); err != nil {
		return errors.Join(left, err)
	}
	if left == nil && len(p.Problems) > 0 {
		return verdict(exitFindings)
	}
	return left
}

func (o *probeOptions) check(cmd *cobra.Command) error {
	switch {
	case o.q.Rounds < 1 || o.q.Rounds > 100_000:
		return usage(cmd, fmt.Errorf("--rounds %d: must be 1 to 100000", o.q.Rounds))
	case o.q.Patience <= 0 || o.q.Patience > time.Hour:
		return usage(cmd, fmt.Errorf("--patience %v: must be more than nothing and an hour at most", o.q.Patience))
	case o.peer && o.format != "text":
		return usage(cmd, errors.New("--peer prints text only"))
	}
	return oneOf(cmd, "format", o.format, "text", "json")
}

func peer(c *console, dir string) error {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = &app.RequestError{Problem: dir + " is no directory"}
	}
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return err
	}
	return report.PeerText(c.out, dir)
}
