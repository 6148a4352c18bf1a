package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"ward/internal/standin"
	"ward/internal/standin/getfacl"
	"ward/internal/standin/setfacl"
)

const getfaclLong = `Prints the access control list of each file, and the default list of directories,
as getfacl of the acl package does: the same options, text, messages and exit
statuses. Under the name getfacl (a link to ward) it is that command. It needs no
libacl, and with -R it works on all processors.

It differs in one thing: -R follows no symbolic link, be it one that is named on
the command line, unless -L is given too.`

const getfaclExample = `  ward getfacl /srv/app
  ward getfacl -R /srv/app > acls     # setfacl --restore=acls puts them back
  ward getfacl -cn file | ward setfacl --set-file=- other`

func newGetfaclCommand(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "getfacl FILE...",
		Short: "Print access control lists, as getfacl does",
		Long: exits(getfaclLong,
			"0  printed",
			"1  something could not be read",
			"2  a mistake in the command line"),
		Example:            getfaclExample,
		DisableFlagParsing: true,
		RunE:               aclInTree(c, getfacl.Run),
	}
	f := cmd.Flags()
	f.BoolP("access", "a", false, "print the access list only")
	f.BoolP("default", "d", false, "print the default list only")
	f.BoolP("omit-header", "c", false, "print no comments before the list")
	f.BoolP("all-effective", "e", false, "print all effective rights")
	f.BoolP("no-effective", "E", false, "print no effective rights")
	f.BoolP("skip-base", "s", false, "leave out files that have only a mode")
	f.BoolP("recursive", "R", false, "print what is below directories too")
	f.BoolP("logical", "L", false, "follow symbolic links")
	f.BoolP("physical", "P", false, "leave out symbolic links, also those that are named")
	f.BoolP("tabular", "t", false, "print a table; capitals are what the mask takes away")
	f.BoolP("numeric", "n", false, "print numbers for users and groups")
	f.BoolP("absolute-names", "p", false, "leave the slashes at the beginning of paths")
	f.Bool("one-file-system", false, "leave out other file systems")
	return cmd
}

// aclCommand is a command of the acl package.
type aclCommand func(*standin.Invocation) int

// aclForm is the command of the acl package that arguments call as ward's, but for its
// help, which is the tree's; or nil.
func aclForm(args []string) aclCommand {
	switch {
	case len(args) == 0, asksForHelp(args[1:]):
		return nil
	case args[0] == "getfacl":
		return getfacl.Run
	case args[0] == "setfacl":
		return setfacl.Run
	}
	return nil
}

func asksForHelp(args []string) bool {
	return len(args) == 1 && (args[0] == "--help" || args[0] == "-h")
}

// runACL runs one: what the original does not say is said.
func runACL(ctx context.Context, c *console, run aclCommand, args []string) error {
	i := newProgram(args[0]).Invoke(args[1:], os.Stdin)
	i.Out, i.Err, i.Explain, i.Context = c.out, c.err, true, ctx
	status := run(i)
	if err := ctx.Err(); err != nil {
		return err
	}
	if status != exitFine {
		return verdict(status)
	}
	return nil
}

// aclInTree is what the tree runs where options of ward's own stand before the command.
func aclInTree(c *console, run aclCommand) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if asksForHelp(args) {
			return cmd.Help()
		}
		return runACL(cmd.Context(), c, run, append([]string{cmd.Name()}, args...))
	}
}

func getfaclByName(p *standin.Program, args []string) int {
	return getfacl.Run(p.Invoke(args, os.Stdin))
}
