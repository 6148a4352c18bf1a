package tmpfiles

import (
	"fmt"
	"testing"

	"ward/mode"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"a directory", "d /var/log/x 0750 root adm 10d -", "d var/log/x 0750 root: adm:"},
		{"what is not said is root's and 0755", "D /run/sudo", "D run/sudo 0755 :0 :0"},
		{"numbers", "f+ /etc/x 600 33 34", "f etc/x 0600 :33 :34"},
		{"sticky", "q /tmp 1777 root root 10d", "q tmp 1777 root: root:"},
		{"adjusting says only what it says", "z /sys/x - - adm", "z sys/x - adm:"},
		{"recursive", "Z /var/x ~2755 root systemd-journal", "Z var/x ~2755 root: systemd-journal:"},
		{"on creation only", "d /x :0700 :root :root", "d x create 0700 root: root:"},
		{"quotes and escapes", `d "/var/lib/a b\x2dc" 0700`, "d var/lib/a b-c 0700 :0 :0"},
		{"a specifier that is the same everywhere", "d %S/x%% 0700", "d var/lib/x% 0700 :0 :0"},
		{"one that depends on the system", "d /run/%b 0700", ""},
		{"what removes", "r! /etc/shadow.lock", ""},
		{"a link", "L /etc/x - - - - ../y", ""},
		{"a comment", "# d /x", ""},
		{"a mode that is none", "d /x 0999", "error"},
		{"a path upwards", "d /../x 0755", ""},
		{"an open quote", `d "/x 0755`, "error"},
		{"no path", "d", "error"},
		{"the id that is nobody's", "d /x 0755 4294967295", "error"},
		{"an id that does not fit", "d /x 0755 4294967296", "d x 0755 4294967296: :0"},
	} {
		items, problems := Parse("x.conf", []byte(c.line+"\n"))
		got := ""
		for i := range items {
			got = text(&items[i])
		}
		if len(problems) > 0 {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q (%v)", c.name, got, c.want, problems)
		}
	}
}

func text(i *Item) string {
	s := fmt.Sprintf("%c %s", i.Letter, i.Path)
	if i.Create {
		s += " create"
	}
	if i.ModeKnown {
		masked := ""
		if i.Masked {
			masked = "~"
		}
		s += " " + masked + i.Mode.Octal()
	} else {
		s += " -"
	}
	for _, o := range []struct {
		name string
		id   uint32
	}{{i.User, uint32(i.UID)}, {i.Group, uint32(i.GID)}} {
		switch {
		case o.name != "":
			s += " " + o.name + ":"
		case o.id != 1<<32-1:
			s += fmt.Sprintf(" :%d", o.id)
		}
	}
	return s
}

func TestMatchAndWanted(t *testing.T) {
	items, _ := Parse("x", []byte("Z /var/log/*.d ~0755\nz /etc/a\nd /srv/x 0700\n"))
	for _, c := range []struct {
		item int
		path string
		want bool
	}{
		{0, "var/log/a.d", true},
		{0, "var/log/a.d/b/c", true},
		{0, "var/log/a", false},
		{1, "etc/a", true},
		{1, "etc/a/b", false},
		{2, "srv/x", true},
	} {
		if got := items[c.item].Match(c.path); got != c.want {
			t.Errorf("%s with %q: %v", items[c.item].Path, c.path, got)
		}
	}
	for _, c := range []struct {
		name        string
		found, want mode.Mode
	}{
		{"a file without x gets none", 0o640, 0o644},
		{"a program keeps its x", 0o700, 0o755},
		{"one that nobody may write gets no w", 0o444, 0o444},
	} {
		if got := items[0].Wanted(c.found, mode.Regular); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("d \"/x\\x41\" ~0755 root :adm - -\nZ /y* :2755 - - \n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		items, _ := Parse("x", b)
		for i := range items {
			if items[i].Mode > mode.All || items[i].Path == "" {
				t.Errorf("%+v", items[i])
			}
			items[i].Match("a/b")
		}
	})
}
