package dos

import (
	"fmt"
	"strings"
)

// Change is what attrib and mattrib do to attributes: it sets some and clears others.
// No attribute is in both.
type Change struct{ Set, Clear Attributes }

// ParseChange reads the arguments of attrib and mattrib: "+r -h +s", also "+rs-h". The
// last word on a letter counts. Errors are of type *SyntaxError.
func ParseChange(s string) (Change, error) {
	var c Change
	sign := byte(0)
	for i := range len(s) {
		bit := letterBit(s[i])
		switch {
		case s[i] == '+' || s[i] == '-':
			sign = s[i]
		case s[i] == ' ' && i > 0 && s[i-1] != '+' && s[i-1] != '-':
			sign = 0
		case bit == 0:
			return Change{}, syntaxError(s, i, fmt.Sprintf("%q is no attribute that can be changed", s[i:i+1]), "they are r, h, s and a")
		case sign == 0:
			return Change{}, syntaxError(s, i, "a sign is missing", fmt.Sprintf("write +%c or -%c", s[i], s[i]))
		default:
			c = c.and(sign == '+', bit)
		}
	}
	if n := len(s); n > 0 && (s[n-1] == '+' || s[n-1] == '-') {
		return Change{}, syntaxError(s, n, "a letter is missing after the sign", "write r, h, s or a")
	}
	return c, nil
}

func (c Change) and(set bool, bit Attributes) Change {
	if set {
		return Change{c.Set | bit, c.Clear &^ bit}
	}
	return Change{c.Set &^ bit, c.Clear | bit}
}

// Apply is the attributes after the change.
func (c Change) Apply(a Attributes) Attributes { return a&^c.Clear | c.Set }

// Format is the change as arguments: "+r -h". ParseChange reads it back.
func (c Change) Format() string {
	var args []string
	for _, l := range []byte(letters) {
		switch bit := letterBit(l); {
		case c.Set&bit != 0:
			args = append(args, "+"+string(l|0x20))
		case c.Clear&bit != 0:
			args = append(args, "-"+string(l|0x20))
		}
	}
	return strings.Join(args, " ")
}

// To is the change that makes of the attributes those of b, as far as it can be asked
// for.
func (a Attributes) To(b Attributes) Change {
	return Change{Set: b &^ a & lettered, Clear: a &^ b & lettered}
}

// Replay is the change that mattrib -p prints, to be made to a new file or directory:
// a new file is archived, a directory is not. It says nothing of read-only.
func (a Attributes) Replay() Change {
	fresh := Archive
	if a&Directory != 0 {
		fresh = 0
	}
	return fresh.To(a &^ ReadOnly)
}
