package process

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"ward/account"
	"ward/ident"
	"ward/internal/requires"
	"ward/internal/testfs"
)

func TestSelf(t *testing.T) {
	p, err := Self()
	if err != nil {
		t.Fatal(err)
	}
	if p.PID != os.Getpid() || p.Caller.UID != ident.UID(os.Geteuid()) || p.Caller.GID != ident.GID(os.Getegid()) {
		t.Errorf("%+v", p)
	}
	if p.Caller.Namespace != nil || p.View != account.Yes || len(p.Unread) > 0 {
		t.Errorf("%+v", p)
	}
	if wd, _ := os.Getwd(); p.Cwd != wd {
		t.Errorf("works in %q", p.Cwd)
	}
}

// started runs a program until the test ends; it has said "ready" when this returns.
func started(t *testing.T, attr *syscall.SysProcAttr, args ...string) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir, cmd.SysProcAttr = "/", attr
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "ready\n" {
		t.Fatalf("%q %v", line, err)
	}
	return cmd.Process.Pid
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestLookAtAnotherUsersProcess(t *testing.T) {
	requires.Root(t)
	const dac = 1
	pid := started(t, &syscall.SysProcAttr{
		Credential: &syscall.Credential{Uid: 61002, Gid: 61003, Groups: []uint32{61004, 61005}}, AmbientCaps: []uintptr{dac},
	}, "sh", "-c", "umask 037; echo ready; read x")
	p, err := Look(pid)
	must(t, err)
	c := p.Caller
	if c.UID != 61002 || c.GID != 61003 || !c.InGroup(61004) || !c.InGroup(61005) || c.Caps != ident.Set(dac) || c.Umask != 0o037 {
		t.Errorf("%+v", c)
	}
	if p.Name != "sh" || p.View != account.Yes || p.Cwd != "/" || len(p.Unread) > 0 {
		t.Errorf("%+v", p)
	}
}

func TestLookWithoutPrivileges(t *testing.T) {
	testfs.As(t, testfs.HostileOwner, func(t *testing.T) {
		// A process that this user may not look into: init will do.
		p, err := Look(1)
		must(t, err)
		if p.Caller.UID != 0 || p.View != account.CannotTell || len(p.Unread) == 0 {
			t.Errorf("%+v", p)
		}
	})
}

func TestUserNamespace(t *testing.T) {
	requires.Feature(t, requires.UserNamespace)
	pid := started(t, &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}, "sh", "-c", "echo ready; read x")
	p, err := Look(pid)
	must(t, err)
	n := p.Caller.Namespace
	if n == nil || n.Initial || len(n.Users) != 1 || n.Users[0] != (ident.Range{Inside: 0, Outside: uint32(os.Getuid()), Count: 1}) {
		t.Fatalf("%+v", n)
	}
	if p.InsideUID != 0 || p.Caller.UID != ident.UID(os.Getuid()) || p.View != account.No {
		t.Errorf("%+v", p)
	}
}

func TestSeccompAndNoNewPrivs(t *testing.T) {
	testfs.WithSyscallsRefused(t, []string{"fchmodat2"}, syscall.EPERM, func(t *testing.T) {
		p, err := Self()
		must(t, err)
		if len(p.Caller.Confined) == 0 || p.Caller.Confined[0].By != "seccomp" {
			t.Errorf("%+v", p.Caller.Confined)
		}
	})
}

func TestNoSuchProcess(t *testing.T) {
	cmd := exec.Command("true")
	must(t, cmd.Run())
	_, err := Look(cmd.Process.Pid)
	var gone *GoneError
	if !errors.As(err, &gone) || gone.PID != cmd.Process.Pid {
		t.Errorf("%v", err)
	}
	if _, err := look("/var/empty-proc", "1"); err == nil || errors.As(err, &gone) {
		t.Errorf("without /proc: %v", err)
	}
}

func TestAll(t *testing.T) {
	list, _, err := All()
	must(t, err)
	for _, p := range list {
		if p.PID == os.Getpid() {
			return
		}
	}
	t.Error("this process is not among them")
}
