package cli

import (
	"github.com/spf13/cobra"

	"ward/account/faults"
	"ward/internal/app"
)

const groupsCheckLong = `Judges the accounts of a system: passwd, shadow, group and gshadow and whether they
agree, names and ids, members who do not exist, accounts of the system that can log
in, groups that are as good as root by what they can open on this very host, who may
become root by sudo and su, and people's homes. Each finding says who gains, and the
command that mends it. Nothing is changed.

Names that the files lack are looked up with getent where nsswitch.conf names other
sources, each with a limit of time; with --root nobody can be asked. What could not
be found out is said, and never taken for wrong.

Files of unknown owners are found by --walk, or with --listing in a walk that was
saved: a manifest (ward manifest /), or find / -xdev -printf '%U %G %p\0'.

A file of accepted findings is as for ward check. Its path may name the line's
account, and the member: "etc/group:sudo:ann".`

const groupsCheckExample = `  ward groups check
  ward groups check --root /srv/image --format sarif > accounts.sarif
  ward groups check --rule accounts/equals-root
  ward groups check --walk /srv --walk /home`

type groupsCheckOptions struct {
	app.GroupsCheckRequest
	format, failOn string
	all            bool
}

func newGroupsCheckCommand(c *console) *cobra.Command {
	var o groupsCheckOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say what is wrong with accounts, groups and homes",
		Long: exits(groupsCheckLong,
			"0  everything was looked at, and nothing is wrong at --fail-on or above",
			"1  everything was looked at, and there are findings at --fail-on or above",
			"2  a mistake in the command line or the file of known findings",
			"3  something could not be looked at: what, is on standard error"),
		Example: groupsCheckExample,
		Args:    wanted(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runGroupsCheck(cmd, c, o) },
	}
	f := cmd.Flags()
	systemFlag(cmd, &o.Root)
	f.StringArrayVar(&o.Rules, "rule", nil, "only this rule, by its `ID`; repeatable")
	f.StringArrayVar(&o.Walk, "walk", nil, "look for unknown owners below this `DIR` of the system; repeatable")
	f.StringArrayVar(&o.Listings, "listing", nil, "look for unknown owners in this `FILE`: a manifest, or \"UID GID PATH\"; repeatable")
	f.StringVar(&o.Known, "known", "", "`FILE` of accepted findings, which are not shown")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text, json, sarif or rdjsonl")
	f.StringVar(&o.failOn, "fail-on", "warning", "least `SEVERITY` for exit status 1: info, warning, error, critical or never")
	f.BoolVarP(&o.all, "all", "a", false, "show every finding, not only the first 10 of each rule")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json", "sarif", "rdjsonl"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"info", "warning", "error", "critical", "never"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("rule", completeAccountRules)
	_ = cmd.MarkFlagDirname("walk")
	return cmd
}

func completeAccountRules(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var ids []string
	for _, r := range faults.Rules() {
		ids = append(ids, r.ID+"\t"+r.Title)
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

func runGroupsCheck(cmd *cobra.Command, c *console, o groupsCheckOptions) error {
	write, err := checkWriter(cmd, c, o.format)
	if err != nil {
		return err
	}
	least, err := failOn(cmd, o.failOn)
	if err != nil {
		return err
	}
	if o.format == "text" && !o.all {
		o.PerRule = shownPerRule
	}
	progress := c.progress()
	answer, err := app.GroupsCheck(cmd.Context(), o.GroupsCheckRequest, progress)
	progress.stop()
	if err != nil {
		return err
	}
	if err := write(c.out, answer); err != nil {
		return err
	}
	c.unseen("not looked at", &answer.Unseen)
	return checkVerdict(answer, least)
}
