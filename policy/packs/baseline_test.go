package packs_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/policy"
	"ward/policy/packs"
)

var accounts = account.New(
	[]account.User{{Name: "root"}, {Name: "app", UID: 1000, GID: 1000}},
	[]account.Group{{Name: "root"}, {Name: "app", GID: 1000}, {Name: "ssl-cert", GID: 110}, {Name: "staff", GID: 20, Members: []string{"root", "app"}}},
)

func judge(t testing.TB, deep bool) *policy.Judge {
	t.Helper()
	p, err := packs.Load("baseline")
	if err != nil {
		t.Fatal(err)
	}
	j, problems := p.Bind(policy.Binding{Accounts: accounts, Deep: deep})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return j
}

// thing is an entry in a line.
type thing struct {
	path     string
	kind     mode.Kind
	mode     mode.Mode
	content  entry.ContentKind
	uid      ident.UID
	gid      ident.GID
	size     int64 // 0: 1000 bytes
	programs int
	def      acl.List
	acl      acl.List
}

func (x thing) entry() *entry.Entry {
	e := &entry.Entry{Name: ".", Kind: x.kind, Links: 1, Size: x.size, Known: entry.Stat, Content: x.content}
	if e.Kind == mode.Unknown {
		e.Kind = mode.Regular
	}
	if e.Size == 0 {
		e.Size = 1000
	}
	if i := strings.LastIndexByte(x.path, '/'); i >= 0 {
		e.Dir, e.Name = &entry.Dir{Path: x.path[:i]}, x.path[i+1:]
	} else if x.path != "." {
		e.Dir, e.Name = &entry.Dir{Path: "."}, x.path
	}
	if e.Dir != nil {
		e.Dir.Programs = x.programs
	}
	e.Mode, e.UID, e.GID, e.Default, e.ACL = x.mode, x.uid, x.gid, x.def, x.acl
	return e
}

// judged is the rules that found something and the mode in the end, with whether
// content was read.
func judged(t testing.TB, j *policy.Judge, e *entry.Entry) (rules []string, o policy.Outcome, read bool) {
	w := j.Worker()
	for range 5 {
		o, need := w.Judge(e)
		read = read || need&entry.Content != 0
		e.Known |= need
		if need != 0 {
			continue
		}
		for _, d := range o.Decided {
			rules = append(rules, j.Rules()[d.Rule].Name)
		}
		return rules, o, read
	}
	t.Fatal("asks without end")
	return nil, policy.Outcome{}, false
}

