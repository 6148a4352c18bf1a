package acl_test

import (
	"testing"

	"ward/acl"
	"ward/ident"
)

// odd are user names as a directory service may have them, with what getfacl
// 2.3.1 prints for them.
var odd = map[string]string{
	"sp ace": `sp\040ace`,
	"a,b":    `a\054b`,
	`a\b`:    `a\\b`,
	"ä":      "ä",
	"a#b":    "a#b",
	"a=b":    "a=b",
	"t\tb":   `t\011b`,
	"line\n": `line\012`,
	`\101`:   `\\101`,
}

type only string

func (n only) UserName(ident.UID) string     { return string(n) }
func (n only) GroupName(ident.GID) string    { return string(n) }
func (n only) User(s string) (uint32, bool)  { return 7, s == string(n) }
func (n only) Group(s string) (uint32, bool) { return 7, s == string(n) }

func TestOddNames(t *testing.T) {
	for name, printed := range odd {
		l := acl.List{{Tag: acl.UserObj, ID: acl.NoID}, {Tag: acl.User, ID: 7}, {Tag: acl.GroupObj, ID: acl.NoID}, {Tag: acl.Mask, ID: acl.NoID}, {Tag: acl.Other, ID: acl.NoID}}
		if got := l[1].Format(only(name)); got != "user:"+printed+":---" {
			t.Errorf("%q is printed as %s", name, got)
		}
		for _, text := range []string{l.Long(only(name)), l.Format(only(name))} {
			if back, _, err := acl.ParseText(text, only(name)); err != nil || !back.Equal(l) {
				t.Errorf("%q is read as %v, %v", text, back, err)
			}
		}
		if s, err := acl.ParseSpec("u:"+printed+":r", only(name)); err != nil || s.Format(only(name)) != "u:"+printed+":r--" {
			t.Errorf("%q: %v, %v", printed, s, err)
		}
	}
}
