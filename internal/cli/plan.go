package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const planLong = `Says what ` + "`ward apply`" + ` would change below ROOT (default: the current directory):
for each rule from what to what, how often, and who may do more or less by it.
Only real changes are in a plan. Nothing is changed.

With --out the plan is saved; ` + "`ward apply FILE`" + ` then does exactly that, and leaves
alone whatever has changed since.`

const planExample = `  ward plan /srv/app
  ward plan -p ward.yaml -o app.plan /srv/app && ward apply app.plan
  ward plan -p ward.yaml --exit-code /srv/app      # in a pipeline: 1 is drift`

type planOptions struct {
	app.PlanRequest
	out      string
	format   string
	exitCode bool
}

func newPlanCommand(c *console) *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan [ROOT]",
		Short: "Say what apply would change, without changing it",
		Long: exits(planLong,
			"0  there is a plan, or nothing to change",
			"1  with --exit-code: there are changes",
			"2  a mistake in the command line or a policy",
			"3  something could not be looked at, or is refused: see the output"),
		Example: planExample,
		Args:    wanted(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Root = rootOf(args)
			return runPlan(cmd, c, o)
		},
	}
	judgingFlags(cmd, &o.Judging)
	planFlags(cmd, &o.PlanOptions)
	f := cmd.Flags()
	f.StringVarP(&o.out, "out", "o", "", "save the plan to this `FILE`")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	f.BoolVar(&o.exitCode, "exit-code", false, "exit with status 1 if anything would change")
	return cmd
}

// planFlags adds the options that say what a plan may take.
func planFlags(cmd *cobra.Command, o *app.PlanOptions) {
	f := cmd.Flags()
	f.StringArrayVar(&o.Also, "also", nil, "take this rule too, by its `ID`, although it asks first; repeatable")
	f.StringArrayVar(&o.AllowSystem, "allow-system", nil, "allow this directory of the system, by its exact `PATH`; repeatable")
	f.BoolVar(&o.AllowOutsideLinks, "allow-outside-links", false, "change files that have further names outside the tree")
	f.BoolVar(&o.AllowOverlayLinks, "allow-overlay-links", false, "change one of several names on overlayfs, which parts it from the others")
	_ = cmd.RegisterFlagCompletionFunc("also", completeRules)
	_ = cmd.MarkFlagDirname("allow-system")
}

func rootOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

func runPlan(cmd *cobra.Command, c *console, o planOptions) error {
	if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
		return err
	}
	if o.out == "-" {
		return usage(cmd, errors.New("--out -: a plan is saved in a file, which apply reads; --format json writes one to look at"))
	}
	progress := c.progress()
	p, err := app.Plan(cmd.Context(), o.PlanRequest, progress)
	progress.stop()
	if err != nil {
		return err
	}
	defer p.Close()
	if o.out != "" {
		if err := app.SavePlan(o.out, p); err != nil {
			return err
		}
	}
	if err := writePlan(c, p, o); err != nil {
		return err
	}
	c.warn(p.Warnings)
	c.unseen("not looked at", &p.Unseen)
	return planVerdict(&p.Planned, o.exitCode)
}

func writePlan(c *console, p *app.SortedPlan, o planOptions) error {
	if o.format == "json" {
		return report.PlanJSON(c.out, p)
	}
	if err := report.PlanText(c.out, &p.Planned, c.style); err != nil {
		return err
	}
	return report.NextStep(c.out, &p.Planned, o.out)
}

func planVerdict(p *app.Planned, exitCode bool) error {
	switch {
	case !p.Whole():
		return verdict(exitIncomplete)
	case exitCode && p.Changes > 0:
		return verdict(exitFindings)
	}
	return nil
}
