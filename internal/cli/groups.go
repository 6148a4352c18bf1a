package cli

import (
	"github.com/spf13/cobra"
)

const groupsLong = `A file belongs to one group, and a group cannot contain groups. These commands find
what is wrong with a system's accounts, keep nested groups in a template and compile
them into the flat group file, and say who is in what, and by what way.`

const groupsExample = `  ward groups check
  ward groups who docker
  ward groups stale
  ward groups compile /etc/group.ward`

func newGroupsCommand(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "groups",
		Short:   "Check accounts, compile nested groups, find stale sessions",
		Long:    exits(groupsLong, "0  help was shown", "2  no such command"),
		Example: groupsExample,
		Args:    noSuchCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newGroupsCheckCommand(c), newGroupsCompileCommand(c), newGroupsDecompileCommand(c),
		newGroupsWhoCommand(c), newGroupsOfCommand(c), newGroupsGraphCommand(c), newGroupsStaleCommand(c), newGroupsFromACLCommand(c))
	return cmd
}

// systemFlag adds the option that names the root of a system's tree.
func systemFlag(cmd *cobra.Command, root *string) {
	cmd.Flags().StringVar(root, "root", "", "the system whose tree lies in `DIR`: an image, a chroot; default: this one")
	_ = cmd.MarkFlagDirname("root")
}
