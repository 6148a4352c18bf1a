package acl

import (
	"strings"

	"ward/mode"
)

// change is one entry of a Spec: what setfacl -m is told about one principal.
type change struct {
	Entry
	condX bool // X: execute if it is a directory or somebody may execute already
	def   bool // of the default list
}

// parser reads entries in the language of setfacl (parse.c of acl 2.3.1).
type parser struct {
	input string
	names Resolver
	at    int
}

func (p *parser) end() bool { return p.at >= len(p.input) }

func (p *parser) fail(at int, problem, hint string) *SyntaxError {
	return &SyntaxError{Notation: inNotation, Input: p.input, Offset: at, Problem: problem, Hint: hint}
}

// entries reads a list of entries with commas between them and to the end. One
// comma may follow the last; blanks may stand around commas, which setfacl does
// not accept.
func (p *parser) entries() ([]change, error) {
	var list []change
	for p.blanks(); !p.end(); p.blanks() {
		c, err := p.entry()
		if err != nil {
			return nil, err
		}
		list = append(list, c)
		p.blanks()
		if !p.end() && !p.accept(',') {
			return nil, p.fail(p.at, "unexpected "+quoteByte(p.input[p.at])+" after the rights",
				"entries are separated by commas")
		}
	}
	if len(list) == 0 {
		return nil, p.fail(p.at, "there is no entry", `for example u:bob:rX`)
	}
	return list, nil
}

func (p *parser) entry() (change, error) {
	c, err := p.principal()
	if err == nil {
		c.Rights, c.condX, err = p.rights()
	}
	return c, err
}

// principal reads an entry up to its rights: whom it speaks to, and for which list.
func (p *parser) principal() (change, error) {
	c := change{Entry: Entry{ID: NoID}}
	c.def = p.word("default")
	switch {
	case p.word("user"):
		return p.named(c, User, UserObj)
	case p.word("group"):
		return p.named(c, Group, GroupObj)
	case p.word("mask"):
		c.Tag = Mask
	case p.word("other"):
		c.Tag = Other
	default:
		return p.bare(c)
	}
	p.blanks()
	p.accept(':')
	return c, nil
}

// word accepts a keyword or its first letter, with the colon behind it.
func (p *parser) word(keyword string) bool {
	rest := p.input[p.at:]
	if tail, ok := strings.CutPrefix(rest, keyword); ok && colonFollows(tail) {
		p.at += len(keyword)
	} else if rest != "" && rest[0] == keyword[0] && colonFollows(rest[1:]) {
		p.at++
	} else {
		return false
	}
	p.blanks()
	p.at++
	return true
}

func colonFollows(s string) bool { return strings.HasPrefix(strings.TrimLeft(s, " \t\r\n"), ":") }

// named reads the qualifier of a user or group entry; none means the owner.
func (p *parser) named(c change, tag, owner Tag) (change, error) {
	start := p.at
	name, colon := p.token()
	if name == "" && colon {
		c.Tag = owner
		return c, nil
	}
	if !colon {
		return c, p.fail(start, "the rights are missing",
			"an entry is "+tag.String()[:1]+":NAME:rwx, or "+tag.String()[:1]+"::rwx for the "+ownerOf(tag))
	}
	return p.qualified(c, tag, start, name)
}

func ownerOf(t Tag) string {
	if t == User {
		return "owner"
	}
	return "owning group"
}

// bare reads an entry that starts with a name: a user's.
func (p *parser) bare(c change) (change, error) {
	start := p.at
	name, colon := p.token()
	if name == "" && colon { // ":rw", which setfacl takes for the owner's
		c.Tag = UserObj
		return c, nil
	}
	if !colon {
		return c, p.fail(start, "unknown entry "+quoteWord(p.input[start:p.at]),
			"entries are u:NAME:rwx, g:NAME:rwx, u::rwx, g::rwx, o::rwx, m::rwx, with d: before them for the default list")
	}
	return p.qualified(c, User, start, name)
}

func (p *parser) qualified(c change, tag Tag, start int, name string) (change, error) {
	c.Tag = tag
	id, ok := resolve(tag, unquote(name), p.names)
	if !ok {
		err := p.fail(start, "unknown "+tag.String()+" "+quoteWord(name), "")
		err.Unknown = unquote(name)
		return c, err
	}
	c.ID = id
	return c, nil
}

// token reads to the next colon, which it takes, or to the next comma or line
// break, which it leaves. Blanks around the token are dropped.
func (p *parser) token() (text string, colon bool) {
	start := p.at
	for !p.end() && !strings.ContainsRune(":,\r\n", rune(p.input[p.at])) {
		p.at++
	}
	text = strings.Trim(p.input[start:p.at], " \t")
	return text, p.accept(':')
}

// rights reads letters, each at most once and with any number of "-", or one
// octal digit with zeros before it.
func (p *parser) rights() (r mode.Rights, condX bool, err error) {
	p.blanks()
	start := p.at
	if !p.end() && isOctal(p.input[p.at]) {
		r, err = p.digit()
		return r, false, err
	}
	for ; !p.end(); p.at++ {
		bit, ok := right(p.input[p.at])
		switch {
		case !ok:
			return r, condX, p.checkRights(start)
		case bit&r != 0 || bit == cond && condX:
			return 0, false, p.fail(p.at, "the right "+quoteByte(p.input[p.at])+" is given twice", "")
		}
		condX = condX || bit == cond
		r |= bit &^ cond
	}
	return r, condX, p.checkRights(start)
}

const cond mode.Rights = 1 << 3 // X

func right(c byte) (mode.Rights, bool) {
	switch c {
	case 'r':
		return mode.R, true
	case 'w':
		return mode.W, true
	case 'x':
		return mode.X, true
	case 'X':
		return cond, true
	case '-':
		return 0, true
	}
	return 0, false
}

// checkRights is called where the rights have ended: something must have been
// there, and nothing else may follow.
func (p *parser) checkRights(start int) error {
	const hint = "rights are r, w, x, X and -, or one octal digit"
	switch {
	case !p.end() && !strings.ContainsRune(" \t\r\n,#", rune(p.input[p.at])):
		return p.fail(p.at, quoteByte(p.input[p.at])+" is no right", hint)
	case p.at == start:
		return p.fail(p.at, "the rights are missing", hint)
	}
	return nil
}

func (p *parser) digit() (mode.Rights, error) {
	start := p.at
	for p.at+1 < len(p.input) && p.input[p.at] == '0' && isOctal(p.input[p.at+1]) {
		p.at++
	}
	r := mode.Rights(p.input[p.at] - '0')
	p.at++
	return r, p.checkRights(start)
}

func (p *parser) blanks() {
	for !p.end() && strings.ContainsRune(" \t\r\n", rune(p.input[p.at])) {
		p.at++
	}
}

func (p *parser) accept(c byte) bool {
	if p.end() || p.input[p.at] != c {
		return false
	}
	p.at++
	return true
}

func quoteByte(c byte) string   { return quoteWord(string(rune(c))) }
func quoteWord(s string) string { return `"` + s + `"` }
