package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every command says in a line what it does, shows an example that names it, and
// lists its exit statuses.
func TestEveryCommandExplainsItself(t *testing.T) {
	root := Commands()
	for _, cmd := range every(root) {
		if cmd == root || !cmd.IsAvailableCommand() {
			continue
		}
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: its line is %q", cmd.CommandPath(), cmd.Short)
		}
		if !strings.Contains(cmd.Example, cmd.CommandPath()) {
			t.Errorf("%s: no example names it", cmd.CommandPath())
		}
		if !strings.Contains(cmd.Long, "Exit status:\n\n    0  ") {
			t.Errorf("%s: no exit statuses", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Long) {
			if n := len(strings.TrimRight(line, "\n")); n > 80 && line[0] != ' ' {
				t.Errorf("%s: a line of %d columns: %s", cmd.CommandPath(), n, line)
			}
		}
	}
}

func every(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, below := range cmd.Commands() {
		all = append(all, every(below)...)
	}
	return all
}
