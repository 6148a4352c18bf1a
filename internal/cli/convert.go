package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const convertLong = `Converts permissions from any model to any other: Unix modes, POSIX lists, NFSv4
and macOS lists, Windows descriptors, DOS attributes, locks of classic Mac OS,
AmigaOS, OpenVMS, RACF and HP-UX. The result goes to standard output and nothing
else does; what is lost, for whom, goes to standard error.

The source's own rules are asked what everybody may do, and the target's own rules
are asked again: a difference is a loss. Somebody may do less than before
(narrowed), or the target cannot say a thing (lost). Nobody may do more than
before (widened), unless --allow-widening is given; what cannot be converted
without is refused. --strict refuses any loss.

--to takes a model, one of its notations, or a program: icacls, powershell,
setfacl, nfs4_setfacl and chmod+a, among others, print the commands that would
set the result.

` + sourceHelp + `

Users and groups go by other names on another system. --map and --same say which
are the same, a row for each: user joe JOE uid=1001 sid=S-1-5-21-1-2-3-1001
uic=[10,5]. The accounts of this machine join names and numbers, unless -n is
given. Whom the target has no name for is listed as a loss.`

const convertExample = `  ward convert --from amiga --to unix '----rwed'
  ward convert --from vms --to unix '(S:RWED,O:RWED,G:RE,W)'
  ward convert --from nt --to nfs4 --map people.txt share.sddl
  ward convert --from unix --to icacls --owner S-1-5-32-544 0640
  ward convert --to nfs4_setfacl /srv/share/report.odt
  ward convert --in old.zip --to unix S/Startup-Sequence`

type convertOptions struct {
	source sourceOptions
	q      app.ConvertRequest
	format string
	quiet  bool
}

func newConvertCommand(c *console) *cobra.Command {
	var o convertOptions
	cmd := &cobra.Command{
		Use:   "convert --to MODEL TEXT|PATH...",
		Short: "Convert permissions between models, with a list of what is lost",
		Long: exits(convertLong,
			"0  converted, and nothing is lost",
			"1  converted, and something is lost, narrowed or widened",
			"2  a mistake in the command line, an unknown model, a malformed text",
			"3  not converted: refused, or something could not be read"),
		Example: convertExample,
		Args:    wanted(someArguments(&o.source)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(oneOf(cmd, "format", o.format, "text", "json"), notEmpty(cmd, "path")); err != nil {
				return err
			}
			if o.q.To == "" {
				return usage(cmd, errors.New("to which model? --to is missing; `ward models` lists them"))
			}
			var err error
			if o.q.Source, err = o.source.source(cmd, c, args); err != nil {
				return err
			}
			return runConvert(c, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.q.To, "to", "", "the `MODEL`, notation or program to convert to")
	o.source.add(cmd)
	f.BoolVar(&o.q.AllowWidening, "allow-widening", false, "convert though somebody may do more by it")
	f.BoolVar(&o.q.Strict, "strict", false, "refuse any loss")
	f.StringVar(&o.q.Path, "path", "", "the `PATH` that commands are for")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "do not list losses; the exit status tells them")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	cmd.MarkFlagsMutuallyExclusive("allow-widening", "strict")
	_ = cmd.RegisterFlagCompletionFunc("to", completeModels(true))
	_ = cmd.RegisterFlagCompletionFunc("format", completeFormats)
	return takingTexts(cmd)
}

func runConvert(c *console, o convertOptions) error {
	all, err := app.Convert(o.q)
	if len(all) > 0 || err == nil {
		if writing := writeConverted(c, o, all); writing != nil {
			return fmt.Errorf("write the answer: %w", writing)
		}
	}
	status := exitFine
	for i := range all {
		status = max(status, convertedStatus(&all[i]))
	}
	if status != exitFine {
		err = errors.Join(err, verdict(status))
	}
	return err
}

func convertedStatus(a *app.Converted) int {
	switch {
	case a.Refused != nil:
		return exitIncomplete
	case len(a.Result.Losses) > 0:
		return exitFindings
	}
	return exitFine
}

func writeConverted(c *console, o convertOptions, all []app.Converted) error {
	if o.format == "json" {
		return report.ConvertedJSON(c.out, all)
	}
	if err := report.ConvertedText(c.out, all); err != nil || o.quiet {
		return err
	}
	return report.ConvertedLosses(c.err, all, report.Style{})
}
