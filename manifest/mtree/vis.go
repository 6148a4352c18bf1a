package mtree

import (
	"fmt"
	"strings"
)

// quote writes a name as vis(3) does with VIS_OCTAL: a backslash and three octal
// digits for whatever is not a plain letter. Bytes above ASCII stand so too, that a
// manifest is text whatever files are called.
func quote(b []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c >= 0x7f || c == '\\' || c == '#' || c == '=' && i == 0 {
			b = append(b, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
			continue
		}
		b = append(b, c)
	}
	return b
}

// letters are the escapes of vis(3) with VIS_CSTYLE.
const letters = `n` + "\n" + `r` + "\r" + `b` + "\b" + `a` + "\a" + `v` + "\v" + `t` + "\t" + `f` + "\f" + `s ` + `\\` + `##` + `**` + `??` + `[[` + `]]` + `~~` + `==` + `  `

// unquote reads what vis(3) wrote, in any of its styles.
func unquote(text string) (string, error) {
	if !strings.Contains(text, `\`) {
		return text, nil
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		if text[i] != '\\' {
			b.WriteByte(text[i])
			i++
			continue
		}
		c, used := escape(text[i+1:])
		if used == 0 {
			return "", fmt.Errorf("%q has an escape that is none of vis(3)", text)
		}
		b.WriteByte(c)
		i += 1 + used
	}
	return b.String(), nil
}

// escape reads what follows a backslash, and tells how long it is; 0 where it is
// nothing known.
func escape(s string) (c byte, used int) {
	if len(s) >= 3 && s[0] >= '0' && s[0] <= '3' && octalDigit(s[1]) && octalDigit(s[2]) {
		return (s[0]-'0')<<6 | (s[1]-'0')<<3 | (s[2] - '0'), 3
	}
	if s == "" {
		return 0, 0
	}
	for i := 0; i < len(letters); i += 2 {
		if s[0] == letters[i] {
			return letters[i+1], 1
		}
	}
	switch {
	case s[0] == '^' && len(s) > 1:
		return control(s[1]), 2
	case len(s) > 2 && s[0] == 'M' && s[1] == '-':
		return s[2] | 0x80, 3
	case len(s) > 2 && s[0] == 'M' && s[1] == '^':
		return control(s[2]) | 0x80, 3
	}
	return 0, 0
}

func control(c byte) byte {
	if c == '?' {
		return 0x7f
	}
	return c & 0x1f
}

func octalDigit(c byte) bool { return c >= '0' && c <= '7' }
