package vms

import (
	"fmt"
	"strings"
)

// Deletion says which entries SET SECURITY/ACL/DELETE takes away.
type Deletion uint8

// The deletions.
const (
	KeepEntries     Deletion = iota
	DeleteListed             // those that /ACL names, or, when it names none, all that are not protected
	DeleteEvenGuard          // /DELETE=ALL: all, protected ones too
)

// Command is a SET SECURITY command: what it leaves out stays as it is.
type Command struct {
	Object     string
	Class      Class
	Owner      Identifier
	SetOwner   bool
	Protection Code
	EditACL    bool // /ACL
	ACL        ACL  // put before the entries that are there
	Delete     Deletion
}

// Set is the command that gives an object the profile.
func (s Security) Set() Command {
	return Command{
		Object: s.Name, Class: s.Class, Owner: s.Owner, SetOwner: s.Owner != Identifier{},
		Protection: Code{Word: s.Protection, Named: 0xFFFF}, EditACL: len(s.ACL) > 0, ACL: s.ACL,
	}
}

// String is the command as DCL takes it.
func (c Command) String() string {
	var b strings.Builder
	b.WriteString("SET SECURITY")
	if c.Class != File {
		b.WriteString("/CLASS=" + c.Class.name())
	}
	if c.SetOwner {
		b.WriteString("/OWNER=" + c.Owner.String())
	}
	if c.Protection.Named != 0 {
		b.WriteString("/PROTECTION=" + c.Protection.Format(c.Class))
	}
	if c.EditACL {
		b.WriteString("/ACL")
		if len(c.ACL) > 0 {
			b.WriteString("=" + c.ACL.FormatACL(c.Class))
		}
	}
	b.WriteString([...]string{"", "/DELETE", "/DELETE=ALL"}[c.Delete])
	return b.String() + " " + c.Object
}

// ParseCommand reads a SET SECURITY command, with or without the prompt. Of its
// qualifiers it knows /ACL, /CLASS, /DELETE, /OWNER and /PROTECTION, and passes over
// /LOG and /CONFIRM.
func ParseCommand(s string) (Command, error) {
	p := commandParser{input: s}
	at, end := trimmed(s, 0, len(s))
	if at < end && s[at] == '$' {
		at, _ = trimmed(s, at+1, end)
	}
	for _, verb := range []string{"SET", "SECURITY"} {
		stop := wordEnd(s, at, end)
		if !shortens(s[at:stop], verb, 3) {
			return Command{}, syntaxError(s, at, "the command is not SET SECURITY", "")
		}
		at, _ = trimmed(s, stop, end)
	}
	if err := p.qualifiersAndObject(at, end); err != nil {
		return Command{}, err
	}
	return p.command, p.read()
}

func wordEnd(s string, at, end int) int {
	for at < end && !isBlank(s[at]) && s[at] != '/' && s[at] != '=' {
		at++
	}
	return at
}

type commandParser struct {
	input   string
	command Command
	values  []qualifier
}

type qualifier struct {
	at, from, to int // its name, its value
	name         string
	hasValue     bool
}

// qualifiersAndObject cuts the command; values are read when all are known, since the
// class decides how to read the others.
func (p *commandParser) qualifiersAndObject(at, end int) error {
	for at < end {
		if p.input[at] != '/' {
			stop := wordEnd(p.input, at, end)
			if p.command.Object != "" || stop == at {
				return syntaxError(p.input, at, "one object is expected", "")
			}
			p.command.Object = p.input[at:stop]
			at, _ = trimmed(p.input, stop, end)
			continue
		}
		q := qualifier{at: at}
		stop := wordEnd(p.input, at+1, end)
		q.name = p.input[at+1 : stop]
		if stop < end && p.input[stop] == '=' {
			q.hasValue = true
			q.from = stop + 1
			q.to = valueEnd(p.input, q.from, end)
			stop = q.to
		}
		p.values = append(p.values, q)
		at, _ = trimmed(p.input, stop, end)
	}
	if p.command.Object == "" {
		return syntaxError(p.input, end, "the command names no object", "")
	}
	return nil
}

// valueEnd is where a value ends: after its brackets, or before a blank or "/".
func valueEnd(s string, at, end int) int {
	depth := 0
	for ; at < end; at++ {
		switch s[at] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ' ', '\t', '/':
			if depth <= 0 {
				return at
			}
		}
	}
	return end
}

func (p *commandParser) read() error {
	for _, q := range p.values {
		if shortens(q.name, "CLASS", 2) {
			if err := p.class(q); err != nil {
				return err
			}
		}
	}
	for _, q := range p.values {
		if err := p.qualifier(q); err != nil {
			return p.inside(err, q)
		}
	}
	return nil
}

func (p *commandParser) class(q qualifier) error {
	for c := File; c <= Device; c++ {
		if q.to > q.from && shortens(p.input[q.from:q.to], c.name(), 1) {
			p.command.Class = c
			return nil
		}
	}
	return syntaxError(p.input, q.at, "the class is not known", "known are FILE, VOLUME and DEVICE")
}

// inside moves the error about a value to its place in the command.
func (p *commandParser) inside(err error, q qualifier) error {
	se := err.(*SyntaxError) //nolint:errorlint // the parsers return no other
	if se.Input == p.input {
		return err
	}
	return syntaxError(p.input, q.from+se.Offset, se.Problem, se.Hint)
}

func (p *commandParser) qualifier(q qualifier) (err error) {
	value := p.input[q.from:q.to]
	c := &p.command
	switch name := q.name; {
	case shortens(name, "PROTECTION", 1) && q.hasValue:
		c.Protection, err = ParseCode(value, c.Class)
	case shortens(name, "OWNER", 1) && q.hasValue:
		c.SetOwner = true
		c.Owner, err = ParseIdentifier(value)
	case shortens(name, "ACL", 2):
		c.EditACL = true
		c.ACL, err = ParseACL(value, c.Class)
	case shortens(name, "DELETE", 3) && !q.hasValue:
		c.Delete = DeleteListed
	case shortens(name, "DELETE", 3) && strings.EqualFold(value, "ALL"):
		c.Delete = DeleteEvenGuard
	case shortens(name, "CLASS", 2), shortens(name, "LOG", 3), shortens(name, "CONFIRM", 3):
	default:
		err = syntaxError(p.input, q.at, fmt.Sprintf("the qualifier /%s is not known, or lacks its value", name), "known are /ACL, /CLASS, /DELETE, /OWNER and /PROTECTION")
	}
	return err
}

// ApplyTo is the profile after the command. New entries come before those that are
// there; an entry that is there already moves.
func (c Command) ApplyTo(s Security) Security {
	if c.SetOwner {
		s.Owner = c.Owner
	}
	s.Protection = c.Protection.ApplyTo(s.Protection)
	if c.EditACL || c.Delete != KeepEntries {
		s.ACL = c.edit(s.ACL)
	}
	return s
}

func (c Command) edit(old ACL) ACL {
	var l ACL
	if c.Delete == KeepEntries {
		l = append(l, c.ACL...)
	}
	for _, e := range old {
		if !c.takes(e) {
			l = append(l, e)
		}
	}
	return l
}

// takes reports whether an entry that is there goes, or moves to the front.
func (c Command) takes(e ACE) bool {
	for _, named := range c.ACL {
		if named.Equal(e) {
			return true
		}
	}
	return c.Delete == DeleteEvenGuard || c.Delete == DeleteListed && len(c.ACL) == 0 && e.Options&Protected == 0
}
