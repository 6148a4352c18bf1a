package vms

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseACE reads an entry as commands take it and listings show it. Keywords may be
// shortened as DCL allows, while they stay unique; case does not matter, nor do blanks
// around the punctuation. Kinds of entries that are not known are kept as text.
func ParseACE(s string, c Class) (ACE, error) {
	p := aceParser{input: s, class: c}
	start, end := trimmed(s, 0, len(s))
	if end-start < 2 || s[start] != '(' || s[end-1] != ')' || closing(s, start) != end-1 {
		return ACE{}, syntaxError(s, start, "an entry stands in parentheses", "")
	}
	fields := split(s, start+1, end-1, ',')
	if err := p.kind(fields[0]); err != nil {
		return ACE{}, err
	}
	if p.ace.Kind == Other {
		return ACE{Kind: Other, Text: s[start:end]}, nil
	}
	if err := p.rest(fields[1:]); err != nil {
		return ACE{}, err
	}
	return p.ace, p.complete(end)
}

type aceParser struct {
	input     string
	class     Class
	ace       ACE
	hasAccess bool
	hasOption bool
}

// span is a part of the input.
type span struct{ from, to int }

func (p *aceParser) text(f span) string { return p.input[f.from:f.to] }

func (p *aceParser) fault(at int, problem, hint string) error {
	return syntaxError(p.input, at, problem, hint)
}

// keyword splits KEY=VALUE.
func (p *aceParser) keyword(f span) (key string, value span) {
	if i := strings.IndexByte(p.text(f), '='); i >= 0 {
		from, to := trimmed(p.input, f.from+i+1, f.to)
		return strings.TrimSpace(p.input[f.from : f.from+i]), span{from, to}
	}
	return p.text(f), span{f.to, f.to}
}

func (p *aceParser) kind(f span) error {
	key, value := p.keyword(f)
	switch {
	case key == "":
		return p.fault(f.from, "the entry has no kind", "entries start with IDENTIFIER=, DEFAULT_PROTECTION, CREATOR, ALARM= or AUDIT=")
	case shortens(key, "IDENTIFIER", 2):
		return p.identifiers(value)
	case shortens(key, "DEFAULT_PROTECTION", 3):
		p.ace.Kind = ForNewFiles
	case shortens(key, "CREATOR", 2):
		p.ace.Kind = Creator
	case shortens(key, "ALARM", 2), shortens(key, "AUDIT", 2):
		return p.watch(key, value)
	default:
		p.ace.Kind = Other
	}
	return nil
}

func (p *aceParser) watch(key string, value span) error {
	p.ace.Kind = Alarm
	if shortens(key, "AUDIT", 2) {
		p.ace.Kind = Audit
	}
	p.ace.Journal = strings.ToUpper(p.text(value))
	switch {
	case p.ace.Journal == "":
		p.ace.Journal = "SECURITY"
	case !isName(p.ace.Journal):
		return p.fault(value.from, fmt.Sprintf("%q is no journal", p.text(value)), "write SECURITY")
	}
	return nil
}

func (p *aceParser) identifiers(value span) error {
	for _, f := range split(p.input, value.from, value.to, '+') {
		id, err := ParseIdentifier(p.text(f))
		if err != nil {
			se := err.(*SyntaxError) //nolint:errorlint // ParseIdentifier returns no other
			return p.fault(f.from+se.Offset, se.Problem, se.Hint)
		}
		p.ace.Identifiers = append(p.ace.Identifiers, id)
	}
	return nil
}

func (p *aceParser) rest(fields []span) error {
	for i, f := range fields {
		key, value := p.keyword(f)
		switch {
		case shortens(key, "OPTIONS", 1) && value.from < value.to && !p.hasOption && !isCategoryField(key, p.text(f), p.ace.Kind):
			p.hasOption = true
			if err := p.options(value); err != nil {
				return err
			}
		case p.ace.Kind == ForNewFiles:
			return p.defaultCode(fields[i:])
		case shortens(key, "ACCESS", 1) && !p.hasAccess:
			p.hasAccess = true
			if err := p.access(value); err != nil {
				return err
			}
		default:
			return p.fault(f.from, fmt.Sprintf("%q is not expected", p.text(f)), "an entry has OPTIONS= and ACCESS=, each once")
		}
	}
	return nil
}

// isCategoryField tells O=RW, the owner's column in an entry for default protection,
// from options.
func isCategoryField(key, _ string, k Kind) bool {
	_, ok := category(key)
	return k == ForNewFiles && ok
}

// defaultCode reads the protection code that ends an entry for default protection.
func (p *aceParser) defaultCode(fields []span) error {
	from, to := fields[0].from, fields[len(fields)-1].to
	if key, value := p.keyword(fields[0]); shortens(key, "ACCESS", 1) {
		from = value.from
	}
	code, err := ParseCode(p.input[from:to], p.class)
	if err != nil {
		se := err.(*SyntaxError) //nolint:errorlint // ParseCode returns no other
		return p.fault(from+se.Offset, se.Problem, se.Hint)
	}
	p.ace.Default = code
	return nil
}

