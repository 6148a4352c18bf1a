package cli

import (
	"context"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const policyExplainLong = `Says for one path which rule of a policy decides which attribute, which rules match
and are overridden, and why the others do not match. FILE may also be the name of a
built-in policy.

Patterns of a policy are relative to the root of the tree. That is the folder of the
policy file if the path lies below it, else the folder of the path; --root names
another.`

const policyExplainExample = `  ward policy explain ward.yaml bin/start.sh
  ward policy explain --root /srv/app /etc/ward/app.yaml /srv/app/etc/x.key
  ward policy explain baseline ~/.ssh/id_ed25519`

func newPolicyExplainCommand(c *console) *cobra.Command {
	var q app.ExplainRequest
	var format string
	cmd := &cobra.Command{
		Use:   "explain FILE PATH",
		Short: "Say which rule decides what of a path",
		Long: exits(policyExplainLong,
			"0  explained, whether or not the path complies",
			"2  a mistake in the command line or the policy",
			"3  the path could not be looked at"),
		Example: policyExplainExample,
		Args:    wanted(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf(cmd, "format", format, "text", "json"); err != nil {
				return err
			}
			q.Policy, q.Path = args[0], args[1]
			return runPolicyExplain(cmd.Context(), c, q, format)
		},
	}
	f := cmd.Flags()
	f.StringVar(&q.Root, "root", "", "root of the tree, a `DIRECTORY`")
	f.StringVarP(&format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	_ = cmd.MarkFlagDirname("root")
	return cmd
}

func runPolicyExplain(ctx context.Context, c *console, q app.ExplainRequest, format string) error {
	x, err := app.Explain(ctx, q)
	switch {
	case err != nil:
		return err
	case format == "json":
		return report.ExplainJSON(c.out, x)
	}
	return report.ExplainText(c.out, x, c.style)
}
