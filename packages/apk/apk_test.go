package apk

import (
	"bytes"
	"strings"
	"testing"

	"ward/mode"
	"ward/packages"
)

// installed is from Alpine 3.20, with busybox's suid package and an entry with a mode.
const installed = `C:Q1oNGkr3AXXHHFQuzyDV0SHhwkjVI=
P:alpine-baselayout
V:3.6.5-r0
A:x86_64
F:dev
F:etc
R:motd
Z:Q1SLkS9hBidUbPwwrw+XR0Whv3ww8=
F:root
M:0:0:700
F:tmp
M:0:0:1777
F:var
F:var/spool
R:mail
a:0:0:777
Z:Q1dzbdazYZA2nTzSIG3YyNw7d4Juc=

P:busybox-suid
V:1.36.1-r29
A:x86_64
F:bin
R:bbsuid
a:0:0:4111
Z:Q1LlNJkgE1OwyCqkYrEDfLF9SVlVM=

P:alpine-baselayout-data
V:3.6.5-r0
A:x86_64
F:etc
R:shadow
a:0:42:640
Z:Q1ltrPIAW2zHeDiajsex2Bdmq3uqA=
`

func TestReadKnowsModesAndTheirAbsence(t *testing.T) {
	var got []string
	err := Read(strings.NewReader(installed), func(p *Installed) error {
		for _, f := range p.Files {
			text := strings.Join([]string{p.Name, f.Path, f.Mode.Octal()}, " ")
			if f.GID != 0 {
				text += " group 42"
			}
			got = append(got, text)
			if f.Kind == mode.Directory && f.Digest.Algorithm != "" {
				t.Errorf("%s has a checksum", f.Path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `alpine-baselayout dev 0755
alpine-baselayout etc 0755
alpine-baselayout etc/motd 0644
alpine-baselayout root 0700
alpine-baselayout tmp 1777
alpine-baselayout var 0755
alpine-baselayout var/spool 0755
alpine-baselayout var/spool/mail 0777
busybox-suid bin 0755
busybox-suid bin/bbsuid 4111
alpine-baselayout-data etc 0755
alpine-baselayout-data etc/shadow 0640 group 42`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s", text)
	}
}

func TestReadRefusesWhatIsNoDatabase(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no letter", "hello", "line 1: \"hello\" is not a letter and a value"},
		{"a mode of decimals", "P:x\nF:a\nM:0:0:999", "line 3: \"0:0:999\" is not uid:gid:mode"},
		{"a mode too wide", "P:x\nF:a\nM:0:0:17777", "line 3: \"0:0:17777\" is not uid:gid:mode"},
		{"a path upwards", "P:x\nF:../..", "line 2: \"../..\" is no path in a system"},
	} {
		err := Read(strings.NewReader(c.text), func(*Installed) error { return nil })
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(installed))
	f.Fuzz(func(t *testing.T, text []byte) {
		_ = Read(bytes.NewReader(text), func(p *Installed) error {
			for _, x := range p.Files {
				if clean, ok := packages.Clean(x.Path); !ok || clean != x.Path || x.Mode > mode.All {
					t.Errorf("%+v", x)
				}
			}
			return nil
		})
	})
}