func (p *aceParser) options(value span) error {
	for _, f := range split(p.input, value.from, value.to, '+') {
		bit, ok := wordBit(p.text(f), optionWords())
		if !ok && !shortens(p.text(f), "NONE", 3) {
			return p.fault(f.from, fmt.Sprintf("%q is no option", p.text(f)), "options are DEFAULT, HIDDEN, PROTECTED, NOPROPAGATE and NONE")
		}
		p.ace.Options |= Options(bit)
	}
	return nil
}

func (p *aceParser) access(value span) error {
	watched := p.ace.Kind == Alarm || p.ace.Kind == Audit
	for _, f := range split(p.input, value.from, value.to, '+') {
		word := p.text(f)
		bit, ok := accessBit(word, p.class)
		switch {
		case ok:
			p.ace.Access |= bit
		case watched && shortens(word, "SUCCESS", 1):
			p.ace.Occasions |= Success
		case watched && shortens(word, "FAILURE", 1):
			p.ace.Occasions |= Failure
		case !shortens(word, "NONE", 1):
			return p.fault(f.from, fmt.Sprintf("%q is no access", word), "access is "+strings.Join(p.class.words(), ", ")+" or NONE")
		}
	}
	return nil
}

func accessBit(word string, c Class) (Access, bool) {
	if n, ok := strings.CutPrefix(strings.ToUpper(word), "BIT_"); ok {
		i, err := strconv.ParseUint(n, 10, 6)
		return 1 << i, err == nil && i < 32
	}
	bit, ok := wordBit(word, c.words())
	return Access(bit), ok
}

// complete reports what an entry lacks that ends at a place.
func (p *aceParser) complete(end int) error {
	switch {
	case p.ace.Kind == ForNewFiles && p.ace.Default.Named == 0:
		return p.fault(end-1, "the entry has no protection code", "")
	case p.ace.Kind != ForNewFiles && !p.hasAccess:
		return p.fault(end-1, "the entry has no ACCESS=", "ACCESS=NONE refuses")
	}
	return nil
}

// wordBit is the bit of a word that may be shortened while it stays unique.
func wordBit(s string, words []string) (uint32, bool) {
	found := -1
	for i, w := range words {
		if shortens(s, w, 1) {
			if found >= 0 {
				return 0, false
			}
			found = i
		}
	}
	if found < 0 || strings.EqualFold(s, "NO") || strings.EqualFold(s, "N") {
		return 0, false
	}
	return 1 << found, true
}

// shortens reports whether s is the word, or its beginning of at least some length.
func shortens(s, word string, atLeast int) bool {
	return len(s) >= atLeast && len(s) <= len(word) && strings.EqualFold(s, word[:len(s)])
}

// split cuts input[from:to] at a separator that stands in no brackets, and trims.
func split(input string, from, to int, by byte) []span {
	var out []span
	depth, start := 0, from
	for i := from; i <= to; i++ {
		if i == to || depth == 0 && input[i] == by {
			a, b := trimmed(input, start, i)
			out = append(out, span{a, b})
			start = i + 1
			continue
		}
		switch input[i] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		}
	}
	return out
}

func trimmed(s string, from, to int) (int, int) {
	for from < to && isBlank(s[from]) {
		from++
	}
	for from < to && isBlank(s[to-1]) {
		to--
	}
	return from, to
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// closing is the offset of the parenthesis that closes the one at a place, or -1.
func closing(s string, open int) int {
	depth := 0
	for i := open; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// ParseACL reads entries: one, several after each other, by commas or on lines of their
// own, or as SET SECURITY/ACL takes them, ((…),(…)). "()" and "" have none.
func ParseACL(s string, c Class) (ACL, error) {
	from, to := trimmed(s, 0, len(s))
	if from < to && s[from] == '(' && closing(s, from) == to-1 {
		if i, j := trimmed(s, from+1, to-1); i == j || s[i] == '(' {
			from, to = i, j
		}
	}
	var l ACL
	for at := from; at < to; {
		end := -1
		if s[at] == '(' {
			end = closing(s[:to], at)
		}
		if end < 0 {
			return nil, syntaxError(s, at, "an entry stands in parentheses", "")
		}
		e, err := ParseACE(s[at:end+1], c)
		if err != nil {
			se := err.(*SyntaxError) //nolint:errorlint // ParseACE returns no other
			return nil, syntaxError(s, at+se.Offset, se.Problem, se.Hint)
		}
		l = append(l, e)
		if at, _ = trimmed(s, end+1, to); at < to && s[at] == ',' {
			at, _ = trimmed(s, at+1, to)
		}
	}
	return l, nil
}
