package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

type groupsOptions struct {
	app.GroupsRequest
	format string
}

// groupsFlags adds the options that say which groups are meant.
func groupsFlags(cmd *cobra.Command, o *groupsOptions) {
	systemFlag(cmd, &o.Root)
	f := cmd.Flags()
	f.StringVarP(&o.Template, "template", "t", "", "the template in `FILE` says which groups hold which")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	_ = cmd.MarkFlagFilename("template")
}

const groupsWhoLong = `Lists who is in a group: whom the group file names, and whose primary group it is;
with --template also by what way, through groups within groups, and whether that has
been compiled yet. A group that is as good as root on this host is called that.`

const groupsWhoExample = `  ward groups who docker
  ward groups who --template /etc/group.ward staff`

func newGroupsWhoCommand(c *console) *cobra.Command {
	var o groupsOptions
	cmd := &cobra.Command{
		Use:     "who GROUP",
		Short:   "List who is in a group, and by what way",
		Long:    exits(groupsWhoLong, "0  answered", "2  a mistake in the command line or the template, or no such group", "3  the account files cannot be read"),
		Example: groupsWhoExample,
		Args:    wanted(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
				return err
			}
			g, err := app.GroupsWho(cmd.Context(), o.GroupsRequest, args[0])
			if err != nil {
				return err
			}
			return answer(c, o.format, g, report.GroupsWhoText, report.GroupsWhoJSON)
		},
	}
	groupsFlags(cmd, &o)
	return cmd
}

const groupsOfLong = `Lists the groups of a user: those that a login would give him by the files, and by
LDAP, sssd or a domain where nsswitch.conf names them (asked by getent, with a limit
of time; if they do not answer that is said). With --template also by what way, and
the metagroups that he is in.`

const groupsOfExample = `  ward groups of ann
  ward groups of --template /etc/group.ward ann`

func newGroupsOfCommand(c *console) *cobra.Command {
	var o groupsOptions
	cmd := &cobra.Command{
		Use:     "of USER",
		Short:   "List the groups of a user, and by what way",
		Long:    exits(groupsOfLong, "0  answered", "2  a mistake in the command line or the template, or no such user", "3  the account files cannot be read, or another source of groups did not answer"),
		Example: groupsOfExample,
		Args:    wanted(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return runGroupsOf(cmd, c, o, args[0]) },
	}
	groupsFlags(cmd, &o)
	return cmd
}

func runGroupsOf(cmd *cobra.Command, c *console, o groupsOptions, user string) error {
	if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
		return err
	}
	a, err := app.GroupsOf(cmd.Context(), o.GroupsRequest, user)
	if err != nil {
		return err
	}
	err = answer(c, o.format, a, report.GroupsOfText, report.GroupsOfJSON)
	if err == nil && a.Silent != nil {
		return verdict(exitIncomplete)
	}
	return err
}

const groupsGraphLong = `Draws which groups hold which: as text, in the DOT language of Graphviz, or as an SVG
picture that needs no other program. With --template the nesting is the template's;
without one it is guessed from the group file, where all members of one group are in
another.

GROUP... draws only these and what they hold. Groups that are as good as root on this
host are red.`

const groupsGraphExample = `  ward groups graph
  ward groups graph --template /etc/group.ward --format svg > groups.svg
  ward groups graph --format dot | dot -Tpdf > groups.pdf`

