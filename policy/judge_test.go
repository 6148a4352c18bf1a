package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

var testAccounts = account.New(
	[]account.User{{Name: "root"}, {Name: "bob", UID: 1001, GID: 1001}, {Name: "alice", UID: 1002, GID: 1002}},
	[]account.Group{{Name: "root"}, {Name: "bob", GID: 1001}, {Name: "alice", GID: 1002}, {Name: "dev", GID: 2000}},
)

// worker judges by for the rules, which are lines of YAML in flow style.
func worker(t testing.TB, b Binding, lines ...string) *Worker {
	t.Helper()
	src := "version: 1\nrules:\n"
	for i, line := range lines {
		if !strings.HasPrefix(line, "{name:") {
			line = fmt.Sprintf("{name: r%d, %s", i, line[1:])
		}
		src += "- " + line + "\n"
	}
	p, problems := Parse("test.yaml", []byte(src))
	if problems.Broken() {
		t.Fatal(problems.Err(), "\n", src)
	}
	if b.Accounts == nil {
		b.Accounts = testAccounts
	}
	j, problems := p.Bind(b)
	if problems.Broken() {
		t.Fatal(problems.Err())
	}
	return j.Worker()
}

// file is an entry about which everything is known.
func file(path string, k mode.Kind, m mode.Mode) *entry.Entry {
	e := &entry.Entry{Name: ".", Kind: k, Links: 1, Size: 100}
	if path != "." {
		dir, name := ".", path
		if i := strings.LastIndexByte(path, '/'); i >= 0 {
			dir, name = path[:i], path[i+1:]
		}
		e.Dir, e.Name = &entry.Dir{Path: dir}, name
	}
	e.Mode = m
	e.Known = entry.Stat | entry.AccessACL | entry.DefaultACL | entry.Content | entry.Caps | entry.Attributes
	return e
}

// said is an outcome in a line: "0644 by r0:0022 r1:owner".
func said(o Outcome, need entry.Facts) string {
	if need != 0 {
		return fmt.Sprintf("needs %d", need)
	}
	if o.Excluded {
		return "excluded"
	}
	text := o.Desired.Mode.Octal()
	for _, d := range o.Decided {
		text += fmt.Sprintf(" r%d:", d.Rule)
		var parts []string
		if d.Mode != 0 {
			parts = append(parts, d.Mode.Octal())
		}
		for word, on := range map[string]bool{"owner": d.Owner, "forbid": d.Forbid, "acl": d.ACL, "default": d.Default} {
			if on {
				parts = append(parts, word)
			}
		}
		if d.Group {
			parts = append(parts, "group")
		}
		if d.Flags != 0 {
			parts = append(parts, fmt.Sprintf("flags%x", d.Flags))
		}
		if d.Refused != nil {
			parts = append(parts, "refused")
		}
		text += strings.Join(parts, "+")
	}
	if o.Unknown != 0 {
		text += fmt.Sprintf(" unknown %d", o.Unknown)
	}
	if o.Compliant != (len(o.Decided) == 0 && o.Unknown == 0) {
		text += " (Compliant is wrong)"
	}
	return text
}

