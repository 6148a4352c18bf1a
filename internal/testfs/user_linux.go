package testfs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"ward/internal/requires"
)

// User is whom a process runs as. Nobody on the machine needs to know the ids.
type User struct {
	UID, GID uint32
	Groups   []uint32  // supplementary
	Caps     []uintptr // capabilities by number, kept through the change of ids
}

// Users that no machine knows: the owner of a tree who means harm, and somebody
// who has nothing to do with it.
var (
	HostileOwner = User{UID: 61001, GID: 61001}
	Stranger     = User{UID: 61002, GID: 61002}
)

func (u User) attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Credential:  &syscall.Credential{Uid: u.UID, Gid: u.GID, Groups: u.Groups},
		AmbientCaps: u.Caps,
	}
}

// As runs body as another user, in a process of its own. Needs root.
func As(t *testing.T, u User, body func(t *testing.T)) {
	t.Helper()
	if otherUser.entered(t) {
		body(t)
		return
	}
	requires.Root(t)
	otherUser.enter(t, u.attributes())
}

// ReachableDir is a temporary directory that every user can reach, which
// t.TempDir is not: its own mode is 0755.
func ReachableDir(t testing.TB) string {
	t.Helper()
	return once(t, func() string { return reachableDir(t) })
}

func reachableDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ward-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Actors are the functions that a test binary can run in processes of their own,
// beside a test: the owner who attacks while root applies. Each gets the
// arguments that it was started with.
type Actors map[string]func(args []string) error

const actorVariable = "WARD_TESTFS_ACTOR"

// Main is the body of TestMain in a package with actors.
func Main(m *testing.M, actors Actors) {
	name := os.Getenv(actorVariable)
	if name == "" {
		os.Exit(m.Run())
	}
	act, ok := actors[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "no actor is called %q\n", name)
		os.Exit(2)
	}
	if err := act(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Actor is a process that runs one of the functions given to Main.
type Actor struct {
	cmd  *exec.Cmd
	out  bytes.Buffer
	wait func() error
}

// Start runs an actor as the given user until it returns, is stopped, or the test
// ends. The zero User is root, who needs no privilege to become himself.
func Start(t testing.TB, u User, actor string, args ...string) *Actor {
	t.Helper()
	attr := &syscall.SysProcAttr{}
	if u.UID != uint32(os.Getuid()) {
		requires.Root(t)
		attr = u.attributes()
	}
	cmd, done := command(t, attr, args...)
	defer done()
	cmd.Env = append(os.Environ(), actorVariable+"="+actor)
	a := &Actor{cmd: cmd}
	cmd.Stdout, cmd.Stderr = &a.out, &a.out
	started := make(chan error)
	ended := make(chan error, 1)
	go func() {
		// Pdeathsig is sent when this thread ends: it must outlive the actor.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		t.Fatalf("start actor %q: %v", actor, err)
	}
	a.wait = sync.OnceValue(func() error { return <-ended })
	t.Cleanup(func() { _, _ = a.Stop() })
	return a
}

// PID is the process id of the actor.
func (a *Actor) PID() int { return a.cmd.Process.Pid }

// Wait waits until the actor returns; the error holds what it printed.
func (a *Actor) Wait() error {
	if err := a.wait(); err != nil {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(a.out.Bytes()))
	}
	return nil
}

// Stop kills the actor and waits for its end. Its output is returned; an actor
// that had ended by itself with an error makes it an error here.
func (a *Actor) Stop() (output string, err error) {
	_ = a.cmd.Process.Kill() // an error says that it has ended already
	err = a.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		err = nil
	}
	return a.out.String(), err
}
