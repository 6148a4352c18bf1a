package nfs4

import (
	"fmt"
	"strings"

	"ward/mode"
)

// The notations of FreeBSD, Solaris and libarchive are one grammar with different
// strictness: tag[:name]:rights[:flags]:type[:id].

// tagged reads an entry.
func (p *parser) tagged(piece field) (Entry, error) {
	fs := p.numbered(fields(piece))
	var e Entry
	rest, err := p.who(&e, fs, piece)
	if err != nil {
		return Entry{}, err
	}
	rest, err = p.id(&e, rest)
	if err != nil {
		return Entry{}, err
	}
	parts, err := p.arrange(rest, piece)
	if err != nil {
		return Entry{}, err
	}
	return p.finish(e, parts)
}

// numbered drops the number that ls -v writes before an entry.
func (p *parser) numbered(fs []field) []field {
	if p.n != Solaris && !p.n.solarisWords() || len(fs) < 4 || fs[0].text == "" || strings.Trim(fs[0].text, "0123456789") != "" {
		return fs
	}
	return fs[1:]
}

// who reads the tag and the name.
func (p *parser) who(e *Entry, fs []field, piece field) ([]field, error) {
	tag := fs[0].text
	if c := p.specialTag(tag); c != Named {
		e.Who = Special(c)
		if c == Group {
			e.Flags = IdentifierGroup
		}
		return fs[1:], nil
	}
	class, group, ok := p.namingTag(tag)
	if !ok {
		return nil, p.fail(fs[0].at, fmt.Sprintf("unknown tag %q", tag), "entries start with "+p.tags())
	}
	if group {
		e.Flags = IdentifierGroup
	}
	if len(fs) < 2 || fs[1].text == "" {
		return nil, p.fail(piece.at, "nobody is named after "+tag+":", "the owner is owner@, the owning group group@")
	}
	return fs[2:], p.name(e, class, fs[1])
}

// specialTag is the class of a tag like "owner@", or Named.
func (p *parser) specialTag(tag string) Class {
	last := Everyone
	if p.n == Solaris || p.n == SolarisVerbose {
		last = Service
	}
	for c := Owner; c <= last; c++ {
		if tag == strings.ToLower(specials()[c]) {
			return c
		}
	}
	return Named
}

// namingTag is what a tag says about the name behind it.
func (p *parser) namingTag(tag string) (c Class, group, ok bool) {
	short := p.n == FreeBSD || p.n == FreeBSDVerbose
	sids := p.n == Solaris || p.n == SolarisVerbose || p.n == Solaris2005
	switch {
	case tag == "user", tag == "u" && short:
		return Named, false, true
	case tag == "group", tag == "g" && short:
		return Named, true, true
	case tag == "usersid" && sids:
		return SID, false, true
	case tag == "groupsid" && sids:
		return SID, true, true
	case tag == "sid" && sids:
		return AnySID, false, true
	}
	return Named, false, false
}

// tags lists the tags for a hint.
func (p *parser) tags() string {
	switch p.n {
	case Solaris, SolarisVerbose, Solaris2005:
		return "owner@, group@, everyone@, user:, group:, usersid:, groupsid: or sid:"
	}
	return "owner@, group@, everyone@, user: or group:"
}

func (p *parser) name(e *Entry, c Class, f field) error {
	name := UnescapeName(f.text)
	if c == Named {
		if reserved(name) {
			return p.fail(f.at, fmt.Sprintf("%q cannot be a name", name), "the special entries are owner@, group@ and everyone@")
		}
		e.Who = Name(name)
		return nil
	}
	e.Who = Who{Class: c, Name: name}
	return nil
}

