package mode

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// FromYAMLNumber reads a mode that a file gives as a plain (unquoted) number,
// from the text that stands there. It accepts only what nobody can take for
// something else: octal digits after a zero or 0o. 644, 420, 0x1a4 and 0888 are
// errors of type *SyntaxError that say what they mean as numbers and what was
// probably meant.
func FromYAMLNumber(text string) (Mode, error) {
	digits, marked := octalMark(text)
	if marked {
		return fromMarked(text, digits)
	}
	value, err := strconv.ParseUint(text, 0, 64)
	if err != nil {
		return 0, syntaxError(text, 0, "is no octal number", `write four octal digits, such as "0644"`)
	}
	return 0, misread(text, value)
}

// octalMark cuts the sign of an octal number off: a leading zero, 0o or both.
func octalMark(text string) (digits string, marked bool) {
	if rest, ok := strings.CutPrefix(text, "0o"); ok {
		return rest, rest != ""
	}
	if len(text) > 1 && text[0] == '0' && !digit(text[1]) {
		return "", false // 0x, 0b
	}
	return text, strings.HasPrefix(text, "0")
}

func fromMarked(text, digits string) (Mode, error) {
	m, err := parseOctal(digits, 0)
	if err == nil {
		return m, nil
	}
	var e *SyntaxError
	if !errors.As(reinput(err, text), &e) {
		return 0, err
	}
	if i := strings.IndexAny(digits, "89"); i >= 0 && e.Hint == "" {
		e.Problem = fmt.Sprintf("is not octal (%c is no octal digit)", digits[i])
		e.Hint = `write four octal digits, such as "0644"`
	}
	return 0, e
}

// misread explains a number that is a mode in one reading or another.
func misread(text string, value uint64) error {
	e := syntaxError(text, 0, "", `write four octal digits in quotes, such as "0644"`)
	base := baseOf(text)
	spelt, err := parseOctal(strings.TrimLeft(text, "0xX"), 0)
	looksOctal := err == nil && len(text) >= 3
	m, as := numericMode(value)
	switch {
	case as == "" && looksOctal:
		e.Problem = fmt.Sprintf("read as a number is no mode at all (%s %s)", base, text)
		e.Hint = quotedHint(spelt)
	case as == "":
		e.Problem = "is no mode: more than 07777"
	case as != "number":
		e.Problem = fmt.Sprintf("is %s in decimal", as)
		e.Hint = quotedHint(m)
	case looksOctal && likely(spelt) && !likely(m):
		e.Problem = fmt.Sprintf("read as a number is %s (%s, %s %s)", m.literal(), m.Format(Regular), base, strings.TrimPrefix(text, "0x"))
		e.Hint = quotedHint(spelt)
	case looksOctal && likely(spelt):
		e.Problem = fmt.Sprintf("is %s as a %s number and %s as octal digits", m.literal(), base, spelt.literal())
		e.Hint = fmt.Sprintf("write %q or %q", m.literal(), spelt.literal())
	default:
		e.Problem = fmt.Sprintf("is %s in %s", m.literal(), base)
		e.Hint = quotedHint(m)
	}
	return e
}

func baseOf(text string) string {
	switch {
	case strings.HasPrefix(text, "0x"), strings.HasPrefix(text, "0X"):
		return "hexadecimal"
	case strings.HasPrefix(text, "0b"), strings.HasPrefix(text, "0B"):
		return "binary"
	case strings.HasPrefix(text, "0O"):
		return "octal"
	}
	return "decimal"
}

func quotedHint(m Mode) string { return fmt.Sprintf("write %q", m.literal()) }

// numericMode is what a number says when it is taken for a mode, and as what: a
// "number" of twelve bits, a st_mode or a Go file mode. as is "" for neither.
func numericMode(value uint64) (m Mode, as string) {
	if value <= uint64(All) {
		return Mode(value), "number"
	}
	if value <= 0o177777 {
		if m, k := FromStat(uint32(value)); k != Unknown {
			return m, fmt.Sprintf("st_mode 0%o (%s)", value, m.Format(k))
		}
	}
	if value <= 1<<32-1 && fs.FileMode(value)&^(fs.ModeType|fs.ModePerm|fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky) == 0 {
		m, k := FromFileMode(fs.FileMode(value))
		return m, fmt.Sprintf("Go's fs.FileMode of %s", m.Format(k))
	}
	return 0, ""
}

// likely tells whether somebody may have meant m: no class may less than the one
// outside it, the owner may do something, and special bits stand on an x.
func likely(m Mode) bool {
	o, g, w := m.Owner(), m.Group(), m.Other()
	if g&^o != 0 || w&^g != 0 || o == 0 {
		return false
	}
	return m&Special == 0 || m&OwnerExecute != 0 && (m&SetGID == 0 || m&GroupExecute != 0)
}

// commonModes are the modes that people write most, by the digits they write.
var commonModes = [...]Mode{
	0o644, 0o755, 0o600, 0o700, 0o640, 0o750, 0o664, 0o775, 0o660, 0o770, 0o666, 0o777, 0o400, 0o440, 0o444,
	0o500, 0o550, 0o555, 0o711, 0o751, 0o754, 0o744, 0o740, 0o620, 0o1777, 0o2755, 0o2775, 0o4755, 0o6755,
}

// misspelling finds the common mode that m is when its digits were taken for
// decimal or hexadecimal ones, or its decimal value for octal digits.
func misspelling(m Mode) (meant Mode, how string) {
	for _, c := range commonModes {
		digits := strings.TrimLeft(c.Octal(), "0")
		switch {
		case same(m, digits, 10):
			return c, fmt.Sprintf("%s is what decimal %s comes to", m.literal(), digits)
		case same(m, digits, 16):
			return c, fmt.Sprintf("%s is what hexadecimal 0x%s comes to", m.literal(), digits)
		case same(m, strconv.Itoa(int(c)), 8):
			return c, fmt.Sprintf("%s has the digits of %s in decimal", m.literal(), c.literal())
		}
	}
	return 0, ""
}

// same tells whether m is what the digits come to in that base, whole or, as with
// Go's os.Chmod, without special bits.
func same(m Mode, digits string, base int) bool {
	value, err := strconv.ParseUint(digits, base, 32)
	if err != nil {
		return false
	}
	whole := Mode(value & uint64(All))
	return m == whole || base == 10 && m == whole&Permissions
}
