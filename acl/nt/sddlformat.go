package nt

import (
	"fmt"
	"strings"
)

// FormatSDDL is the descriptor in SDDL, as Windows writes it: owner, group, DACL,
// SACL. It fails where an entry has a type without letters or data that cannot be
// read; the resource manager's byte and the bits of Control other than those of the
// lists are not in the language.
func (d Descriptor) FormatSDDL(opts SDDLOptions) (string, error) {
	if !d.Owner.sayable() || !d.Group.sayable() {
		return "", &FormatError{Form: "SDDL", Index: -1, Problem: "the SID of the owner or of the group has no sub-authority"}
	}
	var b strings.Builder
	if !d.Owner.IsZero() {
		b.WriteString("O:" + opts.formatSID(d.Owner))
	}
	if !d.Group.IsZero() {
		b.WriteString("G:" + opts.formatSID(d.Group))
	}
	if d.Control&DACLPresent != 0 {
		b.WriteString("D:")
		if err := opts.writeACL(&b, d.Control, d.DACL, false); err != nil {
			return "", err
		}
	}
	if d.Control&SACLPresent != 0 {
		b.WriteString("S:")
		if err := opts.writeACL(&b, d.Control, d.SACL, true); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func (o SDDLOptions) writeACL(b *strings.Builder, c Control, a *ACL, system bool) error {
	for _, f := range listFlags() {
		if c&f.of(system) != 0 {
			b.WriteString(f.word)
		}
	}
	if a == nil {
		b.WriteString(noAccessControl)
		return nil
	}
	for i, e := range a.Entries {
		s, problem := o.formatACE(e)
		if problem != "" {
			return &FormatError{Form: "SDDL", Index: i, Problem: problem}
		}
		b.WriteString(s)
	}
	return nil
}

// sayable reports whether the text of the SID can be read again: the grammar wants a
// sub-authority.
func (s SID) sayable() bool { return s.IsZero() || s.Len() > 0 }

// FormatACE is one entry in SDDL, in its parentheses.
func (o SDDLOptions) FormatACE(e ACE) (string, error) {
	s, problem := o.formatACE(e)
	if problem != "" {
		return "", &FormatError{Form: "SDDL", Index: -1, Problem: problem}
	}
	return s, nil
}

func (o SDDLOptions) formatACE(e ACE) (s, problem string) {
	if e.Type.opaque() || typeWords()[e.Type].letters == "" {
		return "", fmt.Sprintf("SDDL has no letters for entries of the type %s", e.Type)
	}
	if e.ObjectFlags&^(HasObject|HasInheritedObject) != 0 {
		return "", fmt.Sprintf("SDDL has no place for the object flags 0x%x", uint32(e.ObjectFlags))
	}
	if e.SID.IsZero() || !e.SID.sayable() {
		return "", "its SID has no sub-authority"
	}
	extra, problem := o.extra(e)
	if problem != "" {
		return "", problem
	}
	var flags, object, inherited string
	for _, w := range flagWords() {
		if e.Flags&w.flag != 0 {
			flags += w.letters
		}
	}
	if e.ObjectFlags&HasObject != 0 {
		object = e.Object.String()
	}
	if e.ObjectFlags&HasInheritedObject != 0 {
		inherited = e.InheritedObject.String()
	}
	fields := []string{typeWords()[e.Type].letters, flags, o.formatRights(e), object, inherited, o.formatSID(e.SID)}
	return "(" + strings.Join(append(fields, extra...), ";") + ")", ""
}

// extra is the last field, where there is one.
func (o SDDLOptions) extra(e ACE) (fields []string, problem string) {
	switch {
	case strings.Trim(e.Data, "\x00") == "":
		return nil, ""
	case e.conditional():
		c, err := e.Condition()
		if err != nil {
			return nil, err.Error()
		}
		return []string{c.Format(o)}, ""
	case e.Type == ResourceAttribute:
		c, err := e.Claim()
		if err != nil {
			return nil, err.Error()
		}
		return []string{c.Format(o)}, ""
	}
	return nil, fmt.Sprintf("SDDL has no place for the %d bytes after the SID", len(e.Data))
}

// formatRights is the name of a whole mask, else letters for each bit, else a
// number where a bit has none.
func (o SDDLOptions) formatRights(e ACE) string {
	whole, single := fileRights(), singleRights()
	if o.Keys {
		whole = keyRights()
	}
	if e.Type == MandatoryLabel {
		whole, single = nil, labelRights()
	}
	for _, w := range whole {
		if e.Mask == w.mask {
			return w.letters
		}
	}
	s, left := "", e.Mask
	for _, w := range single {
		if left&w.mask != 0 {
			s, left = s+w.letters, left&^w.mask
		}
	}
	if left != 0 {
		return fmt.Sprintf("0x%x", uint32(e.Mask))
	}
	return s
}

// formatSID is the letter pair of an account, where it has one, else its number.
func (o SDDLOptions) formatSID(s SID) string {
	for _, w := range wellKnownSIDs() {
		if w.sid == s && w.alias != "" {
			return w.alias
		}
	}
	for _, r := range relatives() {
		if base := o.base(r.of); !base.IsZero() && base.Child(r.rid) == s {
			return r.alias
		}
	}
	return s.String()
}

// FormatSID is the account as SDDL writes it: a letter pair or S-1-….
func (o SDDLOptions) FormatSID(s SID) string { return o.formatSID(s) }
