package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A module of its own with one test of each end, run by the real go command.
func TestTheTruthIsTold(t *testing.T) {
	for _, c := range []struct {
		name, source string
		status       int
		want         []string
	}{
		{
			"a failure, a skip and a pass",
			`func TestA(t *testing.T) {}
			 func TestB(t *testing.T) { t.Run("x", func(t *testing.T) { t.Error("it broke") }) }
			 func TestC(t *testing.T) { t.Skip("needs the moon") }`,
			1,
			[]string{"it broke", "FAIL\texample", "tests that could not run: 1", "example.TestC: main_test.go:5: needs the moon", "1 passed, 1 failed, 1 skipped\n"},
		},
		{"only passes", `func TestA(t *testing.T) {}`, 0, []string{"ok  \texample", "every test could run", "1 passed, 0 failed, 0 skipped\n"}},
		{"code that does not compile", `func TestA(t *testing.T) { nonsense() }`, 1, []string{"undefined: nonsense", "0 passed, 1 failed"}},
		{"a test that dies", `func TestA(t *testing.T) { panic("dead") }`, 1, []string{"dead", "0 passed, 1 failed"}},
		{"a process that exits", `func TestA(t *testing.T) { os.Exit(3) }; func TestB(t *testing.T) {}`, 1, []string{"1 failed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "go.mod", "module example\n\ngo 1.26.0\n")
			write(t, dir, "main_test.go", "package main\nimport (\"os\"; \"testing\"); var _ = os.Exit\n"+c.source)
			t.Chdir(dir)
			var out strings.Builder
			status, err := run([]string{"./..."}, &out)
			if err != nil || status != c.status {
				t.Errorf("status %d, %v; want %d", status, err, c.status)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, out.String())
				}
			}
		})
	}
}

func TestSkipsOfInnerProcessesAreListed(t *testing.T) {
	skips := filepath.Join(t.TempDir(), "skips")
	write(t, filepath.Dir(skips), "skips", "TestA/inner\tFUSE\tno /dev/fuse\nTestB\tbfs\tnot found\n")
	var out strings.Builder
	r := newReport(&out)
	r.take(event{Action: "output", Package: "p", Test: "TestB", Output: "    x_test.go:1: something long\n"})
	r.take(event{Action: "skip", Package: "p", Test: "TestB"})
	r.close(skips)
	want := "tests that could not run: 2\n  TestA/inner: needs FUSE: no /dev/fuse\n  p.TestB: needs bfs: not found\n0 passed, 0 failed, 1 skipped\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
