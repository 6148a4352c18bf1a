package acceptance

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"ward/acl"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
)

// person is somebody's ids.
type person struct {
	uid, gid uint32
	groups   []uint32
}

var (
	asApp   = person{app, app, nil}
	asAlice = person{alice, alice, []uint32{dev}}
	asBob   = person{bob, bob, []uint32{dev}}
)

// who is the person as ward takes him: uid:gid:groups.
func (p person) who() string {
	text := fmt.Sprintf("%d:%d", p.uid, p.gid)
	for i, g := range p.groups {
		text += map[bool]string{true: ":", false: ","}[i == 0] + fmt.Sprint(g)
	}
	return text
}

// as runs f on a thread of its own with the person's ids, and no capabilities unless
// he is root. The thread ends with it.
func (p person) as(t *testing.T, f func() error) (result error) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if err := p.become(); err != nil {
			done <- fmt.Errorf("become %v: %w", p, err)
			return
		}
		done <- f()
	}()
	return <-done
}

func (p person) become() error {
	var first unsafe.Pointer
	if len(p.groups) > 0 {
		first = unsafe.Pointer(&p.groups[0])
	}
	for _, call := range [][4]uintptr{
		{unix.SYS_SETGROUPS, uintptr(len(p.groups)), uintptr(first)},
		{unix.SYS_SETRESGID, uintptr(p.gid), uintptr(p.gid), uintptr(p.gid)},
		{unix.SYS_SETRESUID, uintptr(p.uid), uintptr(p.uid), uintptr(p.uid)},
	} {
		if _, _, errno := unix.RawSyscall(call[0], call[1], call[2], call[3]); errno != 0 {
			return errno
		}
	}
	runtime.KeepAlive(p.groups)
	return nil
}

// may asks the kernel by access(2).
func (p person) may(t *testing.T, path string, rights uint32) bool {
	t.Helper()
	err := p.as(t, func() error { return unix.Faccessat(unix.AT_FDCWD, path, rights, 0) })
	if err != nil && !errors.Is(err, unix.EACCES) && !errors.Is(err, unix.EPERM) {
		t.Fatalf("access %s: %v", path, err)
	}
	return err == nil
}

// explained is what ward's JSON says, as far as tests look at it.
type explained struct {
	Answer, Sure, Errno string
	Decided             struct{ Path, Rule string }
	Notes               []struct{ About, Text string }
	Fixes               []struct {
		OtherUsers, OtherProcesses, UnlistedUsers int
		Breadth                                   string
		Remedies                                  []struct {
			Does     string
			Commands [][]string
		}
	}
}

func explain(t *testing.T, args ...string) explained {
	t.Helper()
	r := ward(t, append([]string{"explain", "--format", "json"}, args...)...)
	var x explained
	if err := json.Unmarshal([]byte(r.out), &x); err != nil {
		t.Fatalf("%v: %v", err, r)
	}
	return x
}

