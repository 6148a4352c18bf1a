// Package requires says what a test needs of the machine it runs on, and makes
// sure that a test which cannot run is never mistaken for one that passed.
//
// A need that is missing skips the test, and a line saying which test, what is
// missing and why is appended to the file named by WARD_TEST_SKIPS, so that
// `make test` can list them all at its end. With CI=true or WARD_REQUIRE_ALL=1
// it fails the test instead. A probe that could not tell fails it everywhere:
// not knowing is never taken for "not there".
package requires

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// Need is something of the kernel or of the machine that a test needs.
type Need string

// The needs. Those that mount anything need root, and say so when it lacks.
const (
	PrivateMountNamespace Need = "private mount namespaces" // unshare(CLONE_NEWNS)
	UserNamespace         Need = "user namespaces"          // clone(CLONE_NEWUSER), one uid mapped
	LoopMount             Need = "loop mounts"              // any image that mount(8) can put on a loop device
	Ext4                  Need = "ext4 images"              // mkfs.ext4 and a mount that works
	XFS                   Need = "xfs images"               // mkfs.xfs and a mount that works
	Btrfs                 Need = "btrfs images"             // mkfs.btrfs and a mount that works
	Tmpfs                 Need = "tmpfs mounts"
	Overlay               Need = "overlayfs mounts"
	FUSE                  Need = "FUSE mounts"               // /dev/fuse, as root or by fusermount3
	Seccomp               Need = "seccomp filters"           // SECCOMP_RET_ERRNO, on amd64 or arm64
	Strace                Need = "strace"                    // the program, and that it may trace
	OpenByHandle          Need = "opening by file handle"    // open_by_handle_at(2) in the directory for temporary files
	FchmodAt2             Need = "fchmodat2"                 // Linux 6.6
	OpenAt2               Need = "openat2"                   // Linux 5.6
	ACLs                  Need = "POSIX ACLs"                // in the directory for temporary files
	FileCapabilities      Need = "file capabilities"         // security.capability in the directory for temporary files
	InodeFlags            Need = "inode flags"               // FS_IOC_SETFLAGS in the directory for temporary files
	Chown                 Need = "giving files to others"    // chown(2) to a uid of nobody's
	Sysctls               Need = "writing of kernel sysctls" // /proc/sys/fs/protected_hardlinks
	LandlockRecords       Need = "Landlock's audit records"  // Linux 6.15, and the right to turn auditing on
)

// Root skips the test unless it runs as root.
func Root(t testing.TB) {
	t.Helper()
	if uid := os.Geteuid(); uid != 0 {
		missing(t, "root", fmt.Sprintf("running as uid %d", uid))
	}
}

// Tool skips the test unless every named program is found in PATH.
func Tool(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			missing(t, name, strings.TrimPrefix(err.Error(), "exec: "))
		}
	}
}

// Feature skips the test unless each need is there.
func Feature(t testing.TB, needs ...Need) {
	t.Helper()
	for _, f := range needs {
		a := ask(f)
		switch {
		case a.unknown != nil:
			t.Fatalf("cannot tell whether this machine has %s: %v", f, a.unknown)
		case a.absent != "":
			missing(t, string(f), a.absent)
		}
	}
}

// answer is what a probe found. Its zero value is "there".
type answer struct {
	absent  string // why it is not there
	unknown error  // why the probe could not tell
}

var (
	answersLock sync.Mutex
	answers     = map[Need]answer{} // one probe of each feature is enough for a process
)

func ask(f Need) answer {
	answersLock.Lock()
	defer answersLock.Unlock()
	a, asked := answers[f]
	if !asked {
		a = probe(f)
		answers[f] = a
	}
	return a
}

func missing(t testing.TB, what, why string) {
	t.Helper()
	note(t, what, why)
	if mustHaveAll() {
		t.Fatalf("needs %s, which must be there in CI: %s", what, why)
	}
	t.Skipf("needs %s: %s", what, why)
}

func mustHaveAll() bool {
	return os.Getenv("CI") == "true" || os.Getenv("WARD_REQUIRE_ALL") == "1"
}

// Note appends to the list of tests that could not run. Test processes of
// several packages share the file, hence O_APPEND and one write for each line.
func note(t testing.TB, what, why string) {
	t.Helper()
	path := os.Getenv("WARD_TEST_SKIPS")
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrPermission) {
		return // a process that a test runs as another user: that test is skipped too, and seen
	}
	if err != nil {
		t.Fatalf("list a test that cannot run: %v", err)
	}
	defer f.Close()
	line := fmt.Sprintf("%s\t%s\t%s\n", t.Name(), what, strings.ReplaceAll(why, "\n", "; "))
	if _, err := f.WriteString(line); err != nil {
		t.Fatalf("list a test that cannot run: %v", err)
	}
}
