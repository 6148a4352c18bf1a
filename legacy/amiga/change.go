package amiga

import (
	"fmt"
	"strings"
)

// Change is what protect does to the letters of a file: it adds some and takes others
// away, or, with Exactly, leaves just those of Add. What group and others may do stays.
type Change struct {
	Add, Sub Flags
	Exactly  bool
}

// ParseChange reads the arguments of protect after the file: "rwed", "+s -w", and in
// words "s ADD", "w SUB". Errors are of type *SyntaxError.
func ParseChange(s string) (Change, error) {
	var c Change
	at := 0
	for word := range strings.SplitSeq(s, " ") {
		if word != "" {
			next, err := c.parse(s, at, word)
			if err != nil {
				return Change{}, err
			}
			c = next
		}
		at += len(word) + 1
	}
	if c == (Change{}) {
		return Change{}, syntaxError(s, 0, "letters are missing", `write "rwed", "+s" or "-w"`)
	}
	return c, nil
}

// parse is the change with one word more.
func (c Change) parse(input string, at int, word string) (Change, error) {
	exactly := c.Exactly
	switch sign, rest := word[0], word[1:]; {
	case exactly && strings.EqualFold(word, "add"):
		return Change{Add: c.Add}, nil
	case exactly && strings.EqualFold(word, "sub"):
		return Change{Sub: c.Add}, nil
	case exactly:
		return c, syntaxError(input, at, fmt.Sprintf("%q follows letters that say all", word), "write ADD or SUB here, or a sign before each")
	case sign == '+' || sign == '-' && !strings.Contains(rest, "-"):
		f, err := parseFlags(input, at+1, rest)
		if err == nil && f == 0 {
			err = syntaxError(input, at+1, "letters are missing after the sign", "")
		}
		if sign == '+' {
			return Change{Add: c.Add | f, Sub: c.Sub &^ f}, err
		}
		return Change{Add: c.Add &^ f, Sub: c.Sub | f}, err
	case c != (Change{}):
		return c, syntaxError(input, at, "a sign is missing", "write + or - before the letters")
	}
	f, err := parseFlags(input, at, word)
	return Change{Add: f, Exactly: true}, err
}

// Apply is the protection after the change.
func (c Change) Apply(p Protection) Protection {
	if c.Exactly {
		return p.WithFlags(c.Add)
	}
	return p.WithFlags(p.Flags()&^c.Sub | c.Add)
}

// Format is the change as arguments of protect: "rwed", "+s -w"; "--------" for no
// letters. ParseChange reads it back.
func (c Change) Format() string {
	if c.Exactly {
		return c.Add.Format()
	}
	var args []string
	if c.Add != 0 {
		args = append(args, "+"+c.Add.packed())
	}
	if c.Sub != 0 {
		args = append(args, "-"+c.Sub.packed())
	}
	return strings.Join(args, " ")
}

// packed is the letters without hyphens.
func (f Flags) packed() string { return strings.ReplaceAll(f.Format(), "-", "") }
