package cli

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/internal/app"
	"ward/internal/requires"
	"ward/internal/testfs"
)

// What docs/compat.md lists as different between the installed chown and `ward chown`,
// by its numbers there: each is shown to be one, by what both do with the same objects.
// 2 shows where objects change while they are looked at, 10 is of chmod, and 12 of every
// command that an interrupt ends.
func TestWardChownDiffersAsListed(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.Chown, requires.FileCapabilities)
	b := newChownBench(t, rand.New(rand.NewPCG(1, 1)))
	allowed := b.allowed
	shared := func() { b.must(syscall.Chmod("d", 0o1777)) }
	for _, c := range []struct {
		name    string
		prepare func()
		allow   []string
		words   string
		gnu     string // what the installed one changes, sorted
		ward    string
		status  int
		errs    string
	}{
		{
			name: "3: a shared directory is left alone", prepare: shared, words: "7 d f", gnu: "d f", ward: "f", status: 1,
			errs: "'d' is left alone: it is a shared directory with the sticky bit, which others rely on\n  hint: if that is meant, say --allow-system AT/d\n",
		},
		{
			name: "3: with -R so is all below it", prepare: shared, words: "-R 7 d", gnu: "d d/e d/e/y d/here d/k d/k/out d/le d/lf d/x", status: 1,
			errs: "'d' is left alone: it is a shared directory with the sticky bit, which others rely on\n  hint: if that is meant, say --allow-system AT/d\n",
		},
		{name: "3: but for --allow-system", prepare: shared, allow: []string{"--allow-system=AT/d"}, words: "7 d", gnu: "d", ward: "d"},
		{
			name: "4: -L is refused", words: "-RL 7 d/k", gnu: "../out ../out/o d/k", status: 1,
			errs: "ward changes nothing in a tree through symbolic links: -L is not there with -R\n",
		},
		{name: "4: -H changes links themselves", words: "-RH 7 ld", gnu: "../out d d/e d/e/y d/k d/x f", ward: "d d/e d/e/y d/here d/k d/k/out d/le d/lf d/x"},
		{
			name: "5: a name elsewhere", prepare: func() { b.must(os.Link("d/x", "../out/x")) }, words: "-R 7 d/x d/e", gnu: "../out/x d/e d/e/y d/x", ward: "d/e d/e/y", status: 1,
			errs: "'d/x' is left alone: it has 2 names, at least one of them in a directory where others could have linked a foreign file in\n  hint: if that is meant, say --allow-outside-links\n",
		},
		{name: "5: but for --allow-outside-links", prepare: func() { b.must(os.Link("d/x", "../out/x")) }, allow: []string{"--allow-outside-links"}, words: "7 d/x", gnu: "../out/x d/x", ward: "../out/x d/x"},
		{
			name: "6: somebody else's directory above", prepare: func() { b.must(os.Lchown("d", 12345, 0)) }, allow: []string{}, words: "7 d/x f", gnu: "d/x f", ward: "f", status: 1,
			errs: "'d/x' is left alone: \"AT/d\" (owner 12345) may be written by its owner 12345, who could put something else in the place of what lies in it\n  hint: if that is meant, say --allow-ancestor AT/d\n",
		},
		{name: "7: the same object twice is changed once", words: "7 f lf ./f", gnu: "f", ward: "f"},
		{name: "8: set-id bits of root's files stay", prepare: func() { b.must(syscall.Chmod("f", 0o6755)); b.give("f", "g") }, words: "7 f g", gnu: "f 755 g", ward: "f 6755 g +capable"},
		{name: "8: of others the kernel takes them", prepare: func() {
			b.must(errors.Join(os.Lchown("f", 9, 0), os.Lchown("g", 9, 0), syscall.Chmod("f", 0o6755)))
			b.give("f", "g")
		}, words: "7 f g", gnu: "f 755 g", ward: "f 755 g"},
		{name: "8: where nothing is to change they stay", prepare: func() {
			b.must(errors.Join(os.Lchown("f", 9, 0), syscall.Chmod("f", 0o6755)))
			b.give("f", "g")
		}, words: "9 f", gnu: "f 755", ward: ""},
		{
			name: "11: what ward's options make ambiguous", words: "--d 7 lf", gnu: "f", status: 1,
			errs: "option '--d' is ambiguous; possibilities: '--dereference' '--dry-run'\nTry 'ward chown --help' for more information.\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.t = t
			defer func() { _ = os.Remove("../out/x") }()
			b.plain(c.prepare)
			if b.allowed = allowed; c.allow != nil {
				b.allowed = nil
				for _, o := range c.allow {
					b.allowed = append(b.allowed, strings.ReplaceAll(o, "AT", b.at))
				}
			}
			words := strings.Fields(c.words)
			if got := b.run("chown", words, b.gnu); got.Status != 0 || b.changed(got) != c.gnu {
				t.Errorf("the installed chown %s: %d, changes %q, want %q", c.words, got.Status, b.changed(got), c.gnu)
			}
			b.again()
			status, _, errs := b.here("chown", words)
			want := strings.ReplaceAll(c.errs, "AT", b.at)
			if want != "" {
				want = "ward chown: " + want // 1
			}
			if got := b.changed(came{Objects: b.seen()}); status != c.status || errs != want || got != c.ward {
				t.Errorf("ward chown %s: %d, changes %q, want %d, %q\n%s", c.words, status, got, c.status, c.ward, cmp.Diff(want, errs))
			}
		})
	}
}

