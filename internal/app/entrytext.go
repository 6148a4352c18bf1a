package app

import (
	"fmt"

	"ward/acl/nt"
	"ward/internal/oddity"
	"ward/legacy/hpux"
	"ward/legacy/racf"
	"ward/translate"
)

// EntryText is the entry that an oddity is about; "" where it is about the whole, or
// the entry has no text of its own.
func (s *Shown) EntryText(o oddity.Oddity) string {
	texts := entryTexts(s, o.Default)
	if o.Entry < 0 || o.Entry >= len(texts) {
		return ""
	}
	return texts[o.Entry]
}

func entryTexts(s *Shown, second bool) (texts []string) {
	switch v := s.Object.Value.(type) {
	case translate.POSIX:
		list := v.Access
		if second {
			list = v.Default
		}
		for _, e := range list {
			texts = append(texts, e.Format(s.Context.Names))
		}
	case nt.Descriptor:
		list := v.DACL
		if second {
			list = v.SACL
		}
		if list == nil {
			return nil
		}
		for _, e := range list.Entries {
			texts = append(texts, sddlOf(e))
		}
	case translate.HPUX:
		for _, e := range v.ACL {
			texts = append(texts, hpux.ACL{e}.Format())
		}
	case racf.Profile:
		for _, e := range v.Access {
			texts = append(texts, fmt.Sprintf("ID(%s) ACCESS(%s)", e.ID, e.Level))
		}
	default:
		for _, e := range entriesOf(s.Permissions) {
			texts = append(texts, e.text)
		}
	}
	return texts
}

// SecondList is what the second list of the model is called.
func (s *Shown) SecondList() string {
	if _, ok := s.Object.Value.(nt.Descriptor); ok {
		return "system list"
	}
	return "default list"
}
