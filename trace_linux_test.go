package ward_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ward/internal/requires"
	"ward/internal/testfs"
)

// What changes an object goes through its descriptor, or through /proc/self/fd;
// what changes names is one name in an open directory.
func TestNothingIsChangedByPath(t *testing.T) {
	t.Run("with the newest calls", traceChanges)
	t.Run("without them", func(t *testing.T) {
		testfs.WithSyscallsRefused(t, testfs.NewestCalls(), syscall.ENOSYS, traceChanges)
	})
}

func traceChanges(t *testing.T) {
	requires.Root(t)
	path := file(t, t.TempDir(), "file", 0o644)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	got := testfs.TraceWrites(t, testfs.Program{
		Args: []string{self, path}, Env: append(os.Environ(), "WARD_TESTFS_ACTOR=change"),
	})
	if got.Exit != 0 {
		t.Fatal(got.Output)
	}
	if len(got.Calls) < 8 {
		t.Errorf("traced only %v", got.Calls)
	}
	counters := filepath.Join(filepath.Dir(self), "gocoverdir") // of a run with coverage
	for _, c := range testfs.PathWrites(got.Calls, "/dev/null", counters) {
		for _, p := range c.Paths {
			if p.Dir != filepath.Dir(path) || p.Path == "" || strings.Contains(p.Path, "/") {
				t.Errorf("a write by path: %v", c)
			}
		}
	}
	holds(t, path, "new")
}