// apply runs the commands of a fix.
func (x explained) apply(t *testing.T, fix int) {
	t.Helper()
	for _, r := range x.Fixes[fix].Remedies {
		for _, c := range r.Commands {
			if !strings.HasPrefix(c[len(c)-1], os.TempDir()+"/") {
				t.Fatalf("%q changes what is not the test's", c)
			}
			if out, err := exec.Command(c[0], c[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%q: %v: %s", c, err, out)
			}
		}
	}
}

// neverSays fails the test if ward gave one of the pieces of advice that are never its.
func (r result) neverSays(t *testing.T) result {
	t.Helper()
	if r.says("chmod 777", "chmod a+rwx", "chmod o+w", "sysctl -w", "echo 0 >", "setenforce") {
		t.Errorf("bad advice:\n%v", r)
	}
	return r
}

// reachable is an empty directory that everybody reaches.
func reachable(t *testing.T) string {
	t.Helper()
	return dir(t, filepath.Join(testfs.ReachableDir(t), "srv"), 0o755)
}

// S1: root may not open a user's file in /tmp with O_CREAT.
func TestProtectedRegularFile(t *testing.T) {
	requires.Feature(t, requires.Sysctls)
	onHost(t, func(t *testing.T) {
		const setting = "/proc/sys/fs/protected_regular"
		before, err := os.ReadFile(setting)
		must(t, err)
		t.Cleanup(func() { must(t, os.WriteFile(setting, before, 0)) })
		tmp := dir(t, filepath.Join(testfs.ReachableDir(t), "tmp"), 0o1777)
		shared := file(t, filepath.Join(tmp, "shared.log"), "", 0o666)
		must(t, os.Chown(shared, alice, alice))
		for range 20 { // others on this machine try the setting too
			must(t, os.WriteFile(setting, []byte("2"), 0))
			_, err = os.OpenFile(shared, os.O_WRONLY|os.O_CREATE, 0o666)
			r := ward(t, "explain", "--as", "root", "--open", "O_CREAT", "write", shared)
			if text, _ := os.ReadFile(setting); string(text) != "2\n" {
				continue
			}
			if !errors.Is(err, unix.EACCES) {
				t.Fatalf("the kernel says %v", err)
			}
			r.neverSays(t).wants(t, 1, "EACCES", "fs.protected_regular = 2", "1777", "O_CREAT", "sudo -u alice", "/run/shared.log", "leave it as it is")
			ward(t, "explain", "--as", "root", "write", shared).wants(t, 0, "allowed")
			ward(t, "explain", "--as", "alice", "--open", "O_CREAT", "write", shared).wants(t, 0, "allowed")
			return
		}
		t.Fatal("the setting never stayed")
	})
}

// S2: an ancestor lacks x for the service's user.
func TestClosedAncestor(t *testing.T) {
	onHost(t, func(t *testing.T) {
		root := reachable(t)
		closed := dir(t, filepath.Join(root, "release"), 0o750)
		path := file(t, filepath.Join(closed, "data/file.txt"), "x", 0o644)
		r := ward(t, "explain", "--as", "app", "read", path).neverSays(t)
		r.wants(t, 1, "denied: app may not read", "EACCES at "+closed, "to search it", "setfacl -m u:app:--x "+closed)
		if search, all := strings.Index(r.out, "u:app:--x"), strings.Index(r.out, "chmod o+x"); all < search {
			t.Errorf("o+x comes first:\n%v", r)
		}
		x := explain(t, "--as", "app", "read", path)
		if x.Decided.Path != closed || x.Fixes[0].OtherUsers != 0 {
			t.Errorf("%+v", x)
		}
		x.apply(t, 0)
		if !asApp.may(t, path, unix.R_OK) || asBob.may(t, path, unix.R_OK) || asAlice.may(t, path, unix.R_OK) {
			t.Error("the fix lets in others, or not him")
		}
		ward(t, "explain", "--as", "app", "read", path).wants(t, 0, "allowed")
		ward(t, "explain", "-q", "--as", "bob", "read", path).wants(t, 1)
	})
}

// S3: a chmod emptied the mask.
func TestMaskAfterChmod(t *testing.T) {
	onHost(t, func(t *testing.T) {
		path := file(t, filepath.Join(reachable(t), "report"), "x", 0o644)
		shell(t, `setfacl -m u:alice:rwx,u:bob:r,g:app:r "$1"; chmod 700 "$1"`, path)
		r := ward(t, "explain", "--as", "alice", "read", path).neverSays(t)
		r.wants(t, 1, "user:alice:rwx", "mask cuts that to ---", "A chmod sets the mask", "setfacl -m m::r-- "+path)
		r.wants(t, 1, "bob (named user) gains read", "group app (app) gains read")
		x := explain(t, "--as", "alice", "read", path)
		x.apply(t, 0)
		if !asAlice.may(t, path, unix.R_OK) || asBob.may(t, path, unix.R_OK) {
			t.Errorf("the first fix is not what it says: %s", facts(t, path))
		}
	})
}

// started runs a program as somebody until the test ends; it has said something when
// this returns.
func started(t *testing.T, attr *syscall.SysProcAttr, line string, args ...string) int {
	t.Helper()
	cmd := exec.Command("sh", append([]string{"-c", line + "; echo ready; read x", "sh"}, args...)...)
	cmd.Dir, cmd.SysProcAttr = "/", attr
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q %v", line, err)
	}
	return cmd.Process.Pid
}

