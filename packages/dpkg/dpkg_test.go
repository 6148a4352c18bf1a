package dpkg

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"ward/ident"
	"ward/internal/requires"
	"ward/packages"
)

const status = `Package: base-files
Status: install ok installed
Architecture: amd64
Version: 12.4+deb12u15
Conffiles:
 /etc/debian_version 4bb13eb6e5e0b7b0d5c5a7f13ec2a9f2
 /etc/old 00112233445566778899aabbccddeeff obsolete
 /etc/new newconffile

Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: half
Status: install reinstreq half-installed
Architecture: all
Version: 2
Description: a package
 Status: deinstall ok not-installed
`

func TestParseStatusKeepsPackagesWithFiles(t *testing.T) {
	all := ParseStatus([]byte(status))
	var got []string
	for _, p := range all {
		got = append(got, p.Base()+" "+p.Version)
	}
	if want := []string{"base-files 12.4+deb12u15", "libc6:amd64 2.36-9", "half 2"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	conffiles := all[0].Conffiles
	if len(conffiles) != 3 || conffiles["etc/debian_version"].String() != "md5:4bb13eb6e5e0b7b0d5c5a7f13ec2a9f2" || conffiles["etc/new"] != (packages.Digest{}) {
		t.Errorf("conffiles %v", conffiles)
	}
}

func TestParseOverrides(t *testing.T) {
	all, problems := ParseOverrides("statoverride", []byte("root shadow 2755 /usr/bin/chage\n#12 #4711 0640 /srv/a b\nroot root 99 /x\nroot root\nroot root 0755 ../x\n"))
	want := []Override{
		{"usr/bin/chage", "root", "shadow", ident.NoUID, ident.NoGID, 0o2755},
		{"srv/a b", "", "", 12, 4711, 0o640},
	}
	if !slices.Equal(all, want) {
		t.Errorf("%+v", all)
	}
	if len(problems) != 3 || problems[0].Error() != `statoverride:3: "99" is no octal mode` {
		t.Errorf("%v", problems)
	}
}

func TestParseDiversions(t *testing.T) {
	all, problems := ParseDiversions("diversions", []byte("/bin/sh\n/bin/sh.distrib\ndash\n/etc/x\n/etc/x.real\n:\n/odd\n"))
	if len(all) != 2 || len(problems) != 1 {
		t.Fatalf("%v, %v", all, problems)
	}
	at := map[string]Diversion{all[0].From: all[0], all[1].From: all[1]}
	for _, c := range []struct{ name, owner, path, want string }{
		{"the package that diverts keeps its file", "dash", "bin/sh", "bin/sh"},
		{"another one's goes elsewhere", "bash", "bin/sh", "bin/sh.distrib"},
		{"a local diversion is for all", "x", "etc/x", "etc/x.real"},
		{"nothing diverted", "x", "etc/y", "etc/y"},
	} {
		if got := Diverted(at, c.owner, c.path); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestReadScriptFindsPlainStatements(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"chmod", "chmod 440 /etc/sudoers", "etc/sudoers 0440"},
		{"mode and owner of two statements", "chgrp _ssh /usr/bin/ssh-agent\nchmod 2755 /usr/bin/ssh-agent", "usr/bin/ssh-agent 2755 :_ssh"},
		{"behind an operator", `[ -e /x ] && chown root:shadow "/etc/gshadow"; true`, "etc/gshadow root:shadow"},
		{"several files", "chmod 0644 /a /b", "a 0644, b 0644"},
		{"dpkg's root", `chmod 644 "$DPKG_ROOT/usr/share/info/dir"`, "usr/share/info/dir 0644"},
		{"install", "install -d -m 0755 -o daemon -g adm /var/log/x", "var/log/x 0755 daemon:adm"},
		{"install with its words in one", "install -m0644 -oroot /usr/share/x /etc/x", "etc/x 0644 root:"},
		{"base-files", "install_directory var/mail 2775 mail", "var/mail 2775 root:mail"},
		{"an override", "dpkg-statoverride --update --add root mail 2755 /usr/sbin/exim", "usr/sbin/exim 2755 root:mail"},
		{"a variable", "chmod 440 $FILE", ""},
		{"a glob", "chmod 644 /etc/*.conf", ""},
		{"recursive", "chown -R www-data /var/www", ""},
		{"symbolic", "chmod u+x /x", ""},
		{"a comment", "true # chmod 777 /etc", ""},
		{"a relative path", "chmod 644 x", ""},
		{"upwards", "chmod 644 /../../x", ""},
		{"an unclosed quote", `chmod 644 "/x`, "x 0644"},
	} {
		var got []string
		for _, s := range ReadScript([]byte(c.script)) {
			text := s.Path
			if s.ModeKnown {
				text += " " + s.Mode.Octal()
			}
			if s.User+s.Group != "" {
				text += " " + s.User + ":" + s.Group
			}
			got = append(got, text)
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("%s: %q, want %q", c.name, text, c.want)
		}
	}
}

// The database of the machine itself is read like dpkg-query reads it.
func TestAgainstDpkgQuery(t *testing.T) {
	requires.Tool(t, "dpkg-query")
	text, err := os.ReadFile("/var/lib/dpkg/status")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("dpkg-query", "-W", "-f", "${Package} ${Version} ${Architecture} ${db:Status-Status}\n").Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		if at := strings.LastIndexByte(line, ' '); !strings.HasSuffix(line, " not-installed") && !strings.HasSuffix(line, " config-files") {
			want = append(want, line[:at])
		}
	}
	var got []string
	all := ParseStatus(text)
	for _, p := range all {
		got = append(got, p.Name+" "+p.Version+" "+p.Architecture)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d packages, dpkg-query has %d", len(got), len(want))
	}
	for _, p := range all[:min(len(all), 20)] {
		sameList(t, &p)
	}
}

func sameList(t *testing.T, p *Installed) {
	t.Helper()
	text, err := os.ReadFile("/var/lib/dpkg/info/" + p.Base() + ".list")
	if err != nil {
		t.Error(err)
		return
	}
	out, err := exec.Command("dpkg-query", "-L", p.Base()).Output()
	if err != nil {
		t.Error(err)
		return
	}
	listed := map[string]bool{}
	for _, path := range ParseList(text) {
		listed[path] = true
	}
	for line := range bytes.Lines(out) {
		path, ok := packages.Clean(strings.TrimSpace(string(line)))
		if ok && path != "." && line[0] == '/' && !listed[path] {
			t.Errorf("%s: %s is missing", p.Base(), path)
		}
	}
}

func FuzzDatabase(f *testing.F) {
	f.Add([]byte(status))
	f.Add([]byte("root root 644 /x\n/a\n/b\n:\nchmod 644 /x\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, p := range ParseStatus(text) {
			if p.Name == "" {
				t.Error("a package without name")
			}
		}
		for _, s := range ReadScript(text) {
			if clean, ok := packages.Clean(s.Path); !ok || clean != s.Path {
				t.Errorf("a statement on %q", s.Path)
			}
		}
		overrides, _ := ParseOverrides("x", text)
		for _, o := range overrides {
			if o.Mode > 0o7777 {
				t.Errorf("mode %o", o.Mode)
			}
		}
		ParseDiversions("x", text)
		ParseSums(text)
		ParseList(text)
	})
}
