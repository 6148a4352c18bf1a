package nfs4

import (
	"fmt"
	"strings"
)

// linux reads "A:fd:bob@example.org:rx" as nfs4_setfacl does (libnfs4acl,
// nfs4_ace_from_string.c and nfs4_new_ace.c).
func (p *parser) linux(piece field) (Entry, error) {
	fs := fields(piece)
	if len(fs) != 4 {
		return Entry{}, p.fail(piece.at, fmt.Sprintf("entry %q has %d fields", piece.text, len(fs)), "an entry is TYPE:FLAGS:WHO:RIGHTS, as in A:g:staff@example.org:rx")
	}
	if fs[2].text == "" {
		return Entry{}, p.fail(fs[2].at, "nobody is named", "OWNER@, GROUP@, EVERYONE@, a name or a number")
	}
	t, err := p.linuxType(fs[0])
	if err != nil {
		return Entry{}, err
	}
	flags, err := p.letters(fs[1], flagLetters(Linux), "flag")
	if err != nil {
		return Entry{}, err
	}
	rights, err := p.linuxRights(fs[3])
	if err != nil {
		return Entry{}, err
	}
	return p.linuxEntry(Entry{t, Flags(flags), rights, fromProtocol(UnescapeName(fs[2].text))}), nil
}

// linuxType looks at the first letter alone, as the program does.
func (p *parser) linuxType(f field) (Type, error) {
	if rest, ok := strings.CutPrefix(f.text, "0x"); ok {
		t, err := p.hex(field{rest, f.at}, "type")
		return Type(t), err
	}
	if f.text != "" {
		if i := strings.IndexByte("ADUL", f.text[0]); i >= 0 {
			return Type(i), nil
		}
	}
	return 0, p.fail(f.at, fmt.Sprintf("%q is no type", f.text), "A allows, D denies, U audits, L alarms")
}

// linuxRights reads letters, and R, W and X, which stand for several.
func (p *parser) linuxRights(f field) (Rights, error) {
	write := GenericWrite
	if p.dir {
		write |= DeleteChild
	}
	known := append(lettersOf(Linux), letter{'R', uint32(GenericRead)}, letter{'W', uint32(write)}, letter{'X', uint32(GenericExecute)})
	bits, err := p.letters(f, known, "right")
	return Rights(bits), err
}

// linuxEntry drops what a file cannot have, and marks GROUP@ as a group.
func (p *parser) linuxEntry(e Entry) Entry {
	if !p.dir {
		e.Rights &^= DeleteChild
		e.Flags &^= inheritance
	}
	if e.Who.Class == Group {
		e.Flags |= IdentifierGroup
	}
	return e
}

// linux writes the entry as nfs4_getfacl does, except that what a file cannot have
// is not hidden.
func (e Entry) linux() (text, problem string) {
	who, ok := e.Who.protocolName()
	if !ok {
		return "", "nfs4-acl-tools cannot name " + e.Who.words()
	}
	t := fmt.Sprintf("0x%x", uint32(e.Type))
	if e.Type <= Alarm {
		t = "ADUL"[e.Type : e.Type+1]
	}
	if e.Who.Class == Named {
		who = EscapeName(who)
	}
	return t + ":" + formatLetters(uint32(e.Flags), flagLetters(Linux), 0) + ":" + who + ":" + formatLetters(uint32(e.Rights), lettersOf(Linux), 0), ""
}
