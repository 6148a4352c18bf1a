package cli

import (
	"github.com/spf13/cobra"
)

const helpLong = `Says what a command does, with its options, examples and exit statuses: the same as
` + "`ward COMMAND --help`" + `.`

const helpExample = `  ward help
  ward help policy check`

// newHelpCommand is cobra's help command, but that a command that is not there is a
// mistake.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "help [COMMAND...]",
		Short:             "Say more about a command",
		Long:              exits(helpLong, "0  help was shown", "2  no such command"),
		Example:           helpExample,
		RunE:              runHelp,
		ValidArgsFunction: completeCommands,
	}
}

func runHelp(cmd *cobra.Command, path []string) error {
	at := cmd.Root()
	for _, name := range path {
		below := child(at, name)
		if below == nil {
			return noSuchCommand(at, []string{name})
		}
		at = below
	}
	at.InitDefaultHelpFlag() // or help does not list it
	return at.Help()
}

func child(parent *cobra.Command, name string) *cobra.Command {
	for _, c := range parent.Commands() {
		if c.Name() == name || c.HasAlias(name) {
			return c
		}
	}
	return nil
}

func completeCommands(cmd *cobra.Command, path []string, _ string) ([]string, cobra.ShellCompDirective) {
	at := cmd.Root()
	for _, name := range path {
		if at = child(at, name); at == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
	}
	var names []string
	for _, c := range at.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name()+"\t"+c.Short)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
