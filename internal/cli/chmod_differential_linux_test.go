package cli

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"ward/internal/app"
	"ward/internal/standin"
	"ward/mode"
)

// `ward chmod` gives files and directories of every mode the mode that the installed
// chmod gives them, and says the same, but for the differences that docs/compat.md
// lists: its name, and its warnings. So does the program itself under the name of
// chmod, of which a few are run.
func TestWardChmodOracleChmod(t *testing.T) {
	besideInstalled(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	b := newChmodBench(t, rand.New(rand.NewPCG(seed, 0)))
	byName := filepath.Join(links(t, "chmod"), "chmod")
	const expressions, sample = 400, 12
	for i := range expressions {
		b.begin()
		args := b.commandLine()
		want := b.run(args, installed)
		b.same(args, want, b.run(args, b.ward))
		if i%(expressions/sample) == 0 {
			b.same(args, want, b.run(args, func(args []string) (int, string) { return program(t, byName, args) }))
		}
		if t.Failed() {
			t.Fatalf("seed %d, umask %s", seed, b.umask.Octal())
		}
	}
}

// chmodBench is the objects that a command line is run on.
type chmodBench struct {
	t        *testing.T
	random   *rand.Rand
	operands []string
	before   []mode.Mode
	next     mode.Mode
	umask    mode.Mode
}

func newChmodBench(t *testing.T, r *rand.Rand) *chmodBench {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "ward-chmod-") // every run syncs its file system
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv(app.StateVariable, filepath.Join(dir, ".state"))
	b := &chmodBench{t: t, random: r}
	for i := range 16 {
		file, sub := filepath.Join(dir, fmt.Sprintf("f%d", i)), filepath.Join(dir, fmt.Sprintf("d%d", i))
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		b.operands = append(b.operands, file, sub)
	}
	b.before = make([]mode.Mode, len(b.operands))
	old := syscall.Umask(0o022)
	t.Cleanup(func() { syscall.Umask(old) })
	return b
}

// begin chooses a umask and the next modes to begin with.
func (b *chmodBench) begin() {
	b.umask = mode.Mode(b.random.IntN(0o1000))
	for i := range b.before {
		b.before[i] = b.next & mode.All
		b.next += mode.Mode(i&1) * 13 // prime to 4096
	}
}

func (b *chmodBench) commandLine() []string {
	args := []string{[]string{"-v", "-c", "-vf", "--verbose"}[b.random.IntN(4)], "--", b.expression()}
	return append(args, b.operands...)
}

func (b *chmodBench) expression() string {
	r := b.random
	if r.IntN(6) == 0 {
		return strings.Repeat("0", r.IntN(3)) + fmt.Sprintf("%o", r.IntN(0o10100))
	}
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	clause := func() string {
		return pick("", "", "u", "g", "o", "a", "ug", "go", "z") + pick("+", "-", "=") +
			pick("r", "w", "x", "X", "s", "t", "rw", "rX", "rwx", "st", "u", "g", "o", "", "755", "7000", "q")
	}
	s := clause()
	for range r.IntN(3) {
		s += pick(",", ",", "") + clause()
	}
	return s
}

// ran is what came of a command line.
type ran struct {
	status int
	said   string
	modes  []mode.Mode
}

func (b *chmodBench) run(args []string, command func([]string) (int, string)) ran {
	for i, path := range b.operands {
		if err := syscall.Chmod(path, uint32(b.before[i])); err != nil {
			b.t.Fatal(err)
		}
	}
	syscall.Umask(int(b.umask))
	status, said := command(args)
	syscall.Umask(0o022)
	modes := make([]mode.Mode, len(b.operands))
	for i, path := range b.operands {
		var st syscall.Stat_t
		if err := syscall.Lstat(path, &st); err != nil {
			b.t.Fatal(err)
		}
		modes[i], _ = mode.FromStat(st.Mode)
	}
	return ran{status, said, modes}
}

// installed runs the installed chmod.
func installed(args []string) (int, string) { return outcome(exec.Command("chmod", args...)) }

func program(t *testing.T, path string, args []string) (int, string) {
	t.Helper()
	c := exec.Command(path, args...)
	c.Args[0] = "chmod"
	c.Env = append(os.Environ(), asWard+"=1")
	return outcome(c)
}

func outcome(c *exec.Cmd) (int, string) {
	c.Env = append(c.Environ(), "LC_ALL=C")
	out, _ := c.CombinedOutput()
	return c.ProcessState.ExitCode(), string(out)
}

// ward runs `ward chmod` in this process. Directories that everybody shares are
// allowed one by one.
func (b *chmodBench) ward(args []string) (int, string) {
	var allowed []string
	for _, path := range b.operands {
		allowed = append(allowed, "--allow-system="+path)
	}
	var said bytes.Buffer
	p := standin.NewProgram("ward chmod", &said, &said, false, func(string) (string, bool) { return "", false })
	status := wardChmod(p, append(allowed, args...))
	return status, said.String()
}

var warning = regexp.MustCompile(`(?m)^ward chmod: warning: .*\n`)

// same compares, but for what is meant to differ.
func (b *chmodBench) same(args []string, want, got ran) {
	b.t.Helper()
	said := strings.ReplaceAll(warning.ReplaceAllString(got.said, ""), "ward chmod", "chmod")
	if got.status == want.status && said == want.said && fmt.Sprint(got.modes) == fmt.Sprint(want.modes) {
		return
	}
	g, w := strings.Split(said, "\n"), strings.Split(want.said, "\n")
	for i := range w {
		if i >= len(g) || g[i] != w[i] {
			b.t.Errorf("chmod %q\nstatus %d, want %d\nsaid %s\nwant %s", args[:3], got.status, want.status, strings.Join(g[min(i, len(g)):min(i+1, len(g))], ""), w[i])
			return
		}
	}
	b.t.Errorf("chmod %q\nstatus %d, want %d\nmodes %v\nwant  %v", args[:3], got.status, want.status, got.modes, want.modes)
}
