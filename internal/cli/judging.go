package cli

import (
	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/policy/packs"
)

// judgingFlags adds the options that say by which rules a tree is judged.
func judgingFlags(cmd *cobra.Command, j *app.Judging) {
	f := cmd.Flags()
	f.StringArrayVarP(&j.Policies, "policy", "p", nil, "judge by this policy `FILE`; repeatable")
	f.StringArrayVar(&j.Packs, "pack", nil, "judge by the built-in policy `NAME` (default \"baseline\"); repeatable")
	f.StringArrayVar(&j.Rules, "rule", nil, "only this rule, by its `ID`; repeatable")
	f.StringArrayVar(&j.Only, "only", nil, "only paths that fit this `GLOB`, relative to the root; repeatable")
	f.StringArrayVar(&j.Exclude, "exclude", nil, "leave out what fits this `GLOB`, with all below it; repeatable")
	f.BoolVar(&j.Deep, "deep", false, "read the content of every file, not only of likely ones")
	f.BoolVar(&j.CrossMounts, "cross-mounts", false, "enter other file systems")
	f.BoolP("one-file-system", "x", true, "stay on the root's file system; this is the default")
	f.Lookup("one-file-system").DefValue = "false" // the usage line says it already
	jobsFlag(cmd, &j.Jobs)
	_ = cmd.RegisterFlagCompletionFunc("pack", cobra.FixedCompletions(packs.Names(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("rule", completeRules)
	_ = cmd.MarkFlagFilename("policy", "yaml", "yml", "json")
	cmd.MarkFlagsMutuallyExclusive("one-file-system", "cross-mounts")
}

// completeRules completes the ids of the built-in rules.
func completeRules(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var ids []string
	for _, name := range packs.Names() {
		if p, err := packs.Load(name); err == nil {
			for _, r := range p.Rules() {
				ids = append(ids, r.ID+"\t"+r.Title)
			}
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