func TestFold(t *testing.T) {
	with := func(e *entry.Entry, change func(e *entry.Entry)) *entry.Entry {
		change(e)
		return e
	}
	for _, test := range []struct {
		name  string
		rules []string
		entry *entry.Entry
		want  string
	}{
		{"complies", []string{"{require: {mode: '0644'}}"}, file("a", mode.Regular, 0o644), "0644"},
		{"octal is all twelve bits, for directories too", []string{"{require: {mode: '0755'}}"}, file("a", mode.Directory, 0o2755), "0755 r0:2000"},
		{"at most is bits, not numbers (S23)", []string{"{require: {atmost: '0750'}}"}, file("a", mode.Regular, 0o644), "0640 r0:0004"},
		{"less than the most complies (S23)", []string{"{require: {atmost: '0644'}}"}, file("a", mode.Regular, 0o600), "0600"},
		{"at most takes special bits", []string{"{require: {atmost: '0755'}}"}, file("a", mode.Regular, 0o4755), "0755 r0:4000"},
		{"at least", []string{"{require: {atleast: '0100'}}"}, file("a", mode.Regular, 0o640), "0740 r0:0100"},
		{
			"the last writer decides",
			[]string{"{require: {mode: 'a-x'}}", "{match: {path: '**/*.sh'}, require: {mode: 'u+x'}}"},
			file("a.sh", mode.Regular, 0o644), "0744 r1:0100",
		},
		{"an overridden rule reports nothing", []string{"{require: {mode: '0600'}}", "{require: {mode: '0644'}}"}, file("a", mode.Regular, 0o640), "0644 r1:0004"},
		{"two rules share the bits", []string{"{require: {mode: '0600'}}", "{require: {mode: 'u+x'}}"}, file("a", mode.Regular, 0o644), "0700 r0:0044 r1:0100"},
		{
			"selectors look at the entry as found",
			[]string{"{require: {mode: 'o-w'}}", "{match: {mode: {any: '0002'}}, require: {mode: 'g-w'}}"},
			file("a", mode.Regular, 0o666), "0644 r0:0002 r1:0020",
		},
		{
			"an exception keeps what was found",
			[]string{"{require: {mode: '0600'}}", "{require: {mode: 'go+r'}, except: [{path: a, reason: x}]}"},
			file("a", mode.Regular, 0o640), "0640",
		},
		{
			"an exception keeps only its rule's bits",
			[]string{"{require: {mode: '0600'}, except: [{path: a, reason: x}]}", "{require: {mode: 'u+x'}}"},
			file("a", mode.Regular, 0o644), "0744 r1:0100",
		},
		{"forbidden", []string{"{match: {mode: {any: 'u+s'}}, forbid: true}"}, file("a", mode.Regular, 0o4755), "4755 r0:forbid"},
		{
			"forbidden but excepted",
			[]string{"{match: {mode: {any: 'u+s'}}, forbid: true, except: [{match: {owner: root}, reason: x}]}"},
			file("a", mode.Regular, 0o4755), "4755",
		},
		{
			"forbidden stands outside the fold",
			[]string{"{match: {mode: {any: 'o+w'}}, forbid: true}", "{require: {mode: 'o-w'}}"},
			file("a", mode.Regular, 0o666), "0664 r0:forbid r1:0002",
		},
		{"symlinks only where a rule names them", []string{"{require: {mode: '0600', owner: bob}}"}, file("a", mode.Symlink, 0o777), "0777"},
		{"symlinks have an owner and no mode", []string{"{match: {type: symlink}, require: {mode: '0600', owner: bob}}"}, file("a", mode.Symlink, 0o777), "0777 r0:owner"},
		{"owner and group", []string{"{require: {owner: bob, group: 2000}}"}, file("a", mode.Regular, 0o644), "0644 r0:owner+group"},
		{"unknown owner", []string{"{match: {owner: unknown}, forbid: true}"}, with(file("a", mode.Regular, 0o644), func(e *entry.Entry) { e.UID = 4444 }), "0644 r0:forbid"},
		{"known owner", []string{"{match: {owner: unknown}, forbid: true}"}, with(file("a", mode.Regular, 0o644), func(e *entry.Entry) { e.UID = 1001 }), "0644"},
		{
			"content",
			[]string{"{match: {content: [shebang, elf]}, require: {mode: 'u+x'}}"},
			with(file("a", mode.Regular, 0o644), func(e *entry.Entry) { e.Content = entry.ELF }), "0744 r0:0100",
		},
		{"not content", []string{"{match: {not: {content: [shebang, elf]}}, require: {mode: 'a-x'}}"}, file("a", mode.Regular, 0o755), "0644 r0:0111"},
		{"readers execute", []string{"{require: {execute: readers}}"}, file("a", mode.Regular, 0o640), "0750 r0:0110"},
		{
			"the mask moves with the mode",
			[]string{"{require: {mode: 'g-w'}}"},
			with(file("a", mode.Regular, 0o664), func(e *entry.Entry) { e.ACL = named(0o664, acl.User, 1001, 6) }), "0644 r0:0020",
		},
		{"ACL entry and the mask that comes with it", []string{"{require: {acl: 'u:bob:r'}}"}, file("a", mode.Regular, 0o600), "0640 r0:0040+acl"},
		{
			"the last ACL writer decides, be it the same",
			[]string{"{require: {acl: 'u:bob:r'}}", "{require: {acl: 'u:bob:r'}}"},
			file("a", mode.Regular, 0o640), "0640 r1:acl",
		},
		{
			"the mask is not raised over entries that nobody named",
			[]string{"{require: {acl: 'u:alice:rw'}}"},
			with(file("a", mode.Regular, 0o640), func(e *entry.Entry) { e.ACL = named(0o640, acl.User, 1001, 6) }), "0640 r0:refused",
		},
		{
			"no list",
			[]string{"{require: {acl: none}}"},
			with(file("a", mode.Regular, 0o660), func(e *entry.Entry) { e.ACL = named(0o660, acl.User, 1001, 6) }), "0660 r0:acl",
		},
		{
			"flags",
			[]string{"{require: {flags: [+immutable, -no-dump]}}"},
			with(file("a", mode.Regular, 0o600), func(e *entry.Entry) { e.Flags = entry.NoDump }), "0600 r0:flags50",
		},
		{
			"default-mode",
			[]string{"{require: {default-mode: 'o-w'}}"},
			with(file("a", mode.Directory, 0o755), func(e *entry.Entry) { e.Default = acl.FromMode(0o777) }), "0755 r0:default",
		},
		{
			"default ACL chosen",
			[]string{"{match: {default-acl: 'other::w'}, forbid: true}"},
			with(file("a", mode.Directory, 0o755), func(e *entry.Entry) { e.Default = acl.FromMode(0o777) }), "0755 r0:forbid",
		},
		{"size", []string{"{match: {size: 64..64KiB}, forbid: true}"}, file("a", mode.Regular, 0o644), "0644 r0:forbid"},
		{"links", []string{"{match: {links: 2..}, forbid: true}"}, file("a", mode.Regular, 0o644), "0644"},
		{"the root of the tree", []string{"{match: {path: .}, require: {mode: '0700'}}", "{match: {path: '**'}, require: {mode: '0755'}}"}, file(".", mode.Directory, 0o755), "0700 r0:0055"},
		{"excluded", []string{"{require: {mode: '0600'}}"}, file("x/.git/config", mode.Regular, 0o644), "excluded"},
		{"not beside programs", []string{"{match: {beside: programs}, forbid: true}"}, file("a", mode.Regular, 0o644), "0644"},
		{
			"beside programs",
			[]string{"{match: {beside: programs}, forbid: true}"},
			with(file("a", mode.Regular, 0o644), func(e *entry.Entry) { e.Dir.Programs = 1 }), "0644 r0:forbid",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := worker(t, Binding{}, test.rules...)
			for range 2 { // the second time from what the worker remembers
				if got := said(w.Judge(test.entry)); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			}
		})
	}
}