func TestBaseline(t *testing.T) {
	const dir, link = mode.Directory, mode.Symlink
	named := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: 7}, {Tag: acl.User, ID: 1000, Rights: 6}, {Tag: acl.GroupObj, ID: acl.NoID, Rights: 5}, {Tag: acl.Mask, ID: acl.NoID, Rights: 7}, {Tag: acl.Other, ID: acl.NoID, Rights: 5}}
	key, locked, script, elf := entry.PrivateKey, entry.LockedKey, entry.Shebang, entry.ELF
	for _, test := range []struct {
		name  string
		thing thing
		want  string // rules, and the mode that they want
	}{
		{"an ordinary file", thing{path: "a.txt", mode: 0o644}, "0644"},
		{"an ordinary directory", thing{path: "d", kind: dir, mode: 0o755}, "0755"},
		{"a symlink", thing{path: "l", kind: link, mode: 0o777}, "0777"},
		{"the root of the tree, open", thing{path: ".", kind: dir, mode: 0o777}, "world-writable-dir 0775"},
		{"a world-writable file", thing{path: "a", mode: 0o666}, "world-writable-file 0664"},
		{"a world-writable socket", thing{path: "s", kind: mode.Socket, mode: 0o777}, "0777"},
		{"an upload directory at 0777", thing{path: "uploads", kind: dir, mode: 0o777}, "world-writable-dir 0775"},
		{"a sticky one", thing{path: "tmp", kind: dir, mode: 0o1777}, "1777"},
		{"a default ACL that lets everybody write", thing{path: "d", kind: dir, mode: 0o755, def: acl.FromMode(0o777)}, "world-writable-default 0755"},
		{"a default ACL that does not", thing{path: "d", kind: dir, mode: 0o755, def: acl.FromMode(0o775)}, "0755"},
		{"a 04777 program", thing{path: "helper", mode: 0o4777, content: elf}, "setid-writable 4755"},
		{"a setgid program that its group writes", thing{path: "helper", mode: 0o2775, gid: 20, content: elf}, "setid-writable 2755"},
		{"one whose group has nobody in it", thing{path: "helper", mode: 0o2775, gid: 110, content: elf}, "2775"},
		{"one whose group is root's", thing{path: "helper", mode: 0o2775, content: elf}, "2775"},
		{"one whose group is its owner's", thing{path: "helper", mode: 0o4775, uid: 1000, gid: 1000, content: elf}, "4775"},
		{"one of root's whose group is a user's", thing{path: "helper", mode: 0o4775, gid: 1000, content: elf}, "setid-writable 4755"},
		{"one whose group nobody knows", thing{path: "helper", mode: 0o2775, gid: 4711, content: elf}, "setid-writable+unknown-group 2755"},
		{"an empty group, and everybody too", thing{path: "helper", mode: 0o2777, gid: 110, content: elf}, "setid-writable 2755"},
		{"an empty group, and somebody by name", thing{path: "helper", mode: 0o2775, content: elf, acl: named}, "setid-writable 2755"},
		{"a setuid program", thing{path: "bin/su", mode: 0o4755, content: elf}, "4755"},
		{"a setuid script", thing{path: "x.sh", mode: 0o4755, content: script}, "setid-script 0755"},
		{"a key that all may read", thing{path: "conf/tls.key", mode: 0o644, content: key}, "private-key-readable 0640"},
		{"a key that its group may read", thing{path: "ssl/private/snakeoil.key", mode: 0o640, gid: 110, content: key}, "0640"},
		{"a key without suffix", thing{path: "deploy", mode: 0o644, content: key}, "private-key-readable 0640"},
		{"a key under a passphrase", thing{path: "id_rsa", mode: 0o644, content: locked}, "locked-key-readable 0640"},
		{"a user's ssh key", thing{path: "home/u/.ssh/id_ed25519", mode: 0o644, content: key}, "private-key-readable+ssh-key-group 0600"},
		{"a user's ssh key, group may read", thing{path: ".ssh/id_ed25519", mode: 0o640, content: key}, "ssh-key-group 0600"},
		{"a public key", thing{path: ".ssh/id_ed25519.pub", mode: 0o644}, "0644"},
		{"a certificate", thing{path: "tls.crt", mode: 0o644}, "0644"},
		{"a key in test data", thing{path: "x/testdata/server.key", mode: 0o644, content: key}, "sample-key-readable 0640"},
		{"what is left of a key", thing{path: "conf/tls.key.bak", mode: 0o644, content: key}, "private-key-readable 0640"},
		{"a PKCS #12 file with a key", thing{path: "conf/tls.p12", mode: 0o644, content: locked}, "locked-key-readable 0640"},
		{"one of certificates that are trusted", thing{path: "conf/tls.p12", mode: 0o644}, "0644"},
		{"a key store of Java", thing{path: "home/u/.keystore", mode: 0o644, content: locked}, "locked-key-readable 0640"},
		{"a key in DER", thing{path: "conf/tls.der", mode: 0o644, content: key}, "private-key-readable 0640"},
		{"a key in a dotfile", thing{path: "home/u/.deploykey", mode: 0o644, content: key}, "private-key-readable 0640"},
		{"a key in an installed package", thing{path: "lib/python3/site-packages/moto/ca.key", mode: 0o644, content: key}, "sample-key-readable 0640"},
		{"a key in the module cache of Go", thing{path: "go/pkg/mod/example.org/x@v1.4.1/tls/server.key", mode: 0o444, content: key}, "sample-key-readable 0440"},
		{"a script in the module cache of Go", thing{path: "example.org/x/v2@v2.27.0/bin/hermit", mode: 0o444, content: script}, "0444"},
		{"an .env in the module cache of Go", thing{path: "example.org/gotenv@v1.4.1/.env", mode: 0o444}, "0444"},
		{"a script of a release", thing{path: "shop@v3/bin/start", mode: 0o644, content: script}, "lost-x-program 0755"},
		{"a .netrc", thing{path: "home/u/.netrc", mode: 0o644}, "personal-secret-readable 0600"},
		{"an empty .netrc", thing{path: ".netrc", mode: 0o644, size: -1}, "0644"},
		{"shadow, when /etc is the root", thing{path: "shadow", mode: 0o644}, "service-secret-readable 0640"},
		{"shadow as Debian has it", thing{path: "etc/shadow", mode: 0o640}, "0640"},
		{"a program without x", thing{path: "bin/run", mode: 0o644, content: elf}, "lost-x-program 0755"},
		{"x only for those who read", thing{path: "bin/run", mode: 0o640, content: script}, "lost-x-program 0750"},
		{"an entrypoint", thing{path: "docker-entrypoint.sh", mode: 0o644, content: script}, "lost-x-program 0755"},
		{"data in bin", thing{path: "bin/data", mode: 0o644}, "0644"},
		{"a shared library in bin", thing{path: "bin/libx.so.1", mode: 0o644, content: elf}, "0644"},
		{"a script elsewhere", thing{path: "src/tool.py", mode: 0o644, content: script}, "lost-x-script 0755"},
		{"a module with a shebang", thing{path: "usr/lib/python3/dist-packages/x.py", mode: 0o644, content: script}, "0644"},
		{"no suffix, beside programs", thing{path: "tools/build", mode: 0o644, content: script, programs: 3}, "lost-x-script 0755"},
		{"no suffix, not beside programs", thing{path: "tools/build", mode: 0o600, content: script}, "0600"},
		{"a directory at 0644", thing{path: "d", kind: dir, mode: 0o644}, "dir-without-search 0755"},
		{"a directory others may only list", thing{path: "d", kind: dir, mode: 0o754}, "dir-class-without-search 0755"},
		{"a drop box", thing{path: "d", kind: dir, mode: 0o733, uid: 1000}, "world-writable-dir 0731"},
		{"a directory closed to its owner", thing{path: "d", kind: dir, mode: 0o077}, "world-writable-dir+dir-closed-to-owner+class-order 0175"},
		{"a class order upside down", thing{path: "f", mode: 0o604}, "class-order 0604"},
		{"sudoers", thing{path: "sudoers", mode: 0o440}, "0440"},
		{"an owner nobody knows", thing{path: "f", mode: 0o644, uid: 4242}, "unknown-owner 0644"},
		{"a link of one nobody knows", thing{path: "l", kind: link, mode: 0o777, uid: 4242, gid: 4242}, "unknown-owner+unknown-group 0777"},
		{"in .git", thing{path: ".git/hooks/pre-commit", mode: 0o666, content: script}, "0666"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rules, o, _ := judged(t, judge(t, false), test.thing.entry())
			slices.Sort(rules)
			want := strings.Split(test.want, " ")
			names, wantMode := "", want[0]
			if len(want) > 1 {
				names, wantMode = want[0], want[1]
			}
			wanted := strings.Split(names, "+")
			slices.Sort(wanted)
			got := strings.Join(rules, "+")
			if got != strings.Join(wanted, "+") || o.Desired.Mode.Octal() != wantMode {
				t.Errorf("got %s %s, want %s", got, o.Desired.Mode.Octal(), test.want)
			}
		})
	}
}

