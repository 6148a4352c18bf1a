package macos

import (
	"fmt"
	"strings"

	"ward/acl/nfs4"
	"ward/mode"
)

// ParseEntry reads what chmod +a takes: "user:joe allow read,write,file_inherit",
// "staff deny delete", with colons for blanks where a name has blanks in it
// ("group:Domain Users:allow read"). A UUID may stand for a name. Words of files and
// of directories mean the same. There must be a right or a flag. Errors are of type
// *SyntaxError.
func ParseEntry(s string) (Entry, error) {
	p := parser{input: s}
	e, err := p.entry(s, 0)
	if err == nil && e.Rights == 0 && e.Flags == 0 {
		return Entry{}, p.fail(len(s), "no rights are named", `an entry is "user:joe allow read,write"`)
	}
	return e, err
}

// parser reads one text.
type parser struct{ input string }

func (p *parser) fail(at int, problem, hint string) *SyntaxError {
	return syntaxError(p.input, at, problem, hint)
}

// entry reads one entry that starts at a place of the input. Its verb is the last word
// that is one: neither rights nor flags have blanks in them, and names may.
func (p *parser) entry(s string, at int) (Entry, error) {
	at += len(s) - len(strings.TrimLeft(s, " \t"))
	s = strings.Trim(s, " \t\r")
	verb, verbAt, ok := lastVerb(s)
	if !ok {
		return Entry{}, p.fail(at, "neither allow nor deny stands in the entry", `an entry is "user:joe allow read,write"`)
	}
	var e Entry
	e.Kind, _ = parseKind(verb)
	who := strings.TrimRight(strings.TrimSuffix(s[:verbAt], ":"), " \t")
	if rest, ok := cutInherited(who); ok {
		who, e.Flags = rest, Inherited
	}
	var err error
	if e.Who, err = p.who(who, at); err != nil {
		return Entry{}, err
	}
	return p.words(e, s[verbAt+len(verb):], at+verbAt+len(verb))
}

// cutInherited drops the word that ls writes before the verb.
func cutInherited(who string) (string, bool) {
	for _, blank := range []string{" ", ":"} {
		if rest, ok := strings.CutSuffix(who, blank+"inherited"); ok {
			return strings.TrimRight(rest, " \t"), true
		}
	}
	return who, false
}

// lastVerb finds allow, deny and their kin, with blanks or colons about them.
func lastVerb(s string) (verb string, at int, ok bool) {
	end := len(s)
	for end > 0 {
		start := strings.LastIndexAny(s[:end], " :\t") + 1
		if _, is := parseKind(s[start:end]); is && start > 0 {
			return s[start:end], start, true
		}
		end = start - 1
	}
	return "", 0, false
}

func (p *parser) who(s string, at int) (Who, error) {
	sort, name := Either, s
	for _, prefix := range []Sort{User, Group} {
		if rest, ok := strings.CutPrefix(s, prefix.String()+":"); ok {
			sort, name = prefix, rest
			break
		}
	}
	if name == "" {
		return Who{}, p.fail(at, "nobody is named", "user:NAME, group:NAME or everyone")
	}
	if g, err := ParseGUID(name); err == nil {
		return Who{GUID: g, Sort: sort}.canonical(), nil
	}
	if strings.Contains(name, ":") {
		return Who{}, p.fail(at, fmt.Sprintf("%q is no name", name), "user:NAME, group:NAME or everyone")
	}
	return Named(sort, unescape(name)), nil
}

// words reads rights and flags.
func (p *parser) words(e Entry, s string, at int) (Entry, error) {
	at += len(s) - len(strings.TrimLeft(s, " :\t"))
	s = strings.TrimLeft(s, " :\t")
	for w := range strings.SplitSeq(s, ",") {
		if w != "" && !e.addWord(strings.TrimSpace(w)) {
			return Entry{}, p.fail(at, fmt.Sprintf("%q is no right and no flag", w), "rights are "+strings.Join(formatWords(^uint32(0), rightWords(), false, rightMark)[:13], ", "))
		}
		at += len(w) + 1
	}
	return e, nil
}

