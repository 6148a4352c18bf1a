package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const explainModelLong = `

With --model the permissions of another system decide, by its own rules, entry by
entry: ward explain --model nfs4 --as bob write FILE. The object is a path or a
member of an archive that carries them, or, with --from, a text. WHO is then
owner, group, other, system, or WHO:GROUP,… by names, numbers, SIDs or UICs, and
ACTION also delete-child and getfacl; several with commas are one request.
` + "`ward models`" + ` lists the models, and ward convert --help says how texts, archives
and names on several systems are given.`

const explainModelExample = `
  ward explain --model nt --as S-1-5-32-545 write /mnt/ntfs/file
  ward explain --model vms --as '[10,5]' --from vms read '(S:RWED,O:RWED,G:RE,W)'`

// withModels lets explain decide by the permissions of other systems: where --model is
// given, or --from or --in, which only they have.
func withModels(c *console, cmd *cobra.Command) *cobra.Command {
	var o sourceOptions
	var model string
	runHere, completeHere := cmd.RunE, cmd.ValidArgsFunction
	cmd.Long = strings.Replace(cmd.Long, "\n\nExit status:", explainModelLong+"\n\nExit status:", 1)
	cmd.Example += explainModelExample
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if model == "" && o.From == "" && o.In == "" {
			if err := onlyWith(cmd, "--model", "follow", "map", "same", "sids", "domain", "numeric"); err != nil {
				return err
			}
			return runHere(cmd, args)
		}
		return runExplainModel(cmd, c, o, app.ModelQuestion{Model: model}, args)
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if model != "" && len(args) == 0 {
			return app.ModelActions(), cobra.ShellCompDirectiveNoFileComp
		}
		return completeHere(cmd, args, word)
	}
	cmd.Flags().StringVar(&model, "model", "", "decide by the rules of this `MODEL` of another system")
	o.addInput(cmd)
	cmd.Flags().Lookup("which").Hidden = true // --model says it
	_ = cmd.RegisterFlagCompletionFunc("model", completeModels(false))
	return takingTexts(cmd)
}

// onlyWith refuses options that mean nothing without another one.
func onlyWith(cmd *cobra.Command, other string, options ...string) error {
	for _, name := range options {
		if cmd.Flags().Changed(name) {
			return usage(cmd, fmt.Errorf("--%s goes with %s", name, other))
		}
	}
	return nil
}

// notWithModel are the options of explain that ask about this system.
var notWithModel = []string{"stop", "open", "attribute", "now", "swap", "keep", "which"}

func runExplainModel(cmd *cobra.Command, c *console, o sourceOptions, q app.ModelQuestion, args []string) error {
	for _, name := range notWithModel {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
			return usage(cmd, fmt.Errorf("--%s asks about this system, not about another one's model", name))
		}
	}
	value := func(name string) string { return cmd.Flags().Lookup(name).Value.String() }
	format := value("format")
	if err := errors.Join(oneOf(cmd, "format", format, "text", "json"), notEmpty(cmd, "as", "model")); err != nil {
		return err
	}
	o.kind, o.Facts.Mode, o.Facts.Owner, o.Facts.Group = value("kind"), value("mode"), value("owner"), value("group")
	q.As, q.Action = value("as"), args[0]
	if len(args) == 1 && o.In == "" {
		return usage(cmd, fmt.Errorf("%s what? A path or a text is missing", q.Action))
	}
	var err error
	if q.Source, err = o.source(cmd, c, args[1:]); err != nil {
		return err
	}
	all, err := app.ExplainModel(q)
	if value("quiet") != "true" && len(all) > 0 {
		if writing := answer(c, format, all, report.ModelVerdictText, report.ModelVerdictJSON); writing != nil {
			return writing
		}
	}
	if slices.ContainsFunc(all, func(a app.ModelAnswer) bool { return !a.Verdict.Allowed }) {
		err = errors.Join(err, verdict(exitFindings))
	}
	return err
}
