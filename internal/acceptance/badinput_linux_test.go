package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
	"ward/internal/testfs"
)

func TestPoliciesThatAreNone(t *testing.T) {
	rule := func(r string) string { return "version: 1\nrules:\n  - " + r + "\n" }
	for _, c := range []struct {
		name, text string
		exit       int
		says       []string
	}{
		{"no YAML", "version: 1\nrules: [\n", 2, []string{":2: error: this is no YAML"}},
		{"empty", "", 2, []string{"the file is empty"}},
		{"of a wrong type", "version: 1\nrules: yes\n", 2, []string{":2:8: error: rules is the text"}},
		{"a list where a rule is wanted", rule("[a, b]"), 2, []string{":3:5: error:"}},
		{"a mistyped key", rule("{name: a, mtach: {type: file}, require: {mode: go-w}}"), 2, []string{":3:15: error:", `did you mean "match"?`}},
		{"a mistyped type", rule("{name: a, match: {type: fiel}, require: {mode: go-w}}"), 2, []string{`did you mean "file"?`}},
		{"an unknown user", rule("{name: a, match: {type: file}, require: {owner: nobody-knows}}"), 2, []string{`unknown user "nobody-knows"`}},
		{"a bad mode", rule("{name: a, match: {type: file}, require: {mode: u=q}}"), 2, []string{`mode "u=q"`}},
		{"a clause without who", rule("{name: a, match: {type: file}, require: {mode: +x}}"), 2, []string{"write a+x"}},
		{"an expression that does not settle", rule(`{name: a, match: {type: file}, require: {mode: "u=g,g=o,o=u"}}`), 2, []string{"does not settle"}},
		{"a glob that never matches", rule(`{name: a, match: {path: ["/a//b/../c"]}, require: {mode: go-w}}`), 0, []string{"warning", "never match"}},
		{"two names alike", "version: 1\nrules:\n  - {name: a, require: {mode: go-w}}\n  - {name: a, require: {mode: go-w}}\n", 2, []string{`:4:5: error: a second rule named "a"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := file(t, filepath.Join(namelessDir(t), "ward.yaml"), c.text, 0o644)
			ward(t, "policy", "check", p).wants(t, c.exit, append(c.says, p)...)
			if c.exit == 2 {
				ward(t, "check", "-p", p, t.TempDir()).wants(t, 2, p)
			}
		})
	}
	missing := filepath.Join(t.TempDir(), "none.yaml")
	ward(t, "check", "-p", missing, t.TempDir()).wants(t, 2, missing)
}

func TestRootsThatAreNoTree(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	ward(t, "check", missing).wants(t, 3, missing, "no such file")
	single := file(t, filepath.Join(t.TempDir(), "server.key"), privateKey, 0o644)
	ward(t, "check", single).wants(t, 1, single, "0640")
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(single, link))
	ward(t, "check", link).wants(t, 1, single)
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	requires.Root(t)
	tree := dir(t, filepath.Join(testfs.ReachableDir(t), "tree"), 0o755)
	file(t, filepath.Join(tree, "open/script.sh"), "#!/bin/sh\n", 0o666)
	closed := dir(t, filepath.Join(tree, "closed"), 0o700)
	wardAs(t, testfs.Stranger, "check", tree).wants(t, 3, closed, "permission denied", "script.sh")
}

func TestReadOnlyMount(t *testing.T) {
	onHost(t, func(t *testing.T) {
		root := testfs.Image(t, testfs.Tmpfs, 0)
		tree := dir(t, filepath.Join(root, "tree"), 0o755)
		f := file(t, filepath.Join(tree, "f"), "", 0o666)
		testfs.ReadOnly(t, root)
		p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "go-w"}}`)
		ward(t, "apply", "--yes", "-p", p, tree).wants(t, 3, "read-only", tree)
		wantMode(t, f, 0o666)
	})
}

func TestImmutableFile(t *testing.T) {
	onHost(t, func(t *testing.T) {
		requires.Tool(t, "chattr")
		tree := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree"), 0o755)
		f := file(t, filepath.Join(tree, "fixed"), "", 0o666)
		other := file(t, filepath.Join(tree, "other"), "", 0o666)
		shell(t, `chattr +i "$1"`, f)
		p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "go-w"}}`)
		ward(t, "apply", "--yes", "-p", p, tree).wants(t, 3, f, "immutable")
		wantMode(t, f, 0o666)
		wantMode(t, other, 0o644)
		p = policyFile(t, `{name: files, match: {type: file}, require: {mode: "go-w", flags: [-immutable]}}`)
		ward(t, "apply", "--yes", "-p", p, tree).wants(t, 0)
		wantMode(t, f, 0o644)
		ward(t, "undo", "--yes").wants(t, 0)
		wantMode(t, f, 0o666)
		if flags := shell(t, `lsattr "$1"`, f); !strings.Contains(strings.Fields(flags)[0], "i") {
			t.Errorf("the flag did not come back: %s", flags)
		}
		shell(t, `chattr -i "$1"`, f)
	})
}

// A full disk means that nothing was changed.
func TestFullDisk(t *testing.T) {
	onHost(t, func(t *testing.T) {
		tree := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree"), 0o755)
		for i := range 2000 {
			file(t, filepath.Join(tree, fmt.Sprint(i)), "", 0o666)
		}
		before := snapshot(t, tree)
		state := testfs.Image(t, testfs.Tmpfs, 0)
		testfs.Bind(t, state, "/var/lib")
		release := testfs.Full(t, state)
		p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "go-w"}}`)
		ward(t, "apply", "--yes", "-p", p, tree).wants(t, 3, "no space left", "/var/lib")
		wantSnapshot(t, tree, before)
		release()
		ward(t, "apply", "--yes", "-p", p, tree).wants(t, 0)
	})
}

