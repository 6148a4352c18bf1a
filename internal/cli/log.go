package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const logLong = `Lists the runs of ` + "`ward apply`" + ` and ` + "`ward undo`" + `, the last one first; with an ID, that run
with each object it changed: path, mode, owner, group and ACL before and after, the
rule and what came of it. An ID may be shortened as far as it is unique.`

const logExample = `  ward log
  ward log 20261122T031500Z
  ward log --format json | jq -r '.runs[].id'`

func newLogCommand(c *console) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:               "log [ID]",
		Short:             "Say what was changed, when, by whom and why",
		Long:              exits(logLong, "0  listed", "2  a mistake in the command line", "3  no such run, or a journal that cannot be read"),
		Example:           logExample,
		Args:              wanted(cobra.MaximumNArgs(1)),
		ValidArgsFunction: completeRuns,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf(cmd, "format", format, "text", "json"); err != nil {
				return err
			}
			if len(args) > 0 {
				return runLogOf(c, args[0], format)
			}
			return runLog(c, format)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	return cmd
}

func runLog(c *console, format string) error {
	runs, names, err := app.Log()
	if names == nil {
		return err
	}
	if format == "json" {
		return errors.Join(report.LogJSON(c.out, runs, names), err)
	}
	return errors.Join(report.LogText(c.out, runs, names, c.style), err)
}

func runLogOf(c *console, id, format string) error {
	l, err := app.LogOf(id)
	if err != nil {
		return err
	}
	defer l.Close()
	if format == "json" {
		return report.RunJSON(c.out, l)
	}
	return report.RunText(c.out, l, c.style)
}
