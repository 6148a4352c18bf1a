package nt

import (
	"fmt"
	"strconv"
	"strings"
)

// CIFSDialect says whose text it is: the words are the same, but not what the
// letters stand for.
type CIFSDialect uint8

// The dialects.
const (
	GetCIFSACL CIFSDialect = iota // getcifsacl and setcifsacl of cifs-utils; letters are what setcifsacl takes them for
	SMBCACLs                      // smbcacls of Samba
)

// cifsWords are the rights that are a whole mask; cifsLetters those that are joined.
func cifsWords() []maskWord {
	return []maskWord{{"FULL", FileAll}, {"CHANGE", FileModify}, {"READ", FileReadExecute}}
}

// allCIFSLetters together are more to setcifsacl than each of them.
const allCIFSLetters = "RWXDPO"

func (d CIFSDialect) letters() []maskWord {
	if d == SMBCACLs {
		return []maskWord{{"R", FileRead}, {"W", FileWrite}, {"X", FileExecute}, {"D", Delete}, {"P", WriteDAC}, {"O", WriteOwner}}
	}
	return []maskWord{{"R", FileReadExecute}, {"W", WriteData | AppendData | WriteEA | WriteAttributes}, {"X", Execute}, {"D", Delete}, {"P", WriteDAC}, {"O", WriteOwner}}
}

// cifsFlags are the flags that have letters, in both programs.
func cifsFlags() []flagWord {
	return []flagWord{{"OI", ObjectInherit}, {"CI", ContainerInherit}, {"NP", NoPropagate}, {"IO", InheritOnly}, {"I", Inherited}}
}

// FormatCIFS is what getcifsacl and smbcacls print: owner, group and DACL. Rights and
// flags without letters are hexadecimal; a mask is written in letters only where they
// say exactly that. It fails where entries have more than flags, mask and SID.
func (d Descriptor) FormatCIFS(dialect CIFSDialect, names Names) (string, error) {
	var b strings.Builder
	revision := "0x1"
	if dialect == SMBCACLs {
		revision = "1"
	}
	fmt.Fprintf(&b, "REVISION:%s\nCONTROL:0x%x\n", revision, uint16(d.Control))
	if !d.Owner.IsZero() {
		fmt.Fprintf(&b, "OWNER:%s\n", names.name(d.Owner, ""))
	}
	if !d.Group.IsZero() {
		fmt.Fprintf(&b, "GROUP:%s\n", names.name(d.Group, ""))
	}
	if d.DACL == nil {
		return b.String(), nil
	}
	for i, e := range d.DACL.Entries {
		if e.Type.opaque() || e.Type.Object() || e.Data != "" {
			return "", &FormatError{Form: "text of getcifsacl", Index: i, Problem: fmt.Sprintf("it has no place for entries of the type %s", e.Type)}
		}
		fmt.Fprintf(&b, "ACL:%s:%s/%s/%s\n", names.name(e.SID, ""), cifsType(e.Type), cifsFlagText(e.Flags), dialect.rights(e.Mask))
	}
	return b.String(), nil
}

func cifsType(t Type) string {
	switch t {
	case Allow:
		return "ALLOWED"
	case Deny:
		return "DENIED"
	}
	return fmt.Sprintf("0x%x", uint8(t))
}

func cifsFlagText(f Flags) string {
	var words []string
	left := f
	for _, w := range cifsFlags() {
		if f&w.flag != 0 {
			words, left = append(words, w.letters), left&^w.flag
		}
	}
	if left != 0 || f == 0 {
		return fmt.Sprintf("0x%x", uint8(f))
	}
	return strings.Join(words, "|")
}

func (d CIFSDialect) rights(m Mask) string {
	for _, w := range cifsWords() {
		if m == w.mask {
			return w.letters
		}
	}
	var s string
	var said Mask
	for _, w := range d.letters() {
		if m&w.mask == w.mask {
			s, said = s+w.letters, said|w.mask
		}
	}
	if s == "" || said != m || s == allCIFSLetters && d == GetCIFSACL {
		return fmt.Sprintf("0x%x", uint32(m))
	}
	return s
}

// ParseCIFS reads what getcifsacl and smbcacls print, raw (-r, --numeric) or not, and
// what setcifsacl takes. getcifsacl prints letters where a mask has more than they
// say, so that only its raw text is exact. A SACL is not read.
func ParseCIFS(text string, dialect CIFSDialect, names Names) (Descriptor, error) {
	d := Descriptor{Control: SelfRelative}
	for offset := 0; offset < len(text); {
		line, _, _ := strings.Cut(text[offset:], "\n")
		if problem := d.cifsLine(strings.TrimRight(line, "\r"), dialect, names); problem != "" {
			return Descriptor{}, &SyntaxError{Notation: "getcifsacl", Input: text, Offset: offset, Problem: problem}
		}
		offset += len(line) + 1
	}
	if d.DACL != nil {
		d.Control |= DACLPresent
		d.DACL.Revision = d.DACL.revision()
	}
	return d, nil
}

