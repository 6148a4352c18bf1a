package setfacl_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ward/acl"
	"ward/internal/requires"
	"ward/internal/standin"
	"ward/internal/standin/getfacl"
	"ward/internal/standin/setfacl"
	"ward/mode"
)

var (
	seed      = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the generated cases")
	sequences = flag.Int("sequences", 21000, "how many objects to change and print beside the installed programs")
)

// asStandIn in the environment makes the test binary be the program that its first
// argument names.
const asStandIn = "WARD_TEST_STANDIN"

func TestMain(m *testing.M) {
	if name := os.Getenv(asStandIn); name != "" {
		os.Exit(run(name, os.Args[1:], os.Getenv("POSIXLY_CORRECT") != "", os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func run(name string, args []string, posix bool, in io.Reader, out, messages io.Writer) int {
	i := &standin.Invocation{Name: name, Args: args, Posix: posix, In: in, Out: out, Err: messages}
	if name == "getfacl" {
		return getfacl.Run(i)
	}
	return setfacl.Run(i)
}

// answer is what a program said and did.
type answer struct {
	out, messages string
	status        int
}

// call is one command line.
type call struct {
	program string
	args    []string
	in      string
	posix   bool
}

func (c call) String() string {
	text := c.program
	if c.posix {
		text = "POSIXLY_CORRECT=1 " + text
	}
	for _, a := range c.args {
		text += fmt.Sprintf(" %q", a)
	}
	if c.in != "" {
		text += fmt.Sprintf(" <<< %q", c.in)
	}
	return text
}

// installed runs the installed program in a directory, or this test binary as it.
func (c call) installed(t *testing.T, dir, path string, env ...string) answer {
	t.Helper()
	var out, messages bytes.Buffer
	cmd := exec.Command(path, c.args...)
	cmd.Args[0], cmd.Dir = c.program, dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}, env...)
	if c.posix {
		cmd.Env = append(cmd.Env, "POSIXLY_CORRECT=1")
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(c.in), &out, &messages
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return answer{out.String(), messages.String(), cmd.ProcessState.ExitCode()}
}

// ours runs ward's in this process and the working directory.
func (c call) ours() answer {
	var out, messages bytes.Buffer
	status := run(c.program, c.args, c.posix, strings.NewReader(c.in), &out, &messages)
	return answer{out.String(), messages.String(), status}
}

// agrees compares answers. An installed setfacl before 2.3.2 has the status of its
// last file; ours, like that of later ones, is 1 if any failed.
func (a answer) agrees(installed answer) bool {
	if installed.status == 0 && installed.messages != "" {
		installed.status = a.status
	}
	return a == installed
}

// scene is two directories with the same objects, one for each side.
type scene struct {
	t       *testing.T
	r       *rand.Rand
	theirs  string
	ours    string
	objects []string

	readable bool // every owner may read
	release  requires.Release
}

// ownNumber tells of an id that is read otherwise. Ward, like 2.4, does not cut ids to 32
// bits, nor takes an empty name for root's; but 4294967295 is refused by 2.4 as an id, and
// by ward, as before, as what makes the list a wrong one.
func ownNumber(entry string, release requires.Release) bool {
	id := strings.Split(entry+":", ":")[1]
	if release.Since(2, 4) {
		return id == "4294967295"
	}
	return id == "4294967296" || id == "99999999999999999999" || id == `\000`
}

func newScene(t *testing.T) *scene {
	t.Logf("seed %d", *seed)
	s := &scene{t: t, r: rand.New(rand.NewPCG(*seed, 0)), theirs: t.TempDir(), ours: t.TempDir()}
	s.objects = []string{"f", "g", "h", "d", "e", "d/x", "d/y"}
	for _, dir := range []string{s.theirs, s.ours} {
		for _, name := range s.objects {
			path := filepath.Join(dir, name)
			if name == "d" || name == "e" || name == "d/y" {
				must(t, os.Mkdir(path, 0o700))
			} else {
				must(t, os.WriteFile(path, nil, 0o600))
			}
		}
		must(t, os.Symlink("f", filepath.Join(dir, "l")))
		must(t, os.Symlink("nothing", filepath.Join(dir, "dangling")))
		must(t, os.Symlink("../g", filepath.Join(dir, "d", "l")))
	}
	t.Chdir(s.ours)
	s.release = requires.ReleaseOf(t, "setfacl")
	t.Logf("compared with setfacl %v", s.release)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// prepare gives the objects of both sides the same new states.
func (s *scene) prepare() {
	for _, name := range s.objects {
		m := uint32(s.r.IntN(0o10000))
		var access, def []byte
		if s.r.IntN(3) > 0 {
			l := anyList(s.r)
			if s.readable {
				l[0].Rights |= mode.R
			}
			access = l.Encode()
		}
		if s.readable {
			m |= 0o400
		}
		if s.r.IntN(2) == 0 {
			def = anyList(s.r).Encode()
		}
		for _, dir := range []string{s.theirs, s.ours} {
			s.set(filepath.Join(dir, name), m, access, def)
		}
	}
}

func (s *scene) set(path string, m uint32, access, def []byte) {
	_ = syscall.Removexattr(path, acl.AccessXattr)
	_ = syscall.Removexattr(path, acl.DefaultXattr)
	must(s.t, syscall.Chmod(path, m))
	if access != nil {
		must(s.t, syscall.Setxattr(path, acl.AccessXattr, access, 0))
	}
	if info, _ := os.Stat(path); def != nil && info.IsDir() {
		must(s.t, syscall.Setxattr(path, acl.DefaultXattr, def, 0))
	}
}

// state is all that can be seen of the objects below a directory.
func (s *scene) state(dir string) string {
	var b strings.Builder
	buf := make([]byte, 4096)
	for _, name := range s.objects {
		path := filepath.Join(dir, name)
		var st syscall.Stat_t
		must(s.t, syscall.Lstat(path, &st))
		fmt.Fprintf(&b, "%s %o %d:%d", name, st.Mode, st.Uid, st.Gid)
		for _, attribute := range []string{acl.AccessXattr, acl.DefaultXattr} {
			n, err := syscall.Getxattr(path, attribute, buf)
			if err != nil {
				n = 0
			}
			l, err := acl.Decode(buf[:n])
			must(s.t, err)
			fmt.Fprintf(&b, " | %v", l)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// anyList is a list as libacl leaves it: minimal, with a mask alone, or with names
// by rising ids.
func anyList(r *rand.Rand) acl.List {
	rights := func() mode.Rights { return mode.Rights(r.IntN(8)) }
	named := func(l acl.List, tag acl.Tag) acl.List {
		id := uint32(r.IntN(4))
		for range r.IntN(4) {
			l = append(l, acl.Entry{Tag: tag, ID: id, Rights: rights()})
			id += 1 + uint32(r.IntN(3))*499
		}
		return l
	}
	l := named(acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: rights()}}, acl.User)
	l = named(append(l, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: rights()}), acl.Group)
	if len(l) > 2 || r.IntN(2) == 0 {
		l = append(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: rights()})
	}
	return append(l, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: rights()})
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

// anyEntry is one entry, now and then wrong; without rights if it is to be removed.
func (s *scene) anyEntry(removing bool) string {
	r := s.r
	if r.IntN(150) == 0 {
		return s.oddEntry()
	}
	e := pick(r, "", "", "", "", "d:", "default:")
	kind := r.IntN(8)
	if removing && kind < 2 && r.IntN(8) > 0 {
		kind = 7 // seldom an entry that must stay
	}
	switch kind {
	case 0:
		e += pick(r, "u:", "user:", "g:", "group:", ":")
	case 1:
		e += pick(r, "o:", "other:", "o::", "other::")
	case 2:
		e += pick(r, "m:", "mask:", "m::", "mask::")
	default:
		e += pick(r, "u:", "u:", "user:", "g:", "g:", "group:", "") +
			pick(r, "0", "1", "2", "3", "500", "501", "01", "0x2", "-2", "+3", "root", "daemon", "bin", `\061`, `d\141emon`, " 2 ", "1001") + ":"
		if e[0] == ':' {
			e = "u" + e
		}
	}
	if removing {
		if r.IntN(2) == 0 {
			e = strings.TrimRight(e, ":")
		}
		return e
	}
	if e[len(e)-1] == ':' && (strings.HasSuffix(e, "u:") || strings.HasSuffix(e, "g:") || strings.HasSuffix(e, "user:") || strings.HasSuffix(e, "group:")) {
		e += ":"
	}
	return e + pick(r, "r", "rw", "rwx", "x", "X", "rX", "rwX", "xX", "-", "---", "r-x", "-w-", "7", "05", "0", "000", "w")
}

// oddEntry is one that is wrong, or reads like it.
func (s *scene) oddEntry() string {
	r := s.r
	e := pick(r, "u:", "us:", "U:", "d:d:", "g :", "d :u:", " u:", "oth:", "nix:", "", "u", "o", "m", "d", "d:", "u:nosuchuser:", "g:nosuchgroup:", "u:4294967295:", "u:4294967296:", "u:99999999999999999999:", "u:08:", `u:\000:`, `u:\\:`)
	if ownNumber(e, s.release) {
		e = pick(r, "u:nosuchuser:", "u:08:", `u:\\:`)
	}
	e += pick(r, "", "", ":", "1:", "1 :", "2: ")
	return e + pick(r, "r", "17", "8", "rr", "R", "", " r", "r ", "rxr", "XX", "r#", "7r", "r7", "-x-r")
}

func (s *scene) anyEntries(removing bool) string {
	entries := make([]string, 1+s.r.IntN(4))
	for i := range entries {
		entries[i] = s.anyEntry(removing)
	}
	return strings.Join(entries, ",") + s.anyTail()
}

func (s *scene) anyTail() string {
	if s.r.IntN(25) > 0 {
		return ""
	}
	return pick(s.r, ",", ",", ",", ",,", " ", " ,")
}

// anyFile is a file of entries.
func (s *scene) anyFile(removing bool) string {
	var b strings.Builder
	for range 1 + s.r.IntN(4) {
		b.WriteString(pick(s.r, "", "", "", " ", "\t", "# file: x\n", "\n", "#\n"))
		b.WriteString(s.anyEntry(removing))
		b.WriteString(pick(s.r, "\n", "\n", "\n", "\r\n", "\t#effective:r--\n", " \n", "  # x\n"))
	}
	text := b.String()
	if s.r.IntN(20) == 0 {
		text = strings.TrimSuffix(text, "\n")
	}
	return text
}

// anyCall is a command line of setfacl. At most one option reads standard input.
func (s *scene) anyCall() call {
	r := s.r
	c := call{program: "setfacl", posix: r.IntN(25) == 0}
	flags := func(n int, from ...string) {
		for range r.IntN(n) {
			c.args = append(c.args, pick(r, from...))
		}
	}
	if r.IntN(3) == 0 {
		flags(3, "-n", "--mask", "-d", "-n", "--mask", "--test", "-R", "-RP", "--no-mask", "--mas", "--def", "--tes")
	}
	for range 1 + r.IntN(3) {
		s.anyAction(&c)
	}
	if r.IntN(25) == 0 {
		flags(2, "-n", "-P", "-L", "--test", "-q", "--nothing", "--m", "-m")
	}
	return c
}

func (s *scene) anyAction(c *call) {
	r := s.r
	switch r.IntN(14) {
	case 0, 1, 2, 3, 4:
		c.args = append(c.args, pick(r, "-m", "-m", "--modify", "--modi"), s.anyEntries(false))
	case 5, 6, 7:
		c.args = append(c.args, pick(r, "-x", "-x", "--remove"), s.anyEntries(true))
	case 8, 9:
		base := pick(r, "u::rwx,g::r,o::-,", "u::rwx,g::rx,o::x,", "u::rw,g::-,o::r,", "u::7,g::X,o::4,", "")
		c.args = append(c.args, "--set", base+s.anyEntries(false))
	case 10:
		c.args = append(c.args, "-b")
	case 11:
		c.args = append(c.args, pick(r, "-k", "-k", "-bk"))
	default:
		if c.in != "" {
			return
		}
		option := pick(r, "-M", "-M", "-X", "--set-file")
		c.in = s.anyFile(option == "-X")
		c.args = append(c.args, option, "-")
	}
}

// operands are several objects; sometimes there is one that is not.
func (s *scene) operands(c *call) []string {
	names := []string{"f", "g", "h", "d", "e"}
	s.r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	if s.r.IntN(20) == 0 {
		names[s.r.IntN(len(names))] = pick(s.r, "missing", "f/", "d/", "./d", "d//x", "d/l", "l", "dangling")
		if s.release.Since(2, 4) && (slices.Contains(names, "./d") || slices.Contains(c.args, "-P")) {
			return s.operands(c) // 2.4 prints "./", and refuses links with -P
		}
	}
	return names
}

// recursing reports whether a call has -R: then symbolic links among its operands are
// treated otherwise, on purpose.
func (c call) recursing() bool {
	return strings.Contains(strings.Join(c.args, " "), "-R")
}

func TestSetfaclAndGetfaclAgreeWithTheInstalled(t *testing.T) {
	requires.Tool(t, "setfacl", "getfacl")
	requires.Feature(t, requires.ACLs)
	s := newScene(t)
	theirSetfacl, _ := exec.LookPath("setfacl")
	theirGetfacl, _ := exec.LookPath("getfacl")
	changed, failed, printed := 0, 0, 0
	for n := 0; changed < *sequences; n++ {
		s.prepare()
		c := s.anyCall()
		c.args = append(c.args, s.operands(&c)...)
		if c.recursing() {
			c.args = withoutLinks(c.args)
		}
		changed += 5
		installed := c.installed(t, s.theirs, theirSetfacl)
		ours := s.run(c, n)
		if !ours.agrees(installed) {
			t.Fatalf("%v\ninstalled: %+v\nours:      %+v", c, installed, ours)
		}
		if installed.status != 0 {
			failed++
		}
		if theirs, mine := s.state(s.theirs), s.state(s.ours); theirs != mine {
			t.Fatalf("%v\ninstalled:\n%s\nours:\n%s", c, theirs, mine)
		}
		if n%3 == 0 {
			printed += s.comparePrints(theirGetfacl, n)
		}
	}
	t.Logf("%d objects changed (%d command lines were refused or failed), %d printed", changed, failed, printed)
}

// run runs ours, in a process of its own now and then.
func (s *scene) run(c call, n int) answer {
	if n%50 == 0 {
		self, err := os.Executable()
		must(s.t, err)
		return c.installed(s.t, s.ours, self, asStandIn+"="+c.program)
	}
	return c.ours()
}

func withoutLinks(args []string) (kept []string) {
	for _, a := range args {
		if a != "l" && a != "dangling" && a != "d/l" {
			kept = append(kept, a)
		}
	}
	return kept
}

// comparePrints prints the objects with random options, and tells how many.
func (s *scene) comparePrints(theirs string, n int) int {
	c := call{program: "getfacl", posix: s.r.IntN(25) == 0}
	for range s.r.IntN(4) {
		c.args = append(c.args, pick(s.r, "-a", "-d", "-c", "-e", "-E", "-s", "-R", "-t", "-n", "-p", "-P", "-L", "-ce", "-at",
			"--access", "--omit", "--tab", "--numeric", "--one-file-system", "-z", "--a"))
	}
	c.args = append(c.args, s.operands(&c)...)
	if c.recursing() {
		c.args = withoutLinks(c.args)
	}
	installed, ours := c.installed(s.t, s.theirs, theirs), s.run(c, n)
	if !ours.agrees(installed) {
		s.t.Fatalf("%v\ninstalled: %+v\nours:      %+v", c, installed, ours)
	}
	return 5
}
