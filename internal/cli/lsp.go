package cli

import (
	"github.com/spf13/cobra"

	"ward/internal/app"
)

const lspLong = `Speaks the Language Server Protocol on standard input and output, for editors:
what ward lint finds, as you type; what a mode means, under the pointer; and fixes,
each tried out before it is offered. Policy files (ward.yaml, *.ward.yaml) are checked
as ward policy check does.

The documents are those that the editor sends. ward reads no file but ward.yaml of the
directory it is started in, and writes none.`

const lspExample = `  ward lsp      # what the editor starts; it speaks on stdin and stdout

  # Neovim
  vim.lsp.start({name = "ward", cmd = {"ward", "lsp"}, root_dir = vim.fn.getcwd()})

  # Helix, languages.toml
  [language-server.ward]
  command = "ward"
  args = ["lsp"]`

func newLSPCommand(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "lsp",
		Short: "Serve an editor: permission mistakes as you type",
		Long: exits(lspLong,
			"0  the editor said exit, or closed the connection",
			"2  a policy that does not parse",
			"3  the connection broke"),
		Example: lspExample,
		Args:    wanted(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return app.ServeLanguage(cmd.Context(), c.in, c.out)
		},
	}
}
