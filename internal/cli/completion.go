package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

const completionLong = `Prints a script that makes a shell complete ward's commands and options.`

const completionExample = `  ward completion bash > /etc/bash_completion.d/ward
  ward completion zsh > "${fpath[1]}/_ward"
  ward completion fish > ~/.config/fish/completions/ward.fish`

func newCompletionCommand(c *console) *cobra.Command {
	return &cobra.Command{
		Use:                   "completion bash|zsh|fish|powershell",
		Short:                 "Print a completion script for a shell",
		Long:                  exits(completionLong, "0  printed", "2  a shell that ward does not know"),
		Example:               completionExample,
		Args:                  wanted(cobra.ExactArgs(1)),
		ValidArgs:             []string{"bash", "zsh", "fish", "powershell"},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return completion(cmd, args[0], c)
		},
	}
}

// completion writes the completion script for a shell.
func completion(cmd *cobra.Command, shell string, c *console) error {
	switch root := cmd.Root(); shell {
	case "bash":
		return root.GenBashCompletionV2(c.out, true)
	case "zsh":
		return root.GenZshCompletion(c.out)
	case "fish":
		return root.GenFishCompletion(c.out, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(c.out)
	}
	return usage(cmd, fmt.Errorf("unknown shell %q: bash, zsh, fish and powershell are known", shell))
}
