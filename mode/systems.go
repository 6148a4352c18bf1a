package mode

// Systems names the systems whose special bits SpecialBits tells apart, by their
// names in runtime.GOOS.
func Systems() []string { return []string{"linux", "freebsd", "darwin", "solaris"} }

// Meaning is what one special bit does, and on which systems it does that.
type Meaning struct {
	Bit     Mode
	Systems []string // as Systems names them
	Words   string
}

// Meanings is what the special bits of m do on an object of that kind on every
// system of Systems: systems that agree share a Meaning, those of system (a name
// of runtime.GOOS) come first.
func (m Mode) Meanings(k Kind, system string) []Meaning {
	var all []Meaning
	for _, bit := range [...]Mode{SetUID, SetGID, Sticky} {
		if m&bit != 0 {
			all = append(all, m.meanings(bit, k, system)...)
		}
	}
	return all
}

func (m Mode) meanings(bit Mode, k Kind, system string) []Meaning {
	var all []Meaning
	for _, s := range first(system, Systems()) {
		words := m.special(bit, k, s)
		known := false
		for i := range all {
			if all[i].Words == words {
				all[i].Systems = append(all[i].Systems, s)
				known = true
			}
		}
		if !known {
			all = append(all, Meaning{Bit: bit, Systems: []string{s}, Words: words})
		}
	}
	return all
}

// first puts one word before the others, if it is among them.
func first(word string, words []string) []string {
	sorted := make([]string, 0, len(words))
	for _, w := range words {
		if w == word {
			sorted = append(sorted, w)
		}
	}
	for _, w := range words {
		if w != word {
			sorted = append(sorted, w)
		}
	}
	return sorted
}

// FormatOn is Format with the letters of a system's ls (a name as in
// runtime.GOOS): Solaris shows setgid without x on a regular file, its mandatory
// locking, as l.
func (m Mode) FormatOn(k Kind, system string) string {
	text := m.Format(k)
	if (system == "solaris" || system == "illumos") && k == Regular && text[6] == 'S' {
		return text[:6] + "l" + text[7:]
	}
	return text
}
