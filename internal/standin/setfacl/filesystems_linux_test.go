package setfacl_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ward/acl"
	"ward/internal/requires"
	"ward/internal/standin"
	"ward/internal/standin/setfacl"
	"ward/internal/testfs"
)

// explained runs setfacl as ward's own command does.
func explained(in string, args ...string) answer {
	var out, messages strings.Builder
	status := setfacl.Run(&standin.Invocation{
		Name: "setfacl", Args: args, Explain: true, In: strings.NewReader(in), Out: &out, Err: &messages,
	})
	return answer{out.String(), messages.String(), status}
}

func TestMistakesAreExplained(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	t.Chdir(t.TempDir())
	must(t, os.WriteFile("f", nil, 0o600))
	for _, c := range []struct {
		args string
		in   string
		want string
	}{
		{args: "-m u:nosuchuser:r f", want: "ward: there is no user \"nosuchuser\"\n"},
		{args: "-x g:nosuchgroup f", want: "ward: there is no group \"nosuchgroup\"\n"},
		{args: "-m u:1:q f", want: "ward: \"q\" is no right: rights are r, w, x, X and -, or one octal digit\n"},
		{args: "-M - f", in: "u:nosuchuser:r\n", want: "ward: there is no user \"nosuchuser\"\n"},
		{args: "--restore=-", in: "# file: f\nuser:nosuchuser:r\n", want: "ward: there is no user \"nosuchuser\"\n"},
		{args: "-m u:1:r /proc/self/status", want: "ward: \"/proc/self/status\" lies on the file system proc mounted at \"/proc\", which keeps no access lists\n"},
	} {
		args := strings.Fields(c.args)
		letter := call{program: "setfacl", args: args, in: c.in}.ours()
		letter.messages += c.want
		if got := explained(c.in, args...); got != letter {
			t.Errorf("%s: %+v, want %+v", c.args, got, letter)
		}
	}
}

func TestAFileSystemWithoutListsIsNamed(t *testing.T) {
	requires.Feature(t, requires.PrivateMountNamespace)
	testfs.InMountNamespace(t, func(t *testing.T) {
		dir := t.TempDir()
		must(t, syscall.Mount("ward", dir, "ramfs", 0, "mode=0755"))
		defer func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) }()
		path := filepath.Join(dir, "f")
		must(t, os.WriteFile(path, nil, 0o640))
		got := explained("", "-m", "u:1:r", path)
		want := fmt.Sprintf("setfacl: %s: Operation not supported\nward: %q lies on the file system ramfs mounted at %q, which keeps no access lists\n", path, path, dir)
		if got != (answer{"", want, 1}) {
			t.Errorf("%+v, want %q", got, want)
		}
		// What a mode can say is set as one.
		if got := (call{program: "setfacl", args: []string{"-m", "u::rwx,g::-,o::x", path}}).ours(); got != (answer{}) {
			t.Error(got)
		}
		if m, lists := seen(t, path); m != "701" || lists != "user::rwx group::--- other::--x" {
			t.Error(m, lists)
		}
		if got := (call{program: "setfacl", args: []string{"-bk", path, dir}}).ours(); got != (answer{}) {
			t.Error(got)
		}
	})
}

// TestMoreEntriesThanAFileSystemHolds finds the most that each holds and compares with
// the installed program on both sides of it.
func TestMoreEntriesThanAFileSystemHolds(t *testing.T) {
	requires.Tool(t, "setfacl")
	requires.Feature(t, requires.Ext4, requires.XFS, requires.Btrfs)
	testfs.InMountNamespace(t, func(t *testing.T) {
		for _, kind := range []testfs.FileSystem{testfs.Ext4, testfs.XFS, testfs.Btrfs, testfs.Tmpfs} {
			t.Run(string(kind), func(t *testing.T) { mostEntries(t, testfs.Image(t, kind, 0)) })
		}
	})
}

