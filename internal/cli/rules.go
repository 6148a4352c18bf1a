package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const rulesLong = `Lists the rules of the built-in policies, or of those that are named; with an ID,
explains that rule at length: what it looks at, why it matters, what mends it.`

const rulesExample = `  ward rules
  ward rules baseline/private-key-readable
  ward rules -p ward.yaml --format json`

type rulesOptions struct {
	app.RulesRequest
	format string
}

func newRulesCommand(c *console) *cobra.Command {
	var o rulesOptions
	cmd := &cobra.Command{
		Use:               "rules [ID...]",
		Short:             "List the rules, or explain one at length",
		Long:              exits(rulesLong, "0  listed", "2  no such rule or policy, or a policy that does not parse"),
		Example:           rulesExample,
		Args:              wanted(cobra.ArbitraryArgs),
		ValidArgsFunction: completeRules,
		RunE: func(cmd *cobra.Command, ids []string) error {
			o.IDs = ids
			return runRules(cmd, c, o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&o.Policies, "policy", "p", nil, "the rules of this policy `FILE`; repeatable")
	f.StringArrayVar(&o.Packs, "pack", nil, "the rules of the built-in policy `NAME`; repeatable")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	return cmd
}

func runRules(cmd *cobra.Command, c *console, o rulesOptions) error {
	if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
		return err
	}
	lists, err := app.Rules(cmd.Context(), o.RulesRequest)
	switch {
	case err != nil:
		return err
	case o.format == "json":
		return report.RulesJSON(c.out, lists)
	case len(o.IDs) > 0:
		return report.RuleText(c.out, lists, c.style)
	}
	return report.RulesText(c.out, lists, c.style)
}

// oneOf checks the value of an option that is a choice.
func oneOf(cmd *cobra.Command, option, value string, choices ...string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	last := len(choices) - 1
	return usage(cmd, fmt.Errorf("--%s %q: must be %s or %s", option, value, strings.Join(choices[:last], ", "), choices[last]))
}
