package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"ward/internal/testfs"
)

// A process in a container sees another tree: its paths are looked up there.
func TestProcessInAnotherTree(t *testing.T) {
	onHost(t, func(t *testing.T) {
		jail := testfs.Image(t, testfs.Tmpfs, 0)
		for _, name := range []string{"bin", "lib", "lib64", "usr", "proc"} {
			must(t, os.MkdirAll(filepath.Join(jail, name), 0o755))
			if name != "proc" {
				testfs.Bind(t, "/"+name, filepath.Join(jail, name))
			}
		}
		file(t, filepath.Join(jail, "srv/only-there/file"), "x", 0o644)
		must(t, unix.Chmod(filepath.Join(jail, "srv/only-there"), 0o700))
		pid := started(t, &syscall.SysProcAttr{Chroot: jail, Credential: &syscall.Credential{Uid: alice, Gid: alice}}, ":")
		who := fmt.Sprintf("pid:%d", pid)
		ward(t, "explain", "--as", who, "read", "/srv/only-there/file").wants(t, 1, "EACCES at /srv/only-there", "mounts or a root directory of its own", "nsenter -t")
		ward(t, "explain", "--as", "alice", "read", "/srv/only-there/file").wants(t, 1, "ENOENT")
		r := ward(t, "reach", "--as", who, "--can", "read", "/srv").wants(t, 0, "of 2 entries", "1 directory closed")
		if strings.Contains(r.out, "only-there/file") {
			t.Errorf("reaches what is closed:\n%v", r)
		}
	})
}

// Without /proc a process cannot be asked about; users can, as far as the facts go.
func TestWithoutProc(t *testing.T) {
	onHost(t, func(t *testing.T) {
		path := file(t, filepath.Join(reachable(t), "file"), "x", 0o600)
		must(t, unix.Unmount("/proc", unix.MNT_DETACH))
		ward(t, "explain", "read", path).wants(t, 3, "/proc is not mounted")
		ward(t, "explain", "--as", "pid:1", "read", path).wants(t, 3, "/proc is not mounted")
		ward(t, "explain", "--as", "alice", "read", path).wants(t, 1, "denied: alice")
		ward(t, "explain", "--as", "alice", "write", file(t, path+"2", "x", 0o646)).wants(t, 3, "undecided", "could not be read")
	})
}

// Who may not look himself decides no more than he sees.
func TestAskedByAStranger(t *testing.T) {
	onHost(t, func(t *testing.T) {
		closed := dir(t, filepath.Join(reachable(t), "closed"), 0o750)
		must(t, os.Chown(closed, alice, alice))
		path := file(t, filepath.Join(closed, "file"), "x", 0o644)
		u := testfs.User{UID: bob, GID: bob}
		wardAs(t, u, "explain", "read", path).wants(t, 1, "EACCES at "+closed)
		wardAs(t, u, "explain", "--as", "alice", "read", path).wants(t, 3, "undecided", "Run as root")
		wardAs(t, u, "explain", "--as", "app", "read", path).wants(t, 1, "denied: app", "EACCES at "+closed)
		wardAs(t, u, "explain", "--as", "pid:1", "read", "/etc/passwd").wants(t, 3, "its root directory could not be looked at")
		wardAs(t, u, "who", "read", path).wants(t, 3, "cannot be told")
		wardAs(t, u, "reach", "--as", "alice", filepath.Dir(closed)).wants(t, 3, "not looked at: "+closed)
		wardAs(t, u, "reach", "--as", "app", filepath.Dir(closed)).wants(t, 0, "1 directory closed")
	})
}

// Who may, of the machine's users, is what the kernel says of each.
func TestWhoIsWhatTheKernelSays(t *testing.T) {
	onHost(t, func(t *testing.T) {
		path := file(t, filepath.Join(reachable(t), "file"), "x", 0o640)
		must(t, os.Chown(path, app, dev))
		r := ward(t, "who", "read", path).wants(t, 0, "group dev (2 members)", "alice, bob", "everyone else")
		for _, p := range everybody(t) {
			if p.may(t, path, unix.R_OK) != (p.uid == 0 || p.uid == app || p.uid == alice || p.uid == bob) {
				t.Errorf("the kernel says otherwise of %d\n%v", p.uid, r)
			}
		}
		must(t, unix.Chmod(path, 0o644))
		ward(t, "who", "read", path).wants(t, 0, "everyone may read")
		must(t, unix.Chmod(filepath.Dir(path), 0o700))
		ward(t, "who", "read", path).wants(t, 0, "nobody but root may read")
	})
}