// S6: the shell is older than the membership.
func TestShellOlderThanMembership(t *testing.T) {
	onHost(t, func(t *testing.T) {
		overlay(t, "/etc/group", "docker:x:61300:alice\n")
		run := reachable(t)
		listener, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		must(t, err)
		defer unix.Close(listener)
		socket := filepath.Join(run, "docker.sock")
		must(t, unix.Bind(listener, &unix.SockaddrUnix{Name: socket}))
		must(t, os.Chown(socket, 0, 61300))
		must(t, unix.Chmod(socket, 0o660))
		pid := started(t, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: alice, Gid: alice, Groups: []uint32{dev}}}, ":")
		r := ward(t, "explain", "--as", fmt.Sprintf("pid:%d", pid), "connect", socket).neverSays(t)
		r.wants(t, 1, "alice is in docker, but this process is not", "newgrp docker", "as good as being root")
		if r.says("chmod", "setfacl", "chown") {
			t.Errorf("touches the socket:\n%v", r)
		}
		ward(t, "explain", "--as", "alice", "connect", socket).wants(t, 0, "allowed", "not in the group docker")
	})
}

// S7: a parent belongs to a uid that a rootless container does not map.
func TestUnmappedParent(t *testing.T) {
	requires.Feature(t, requires.UserNamespace)
	onHost(t, func(t *testing.T) {
		root := reachable(t)
		closed := dir(t, filepath.Join(root, "volume"), 0o700)
		must(t, os.Chown(closed, bob, bob))
		path := file(t, filepath.Join(closed, "data"), "x", 0o666)
		pid := started(t, &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER,
			Credential:  &syscall.Credential{NoSetGroups: true},
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: alice, Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: alice, Size: 1}},
		}, `test "$(id -u)" = 0 && ! cat "$1" 2>/dev/null`, path)
		ward(t, "explain", "--as", fmt.Sprintf("pid:%d", pid), "read", path).neverSays(t).wants(t, 1,
			"EACCES at "+closed, "uid 0 there", "uid 61101 (alice)", "CAP_DAC_OVERRIDE has no effect", "owner bob")
	})
}

// S8 (a): a temporary directory on which no program runs.
func TestNoExecTemporaryDirectory(t *testing.T) {
	onHost(t, func(t *testing.T) {
		tmp := testfs.Image(t, testfs.Tmpfs, 0)
		must(t, unix.Mount("", tmp, "", unix.MS_REMOUNT|unix.MS_NOEXEC, ""))
		must(t, unix.Chmod(tmp, 0o1777))
		script := file(t, filepath.Join(tmp, "install.sh"), "#!/bin/sh\nexit 0\n", 0o755)
		if err := exec.Command(script).Run(); !errors.Is(err, unix.EACCES) {
			t.Fatalf("the kernel says %v", err)
		}
		r := ward(t, "explain", "--as", "root", "execute", script).neverSays(t)
		r.wants(t, 1, "EACCES", "noexec", tmp, "TMPDIR=", "chmod +x changes nothing", "interpreter")
		elsewhere := ward(t, "explain", "--as", "root", "execute", script).out
		if a, b := strings.Index(elsewhere, "instead"), strings.Index(elsewhere, "remount,exec"); a < 0 || b >= 0 && b < a {
			t.Errorf("another place does not come first:\n%s", elsewhere)
		}
	})
}

// S9: the bits allow it, and something outside them does not.
func TestConfinedProcess(t *testing.T) {
	requires.Feature(t, requires.Seccomp)
	onHost(t, func(t *testing.T) {
		path := file(t, filepath.Join(reachable(t), "file"), "x", 0o644)
		testfs.WithSyscallsRefused(t, []string{"faccessat2"}, unix.EPERM, func(t *testing.T) {
			ward(t, "explain", "--as", "self", "read", path).neverSays(t).wants(t, 0,
				"allowed", "likely: the bits allow it", "seccomp", "Seccomp: 2", "EPERM", "faccessat2", "EACCES")
		})
		pid := started(t, nil, "exec setpriv --no-new-privs sh -c 'echo ready; read x'")
		ward(t, "explain", "--as", fmt.Sprintf("pid:%d", pid), "read", path).wants(t, 0, "likely", "Landlock", "cannot be seen")
	})
}