// id reads the number that may stand at the end.
func (p *parser) id(e *Entry, rest []field) ([]field, error) {
	last := len(rest) - 1
	if e.Who.Class != Named || last < 1 || p.isType(rest[last].text) || !p.isType(rest[last-1].text) {
		return rest, nil
	}
	id, ok := plainNumber(rest[last].text)
	if !ok {
		if p.n == Solaris2005 { // flags stand there
			return rest, nil
		}
		return nil, p.fail(rest[last].at, fmt.Sprintf("%q is no user or group id", rest[last].text), "")
	}
	if e.Who.HasID && e.Who.Name == "" && e.Who.ID != id {
		e.Who.Name = e.Who.text()
	}
	e.Who.ID, e.Who.HasID = id, true
	return rest[:last], nil
}

// solarisWords reports whether the notation is that of ls -v, old or new.
func (n Notation) solarisWords() bool { return n == SolarisVerbose || n == Solaris2005 }

func (p *parser) isType(s string) bool {
	_, ok := parseType(s)
	return ok
}

func parseType(s string) (Type, bool) {
	for t := Allow; t <= Alarm; t++ {
		if s == t.String() {
			return t, true
		}
	}
	var t uint32
	if n, err := fmt.Sscanf(s, "type0x%x", &t); err == nil && n == 1 && Type(t).String() == s {
		return Type(t), true
	}
	return 0, false
}

// parts are the fields behind the name.
type parts struct{ rights, flags, kind field }

// arrange finds out which fields are there.
func (p *parser) arrange(rest []field, piece field) (parts, error) {
	switch {
	case len(rest) == 3 && p.n == Solaris2005:
		return parts{rest[0], rest[2], rest[1]}, nil
	case len(rest) == 3:
		return parts{rest[0], rest[1], rest[2]}, nil
	case len(rest) == 2 && p.n != Libarchive:
		return parts{rights: rest[0], kind: rest[1]}, nil
	}
	hint := "an entry is owner@:RIGHTS:FLAGS:TYPE, or user:NAME:RIGHTS:FLAGS:TYPE; the flags may be empty"
	return parts{}, p.fail(piece.at, fmt.Sprintf("entry %q does not have the right number of fields", piece.text), hint)
}

func (p *parser) finish(e Entry, f parts) (Entry, error) {
	rights, err := p.bits(f.rights, lettersOf(p.n), words(), "right")
	if err != nil {
		return Entry{}, err
	}
	flags, err := p.bits(f.flags, flagLetters(p.n), flagWords(), "flag")
	if err != nil {
		return Entry{}, err
	}
	t, ok := parseType(f.kind.text)
	if !ok {
		return Entry{}, p.fail(f.kind.at, fmt.Sprintf("%q is no type", f.kind.text), "allow, deny, audit or alarm")
	}
	e.Type, e.Rights = t, Rights(rights)
	e.Flags |= Flags(flags)
	return e, nil
}

// bits reads a field of letters or of words; libarchive knows letters only.
func (p *parser) bits(f field, ls []letter, ws []word, what string) (uint32, error) {
	if what == "right" && p.n != Libarchive {
		for _, s := range sets() {
			if f.text == s.text {
				return s.bit, nil
			}
		}
	}
	if p.n == Libarchive || !verboseField(f.text, ws) {
		return p.letters(f, ls, what)
	}
	var bits uint32
	at := f.at
	for text := range strings.SplitSeq(f.text, "/") {
		bit, err := p.word(field{strings.TrimSpace(text), at + leading(text)}, ws, what)
		if err != nil {
			return 0, err
		}
		bits |= bit
		at += len(text) + 1
	}
	return bits, nil
}

// verboseField reports whether a field is made of words.
func verboseField(s string, ws []word) bool {
	first, _, more := strings.Cut(s, "/")
	return more || strings.Contains(s, "_") || wordBit(ws, strings.TrimSpace(first)) != 0
}

func (p *parser) word(f field, ws []word, what string) (uint32, error) {
	if rest, ok := strings.CutPrefix(f.text, "0x"); ok {
		return p.hex(field{rest, f.at}, what)
	}
	bit := wordBit(ws, f.text)
	if bit == 0 {
		return 0, p.fail(f.at, fmt.Sprintf("%q is no %s", f.text, what), "words and letters cannot be mixed in one field")
	}
	return bit, nil
}

