package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
	"ward/repair"
)

const repairLong = `Brings a system tree back after a chmod -R or chown -R went wrong. ROOT is the root
directory of the system: / or where its disk is mounted. Modes and owners come from:

    packages  the .deb files in apt's cache (--debs DIR names further ones,
              --download has apt-get fetch the rest), dpkg-statoverride and
              diversions; the databases of rpm and apk; tmpfiles.d
    MANIFEST  a file that ` + "`ward manifest`" + `, mtree or getfacl -R wrote
    log, ID   what ward's own runs, or one of them, left

The plan is shown, asked about, carried out, read back, and can be taken back like
any other. Nobody is given a right that he does not have: what is tighter than the
reference is left, and listed, unless --loosen says otherwise. What no package knows
is listed with a guess. Set-id programs and capabilities come first in the report and
last in the doing: in a run of their own, once nobody but root can write the files
any more and their content was compared with the package's checksum.

If the damage was done by ward itself, ` + "`ward undo`" + ` is exact.`

const repairExample = `  ward repair --dry-run --all /mnt/disk    # what would be done, and what not
  ward repair --loosen=etc /mnt/disk       # after a chmod -R 700 etc
  ward repair --guess=likely --download /mnt/disk
  ward manifest /srv >srv.mtree            # on a good day
  ward repair --from srv.mtree /srv        # on a bad one`

type repairOptions struct {
	app.RepairRequest
	loosen []string
	guess  string
	out    string
	format string
	yes    bool
	dry    bool
	all    bool
}

func newRepairCommand(c *console) *cobra.Command {
	var o repairOptions
	cmd := &cobra.Command{
		Use:   "repair [ROOT]",
		Short: "Bring a damaged system tree back to what its packages say",
		Long: exits(repairLong,
			"0  everything that the reference knows is as it should be, or the plan is whole",
			"2  a mistake in the command line or the manifest; nobody to ask",
			"3  something was left alone, refused, not changed or not looked at",
			"130  stopped by a signal; what was begun can be finished or taken back"),
		Example: repairExample,
		Args:    wanted(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Root = rootOf(args)
			if err := o.settle(cmd); err != nil {
				return err
			}
			if o.dry {
				return planRepair(cmd, c, &o)
			}
			return runRepair(cmd, c, &o)
		},
	}
	repairFlags(cmd, &o)
	return cmd
}

// everything is what --loosen without a path stands for.
const everything = "everything"

