package deb

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ward/internal/requires"
	"ward/mode"
	"ward/packages"
)

// build has dpkg-deb build a package with files of every kind.
func build(t *testing.T, compression string) string {
	t.Helper()
	requires.Tool(t, "dpkg-deb")
	requires.Root(t) // modes and links of others
	dir := t.TempDir()
	script := `set -e
umask 022
mkdir -p DEBIAN usr/bin etc/x.d usr/share/doc
printf 'Package: tiny\nVersion: 1:2.0-1\nArchitecture: all\nMaintainer: nobody <n@example.org>\nDescription: tiny\n a\n' >DEBIAN/control
echo /etc/x.conf >DEBIAN/conffiles
printf '#!/bin/sh\nchmod 4755 /usr/bin/su\n' >DEBIAN/postinst
chmod 755 DEBIAN/postinst
echo conf >etc/x.conf; chmod 640 etc/x.conf; chgrp 42 etc/x.conf
echo su >usr/bin/su; chmod 4755 usr/bin/su
echo run >'usr/bin/with blank'; chmod 755 'usr/bin/with blank'
ln 'usr/bin/with blank' usr/bin/other
ln -s ../bin/su usr/share/link
chmod 1777 etc/x.d
(cd . && find usr etc -type f ! -path etc/x.conf -exec md5sum {} + >DEBIAN/md5sums)
`
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	name := filepath.Join(t.TempDir(), "tiny.deb")
	if out, err := exec.Command("dpkg-deb", "-Z"+compression, "--build", dir, name).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return name
}

func open(t *testing.T, name string) *Reader {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	r, err := NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func all(t *testing.T, r *Reader) []packages.File {
	t.Helper()
	var files []packages.File
	for {
		f, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
}

// Everything is as `dpkg-deb --contents` lists it, whatever the compression.
func TestAgainstDpkgDeb(t *testing.T) {
	for _, compression := range []string{"xz", "gzip", "zstd", "none"} {
		t.Run(compression, func(t *testing.T) {
			name := build(t, compression)
			r := open(t, name)
			if got := FileName(r.Package()); got != "tiny_1%3a2.0-1_all.deb" {
				t.Errorf("it would be called %q", got)
			}
			var got []string
			files := all(t, r)
			for _, f := range files {
				got = append(got, listing(f))
			}
			if want := contents(t, name); !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			details(t, r, files)
		})
	}
}

func listing(f packages.File) string {
	text := f.Mode.Format(f.Kind)
	if f.HardLink != "" {
		text = "h" + text[1:]
	}
	return fmt.Sprintf("%s %d/%d %s", text, f.UID, f.GID, f.Path)
}

// contents is what tar lists of the data archive, with numbers for owners.
func contents(t *testing.T, name string) []string {
	t.Helper()
	out, err := exec.Command("sh", "-c", `dpkg-deb --fsys-tarfile "$1" | tar -tv --numeric-owner`, "sh", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		path := strings.Join(words[5:], " ")
		path, _, _ = strings.Cut(path, " -> ")
		path, _, _ = strings.Cut(path, " link to ")
		if clean, _ := packages.Clean(path); clean != "." {
			all = append(all, words[0]+" "+words[1]+" "+clean)
		}
	}
	return all
}

func details(t *testing.T, r *Reader, files []packages.File) {
	t.Helper()
	at := map[string]packages.File{}
	for _, f := range files {
		at[f.Path] = f
	}
	su := at["usr/bin/su"]
	if want := sha256.Sum256([]byte("su\n")); su.Digest != (packages.Digest{Algorithm: "sha256", Sum: string(want[:])}) {
		t.Errorf("a set-id program has the digest %v, want %x", su.Digest, want)
	}
	if d := at["usr/bin/with blank"].Digest; d.Algorithm != "md5" {
		t.Errorf("a file has the digest %v", d)
	}
	if at["etc/x.conf"].Traits&packages.Config == 0 || su.Traits != 0 {
		t.Error("which files are configuration is not known")
	}
	if l := at["usr/share/link"]; l.Kind != mode.Symlink || l.Target != "../bin/su" {
		t.Errorf("a link is %+v", l)
	}
	if !strings.Contains(string(r.Scripts["postinst"]), "chmod 4755") {
		t.Errorf("scripts %v", r.Scripts)
	}
}

func TestDamagedPackages(t *testing.T) {
	whole, err := os.ReadFile(build(t, "gzip"))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"empty":             nil,
		"no archive":        []byte("hello"),
		"only a header":     whole[:68],
		"cut in the middle": whole[:len(whole)/2],
		"another version":   bytes.Replace(whole, []byte("2.0\n"), []byte("3.0\n"), 1),
		"a bad size":        bytes.Replace(whole, []byte("control.tar.gz"), []byte("control.tar.xx"), 1)[:140],
	} {
		t.Run(name, func(t *testing.T) {
			if err := through(b); err == nil {
				t.Error("no error")
			}
		})
	}
}

// through reads a package to its end.
func through(b []byte) error {
	r, err := NewReader(bytes.NewReader(b))
	if err != nil {
		return err
	}
	defer r.Close()
	for range 1 << 16 {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(arMagic + "debian-binary   1342943816  0     0     100644  4         `\n2.0\ncontrol.tar     1342943816  0     0     100644  4         `\nabcd"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := NewReader(bytes.NewReader(b))
		if err != nil {
			if r != nil && r.files != nil {
				t.Error("an error and a reader")
			}
			return
		}
		defer r.Close()
		for {
			file, err := r.Next()
			if err != nil {
				return
			}
			if clean, ok := packages.Clean(file.Path); !ok || clean != file.Path || file.Mode > mode.All {
				t.Errorf("%+v", file)
			}
		}
	})
}
