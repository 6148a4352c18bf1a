package umasks

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"ward/mode"
)

// unitDirs are where units are looked for, the foremost first (systemd.unit(5)).
var unitDirs = []string{
	"/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient", "/etc/systemd/system",
	"/run/systemd/system", "/run/systemd/generator", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
}

// UnitError says that there is no such unit.
type UnitError struct {
	Name string
	Near []string // units whose names begin alike

	// Masked is the link to /dev/null, or the empty file, that keeps systemd from
	// starting a unit of that name; "" where there is none.
	Masked string
}

func (e *UnitError) Error() string {
	if e.Masked != "" {
		return fmt.Sprintf("systemd unit %q is masked by %s: it cannot be started", e.Name, e.Masked)
	}
	text := fmt.Sprintf("no systemd unit %q", e.Name)
	if len(e.Near) > 0 {
		text += ": did you mean " + strings.Join(e.Near, " or ") + "?"
	}
	return text
}

// ForUnit is where the umask of a unit's processes comes from. A name without
// ending is that of a service. The error is *UnitError where no file of the unit is
// found.
func ForUnit(root, name string) (*Found, error) {
	if !strings.Contains(name, ".") {
		name += ".service"
	}
	c := newChain(&tree{root}, "what systemd gives to services")
	u := unit{chain: c, name: name}
	file, err := u.located()
	if err != nil {
		return nil, err
	}
	u.settings(file)
	for _, dropIn := range u.dropIns() {
		u.settings(dropIn)
	}
	u.entryPoints()
	return c.found(), nil
}

type unit struct {
	*chain
	name   string
	starts []string // programs of ExecStart= and its kin
	pam    string
}

// template is the unit whose instance this is, "" for one that is none.
func (u *unit) template() string {
	prefix, rest, ok := strings.Cut(u.name, "@")
	if !ok || strings.HasPrefix(rest, ".") {
		return ""
	}
	return prefix + "@" + path.Ext(u.name)
}

// located is the file that describes the unit. The error is *UnitError.
func (u *unit) located() (string, error) {
	switch file, masked := u.fragment(); {
	case masked:
		return "", &UnitError{Name: u.name, Masked: file}
	case file == "":
		return "", &UnitError{Name: u.name, Near: u.near()}
	default:
		return file, nil
	}
}

// fragment is the file that describes the unit, or masks it; "" if there is none.
func (u *unit) fragment() (file string, masked bool) {
	for _, name := range []string{u.name, u.template()} {
		for _, dir := range unitDirs {
			if name == "" {
				continue
			}
			file := path.Join(dir, name)
			if u.tree.isNull(file) {
				return file, true
			}
			if text, err := u.tree.read(file); err == nil {
				return file, len(text) == 0
			}
		}
	}
	return "", false
}

func (u *unit) near() (names []string) {
	stem := strings.ToLower(u.name[:min(3, len(u.name))])
	for _, dir := range unitDirs {
		for _, name := range u.tree.list(dir, path.Ext(u.name)) {
			if strings.HasPrefix(strings.ToLower(name), stem) && !slices.Contains(names, name) && len(names) < 3 {
				names = append(names, name)
			}
		}
	}
	return names
}

// dropIns are the files that change the unit, in the order in which they are read:
// by their names, wherever they lie. Of two with one name the one counts whose
// folder is more special, or whose place comes first.
func (u *unit) dropIns() []string {
	folders := []string{u.name + ".d"}
	if t := u.template(); t != "" {
		folders = append(folders, t+".d")
	}
	stem, kind := strings.TrimSuffix(u.name, path.Ext(u.name)), path.Ext(u.name)
	for i := len(stem) - 1; i > 0; i-- {
		if stem[i] == '-' {
			folders = append(folders, stem[:i+1]+kind+".d")
		}
	}
	folders = append(folders, strings.TrimPrefix(kind, ".")+".d")
	byName := map[string]string{}
	for _, folder := range folders {
		for _, dir := range unitDirs {
			for _, name := range u.tree.list(path.Join(dir, folder), ".conf") {
				if _, taken := byName[name]; !taken {
					byName[name] = path.Join(dir, folder, name)
				}
			}
		}
	}
	names := make([]string, 0, len(byName))
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	files := make([]string, len(names))
	for i, name := range names {
		files[i] = byName[name]
	}
	return files
}

// settings reads one file of the unit.
func (u *unit) settings(file string) {
	text, ok := u.read(file)
	if !ok {
		return
	}
	section := ""
	numbered(text, func(n int, line string) {
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]")
			return
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || line[0] == ';' {
			return
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case key == "UMask":
			u.umask(Source{Origin: Unit, File: file, Line: n, Text: line}, section, value)
		case key == "PAMName":
			u.pam = value
			u.add(Source{Origin: Unit, File: file, Line: n, Text: line, Maybe: true, Note: "a PAM session is opened, and pam_umask in it may set another"})
		case strings.HasPrefix(key, "ExecStart"):
			u.start(value)
			u.inline(file, n, line, value)
		}
	})
}

// inline adds what a command line hands to a shell.
func (u *unit) inline(file string, n int, line, value string) {
	for _, part := range strings.FieldsFunc(value, func(r rune) bool { return r == '"' || r == '\'' }) {
		for _, m := range command().FindAllStringSubmatch(part, -1) {
			u.add(u.shellSource(Source{Origin: Script, File: file, Line: n, Text: line}, m[1]))
		}
	}
}

func (u *unit) umask(s Source, section, value string) {
	switch section {
	case "Service", "Socket", "Mount", "Swap":
	default:
		s.Note = "ignored: UMask= belongs in [Service]"
		u.add(s)
		return
	}
	mask, err := mode.ParseUmask(value, 0)
	switch {
	case value == "":
		s.Sets, s.Mask, s.Note = true, usual, "set back to what is built in"
	case err != nil || !octal(value):
		s.Note = "ignored: systemd wants an octal number"
	default:
		s.Sets, s.Mask = true, mask
	}
	u.add(s)
}

func octal(s string) bool { return s != "" && strings.Trim(s, "01234567") == "" }

// start notes the program of a command line; an empty one takes back those before.
func (u *unit) start(value string) {
	if value == "" {
		u.starts = nil
		return
	}
	fields := strings.Fields(strings.TrimLeft(value, "@-:+!|"))
	for _, word := range fields {
		if path.IsAbs(word) && !slices.Contains(u.starts, word) {
			u.starts = append(u.starts, word)
		}
		if !isShell(word) { // of "sh /opt/run" the script counts
			return
		}
	}
}

func isShell(program string) bool {
	switch path.Base(program) {
	case "sh", "bash", "dash", "ksh", "zsh", "ash", "env":
		return true
	}
	return false
}

// entryPoints adds the scripts that the unit starts, which may set another umask.
func (u *unit) entryPoints() {
	for _, program := range u.starts {
		if u.isScript(program) {
			u.script(program, Script, "")
		}
	}
}
