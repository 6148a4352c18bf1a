package chmod_test

import (
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"ward/internal/requires"
	"ward/mode"
)

// installed is a process of the installed chmod that answers one command line after
// another (testdata/forkserver.c), or, where there is no C compiler to build that with,
// the program itself, run for every one. It is for one goroutine.
type installed struct {
	program  string
	said     *os.File // what was said, in a file so that nobody waits for the end of a pipe
	read     int64    // of it
	requests *os.File // nil: the program is run every time
	answers  *os.File
	request  []byte
	text     [16 << 10]byte
}

// forkServer builds the library, and is "" where there is no compiler.
func forkServer(t *testing.T) string {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Log("there is no C compiler: the installed chmod is started for every expression")
		return ""
	}
	library := filepath.Join(t.TempDir(), "forkserver.so")
	if out, err := exec.Command(cc, "-O2", "-shared", "-fPIC", "-o", library, "testdata/forkserver.c").CombinedOutput(); err != nil {
		t.Logf("the installed chmod is started for every expression: %v\n%s", err, out)
		return ""
	}
	return library
}

// newInstalled starts chmod; dir is for what it says.
func newInstalled(t *testing.T, library, dir string) *installed {
	t.Helper()
	requires.Tool(t, "chmod")
	program, err := exec.LookPath("chmod")
	if err != nil {
		t.Fatal(err)
	}
	said, err := os.OpenFile(filepath.Join(dir, "said"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { said.Close() })
	i := &installed{program: program, said: said}
	if library != "" {
		i.start(t, library)
	}
	return i
}

func (i *installed) start(t *testing.T, library string) {
	t.Helper()
	theirs, requests, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, toUs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(i.program)
	c.Args = []string{"chmod"}
	c.Env = []string{"LC_ALL=C", "LD_PRELOAD=" + library, "LD_BIND_NOW=1"}
	c.Stdout, c.Stderr = i.said, i.said
	c.ExtraFiles = []*os.File{theirs, toUs}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	toUs.Close()
	i.requests, i.answers = requests, answers
	t.Cleanup(func() {
		requests.Close()
		answers.Close()
		_ = c.Wait()
	})
}

// run has chmod take a command line under a umask.
func (i *installed) run(t *testing.T, umask mode.Mode, args []string) (status int, said string) {
	var ws syscall.WaitStatus
	if i.requests == nil {
		ws = i.spawn(t, umask, args)
	} else {
		ws = i.ask(t, umask, args)
	}
	n, err := i.said.ReadAt(i.text[:], i.read)
	if err != io.EOF {
		t.Errorf("chmod said more than %d bytes: %v", n, err)
	}
	if i.read += int64(n); i.read > 1<<20 {
		if err := i.said.Truncate(0); err != nil {
			t.Error(err)
		}
		i.read = 0
	}
	if !ws.Exited() {
		t.Errorf("chmod %q ended with %#x", args, ws)
	}
	return ws.ExitStatus(), string(i.text[:n])
}

func (i *installed) ask(t *testing.T, umask mode.Mode, args []string) syscall.WaitStatus {
	b := append(i.request[:0], 0, 0, 0, 0)
	b = binary.NativeEndian.AppendUint32(b, uint32(umask))
	for _, arg := range args {
		b = append(append(b, arg...), 0)
	}
	binary.NativeEndian.PutUint32(b, uint32(len(b)-8))
	i.request = b
	if _, err := i.requests.Write(b); err != nil {
		t.Error(err)
	}
	var answer [4]byte
	if _, err := io.ReadFull(i.answers, answer[:]); err != nil {
		t.Errorf("the installed chmod is gone: %v", err)
	}
	return syscall.WaitStatus(binary.NativeEndian.Uint32(answer[:]))
}

// spawn sets the umask on the way: nothing else says it to a program.
func (i *installed) spawn(t *testing.T, umask mode.Mode, args []string) syscall.WaitStatus {
	c := exec.Command("sh", append([]string{"-c", `umask "$1"; shift; exec "$0" "$@"`, i.program, umask.Octal()}, args...)...)
	c.Env = []string{"LC_ALL=C"}
	c.Stdout, c.Stderr = i.said, i.said
	if err := c.Run(); err != nil && c.ProcessState == nil {
		t.Error(err)
		return 0
	}
	ws, _ := c.ProcessState.Sys().(syscall.WaitStatus)
	return ws
}

// number is a variable of the environment, or otherwise.
func number(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