func newGroupsGraphCommand(c *console) *cobra.Command {
	var o groupsOptions
	var all bool
	cmd := &cobra.Command{
		Use:     "graph [GROUP...]",
		Short:   "Draw which groups hold which",
		Long:    exits(groupsGraphLong, "0  drawn", "2  a mistake in the command line or the template, or no such group", "3  the account files cannot be read"),
		Example: groupsGraphExample,
		Args:    wanted(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf(cmd, "format", o.format, "text", "dot", "svg", "json"); err != nil {
				return err
			}
			g, err := app.GroupsGraph(cmd.Context(), o.GroupsRequest, args, all)
			if err != nil {
				return err
			}
			return drawGroups(c, o.format, g)
		},
	}
	groupsFlags(cmd, &o)
	f := cmd.Flags()
	f.BoolVarP(&all, "all", "a", false, "groups without members too")
	f.Lookup("format").Usage = "how to draw: `FORMAT` is text, dot, svg or json"
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "dot", "svg", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func drawGroups(c *console, format string, g *app.GroupGraph) error {
	switch format {
	case "dot":
		return report.GroupsGraphDOT(c.out, g)
	case "svg":
		return report.GroupsGraphSVG(c.out, g)
	case "json":
		return report.GroupsGraphJSON(c.out, g)
	}
	return report.GroupsGraphText(c.out, g, c.style)
}

const groupsStaleLong = `Finds processes and sessions whose groups are not those that the database gives their
users now. Groups are given at login and kept: whoever was added to a group since is
refused until he logs in again, and whoever was taken out still has what it gives.
For each, ward says what to do: log in again, newgrp, or which service to restart.

Processes that began after the group file was last changed chose their groups
themselves; --all lists them too. Root is bound by no group and is left out.`

const groupsStaleExample = `  ward groups stale
  ward groups stale --user ann`

func newGroupsStaleCommand(c *console) *cobra.Command {
	var o app.StaleRequest
	var format string
	cmd := &cobra.Command{
		Use:   "stale",
		Short: "Find processes whose groups differ from the database",
		Long: exits(groupsStaleLong,
			"0  no process differs",
			"1  some do",
			"2  a mistake in the command line, or no such user",
			"3  some processes could not be looked at, or this system has no /proc"),
		Example: groupsStaleExample,
		Args:    wanted(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runGroupsStale(cmd, c, o, format) },
	}
	f := cmd.Flags()
	f.StringVar(&o.User, "user", "", "only processes of `USER`")
	f.BoolVarP(&o.All, "all", "a", false, "those too that chose their groups themselves")
	f.StringVarP(&format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	return cmd
}

func runGroupsStale(cmd *cobra.Command, c *console, o app.StaleRequest, format string) error {
	if err := oneOf(cmd, "format", format, "text", "json"); err != nil {
		return err
	}
	s, err := app.GroupsStale(o)
	if err != nil {
		return err
	}
	if err := answer(c, format, s, report.GroupsStaleText, report.GroupsStaleJSON); err != nil {
		return err
	}
	switch {
	case s.Unseen > 0:
		fmt.Fprintf(c.err, "ward: %d processes could not be looked at; root sees all\n", s.Unseen)
		return verdict(exitIncomplete)
	case len(s.Sessions) > 0:
		return verdict(exitFindings)
	}
	return nil
}

const groupsFromACLLong = `Proposes the groups that would replace a tree's access lists: those who may more than
strangers become a group, which is given the object by mode. Groups that are there
with just these members are used. Everybody's access, and a stranger's, is decided
again with the groups and modes of the proposal; what would change is listed. A list
with more than two sets of rights cannot be replaced and stays, unless --approximate
is given: then nobody gets more, and who gets less is listed.

--back GROUP proposes the way back: lists that name the members of the group, in its
place.

--apply carries the proposal out once the groups are there: with a journal, verified,
and taken back by ward undo.`

const groupsFromACLExample = `  ward groups from-acl /srv/share
  ward groups from-acl --apply /srv/share
  ward groups from-acl --back share-rw /srv/share`

type fromACLOptions struct {
	app.FromACLRequest
	app.RunOptions
	apply, yes bool
	format     string
}

func newGroupsFromACLCommand(c *console) *cobra.Command {
	var o fromACLOptions
	cmd := &cobra.Command{
		Use:   "from-acl DIRECTORY",
		Short: "Propose groups in the place of access lists, and back",
		Long: exits(groupsFromACLLong,
			"0  proposed, and nobody's access changes; with --apply: carried out",
			"1  proposed, and somebody's access changes: who, is listed",
			"2  a mistake in the command line; nobody to ask; groups to be made first",
			"3  something could not be looked at, or not be changed"),
		Example: groupsFromACLExample,
		Args:    wanted(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Root = args[0]
			return runGroupsFromACL(cmd, c, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Back, "back", "", "access lists in the place of `GROUP`")
	f.StringVar(&o.Prefix, "prefix", "", "begin the names of new groups with `NAME`; default: that of the directory")
	f.BoolVar(&o.Approximate, "approximate", false, "replace lists of more sets of rights too, so that nobody gets more")
	f.BoolVar(&o.apply, "apply", false, "carry the proposal out, after a question")
	f.BoolVar(&o.CrossMounts, "cross-mounts", false, "enter other file systems")
	runFlags(cmd, &o.RunOptions, &o.yes)
	jobsFlag(cmd, &o.FromACLRequest.Jobs)
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	cmd.MarkFlagsMutuallyExclusive("back", "approximate")
	return cmd
}

func runGroupsFromACL(cmd *cobra.Command, c *console, o fromACLOptions) error {
	if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
		return err
	}
	a, err := app.GroupsFromACL(cmd.Context(), o.FromACLRequest)
	if err != nil {
		return err
	}
	if err := answer(c, o.format, a, report.GroupsFromACLText, report.GroupsFromACLJSON); err != nil {
		return err
	}
	c.unseen("not looked at", &a.Unseen)
	switch {
	case o.apply && a.Changes() > 0:
		return applyFromACL(cmd, c, o, a)
	case a.Unseen.Count > 0:
		return verdict(exitIncomplete)
	}
	for _, out := range a.Proposal.Outcomes {
		if len(out.Differences) > 0 {
			return verdict(exitFindings)
		}
	}
	return nil
}

func applyFromACL(cmd *cobra.Command, c *console, o fromACLOptions, a *app.FromACL) error {
	if missing := a.Missing(); len(missing) > 0 {
		return usage(cmd, errors.New("the new groups must be there first: make them with the commands above, and say --apply again"))
	}
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
		fmt.Fprintln(c.err, "ward: nothing was changed")
		return verdict(exitIncomplete)
	}
	o.Waiting = c.waiting
	changing, err := app.PrepareChange(cmd.Context(), a.Change(o.RunOptions))
	if err != nil {
		return err
	}
	applied, err := changing.RunThrough(cmd.Context())
	return errors.Join(err, changing.Close(), tellFromACL(c, changing, applied))
}

// tellFromACL says what became of the objects.
func tellFromACL(c *console, changing *app.Changing, applied *app.Applied) error {
	changed, left := 0, 0
	for _, x := range changing.Touched {
		switch {
		case x.Fate == app.Changes:
			changed++
		case x.Fate > app.Changes:
			left++
			why := x.Text
			if x.Err != nil {
				why = x.Err.Error()
			}
			fmt.Fprintf(c.err, "ward: not changed: %s: %s\n", report.Path(x.Path), report.Printable(why))
		}
	}
	fmt.Fprintf(c.out, "\n%s changed and verified\n", report.Plural(int64(changed), "object"))
	if applied != nil && applied.ID != "" {
		fmt.Fprintf(c.out, "take it back: %s\n", report.Shell([]string{"ward", "undo", applied.ID}))
	}
	if left > 0 {
		return verdict(exitIncomplete)
	}
	return nil
}
