package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const groupsCompileLong = `Makes the flat group file (and gshadow) that a template of nested groups asks for.
The difference is shown first; then ward asks, takes the system's own locks
(.pwd.lock and group.lock), reads the files again, and puts the new ones in the
place of the old ones, with their mode and owner. The old ones stay as group- and
gshadow-.

    let LEADS = ann                          # words; $LEADS stands for them
    metagroup staff = bob carol @interns     # a name here, no group of the system
    metagroup interns = dave
    group web 2000 = @staff                  # the members of staff
    group shop 2001 admins($LEADS) = @web !dave $LEADS
    include teams/design.groups
    own all                                  # groups that are not here go

Groups that the template does not name stay as they are, unless it says "own all".
Ids never change unless --change-ids says so. Cycles, unknown members, ids that
clash and lines that are too long are refused, with file, line and column.
docs/groups.md tells the whole language.`

const groupsCompileExample = `  ward groups compile /etc/group.ward
  ward groups compile --check /etc/group.ward      # for cron: is the file as it should be?
  ward groups compile --root /srv/image --yes image.groups`

type groupsCompileOptions struct {
	app.GroupsCompileRequest
	check, yes bool
	format     string
}

func newGroupsCompileCommand(c *console) *cobra.Command {
	var o groupsCompileOptions
	cmd := &cobra.Command{
		Use:   "compile TEMPLATE",
		Short: "Make the flat group file that a template of nested groups asks for",
		Long: exits(groupsCompileLong,
			"0  the groups are as the template has them now",
			"1  with --check: they are not",
			"2  a mistake in the command line, the template or the files; nobody to ask",
			"3  nothing was written, or not all: another program holds the locks, the groups",
			"   were changed meanwhile, or a file could not be read or written"),
		Example: groupsCompileExample,
		Args:    wanted(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Template = args[0]
			return runGroupsCompile(cmd, c, o)
		},
	}
	f := cmd.Flags()
	systemFlag(cmd, &o.Root)
	f.BoolVar(&o.check, "check", false, "only say whether the files are as the template has them")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	f.BoolVar(&o.ChangeIDs, "change-ids", false, "give groups that are there the ids of the template; their files keep the old ones")
	f.BoolVar(&o.TrustNames, "trust-names", false, "take members of whom no source of accounts could be asked")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	return cmd
}

func runGroupsCompile(cmd *cobra.Command, c *console, o groupsCompileOptions) error {
	if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
		return err
	}
	compiled, err := app.GroupsCompile(cmd.Context(), o.GroupsCompileRequest)
	if err != nil {
		return err
	}
	if err := answer(c, o.format, compiled, report.GroupsCompileText, report.GroupsCompileJSON); err != nil {
		return err
	}
	switch {
	case len(compiled.Changes) == 0:
		return nil
	case o.check:
		return verdict(exitFindings)
	}
	return writeGroups(cmd, c, o, compiled)
}

func writeGroups(cmd *cobra.Command, c *console, o groupsCompileOptions, answer *app.GroupsCompiled) error {
	who, err := c.asker(o.yes)
	if err != nil {
		return usage(cmd, err)
	}
	defer who.close()
	agreed, err := who.goes(cmd.Context())
	if err != nil {
		return err
	}
	if !agreed {
		fmt.Fprintln(c.err, "ward: nothing was written")
		return verdict(exitIncomplete)
	}
	if err := answer.Write(); err != nil {
		return err
	}
	if o.format == "text" {
		fmt.Fprintf(c.out, "\nwritten. Who is logged in keeps the groups he has: ward groups stale names them.\n")
	}
	for _, command := range answer.Cached {
		fmt.Fprintf(c.err, "ward: a cache may still show the old groups: %s\n", command)
	}
	return nil
}

const groupsDecompileLong = `Proposes a template for the group file as it is: groups whose members all are in
another group are named there. What a template cannot say stays as it is, with a
comment. Compiled into the same system the template changes nothing, which is tried
before it is written.

Nesting is guessed from who is in what: look at each @ whether it is meant.`

const groupsDecompileExample = `  ward groups decompile > /etc/group.ward
  ward groups decompile --root /srv/image --nested 2`

func newGroupsDecompileCommand(c *console) *cobra.Command {
	var o app.GroupsDecompileRequest
	cmd := &cobra.Command{
		Use:   "decompile",
		Short: "Propose a template for the groups of a system",
		Long: exits(groupsDecompileLong, "0  proposed", "2  a mistake in the command line, or lines that cannot be read",
			"3  the group file cannot be read"),
		Example: groupsDecompileExample,
		Args:    wanted(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			text, err := app.GroupsDecompile(o)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(c.out, text)
			return err
		},
	}
	f := cmd.Flags()
	systemFlag(cmd, &o.Root)
	f.BoolVar(&o.OwnsAll, "own-all", false, "write own all: groups that the template does not name are to go")
	f.IntVar(&o.Smallest, "nested", 3, "name groups of at least this `NUMBER` of members within others")
	return cmd
}