func TestContentIsReadForCandidatesOnly(t *testing.T) {
	for _, test := range []struct {
		name       string
		thing      thing
		read, deep bool
	}{
		{"a source file", thing{path: "src/a.c", mode: 0o644}, false, true},
		{"a program that has its x", thing{path: "bin/a", mode: 0o755, size: 1 << 20}, false, true},
		{"a closed file", thing{path: "a", mode: 0o600}, false, true},
		{"a key's name", thing{path: "a.pem", mode: 0o644}, true, true},
		{"a dotfile", thing{path: "home/u/.secret", mode: 0o644}, true, true},
		{"a dotfile with a suffix", thing{path: ".travis.yml", mode: 0o644}, false, true},
		{"settings of a shell", thing{path: "home/u/.bashrc", mode: 0o644}, false, true},
		{"a large file without suffix", thing{path: "image", mode: 0o644, size: 1 << 20}, false, true},
		{"a small file without suffix", thing{path: "image", mode: 0o644}, true, true},
		{"a file in bin", thing{path: "bin/a.dat", mode: 0o644}, true, true},
		{"a Makefile", thing{path: "Makefile", mode: 0o644}, false, true},
		{"a directory", thing{path: "key", kind: mode.Directory, mode: 0o755}, false, false},
	} {
		if _, _, read := judged(t, judge(t, false), test.thing.entry()); read != test.read {
			t.Errorf("%s: read %v", test.name, read)
		}
		if _, _, read := judged(t, judge(t, true), test.thing.entry()); read != test.deep {
			t.Errorf("%s, deep: read %v", test.name, read)
		}
	}
}

