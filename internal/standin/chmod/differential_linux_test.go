package chmod_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ward/internal/requires"
	"ward/internal/standin"
	"ward/internal/standin/chmod"
	"ward/internal/testexpr"
	"ward/mode"
)

// Generated command lines do the same to files and directories of every mode as the
// installed chmod: the modes that come of it, every line that is said, and the exit
// status. No expression comes twice. Each is one process of chmod with several operands;
// ours run in this process. WARD_CHMOD_EXPRESSIONS sets how many there are, and
// WARD_CHMOD_SEED repeats a run.
func TestRunOracleChmod(t *testing.T) {
	requires.Tool(t, "chmod")
	gnu(t)
	otherwise := uint64(300_000)
	if testing.Short() {
		otherwise = 5_000
	}
	seed := number(t, "WARD_CHMOD_SEED", uint64(time.Now().UnixNano()))
	t.Logf("seed %d", seed)
	expressions := distinct(rand.New(rand.NewPCG(seed, 0)), int(number(t, "WARD_CHMOD_EXPRESSIONS", otherwise)))
	library := forkServer(t)
	const workers = 3 // each of them waits for its chmod half of the time
	var sides [workers]*side
	for i := range sides {
		sides[i] = newSide(t, rand.New(rand.NewPCG(seed, uint64(i)+1)), library)
		sides[i].next = mode.Mode(i * 1365)
	}
	var all sync.WaitGroup
	for i, s := range sides {
		all.Go(func() {
			for at := i; at < len(expressions) && !t.Failed(); at += workers {
				s.compare(expressions[at])
			}
		})
	}
	all.Wait()
	var taken, applied int
	for _, s := range sides {
		taken, applied = taken+s.taken, applied+s.applied
	}
	t.Logf("%d expressions, no two of them the same: %d valid and %d not, %d compared on files and directories",
		len(expressions), taken, len(expressions)-taken, applied)
	if !t.Failed() && (taken < len(expressions)/2 || taken > len(expressions)*19/20) {
		t.Errorf("seed %d: %d of %d expressions were valid", seed, taken, len(expressions))
	}
}

// distinct generates n expressions, no two of them the same.
func distinct(r *rand.Rand, n int) []string {
	seen := make(map[string]struct{}, n)
	all := make([]string, 0, n)
	for len(all) < n {
		e := testexpr.Mode(r)
		if _, ok := seen[e]; !ok {
			seen[e] = struct{}{}
			all = append(all, e)
		}
	}
	return all
}

// gnu makes sure that the installed chmod is the one that is stood in for.
func gnu(t *testing.T) {
	t.Helper()
	out, err := exec.Command("chmod", "--version").Output()
	if err != nil || !strings.Contains(string(out), "GNU coreutils") {
		requires.Tool(t, "GNU chmod")
	}
}

const operandsEach = 3 // files, and directories

// side is what one goroutine compares on.
type side struct {
	t         *testing.T
	random    *rand.Rand
	installed *installed
	operands  []string
	next      mode.Mode // of the modes to begin with
	before    []mode.Mode
	taken     int
	applied   int
}

func newSide(t *testing.T, r *rand.Rand, library string) *side {
	t.Helper()
	dir := fastDir(t)
	s := &side{t: t, random: r, installed: newInstalled(t, library, dir)}
	for i := range operandsEach {
		file, sub := filepath.Join(dir, fmt.Sprintf("f%d", i)), filepath.Join(dir, fmt.Sprintf("d%d", i))
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		s.operands = append(s.operands, file, sub)
	}
	s.before = make([]mode.Mode, len(s.operands))
	return s
}

// fastDir is a directory in memory, if there is one.
func fastDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "ward-chmod-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// compare runs one command line both ways.
func (s *side) compare(expr string) {
	umask := mode.Mode(s.random.IntN(0o1000))
	args := s.commandLine(expr)
	for i := range s.before {
		s.before[i] = s.next & mode.All
		s.next += mode.Mode(i & 1) // a file and a directory of each mode
	}
	s.set()
	wantStatus, wantSaid := s.installed.run(s.t, umask, args)
	want := s.look()
	s.set()
	var said bytes.Buffer
	p := standin.NewProgram("chmod", &said, &said, false, func(string) (string, bool) { return "", false })
	p.WithUmask(umask)
	status := chmod.Run(p, args)
	got := s.look()
	if status != wantStatus || said.String() != wantSaid || !equal(got, want) {
		s.t.Errorf("umask %s, modes %s: chmod %q\nstatus %d, want %d\nmodes %s\nwant  %s\nsaid\n%swant\n%s",
			umask.Octal(), octals(s.before), args, status, wantStatus, octals(got), octals(want), &said, wantSaid)
	}
	s.applied += len(s.operands)
	if wantStatus == 0 || !strings.Contains(wantSaid, "--help") {
		s.taken++
	}
}

// commandLine is an expression with options and the operands around it.
func (s *side) commandLine(expr string) []string {
	r := s.random
	var args []string
	if o := [...]string{"-v", "-c", "-v", "", "-f", "-vf", "--changes", "--verbose"}[r.IntN(8)]; o != "" {
		args = append(args, o)
	}
	// Of long options there are more than the installed chmod may have.
	if strings.HasPrefix(expr, "--") || r.IntN(2) == 0 {
		args = append(args, "--")
	}
	args = append(append(args, expr), s.operands...)
	return args
}

func (s *side) set() {
	for i, path := range s.operands {
		if err := syscall.Chmod(path, uint32(s.before[i])); err != nil {
			s.t.Error(err)
		}
	}
}

func (s *side) look() []mode.Mode {
	modes := make([]mode.Mode, len(s.operands))
	for i, path := range s.operands {
		var st syscall.Stat_t
		if err := syscall.Lstat(path, &st); err != nil {
			s.t.Error(err)
		}
		modes[i], _ = mode.FromStat(st.Mode)
	}
	return modes
}

func equal(a, b []mode.Mode) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func octals(modes []mode.Mode) string {
	var all []string
	for _, m := range modes {
		all = append(all, m.Octal())
	}
	return strings.Join(all, " ")
}
