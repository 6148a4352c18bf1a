package cli

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ward/internal/app"
	"ward/internal/requires"
	"ward/internal/standin"
)

// `ward chown` and `ward chgrp` leave every object of a tree as the installed chown and
// chgrp do, say the same, and end with the same status, but for what docs/compat.md
// lists: chownBench.expected has what of it concerns generated command lines, and
// TestWardChownDiffersAsListed has the rest. WARD_COMMAND_LINES sets how many there are,
// and WARD_COMMAND_SEED repeats a run.
func TestWardChownOracleChown(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.Chown, requires.FileCapabilities)
	seed := fromEnvironment(t, "WARD_COMMAND_SEED", time.Now().UnixNano())
	lines := int(fromEnvironment(t, "WARD_COMMAND_LINES", 300))
	t.Logf("seed %d", seed)
	b := newChownBench(t, rand.New(rand.NewPCG(uint64(seed), 1)))
	const byProgram, undone = 25, 20
	for i := range lines {
		b.begin()
		c := b.commandLine()
		want := b.expected(c)
		run := b.here
		if i%byProgram == 0 {
			run = b.program
		}
		got := b.run(c.name, c.words, run)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d, line %d: %s %q (-expected, +ward):\n%s", seed, i, c.name, c.words, diff)
		}
		if i%undone == 0 && !maps.Equal(b.before, got.Objects) {
			b.takesBack(c, got.Objects)
		}
	}
	if b.alike < lines/2 {
		t.Errorf("only %d of %d lines were to be as the installed ones have them without an exception", b.alike, lines)
	}
}

// A user may give his files to groups that he is in, and nothing else: what he is refused
// is told in the same words.
func TestWardChownOracleChownOfAUser(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.Chown, requires.FileCapabilities)
	seed := fromEnvironment(t, "WARD_COMMAND_SEED", time.Now().UnixNano())
	lines := int(fromEnvironment(t, "WARD_COMMAND_LINES", 300)) / 5
	t.Logf("seed %d", seed)
	b := newChownBench(t, rand.New(rand.NewPCG(uint64(seed), 2)))
	b.user = &syscall.Credential{Uid: 65534, Gid: 65534, Groups: []uint32{65534, 2}}
	state := openDir(t)
	b.must(os.Chown(state, 65534, 65534))
	t.Setenv(app.StateVariable, state)
	b.must(os.Chmod(filepath.Dir(filepath.Dir(b.at)), 0o755))
	for i := range lines {
		b.begin()
		c := b.commandLine()
		if diff := cmp.Diff(b.expected(c), b.run(c.name, c.words, b.program)); diff != "" {
			t.Fatalf("seed %d, line %d: %s %q (-expected, +ward):\n%s", seed, i, c.name, c.words, diff)
		}
	}
}

// chownBench is the tree that command lines are run in, with links to files, to
// directories, around and nowhere.
type chownBench struct {
	t         *testing.T
	generate  commandLines
	installed map[string]string // absolute paths of GNU's chown and chgrp
	ward      string
	at        string   // where they run
	allowed   []string // others may put something in the place of what lies there
	before    map[string]string
	user      *syscall.Credential // who runs them and owns all; nil: root, and anybody
	alike     int                 // lines that nothing in the list applied to
}

func newChownBench(t *testing.T, r *rand.Rand) *chownBench {
	t.Helper()
	release := besideInstalled(t)
	b := &chownBench{t: t, generate: commandLines{r, release.Since(9, 5)}, installed: map[string]string{}}
	for _, name := range []string{"chown", "chgrp"} {
		b.installed[name] = gnuProgram(t, name)
	}
	b.ward = filepath.Join(links(t), "ward")
	dir, err := os.MkdirTemp("/dev/shm", "ward-chown-") // every run syncs its file system
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv(app.StateVariable, filepath.Join(dir, "state"))
	t.Setenv("LC_ALL", "C")
	b.at = filepath.Join(dir, "tree/t")
	for _, d := range []string{"d/e", "d/k", "../out"} {
		b.must(os.MkdirAll(filepath.Join(b.at, d), 0o755))
	}
	for _, f := range []string{"f", "g", "a b", "d/x", "d/e/y", "../out/o"} {
		b.must(os.WriteFile(filepath.Join(b.at, f), nil, 0o644))
	}
	for name, to := range map[string]string{
		"lf": "f", "ld": "d", "dang": "nope", "loop": "loop",
		"d/lf": "../f", "d/here": ".", "d/k/out": "../../../out", "d/le": "e",
	} {
		b.must(os.Symlink(to, filepath.Join(b.at, name)))
	}
	for _, d := range []string{"..", ".", "d", "d/e", "d/k", "../out"} {
		b.allowed = append(b.allowed, "--allow-ancestor="+filepath.Join(b.at, d))
	}
	t.Chdir(b.at)
	return b
}

