package nt

import (
	"fmt"
	"strconv"
	"strings"
)

// icaclsWrite is what icacls means by W: FileWrite without the right to read the
// descriptor.
const icaclsWrite = FileWrite &^ ReadControl

// icaclsDelete is what it means by D.
const icaclsDelete = Delete | Synchronize

// labelAuthority is that of the SIDs of mandatory labels.
const labelAuthority = 16

// icaclsSimple are the simple rights, the greatest first; N stands for none.
func icaclsSimple() []maskWord {
	return []maskWord{
		{"F", FileAll},
		{"M", FileModify},
		{"RX", FileReadExecute},
		{"R", FileRead},
		{"W", icaclsWrite},
		{"D", icaclsDelete},
	}
}

// icaclsSpecific are the specific rights, as `icacls /?` lists them.
func icaclsSpecific() []maskWord {
	return []maskWord{
		{"DE", Delete},
		{"RC", ReadControl},
		{"WDAC", WriteDAC},
		{"WO", WriteOwner},
		{"S", Synchronize},
		{"AS", AccessSystemSecurity},
		{"MA", MaximumAllowed},
		{"GR", GenericRead},
		{"GW", GenericWrite},
		{"GE", GenericExecute},
		{"GA", GenericAll},
		{"RD", ReadData},
		{"WD", WriteData},
		{"AD", AppendData},
		{"REA", ReadEA},
		{"WEA", WriteEA},
		{"X", Execute},
		{"DC", DeleteChild},
		{"RA", ReadAttributes},
		{"WA", WriteAttributes},
	}
}

func icaclsLabel() []maskWord {
	return []maskWord{{"NW", NoWriteUp}, {"NR", NoReadUp}, {"NX", NoExecuteUp}}
}

// icaclsFlags are the flags in the order in which icacls shows them.
func icaclsFlags() []flagWord {
	return []flagWord{{"I", Inherited}, {"OI", ObjectInherit}, {"CI", ContainerInherit}, {"NP", NoPropagate}, {"IO", InheritOnly}}
}

// FormatIcacls is what `icacls path` shows of the DACL and of the mandatory label:
// the path, then one account a line, in a column. Bits without a word stand as a
// number, which icacls would leave out. It fails for entries that icacls has no
// words for.
func (d Descriptor) FormatIcacls(path string, names Names) (string, error) {
	var b strings.Builder
	indent := path + " "
	line := func(s string) {
		b.WriteString(indent + s + "\n")
		indent = strings.Repeat(" ", len([]rune(path))+1)
	}
	if d.DACL != nil {
		for i, e := range d.DACL.Entries {
			s, problem := e.icacls(names)
			if problem != "" {
				return "", &FormatError{Form: "text of icacls", Index: i, Problem: problem}
			}
			line(s)
		}
	}
	for _, e := range d.system() {
		if e.Type == MandatoryLabel {
			s, problem := e.icacls(names)
			if problem != "" {
				return "", &FormatError{Form: "text of icacls", Index: -1, Problem: "label: " + problem}
			}
			line(s)
		}
	}
	return b.String(), nil
}

// icacls is the entry as icacls shows it.
func (a ACE) icacls(names Names) (s, problem string) {
	simple := a.Type == Allow || a.Type == Deny || a.Type == MandatoryLabel
	switch {
	case !simple || a.Data != "":
		return "", fmt.Sprintf("it has no words for entries of the type %s", a.Type)
	case (a.Type == MandatoryLabel) != (a.SID.Authority() == labelAuthority):
		return "", fmt.Sprintf("it tells labels by their SID, and %s is of the type %s", a.SID, a.Type)
	case a.Flags&^(inheritance|Inherited) != 0:
		return "", fmt.Sprintf("it has no words for the flags 0x%x", uint8(a.Flags))
	}
	s = names.name(a.SID, "*") + ":"
	for _, w := range icaclsFlags() {
		if a.Flags&w.flag != 0 {
			s += "(" + w.letters + ")"
		}
	}
	switch {
	case a.Type == MandatoryLabel:
		return s + "(" + joinRights(a.Mask, icaclsLabel()) + ")", ""
	case a.Mask == 0:
		return s + a.denyWord() + "(0x0)", ""
	case a.Type == Deny && a.Mask == FileAll:
		return s + "(N)", ""
	}
	return s + a.denyWord() + "(" + icaclsRights(a.Mask) + ")", ""
}

func (a ACE) denyWord() string {
	if a.Type == Deny {
		return "(DENY)"
	}
	return ""
}

// icaclsRights is simple rights for as much as they cover, then specific ones.
func icaclsRights(m Mask) string {
	var parts []string
	left := m
	for _, w := range icaclsSimple() {
		if m&w.mask == w.mask && left&w.mask&^(Synchronize|ReadControl) != 0 {
			parts, left = append(parts, w.letters), left&^w.mask
		}
	}
	if left != 0 {
		parts = append(parts, joinRights(left, icaclsSpecific()))
	}
	return strings.Join(parts, ",")
}

