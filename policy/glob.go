package policy

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Path patterns are those of gitignore(5) with two differences: every pattern is
// anchored at the root of the tree, as if it began with a slash, and "?" and "[…]"
// stand for one character of UTF-8 rather than one byte. "**" between slashes is
// any number of directories, none included; at the end it is everything below; a
// slash at the end admits only directories; "." is the root itself.

// pattern is one path pattern, split at its slashes.
type pattern struct {
	text    string
	parts   []part // none: the root of the tree
	dirOnly bool
	never   bool // well formed, and fits no path
	pos     position
}

// part is a component of a pattern: what one name must look like.
type part struct {
	anywhere bool // "**/" stands before it: any directories may come between
	name     nameGlob
}

// nameGlob is a pattern for one name. Its shape tells an index how to find it.
type nameGlob struct {
	text   string
	shape  shape
	prefix string   // the literal text before the first wildcard
	suffix string   // the literal text after the last one
	middle []string // the literal texts between its wildcards
}

type shape uint8

const (
	literal shape = iota // prefix is the whole name
	affixes              // prefix*suffix, either of them possibly empty
	starred              // several stars and no other wildcard
	wild                 // anything else; prefix and suffix must hold all the same
)

var (
	errEmptyPattern = errors.New("an empty path pattern matches nothing")
	errTrailingBack = errors.New(`a backslash at the end escapes nothing`)
	errOpenClass    = errors.New(`"[" without "]"`)
)

// parsePattern splits a pattern. The error tells what is wrong with the text.
func parsePattern(text string) (pattern, error) {
	p := pattern{text: text}
	rest := strings.TrimPrefix(text, "/")
	switch {
	case text == "":
		return p, errEmptyPattern
	case text == "." || text == "/" || text == "./":
		return p, nil
	case strings.HasPrefix(text, "!"):
		return p, errors.New(`a pattern cannot begin with "!"; use not: {path: …}, or \! for a name that begins so`)
	}
	if trimmed, ok := strings.CutSuffix(rest, "/"); ok {
		rest, p.dirOnly = trimmed, true
	}
	return p, p.split(rest)
}

func (p *pattern) split(rest string) error {
	anywhere := false
	components := strings.Split(rest, "/")
	for i, c := range components {
		switch c {
		case "":
			return never("no name is empty", "write one slash, not two")
		case ".", "..":
			return never(fmt.Sprintf("no name is %q", c), "patterns are relative to the root of the tree and stay in it")
		}
		if c == "**" {
			anywhere = true
			if i < len(components)-1 {
				continue
			}
			c = "*"
		}
		g, err := parseName(c)
		if err != nil {
			return err
		}
		p.parts = append(p.parts, part{anywhere, g})
		anywhere = false
	}
	return nil
}

// neverMatches is what is wrong with a pattern that is well formed and fits no path.
type neverMatches struct{ why, hint string }

func (e *neverMatches) Error() string { return e.why }

func never(why, hint string) error { return &neverMatches{why, hint} }

// parseName examines one component.
func parseName(text string) (nameGlob, error) {
	g := nameGlob{text: text}
	var head, tail strings.Builder
	stars, others := 0, 0
	for i := 0; i < len(text); {
		c, n, err := globToken(text[i:])
		if err != nil {
			return g, err
		}
		switch c {
		case tokenStar:
			stars++
		case tokenOne, tokenClass:
			others++
		}
		if c != tokenByte {
			if tail.Len() > 0 {
				g.middle = append(g.middle, tail.String())
			}
			tail.Reset()
		} else if stars+others == 0 {
			head.WriteByte(text[i+n-1])
		} else {
			tail.WriteByte(text[i+n-1])
		}
		i += n
	}
	g.prefix, g.suffix = head.String(), tail.String()
	switch {
	case stars+others == 0:
		g.shape = literal
	case stars == 1 && others == 0:
		g.shape = affixes
	case others == 0:
		g.shape = starred
	default:
		g.shape = wild
	}
	return g, nil
}

type token uint8

const (
	tokenByte  token = iota // the last byte of the token stands for itself
	tokenStar               // any run of characters
	tokenOne                // one character
	tokenClass              // one character of a class
)

// globToken reads the token at the head of text, which is not empty.
func globToken(text string) (token, int, error) {
	switch text[0] {
	case '*':
		n := 1
		for n < len(text) && text[n] == '*' {
			n++
		}
		return tokenStar, n, nil
	case '?':
		return tokenOne, 1, nil
	case '\\':
		if len(text) == 1 {
			return tokenByte, 1, errTrailingBack
		}
		return tokenByte, 2, nil
	case '[':
		n := classLength(text)
		if n == 0 {
			return tokenClass, 1, errOpenClass
		}
		return tokenClass, n, checkClass(text[:n])
	}
	return tokenByte, 1, nil
}

