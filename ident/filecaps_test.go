package ident_test

import (
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/ident"
	"ward/internal/requires"
)

// What setcap of libcap 2.66 wrote, and getcap showed.
func TestFileCapabilities(t *testing.T) {
	for raw, want := range map[string]string{
		"0100000200040000000000000000000000000000":         "cap_net_bind_service=ep",
		"0000000200300000000000000000000000000000":         "cap_net_admin,cap_net_raw=p",
		"0100000200002000000020000000000000000000":         "cap_sys_admin=eip",
		"01000002ffffffff00000000ff01000000000000":         "=ep",
		"0000000200000000010000000000000000000000":         "cap_chown=i",
		"0000000201000000200000000000000000000000":         "cap_chown=p cap_kill=i",
		"0100000301000000000000000000000000000000e8030000": "cap_chown=ep [rootid=1000]",
		"010000010004000000000000":                         "cap_net_bind_service=ep",
		"0000000200000000000000000000000000000000":         "=",
	} {
		t.Run(want, func(t *testing.T) {
			bytes, err := hex.DecodeString(raw)
			if err != nil {
				t.Fatal(err)
			}
			c, err := ident.DecodeFileCapabilities(bytes)
			if err != nil || c.String() != want {
				t.Errorf("got %q, %v", c, err)
			}
		})
	}
}

func TestNoFileCapabilities(t *testing.T) {
	for situation, raw := range map[string]string{
		"empty":            "",
		"an odd length":    "\x01\x00\x00\x02\x00",
		"cut off":          "\x01\x00\x00\x02\x00\x04\x00\x00",
		"revision 9":       "\x01\x00\x00\x09\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"revision 2 of 24": "\x01\x00\x00\x02" + strings.Repeat("\x00", 20),
		"too long":         "\x01\x00\x00\x03" + strings.Repeat("\x00", 24),
	} {
		if c, err := ident.DecodeFileCapabilities([]byte(raw)); err == nil || c != (ident.FileCapabilities{}) {
			t.Errorf("%s: got %v, %v", situation, c, err)
		}
	}
}

func TestFileCapabilitiesEncodeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := ident.FileCapabilities{
			Permitted:   ident.Capabilities(rapid.Uint64().Draw(t, "permitted")),
			Inheritable: ident.Capabilities(rapid.Uint64().Draw(t, "inheritable")),
			Effective:   rapid.Bool().Draw(t, "effective"),
			Namespaced:  rapid.Bool().Draw(t, "namespaced"),
		}
		if c.Namespaced {
			c.Root = ident.UID(rapid.Uint32().Draw(t, "root"))
		}
		if back, err := ident.DecodeFileCapabilities(c.Encode()); err != nil || back != c {
			t.Errorf("%v came back as %v, %v", c, back, err)
		}
	})
}

// What String writes, setcap reads back to the same bytes.
func TestFileCapabilitiesAsSetcapReadsThem(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.FileCapabilities)
	requires.Tool(t, "setcap", "getfattr")
	file := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(file, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string) ident.Capabilities {
			return ident.Capabilities(rapid.Uint64().Draw(rt, name)) & ident.AllCapabilities
		}
		c := ident.FileCapabilities{Permitted: draw("permitted"), Inheritable: draw("inheritable"), Effective: rapid.Bool().Draw(rt, "effective")}
		if c.Permitted|c.Inheritable == 0 {
			c = ident.FileCapabilities{Permitted: 1}
		}
		if out, err := exec.Command("setcap", c.String(), file).CombinedOutput(); err != nil {
			rt.Fatalf("setcap %q: %v: %s", c, err, out)
		}
		out, err := exec.Command("getfattr", "--only-values", "-n", "security.capability", file).Output()
		if err != nil {
			rt.Fatal(err)
		}
		if string(out) != string(c.Encode()) {
			rt.Errorf("%q: setcap made %x of it, Encode %x", c, out, c.Encode())
		}
	})
}

func FuzzFileCapabilities(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := ident.DecodeFileCapabilities(raw)
		if err != nil {
			return
		}
		if back, err := ident.DecodeFileCapabilities(c.Encode()); err != nil || back != c {
			t.Errorf("%x: %v came back as %v, %v", raw, c, back, err)
		}
	})
}