// Files that come and go while ward walks are no failure, and never an abort.
func TestFilesThatVanish(t *testing.T) {
	tree := dir(t, filepath.Join(t.TempDir(), "tree"), 0o755)
	for i := range 500 {
		file(t, filepath.Join(tree, fmt.Sprint("d", i%50), fmt.Sprint(i)), "", 0o644)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i = (i + 1) % 500 {
			select {
			case <-stop:
				return
			default:
				name := filepath.Join(tree, fmt.Sprint("d", i%50), fmt.Sprint(i))
				_ = os.Remove(name)
				_ = os.WriteFile(name, nil, 0o644)
			}
		}
	}()
	for range 20 {
		if r := ward(t, "check", "--deep", tree); r.exit != 0 {
			t.Fatal(r)
		}
	}
	close(stop)
	<-stopped
}

func TestDeepTrees(t *testing.T) {
	onHost(t, func(t *testing.T) {
		const levels = 5000
		tree := dir(t, filepath.Join(testfs.Image(t, testfs.Tmpfs, 0), "tree"), 0o755)
		at, err := unix.Open(tree, unix.O_PATH|unix.O_DIRECTORY, 0)
		must(t, err)
		for range levels {
			must(t, unix.Mkdirat(at, "d", 0o777))
			must(t, unix.Fchmodat(at, "d", 0o777, 0))
			below, err := unix.Openat(at, "d", unix.O_PATH|unix.O_DIRECTORY, 0)
			must(t, err)
			must(t, unix.Close(at))
			at = below
		}
		must(t, unix.Fchmodat(at, "", 0o755, unix.AT_EMPTY_PATH))
		p := policyFile(t, `{name: dirs, match: {type: dir}, require: {mode: "go-w"}}`)
		ward(t, "check", "-p", p, tree).wants(t, 1, "4,999")
		ward(t, "apply", "--yes", "-p", p, tree).wants(t, 0)
		ward(t, "plan", "--exit-code", "-p", p, tree).wants(t, 0)
		ward(t, "undo", "--yes").wants(t, 0)
		ward(t, "plan", "--exit-code", "-p", p, tree).wants(t, 1)
	})
}

// Names are printed so that they cannot be mistaken for ward's own words, nor
// command the terminal.
func TestOddNames(t *testing.T) {
	onHost(t, func(t *testing.T) {
		tree := dir(t, filepath.Join(testfs.Image(t, testfs.Tmpfs, 0), "tree"), 0o755)
		names := []string{"new\nline", "esc\x1b[31mred", "tab\tend", "invalid\xff\xfe", "-p", "--yes", " space ", "quote'\"`$(x)", "bell\a", "bidi\u202eevil", "ünïcödé", "\u009bcsi"}
		for _, name := range names {
			file(t, filepath.Join(tree, name), "", 0o666)
		}
		for _, format := range []string{"text", "json", "sarif", "rdjsonl"} {
			r := ward(t, "check", "--format", format, tree).wants(t, 1)
			printable(t, format, r.out)
		}
		r := ward(t, "apply", "--yes", "--pack", "baseline", tree)
		printable(t, "apply", r.out+r.err)
		for _, name := range names {
			if m := modeOf(t, filepath.Join(tree, name)); m&0o002 != 0 {
				t.Errorf("%q is still %04o\n%v", name, m, r)
			}
		}
		printable(t, "log", ward(t, "log").out)
		ward(t, "undo", "--yes").wants(t, 0)
		for _, name := range names {
			wantMode(t, filepath.Join(tree, name), 0o666)
		}
	})
}

func printable(t *testing.T, what, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s prints invalid UTF-8", what)
	}
	for _, r := range text {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e {
			t.Errorf("%s prints %U", what, r)
		}
	}
}

func TestAMillionEntriesInOneDirectory(t *testing.T) {
	onHost(t, func(t *testing.T) {
		const entries = 1_000_000
		tree := dir(t, filepath.Join(testfs.Image(t, testfs.Tmpfs, 64<<20), "tree"), 0o755)
		at, err := unix.Open(tree, unix.O_PATH|unix.O_DIRECTORY, 0)
		must(t, err)
		for i := range entries {
			must(t, unix.Mknodat(at, fmt.Sprintf("entry-%07d", i), unix.S_IFREG|0o644, 0))
		}
		must(t, unix.Fchmodat(at, "entry-0777777", 0o666, 0))
		must(t, unix.Close(at))
		ward(t, "check", tree).wants(t, 1, "entry-0777777", "1,000,001")
		ward(t, "apply", "--yes", tree).wants(t, 0)
		wantMode(t, filepath.Join(tree, "entry-0777777"), 0o664)
		ward(t, "check", tree).wants(t, 0)
	})
}
