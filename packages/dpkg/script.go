package dpkg

import (
	"strings"

	"ward/mode"
	"ward/packages"
)

// Said is what a maintainer script plainly says of a path: `chmod 0440 /etc/sudoers`.
// Nothing is executed and no condition looked at, so it is likely and not sure.
type Said struct {
	Path        string
	Mode        mode.Mode
	ModeKnown   bool
	User, Group string // "" where nothing is said
	Line        int    // of the first statement
	Text        string // of the last statement
}

// ReadScript finds the statements with literal paths and octal modes in a shell
// script: chmod, chown, chgrp, install -d, mkdir -m, dpkg-statoverride --add, and the
// install_directory of base-files. Recursive ones are left out. A later statement on
// a path adds to an earlier one.
func ReadScript(text []byte) []Said {
	r := scriptReader{at: map[string]int{}}
	n := 0
	for line := range strings.SplitSeq(string(text), "\n") {
		n++
		r.line(n, line)
	}
	return r.all
}

type scriptReader struct {
	all []Said
	at  map[string]int
}

func (r *scriptReader) line(n int, line string) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' || strings.HasSuffix(line, "\\") {
		return
	}
	for _, command := range commands(line) {
		words := shellWords(command)
		for len(words) > 0 && leading()[words[0]] {
			words = words[1:]
		}
		if len(words) > 1 {
			r.command(n, strings.TrimSpace(command), words)
		}
	}
}

// leading are words that may stand before a command.
func leading() map[string]bool {
	return map[string]bool{"if": true, "then": true, "else": true, "!": true, "do": true, "elif": true}
}

// commands splits a line at the operators between commands, outside of quotes.
func commands(line string) []string {
	var all []string
	start, quote := 0, byte(0)
	for i := range len(line) {
		c := line[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '#' && (i == 0 || line[i-1] == ' '):
			return append(all, line[start:i])
		case c == ';' || c == '&' || c == '|':
			all = append(all, line[start:i])
			start = i + 1
		}
	}
	return append(all, line[start:])
}

// shellWords splits a command at blanks and takes quotes away.
func shellWords(command string) []string {
	var all []string
	var word strings.Builder
	quote, in := byte(0), false
	for i := range len(command) {
		c := command[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, in = c, true
		case c == ' ' || c == '\t':
			if in {
				all = append(all, word.String())
				word.Reset()
				in = false
			}
		default:
			word.WriteByte(c)
			in = true
		}
	}
	if in {
		all = append(all, word.String())
	}
	return all
}

// command reads one command.
func (r *scriptReader) command(n int, text string, words []string) {
	options, operands := sortWords(words[0], words[1:])
	if options["R"] != "" || options["recursive"] != "" {
		return
	}
	s := Said{Line: n, Text: text}
	switch words[0] {
	case "chmod":
		r.first(s, operands, func(s *Said, word string) bool { return s.setMode(word) })
	case "chown":
		r.first(s, operands, func(s *Said, word string) bool { return s.setOwner(word) })
	case "chgrp":
		r.first(s, operands, func(s *Said, word string) bool { s.Group = word; return plainName(word) })
	case "install", "mkdir":
		r.made(s, options, operands)
	case "dpkg-statoverride":
		r.overridden(s, options, operands)
	case "install_directory": // of base-files: PATH MODE GROUP
		if len(operands) == 3 && s.setMode(operands[1]) && plainName(operands[2]) {
			s.User, s.Group = "root", operands[2]
			r.say(s, operands[0])
		}
	}
}

// first is a command whose first operand says what the others become.
func (r *scriptReader) first(s Said, operands []string, set func(*Said, string) bool) {
	if len(operands) < 2 || !set(&s, operands[0]) {
		return
	}
	for _, path := range operands[1:] {
		r.say(s, path)
	}
}

// made is install -d and mkdir with a mode.
func (r *scriptReader) made(s Said, options map[string]string, operands []string) {
	m := options["m"] + options["mode"]
	if m == "" || !s.setMode(m) {
		return
	}
	s.User, s.Group = options["o"]+options["owner"], options["g"]+options["group"]
	if strings.HasPrefix(s.Text, "install") && options["d"] == "" && options["directory"] == "" {
		operands = operands[max(0, len(operands)-1):] // the destination
	}
	for _, path := range operands {
		r.say(s, path)
	}
}

func (r *scriptReader) overridden(s Said, options map[string]string, operands []string) {
	if options["add"] == "" || len(operands) != 4 || !s.setMode(operands[2]) {
		return
	}
	if s.setOwner(operands[0] + ":" + operands[1]) {
		r.say(s, operands[3])
	}
}

// valued are the options of a command that take the next word.
func valued() map[string]string {
	return map[string]string{"install": "mog", "mkdir": "m"}
}

// sortWords tells options from operands. An option without value has "1".
func sortWords(command string, words []string) (options map[string]string, operands []string) {
	options = map[string]string{}
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w == "--":
			return options, append(operands, words[i+1:]...)
		case strings.HasPrefix(w, ">") || strings.HasPrefix(w, "2>"):
			return options, operands
		case strings.HasPrefix(w, "--"):
			name, value, ok := strings.Cut(w[2:], "=")
			if !ok {
				value = "1"
			}
			options[name] = value
		case len(w) > 1 && w[0] == '-':
			i += letters(options, command, w[1:], words[i+1:])
		default:
			operands = append(operands, w)
		}
	}
	return options, operands
}

// letters reads a cluster of options and tells how many further words it took.
func letters(options map[string]string, command, cluster string, rest []string) int {
	for i := range len(cluster) {
		letter := cluster[i : i+1]
		if !strings.Contains(valued()[command], letter) {
			options[letter] = "1"
			continue
		}
		if i+1 < len(cluster) {
			options[letter] = cluster[i+1:]
			return 0
		}
		if len(rest) > 0 {
			options[letter] = rest[0]
			return 1
		}
	}
	return 0
}

func (s *Said) setMode(word string) bool {
	m, err := octal(word)
	s.Mode, s.ModeKnown = m, err == nil
	return err == nil
}

func (s *Said) setOwner(word string) bool {
	sep := ":"
	if !strings.Contains(word, ":") && strings.Contains(word, ".") {
		sep = "."
	}
	s.User, s.Group, _ = strings.Cut(word, sep)
	return (s.User == "" || plainName(s.User)) && (s.Group == "" || plainName(s.Group))
}

// plainName tells a literal name from what the shell would make of it.
func plainName(word string) bool { return word != "" && !strings.ContainsAny(word, "$`*?[{<>") }

// say keeps a statement, if its path is one.
func (r *scriptReader) say(s Said, path string) {
	for _, root := range []string{"$DPKG_ROOT", "${DPKG_ROOT}", "${DPKG_ROOT:-}"} {
		path = strings.TrimPrefix(path, root)
	}
	if !plainName(path) || !strings.HasPrefix(path, "/") && !strings.HasPrefix(s.Text, "install_directory") {
		return
	}
	clean, ok := packages.Clean(path)
	if !ok || clean == "." {
		return
	}
	s.Path = clean
	i, seen := r.at[clean]
	if !seen {
		r.at[clean] = len(r.all)
		r.all = append(r.all, s)
		return
	}
	r.all[i].add(s)
}

// add is a later statement on the same path.
func (s *Said) add(o Said) {
	if o.ModeKnown {
		s.Mode, s.ModeKnown = o.Mode, true
	}
	if o.User != "" {
		s.User = o.User
	}
	if o.Group != "" {
		s.Group = o.Group
	}
	s.Text = o.Text
}