// named is an access list with one named entry under a mode.
func named(m mode.Mode, tag acl.Tag, id uint32, rights mode.Rights) acl.List {
	l := acl.FromMode(m)
	return acl.List{l[0], {Tag: tag, ID: id, Rights: rights}, l[1], {Tag: acl.Mask, ID: acl.NoID, Rights: mode.Rights(m >> 3 & 7)}, l[2]}
}

func TestFactsAreAskedOnlyIfTheyMatter(t *testing.T) {
	bare := func(m mode.Mode) *entry.Entry {
		e := file("a", mode.Regular, m)
		e.Known = entry.Stat
		return e
	}
	script := "{match: {content: shebang}, require: {mode: 'u+x'}}"
	for _, test := range []struct {
		name   string
		rules  []string
		entry  *entry.Entry
		known  entry.Facts
		denied entry.Facts
		want   string
	}{
		{"has what the content would ask for", []string{script}, bare(0o755), 0, 0, "0755"},
		{"lacks it", []string{script}, bare(0o644), 0, 0, fmt.Sprintf("needs %d", entry.Content)},
		{"no script, when it was looked at", []string{script}, bare(0o644), entry.Content, 0, "0644"},
		{"could not be read", []string{script}, bare(0o644), 0, entry.Content, fmt.Sprintf("0644 unknown %d", entry.Content)},
		{"a later rule decides whatever the content is", []string{script, "{require: {mode: '0644'}}"}, bare(0o644), 0, 0, "0644"},
		{"a change wants the list known", []string{"{require: {mode: '0600'}}"}, bare(0o644), 0, 0, fmt.Sprintf("needs %d", entry.AccessACL)},
		{"a change whose list cannot be had", []string{"{require: {mode: '0600'}}"}, bare(0o644), 0, entry.AccessACL, fmt.Sprintf("0600 r0:0044 unknown %d", entry.AccessACL)},
		{
			"what is certain is said",
			[]string{"{require: {mode: 'o-w'}}", script},
			bare(0o646), entry.AccessACL, entry.Content,
			fmt.Sprintf("0644 r0:0002 unknown %d", entry.Content),
		},
		{"an ACL is asked for where it is demanded", []string{"{require: {acl: 'u:bob:r'}}"}, bare(0o644), 0, 0, fmt.Sprintf("needs %d", entry.AccessACL)},
		{"an empty file has no content", []string{script}, func() *entry.Entry { e := bare(0o644); e.Size = 0; return e }(), 0, 0, "0644"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := worker(t, Binding{}, test.rules...)
			test.entry.Known |= test.known
			test.entry.Denied |= test.denied
			if got := said(w.Judge(test.entry)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestBindNamesWhatItDoesNotKnow(t *testing.T) {
	p, problems := Parse("p", []byte("version: 1\nrules:\n- {name: a, match: {owner: bbo}, require: {group: dve, acl: 'u:alcie:r'}}\n"))
	if problems.Broken() {
		t.Fatal(problems.Err())
	}
	_, problems = p.Bind(Binding{Accounts: testAccounts})
	want := `p:3:28: error: unknown user "bbo" (did you mean "bob"?)
p:3:51: error: unknown group "dve" (did you mean "dev"?)
`
	if text := problems.Err().Error(); !strings.HasPrefix(text, want) || !strings.Contains(text, `did you mean "alice"?`) {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func TestExceptionsExpire(t *testing.T) {
	const rule = "{require: {mode: '0600'}, except: [{path: a, reason: soon, until: 2026-05-01}]}"
	day := time.Date(2026, 5, 1, 23, 59, 0, 0, time.UTC)
	if got := said(worker(t, Binding{Now: day}, rule).Judge(file("a", mode.Regular, 0o644))); got != "0644" {
		t.Errorf("on the last day: %s", got)
	}
	if got := said(worker(t, Binding{Now: day.AddDate(0, 0, 1)}, rule).Judge(file("a", mode.Regular, 0o644))); got != "0600 r0:0044" {
		t.Errorf("the day after: %s", got)
	}
}

var _ = ident.NoUID
