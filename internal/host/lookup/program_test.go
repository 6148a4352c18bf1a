package lookup

import (
	"bytes"
	"strings"
	"testing"
)

// TestScriptInterpreter: load_script in fs/binfmt_script.c.
func TestScriptInterpreter(t *testing.T) {
	for _, c := range []struct{ name, head, want string }{
		{"plain", "#!/bin/sh\n", "/bin/sh"},
		{"an argument", "#!/bin/sh -e x\n", "/bin/sh"},
		{"blanks before", "#! \t/bin/sh\n", "/bin/sh"},
		{"blanks behind", "#!/bin/sh  \t\n", "/bin/sh"},
		{"a carriage return belongs to the name", "#!/bin/sh\r\n", "/bin/sh\r"},
		{"a relative name", "#!sh\n", "sh"},
		{"no newline, but the file ends", "#!/bin/sh", "/bin/sh"},
		{"nothing", "#!\n", ""},
		{"blanks alone", "#! \t \n", ""},
		{"cut off in the name", "#!/" + strings.Repeat("x", 300), ""},
		{"cut off in the argument", "#!/bin/sh " + strings.Repeat("x", 300), "/bin/sh"},
		{"a name up to the last byte, with its newline", "#!/" + strings.Repeat("x", 252) + "\n", "/" + strings.Repeat("x", 252)},
	} {
		t.Run(c.name, func(t *testing.T) {
			head := []byte(c.head)
			if got := scriptInterpreter(head[:min(len(head), scriptBytes)]); got != c.want {
				t.Errorf("%q", got)
			}
		})
	}
}

func FuzzFormat(f *testing.F) {
	for _, s := range []string{"#!/bin/sh\n", "\x7fELF", "", "#!"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		got := formatOf(head[:min(len(head), scriptBytes)], bytes.NewReader(head))
		if got.none && got.interpreter != "" || got.script && !got.none && got.interpreter == "" || strings.ContainsAny(got.interpreter, "\n") && got.script {
			t.Errorf("%+v", got)
		}
	})
}
