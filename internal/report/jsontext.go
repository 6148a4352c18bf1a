package report

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// marshal is json.Marshal, with everything escaped that a terminal would obey or
// that would show in another place: JSON too is looked at by people.
func marshal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	return showable(b), err
}

// newEncoder is json.NewEncoder with the escapes of marshal.
func newEncoder(w io.Writer) *json.Encoder { return json.NewEncoder(showing{w}) }

type showing struct{ to io.Writer }

// Write takes whole documents, as an Encoder writes them.
func (s showing) Write(p []byte) (int, error) {
	if _, err := s.to.Write(showable(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// showable escapes what is not printable beyond ASCII, which in JSON stands in
// strings only (RFC 8259, section 7).
func showable(text []byte) []byte {
	var out []byte
	done := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r >= 0x7f && !unicode.IsPrint(r) {
			out = appendEscape(append(out, text[done:i]...), r)
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return text
	}
	return append(out, text[done:]...)
}

func appendEscape(b []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		return fmt.Appendf(b, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(b, `\u%04x`, r)
}
