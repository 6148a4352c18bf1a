package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const policyCheckLong = `Reads policy files and says what is wrong with them, one line each, in the form
file:line:column: error: message. Names of users and groups are looked up here.`

const policyCheckExample = `  ward policy check ward.yaml`

func newPolicyCheckCommand(c *console) *cobra.Command {
	return &cobra.Command{
		Use:     "check FILE...",
		Short:   "Find the mistakes in a policy file",
		Long:    exits(policyCheckLong, "0  no mistakes; warnings are possible", "2  mistakes, or a file that cannot be read"),
		Example: policyCheckExample,
		Args:    wanted(cobra.MinimumNArgs(1)),
		RunE:    func(cmd *cobra.Command, files []string) error { return runPolicyCheck(cmd.Context(), c, files) },
	}
}

func runPolicyCheck(ctx context.Context, c *console, files []string) error {
	broken := false
	for _, file := range files {
		p, err := app.CheckPolicy(ctx, file)
		var unreadable *app.RequestError
		if errors.As(err, &unreadable) {
			c.fail(err)
			broken = true
			continue
		}
		if err != nil {
			return err
		}
		c.warn(p.Problems)
		if p.Problems.Broken() {
			broken = true
			continue
		}
		fmt.Fprintf(c.out, "%s: no mistakes, %s\n", report.Path(p.File), report.Plural(int64(p.Rules), "rule"))
	}
	if broken {
		return verdict(exitUsage)
	}
	return nil
}