// classLength is the length of the bracket expression at the head of text, 0 when
// it does not end. A "]" that comes first stands for itself.
func classLength(text string) int {
	i := 1
	if i < len(text) && (text[i] == '!' || text[i] == '^') {
		i++
	}
	for first := true; i < len(text); first = false {
		switch {
		case text[i] == ']' && !first:
			return i + 1
		case text[i] == '\\' && i+1 < len(text):
			i += 2
		case strings.HasPrefix(text[i:], "[:"):
			end := strings.Index(text[i+2:], ":]")
			if end < 0 {
				i++
				continue
			}
			i += end + 4
		default:
			i++
		}
	}
	return 0
}

func checkClass(text string) error {
	body := text[1 : len(text)-1]
	for {
		start := strings.Index(body, "[:")
		if start < 0 {
			return nil
		}
		end := strings.Index(body[start+2:], ":]")
		if end < 0 {
			return nil
		}
		name := body[start+2 : start+2+end]
		if _, ok := inNamedClass(name, 'a'); !ok {
			return fmt.Errorf("unknown character class %q", "[:"+name+":]")
		}
		body = body[start+end+4:]
	}
}

// match tells whether a name fits.
func (g *nameGlob) match(name string) bool {
	if len(name) < len(g.prefix)+len(g.suffix) ||
		!strings.HasPrefix(name, g.prefix) || !strings.HasSuffix(name, g.suffix) {
		return false
	}
	switch g.shape {
	case literal:
		return len(name) == len(g.prefix)
	case affixes:
		return true
	}
	between := inOrder(g.middle, name[len(g.prefix):len(name)-len(g.suffix)])
	return between && (g.shape == starred || matchWild(g.text, name))
}

// inOrder tells whether the texts stand in a name one after the other.
func inOrder(texts []string, name string) bool {
	for _, text := range texts {
		at := strings.Index(name, text)
		if at < 0 {
			return false
		}
		name = name[at+len(text):]
	}
	return true
}

// matchWild is the general matcher: on a mismatch the last star takes one more
// character, so the time is at most the product of the lengths.
func matchWild(glob, name string) bool {
	g, n := 0, 0
	starGlob, starName := -1, 0
	for n < len(name) {
		if g < len(glob) && glob[g] == '*' {
			_, size, _ := globToken(glob[g:])
			g += size
			starGlob, starName = g, n
			continue
		}
		if g < len(glob) {
			if size, used := matchOne(glob[g:], name[n:]); used > 0 {
				g, n = g+size, n+used
				continue
			}
		}
		if starGlob < 0 {
			return false
		}
		starName++
		g, n = starGlob, starName
	}
	for g < len(glob) && glob[g] == '*' {
		g++
	}
	return g == len(glob)
}

// matchOne matches the token at the head of glob against the head of name: the
// lengths of both, the second 0 when it does not fit.
func matchOne(glob, name string) (size, used int) {
	tok, size, _ := globToken(glob)
	if tok == tokenByte {
		if glob[size-1] == name[0] {
			return size, 1
		}
		return size, 0
	}
	r, n := utf8.DecodeRuneInString(name)
	if tok == tokenOne || inClass(glob[1:size-1], r) {
		return size, n
	}
	return size, 0
}

// inClass evaluates the inside of a bracket expression.
func inClass(class string, r rune) bool {
	negated := strings.HasPrefix(class, "!") || strings.HasPrefix(class, "^")
	if negated {
		class = class[1:]
	}
	in := false
	for class != "" {
		if name, rest, ok := namedClass(class); ok {
			member, _ := inNamedClass(name, r)
			in, class = in || member, rest
			continue
		}
		low, rest := classRune(class)
		high := low
		if len(rest) > 1 && rest[0] == '-' {
			high, rest = classRune(rest[1:])
		}
		in, class = in || low <= r && r <= high, rest
	}
	return in != negated
}

func namedClass(class string) (name, rest string, ok bool) {
	if !strings.HasPrefix(class, "[:") {
		return "", class, false
	}
	name, rest, ok = strings.Cut(class[2:], ":]")
	return name, rest, ok
}

func classRune(class string) (rune, string) {
	if class[0] == '\\' && len(class) > 1 {
		class = class[1:]
	}
	r, n := utf8.DecodeRuneInString(class)
	return r, class[n:]
}

// inNamedClass is the membership of ASCII classes such as [:digit:].
func inNamedClass(name string, r rune) (member, known bool) {
	ascii := r < utf8.RuneSelf
	letter := ascii && unicode.IsLetter(r)
	digit := ascii && unicode.IsDigit(r)
	switch name {
	case "alnum":
		return letter || digit, true
	case "alpha":
		return letter, true
	case "blank":
		return r == ' ' || r == '\t', true
	case "cntrl":
		return ascii && unicode.IsControl(r), true
	case "digit":
		return digit, true
	case "graph":
		return ascii && r > ' ' && r != 0x7f, true
	case "lower":
		return ascii && unicode.IsLower(r), true
	case "print":
		return ascii && r >= ' ' && r != 0x7f, true
	case "punct":
		return ascii && r > ' ' && r != 0x7f && !letter && !digit, true
	case "space":
		return ascii && unicode.IsSpace(r), true
	case "upper":
		return ascii && unicode.IsUpper(r), true
	case "xdigit":
		return digit || 'a' <= r && r <= 'f' || 'A' <= r && r <= 'F', true
	}
	return false, false
}
