package report

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Path makes a file name safe to show on a terminal and in a log: a name that
// holds control characters, invalid UTF-8, or characters that reorder or hide
// text is written as $'…', which bash, zsh and ksh read back to the same bytes.
// Every other name is shown as it is.
func Path(name string) string {
	if harmless(name) {
		return name
	}
	return ansiC(name)
}

// Shell writes a command line that a POSIX shell reads back to exactly these
// arguments, and that is safe to show.
func Shell(args []string) string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = shellWord(arg)
	}
	return strings.Join(words, " ")
}

// commandWidth is how long a line of a command gets before it is broken, its indent
// among it.
const commandWidth = 80

// commandLines is Shell in lines of at most commandWidth, where the words let it be,
// each but the last with a backslash at its end: a shell reads the same.
func commandLines(indent string, args []string) []string {
	const mark = 2 // a blank and a backslash
	lines := []string{indent}
	for i, arg := range args {
		word, last := shellWord(arg), &lines[len(lines)-1]
		room := commandWidth - mark
		if i == len(args)-1 {
			room = commandWidth
		}
		switch {
		case *last == indent:
			*last += word
		case utf8.RuneCountInString(*last)+1+utf8.RuneCountInString(word) <= room:
			*last += " " + word
		default:
			*last += ` \`
			lines = append(lines, indent+"  "+word)
		}
	}
	return lines
}

func shellWord(s string) string {
	switch {
	case s == "":
		return "''"
	case !harmless(s):
		return ansiC(s)
	case strings.IndexFunc(s, special) < 0 && s[0] != '~' && s[0] != '=':
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// special is what a shell may take for more than itself.
func special(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return false
	case r >= utf8.RuneSelf:
		return unicode.IsSpace(r)
	}
	return !strings.ContainsRune("/._-+=:,@%~", r)
}

// harmless reports whether every character of s shows as itself and in its place:
// unicode.IsPrint leaves out controls, formats such as the overrides of writing
// direction, and every space but the ordinary one.
func harmless(s string) bool {
	if s == "" || s[0] == ' ' || s[len(s)-1] == ' ' || strings.HasPrefix(s, "$'") {
		return false
	}
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		}
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// ansiC quotes s as bash's $'…'. Octal escapes have exactly three digits, so that
// what follows them cannot be taken for a part of them.
func ansiC(s string) string {
	var b strings.Builder
	b.WriteString("$'")
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		escape(&b, r, s[:size])
		s = s[size:]
	}
	b.WriteByte('\'')
	return b.String()
}

func escape(b *strings.Builder, r rune, raw string) {
	switch {
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\t':
		b.WriteString(`\t`)
	case r == '\'' || r == '\\':
		b.WriteByte('\\')
		b.WriteRune(r)
	case unicode.IsPrint(r) && (r != utf8.RuneError || len(raw) > 1):
		b.WriteString(raw)
	default:
		for i := range len(raw) {
			fmt.Fprintf(b, `\%03o`, raw[i])
		}
	}
}

// Message is an error's text, safe to show: line breaks stay, so that an error of
// several lines keeps them.
func Message(err error) string { return printable(err.Error()) }

// Printable makes text of several sources safe to show; line breaks stay.
func Printable(text string) string { return printable(text) }

// Cause is what went wrong without the path, which has been said: the innermost
// operation and its reason.
func Cause(path string, err error) string {
	var at *fs.PathError
	if errors.As(err, &at) && at.Path == path {
		return printable(at.Op + ": " + at.Err.Error())
	}
	return printable(err.Error())
}
