// Package dpkg reads the database of dpkg(1): the status file, the lists of files,
// checksums, statoverrides and diversions below /var/lib/dpkg, and what maintainer
// scripts plainly say of modes and owners.
//
// The database knows which package a path belongs to, but no modes: those are in
// the packages themselves (package deb). Formats: deb-control(5), dpkg(1),
// dpkg-statoverride(1), dpkg-divert(1).
package dpkg

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"ward/ident"
	"ward/mode"
	"ward/packages"
)

// LineError is a line of the database that cannot be read.
type LineError struct {
	File    string
	Line    int // from 1
	Problem string
}

func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem) }

// Installed is a package of the status file whose files are on the system.
type Installed struct {
	packages.Package
	MultiArch bool                       // its files in info/ carry the architecture: "libc6:amd64.list"
	Conffiles map[string]packages.Digest // by path; obsolete ones too
}

// Base is the name of its files in info/ without their suffix.
func (p *Installed) Base() string {
	if p.MultiArch {
		return p.Name + ":" + p.Architecture
	}
	return p.Name
}

// ParseStatus reads the status file. Packages whose files were removed are left
// out. Stanzas without a name are skipped, as dpkg would refuse them.
func ParseStatus(text []byte) []Installed {
	var all []Installed
	for stanza := range stanzas(text) {
		f := Fields(stanza)
		if f["package"] == "" || !unpacked(f["status"]) {
			continue
		}
		all = append(all, Installed{
			Package:   packages.Package{Name: f["package"], Version: f["version"], Architecture: f["architecture"]},
			MultiArch: f["multi-arch"] == "same",
			Conffiles: parseConffiles(f["conffiles"]),
		})
	}
	return all
}

// unpacked tells by the third word of a Status whether files are there: in all
// states but these two (dpkg(1), "Package states").
func unpacked(status string) bool {
	words := strings.Fields(status)
	return len(words) == 3 && words[2] != "not-installed" && words[2] != "config-files"
}

// stanzas yields the paragraphs of a control file.
func stanzas(text []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(text) > 0 {
			end := bytes.Index(text, []byte("\n\n"))
			stanza := text
			if end >= 0 {
				stanza, text = text[:end+1], text[end+2:]
			} else {
				text = nil
			}
			if len(bytes.TrimSpace(stanza)) > 0 && !yield(stanza) {
				return
			}
		}
	}
}

// Fields reads the fields of a paragraph by their names in small letters. Further
// lines of a field follow its first one with a line break and without the blank
// before them.
func Fields(stanza []byte) map[string]string {
	fields := map[string]string{}
	last := ""
	for line := range strings.SplitSeq(string(stanza), "\n") {
		if line == "" {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			if last != "" {
				fields[last] += "\n" + line[1:]
			}
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			last = ""
			continue
		}
		last = strings.ToLower(name)
		fields[last] = strings.TrimSpace(value)
	}
	return fields
}

// parseConffiles reads " /path md5 [obsolete]" lines. Those that a package no
// longer has are no files of it any more.
func parseConffiles(value string) map[string]packages.Digest {
	all := map[string]packages.Digest{}
	for line := range strings.SplitSeq(value, "\n") {
		words := strings.Fields(line)
		if len(words) < 2 || len(words) > 2 && words[2] == "remove-on-upgrade" {
			continue
		}
		if path, ok := packages.Clean(words[0]); ok {
			all[path] = md5Of(words[1])
		}
	}
	return all
}

func md5Of(text string) packages.Digest {
	sum, err := hex.DecodeString(text)
	if err != nil || len(sum) != 16 {
		return packages.Digest{} // "newconffile", "-"
	}
	return packages.Digest{Algorithm: "md5", Sum: string(sum)}
}

// ParseList reads info/*.list: a path on each line. What is no path in the system
// is left out.
func ParseList(text []byte) []string {
	var all []string
	for line := range strings.SplitSeq(string(text), "\n") {
		if path, ok := packages.Clean(line); ok && path != "." {
			all = append(all, path)
		}
	}
	return all
}

