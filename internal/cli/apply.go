package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/host/state"
	"ward/internal/report"
)

const applyLong = `Mends what is wrong below ROOT (default: the current directory): shows the plan,
asks, changes, and reads every object back. Or carries out exactly the plan saved
in FILE by ` + "`ward plan --out`" + `; what has changed since is left alone.

Every run is written down before its first change: ` + "`ward undo`" + ` takes it back, and a
run that was cut off is finished with --resume. With --yes nothing is asked, and
rules that ask first are left alone, unless --also names them.

Runs are kept in /var/lib/ward for root, else in ward below $XDG_STATE_HOME or
~/.local/state; $WARD_STATE_DIR names another directory.`

const applyExample = `  ward apply /srv/app
  ward apply --yes --rule baseline/world-writable-file /srv/app
  ward apply app.plan
  ward apply --resume /srv/app      # finish a run that was cut off`

type applyOptions struct {
	app.ApplyRequest
	yes    bool
	resume bool
}

func newApplyCommand(c *console) *cobra.Command {
	var o applyOptions
	cmd := &cobra.Command{
		Use:   "apply [ROOT | FILE]",
		Short: "Mend a tree, or carry out a saved plan",
		Long: exits(applyLong,
			"0  everything is as wanted now",
			"2  a mistake in the command line, a policy or the plan; nobody to ask",
			"3  something was left alone, refused or not changed, or the run was cut off",
			"130  stopped by a signal; what was begun can be finished or taken back"),
		Example: applyExample,
		Args:    wanted(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runApply(cmd, c, o, args)
		},
	}
	judgingFlags(cmd, &o.Judging)
	planFlags(cmd, &o.PlanOptions)
	runFlags(cmd, &o.RunOptions, &o.yes)
	cmd.Flags().BoolVar(&o.resume, "resume", false, "finish the run that was cut off on this tree")
	return cmd
}

// runFlags adds the options of whatever changes a tree.
func runFlags(cmd *cobra.Command, o *app.RunOptions, yes *bool) {
	f := cmd.Flags()
	f.BoolVarP(yes, "yes", "y", false, "do not ask")
	f.StringArrayVar(&o.AllowAncestor, "allow-ancestor", nil, "trust this directory above the root, by its exact `PATH`, though others may write it; repeatable")
	_ = cmd.MarkFlagDirname("allow-ancestor")
}

func runApply(cmd *cobra.Command, c *console, o applyOptions, args []string) error {
	who, err := c.asker(o.yes)
	if err != nil {
		return usage(cmd, err)
	}
	defer who.close()
	o.Waiting = c.waiting
	p, err := prepareApply(cmd, c, o, args)
	if err != nil {
		return err
	}
	asked, err := answers(cmd.Context(), who, p)
	if err != nil || len(asked) == 0 {
		return carryOut(cmd.Context(), c, who, p, err)
	}
	if err := p.Close(); err != nil {
		return err
	}
	o.Also = append(o.Also, asked...)
	if p, err = prepareApply(cmd, c, o, args); err != nil {
		return err
	}
	return carryOut(cmd.Context(), c, who, p, nil)
}

// prepareApply makes the plan ready that the command line asks for, and shows it.
func prepareApply(cmd *cobra.Command, c *console, o applyOptions, args []string) (*app.Prepared, error) {
	ctx, progress := cmd.Context(), c.progress()
	defer progress.stop()
	var p *app.Prepared
	var err error
	switch {
	case o.resume:
		root := ""
		if len(args) > 0 {
			root = args[0]
		}
		p, err = app.PrepareResume(ctx, app.ResumeRequest{RunOptions: o.RunOptions, Root: root})
	case len(args) > 0 && app.IsPlan(args[0]):
		if name := judges(cmd); name != "" {
			return nil, usage(cmd, fmt.Errorf("%s is a saved plan, which is carried out exactly: leave out --%s, or make another plan", report.Path(args[0]), name))
		}
		p, err = app.PrepareFile(ctx, app.ApplyFileRequest{RunOptions: o.RunOptions, File: args[0]})
	default:
		o.Root = rootOf(args)
		p, err = app.PrepareApply(ctx, o.ApplyRequest, progress)
	}
	if err != nil {
		return nil, err
	}
	progress.stop()
	return p, show(c, p)
}

// judges names an option that only makes sense for a tree to be judged; "" where
// there is none.
func judges(cmd *cobra.Command) string {
	for _, name := range []string{"policy", "pack", "rule", "only", "exclude", "deep", "also"} {
		if cmd.Flags().Changed(name) {
			return name
		}
	}
	return ""
}

func show(c *console, p *app.Prepared) error {
	if p.Resumes {
		fmt.Fprintf(c.out, "finishing run %s, which was cut off\n", p.ID())
	}
	if err := report.PlanText(c.out, &p.Planned, c.style); err != nil {
		return err
	}
	c.warn(p.Warnings)
	c.unseen("not looked at", &p.Unseen)
	return nil
}

// answers asks about each rule that wants to be asked about, and returns the ids of
// those that were answered yes.
func answers(ctx context.Context, who asker, p *app.Prepared) (yes []string, err error) {
	for i := range p.Asked {
		a := &p.Asked[i]
		ok, err := who.takes(ctx, report.Named(a.Rule.ID, a.Rule.Title), a.Count)
		if err != nil {
			return nil, err
		}
		if ok {
			yes = append(yes, a.Rule.ID)
		}
	}
	return yes, nil
}

// carryOut asks the last question and runs the plan. It closes p, also after an
// earlier error.
func carryOut(ctx context.Context, c *console, who asker, p *app.Prepared, err error) (result error) {
	defer func() { result = errors.Join(result, p.Close()) }()
	if err != nil {
		return err
	}
	if p.Changes > 0 {
		ok, err := who.goes(ctx)
		if err != nil {
			return err
		}
		if !ok {
			fmt.Fprintln(c.out, "nothing was changed")
			return verdict(exitIncomplete)
		}
	}
	progress := c.progress()
	a, err := p.Run(ctx, progress)
	progress.stop()
	if a == nil || a.ID == "" && err == nil {
		return errors.Join(err, leftAlone(who, p))
	}
	return errors.Join(tell(c, a, err), leftAlone(who, p))
}

// tell reports a run that was begun.
func tell(c *console, a *app.Applied, err error) error {
	fmt.Fprintln(c.out)
	if werr := report.AppliedText(c.out, a, c.style); werr != nil {
		return errors.Join(err, werr)
	}
	if werr := report.AppliedFaults(c.err, a); werr != nil {
		return errors.Join(err, werr)
	}
	if err == nil && !a.Whole() {
		return verdict(exitIncomplete)
	}
	return err
}

// leftAlone is the verdict on what was not in the plan: rules that nobody could be
// asked about, refusals, and what could not be looked at.
func leftAlone(who asker, p *app.Prepared) error {
	_, silent := who.(nobody)
	if !p.Whole() || silent && len(p.Asked) > 0 {
		return verdict(exitIncomplete)
	}
	return nil
}

// waiting says that another run holds the tree.
func (c *console) waiting(h state.Holder) {
	fmt.Fprintf(c.err, "ward: waiting for another run on %s (process %d)\n", report.Path(h.Root), h.PID)
}