// sandboxVariable names a file that this program, started anew, may not write to.
const sandboxVariable = "WARD_ACCEPTANCE_SANDBOX"

// sandboxed puts this process in a Landlock domain that forbids all writing to files,
// tries it on one, and waits.
func sandboxed(path string) {
	runtime.LockOSThread() // the domain is the thread's, and that of what it executes
	check := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	attr := unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_WRITE_FILE}
	rules, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), 8, 0)
	check(errors.Join(nilIfZero(errno), unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))
	_, _, errno = unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, rules, 0, 0)
	check(nilIfZero(errno))
	if fd, err := unix.Open(path, unix.O_WRONLY|unix.O_CLOEXEC, 0); !errors.Is(err, unix.EACCES) {
		check(fmt.Errorf("opening %s for writing gives %d, %w", path, fd, err))
	}
	check(unix.Exec("/bin/sh", []string{"sh", "-c", "echo ready; read x"}, nil))
}

func nilIfZero(errno syscall.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}

// S9 (b): the audit record of a Landlock domain is evidence.
func TestSandboxedProcess(t *testing.T) {
	requires.Feature(t, requires.LandlockRecords)
	testfs.Auditing(t)
	path := file(t, filepath.Join(reachable(t), "a file"), "x", 0o666)
	self, err := os.Executable()
	must(t, err)
	pid := started(t, nil, "exec env "+sandboxVariable+`="$1" "$2"`, path, self)
	who := fmt.Sprintf("pid:%d", pid)
	r := ward(t, "explain", "--as", who, "write", path).neverSays(t)
	r.wants(t, 1, "denied: the permissions let", "and Landlock does not", "certain", "Landlock domain",
		"refused fs.write_file on", path, "audit record of", "kernel's log", fmt.Sprintf("process %d", pid))
	ward(t, "explain", "-q", "--as", who, "write", path).wants(t, 1)
	ward(t, "explain", "--format", "json", "--as", who, "write", path).wants(t, 1, `"answer": "denied"`, `"errno": "EACCES"`, `"refused": true`)
	ward(t, "doctor", path, "--as", who, "write").wants(t, 1, "Landlock domain", "fs.write_file", "audit record")
	// What it was not yet refused is open, and the domain is known.
	ward(t, "explain", "--as", who, "read", path).wants(t, 3, "undecided", "Landlock domain", "what else it")
}

// S10 (a): flags that bind root as well.
func TestFlagsBindRoot(t *testing.T) {
	onHost(t, func(t *testing.T) {
		root := testfs.Image(t, testfs.Ext4, 0)
		path := file(t, filepath.Join(root, "resolv.conf"), "x", 0o644)
		for flag, action := range map[string]string{"i": "write", "a": "truncate"} {
			shell(t, `chattr "+$1" "$2"`, flag, path)
			if err := unix.Truncate(path, 0); !errors.Is(err, unix.EPERM) {
				t.Errorf("the kernel says %v", err)
			}
			r := ward(t, "explain", "--as", "root", action, path).neverSays(t)
			r.wants(t, 1, "EPERM", "+"+flag, "on purpose", "chattr -"+flag)
			if r.says("sudo") {
				t.Errorf("sudo does not help:\n%v", r)
			}
			shell(t, `chattr "-$1" "$2"`, flag, path)
		}
	})
}

// grow makes a random tree of directories and files with random owners, modes and
// lists, and returns every path in it, a directory before what lies in it.
func grow(t *testing.T, r *rand.Rand, root string, entries int) []string {
	t.Helper()
	dirs, paths := []string{root}, []string(nil)
	for i := range entries {
		parent := dirs[r.IntN(len(dirs))]
		path := filepath.Join(parent, fmt.Sprint(i))
		if r.IntN(3) == 0 {
			must(t, os.Mkdir(path, 0o700))
			dirs = append(dirs, path)
		} else if r.IntN(12) == 0 {
			must(t, os.Symlink("/etc/passwd", path))
		} else {
			must(t, os.WriteFile(path, nil, 0o600))
		}
		paths = append(paths, path)
	}
	for _, path := range paths {
		paint(t, r, path, slices.Contains(dirs, path))
	}
	return paths
}

