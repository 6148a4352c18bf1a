package macos

import (
	"fmt"
	"strconv"
	"strings"
)

// ExternalXattr is the extended attribute in which copyfile keeps the external form in
// AppleDouble files.
const ExternalXattr = "com.apple.acl.text"

const magicLine = "!#acl 1"

// ParseExternal reads what acl_to_text(3) writes: a line "!#acl 1", with the flags of
// the list behind it, and lines "user:UUID:NAME:ID:allow,FLAG…:RIGHT,…". Name and id
// may be missing. Errors are of type *SyntaxError.
func ParseExternal(s string) (ACL, error) {
	p := parser{input: s}
	first, rest, _ := strings.Cut(s, "\n")
	flags, ok := strings.CutPrefix(first, magicLine)
	if !ok || flags != "" && flags[0] != ' ' {
		return ACL{}, p.fail(0, `the first line is not "`+magicLine+`"`, "")
	}
	a := ACL{}
	for w := range strings.SplitSeq(strings.TrimSpace(flags), ",") {
		bit := wordBit(listWords(), w)
		if n, ok := number(w, rightMark); ok {
			bit = n
		} else if bit == 0 && w != "" {
			return ACL{}, p.fail(len(magicLine)+1, fmt.Sprintf("%q is no flag of a list", w), "defer_inherit or no_inherit")
		}
		a.Flags |= ListFlags(bit)
	}
	at := len(first) + 1
	for line := range strings.Lines(rest) {
		if text := strings.TrimRight(line, "\r\n"); text != "" {
			e, err := p.external(text, at)
			if err != nil {
				return ACL{}, err
			}
			a.Entries = append(a.Entries, e)
		}
		at += len(line)
	}
	return a, nil
}

// external reads one line.
func (p *parser) external(line string, at int) (Entry, error) {
	fs := strings.Split(line, ":")
	if len(fs) != 6 {
		return Entry{}, p.fail(at, fmt.Sprintf("the line has %d fields", len(fs)), "a line is user:UUID:NAME:ID:allow:RIGHTS")
	}
	var e Entry
	var err error
	if e.Who, err = p.externalWho(fs, at); err != nil {
		return Entry{}, err
	}
	at += len(fs[0]) + len(fs[1]) + len(fs[2]) + len(fs[3]) + 4
	kind, flags, _ := strings.Cut(fs[4], ",")
	var ok bool
	if e.Kind, ok = parseKind(kind); !ok {
		return Entry{}, p.fail(at, fmt.Sprintf("%q is no kind of entry", kind), "allow or deny")
	}
	for w := range strings.SplitSeq(flags, ",") {
		if w != "" && !e.addFlag(w) {
			return Entry{}, p.fail(at, fmt.Sprintf("%q is no flag", w), strings.Join(formatWords(^uint32(0), flagWords(), false, flagMark)[:5], ", "))
		}
	}
	for w := range strings.SplitSeq(fs[5], ",") {
		if w != "" && !e.addRight(w) {
			return Entry{}, p.fail(at+len(fs[4])+1, fmt.Sprintf("%q is no right", w), "")
		}
	}
	return e, nil
}

func (e *Entry) addRight(s string) bool {
	bit := wordBit(rightWords(), s)
	if n, ok := number(s, rightMark); ok {
		bit = n
	}
	e.Rights |= Rights(bit)
	return bit != 0
}

func (p *parser) externalWho(fs []string, at int) (Who, error) {
	w := Who{Name: unescape(fs[2])}
	switch fs[0] {
	case "user":
		w.Sort = User
	case "group":
		w.Sort = Group
	default:
		return Who{}, p.fail(at, fmt.Sprintf("%q is neither user nor group", fs[0]), "")
	}
	start := at
	at += len(fs[0]) + 1
	if fs[1] != "" {
		g, err := ParseGUID(fs[1])
		if err != nil {
			return Who{}, p.fail(at, err.Error(), "")
		}
		w.GUID = g
	}
	at += len(fs[1]) + len(fs[2]) + 2
	if fs[3] != "" {
		id, err := strconv.ParseUint(fs[3], 10, 32)
		if err != nil {
			return Who{}, p.fail(at, fmt.Sprintf("%q is no id", fs[3]), "")
		}
		w.ID, w.HasID = uint32(id), true
	}
	if w == (Who{Sort: w.Sort}) {
		return Who{}, p.fail(start, "nobody is named", "a UUID, a name or an id")
	}
	return w.canonical(), nil
}

// FormatExternal writes what acl_to_text(3) writes.
func (a ACL) FormatExternal() string {
	var b strings.Builder
	b.WriteString(magicLine)
	if flags := formatWords(uint32(a.Flags), listWords(), false, rightMark); len(flags) > 0 {
		b.WriteString(" " + strings.Join(flags, ","))
	}
	b.WriteString("\n")
	for _, e := range a.Entries {
		kind := append([]string{e.Kind.String()}, formatWords(uint32(e.Flags), flagWords(), false, flagMark)...)
		rights := formatWords(uint32(e.Rights), rightWords(), false, rightMark)
		b.WriteString(e.Who.external() + ":" + strings.Join(kind, ",") + ":" + strings.Join(rights, ",") + "\n")
	}
	return b.String()
}

// external is the first four fields of a line. Whom the list does not know to be a
// group is written as a user, as acl_to_text does.
func (w Who) external() string {
	sort, guid, id := "user", "", ""
	if w.Sort == Group {
		sort = "group"
	}
	if w.GUID != (GUID{}) {
		guid = w.GUID.String()
	}
	if w.HasID {
		id = strconv.FormatUint(uint64(w.ID), 10)
	}
	return sort + ":" + guid + ":" + escape(w.Name) + ":" + id
}