// gnuProgram is the absolute path of an installed program, which is GNU's and not ward.
func gnuProgram(t *testing.T, name string) string {
	t.Helper()
	requires.Tool(t, name)
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, "--version").Output()
	if !filepath.IsAbs(path) || err != nil || !strings.HasPrefix(string(out), name+" (GNU coreutils)") {
		t.Fatalf("%s is not GNU's %s: %v %s", path, name, err, out)
	}
	return path
}

func (b *chownBench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// capability is cap_net_bind_service, permitted and effective, as the kernel keeps it.
const capability = "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// begin gives every object new owners, and a mode with set-id bits or without. A
// directory that everybody may write is not sticky: ward leaves such alone.
func (b *chownBench) begin() {
	b.before = map[string]string{}
	r := b.generate
	b.each(func(path string, d fs.DirEntry) {
		uid, gid := r.owner(), r.owner()
		if b.user != nil {
			uid, gid = 65534, []int{2, 65534}[r.IntN(2)]
		}
		b.must(os.Lchown(path, uid, gid))
		if d.Type()&fs.ModeSymlink == 0 {
			m := uint32(r.IntN(0o10000))
			if d.IsDir() && m&0o022 != 0 {
				m &^= 0o1000
			}
			if d.IsDir() && b.user != nil {
				m |= 0o500
			}
			b.must(syscall.Chmod(path, m))
		}
		if d.Type().IsRegular() && r.IntN(4) == 0 {
			b.must(syscall.Setxattr(path, "security.capability", []byte(capability), 0))
		}
	})
	b.before = b.seen()
}

func (g commandLines) owner() int { return []int{0, 0, 1, 2, 8, 65534, 12345}[g.IntN(7)] }

// each goes through all objects, those above where the command lines run too.
func (b *chownBench) each(visit func(path string, d fs.DirEntry)) {
	b.t.Helper()
	b.must(filepath.WalkDir(filepath.Dir(b.at), func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			visit(path, d)
		}
		return err
	}))
}

// seen is the mode, the owners and the capabilities of every object.
func (b *chownBench) seen() map[string]string {
	all := map[string]string{}
	b.each(func(path string, _ fs.DirEntry) {
		var st syscall.Stat_t
		b.must(syscall.Lstat(path, &st))
		all[path] = object{st.Mode, st.Uid, st.Gid, b.capable(path, &st)}.String()
	})
	return all
}

func (b *chownBench) capable(path string, st *syscall.Stat_t) bool {
	if st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return false
	}
	size, err := syscall.Getxattr(path, "security.capability", nil)
	return err == nil && size > 0
}

// object is what a change of owners may change.
type object struct {
	mode     uint32
	uid, gid uint32
	capable  bool
}

func (o object) String() string {
	return fmt.Sprintf("%o %d:%d capable=%t", o.mode, o.uid, o.gid, o.capable)
}

func objectOf(text string) (o object) {
	if _, err := fmt.Sscanf(text, "%o %d:%d capable=%t", &o.mode, &o.uid, &o.gid, &o.capable); err != nil {
		panic(err)
	}
	return o
}

// again makes every object what it was before.
func (b *chownBench) again() {
	b.each(func(path string, d fs.DirEntry) {
		o := objectOf(b.before[path])
		b.must(os.Lchown(path, int(o.uid), int(o.gid)))
		if d.Type()&fs.ModeSymlink == 0 {
			b.must(syscall.Chmod(path, o.mode&0o7777))
		}
		if o.capable {
			b.must(syscall.Setxattr(path, "security.capability", []byte(capability), 0))
		}
	})
}

// chownLine is a command line without its options' spelling in a shell.
type chownLine struct {
	name     string
	words    []string
	operands []string
}