// paint gives an object a random owner, mode and list; directories are mostly open.
func paint(t *testing.T, r *rand.Rand, path string, isDir bool) {
	t.Helper()
	ids := []uint32{0, app, alice, bob}
	gids := []uint32{0, app, alice, bob, dev}
	must(t, os.Lchown(path, int(ids[r.IntN(len(ids))]), int(gids[r.IntN(len(gids))])))
	if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink != 0 {
		must(t, err)
		return
	}
	m := uint32(r.IntN(0o1000))
	if isDir {
		if m = []uint32{0o755, 0o711, 0o750, 0o770, 0o777, 0o700, 0o733, m}[r.IntN(8)]; r.IntN(4) == 0 {
			m |= 0o1000
		}
	}
	must(t, unix.Chmod(path, m))
	if r.IntN(2) == 0 {
		list := randomList(r, ids, gids)
		if isDir && r.IntN(2) == 0 {
			list[len(list)-2].Rights |= mode.X // the mask
		}
		must(t, unix.Lsetxattr(path, acl.AccessXattr, list.Encode(), 0))
	}
}

func randomList(r *rand.Rand, ids, gids []uint32) acl.List {
	rights := func() mode.Rights { return mode.Rights(r.IntN(8)) }
	list := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: rights()}}
	for _, id := range ids[1:] {
		if r.IntN(3) == 0 {
			list = append(list, acl.Entry{Tag: acl.User, ID: id, Rights: rights()})
		}
	}
	list = append(list, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: rights()})
	for _, id := range gids[1:] {
		if r.IntN(4) == 0 {
			list = append(list, acl.Entry{Tag: acl.Group, ID: id, Rights: rights()})
		}
	}
	return append(list, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: rights()}, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: rights()})
}

// S11: what bob may write is what access(2) run as bob says of every file.
func TestReachIsWhatAccessSays(t *testing.T) {
	for _, kind := range []testfs.FileSystem{testfs.Ext4, testfs.Tmpfs, testfs.XFS, testfs.Btrfs} {
		t.Run(string(kind), func(t *testing.T) {
			onHost(t, func(t *testing.T) {
				base := testfs.Image(t, kind, 0)
				for seed := range uint64(6) {
					r := rand.New(rand.NewPCG(seed, 11))
					root := dir(t, filepath.Join(base, fmt.Sprint("tree", seed)), 0o755)
					paths := grow(t, r, root, 400)
					for _, p := range []person{asBob, asAlice, asApp, {61999, 61999, []uint32{app}}} {
						compareReach(t, p, root, paths, seed)
					}
				}
			})
		})
	}
}

func compareReach(t *testing.T, p person, root string, paths []string, seed uint64) {
	t.Helper()
	out := ward(t, "reach", "--as", p.who(), "--can", "read,write,execute,delete", "--format", "json", root)
	var answer struct {
		Found []struct {
			Path string
			May  []string
		}
		Undecided int
	}
	if err := json.Unmarshal([]byte(out.out), &answer); err != nil || answer.Undecided != 0 {
		t.Fatalf("%v %v", err, out)
	}
	said := map[string][]string{}
	for _, f := range answer.Found {
		said[f.Path] = f.May
	}
	wrong := 0
	check := func(path, does string, kernel bool) {
		if slices.Contains(said[path], does) != kernel {
			if wrong++; wrong < 5 {
				t.Errorf("seed %d: %s of %s by %s: the kernel says %t (%s)", seed, does, path, p.who(), kernel, facts(t, path))
			}
		}
	}
	for _, path := range paths {
		info, err := os.Lstat(path)
		must(t, err)
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			continue
		case info.IsDir():
			check(path, "write", p.may(t, path, unix.W_OK|unix.X_OK))
		default:
			check(path, "write", p.may(t, path, unix.W_OK))
		}
		check(path, "read", p.may(t, path, unix.R_OK))
		check(path, "execute", p.may(t, path, unix.X_OK))
	}
	for _, path := range slices.Backward(paths) {
		check(path, "delete", p.deletes(t, path))
	}
}

