package testfs

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A layer is one situation that a process of this test binary was started in;
// the environment tells the process which ones, and for which test.
type layer string

const (
	mountNamespace layer = "WARD_TESTFS_MOUNTS"
	otherUser      layer = "WARD_TESTFS_USER"
	refusedCalls   layer = "WARD_TESTFS_REFUSED"
)

// entered tells whether this process was started for the layer, by this test or
// by one that it is a subtest of.
func (l layer) entered(t *testing.T) bool {
	by := os.Getenv(string(l))
	return by != "" && (by == t.Name() || strings.HasPrefix(t.Name(), by+"/"))
}

// enter runs the test t again in a process of its own with the given attributes
// and makes its end the end of t.
func (l layer) enter(t *testing.T, attr *syscall.SysProcAttr) {
	t.Helper()
	// The parent of a death signal is a thread, not a process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd, done := command(t, attr, l.testFlags(t)...)
	defer done()
	cmd.Env = append(os.Environ(), string(l)+"="+t.Name())
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	report(t, cmd.Run(), out.String())
}

// command is this very binary, by a descriptor: the directory in which the go
// command built it is closed to other users.
func command(t testing.TB, attr *syscall.SysProcAttr, args ...string) (cmd *exec.Cmd, done func()) {
	t.Helper()
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.CommandContext(t.Context(), "/proc/self/fd/3", args...)
	cmd.Args[0] = os.Args[0]
	cmd.ExtraFiles = []*os.File{self}
	attr.Pdeathsig = syscall.SIGKILL
	cmd.SysProcAttr = attr
	cmd.WaitDelay = 5 * time.Second
	return cmd, func() { self.Close() }
}

func report(t *testing.T, err error, out string) {
	t.Helper()
	switch {
	case ended(out, "SKIP", t.Name()):
		t.Skipf("in its own process:\n%s", out)
	case err != nil:
		t.Fatalf("in its own process: %v\n%s", err, out)
	case !ended(out, "PASS", t.Name()):
		t.Fatalf("in its own process the test did not run:\n%s", out)
	default:
		t.Logf("in its own process:\n%s", out)
	}
}

func ended(out, how, name string) bool {
	line := `(?m)^\x16?\s*--- ` + how + `: ` + regexp.QuoteMeta(name) + ` \(`
	return regexp.MustCompile(line).MatchString(out)
}

// ownFlags are those of package testing that a second process must not share:
// they name the files and the tests of the first.
var ownFlags = regexp.MustCompile(`^test\.(run|skip|list|v|count|timeout|bench.*|fuzz.*|.*profile|testlogfile|outputdir|trace|parallel|cpu|shuffle)$`)

// testFlags keeps test.gocoverdir, where the counters of all processes meet; other
// users cannot reach it, and theirs are lost.
func (l layer) testFlags(t *testing.T) []string {
	args := []string{"-test.run=" + pattern(t.Name()), "-test.v=true", "-test.count=1"}
	if deadline, ok := t.Deadline(); ok {
		left := time.Until(deadline) - 2*time.Second // time to report the end of it
		args = append(args, "-test.timeout="+max(left, time.Second).String())
	}
	flag.Visit(func(f *flag.Flag) {
		if !ownFlags.MatchString(f.Name) && (f.Name != "test.gocoverdir" || l != otherUser) {
			args = append(args, "-"+f.Name+"="+f.Value.String())
		}
	})
	return args
}

// pattern selects the named test, and of its subtests those that were asked for.
func pattern(name string) string {
	levels := strings.Split(name, "/")
	asked := strings.Split(flag.Lookup("test.run").Value.String(), "/")
	for i, level := range levels {
		levels[i] = "^" + regexp.QuoteMeta(level) + "$"
	}
	if len(asked) > len(levels) {
		levels = append(levels, asked[len(levels):]...)
	}
	return strings.Join(levels, "/")
}
