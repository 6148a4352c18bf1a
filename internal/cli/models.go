package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const modelsLong = `Lists the models of permissions that ward knows: the systems and versions that have
them, the notations in which they are written, and the programs for which
` + "`ward convert`" + ` prints commands. With a name it says all about that model: an example of each
notation, where ward reads it, and which rights it decides.`

const modelsExample = `  ward models
  ward models nt
  ward models --format json | jq -r '.models[].id'`

func newModelsCommand(c *console) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "models [NAME...]",
		Short: "List models of permissions, their systems and notations",
		Long: exits(modelsLong,
			"0  listed",
			"2  a mistake in the command line, or an unknown name"),
		Example:           modelsExample,
		Args:              wanted(cobra.ArbitraryArgs),
		ValidArgsFunction: completeModels(false),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf(cmd, "format", format, "text", "json"); err != nil {
				return err
			}
			table, err := app.Models(args)
			if err != nil {
				return err
			}
			if err := writeModelTable(c, table, format, len(args) > 0); err != nil {
				return fmt.Errorf("write the answer: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	return cmd
}

func writeModelTable(c *console, t *app.ModelTable, format string, atLength bool) error {
	switch {
	case format == "json":
		return report.ModelsJSON(c.out, t)
	case atLength:
		return report.ModelsAtLength(c.out, t, c.style)
	}
	return report.ModelsText(c.out, t, c.style)
}
