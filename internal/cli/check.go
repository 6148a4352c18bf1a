package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"ward/finding"
	"ward/internal/app"
	"ward/internal/report"
)

const checkLong = `Judges everything below each PATH (default: the current directory) and says what
is wrong: the rule, found and wanted, who may do too much or too little, why it
matters, and the exact command that mends it. Nothing is changed.

The built-in policy "baseline" judges unless --policy or --pack names others.
Version control, virtual environments, caches and other file systems are left out.

A file of accepted findings (--known) is YAML or JSON:

    version: 1
    known:
      - rule: baseline/setid-script
        path: opt/legacy/**        # relative to the root; absolute with a slash
        reason: replaced in May, ticket OPS-12
        until: 2027-05-31          # optional; then it counts again`

const checkExample = `  ward check /srv/app
  ward check --rule baseline/private-key-readable --all /home
  ward check -p ward.yaml --fail-on error --format sarif . > ward.sarif`

type checkOptions struct {
	app.CheckRequest
	format string
	failOn string
	all    bool
}

func newCheckCommand(c *console) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Say what is wrong with the permissions of a tree",
		Long: exits(checkLong,
			"0  everything was looked at, and nothing is wrong at --fail-on or above",
			"1  everything was looked at, and there are findings at --fail-on or above",
			"2  a mistake in the command line, a policy or the file of known findings",
			"3  something could not be looked at: what, is on standard error; the findings",
			"   among the rest are reported all the same"),
		Example: checkExample,
		Args:    wanted(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCheck(cmd, c, o, args)
		},
	}
	judgingFlags(cmd, &o.Judging)
	f := cmd.Flags()
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text, json, sarif or rdjsonl")
	f.StringVar(&o.failOn, "fail-on", "warning", "least `SEVERITY` for exit status 1: info, warning, error, critical or never")
	f.StringVar(&o.Known, "known", "", "`FILE` of accepted findings, which are not shown")
	f.BoolVarP(&o.all, "all", "a", false, "show every finding, not only the first 10 of each rule")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json", "sarif", "rdjsonl"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"info", "warning", "error", "critical", "never"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// shownPerRule is how many findings of a rule are shown of a long list.
const shownPerRule = 10

func runCheck(cmd *cobra.Command, c *console, o checkOptions, paths []string) error {
	write, err := checkWriter(cmd, c, o.format)
	if err != nil {
		return err
	}
	least, err := failOn(cmd, o.failOn)
	if err != nil {
		return err
	}
	if o.Roots = paths; len(paths) == 0 {
		o.Roots = []string{"."}
	}
	if o.format == "text" && !o.all {
		o.PerRule = shownPerRule
	}
	return check(cmd.Context(), c, o.CheckRequest, write, least)
}

func check(ctx context.Context, c *console, q app.CheckRequest, write checkFormat, least finding.Severity) error {
	progress := c.progress()
	answer, err := app.Check(ctx, q, progress)
	progress.stop()
	if err != nil {
		return err
	}
	defer answer.Close()
	if err := write(c.out, answer); err != nil {
		return err
	}
	c.warn(answer.Warnings)
	c.unseen("not looked at", &answer.Unseen)
	return checkVerdict(answer, least)
}

// checkVerdict is 3 where not all was seen, whatever was found: 0 and 1 are then
// answers about the whole tree, which scripts can rely on. The findings have been
// written all the same.
func checkVerdict(a *app.Checked, least finding.Severity) error {
	switch {
	case !a.Complete():
		return verdict(exitIncomplete)
	case a.AtLeast(least) > 0:
		return verdict(exitFindings)
	}
	return nil
}

// never is above every severity.
const never = finding.Critical + 1

func failOn(cmd *cobra.Command, word string) (finding.Severity, error) {
	if word == "never" {
		return never, nil
	}
	s, _ := finding.ParseSeverity(word)
	return s, oneOf(cmd, "fail-on", word, "info", "warning", "error", "critical", "never")
}

type checkFormat func(io.Writer, *app.Checked) error

func checkWriter(cmd *cobra.Command, c *console, format string) (checkFormat, error) {
	switch format {
	case "json":
		return report.CheckJSON, nil
	case "sarif":
		return func(w io.Writer, a *app.Checked) error { return report.CheckSARIF(w, a, versionText()) }, nil
	case "rdjsonl":
		return report.CheckRDJSONL, nil
	}
	text := func(w io.Writer, a *app.Checked) error { return report.CheckText(w, a, c.style) }
	return text, oneOf(cmd, "format", format, "text", "json", "sarif", "rdjsonl")
}