// deletes asks the kernel by renaming, which asks of the old name what unlink(2) and
// rmdir(2) ask, and works for directories that are not empty. It is put back.
func (p person) deletes(t *testing.T, path string) bool {
	t.Helper()
	aside := path + ".aside"
	err := p.as(t, func() error { return unix.Rename(path, aside) })
	if err == nil {
		must(t, os.Rename(aside, path))
		return true
	}
	if !errors.Is(err, unix.EACCES) && !errors.Is(err, unix.EPERM) {
		t.Fatalf("rename %s: %v", path, err)
	}
	return false
}

// proof is a random case on the kernel: somebody, something he wants, and everybody
// else.
type proof struct {
	number int
	path   string
	does   string
	who    person
	people []person
}

var rightsOf = map[string]uint32{"read": unix.R_OK, "write": unix.W_OK, "execute": unix.X_OK}

func (p *proof) may(t *testing.T) bool {
	t.Helper()
	return p.who.may(t, p.path, rightsOf[p.does])
}

// everybody asks the kernel for each user of the machine.
func (p *proof) everybody(t *testing.T) []bool {
	t.Helper()
	may := make([]bool, len(p.people))
	for i, one := range p.people {
		may[i] = one.may(t, p.path, rightsOf[p.does])
	}
	return may
}

// holds applies the first fix, and compares for whom the answer turned with what
// ward said of it. It tells what kind of fix it was.
func (p *proof) holds(t *testing.T, x explained, want bool) string {
	t.Helper()
	if len(x.Fixes) == 0 {
		return "no fix"
	}
	for _, r := range x.Fixes[0].Remedies {
		if r.Does != "alter" {
			return r.Does
		}
	}
	before := p.everybody(t)
	x.apply(t, 0)
	if p.may(t) != want {
		t.Errorf("case %d: with %v %s may %s: %t", p.number, x.Fixes[0], p.who.who(), p.does, !want)
	}
	others := 0
	for i, may := range p.everybody(t) {
		if may == want && before[i] != want && p.people[i].uid != p.who.uid {
			others++
		}
	}
	if others != x.Fixes[0].OtherUsers {
		t.Errorf("case %d: %v concerns %d others", p.number, x.Fixes[0], others)
	}
	return "alter"
}

// Of random cases the first fix makes a denied access work, or ends an allowed one,
// for as many others of the machine's users as ward said.
func TestFirstFixOnTheKernel(t *testing.T) {
	onHost(t, func(t *testing.T) {
		base := testfs.Image(t, testfs.Ext4, 0)
		r := rand.New(rand.NewPCG(7, 7))
		people := everybody(t)
		counts := map[string]int{}
		for i := range 240 {
			root := dir(t, filepath.Join(base, fmt.Sprint("case", i)), 0o755)
			p := &proof{number: i, path: filepath.Join(root, "a", "b", "file"), people: people}
			file(t, p.path, "#!/bin/sh\n", 0o600)
			for _, path := range []string{filepath.Join(root, "a"), filepath.Join(root, "a/b"), p.path} {
				paint(t, r, path, path != p.path)
			}
			p.who = []person{asApp, asAlice, asBob}[r.IntN(3)]
			p.does = []string{"read", "write", "execute"}[r.IntN(3)]
			may := p.may(t)
			x := explain(t, "--as", p.who.who(), fmt.Sprintf("--stop=%t", may), p.does, p.path)
			if (x.Answer == "allowed") != may {
				t.Errorf("case %d: the kernel says %t, ward %s", i, may, x.Answer)
			}
			counts[x.Answer+", "+p.holds(t, x, !may)]++
		}
		t.Logf("%v", counts)
		if counts["denied, alter"] < 100 || counts["allowed, alter"] < 20 {
			t.Errorf("only %v", counts)
		}
	})
}

// everybody is the users of the machine with their groups, as initgroups(3) has them.
func everybody(t *testing.T) (people []person) {
	t.Helper()
	for line := range strings.Lines(shell(t, `while IFS=: read name x uid gid rest; do echo "$uid $gid $(id -G "$name")"; done </etc/passwd`)) {
		var p person
		var ids []uint32
		for _, word := range strings.Fields(line) {
			var id uint32
			_, err := fmt.Sscan(word, &id)
			must(t, err)
			ids = append(ids, id)
		}
		p.uid, p.gid, p.groups = ids[0], ids[1], ids[2:]
		people = append(people, p)
	}
	return people
}