func (b *chownBench) commandLine() chownLine {
	g := b.generate
	c := chownLine{name: g.pick("chown", "chown", "chgrp")}
	what := g.what(c.name)
	if g.IntN(6) == 0 {
		what = "--reference=" + g.operand()
	}
	c.operands = g.operands()
	for range g.IntN(4) {
		c.words = append(c.words, g.option(c.name))
	}
	recurse, follow := c.walks()
	if recurse && follow == 'H' || b.user != nil && !slices.ContainsFunc(c.words, verbose.MatchString) {
		c.operands = c.operands[:1] // what is expected of two is not told apart, or what is refused is told once
	}
	c.words = append(append(c.words, what), c.operands...)
	if g.IntN(6) == 0 {
		c.words = append(c.words, g.pick("-v", "-c", "-f", "--verbose"))
	}
	for i, w := range c.words {
		c.words[i] = strings.ReplaceAll(w, "'", "")
	}
	return c
}

var (
	recursive = regexp.MustCompile(`^-[a-zA-Z]*R|^--rec`)
	verbose   = regexp.MustCompile(`^-[a-zA-Z]*[vc]|^--verb|^--chan`)
	links3    = regexp.MustCompile(`^-[a-zA-Z]*([HLP])`)
)

// walks reports whether it goes into directories, and which links it follows there: 'P',
// 'H' or 'L'. The last option counts.
func (c chownLine) walks() (recurse bool, follow byte) {
	follow = 'P'
	for _, w := range c.words {
		recurse = recurse || recursive.MatchString(w)
		if m := links3.FindStringSubmatch(w); m != nil {
			follow = m[1][0]
		}
	}
	return recurse, follow
}

// came is what came of a command line: what it said, in any order, and what it left.
type came struct {
	Status    int
	Out, Errs []string
	Objects   map[string]string
}

func (b *chownBench) run(name string, words []string, how func(string, []string) (int, string, string)) came {
	b.again()
	status, out, errs := how(name, words)
	errs = strings.ReplaceAll(hintLines.ReplaceAllString(errs, ""), "ward "+name, name)
	return came{status, saidLines(out), saidLines(errs), b.seen()}
}

var hintLines = regexp.MustCompile(`(?m)^  hint: .*\n`)

// saidLines leaves out who GNU says to have owned what a link leads to that leads nowhere.
func saidLines(text string) []string {
	text = strings.ReplaceAll(unknownOwner.ReplaceAllString(text, "${1}somebody"), " from somebody to ", " to ")
	return slices.Sorted(strings.Lines(text))
}

func (b *chownBench) gnu(name string, words []string) (int, string, string) {
	return b.separately(exec.Command(b.installed[name], words...), name)
}

// program runs ward itself.
func (b *chownBench) program(name string, words []string) (int, string, string) {
	c := exec.Command(b.ward, append(append([]string{name}, b.allowed...), words...)...)
	c.Env = append(os.Environ(), asWard+"=1")
	return b.separately(c, "ward")
}

func (b *chownBench) separately(c *exec.Cmd, name string) (int, string, string) {
	if b.user != nil {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: b.user}
	}
	return separately(c, name)
}

func separately(c *exec.Cmd, name string) (int, string, string) {
	var out, errs bytes.Buffer
	c.Args[0], c.Stdout, c.Stderr = name, &out, &errs
	_ = c.Run()
	return c.ProcessState.ExitCode(), out.String(), errs.String()
}

// here runs it in this process.
func (b *chownBench) here(name string, words []string) (int, string, string) {
	var out, errs bytes.Buffer
	p := standin.NewProgram("ward "+name, &out, &errs, false, os.LookupEnv)
	run := map[string]func(*standin.Program, []string) int{"chown": wardChown, "chgrp": wardChgrp}[name]
	status := run(p, append(slices.Clone(b.allowed), words...))
	return status, out.String(), errs.String()
}

// expected is what the installed program does, but for the differences that are meant.
func (b *chownBench) expected(c chownLine) came {
	want := b.run(c.name, c.words, b.gnu)
	recurse, follow := c.walks()
	switch {
	case misread(want):
	case recurse && follow == 'L':
		errs := slices.DeleteFunc(want.Errs, func(line string) bool { return !strings.Contains(line, ": warning: ") })
		errs = append(errs, c.name+": ward changes nothing in a tree through symbolic links: -L is not there with -R\n")
		return came{1, nil, slices.Sorted(slices.Values(errs)), b.before}
	case recurse && follow == 'H' && !slices.ContainsFunc(c.operands, leadsNowhere):
		return b.setIDs(b.entering(c))
	default:
		b.alike++
	}
	return b.setIDs(want)
}

