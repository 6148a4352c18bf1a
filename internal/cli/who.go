package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const whoLong = `Says who may do something to a path: every user and group that this machine lists,
and by what; "everyone" and "nobody but root" where that is so. A user stands for a
process of his after login.

The way to the path counts as well as the path: a file that everybody may read lies
in vain below a directory that is closed. ACTION is as for ward explain, which says
about one of them why, and what would change it.`

const whoExample = `  ward who read /etc/ssl/private/server.key
  ward who write --processes /var/lib/app
  ward who delete --format json /srv/share/report.txt`

type whoOptions struct {
	processes, all bool
	format         string
	with           withOptions
}

func newWhoCommand(c *console) *cobra.Command {
	var o whoOptions
	cmd := &cobra.Command{
		Use:   "who ACTION PATH...",
		Short: "List who may do something to a path, and by what",
		Long: exits(whoLong,
			"0  answered",
			"2  a mistake in the command line",
			"3  it cannot be decided about somebody from what could be seen"),
		Example:           whoExample,
		Args:              wanted(cobra.MinimumNArgs(1)),
		ValidArgsFunction: completeActions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
				return err
			}
			return runWho(cmd, c, o, args)
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&o.processes, "processes", "p", false, "ask about every running process too")
	f.BoolVarP(&o.all, "all", "a", false, "name everybody, not only the first few")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	o.with.add(cmd)
	return cmd
}

func runWho(cmd *cobra.Command, c *console, o whoOptions, args []string) error {
	requests, err := accessRequests(cmd, "", &o.with, args)
	if err != nil {
		return err
	}
	status := exitFine
	var wrong []error
	for i, q := range requests {
		a, err := app.Who(app.WhoRequest{Action: q.Action, With: q.With, Path: q.Path, Target: q.Target, Processes: o.processes})
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		if a.Undecided() {
			status = exitIncomplete
		}
		if err := showWho(c, o, a, i > 0); err != nil {
			return fmt.Errorf("write the answer: %w", err)
		}
	}
	if status != exitFine {
		wrong = append(wrong, verdict(status))
	}
	return errors.Join(wrong...)
}

func showWho(c *console, o whoOptions, a *app.WhoMay, again bool) error {
	if o.format == "json" {
		return report.WhoJSON(c.out, a)
	}
	if again {
		fmt.Fprintln(c.out)
	}
	return report.WhoText(c.out, a, o.all, c.style)
}