func mostEntries(t *testing.T, dir string) {
	theirs, _ := exec.LookPath("setfacl")
	t.Chdir(dir)
	must(t, os.WriteFile("f", nil, 0o640))
	fits := func(n int) bool {
		must(t, os.Remove("f"))
		must(t, os.WriteFile("f", nil, 0o640))
		return call{program: "setfacl", args: []string{"-M", "-", "f"}, in: users(n)}.ours().status == 0
	}
	least, most := 1, 9000
	for least+1 < most {
		if middle := (least + most) / 2; fits(middle) {
			least = middle
		} else {
			most = middle
		}
	}
	t.Logf("%d named users fit, %d do not", least, most)
	for _, n := range []int{least, most} {
		must(t, syscall.Removexattr("f", acl.AccessXattr))
		c := call{program: "setfacl", args: []string{"-M", "-", "f"}, in: users(n)}
		installed := c.installed(t, dir, theirs)
		must(t, os.Remove("f"))
		must(t, os.WriteFile("f", nil, 0o640))
		if ours := c.ours(); ours != installed {
			t.Errorf("%d: installed %+v, ours %+v", n, installed, ours)
		}
		if ours := explained(c.in, c.args...); n >= most && !strings.Contains(ours.messages, fmt.Sprintf("which does not hold a list of %d entries", n+4)) {
			t.Errorf("%d: %+v", n, ours)
		}
		_ = syscall.Setxattr("f", acl.AccessXattr, acl.FromMode(0o640).Encode(), 0)
	}
}

func users(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "u:%d:r\n", 100000+i)
	}
	return b.String()
}

// TestEveryWriteIsByDescriptor traces recursion and restore, on this kernel and on one
// without the newer calls.
func TestEveryWriteIsByDescriptor(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.ACLs)
	t.Run("this kernel", everyWriteIsByDescriptor)
	t.Run("an old kernel", func(t *testing.T) {
		testfs.WithSyscallsRefused(t, testfs.NewestCalls(), syscall.ENOSYS, everyWriteIsByDescriptor)
	})
}

func everyWriteIsByDescriptor(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "d", "e"), 0o755))
	for _, name := range []string{"d/f", "d/e/g", "d/secret"} {
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	must(t, syscall.Mkfifo(filepath.Join(dir, "d", "fifo"), 0o600))
	must(t, os.Symlink("/etc/passwd", filepath.Join(dir, "d", "link")))
	self, err := os.Executable()
	must(t, err)
	trace := func(want int, in string, args ...string) {
		t.Helper()
		got := testfs.TraceWrites(t, testfs.Program{
			Args: append([]string{self}, args...), Dir: dir, Stdin: in, Env: append(os.Environ(), asStandIn+"=setfacl"),
		})
		if got.Exit != want {
			t.Fatalf("%v: status %d\n%s", args, got.Exit, got.Output)
		}
		for _, c := range testfs.PathWrites(got.Calls, "/dev/null") {
			t.Errorf("%v: %v", args, c)
		}
	}
	trace(0, "", "-R", "-m", "u:1001:rwX,d:u:1001:rwX", "d")
	for _, name := range []string{"d", "d/f", "d/e", "d/e/g", "d/fifo"} {
		if _, lists := seen(t, filepath.Join(dir, name)); !strings.Contains(lists, "user:1001:rw") {
			t.Errorf("%s: %s", name, lists)
		}
	}
	trace(0, "", "-R", "-b", "d")
	trace(1, "# file: d/f\n# owner: 1001\n# flags: s--\nuser::rwx\nuser:5:r\ngroup::---\nmask::r\nother::---\n\n"+
		"# file: d/link\nuser::rwx\ngroup::---\nother::---\n\n# file: d\nuser::rwx\ngroup::---\nother::---\ndefault:user::rwx\ndefault:group::---\ndefault:other::---\n",
		"--restore=-")
	if m, lists := seen(t, filepath.Join(dir, "d/f")); m != "4740" || lists != "user::rwx user:daemon:r-- group::--- mask::r-- other::---" && !strings.Contains(lists, "user:5:r--") {
		t.Error(m, lists)
	}
}

// TestNobodyElseChangesAList is P22 (generic/237 of xfstests): EPERM, and the setgid bit goes where the kernel says so.
func TestNobodyElseChangesAList(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	dir := testfs.ReachableDir(t)
	path := filepath.Join(dir, "f")
	own := filepath.Join(dir, "own")
	testfs.Once(t, func() {
		must(t, os.WriteFile(path, nil, 0o644))
		must(t, os.WriteFile(own, nil, 0o644))
		must(t, syscall.Chown(own, int(testfs.Stranger.UID), 0))
		must(t, syscall.Chmod(own, 0o2755))
	})
	testfs.As(t, testfs.Stranger, func(t *testing.T) {
		want := answer{"", "setfacl: " + path + ": Operation not permitted\n", 1}
		if got := (call{program: "setfacl", args: []string{"-m", "u:1:r", path}}).ours(); got != want {
			t.Errorf("%+v", got)
		}
		if got := (call{program: "setfacl", args: []string{"-m", "u:1:r", own}}).ours(); got != (answer{}) {
			t.Errorf("%+v", got)
		}
		if m, _ := seen(t, own); m != "755" {
			t.Errorf("mode %s", m)
		}
	})
}
