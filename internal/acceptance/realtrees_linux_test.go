package acceptance

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"ward/internal/requires"
)

// Trees that nobody made for a test: the system's configuration and programs, and
// all source that Go keeps. Everything is looked at, and what is wrong, if there is
// anything, is said as data that can be read back.
func TestRealTrees(t *testing.T) {
	requires.Root(t) // others may not look everywhere
	for _, tree := range []string{"/etc", "/usr", goEnv(t, "GOMODCACHE"), goEnv(t, "GOROOT")} {
		t.Run(tree, func(t *testing.T) {
			if _, err := os.Stat(tree); err != nil {
				t.Fatal(err)
			}
			r := ward(t, "check", "--format", "json", tree)
			if r.exit != 0 && r.exit != 1 {
				t.Fatalf("exit %d: %s", r.exit, r.err)
			}
			var said struct {
				Complete bool
				Entries  int
				Counts   map[string]int
				Findings []struct{ Rule, Severity, Path string }
			}
			if err := json.Unmarshal([]byte(r.out), &said); err != nil {
				t.Fatal(err)
			}
			if !said.Complete || said.Entries < 50 {
				t.Errorf("complete: %v, %d entries", said.Complete, said.Entries)
			}
			for _, f := range said.Findings {
				if f.Severity != "info" {
					t.Logf("%s %s %s", f.Severity, f.Rule, f.Path)
				}
			}
			t.Logf("%d entries, %v", said.Entries, said.Counts)
		})
	}
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	must(t, err)
	return strings.TrimSpace(string(out))
}