// What closes something adds no bit; x is given only where there is r.
func TestFixesAddNothingButXForReaders(t *testing.T) {
	j := judge(t, true)
	for _, k := range []mode.Kind{mode.Regular, mode.Directory} {
		for m := mode.Mode(0); m <= mode.All; m++ {
			for _, content := range []entry.ContentKind{0, entry.Shebang, entry.ELF, entry.PrivateKey, entry.LockedKey} {
				e := thing{path: "bin/.ssh/id_x", kind: k, mode: m, content: content}.entry()
				_, o, _ := judged(t, j, e)
				added := o.Desired.Mode &^ m
				allowed := m & mode.Read >> 2
				if k == mode.Directory && m&0o500 == 0 {
					allowed |= mode.OwnerExecute // fix: ask
				}
				if added&^allowed != 0 {
					t.Fatalf("%s becomes %s", m.Format(k), o.Desired.Mode.Format(k))
				}
				w := j.Worker()
				if unrest, ok, need := w.Settles(e, o, o.Desired); !ok && need == 0 {
					t.Fatalf("%s: does not settle: %v of %v", m.Format(k), unrest, o)
				}
			}
		}
	}
}

func BenchmarkBaseline(b *testing.B) {
	w := judge(b, false).Worker()
	r := rand.New(rand.NewPCG(3, 4))
	root := &entry.Dir{Path: "."}
	w.Enter(root)
	dirs := []*entry.Dir{root}
	var es []*entry.Entry
	suffixes := []string{".c", ".c", ".h", ".h", ".rst", ".yaml", ".dts", ".go", ".json", ".py", ".sh", ".txt"}
	for i := range 20000 {
		d := dirs[r.IntN(len(dirs))]
		e := &entry.Entry{Dir: d, Name: fmt.Sprintf("drivers-net%d%s", r.IntN(1000), suffixes[r.IntN(len(suffixes))]), Kind: mode.Regular, Size: 5000, Links: 1}
		e.Known, e.Mode = entry.Stat|entry.Content|entry.DefaultACL, 0o644
		switch i % 20 {
		case 0:
			e.Kind, e.Mode = mode.Directory, 0o755
			child := &entry.Dir{Parent: d, Path: d.Join(fmt.Sprint("dir", i)), Programs: i / 20 % 2}
			w.Enter(child)
			dirs = append(dirs, child)
		case 1:
			e.Mode = 0o755
		}
		es = append(es, e)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		w.Judge(es[i%len(es)])
		i++
	}
}

// The text of a rule is shown as it is written, so it has to fit a terminal.
func TestHelpFitsATerminal(t *testing.T) {
	p, err := packs.Load("baseline")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Rules() {
		for line := range strings.Lines(r.Help) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 78 {
				t.Errorf("%s: a line of %d characters: %s", r.ID, n, line)
			}
		}
	}
}