// Format writes the entry as chmod +a takes it, with the words for objects of the kind
// k.
func (e Entry) Format(k mode.Kind) string {
	words := append(formatWords(uint32(e.Rights), rightWords(), k == mode.Directory, rightMark),
		formatWords(uint32(e.Flags), flagWords(), false, flagMark)...)
	who := e.Who.text()
	blank := " "
	if strings.Contains(who, " ") {
		blank = ":"
	}
	return who + blank + e.Kind.String() + " " + strings.Join(words, ",")
}

// String is the entry as chmod +a takes it for a file.
func (e Entry) String() string { return e.Format(mode.Regular) }

// text is the name with its sort, or the UUID.
func (w Who) text() string {
	name := escape(w.Name)
	if w.Name == "" {
		name = w.GUID.String()
		if sort, _ := w.GUID.Local(); sort != Either {
			return name
		}
	}
	if w.Sort == Either {
		return name
	}
	return w.Sort.String() + ":" + name
}

// escape makes a name safe to stand in a line. Single blanks inside it stay, as the
// programs have them, where they cannot be taken for the end of the name.
func escape(name string) string {
	safe := nfs4.EscapeName(name)
	if strings.Trim(name, " ") != name || strings.Contains(name, "  ") {
		return safe
	}
	for w := range strings.SplitSeq(name, " ") {
		if _, verb := parseKind(w); verb || w == "inherited" {
			return safe
		}
	}
	return strings.ReplaceAll(safe, `\040`, " ")
}

func unescape(s string) string { return nfs4.UnescapeName(s) }

// ParseListing reads the lines of ls -le about one object: those that start with a
// number (" 0: user:joe inherited allow read"). The line of the object itself and those of
// its attributes are passed over. The list may be empty. Errors are of type *SyntaxError.
func ParseListing(s string) (ACL, error) {
	p := parser{input: s}
	var a ACL
	at := 0
	for line := range strings.Lines(s) {
		index, rest, ok := strings.Cut(line, ":")
		switch ok = ok && isIndex(index); {
		case !ok && !besideEntries(line):
			return ACL{}, p.fail(at, "neither an entry nor a line of ls stands here", `an entry is " 0: user:joe allow read,write"`)
		case ok:
			e, err := p.entry(strings.TrimRight(rest, "\n"), at+len(index)+1)
			if err != nil {
				return ACL{}, err
			}
			a.Entries = append(a.Entries, e)
		}
		at += len(line)
	}
	return a, nil
}

// besideEntries reports whether ls -le prints such a line besides entries: that of the
// object, an attribute behind a tab, the sum of blocks, a blank one.
func besideEntries(line string) bool {
	switch {
	case strings.TrimSpace(line) == "", line[0] == '\t', strings.HasPrefix(line, "total "):
		return true
	}
	const letters = 10
	return len(line) > letters && strings.IndexByte("-dlbcpsw", line[0]) >= 0 && strings.Trim(line[1:letters], "rwxsStT-") == ""
}

func isIndex(s string) bool {
	s = strings.Trim(s, " \t")
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// FormatListing writes the list as ls -le prints it below an object of the kind k, with
// this difference: ls hides what the kind cannot use.
func (a ACL) FormatListing(k mode.Kind) string {
	var b strings.Builder
	for i, e := range a.Entries {
		inherited := ""
		if e.Flags&Inherited != 0 {
			inherited = " inherited"
		}
		words := append(formatWords(uint32(e.Rights), rightWords(), k == mode.Directory, rightMark),
			formatWords(uint32(e.Flags&^Inherited), flagWords(), false, flagMark)...)
		fmt.Fprintf(&b, " %d: %s%s %v %s\n", i, e.Who.text(), inherited, e.Kind, strings.Join(words, ","))
	}
	return b.String()
}
