package acceptance

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"ward/internal/testfs"
)

// binaryVariable names the ward binary for the processes that a test starts.
const binaryVariable = "WARD_TEST_BINARY"

// TestMain builds ward once, where every user may run it.
func TestMain(m *testing.M) {
	if path := os.Getenv(sandboxVariable); path != "" {
		sandboxed(path)
	}
	os.Exit(withBinary(m))
}

func withBinary(m *testing.M) int {
	if os.Getenv(binaryVariable) != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "ward-acceptance-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		panic(err)
	}
	binary := filepath.Join(dir, "ward")
	build := exec.Command("go", "build", "-o", binary, "ward/cmd/ward")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build ward: %v\n%s", err, out)
		return 1
	}
	if err := os.Setenv(binaryVariable, binary); err != nil {
		panic(err)
	}
	return m.Run()
}

// onHost runs body in a mount namespace of its own with an empty state directory
// and accounts of its own, so that nothing of the machine is touched.
func onHost(t *testing.T, body func(t *testing.T)) {
	t.Helper()
	testfs.InMountNamespace(t, func(t *testing.T) {
		testfs.Bind(t, testfs.Image(t, testfs.Tmpfs, 512<<20), "/var/lib")
		overlay(t, "/etc/passwd", "app:x:61100:61100::/:/usr/sbin/nologin\nalice:x:61101:61101::/:/bin/sh\nbob:x:61102:61102::/:/bin/sh\n")
		overlay(t, "/etc/group", "app:x:61100:\nalice:x:61101:\nbob:x:61102:\ndev:x:61200:alice,bob\n")
		body(t)
	})
}

const (
	app   = 61100
	alice = 61101
	bob   = 61102
	dev   = 61200
)

// overlay shows a file with some lines more in its place.
func overlay(t *testing.T, path, more string) {
	t.Helper()
	original, err := os.ReadFile(path)
	must(t, err)
	copied := filepath.Join(t.TempDir(), filepath.Base(path))
	must(t, os.WriteFile(copied, append(original, more...), 0o644))
	must(t, os.Chmod(copied, 0o644))
	testfs.Bind(t, copied, path)
}

// result is how a run of ward ended.
type result struct {
	args     []string
	out, err string
	exit     int
}

func (r result) String() string {
	return fmt.Sprintf("ward %s\nexit %d\n--- stdout\n%s--- stderr\n%s", strings.Join(r.args, " "), r.exit, r.out, r.err)
}

// ward runs the binary.
func ward(t *testing.T, args ...string) result {
	t.Helper()
	return run(t, exec.Command(os.Getenv(binaryVariable), args...))
}

// wardAs runs the binary as another user. Needs root.
func wardAs(t *testing.T, u testfs.User, args ...string) result {
	t.Helper()
	cmd := exec.Command(os.Getenv(binaryVariable), args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: u.UID, Gid: u.GID, Groups: u.Groups}}
	return run(t, cmd)
}

func run(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.Args[1:], out.String(), errOut.String(), cmd.ProcessState.ExitCode()}
}

// wants fails the test unless the run ended with the status and said each text,
// on either stream.
func (r result) wants(t *testing.T, exit int, texts ...string) result {
	t.Helper()
	if r.exit != exit {
		t.Fatalf("want exit %d:\n%v", exit, r)
	}
	said := r.out + r.err
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("want %q said:\n%v", text, r)
		}
	}
	return r
}

// says tells whether any of the texts was said.
func (r result) says(texts ...string) bool {
	for _, text := range texts {
		if strings.Contains(r.out+r.err, text) {
			return true
		}
	}
	return false
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// file makes a file with its parents, mode and content, whatever the umask.
func file(t *testing.T, path, content string, m uint32) string {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(content), 0o600))
	must(t, unix.Chmod(path, m))
	return path
}

// dir makes a directory with its parents and mode, whatever the umask.
func dir(t *testing.T, path string, m uint32) string {
	t.Helper()
	must(t, os.MkdirAll(path, 0o755))
	must(t, unix.Chmod(path, m))
	return path
}

// policy writes a policy file of the given rules, one a line.
func policyFile(t *testing.T, rules ...string) string {
	t.Helper()
	text := "version: 1\nrules:\n"
	for _, rule := range rules {
		text += "  - " + rule + "\n"
	}
	return file(t, filepath.Join(namelessDir(t), "ward.yaml"), text, 0o644)
}

// namelessDir is a directory whose path has nothing of the test's name, in which a
// message that shows the path could seem to say what the test waits for.
func namelessDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "w-")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	must(t, os.Chmod(dir, 0o755))
	return dir
}

// facts is everything of an object that ward may change, as the kernel gives it.
func facts(t *testing.T, path string) string {
	t.Helper()
	var st unix.Stat_t
	must(t, unix.Lstat(path, &st))
	s := fmt.Sprintf("%06o %d:%d", st.Mode, st.Uid, st.Gid)
	for _, name := range []string{"system.posix_acl_access", "system.posix_acl_default", "security.capability"} {
		value := make([]byte, 4096)
		if n, err := unix.Lgetxattr(path, name, value); err == nil {
			s += fmt.Sprintf(" %s=%x", name, value[:n])
		}
	}
	return s
}

// modeOf is the twelve bits of an object.
func modeOf(t *testing.T, path string) uint32 {
	t.Helper()
	var st unix.Stat_t
	must(t, unix.Lstat(path, &st))
	return st.Mode & 0o7777
}

func wantMode(t *testing.T, path string, want uint32) {
	t.Helper()
	if got := modeOf(t, path); got != want {
		t.Errorf("%s is %04o, want %04o", path, got, want)
	}
}

// snapshot is the facts of every object of a tree.
func snapshot(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err == nil {
			all[path] = facts(t, path)
		}
		return err
	}))
	return all
}

func wantSnapshot(t *testing.T, root string, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, snapshot(t, root)); diff != "" {
		t.Errorf("%s is not as it was (- wanted, + found):\n%s", root, diff)
	}
}

func shell(t *testing.T, line string, args ...string) string {
	t.Helper()
	out, err := exec.Command("sh", append([]string{"-euc", line, "sh"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", line, err, out)
	}
	return string(out)
}

// shellAs runs a line as another user, and tells whether it went well.
func shellAs(t *testing.T, uid, gid uint32, groups []uint32, line string, args ...string) error {
	t.Helper()
	cmd := exec.Command("sh", append([]string{"-euc", line, "sh"}, args...)...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid, Groups: groups}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// privateKey is the beginning of a key that no passphrase protects; it opens
// nothing.
const privateKey = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n"
