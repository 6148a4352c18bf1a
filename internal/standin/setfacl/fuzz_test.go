package setfacl

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ward/acl"
	"ward/internal/standin/acltext"
)

// people are bob and the group dev.
type people struct{}

func (people) User(name string) (uint32, bool)  { return 1001, name == "bob" }
func (people) Group(name string) (uint32, bool) { return 1002, name == "dev" }

// format writes commands in the language that list reads.
func format(cs []command, rights bool) string {
	entries := make([]string, len(cs))
	for i, c := range cs {
		if c.def {
			entries[i] = "d:"
		}
		entries[i] += c.entry.Tag.String() + ":"
		if c.entry.Tag.Named() {
			entries[i] += strconv.FormatUint(uint64(c.entry.ID), 10)
		}
		if rights {
			entries[i] += ":" + c.entry.Rights.String()
		}
		if c.condX {
			entries[i] += "X"
		}
	}
	return strings.Join(entries, ",")
}

func FuzzEntries(f *testing.F) {
	for _, s := range []string{"u:bob:rX,d:g:dev:rwX,m::rx", `\061001:7`, "u: 1 :r ,", "d::r,:w", "u:4294967295:r", "o:-,m:0", "u,g,o,m,d", "x", "u:-2:Xx"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, g := range []grammar{{}, {rights: anyRights}, {do: remove, rights: withoutRights}, {plain: true}, {promote: true}} {
			g.names = people{}
			cs, at, ok := g.list(text)
			switch {
			case !ok && (cs != nil || at < 0 || at > len(text)):
				t.Fatalf("%q: both %v and a mistake at %d", text, cs, at)
			case !ok || g.promote || g.plain:
				continue
			}
			again := grammar{do: g.do, rights: g.rights}
			formatted := format(cs, g.rights != withoutRights)
			if back, at, ok := again.list(formatted); !ok || !slices.Equal(back, cs) {
				t.Fatalf("%q is %v, written %q, and that is %v (%d)", text, cs, formatted, back, at)
			}
		}
	})
}

func FuzzRestore(f *testing.F) {
	f.Add("# file: a\\040b\\\\c\n# owner: bob\n# group: dev\n# flags: s-t\nuser::rwx\nuser:bob:r--\t#effective:---\ngroup::r-x\nmask::---\nother::r--\ndefault:user::rwx\n\n# file: x\n")
	f.Add("# owner: root\n\n")
	f.Add("#file:/etc/../x\r\nu::7\n#\n\n\n  # flags: ---")
	f.Fuzz(func(t *testing.T, text string) {
		d := newDump(strings.NewReader(text), people{})
		for range 100 {
			r, err := d.next()
			var mistake *syntaxError
			if err != nil {
				if r.path != "" || r.hasPath || r.commands != nil {
					t.Fatalf("%q: both %+v and %v", text, r, err)
				}
				if !errors.Is(err, io.EOF) && !errors.As(err, &mistake) {
					t.Fatalf("%q: %v", text, err)
				}
				return
			}
			again, err := newDump(strings.NewReader(dumpOf(&r)), nil).next()
			if err != nil && !errors.Is(err, io.EOF) || r.hasPath && !same(&again, &r) {
				t.Fatalf("%q: %+v, written %q, and that is %+v, %v", text, r, dumpOf(&r), again, err)
			}
		}
	})
}

func same(a, b *record) bool {
	return a.path == b.path && a.uid == b.uid && a.gid == b.gid && a.special == b.special && slices.Equal(a.commands, b.commands)
}

// dumpOf writes a record as getfacl would.
func dumpOf(r *record) string {
	// What getfacl never prints a path begins with would be lost.
	b := "# file: " + quoteAll(r.path) + "\n"
	if r.uid != acl.NoID {
		b += "# owner: " + strconv.FormatUint(uint64(r.uid), 10) + "\n"
	}
	if r.gid != acl.NoID {
		b += "# group: " + strconv.FormatUint(uint64(r.gid), 10) + "\n"
	}
	flags := []byte("---")
	for i := range flags {
		if r.special&(0o4000>>i) != 0 {
			flags[i] = "sst"[i]
		}
	}
	return b + "# flags: " + string(flags) + "\n" + strings.ReplaceAll(format(r.commands, true), ",", "\n") + "\n"
}

// quoteAll quotes blanks as well, which are lost at the beginning of a path.
func quoteAll(path string) string { return acltext.Quote(path, " \t\n\r") }
