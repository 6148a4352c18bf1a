package setfacl

import (
	"math"
	"strconv"
	"strings"

	"ward/acl"
	"ward/internal/standin/acltext"
	"ward/mode"
)

// command is one thing that setfacl is told to do to a list.
type command struct {
	do    deed
	def   bool // to the default list
	entry acl.Entry
	condX bool // X: execute for directories, and where somebody has it by then
}

type deed uint8

const (
	put          deed = iota // set the rights of an entry, which is made if it is not there
	remove                   // an entry
	removeNames              // named entries and the mask
	removeEntire             // the whole list
)

// rights says whether entries must, must not or may have rights.
type rights uint8

const (
	withRights rights = iota
	withoutRights
	anyRights // of POSIXLY_CORRECT, for -x: they mean nothing
)

// grammar is how entries are read.
type grammar struct {
	do      deed
	rights  rights
	plain   bool // "default:" is no prefix but a user's name (POSIXLY_CORRECT)
	promote bool // entries go to the default list (-d), and may not say so themselves
	names   acl.Resolver

	// The name that nobody has, at which reading stopped.
	unknown      string
	unknownGroup bool
}

// reader goes through a text of entries. Past its end it reads NUL, as C would.
type reader struct {
	text string
	at   int
}

func (r *reader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *reader) blanks() {
	for r.at < len(r.text) && blank(r.text[r.at]) {
		r.at++
	}
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// word accepts a word or its first letter, with the colon behind it; it may also be
// the last of an entry. A mistake leaves the reader where it was.
func (r *reader) word(word string) bool {
	ahead := *r
	ahead.blanks()
	switch {
	case strings.HasPrefix(ahead.text[ahead.at:], word):
		ahead.at += len(word)
	case ahead.peek() == word[0]:
		ahead.at++
	default:
		return false
	}
	ahead.blanks()
	switch ahead.peek() {
	case ':':
		ahead.at++
	case ',', 0:
	default:
		return false
	}
	*r = ahead
	return true
}

// token takes what stands before the next colon, comma or line break, without the
// blanks around it, and the colon.
func (r *reader) token() string {
	r.blanks()
	start := r.at
	for r.at < len(r.text) && strings.IndexByte("\r\n:,", r.text[r.at]) < 0 {
		r.at++
	}
	token := strings.TrimRight(r.text[start:r.at], " \t\r\n")
	if r.peek() == ':' {
		r.at++
	}
	return token
}

// entry reads one entry. Where it is wrong the reader stands at the mistake.
func (g *grammar) entry(r *reader) (command, bool) {
	c := command{do: g.do, def: g.promote, entry: acl.Entry{ID: acl.NoID}}
	if start := r.at; !g.plain && r.word("default") {
		if g.promote {
			r.at = start
			return c, false
		}
		c.def = true
	}
	if !g.whom(r, &c.entry) {
		return c, false
	}
	r.blanks()
	if next := r.peek(); next == ',' || next == 0 {
		return c, g.rights != withRights
	}
	if g.rights == withoutRights {
		return c, true // whoever called finds something else than the end
	}
	return c, c.readRights(r)
}

// whom reads the entry up to its rights. What begins with no known word is a user's
// name, so that "bob:r" is an entry.
func (g *grammar) whom(r *reader, e *acl.Entry) bool {
	switch r.peek() {
	case 'g':
		if r.word("group") {
			return g.named(r, e, acl.GroupObj, acl.Group)
		}
	case 'o':
		if r.word("other") {
			return r.nobody(e, acl.Other)
		}
	case 'm':
		if r.word("mask") {
			return r.nobody(e, acl.Mask)
		}
	case 'u':
		r.word("user")
	}
	return g.named(r, e, acl.UserObj, acl.User)
}

// nobody passes over the empty field that others and mask may have.
func (r *reader) nobody(e *acl.Entry, tag acl.Tag) bool {
	r.blanks()
	if r.peek() == ':' {
		r.at++
	}
	e.Tag = tag
	return true
}

// named reads a name or number; without one the entry is the owner's.
func (g *grammar) named(r *reader, e *acl.Entry, owner, tag acl.Tag) bool {
	start := r.at
	token := r.token()
	if token == "" {
		e.Tag = owner
		return true
	}
	e.Tag = tag
	name := acltext.Unquote(token)
	id, ok := lookUp(name, tag == acl.Group, g.names)
	if !ok {
		r.at = start
		g.unknown, g.unknownGroup = name, tag == acl.Group
		return false
	}
	e.ID = id
	return true
}

// lookUp is the id of a number or name. A number comes first: a user called "1001"
// cannot be named.
func lookUp(name string, group bool, names acl.Resolver) (uint32, bool) {
	if id, ok := number(name); ok {
		return id, true
	}
	switch {
	case names == nil:
		return 0, false
	case group:
		return names.Group(name)
	}
	return names.User(name)
}

// number reads what strtol(3) with base 0 reads to the end: 01751 is octal, 0x3e9
// hexadecimal. Of negative numbers 16 bits count, so that -2 is 65534. What does not
// fit is no number: acl before 2.4 took the lower 32 bits, which made 4294967296 root.
func number(s string) (uint32, bool) {
	digits := strings.TrimLeft(s, " \t\n\v\f\r")
	negative := strings.HasPrefix(digits, "-")
	if negative || strings.HasPrefix(digits, "+") {
		digits = digits[1:]
	}
	base := 10
	switch {
	case len(digits) > 2 && digits[0] == '0' && digits[1]|' ' == 'x':
		base, digits = 16, digits[2:]
	case len(digits) > 1 && digits[0] == '0':
		base = 8
	}
	n, err := strconv.ParseUint(digits, base, 32)
	switch {
	case err != nil, negative && n > math.MaxInt16:
		return 0, false
	case negative:
		return -uint32(n) & math.MaxUint16, true
	}
	return uint32(n), true
}

// readRights reads letters, each at most once among any number of "-", or zeros with
// one octal digit behind them.
func (c *command) readRights(r *reader) bool {
	if '0' <= r.peek() && r.peek() <= '7' {
		for r.peek() == '0' {
			r.at++
		}
		if '1' <= r.peek() && r.peek() <= '7' {
			c.entry.Rights = mode.Rights(r.peek() - '0')
			r.at++
		}
		return true
	}
	for start := r.at; ; r.at++ {
		if r.peek() == '-' {
			continue
		}
		if r.peek() == 'X' && !c.condX {
			c.condX = true
			continue
		}
		at := strings.IndexByte("xwr", r.peek())
		if at < 0 || r.at >= len(r.text) {
			return r.at > start && r.peek() != 'X'
		}
		if c.entry.Rights&(1<<at) != 0 {
			return false
		}
		c.entry.Rights |= 1 << at
	}
}

// list reads entries with commas between them; one may follow the last. Where it is
// wrong, at is the offset of the mistake.
func (g *grammar) list(text string) (cs []command, at int, ok bool) {
	r := reader{text: text}
	for r.at < len(r.text) {
		c, ok := g.entry(&r)
		if !ok {
			return nil, r.at, false
		}
		cs = append(cs, c)
		r.blanks()
		if r.peek() != ',' {
			break
		}
		r.at++
	}
	if r.at < len(r.text) {
		return nil, r.at, false
	}
	return cs, 0, true
}

// line reads the one entry of a line of a file; a comment may follow.
func (g *grammar) line(text string) (command, bool) {
	r := reader{text: text}
	r.blanks()
	c, ok := g.entry(&r)
	r.blanks()
	if !ok || r.peek() != 0 && r.peek() != '#' {
		return command{}, false
	}
	return c, true
}
