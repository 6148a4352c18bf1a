package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"ward/finding"
	"ward/internal/app"
	"ward/internal/report"
	"ward/lint"
)

const lintLong = `Reads the source code, scripts and configuration below each PATH (default: the
current directory) and says what they do wrong to permissions: a decimal 755, a
directory that nobody can enter, bits that the language drops, a secret that is
readable until it is closed. Each finding has the mode as it is executed there, and
what was probably meant. Nothing is changed without --fix.

What is too open is not reported in tests, examples and code of others; what does
another thing than it says is, one step less grave.

A comment accepts what a rule finds on its line, or on the next:

    os.Chmod(path, 0o777) // ward:ignore lint/world-writable shared by design

The lint section of ward.yaml in the current directory, or of --policy, sets rules,
zones and what is left out:

    version: 1
    lint:
      rules:
        lint/world-writable: error    # a severity, on or off
        lint/secret-keeps-mode: on    # silent by default
      zones:
        test: hack/**                 # also production, fixture, example, vendored
      exclude: [build/, third_party/]

--known takes the same file as that of ward check.`

const lintExample = `  ward lint
  ward lint --changed-since main --format github
  ward lint --diff src | git apply
  ward lint --fix --fail-on error .`

type lintOptions struct {
	app.LintRequest
	format string
	failOn string
	fix    string
	diff   bool
	yes    bool
}

func lintFormats() []string {
	return []string{"text", "json", "sarif", "rdjsonl", "checkstyle", "github", "gitlab"}
}

func newLintCommand(c *console) *cobra.Command {
	var o lintOptions
	cmd := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Find permission mistakes in source code, scripts and configuration",
		Long: exits(lintLong,
			"0  everything was read, and nothing is wrong at --fail-on or above",
			"1  everything was read, and there are findings at --fail-on or above",
			"2  a mistake in the command line, a policy or the file of known findings",
			"3  something could not be read or mended: what, is on standard error"),
		Example: lintExample,
		Args:    wanted(cobra.ArbitraryArgs),
		RunE:    func(cmd *cobra.Command, paths []string) error { return runLint(cmd, c, o, paths) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text, json, sarif, rdjsonl, checkstyle, github or gitlab")
	f.StringVar(&o.failOn, "fail-on", "warning", "least `SEVERITY` for exit status 1: info, warning, error, critical or never")
	f.StringArrayVar(&o.Rules, "rule", nil, "only this rule, by its `ID`; repeatable")
	f.BoolVarP(&o.Every, "all", "a", false, "rules that are silent by default too")
	f.StringArrayVar(&o.Exclude, "exclude", nil, "leave out what fits this `GLOB`, with all below it; repeatable")
	f.StringVarP(&o.Policy, "policy", "p", "", "`FILE` with a lint section (default: ward.yaml, if it is there)")
	f.StringVar(&o.Known, "known", "", "`FILE` of accepted findings, which are not shown")
	f.StringVar(&o.ChangedSince, "changed-since", "", "only files that differ from this git `REVISION`")
	f.StringVar(&o.fix, "fix", "", "make the fixes that are `safe`, or, after a question, all")
	f.Lookup("fix").NoOptDefVal = "safe"
	f.BoolVar(&o.diff, "diff", false, "show what --fix=all would change, or --fix, and change nothing")
	f.BoolVarP(&o.yes, "yes", "y", false, "with --fix=all: do not ask")
	jobsFlag(cmd, &o.Jobs)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(lintFormats(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"info", "warning", "error", "critical", "never"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("fix", cobra.FixedCompletions([]string{"safe", "all"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("rule", completeLintRules)
	_ = cmd.MarkFlagFilename("policy", "yaml", "yml", "json")
	return cmd
}

func completeLintRules(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var ids []string
	for _, r := range lint.Catalogue() {
		ids = append(ids, r.ID+"\t"+r.Title)
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

func runLint(cmd *cobra.Command, c *console, o lintOptions, paths []string) error {
	if err := oneOf(cmd, "format", o.format, lintFormats()...); err != nil {
		return err
	}
	least, err := failOn(cmd, o.failOn)
	if err != nil {
		return err
	}
	if cmd.Flags().Changed("fix") {
		if err := oneOf(cmd, "fix", o.fix, "safe", "all"); err != nil {
			return err
		}
	}
	if err := notEmpty(cmd, "changed-since", "rule", "exclude"); err != nil {
		return err
	}
	if o.diff && o.format != "text" {
		return usage(cmd, errors.New("--diff is a format of its own: leave --format out"))
	}
	if o.Roots = paths; len(paths) == 0 {
		o.Roots = []string{"."}
	}
	return lintPaths(cmd.Context(), c, o, least)
}

func lintPaths(ctx context.Context, c *console, o lintOptions, least finding.Severity) error {
	answer, err := c.lint(ctx, o.LintRequest)
	if err != nil {
		return err
	}
	switch {
	case o.diff:
		err = report.LintDiff(c.out, app.Mend(answer.Findings, o.fix != "safe"), c.style)
	case o.fix != "":
		if answer, err = c.mend(ctx, o, answer); err == nil {
			err = lintWriter(o.format, c.style)(c.out, answer)
		}
	default:
		err = lintWriter(o.format, c.style)(c.out, answer)
	}
	if err != nil {
		return err
	}
	c.warn(answer.Warnings)
	c.unseen("not read", &answer.Unseen)
	switch {
	case !answer.Complete():
		return verdict(exitIncomplete)
	case answer.AtLeast(least) > 0:
		return verdict(exitFindings)
	}
	return nil
}

func (c *console) lint(ctx context.Context, q app.LintRequest) (*app.Linted, error) {
	progress := c.progress()
	answer, err := app.Lint(ctx, q, progress)
	progress.stop()
	return answer, err
}

// mend makes the fixes that are asked for and lints once more.
func (c *console) mend(ctx context.Context, o lintOptions, answer *app.Linted) (*app.Linted, error) {
	mended := app.Mend(answer.Findings, o.fix == "all")
	if len(mended) == 0 {
		return answer, nil
	}
	if o.fix == "all" && !o.yes {
		if ok, err := c.mayMend(ctx, mended); err != nil || !ok {
			return answer, err
		}
	}
	fixed := 0
	for i := range mended {
		if err := mended[i].Write(ctx); err != nil {
			return answer, err
		}
		fixed += mended[i].Findings
	}
	fmt.Fprintf(c.err, "ward: %s mended in %s\n", report.Plural(int64(fixed), "finding"), report.Plural(int64(len(mended)), "file"))
	return c.lint(ctx, o.LintRequest)
}

func (c *console) mayMend(ctx context.Context, mended []app.Mended) (bool, error) {
	who, err := c.person()
	if err != nil {
		return false, err
	}
	if err := report.LintDiff(c.err, mended, c.style); err != nil {
		return false, errors.Join(err, who.close())
	}
	ok, err := who.goes(ctx)
	return ok, errors.Join(err, who.close())
}

func lintWriter(format string, style report.Style) func(io.Writer, *app.Linted) error {
	switch format {
	case "json":
		return report.LintJSON
	case "sarif":
		return func(w io.Writer, l *app.Linted) error { return report.LintSARIF(w, l, versionText()) }
	case "rdjsonl":
		return report.LintRDJSONL
	case "checkstyle":
		return report.LintCheckstyle
	case "github":
		return report.LintGitHub
	case "gitlab":
		return report.LintGitLab
	}
	return func(w io.Writer, l *app.Linted) error { return report.LintText(w, l, style) }
}