func (d *Descriptor) cifsLine(line string, dialect CIFSDialect, names Names) (problem string) {
	word, rest, ok := strings.Cut(line, ":")
	switch {
	case line == "" || line[0] == '#' || line == "DACL:" || line == "No DACL" || line == "No SACL":
		return ""
	case !ok:
		return "a line begins with REVISION:, CONTROL:, OWNER:, GROUP: or ACL:"
	}
	switch word {
	case "REVISION":
		if rest != "1" && rest != "0x1" {
			return fmt.Sprintf("the revision %q is not known, only 1 is", rest)
		}
	case "CONTROL":
		v, err := strconv.ParseUint(rest, 0, 16)
		if err != nil {
			return fmt.Sprintf("%q is no number of 16 bits", rest)
		}
		d.Control = Control(v) | SelfRelative
	case "OWNER", "GROUP":
		return d.cifsOwner(word, rest, names)
	case "ACL":
		return d.cifsEntry(rest, dialect, names)
	default:
		return fmt.Sprintf("%q is none of REVISION, CONTROL, OWNER, GROUP and ACL", word)
	}
	return ""
}

func (d *Descriptor) cifsOwner(word, name string, names Names) string {
	s, ok := names.sid(name)
	switch {
	case !ok && name != "":
		return fmt.Sprintf("there is no account %q", name)
	case word == "OWNER":
		d.Owner = s
	default:
		d.Group = s
	}
	return ""
}

func (d *Descriptor) cifsEntry(text string, dialect CIFSDialect, names Names) string {
	colon := strings.LastIndexByte(text, ':')
	fields := strings.Split(text[colon+1:], "/")
	if colon < 0 || len(fields) != 3 {
		return "an entry is SID:TYPE/FLAGS/RIGHTS"
	}
	var e ACE
	var ok bool
	if e.SID, ok = names.sid(text[:colon]); !ok {
		return fmt.Sprintf("there is no account %q", text[:colon])
	}
	if e.Type, ok = parseCIFSType(fields[0]); !ok {
		return fmt.Sprintf("%q is no type: ALLOWED, DENIED or the number of a simple one", fields[0])
	}
	if e.Flags, ok = parseCIFSFlags(fields[1]); !ok {
		return fmt.Sprintf("%q are no flags: OI, CI, NP, IO and I, joined by |, or a number", fields[1])
	}
	if e.Mask, ok = dialect.parseRights(fields[2]); !ok {
		return fmt.Sprintf("%q are no rights: FULL, CHANGE, READ, some of RWXDPO, or a number", fields[2])
	}
	if d.DACL == nil {
		d.DACL = &ACL{}
	}
	d.DACL.Entries = append(d.DACL.Entries, e)
	return ""
}

func parseCIFSType(s string) (Type, bool) {
	switch s {
	case "ALLOWED":
		return Allow, true
	case "DENIED":
		return Deny, true
	}
	v, err := strconv.ParseUint(s, 0, 8)
	t := Type(v)
	return t, err == nil && !t.opaque() && !t.Object() && !t.inSACL()
}

func parseCIFSFlags(s string) (Flags, bool) {
	if v, err := strconv.ParseUint(s, 0, 8); err == nil {
		return Flags(v), true
	}
	var f Flags
	for word := range strings.SplitSeq(s, "|") {
		known := false
		for _, w := range cifsFlags() {
			if w.letters == word {
				f, known = f|w.flag, true
			}
		}
		if !known {
			return 0, false
		}
	}
	return f, true
}

func (d CIFSDialect) parseRights(s string) (Mask, bool) {
	if v, err := strconv.ParseUint(s, 0, 32); err == nil {
		return Mask(v), true
	}
	for _, w := range cifsWords() {
		if w.letters == s {
			return w.mask, true
		}
	}
	if s == allCIFSLetters && d == GetCIFSACL {
		return 0xf01ff, true
	}
	var m Mask
	for _, c := range s {
		known := false
		for _, w := range d.letters() {
			if w.letters == string(c) {
				m, known = m|w.mask, true
			}
		}
		if !known {
			return 0, false
		}
	}
	return m, s != ""
}
