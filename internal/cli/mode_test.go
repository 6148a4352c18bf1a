package cli

import (
	"slices"
	"testing"

	"github.com/spf13/cobra"
)

// Completion names every option, although cobra leaves that to the command.
func TestModeOptionsAreCompleted(t *testing.T) {
	cmd := newModeCommand(&console{})
	words, _ := cmd.ValidArgsFunction(cmd, nil, "--")
	for _, word := range words {
		if cmd.Flags().Lookup(word[2:]) == nil {
			t.Errorf("%s is no option", word)
		}
	}
	for _, name := range []string{"decimal", "diff", "format", "from", "help", "kind", "to", "umask"} {
		if !slices.Contains(words, "--"+name) {
			t.Errorf("--%s is not completed", name)
		}
	}
	if _, directive := cmd.ValidArgsFunction(cmd, nil, ""); directive != cobra.ShellCompDirectiveDefault {
		t.Error("files are not completed")
	}
}

// Modes that begin with a dash are no options.
func TestModeArguments(t *testing.T) {
	var o modeOptions
	cmd := newModeCommand(&console{})
	texts, help, err := modeArgs(cmd, []string{"-rwxr-xr-x", "---x--x--x", "--x--x--x", "-x", "-7000", "-r,u+x", "--", "--diff", "-f"}, &o)
	want := []string{"-rwxr-xr-x", "---x--x--x", "--x--x--x", "-x", "-7000", "-r,u+x", "--diff", "-f"}
	if err != nil || help || !slices.Equal(texts, want) {
		t.Errorf("%q, %v, %v", texts, help, err)
	}
}
