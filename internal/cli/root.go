package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

const rootLong = `ward says what is wrong with the permissions of a tree, why it matters and what
would mend it; mends it safely; and can take it back.

Two commands are enough to begin with:

    ward check /srv/app      what is wrong, and the command that mends each finding
    ward apply /srv/app      shows what would change, asks, changes and verifies it`

const rootExample = `  ward check                        # the current directory
  ward check /etc /usr/local        # several trees
  ward plan /srv/app                # what apply would do, without doing it
  ward undo                         # take the last apply back`

func newRootCommand(c *console) *cobra.Command {
	root := &cobra.Command{
		Use:           "ward",
		Short:         "Find, mend and undo wrong file permissions",
		Long:          rootLong,
		Example:       rootExample,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(c.out)
	root.SetErr(c.err)
	root.SetVersionTemplate("ward {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage(cmd, err) })
	root.SetUsageTemplate(usageTemplate)
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddGroup(
		&cobra.Group{ID: "main", Title: "Main commands:"},
		&cobra.Group{ID: "policy", Title: "Policies and rules:"},
		&cobra.Group{ID: "access", Title: "Who may do what, and why:"},
		&cobra.Group{ID: "accounts", Title: "Accounts and groups:"},
		&cobra.Group{ID: "modes", Title: "Modes, owners and access lists:"},
		&cobra.Group{ID: "more", Title: "More:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, cmd := range commands {
			cmd.GroupID = group
			root.AddCommand(cmd)
		}
	}
	add("main", newCheckCommand(c), newPlanCommand(c), newApplyCommand(c), newUndoCommand(c), newLogCommand(c), newAssertCommand(c), newRepairCommand(c), newManifestCommand(c))
	add("policy", newPolicyCommand(c), newRulesCommand(c), newLintCommand(c), newLSPCommand(c))
	add("modes", newModeCommand(c), newStatCommand(c), newLsCommand(c), newChmodCommand(), newChownCommand(), newChgrpCommand(), newGetfaclCommand(c), newSetfaclCommand(c), newACLCommand(c), newConvertCommand(c), newModelsCommand(c))
	add("access", withModels(c, newExplainCommand(c)), newWhoCommand(c), newReachCommand(c), newPredictCommand(c), newUmaskCommand(c), newProbeCommand(c), newDoctorCommand(c))
	add("accounts", newGroupsCommand(c))
	add("more", newCompletionCommand(c), newVersionCommand(c))
	root.SetHelpCommand(newHelpCommand())
	root.SetHelpCommandGroupID("more")
	plain(root)
	return root
}

// plain leaves cobra's "[flags]" out of usage lines, since the template has its own
// word, and makes help fit a terminal.
func plain(cmd *cobra.Command) {
	cmd.DisableFlagsInUseLine = true
	cmd.Long = paragraphs(cmd.Long)
	for _, below := range cmd.Commands() {
		plain(below)
	}
}

// noSuchCommand is the Args of a command that only holds others.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("unknown command %q", args[0])
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		err = fmt.Errorf("%w: did you mean %s?", err, strings.Join(near, " or "))
	}
	return usage(cmd, err)
}

// exits appends the table of exit statuses to a command's long help, indented so
// that manual pages keep its lines.
func exits(long string, table ...string) string {
	return long + "\n\nExit status:\n\n    " + strings.Join(table, "\n    ")
}

// usageTemplate is cobra's, without what nobody needs.
const usageTemplate = `Usage:{{if .Runnable}}
  {{.UseLine}}{{if .HasAvailableLocalFlags}} [options]{{end}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}{{$all := .Commands}}{{if .Groups}}{{range $group := .Groups}}

{{.Title}}{{range $all}}{{if (and (eq .GroupID $group.ID) (or .IsAvailableCommand (eq .Name "help")))}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{else}}

Commands:{{range $all}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Options:
{{.LocalFlags.FlagUsagesWrapped 80 | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

"{{.CommandPath}} [command] --help" says more about a command.{{end}}
`