// misread reports whether a command line was wrong before any file was looked at.
func misread(a came) bool {
	return slices.ContainsFunc(a.Errs, func(line string) bool {
		return strings.Contains(line, ": invalid ") || strings.HasPrefix(line, "Try ") ||
			strings.Contains(line, "failed to get attributes of") || strings.Contains(line, "-R --dereference requires")
	})
}

// setIDs is what ward leaves of set-id bits and capabilities: where owner and group are
// as wanted it does nothing, and to files that were root's it gives them back.
func (b *chownBench) setIDs(a came) came {
	for path, text := range a.Objects {
		before, after := objectOf(b.before[path]), objectOf(text)
		if before.uid == 0 || before.uid == after.uid && before.gid == after.gid {
			after.mode, after.capable = before.mode, before.capable
			a.Objects[path] = after.String()
		}
	}
	return a
}

// entering is -RH as ward has it: what an argument leads to is changed as if it had been
// named, and links below it themselves. The installed program is asked that for the
// objects that the arguments lead to.
func (b *chownBench) entering(c chownLine) came {
	var words []string
	var pairs []string
	for _, w := range c.words {
		switch {
		case strings.HasPrefix(w, "--deref"):
			continue
		case links3.MatchString(w):
			w = strings.ReplaceAll(strings.ReplaceAll(w, "H", "P"), "L", "P")
		case slices.Contains(c.operands, w) && !strings.HasPrefix(w, "-"):
			if to, enter := c.enters(w); enter {
				pairs = append(pairs, "'"+to+"'", "'"+w+"'", "'"+to+"/", "'"+w+"/")
				w = to
			}
		}
		words = append(words, w)
	}
	renamed := strings.NewReplacer(pairs...)
	want := b.run(c.name, words, b.gnu)
	for _, said := range [][]string{want.Out, want.Errs} {
		for i := range said {
			said[i] = renamed.Replace(said[i])
		}
		slices.Sort(said)
	}
	return want
}

func leadsNowhere(operand string) bool { return operand == "dang" || operand == "loop" }

// enters tells whether ward's -RH goes where an argument leads, and where that is: to a
// directory, and without -h to any object.
func (c chownLine) enters(operand string) (to string, ok bool) {
	itself := false
	for _, w := range c.words {
		if strings.HasPrefix(w, "--deref") {
			itself = false
		} else if strings.HasPrefix(w, "--no-deref") || strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && strings.Contains(w, "h") {
			itself = true
		}
	}
	link, err := os.Lstat(operand)
	if err != nil || link.Mode()&fs.ModeSymlink == 0 {
		return "", false
	}
	info, err := os.Stat(operand)
	if err != nil || itself && !info.IsDir() {
		return "", false
	}
	to, err = filepath.EvalSymlinks(operand)
	return to, err == nil
}

// takesBack asks ward to undo a command line. What a file had of set-id bits and
// capabilities comes back only if it was root's meanwhile.
func (b *chownBench) takesBack(c chownLine, left map[string]string) {
	b.t.Helper()
	want := maps.Clone(b.before)
	for path, text := range left {
		before, between := objectOf(b.before[path]), objectOf(text)
		if between.uid == before.uid && between.gid == before.gid || between.uid == 0 || between.mode&syscall.S_IFMT != syscall.S_IFREG {
			continue
		}
		before.mode, before.capable = cleared(before.mode), false
		want[path] = before.String()
	}
	cmd := exec.Command(b.ward, append([]string{"undo", "--yes"}, b.allowed...)...)
	cmd.Env = append(os.Environ(), asWard+"=1")
	status, out, errs := separately(cmd, "ward")
	if diff := cmp.Diff(want, b.seen()); status != 0 || diff != "" {
		b.t.Errorf("%s %q: undo ends with %d (-expected, +ward):\n%s%s%s", c.name, c.words, status, diff, out, errs)
	}
}

// cleared is a mode after chown(2): a setgid bit without x for the group stays
// (setattr_should_drop_sgid).
func cleared(m uint32) uint32 {
	if m&0o010 != 0 {
		m &^= 0o2000
	}
	return m &^ 0o4000
}
