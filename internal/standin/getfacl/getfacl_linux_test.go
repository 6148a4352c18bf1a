package getfacl_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ward/acl"
	"ward/internal/requires"
	"ward/internal/standin"
	"ward/internal/standin/getfacl"
	"ward/internal/testfs"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func run(terminal bool, args ...string) (out, messages string, status int) {
	var a, b bytes.Buffer
	status = getfacl.Run(&standin.Invocation{
		Name: "getfacl", Args: args, In: strings.NewReader(""), Out: &a, Err: &b, Terminal: terminal,
	})
	return a.String(), b.String(), status
}

// tree has a list of every kind, and objects that are never opened.
func tree(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	must(t, os.MkdirAll("d/e", 0o755))
	for _, name := range []string{"d/f", "d/e/g"} {
		must(t, os.WriteFile(name, nil, 0o640))
	}
	must(t, syscall.Mkfifo("d/fifo", 0o600))
	must(t, os.Symlink("../f", "d/e/link"))
	must(t, os.Symlink(".", "d/e/loop"))
	l, _, err := acl.ParseText("u::rwx,u:1001:rwx,g::r-x,m::r--,o::---", nil)
	must(t, err)
	for _, name := range []string{"d/f", "d/e", "d/fifo"} {
		must(t, syscall.Setxattr(name, acl.AccessXattr, l.Encode(), 0))
	}
	must(t, syscall.Setxattr("d/e", acl.DefaultXattr, l.Encode(), 0))
}

// TestGetfaclOnOldKernels prints the same where the newer calls are refused.
func TestGetfaclOnOldKernels(t *testing.T) {
	requires.Tool(t, "getfacl")
	requires.Feature(t, requires.ACLs)
	t.Run("this kernel", printsTheSame)
	t.Run("an old kernel", func(t *testing.T) {
		testfs.WithSyscallsRefused(t, testfs.NewestCalls(), syscall.ENOSYS, printsTheSame)
	})
}

func printsTheSame(t *testing.T) {
	tree(t)
	calls := [][]string{{"-R", "d"}, {"-RL", "d"}, {"-Rsn", "d"}, {"-Rt", "d"}, {"-Rpe", "d"}, {"d/fifo", "d/e/loop"}}
	if !requires.ReleaseOf(t, "getfacl").Since(2, 4) { // which prints "./" of an operand, and no "d//f"
		calls = append(calls, []string{"-Rt", "./d"}, []string{"-Rpe", "d/"}, []string{"./d", ".//d"})
	}
	for _, args := range calls {
		want, _ := exec.Command("getfacl", args...).Output()
		if got, messages, _ := run(false, args...); got != string(want) {
			t.Errorf("%v:\n%s%s\nwant\n%s", args, got, messages, want)
		}
	}
}

func TestCommentsAreAlignedOnTerminals(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	tree(t)
	out, _, _ := run(true, "-cn", "d/e")
	for _, line := range []string{
		"user:1001:rwx\t\t\t#effective:r--\n", "group::r-x\t\t\t#effective:r--\n", "default:user:1001:rwx\t\t#effective:r--\n",
	} {
		if !strings.Contains(out, line) {
			t.Errorf("%q is missing in\n%s", line, out)
		}
	}
}

func TestOtherFileSystemsAreLeftOut(t *testing.T) {
	requires.Feature(t, requires.Tmpfs)
	testfs.InMountNamespace(t, func(t *testing.T) {
		tree(t)
		must(t, os.Mkdir("d/other", 0o755))
		must(t, syscall.Mount("ward", "d/other", "tmpfs", 0, ""))
		defer func() { must(t, syscall.Unmount("d/other", syscall.MNT_DETACH)) }()
		if out, _, _ := run(false, "-R", "--one-file-system", "d"); strings.Contains(out, "other\n") || !strings.Contains(out, "d/e/g") {
			t.Error(out)
		}
		if out, _, _ := run(false, "-R", "d"); !strings.Contains(out, "d/other\n") {
			t.Error(out)
		}
	})
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestAWriteErrorIsTold(t *testing.T) {
	tree(t)
	var messages bytes.Buffer
	status := getfacl.Run(&standin.Invocation{Name: "getfacl", Args: []string{"-R", "d"}, In: strings.NewReader(""), Out: full{}, Err: &messages})
	if status != 1 || messages.String() != "getfacl: write error: No space left on device\n" {
		t.Errorf("status %d, %q", status, messages.String())
	}
}

// TestAPathLongerThanACallTakes goes deeper than PATH_MAX.
func TestAPathLongerThanACallTakes(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	top := t.TempDir()
	t.Chdir(top)
	name := strings.Repeat("n", 200)
	for range 25 {
		must(t, os.Mkdir(name, 0o755))
		must(t, syscall.Chdir(name))
	}
	must(t, os.WriteFile("last", nil, 0o600))
	must(t, syscall.Chdir(top))
	out, messages, status := run(false, "-R", name)
	if status != 0 || messages != "" || !strings.Contains(out, filepath.Join(name, name)+"/") || !strings.Contains(out, "/last\n") {
		t.Errorf("status %d, %s", status, messages)
	}
}
