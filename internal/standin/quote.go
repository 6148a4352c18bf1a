package standin

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quoting is how coreutils puts names into messages (gnulib's quotearg).
type Quoting struct {
	UTF8 bool // the locale's character set is UTF-8, else it is that of the C locale
}

// Name quotes a file's name so that a shell reads it back, always with quotes
// (quoteaf: the style shell-escape-always).
func (q Quoting) Name(name string) string {
	switch {
	case !strings.Contains(name, "'") && q.plain(name):
		return "'" + name + "'"
	case q.meansTheSame(name):
		return `"` + name + `"`
	}
	return q.pieces(name)
}

// Bare is Name, but without quotes where a shell would not need them (quotef: the
// style shell-escape).
func (q Quoting) Bare(name string) string {
	if !q.needsQuotes(name) {
		return name
	}
	return q.Name(name)
}

// Word quotes what a user wrote (quote: the locale's own quotation marks, with C's
// escapes between them).
func (q Quoting) Word(text string) string {
	left, right, inner := "'", "'", byte('\'')
	if q.UTF8 {
		left, right, inner = "‘", "’", 0
	}
	var b strings.Builder
	b.WriteString(left)
	for text != "" {
		size, prints := q.next(text)
		switch c := text[0]; {
		case c == '\\' || inner != 0 && c == inner:
			b.WriteByte('\\')
			b.WriteByte(c)
		case q.UTF8 && strings.HasPrefix(text, right):
			b.WriteString(`\` + right)
		case prints:
			b.WriteString(text[:size])
		default:
			follows := len(text) > size && '0' <= text[size] && text[size] <= '9'
			b.WriteString(escape(text[:size], follows))
		}
		text = text[size:]
	}
	b.WriteString(right)
	return b.String()
}

// next is the size of the first character, and whether it is printable.
func (q Quoting) next(text string) (size int, prints bool) {
	c := text[0]
	if c < utf8.RuneSelf || !q.UTF8 {
		return 1, ' ' <= c && c <= '~'
	}
	r, size := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && size <= 1 {
		return 1, false
	}
	return size, unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r)
}

// plain reports whether every character can be printed.
func (q Quoting) plain(name string) bool {
	for name != "" {
		size, prints := q.next(name)
		if !prints {
			return false
		}
		name = name[size:]
	}
	return true
}

// meansTheSame reports whether name means the same between double quotes in C and
// in every shell.
func (q Quoting) meansTheSame(name string) bool {
	if !q.plain(name) || strings.ContainsAny(name, "!\"$&()*;<=>[\\^`|?") {
		return false
	}
	if strings.ContainsAny(name[1:], "#~") {
		return false
	}
	return !strings.ContainsAny(name, "{}")
}

// needsQuotes reports whether a shell would take name for something else.
func (q Quoting) needsQuotes(name string) bool {
	if name == "" || !q.plain(name) || name[0] == '#' || name[0] == '~' || name == "{" || name == "}" {
		return true
	}
	return strings.ContainsAny(name, "!\"$&'()*;<=>[\\^`| ?")
}

// pieces quotes with single quotes, leaving them for $'…' where something cannot
// be printed and for \' at a quote.
func (q Quoting) pieces(name string) string {
	var b strings.Builder
	b.WriteByte('\'')
	escaping := false
	for name != "" {
		size, prints := q.next(name)
		switch {
		case !prints:
			if !escaping {
				b.WriteString(`'$'`)
				escaping = true
			}
			b.WriteString(escape(name[:size], false))
		case name[0] == '\'':
			if escaping {
				escaping = false
			}
			b.WriteString(`'\''`)
		default:
			if escaping {
				b.WriteString(`''`)
				escaping = false
			}
			b.WriteString(name[:size])
		}
		name = name[size:]
	}
	b.WriteByte('\'')
	return b.String()
}

// escape writes bytes that cannot be printed as C does. Octal has three digits
// but for \0, which needs them only before another digit.
func escape(bytes string, digitFollows bool) string {
	var b strings.Builder
	for i := range len(bytes) {
		c := bytes[i]
		if at := strings.IndexByte("\a\b\f\n\r\t\v", c); at >= 0 {
			b.WriteString(`\` + "abfnrtv"[at:at+1])
			continue
		}
		if c == 0 && !digitFollows {
			b.WriteString(`\0`)
			continue
		}
		octal := strconv.FormatUint(uint64(c), 8)
		b.WriteString(`\` + strings.Repeat("0", 3-len(octal)) + octal)
	}
	return b.String()
}
