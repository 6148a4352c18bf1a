package report

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestJSONShowsNothingThatCommandsATerminal(t *testing.T) {
	for _, text := range []string{"plain", "ünïcödé", "csi\u009b31m", "bidi\u202eevil", "tag\U000e0041", "del\x7f", "\ufeff", "new\nline\x1b"} {
		b, err := marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var encoded strings.Builder
		if err := newEncoder(&encoded).Encode(text); err != nil || encoded.String() != string(b)+"\n" {
			t.Errorf("%q: encoded %q, marshalled %q, %v", text, encoded.String(), b, err)
		}
		if shown := strings.Trim(string(b), `"`); !harmless(shown) {
			t.Errorf("%q is written as %q", text, b)
		}
		var back string
		if err := json.Unmarshal(b, &back); err != nil || back != text {
			t.Errorf("%q comes back as %q, %v", text, back, err)
		}
	}
}