// wordBit is the bit of a long name. FreeBSD prints one of them misspelt.
func wordBit(ws []word, s string) uint32 {
	if s == "" {
		return 0
	}
	for _, w := range ws {
		if s == w.text || s == w.dir || s == "successful"+"l_access" && w.text == "successful_access" {
			return w.bit
		}
	}
	return 0
}

// tagged writes the entry.
func (e Entry) tagged(n Notation, k mode.Kind) (text, problem string) {
	tag, ok := e.tag(n)
	if !ok {
		return "", n.String() + " cannot name " + e.Who.words()
	}
	return tag + e.rest(n, k), ""
}

// tag is the entry up to its rights.
func (e Entry) tag(n Notation) (string, bool) {
	solaris := n == Solaris || n == SolarisVerbose
	switch c := e.Who.Class; {
	case c.special():
		return strings.ToLower(specials()[c]), c <= Everyone || solaris
	case c == AnySID:
		return "sid:" + EscapeName(e.Who.Name), (solaris || n == Solaris2005) && e.Who.Name != "" && !e.group()
	case c == SID:
		return e.userOrGroup() + "sid:" + EscapeName(e.Who.Name), (solaris || n == Solaris2005) && e.Who.Name != ""
	}
	return e.userOrGroup() + ":" + EscapeName(e.Who.text()), e.Who.text() != "" && !reserved(e.Who.Name)
}

func (e Entry) userOrGroup() string {
	if e.group() {
		return "group"
	}
	return "user"
}

// rest is the entry from its rights on.
func (e Entry) rest(n Notation, k mode.Kind) string {
	flags := e.Flags
	if e.Who.Class == Group || !e.Who.Class.special() { // the tag says it
		flags &^= IdentifierGroup
	}
	rights, flagText := e.rightsText(n, k), flagsText(flags, n)
	s := ":" + rights + ":" + flagText + ":" + e.Type.String()
	switch {
	case n == SolarisVerbose && flagText == "":
		s = ":" + rights + ":" + e.Type.String()
	case n == Solaris2005:
		s = strings.TrimSuffix(":"+rights+":"+e.Type.String()+":"+flagText, ":")
	}
	return s + e.trailingID(n)
}

func (e Entry) rightsText(n Notation, k mode.Kind) string {
	bits := uint32(e.Rights)
	switch n {
	case FreeBSDVerbose:
		return formatWords(bits, freebsdWords(), false)
	case SolarisVerbose, Solaris2005:
		return formatWords(bits, words(), k == mode.Directory)
	case Libarchive:
		return formatLetters(bits, lettersOf(n), 0)
	}
	return formatLetters(bits, lettersOf(n), '-')
}

func flagsText(flags Flags, n Notation) string {
	switch {
	case n.verbose():
		return formatWords(uint32(flags), flagWords(), false)
	case n == Libarchive:
		return formatLetters(uint32(flags), flagLetters(n), 0)
	}
	return formatLetters(uint32(flags), flagLetters(n), '-')
}

// freebsdWords are the words in the order of FreeBSD, which is that of its letters.
func freebsdWords() []word {
	var list []word
	for _, l := range lettersOf(FreeBSD) {
		for _, w := range words() {
			if w.bit == l.bit {
				list = append(list, w)
			}
		}
	}
	return list
}

// trailingID is the number behind an entry that has a name too, and in libarchive
// behind every one that has a number.
func (e Entry) trailingID(n Notation) string {
	if n == Solaris2005 || e.Who.Class != Named || !e.Who.HasID || e.Who.Name == "" && n != Libarchive {
		return ""
	}
	return ":" + Who{ID: e.Who.ID, HasID: true}.text()
}

// words says whom a Who names, for an error.
func (w Who) words() string {
	switch {
	case w.Class.special():
		return specials()[w.Class]
	case w.Class == SID || w.Class == AnySID:
		return "the SID " + w.Name
	case w.text() == "":
		return "somebody who has neither name nor number"
	}
	return fmt.Sprintf("somebody called %q", w.text())
}
