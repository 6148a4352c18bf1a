package vms

import (
	"fmt"
	"strings"
)

// ParseProtection reads a whole protection code: (S:RWED,O:RWED,G:RE,W), or as
// DIRECTORY prints it, (RWED,RWED,RE,). A code that leaves categories out is none: read
// it with ParseCode, and say what it is applied to.
func ParseProtection(s string, c Class) (Protection, error) {
	if cols, ok := columns(s, c); ok {
		return cols, nil
	}
	k, err := ParseCode(s, c)
	if err != nil {
		return 0, err
	}
	for cat := System; cat <= World; cat++ {
		if !k.Names(cat) {
			return 0, syntaxError(s, len(s), "the code says nothing of "+cat.String(), "name all of S, O, G and W; a category without letters has no access")
		}
	}
	return k.Word, nil
}

// columns reads the form of DIRECTORY, which must have its parentheses. It is never a
// code as well: of the letters only W is a category, and none may be named twice.
func columns(s string, c Class) (Protection, bool) {
	inner, ok := inParentheses(s)
	cols := strings.Split(inner, ",")
	if !ok || len(cols) != 4 {
		return 0, false
	}
	p := Protection(0xFFFF)
	for i, col := range cols {
		a, ok := letterSet(strings.TrimSpace(col), c)
		if !ok {
			return 0, false
		}
		p = p.With(Category(i), a)
	}
	return p, true
}

func inParentheses(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 2 || s[0] != '(' || s[len(s)-1] != ')' {
		return "", false
	}
	return s[1 : len(s)-1], true
}

// ParseCode reads a protection code (DCL HELP Protection_Codes): categories by any
// abbreviation, letters in any order, either case, with or without parentheses. A
// category without letters has no access. The form of SHOW SECURITY is read too, with
// its blanks, and "=" for ":" as the older SHOW PROTECTION has it.
func ParseCode(s string, c Class) (Code, error) {
	p := codeParser{input: s, class: c, code: Code{Word: 0xFFFF}}
	start, end := trimmed(s, 0, len(s))
	if start < end && s[start] == '(' {
		if s[end-1] != ')' {
			return Code{}, syntaxError(s, end, "the parenthesis is not closed", "")
		}
		start, end = start+1, end-1
	}
	for at := start; ; {
		stop := end
		if i := strings.IndexByte(s[at:end], ','); i >= 0 {
			stop = at + i
		}
		if err := p.column(at, stop); err != nil {
			return Code{}, err
		}
		if stop == end {
			return p.code, nil
		}
		at = stop + 1
	}
}

type codeParser struct {
	input string
	class Class
	code  Code
}

// column reads one category with its letters: input[from:to].
func (p *codeParser) column(from, to int) error {
	text := p.input[from:to]
	name, letters := text, ""
	colon := strings.IndexAny(text, ":=")
	if colon >= 0 {
		name, letters = text[:colon], text[colon+1:]
	}
	at := from + len(name) - len(strings.TrimLeft(name, " \t"))
	cat, ok := category(strings.TrimSpace(name))
	if !ok {
		return syntaxError(p.input, at, fmt.Sprintf("%q is no category", strings.TrimSpace(name)), "categories are SYSTEM, OWNER, GROUP and WORLD")
	}
	if p.code.Names(cat) {
		return syntaxError(p.input, at, cat.String()+" is named twice", "")
	}
	a, bad := p.letters(letters)
	if bad >= 0 {
		return syntaxError(p.input, from+colon+1+bad, fmt.Sprintf("%q is no access", letters[bad:bad+1]), "the letters are "+p.class.letters())
	}
	p.code.Named |= 0xF << (4 * cat)
	p.code.Word = p.code.Word.With(cat, a)
	return nil
}

// letters reads rights; bad is the offset of the first letter that is none, or -1.
func (p *codeParser) letters(s string) (a Access, bad int) {
	for i := range len(s) {
		if s[i] == ' ' || s[i] == '\t' {
			continue
		}
		bit, ok := letterSet(s[i:i+1], p.class)
		if !ok {
			return 0, i
		}
		a |= bit
	}
	return a, -1
}

func letterSet(s string, c Class) (Access, bool) {
	var a Access
	for i := range len(s) {
		bit := strings.IndexByte(c.letters(), upper(s[i]))
		if bit < 0 {
			return 0, false
		}
		a |= 1 << bit
	}
	return a, true
}

func category(s string) (Category, bool) {
	for cat := System; cat <= World; cat++ {
		if s != "" && len(s) <= len(cat.String()) && strings.EqualFold(s, cat.String()[:len(s)]) {
			return cat, true
		}
	}
	return 0, false
}

func upper(b byte) byte {
	if 'a' <= b && b <= 'z' {
		return b - 'a' + 'A'
	}
	return b
}
