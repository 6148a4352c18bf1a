package lines_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/lint/effect"
	"ward/lint/lines"
	"ward/lint/source"
)

// read is the script of a file by its name.
func read(f *source.File) *effect.Script {
	if f.Language == source.Systemd {
		return lines.ReadUnit(f)
	}
	return lines.Read(f)
}

func effects(f *source.File) []string {
	s := read(f)
	var all []string
	for i := range s.Effects {
		e := &s.Effects[i]
		m := e.Mode.Symbolic
		if exact, ok := e.Exact(); ok {
			m = exact.Octal()
		}
		line := fmt.Sprintf("%s %s %s", e.API, m, e.Path.Known)
		if at := f.At(e.Mode.Span); at != "" {
			line += " <" + at + ">"
		}
		if e.AsRoot {
			line += " root"
		}
		all = append(all, strings.TrimSpace(line))
	}
	return all
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"directories", "[Service]\nStateDirectory=a b:c\nStateDirectoryMode=0700\nLogsDirectory=d\n", []string{"StateDirectoryMode= 0700 /var/lib/a <0700> root", "StateDirectoryMode= 0700 /var/lib/b <0700> root", "LogsDirectory= 0755 /var/log/d root"}},
		{"without a zero", "[Service]\nUMask=77\n", []string{"UMask= 0077  <77> root"}},
		{"user", "[Service]\nUser=app\nExecStartPre=chmod 700 /a\nExecStartPre=+chmod 750 /b\n", []string{"chmod 0700 /a <700>", "chmod 0750 /b <750> root"}},
		{"shell", "[Service]\nExecStart=@/bin/sh sh -ec 'umask 022; chmod 640 /a'\n", []string{"umask 0022  <022> root", "chmod 0640 /a <640> root"}},
		{"socket", "[Socket]\nListenStream=/run/a\nSocketMode=0660\nDirectoryMode=0710\n", []string{"SocketMode= 0660 /run/a <0660> root", "DirectoryMode= 0710  <0710> root"}},
		{"the last counts", "[Service]\nRuntimeDirectory=a\nRuntimeDirectoryMode=0755\nRuntimeDirectoryMode=0700\n", []string{"RuntimeDirectoryMode= 0755  <0755> root", "RuntimeDirectoryMode= 0700 /run/a <0700> root"}},
		{"nothing", "[Unit]\nDescription=x\nUMask=0\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := effects(&source.File{Path: "a.service", Language: source.Systemd, Text: []byte(c.text)})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		name, path, text string
		want             []string
	}{
		{"tmpfiles", "a.tmpfiles", "# c\nd /run/a 0750 root adm -\nf+  /etc/b - - - - text\nr! /c\nz \"/a b\" ~0640\nc+ /dev/x 0666 - - - 1:3\n", []string{"d of tmpfiles.d  /run/a root", "d of tmpfiles.d 0750 /run/a <0750> root", "f+ of tmpfiles.d 0644 /etc/b root", "z of tmpfiles.d  /a b <0640> root", "c+ of tmpfiles.d 0666 /dev/x <0666> root"}},
		{"udev", "a.udev", "KERNEL==\"a\", MODE=\"0660\", RUN+=\"/bin/sh -c 'chmod 640 /x'\"\n", []string{"MODE= 0660  <0660> root", "chmod 0640 /x <640> root"}},
		{"logrotate", "a.logrotate", "/var/log/a /var/log/b {\n  create 0640 root adm\n}\n/var/log/c\n{\n  create\n  postrotate\n    chmod 600 /x\n  endscript\n}\ncreate 600\n", []string{"create of logrotate  /var/log/a root", "create of logrotate 0640 /var/log/a <0640> root", "create of logrotate  /var/log/b root", "create of logrotate 0640 /var/log/b <0640> root", "chmod 0600 /x <600> root", "create of logrotate 0600  <600> root"}},
		{"sudoers", "sudoers", "Defaults\tumask_override\nDefaults:app umask = 0027, !lecture\n", []string{"umask of sudoers 0027  <0027> root"}},
		{"sysusers", "a.sysusers", "u app 0777\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := effects(&source.File{Path: c.path, Language: source.Lines, Text: []byte(c.text)})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(byte(0), "[Service]\nExecStart=+/bin/sh -c 'chmod 1 \\\n# c\n x'\nStateDirectory=a\nStateDirectoryMode=0755")
	f.Add(byte(1), "d \"/a b\" ~0755 - app\nZ /x :1")
	f.Add(byte(2), "A==\"b\", MODE=\"0666\", RUN+=\"/bin/chmod 1 x\"")
	f.Add(byte(3), "/a {\n create 1 b c\n postrotate\n chmod 1 x\n endscript\n}")
	f.Add(byte(4), "Defaults umask_override, umask = 0")
	f.Fuzz(func(t *testing.T, which byte, text string) {
		file := &source.File{Language: source.Lines, Text: []byte(text)}
		file.Dialect = []string{"", lines.Tmpfiles, lines.Udev, lines.Logrotate, lines.Sudoers}[which%5]
		if file.Dialect == "" {
			file.Language = source.Systemd
		}
		s := read(file)
		for i := range s.Effects {
			e := &s.Effects[i]
			for _, at := range []source.Span{e.Span, e.Mode.Span, e.Path.Span, e.Data.Span} {
				if at.Start < 0 || at.End > len(text) || at.Start > at.End {
					t.Fatalf("%s stands at %v of %d bytes", e.API, at, len(text))
				}
			}
		}
	})
}