func repairFlags(cmd *cobra.Command, o *repairOptions) {
	f := cmd.Flags()
	f.StringVar(&o.From, "from", "packages", "`WHERE` the reference is: packages, a manifest's file, log, or the id of a run")
	f.StringArrayVar(&o.loosen, "loosen", nil, "give rights back that are missing, at `PATH` and below, or everywhere; repeatable")
	f.Lookup("loosen").NoOptDefVal = everything
	f.StringVar(&o.guess, "guess", "none", "carry out guesses that are this certain: `HOW` is sure, likely or unsure")
	f.StringArrayVar(&o.Debs, "debs", nil, "look for .deb files in this `DIR` too; repeatable")
	f.BoolVar(&o.Download, "download", false, "have apt-get fetch the packages that are not at hand")
	f.StringArrayVar(&o.Only, "only", nil, "only paths that fit this `GLOB`, relative to the root; repeatable")
	f.StringArrayVar(&o.Exclude, "exclude", nil, "leave out what fits this `GLOB`, with all below it; repeatable")
	f.BoolVarP(&o.dry, "dry-run", "n", false, "show what would be done, and change nothing")
	f.StringVarP(&o.out, "out", "o", "", "save the plan to this `FILE`, and change nothing")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text, or json, which changes nothing")
	f.BoolVar(&o.all, "all", false, "list everything that is left alone, not only the first of each kind")
	f.StringArrayVar(&o.AllowSystem, "allow-system", nil, "allow this directory of the system, by its exact `PATH`; repeatable")
	f.BoolVar(&o.AllowOutsideLinks, "allow-outside-links", false, "change files that have further names outside the tree")
	f.BoolVar(&o.AllowOverlayLinks, "allow-overlay-links", false, "change one of several names on overlayfs, which parts it from the others")
	runFlags(cmd, &o.RunOptions, &o.yes)
	jobsFlag(cmd, &o.Jobs)
	_ = cmd.RegisterFlagCompletionFunc("guess", cobra.FixedCompletions([]string{"sure", "likely", "unsure"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.MarkFlagDirname("debs")
	_ = cmd.MarkFlagDirname("allow-system")
}

// settle turns flags into the request.
func (o *repairOptions) settle(cmd *cobra.Command) error {
	if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
		return err
	}
	for _, path := range o.loosen {
		if path == everything {
			o.LoosenAll = true
			continue
		}
		o.Loosen = append(o.Loosen, path)
	}
	certainty, ok := repair.ParseCertainty(o.guess)
	if !ok {
		return usage(cmd, fmt.Errorf("--guess=%s: it is sure, likely or unsure", o.guess))
	}
	o.Guess = certainty
	o.dry = o.dry || o.out != "" || o.format == "json"
	return nil
}

func planRepair(cmd *cobra.Command, c *console, o *repairOptions) error {
	progress := c.progress()
	p, err := app.PlanRepair(cmd.Context(), o.RepairRequest, progress)
	progress.stop()
	if err != nil {
		return err
	}
	defer p.Close()
	if o.out != "" {
		if err := app.SavePlan(o.out, p.SortedPlan); err != nil {
			return err
		}
	}
	if o.format == "json" {
		err = report.RepairJSON(c.out, p)
	} else {
		err = writeRepair(c, p, o)
	}
	c.repaired(&p.Repair, &p.Planned)
	return errors.Join(err, repairVerdict(&p.Repair, &p.Planned))
}

func writeRepair(c *console, p *app.RepairPlan, o *repairOptions) error {
	if err := report.RepairText(c.out, &p.Repair, &p.Planned, o.all, c.style); err != nil {
		return err
	}
	if p.SecondRun {
		if err := report.SecondRunText(c.out, &p.Repair, c.style); err != nil {
			return err
		}
	}
	if o.out != "" && p.SecondRun {
		fmt.Fprintln(c.out, "that is not in the saved plan: repair once more after it was carried out")
	}
	return report.NextStep(c.out, &p.Planned, o.out)
}

// repaired says on standard error what the answer does not cover.
func (c *console) repaired(r *app.Repair, p *app.Planned) {
	for _, problem := range r.Problems {
		fmt.Fprintf(c.err, "ward: not read: %s\n", report.Printable(problem))
	}
	c.unseen("not looked at", &p.Unseen)
}

func runRepair(cmd *cobra.Command, c *console, o *repairOptions) error {
	who, err := c.asker(o.yes)
	if err != nil {
		return usage(cmd, fmt.Errorf("%w; --dry-run only shows the plan", err))
	}
	defer who.close()
	o.Waiting = c.waiting
	progress := c.progress()
	p, err := app.PrepareRepair(cmd.Context(), o.RepairRequest, progress)
	progress.stop()
	if err != nil {
		return err
	}
	err = report.RepairText(c.out, &p.Repair, &p.Planned, o.all, c.style)
	if err == nil && p.SecondRun() {
		err = report.SecondRunText(c.out, &p.Repair, c.style)
	}
	c.repaired(&p.Repair, &p.Planned)
	if err == nil {
		err = carryOutRepair(cmd.Context(), c, who, p)
	}
	return errors.Join(err, p.Close())
}

func carryOutRepair(ctx context.Context, c *console, who asker, p *app.PreparedRepair) error {
	left := repairVerdict(&p.Repair, &p.Planned)
	if p.Changes == 0 {
		return left
	}
	ok, err := who.goes(ctx)
	if err != nil {
		return err
	}
	if !ok {
		fmt.Fprintln(c.out, "nothing was changed")
		return verdict(exitIncomplete)
	}
	progress := c.progress()
	first, second, err := p.RunThrough(ctx, progress)
	progress.stop()
	if first == nil {
		return err
	}
	if second == nil {
		return errors.Join(tell(c, first, err), left)
	}
	return errors.Join(tell(c, first, nil), tell(c, second, err), refusedAfter(c, p), left)
}

// refusedAfter says what the second run was refused.
func refusedAfter(c *console, p *app.PreparedRepair) error {
	if p.Second == nil || p.Second.Whole() {
		return nil
	}
	c.unseen("not looked at", &p.Second.Unseen)
	return errors.Join(report.RefusedText(c.out, p.Second, c.style), verdict(exitIncomplete))
}

// repairVerdict is incomplete where something that the reference knows is not as it
// says afterwards. What no source knows is no part of it.
func repairVerdict(r *app.Repair, p *app.Planned) error {
	if p.Whole() && r.Whole() {
		return nil
	}
	return verdict(exitIncomplete)
}
