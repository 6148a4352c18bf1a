package racf

import (
	"strings"
)

// Naming says by which rules names of profiles match.
type Naming uint8

// The rules.
const (
	NoEGN   Naming = iota // data sets, SETROPTS NOEGN: a "*" at the end reaches over qualifiers
	EGN                   // data sets, enhanced generic naming: "*" stays in its qualifier, "**" takes any
	General               // general resources: both "**", and a "*" at the end that reaches over qualifiers
)

// Pattern is the name of a profile, ready to be matched.
type Pattern struct {
	parts []part
}

type partKind uint8

// What a part takes of a name.
const (
	text           partKind = iota // itself
	oneCharacter                   // any but a dot
	someCharacters                 // none or more, up to a dot
	oneQualifier                   // one or more, up to a dot
	rest                           // all to the end
	restNotEmpty                   // all to the end, and something
	dotsQualifiers                 // none or more of a dot with a qualifier
	qualifiersDots                 // none or more of a qualifier with a dot
	oneOf                          // one of the values of a variable
)

type part struct {
	kind   partKind
	text   string
	values []string
}

// Compile makes a pattern of a profile's name. Variables are the members of RACFVARS by
// "&NAME"; one that is not known matches nothing.
func Compile(name string, n Naming, variables map[string][]string) Pattern {
	var p Pattern
	for at := 0; at < len(name); {
		var x part
		x, at = next(name, at, n, variables)
		p.parts = append(p.parts, x)
	}
	return p
}

// next is the part that starts at a place, and where the one after it does.
func next(name string, at int, n Naming, variables map[string][]string) (part, int) {
	after := name[at:]
	starts := at == 0 || name[at-1] == '.'
	switch {
	case n != NoEGN && after == "**" && at == 0:
		return part{kind: rest}, len(name)
	case n != NoEGN && at == 0 && strings.HasPrefix(after, "**."):
		return part{kind: qualifiersDots}, 3
	case n != NoEGN && (after == ".**" || strings.HasPrefix(after, ".**.")):
		return part{kind: dotsQualifiers}, at + 3
	case after == "*" && n != EGN && starts:
		return part{kind: restNotEmpty}, len(name)
	case after == "*" && n != EGN:
		return part{kind: rest}, len(name)
	case starts && (after == "*" || strings.HasPrefix(after, "*.")):
		return part{kind: oneQualifier}, at + 1
	case after[0] == '*':
		return part{kind: someCharacters}, at + 1
	case after[0] == '%':
		return part{kind: oneCharacter}, at + 1
	case after[0] == '&':
		end := at + 1
		for end < len(name) && isNameByte(name[end], false) {
			end++
		}
		return part{kind: oneOf, values: variables[name[at:end]]}, end
	}
	end := at + 1
	for end < len(name) && !strings.ContainsRune("*%&.", rune(name[end])) {
		end++
	}
	return part{kind: text, text: name[at:end]}, end
}

// Matches reports whether the pattern takes the whole name, which is in upper case. The
// time is bounded by the product of their lengths.
func (p Pattern) Matches(name string) bool {
	at := make([]bool, len(name)+1)
	at[0] = true
	for _, x := range p.parts {
		reached := make([]bool, len(name)+1)
		for i, ok := range at {
			if ok {
				x.take(name, i, reached)
			}
		}
		at = reached
	}
	return at[len(name)]
}

// take marks where a part can end that starts at a place.
func (x part) take(name string, at int, reached []bool) {
	end := qualifierEnd(name, at)
	switch x.kind {
	case text:
		reach(reached, name, at, x.text)
	case oneOf:
		for _, v := range x.values {
			reach(reached, name, at, v)
		}
	case oneCharacter:
		if at < end {
			reached[at+1] = true
		}
	case someCharacters:
		for i := at; i <= end; i++ {
			reached[i] = true
		}
	case oneQualifier:
		if at < end {
			reached[end] = true
		}
	case rest, restNotEmpty:
		reached[len(name)] = reached[len(name)] || x.kind == rest || at < len(name)
	case dotsQualifiers:
		reached[at] = true
		for at < len(name) && name[at] == '.' && qualifierEnd(name, at+1) > at+1 {
			at = qualifierEnd(name, at+1)
			reached[at] = true
		}
	case qualifiersDots:
		reached[at] = true
		for end > at && end < len(name) {
			at = end + 1
			end = qualifierEnd(name, at)
			reached[at] = true
		}
	}
}

func reach(reached []bool, name string, at int, s string) {
	if strings.HasPrefix(name[at:], s) {
		reached[at+len(s)] = true
	}
}

func qualifierEnd(name string, at int) int {
	if i := strings.IndexByte(name[at:], '.'); i >= 0 {
		return at + i
	}
	return len(name)
}

// MoreSpecific orders the names of generic profiles that match one name: negative when a
// is the more specific. At the first place where they differ, a character comes before
// "%", that before "*", that before "**"; where one ends the longer comes first, unless
// all it has more is ".**".
func MoreSpecific(a, b string) int {
	for i := 0; ; i++ {
		switch {
		case i == len(a) && i == len(b):
			return 0
		case i == len(a):
			return ended(b[i:])
		case i == len(b):
			return -ended(a[i:])
		}
		if ra, rb := rank(a, i), rank(b, i); ra != rb {
			return rb - ra
		}
		if a[i] != b[i] {
			return strings.Compare(a, b)
		}
	}
}

// ended compares a name that is at its end with one that goes on.
func ended(more string) int {
	if more == ".**" {
		return -1
	}
	return 1
}

func rank(s string, i int) int {
	switch {
	case strings.HasPrefix(s[i:], "**"):
		return 0
	case s[i] == '*' && i > 0 && s[i-1] == '*':
		return 0
	case s[i] == '*':
		return 1
	case s[i] == '%':
		return 2
	case s[i] == '&':
		return 3
	}
	return 4
}