// plain makes every object root's, without bits beyond the usual, and then what is
// prepared.
func (b *chownBench) plain(prepare func()) {
	b.t.Helper()
	b.each(func(path string, d fs.DirEntry) {
		b.must(os.Lchown(path, 0, 0))
		switch {
		case d.IsDir():
			b.must(syscall.Chmod(path, 0o755))
		case d.Type().IsRegular():
			b.must(syscall.Chmod(path, 0o644))
		}
	})
	if prepare != nil {
		prepare()
	}
	b.before = b.seen()
}

// give gives files a capability.
func (b *chownBench) give(paths ...string) {
	for _, p := range paths[1:] {
		b.must(syscall.Setxattr(p, "security.capability", []byte(capability), 0))
	}
}

// changed names the objects whose owners or bits are not what they were, and those bits
// that a file has beyond the plain ones or has lost.
func (b *chownBench) changed(a came) string {
	var all []string
	for path, text := range a.Objects {
		if text == b.before[path] {
			continue
		}
		before, after := objectOf(b.before[path]), objectOf(text)
		name, err := filepath.Rel(b.at, path)
		b.must(err)
		if before.mode&0o6000 != 0 {
			name += " " + strings.TrimPrefix(strings.TrimPrefix(octal(after.mode), "0"), "0")
		}
		if after.capable {
			name += " +capable"
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func octal(m uint32) string {
	digits := []byte("0000")
	for i := range digits {
		digits[i] += byte(m >> (9 - 3*i) & 7)
	}
	return string(digits)
}

// 7 and 9: all arguments are one run of the log, told in the order of their paths, and
// taken back at once. So it is with chgrp.
func TestWardChownIsOneRun(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.Chown, requires.FileCapabilities)
	b := newChownBench(t, rand.New(rand.NewPCG(1, 1)))
	b.plain(nil)
	_, out, errs := b.here("chgrp", []string{"-Rv", "7", "g", "d/e", "d/k"})
	var told []string
	for line := range strings.Lines(out) {
		told = append(told, strings.Split(line, "'")[1])
	}
	if want := []string{"g", "d/e", "d/e/y", "d/k", "d/k/out"}; !slices.Equal(told, want) {
		t.Errorf("told of %q, want %q; %s", told, want, errs)
	}
	ward := func(words ...string) string {
		c := exec.Command(b.ward, words...)
		c.Env = append(os.Environ(), asWard+"=1")
		status, out, errs := separately(c, "ward")
		if status != 0 {
			t.Errorf("%q: %d %s", words, status, errs)
		}
		return out
	}
	if log := ward("log", "--format=json"); strings.Count(log, `"command": "chgrp"`)+strings.Count(log, `"command":"chgrp"`) != 1 {
		t.Errorf("the log has %s", log)
	}
	ward("undo", "--yes")
	if diff := cmp.Diff(b.before, b.seen()); diff != "" {
		t.Errorf("after undo (-before, +now):\n%s", diff)
	}
}

// 8, of those who may not change an object: where nothing is to change nothing is asked.
func TestWardChownOfSomebodyElsesAsWanted(t *testing.T) {
	requires.Root(t)
	b := newChownBench(t, rand.New(rand.NewPCG(1, 1)))
	b.plain(nil)
	state := openDir(t)
	u := testfs.HostileOwner
	b.must(os.Chown(state, int(u.UID), int(u.GID)))
	b.must(os.Chmod(filepath.Dir(filepath.Dir(b.at)), 0o755))
	as := func(path string, words ...string) (int, string) {
		c := exec.Command(path, words...)
		c.Env = append(os.Environ(), asWard+"=1", app.StateVariable+"="+state)
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: u.UID, Gid: u.GID}}
		return outcome(c)
	}
	refused := ": changing ownership of 'f': Operation not permitted\n"
	for _, c := range []struct {
		owner      string
		gnu, wards int
		said       string
	}{
		{"0", 1, 0, ""},
		{"0:0", 1, 0, ""},
		{"7", 1, 1, "ward chown" + refused},
		{":", 0, 0, ""},
	} {
		if status, said := as(b.installed["chown"], c.owner, "f"); status != c.gnu || status != 0 && said != b.installed["chown"]+refused {
			t.Errorf("the installed chown %s: %d %s", c.owner, status, said)
		}
		if status, said := as(b.ward, "chown", c.owner, "f"); status != c.wards || said != c.said {
			t.Errorf("ward chown %s: %d %s", c.owner, status, said)
		}
	}
}
