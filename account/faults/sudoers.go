package faults

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Sudoers is what one file of sudoers(5) says that matters here.
type Sudoers struct {
	Rules    []SudoRule
	Includes []string // files, absolute
	Dirs     []string // directories whose files are included, absolute
}

// ParseSudoers reads sudoers(5) as far as groups that may run everything as root
// are concerned. aliases are those of users that were met so far; it adds to them.
func ParseSudoers(file string, text []byte, aliases map[string][]string) Sudoers {
	var s Sudoers
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); i++ {
		at, line := i+1, lines[i]
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, `\`) + " " + lines[i]
		}
		s.line(file, at, strings.TrimSpace(line), aliases)
	}
	return s
}

func (s *Sudoers) line(file string, at int, line string, aliases map[string][]string) {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "@include", "#include":
		s.Includes = append(s.Includes, beside(file, rest))
		return
	case "@includedir", "#includedir":
		s.Dirs = append(s.Dirs, beside(file, rest))
		return
	case "User_Alias":
		for definition := range strings.SplitSeq(rest, " : ") {
			name, list, _ := strings.Cut(definition, "=")
			aliases[strings.TrimSpace(name)] = commas(list)
		}
		return
	}
	if line == "" || line[0] == '#' || strings.HasPrefix(word, "Defaults") || strings.HasSuffix(word, "_Alias") {
		return
	}
	who, what, ok := strings.Cut(line, "=")
	fields := strings.Fields(who)
	everything, noPassword := allowsEverything(what)
	if !ok || len(fields) < 2 || !everything {
		return
	}
	for _, group := range groupsAmong(strings.Join(fields[:len(fields)-1], " "), aliases, 0) {
		s.Rules = append(s.Rules, SudoRule{File: file, Line: at, Group: group, NoPassword: noPassword})
	}
}

func beside(file, name string) string {
	name = strings.Trim(name, `"`)
	if path.IsAbs(name) {
		return name
	}
	return path.Join(path.Dir(file), name)
}

func commas(list string) (items []string) {
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// groupsAmong lists the groups of a list of users, those of aliases too.
func groupsAmong(list string, aliases map[string][]string, depth int) (groups []string) {
	for _, item := range commas(list) {
		switch {
		case strings.HasPrefix(item, "%") && !strings.HasPrefix(item, "%:"):
			groups = append(groups, item[1:])
		case aliases[item] != nil && depth < 10:
			groups = append(groups, groupsAmong(strings.Join(aliases[item], ","), aliases, depth+1)...)
		}
	}
	return groups
}

// allowsEverything reads what stands behind the = of a rule: whether somebody may
// run everything as root, and whether without a password.
func allowsEverything(what string) (everything, noPassword bool) {
	what = strings.TrimSpace(what)
	if strings.HasPrefix(what, "(") {
		as, rest, _ := strings.Cut(what[1:], ")")
		users, _, _ := strings.Cut(as, ":")
		if !slices.Contains(commas(users), "ALL") && !slices.Contains(commas(users), "root") {
			return false, false
		}
		what = rest
	}
	for _, command := range commas(what) {
		tags := tag().FindString(command)
		noPassword = (noPassword || strings.Contains(tags, "NOPASSWD:")) && !strings.Contains(tags, " PASSWD:") && !strings.HasPrefix(tags, "PASSWD:")
		if strings.TrimSpace(strings.TrimPrefix(command, tags)) == "ALL" {
			return true, noPassword
		}
	}
	return false, false
}

// tag is the words with a colon before a command.
func tag() *regexp.Regexp { return regexp.MustCompile(`^\s*([A-Z_]+:\s*)*`) }

// ParseSu reads what pam_wheel(8) demands in /etc/pam.d/su.
func ParseSu(file string, text []byte) Su {
	s := Su{File: file}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		at := slices.IndexFunc(f, func(w string) bool { return path.Base(w) == "pam_wheel.so" })
		if at < 2 || f[0] != "auth" {
			continue
		}
		args := f[at+1:]
		if slices.Contains(args, "deny") {
			continue
		}
		s.Line = n
		if slices.Contains(args, "trust") {
			s.Trust = true
		}
		if f[1] == "required" || f[1] == "requisite" {
			s.Wheel = true
		}
		for _, a := range args {
			if name, ok := strings.CutPrefix(a, "group="); ok {
				s.Group = name
			}
		}
	}
	return s
}
