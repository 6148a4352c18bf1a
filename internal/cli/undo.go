package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"ward/internal/app"
)

const undoLong = `Takes a run back: every object that still is as the run left it becomes again what
it was before (mode, owner, group, ACL, capabilities and flags). What was changed
since, or replaced, is left alone and reported. Without an ID it is the last apply
that was not taken back. A run that was cut off can be taken back too.

After a change of owner, setuid, setgid and capabilities come back only to files
that were root's meanwhile: another owner may have written what they would run.`

const undoExample = `  ward undo                         # the last apply
  ward log                          # which runs there are
  ward undo 20261122T031500Z-3f2a`

type undoOptions struct {
	app.UndoRequest
	yes bool
}

func newUndoCommand(c *console) *cobra.Command {
	var o undoOptions
	cmd := &cobra.Command{
		Use:   "undo [ID]",
		Short: "Take a run back",
		Long: exits(undoLong,
			"0  everything is as it was",
			"2  a mistake in the command line; nobody to ask",
			"3  no such run, or something was left alone or could not be changed",
			"130  stopped by a signal; what was begun can be finished or taken back"),
		Example: undoExample,
		Args:    wanted(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.ID = args[0]
			}
			return runUndo(cmd, c, o)
		},
		ValidArgsFunction: completeRuns,
	}
	runFlags(cmd, &o.RunOptions, &o.yes)
	f := cmd.Flags()
	f.BoolVar(&o.AllowOutsideLinks, "allow-outside-links", false, "change files that got further names since")
	jobsFlag(cmd, &o.Jobs)
	return cmd
}

func runUndo(cmd *cobra.Command, c *console, o undoOptions) error {
	who, err := c.asker(o.yes)
	if err != nil {
		return usage(cmd, err)
	}
	defer who.close()
	o.Waiting = c.waiting
	runs, err := app.UndoTogether(o.ID)
	if err != nil {
		return err
	}
	for i, id := range runs {
		if len(runs) > 1 {
			fmt.Fprintf(c.out, "taking back run %s, part %d of %d of one command\n", id, len(runs)-i, len(runs))
		}
		o.ID = id
		p, err := app.PrepareUndo(cmd.Context(), o.UndoRequest)
		if err != nil {
			return err
		}
		if err := carryOut(cmd.Context(), c, who, p, show(c, p)); err != nil {
			return err
		}
	}
	return nil
}

// completeRuns completes the ids of runs.
func completeRuns(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	runs, _, _ := app.Log()
	var ids []string
	for _, r := range runs {
		ids = append(ids, r.ID+"\t"+r.Command+" "+r.Header.Root)
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
