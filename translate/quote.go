package translate

import (
	"fmt"
	"strings"
	"unicode"
)

// Sh is one word for a shell of Unix. Bytes that are no printable text are written with
// $'…', which POSIX.1-2024 has; everything else stands between single quotes, in which
// nothing has a meaning.
func Sh(word string) string {
	safe := func(r rune) bool {
		return r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("@%+=:,./-_", r))
	}
	switch {
	case word != "" && word[0] != '=' && strings.IndexFunc(word, func(r rune) bool { return !safe(r) }) < 0:
		return word
	case strings.IndexFunc(word, hidden) < 0:
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i, r := range word {
		switch {
		case r == unicode.ReplacementChar || hidden(r):
			for _, c := range []byte(word[i : i+width(word[i:], r)]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + "'"
}

// width is how many bytes a rune took; a byte that is no text counts alone.
func width(s string, r rune) int {
	if r == unicode.ReplacementChar && !strings.HasPrefix(s, string(r)) {
		return 1
	}
	return len(string(r))
}

// hidden is what would not show as itself.
func hidden(r rune) bool {
	return r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r)
}

// Cmd is one word for cmd.exe, in double quotes. Per cent signs are expanded there even so,
// and a double quote has no way in; files of Windows have neither quotes nor controls in
// their names.
func Cmd(word string) (string, error) {
	switch i := strings.IndexFunc(word, func(r rune) bool { return r == '"' || r == '%' || r == '!' || hidden(r) }); {
	case word == "":
		return "", &QuoteError{"cmd", word, "there is no name"}
	case i >= 0:
		return "", &QuoteError{"cmd", word, "it has a quote, a per cent sign, an exclamation mark or a control in it"}
	case strings.HasSuffix(word, `\`): // a program takes \" for a quote
		return `"` + word + `\"`, nil
	case strings.HasPrefix(word, "/") || strings.HasPrefix(word, "-") || strings.HasPrefix(word, "+"):
		return `".\` + word + `"`, nil
	}
	return `"` + word + `"`, nil
}

// PowerShell is one word in single quotes. It takes the typographic ones for quotes as
// well (about_Quoting_Rules); all of them are doubled.
func PowerShell(word string) (string, error) {
	if strings.IndexFunc(word, hidden) >= 0 || word == "" {
		return "", &QuoteError{"powershell", word, "it is empty, or has a control in it"}
	}
	var b strings.Builder
	for _, r := range word {
		b.WriteRune(r)
		if strings.ContainsRune("'‘’‚‛", r) {
			b.WriteRune(r)
		}
	}
	return "'" + b.String() + "'", nil
}

// AmigaDOS is one word in double quotes, in which an asterisk is for escapes; signs that
// mean something in a pattern have an apostrophe before them (the AmigaDOS Manual, chapter
// on the shell).
func AmigaDOS(word string) (string, error) {
	var b strings.Builder
	for _, r := range word {
		switch {
		case r == '"' || r == '*':
			b.WriteString("*" + string(r))
		case strings.ContainsRune("#?()|~[]%'", r):
			b.WriteString("'" + string(r))
		case r == '`' || hidden(r):
			return "", &QuoteError{"amiga", word, "it has a backtick or a control in it"}
		default:
			b.WriteRune(r)
		}
	}
	if word == "" {
		return "", &QuoteError{"amiga", word, "there is no name"}
	}
	return `"` + b.String() + `"`, nil
}

// plain refuses a word that is more than letters, digits and the signs given.
func plain(shell, word, signs string) error {
	odd := strings.IndexFunc(word, func(r rune) bool {
		return r >= 0x80 || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(signs, r)
	})
	if odd >= 0 || word == "" {
		return &QuoteError{shell, word, "a name there is letters, digits and " + signs}
	}
	return nil
}