// ParseSums reads info/*.md5sums, by path.
func ParseSums(text []byte) map[string]packages.Digest {
	all := map[string]packages.Digest{}
	for line := range strings.SplitSeq(string(text), "\n") {
		sum, name, ok := strings.Cut(line, "  ")
		if !ok {
			continue
		}
		path, ok := packages.Clean(name)
		if d := md5Of(sum); ok && d.Algorithm != "" {
			all[path] = d
		}
	}
	return all
}

// Override is a line of the statoverride file: mode and owner that the administrator
// or a package has set in place of those in the package.
type Override struct {
	Path        string
	User, Group string // "" where a number is given
	UID         ident.UID
	GID         ident.GID
	Mode        mode.Mode
}

// ParseOverrides reads the statoverride file. Lines that cannot be read are
// reported, and the others kept.
func ParseOverrides(name string, text []byte) (all []Override, problems []error) {
	scan := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; scan.Scan(); n++ {
		if scan.Text() == "" {
			continue
		}
		o, err := parseOverride(scan.Text())
		if err != nil {
			problems = append(problems, &LineError{name, n, err.Error()})
			continue
		}
		all = append(all, o)
	}
	if err := scan.Err(); err != nil {
		problems = append(problems, fmt.Errorf("%s: %w", name, err))
	}
	return all, problems
}

func parseOverride(line string) (o Override, err error) {
	words := strings.SplitN(line, " ", 4)
	if len(words) != 4 {
		return o, fmt.Errorf("%q is not USER GROUP MODE PATH", line)
	}
	m, err := octal(words[2])
	if err != nil {
		return o, err
	}
	path, ok := packages.Clean(words[3])
	if !ok {
		return o, fmt.Errorf("%q is no path in the system", words[3])
	}
	o = Override{Path: path, Mode: m, UID: ident.NoUID, GID: ident.NoGID, User: words[0], Group: words[1]}
	if id, ok := number(words[0]); ok {
		o.User, o.UID = "", ident.UID(id)
	}
	if id, ok := number(words[1]); ok {
		o.Group, o.GID = "", ident.GID(id)
	}
	return o, nil
}

// number reads "#1000", the form of the statoverride file for an id without name.
func number(word string) (uint32, bool) {
	digits, ok := strings.CutPrefix(word, "#")
	if !ok {
		return 0, false
	}
	var id uint64
	_, err := fmt.Sscanf(digits, "%d", &id)
	return uint32(id), err == nil && id < 1<<32-1
}

func octal(word string) (m mode.Mode, err error) {
	if word == "" || len(word) > 5 {
		return 0, fmt.Errorf("%q is no octal mode", word)
	}
	for _, c := range []byte(word) {
		if c < '0' || c > '7' {
			return 0, fmt.Errorf("%q is no octal mode", word)
		}
		m = m<<3 | mode.Mode(c-'0')
	}
	if m > mode.All {
		return 0, fmt.Errorf("%q is more than a mode has", word)
	}
	return m, nil
}

// Diversion is a path at which files of all packages but one are put elsewhere.
type Diversion struct {
	From, To string
	Package  string // whose file stays at From; ":" for the administrator, who has none
}

// ParseDiversions reads the diversions file: three lines each.
func ParseDiversions(name string, text []byte) (all []Diversion, problems []error) {
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(text) == 0 {
		return nil, nil
	}
	for i := 0; i+2 < len(lines); i += 3 {
		from, ok := packages.Clean(lines[i])
		to, ok2 := packages.Clean(lines[i+1])
		if !ok || !ok2 {
			problems = append(problems, &LineError{name, i + 1, fmt.Sprintf("%q to %q is no diversion in the system", lines[i], lines[i+1])})
			continue
		}
		all = append(all, Diversion{from, to, lines[i+2]})
	}
	if len(lines)%3 != 0 {
		problems = append(problems, &LineError{name, len(lines), "a diversion has three lines, and the last one has fewer"})
	}
	return all, problems
}

// Diverted is where a path of a package really lies.
func Diverted(all map[string]Diversion, owner, path string) string {
	if d, ok := all[path]; ok && d.Package != owner {
		return d.To
	}
	return path
}
