package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
	"ward/policy"
)

const policyInitLong = `Writes a policy to begin with, full of explanations. A file that exists is never
overwritten. "-" writes to standard output.`

func newPolicyInitCommand(c *console) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:     "init",
		Short:   "Write a policy to begin with",
		Long:    exits(policyInitLong, "0  written", "2  a mistake in the command line", "3  the file exists, or cannot be written"),
		Example: "  ward policy init\n  ward policy init -o /etc/ward/app.yaml",
		Args:    wanted(cobra.NoArgs),
		RunE:    func(*cobra.Command, []string) error { return runPolicyInit(c, file) },
	}
	cmd.Flags().StringVarP(&file, "out", "o", "ward.yaml", "the `FILE` to write")
	return cmd
}

func runPolicyInit(c *console, file string) error {
	if file == "-" {
		_, err := io.WriteString(c.out, policy.Template())
		return err
	}
	if err := app.InitPolicy(file); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "wrote %s; next: %s\n", report.Path(file), report.Shell([]string{"ward", "check", "-p", file}))
	return err
}

func newPolicySchemaCommand(c *console) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of policy files, for editors",
		Long:    exits("Prints the JSON Schema (draft 2020-12) of policy files. Editors use it to complete\nand check them; what modes, patterns and names mean only `ward policy check` knows.", "0  printed"),
		Example: "  ward policy schema > ward.schema.json",
		Args:    wanted(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(c.out, policy.Schema())
			return err
		},
	}
}
