package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"ward/internal/requires"
)

// terminal is a pseudo-terminal: what ward writes to it, and what is typed.
type terminal struct {
	master, slave *os.File
	said          transcript
	done          chan struct{}
}

// transcript may be read while it is written.
type transcript struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (x *transcript) Write(b []byte) (int, error) {
	x.lock.Lock()
	defer x.lock.Unlock()
	return x.text.Write(b)
}

func (x *transcript) String() string {
	x.lock.Lock()
	defer x.lock.Unlock()
	return x.text.String()
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		requires.Tool(t, "/dev/ptmx")
		t.Fatal(err)
	}
	var unlock, number int32
	control(t, master, syscall.TIOCSPTLCK, &unlock)
	control(t, master, syscall.TIOCGPTN, &number)
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{master: master, slave: slave, done: make(chan struct{})}
	go func() {
		defer close(x.done)
		_, _ = io.Copy(&x.said, master) // ends with EIO when the last slave is closed
	}()
	return x
}

func control(t *testing.T, f *os.File, request uintptr, value *int32) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
		t.Fatalf("pseudo-terminal: %v", errno)
	}
}

// run runs ward at the terminal, types the input, and returns what was shown.
func (x *terminal) run(t *testing.T, input string, env []string, args ...string) (shown string, status int) {
	t.Helper()
	cmd := x.start(t, env, args...)
	if _, err := io.WriteString(x.master, input); err != nil {
		t.Fatal(err)
	}
	return x.wait(t, cmd)
}

func (x *terminal) start(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(append(os.Environ(), asWard+"=1", "TERM=xterm", "NO_COLOR="), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = x.slave, x.slave, x.slave
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func (x *terminal) wait(t *testing.T, cmd *exec.Cmd) (shown string, status int) {
	t.Helper()
	_ = cmd.Wait() // the status is the answer
	x.slave.Close()
	select {
	case <-x.done:
	case <-time.After(10 * time.Second):
		t.Fatal("the terminal does not end")
	}
	x.master.Close()
	return x.said.String(), cmd.ProcessState.ExitCode()
}

// wrongFile is a tree with one file that everybody may write.
func wrongFile(t *testing.T) (root, file string) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "tree")
	file = filepath.Join(root, "conf")
	write(t, file, "")
	setMode(t, root, 0o755)
	setMode(t, file, 0o666)
	return root, file
}

func TestColourIsForTerminals(t *testing.T) {
	root, _ := wrongFile(t)
	const red = "\x1b[31mERROR"
	for name, c := range map[string]struct {
		env  []string
		want bool
	}{
		"a terminal":    {nil, true},
		"NO_COLOR":      {[]string{"NO_COLOR=1"}, false},
		"dumb terminal": {[]string{"TERM=dumb"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			shown, status := newTerminal(t).run(t, "", c.env, "check", root)
			if status != 1 || strings.Contains(shown, red) != c.want {
				t.Errorf("status %d:\n%q", status, shown)
			}
		})
	}
}

func TestQuestionBeforeTheChange(t *testing.T) {
	for _, c := range []struct {
		typed, says string
		status      int
		mode        os.FileMode
	}{
		{"y\n", "changed 1 of 1", 0, 0o664},
		{"YES\n", "changed 1 of 1", 0, 0o664},
		{"n\n", "nothing was changed", 3, 0o666},
		{"\n", "nothing was changed", 3, 0o666},
		{"yess\n", "nothing was changed", 3, 0o666},
		{"\x04", "nothing was changed", 3, 0o666},
	} {
		t.Run(fmt.Sprintf("%q", c.typed), func(t *testing.T) {
			root, file := wrongFile(t)
			shown, status := newTerminal(t).run(t, c.typed, []string{"WARD_STATE_DIR=" + t.TempDir()}, "apply", root)
			if status != c.status || !strings.Contains(shown, c.says) || !strings.Contains(shown, "Make these changes? [y/N]") {
				t.Errorf("status %d, want %d and %q:\n%s", status, c.status, c.says, shown)
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != c.mode {
				t.Errorf("the file: %v %v", info.Mode(), err)
			}
		})
	}
}

// Who interrupts the question has answered: nothing is changed, and no journal is
// left.
func TestQuestionIsInterrupted(t *testing.T) {
	root, file := wrongFile(t)
	runs := t.TempDir()
	x := newTerminal(t)
	cmd := x.start(t, []string{"WARD_STATE_DIR=" + runs}, "apply", root)
	for end := time.Now().Add(10 * time.Second); !strings.Contains(x.said.String(), "[y/N]"); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(x.said.String())
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	unheard := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	defer unheard.Stop()
	shown, status := x.wait(t, cmd)
	if status != exitInterrupted || !strings.Contains(shown, "interrupted") {
		t.Errorf("status %d:\n%s", status, shown)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o666 {
		t.Errorf("the file: %v %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(runs, "runs", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A rule that asks first is a question of its own, before the plan is final.
func TestQuestionOfARule(t *testing.T) {
	policy := filepath.Join(t.TempDir(), "ward.yaml")
	write(t, policy, "version: 1\nrules:\n  - {name: careful, match: {type: file}, require: {mode: go-w}, fix: ask}\n")
	for typed, want := range map[string]os.FileMode{"y\ny\n": 0o644, "n\n": 0o666} {
		t.Run(fmt.Sprintf("%q", typed), func(t *testing.T) {
			root, file := wrongFile(t)
			shown, status := newTerminal(t).run(t, typed, []string{"WARD_STATE_DIR=" + t.TempDir()}, "apply", "-p", policy, root)
			if status != 0 || !strings.Contains(shown, "This rule asks first. Take its changes of 1 object too? [y/N]") {
				t.Errorf("status %d:\n%s", status, shown)
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != want {
				t.Errorf("the file: %v %v", info.Mode(), err)
			}
		})
	}
}

// Long work shows one line that is taken away again; short work shows nothing.
func TestProgressIsOneLine(t *testing.T) {
	var out bytes.Buffer
	due := make(chan time.Time, 1)
	p := &progress{out: &out, patient: due}
	p.Progress("looked at", 5, 0)
	if out.Len() > 0 {
		t.Errorf("impatient: %q", out.String())
	}
	due <- time.Time{}
	p.Progress("looked at", 70000, 0)
	p.Progress("changed", 5, 10)
	p.stop()
	if got, want := out.String(), "\r\x1b[Klooked at 70,000\r\x1b[Kchanged 5 of 10\r\x1b[K"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	out.Reset()
	p.stop()
	if out.Len() > 0 {
		t.Errorf("stopped twice: %q", out.String())
	}
}

func TestNoProgressInAPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if p := newConsole(os.Stdin, w, w).progress(); p != nil {
		t.Error("progress is shown in a pipe")
	}

	// A pager shows on the terminal what it gets through a pipe.
	t.Setenv("TERM", "xterm")
	terminal := newTerminal(t).slave
	defer terminal.Close()
	if p := newConsole(terminal, w, terminal).progress(); p != nil {
		t.Error("progress is shown beside a pager")
	}
	if p := newConsole(terminal, terminal, terminal).progress(); p == nil {
		t.Error("no progress is shown on a terminal")
	}
}
