package nt

import "strings"

// Names turns accounts into names and back, for the texts that have names. Both
// functions may be nil: then only those that are the same everywhere have one.
type Names struct {
	Of    func(SID) (string, bool)
	Named func(string) (SID, bool)
}

// name is the account's name, or else its number with the mark before it.
func (n Names) name(s SID, mark string) string {
	if n.Of != nil {
		if name, ok := n.Of(s); ok {
			return name
		}
	}
	if name := s.WellKnownName(); name != "" {
		return name
	}
	return mark + s.String()
}

// sid is the account of a name or a number.
func (n Names) sid(text string) (SID, bool) {
	if s, err := ParseSID(strings.TrimPrefix(text, "*")); err == nil {
		return s, true
	}
	if n.Named != nil {
		if s, ok := n.Named(text); ok {
			return s, true
		}
	}
	for _, w := range wellKnownSIDs() {
		short := w.name[strings.LastIndexByte(w.name, '\\')+1:]
		if w.name != "" && (strings.EqualFold(w.name, text) || strings.EqualFold(short, text)) {
			return w.sid, true
		}
	}
	return SID{}, false
}
