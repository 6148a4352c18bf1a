package cli

import (
	"github.com/spf13/cobra"
)

const policyLong = `A policy is a file, usually ward.yaml, that says what permissions should be. These
commands begin one, find its mistakes, and say which rule decides what.`

const policyExample = `  ward policy init
  ward policy check ward.yaml
  ward policy explain ward.yaml bin/start.sh`

func newPolicyCommand(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "policy",
		Short:   "Begin, check and explain policy files",
		Long:    exits(policyLong, "0  help was shown", "2  no such command"),
		Example: policyExample,
		Args:    noSuchCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPolicyInitCommand(c), newPolicyCheckCommand(c), newPolicyExplainCommand(c), newPolicySchemaCommand(c))
	return cmd
}
