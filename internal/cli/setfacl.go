package cli

import (
	"os"

	"github.com/spf13/cobra"

	"ward/internal/standin"
	"ward/internal/standin/setfacl"
)

const setfaclLong = `Changes the access control list of each file, and the default list of directories,
as setfacl of the acl package does: the same options, entries, mask, messages and
exit statuses. Under the name setfacl (a link to ward) it is that command. It needs
no libacl, and with -R it works on all processors. A list that is right already is
not written.

It differs in one thing: -R and --restore work by descriptor and follow no symbolic
link, be it one that is named on the command line or lies in a restored path,
unless -L is given too.

Where the original does not say what was wrong, a line that begins with "ward:" does.

Nothing of this is journalled: "ward getfacl -R DIR > FILE" before it, and
"ward setfacl --restore=FILE" take it back.`

const setfaclExample = `  ward setfacl -m u:bob:rX,g:dev:rwX /srv/app
  ward setfacl -R -m d:g:dev:rwX /srv/app       # what is created from now on
  ward setfacl -b file                          # no list but the mode
  ward setfacl --restore=acls`

func newSetfaclCommand(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "setfacl FILE...",
		Short: "Change access control lists, as setfacl does",
		Long: exits(setfaclLong,
			"0  changed",
			"1  something could not be changed",
			"2  a mistake in the command line or in a file of entries"),
		Example:            setfaclExample,
		DisableFlagParsing: true,
		RunE:               aclInTree(c, setfacl.Run),
	}
	f := cmd.Flags()
	f.StringP("modify", "m", "", "add or replace the entries of `ACL`, e.g. u:bob:rX,d:g:dev:rwx")
	f.StringP("modify-file", "M", "", "the same with the entries in `FILE`, - for standard input")
	f.StringP("remove", "x", "", "remove the entries of `ACL`, e.g. u:bob,d:g:dev")
	f.StringP("remove-file", "X", "", "the same with the entries in `FILE`")
	f.String("set", "", "make `ACL` the whole list")
	f.String("set-file", "", "the same with the entries in `FILE`")
	f.BoolP("remove-all", "b", false, "remove all but the mode")
	f.BoolP("remove-default", "k", false, "remove the default list")
	f.BoolP("no-mask", "n", false, "leave the mask as it is")
	f.Bool("mask", false, "compute the mask although one is given")
	f.BoolP("default", "d", false, "entries are for the default list")
	f.BoolP("recursive", "R", false, "change what is below directories too")
	f.BoolP("logical", "L", false, "follow symbolic links")
	f.BoolP("physical", "P", false, "leave out symbolic links, also those that are named")
	f.String("restore", "", "put back what getfacl -R printed into `FILE`")
	f.Bool("test", false, "change nothing, print the lists that would be")
	return cmd
}

func setfaclByName(p *standin.Program, args []string) int {
	return setfacl.Run(p.Invoke(args, os.Stdin))
}
