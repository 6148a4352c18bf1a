package chmod_test

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"ward/internal/requires"
	"ward/internal/standin"
	"ward/internal/standin/chmod"
)

// A tree that is deeper than there are descriptors is changed to its end, and is told
// of in the order in which the installed chmod tells of it.
func TestRunOracleDeeperThanDescriptors(t *testing.T) {
	requires.Tool(t, "chmod")
	gnu(t)
	t.Chdir(t.TempDir())
	at, err := os.OpenRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	const levels = 1500
	for range levels {
		for _, name := range []string{"d", "e"} {
			if err := at.Mkdir(name, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := at.WriteFile("f", nil, 0o644); err != nil {
			t.Fatal(err)
		}
		below, err := at.OpenRoot("d")
		if err != nil {
			t.Fatal(err)
		}
		at.Close()
		at = below
	}
	at.Close()
	want, err := exec.Command("chmod", "-Rv", "o+w", "d").CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-R", "o-w", "d"}, {"-Rv", "o+w", "d"}} {
		var said bytes.Buffer
		status := -1
		inFew(t, 20, func() {
			p := standin.NewProgram("chmod", &said, &said, false, func(string) (string, bool) { return "", false })
			status = chmod.Run(p, args)
		})
		if status != 0 {
			t.Fatalf("chmod %q: status %d: %.500s", args, status, &said)
		}
		if args[0] == "-Rv" && !bytes.Equal(said.Bytes(), want) {
			t.Errorf("%d bytes said, want %d", said.Len(), len(want))
		}
	}
}

// inFew runs body with few descriptors.
func inFew(t *testing.T, most uint64, body func()) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: most, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before) }()
	body()
}
