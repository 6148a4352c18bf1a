package acl_test

import (
	"errors"
	"testing"

	"ward/acl"
	"ward/mode"
)

func list(t testing.TB, s string) acl.List {
	t.Helper()
	l, _, err := acl.ParseText(s, people{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func spec(t testing.TB, s string) acl.Spec {
	t.Helper()
	parsed, err := acl.ParseSpec(s, people{})
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestApply(t *testing.T) {
	for _, c := range []struct {
		name, access, def string
		mode              mode.Mode
		kind              mode.Kind
		spec              string
		wantAccess        string
		wantDef           string
		wantMode          mode.Mode
		rises             bool
	}{
		{
			name: "a new name brings a mask that covers it and the group",
			mode: 0o640, kind: mode.Regular, spec: "u:bob:rw",
			wantAccess: "u::rw,u:bob:rw,g::r,m::rw,o::-", wantMode: 0o660,
		},
		{
			name:   "a mask that covers the entry stays as it is",
			access: "u::rw,u:ann:rwx,g::r,m::rw,o::-", mode: 0o660, kind: mode.Regular, spec: "u:bob:r",
			wantAccess: "u::rw,u:ann:rwx,u:bob:r,g::r,m::rw,o::-", wantMode: 0o660,
		},
		{
			name:   "a mask grows where nobody else gains",
			access: "u::rw,u:ann:r,g::r,m::r,o::-", mode: 0o640, kind: mode.Regular, spec: "u:bob:rw",
			wantAccess: "u::rw,u:ann:r,u:bob:rw,g::r,m::rw,o::-", wantMode: 0o660,
		},
		{
			name:   "a mask grows no more than the entry needs",
			access: "u::rw,u:ann:rx,g::r,m::r,o::-", mode: 0o640, kind: mode.Regular, spec: "u:bob:rw",
			wantAccess: "u::rw,u:ann:rx,u:bob:rw,g::r,m::rw,o::-", wantMode: 0o660,
		},
		{
			name:   "a mask does not rise over another name",
			access: "u::rw,u:ann:rw,g::r,m::r,o::-", mode: 0o640, kind: mode.Regular, spec: "u:bob:rw", rises: true,
		},
		{
			name:   "a mask does not rise over the owning group",
			access: "u::rw,u:ann:r,g::rw,m::r,o::-", mode: 0o640, kind: mode.Regular, spec: "u:bob:rw", rises: true,
		},
		{
			name:   "a mask that is written is what was wanted",
			access: "u::rw,u:ann:rw,g::r,m::r,o::-", mode: 0o640, kind: mode.Regular, spec: "u:bob:rw,m::rw",
			wantAccess: "u::rw,u:ann:rw,u:bob:rw,g::r,m::rw,o::-", wantMode: 0o660,
		},
		{
			name: "a written mask may cut the entry itself",
			mode: 0o640, kind: mode.Regular, spec: "u:bob:rw,m::r",
			wantAccess: "u::rw,u:bob:rw,g::r,m::r,o::-", wantMode: 0o640,
		},
		{
			name: "base entries alone need no list",
			mode: 0o4755, kind: mode.Regular, spec: "u::rw,g::r,o::-", wantMode: 0o4640,
		},
		{
			name: "X of a later x counts, or a second time would change it",
			mode: 0o644, kind: mode.Regular, spec: "u:ann:rX,u:bob:x",
			wantAccess: "u::rw,u:ann:rx,u:bob:x,g::r,m::rx,o::r", wantMode: 0o654,
		},
		{
			name:   "none keeps what the group could do",
			access: "u::rw,u:ann:rw,g::rw,m::r,o::-", mode: 0o640, kind: mode.Regular, spec: "none", wantMode: 0o640,
		},
		{
			name:   "none with a group that had less than the mask",
			access: "u::rw,u:ann:rwx,g::r,m::rwx,o::-", mode: 0o670, kind: mode.Regular, spec: "none", wantMode: 0o640,
		},
		{
			name: "none takes the default list of a directory",
			def:  "u::rwx,g::rwx,o::-", mode: 0o2770, kind: mode.Directory, spec: "none", wantMode: 0o2770,
		},
		{name: "none on an object without lists", mode: 0o1777, kind: mode.Directory, spec: "none", wantMode: 0o1777},
		{
			name:   "exactly drops the other names and keeps the rest",
			access: "u::rw,u:ann:rw,g::r,m::rw,o::-", mode: 0o660, kind: mode.Regular, spec: "exactly u:bob:r",
			wantAccess: "u::rw,u:bob:r,g::r,m::r,o::-", wantMode: 0o640,
		},
		{
			name:   "exactly with all entries is that list",
			access: "u::rw,u:ann:rw,g::rw,m::r,o::-", mode: 0o640, kind: mode.Regular, spec: "exactly u::rw,u:bob:rw,g::r,o::-",
			wantAccess: "u::rw,u:bob:rw,g::r,m::rw,o::-", wantMode: 0o660,
		},
		{
			name:   "exactly without names has no mask that could hide the group's rights",
			access: "u::rw,u:ann:rw,g::rw,m::r,o::-", mode: 0o640, kind: mode.Regular, spec: "exactly o::r", wantMode: 0o644,
		},
		{
			name:   "exactly does not raise the mask over the group",
			access: "u::rw,u:ann:r,g::rw,m::r,o::-", mode: 0o640, kind: mode.Regular, spec: "exactly u:bob:rw", rises: true,
		},
		{
			name: "default entries clone what they lack from the access list",
			mode: 0o755, kind: mode.Directory, spec: "d:u:bob:rwX",
			wantDef: "u::rwx,u:bob:rwx,g::rx,m::rwx,o::rx", wantMode: 0o755,
		},
		{name: "default entries do not touch a file", mode: 0o644, kind: mode.Regular, spec: "d:u:bob:rwX", wantMode: 0o644},
		{name: "a symlink has no lists", mode: 0o777, kind: mode.Symlink, spec: "u:bob:rwX", wantMode: 0o777},
		{
			name: "a minimal default list is kept",
			mode: 0o755, kind: mode.Directory, spec: "d:o::-", wantDef: "u::rwx,g::rx,o::-", wantMode: 0o755,
		},
		{
			name:   "a mode that differs from the list counts",
			access: "u::rw,u:ann:rw,g::r,m::rw,o::-", mode: 0o640, kind: mode.Regular, spec: "u:ann:r",
			wantAccess: "u::rw,u:ann:r,g::r,m::r,o::-", wantMode: 0o640,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := spec(t, c.spec)
			access, def, m, err := s.Apply(list(t, c.access), list(t, c.def), c.mode, c.kind)
			var rises *acl.MaskError
			if errors.As(err, &rises) != c.rises || err != nil && !c.rises {
				t.Fatalf("error %v", err)
			}
			if c.rises {
				return
			}
			if !access.Equal(list(t, c.wantAccess)) || !def.Equal(list(t, c.wantDef)) || m != c.wantMode {
				t.Errorf("got %v | %v | %04o, want %s | %s | %04o", access, def, m, c.wantAccess, c.wantDef, c.wantMode)
			}
		})
	}
}

func TestParseSpecMistakes(t *testing.T) {
	for _, c := range []struct {
		in     string
		offset int
	}{
		{"", 0},
		{"u:1001:8", 7},
		{"u:1001:17", 8},
		{"u:1001:rr", 8},
		{"u:1001:", 7},
		{"u:1001", 2},
		{"us:rw", 0},
		{"u:rw", 2},
		{"g:rw", 2},
		{"oth:rw", 0},
		{"u:4294967295:r", 2},
		{"u:4294967296:r", 2},
		{"u:nosuchuser:r", 2},
		{"d:d:u:1001:rwx", 2},
		{"u:1001:r,,g:1002:w", 9},
		{"u:1001:r#x", 8},
		{"U:1001:r", 0},
		{"u:1001:R", 7},
		{"exactly", 0},
		{"nothing", 0},
		{"none,u:1:r", 0},
		{"u:1001:r u:1002:r", 9},
		{"exactly ,", 8},
	} {
		_, err := acl.ParseSpec(c.in, people{})
		var mistake *acl.SyntaxError
		if !errors.As(err, &mistake) {
			t.Errorf("ParseSpec(%q): %v, want a SyntaxError", c.in, err)
		} else if mistake.Offset != c.offset {
			t.Errorf("ParseSpec(%q): mistake at %d, want %d: %v", c.in, mistake.Offset, c.offset, err)
		}
	}
}

func TestParseSpecForms(t *testing.T) {
	for in, want := range map[string]string{
		"u:1001:rw":                     "u:1001:rw-",
		"user:bob:r-x-":                 "u:1002:r-x",
		"bob:rw":                        "u:1002:rw-",
		"1001:xr":                       "u:1001:r-x",
		"u:0x3e9:r":                     "u:1001:r--",
		"u:01751:r":                     "u:1001:r--",
		"u:-2:r":                        "u:65534:r--",
		`u:\061001:07`:                  "u:1001:rwx",
		"u: 1001 :r,":                   "u:1001:r--",
		"u::rwX, g::rX , o:-":           "u::rwX,g::r-X,o::---",
		"m:rx,mask::r":                  "m::r--",
		"d::r,default:group:dev:rwX":    "d:u::r--,d:g:2001:rwX",
		" none ":                        "none",
		"exactly  u:bob:rX":             "exactly u:1002:r-X",
		"u:bob:r,u:1002:w,d:u:bob:x":    "u:1002:-w-,d:u:1002:--x",
		"other:rw,o::4,user:ann:-":      "o::r--,u:1001:---",
		"d:u::rwx,u::r,d:g::x,d:o::0":   "u::r--,d:u::rwx,d:g::--x,d:o::---",
		"u:4294967294:r,g:4294967294:r": "u:4294967294:r--,g:4294967294:r--",
	} {
		s, err := acl.ParseSpec(in, people{})
		if err != nil {
			t.Errorf("ParseSpec(%q): %v", in, err)
			continue
		}
		if s.String() != want {
			t.Errorf("ParseSpec(%q) is %q, want %q", in, s, want)
		}
		if again, err := acl.ParseSpec(s.String(), nil); err != nil || again.String() != want {
			t.Errorf("%q parses back to %q, %v", s, again, err)
		}
	}
}