func joinRights(m Mask, list []maskWord) string {
	var parts []string
	for _, w := range list {
		if m&w.mask != 0 {
			parts, m = append(parts, w.letters), m&^w.mask
		}
	}
	if m != 0 || len(parts) == 0 {
		parts = append(parts, fmt.Sprintf("0x%x", uint32(m)))
	}
	return strings.Join(parts, ",")
}

// IcaclsACE is one entry as the arguments of icacls have it after the colon:
// "(OI)(CI)(RX,WD)"; the account is not in it.
func (a ACE) IcaclsACE() (string, error) {
	s, problem := a.icacls(Names{Of: func(SID) (string, bool) { return "", true }})
	if problem != "" {
		return "", &FormatError{Form: "text of icacls", Index: -1, Problem: problem}
	}
	return strings.TrimPrefix(s, ":"), nil
}

// ParseIcacls reads what `icacls path` shows, path and last line included or not: the
// DACL and the mandatory label. A word before an account that belongs to the path is
// told from it by path; with "" the text has no path.
func ParseIcacls(text, path string, names Names) (Descriptor, error) {
	d := Descriptor{Control: SelfRelative | DACLPresent, DACL: &ACL{}}
	for offset := 0; offset < len(text); {
		line, _, _ := strings.Cut(text[offset:], "\n")
		s := strings.TrimSpace(line)
		if path != "" && offset == 0 {
			s = strings.TrimSpace(strings.TrimPrefix(s, path))
		}
		if strings.HasPrefix(s, "Successfully processed") {
			break
		}
		if s != "" {
			if problem := d.icaclsLine(s, names); problem != "" {
				return Descriptor{}, &SyntaxError{Notation: "icacls", Input: text, Offset: offset, Problem: problem}
			}
		}
		offset += len(line) + 1
	}
	d.DACL.Revision = d.DACL.revision()
	return d, nil
}

func (d *Descriptor) icaclsLine(s string, names Names) (problem string) {
	at := strings.Index(s, ":(")
	if at < 0 {
		return "an entry is ACCOUNT:(FLAG)…(RIGHTS)"
	}
	e := ACE{}
	var ok bool
	if e.SID, ok = names.sid(s[:at]); !ok {
		return fmt.Sprintf("there is no account %q", s[:at])
	}
	label := e.SID.Authority() == labelAuthority
	if problem := e.parseIcacls(s[at+1:], label); problem != "" {
		return problem
	}
	if label {
		if d.SACL == nil {
			d.SACL = &ACL{Revision: Revision}
			d.Control |= SACLPresent
		}
		d.SACL.Entries = append(d.SACL.Entries, e)
		return ""
	}
	d.DACL.Entries = append(d.DACL.Entries, e)
	return ""
}

// parseIcacls reads the groups in parentheses: flags, DENY, and the rights at the end.
func (a *ACE) parseIcacls(s string, label bool) (problem string) {
	groups := strings.Split(strings.TrimSuffix(strings.TrimPrefix(s, "("), ")"), ")(")
	for _, g := range groups[:len(groups)-1] {
		flag, ok := icaclsFlag(g)
		switch {
		case ok:
			a.Flags |= flag
		case strings.EqualFold(g, "DENY"):
			a.Type = Deny
		default:
			return fmt.Sprintf("(%s) is no flag: (I), (OI), (CI), (NP), (IO) or (DENY)", g)
		}
	}
	rights := groups[len(groups)-1]
	if label {
		a.Type = MandatoryLabel
		return a.addRights(rights, icaclsLabel())
	}
	if strings.EqualFold(rights, "N") {
		if a.Type != Deny {
			a.Type, a.Mask = Deny, FileAll
		}
		return ""
	}
	return a.addRights(rights, append(icaclsSimple(), icaclsSpecific()...))
}

func icaclsFlag(g string) (Flags, bool) {
	for _, w := range icaclsFlags() {
		if strings.EqualFold(w.letters, g) {
			return w.flag, true
		}
	}
	return 0, false
}

func (a *ACE) addRights(text string, list []maskWord) (problem string) {
	for word := range strings.SplitSeq(text, ",") {
		m, ok := icaclsRight(strings.TrimSpace(word), list)
		if !ok {
			return fmt.Sprintf("%q is no right", word)
		}
		a.Mask |= m
	}
	return ""
}

func icaclsRight(word string, list []maskWord) (Mask, bool) {
	for _, w := range list {
		if strings.EqualFold(w.letters, word) {
			return w.mask, true
		}
	}
	v, err := strconv.ParseUint(word, 0, 32)
	return Mask(v), err == nil && strings.HasPrefix(word, "0x")
}
