package chown_test

import (
	"testing"

	"ward/account"
	"ward/internal/standin/chown"
)

func TestParseOwners(t *testing.T) {
	db := account.New(
		[]account.User{{Name: "bob", UID: 1000, GID: 100}, {Name: "a.b", UID: 1001, GID: 101}, {Name: "7", UID: 1007, GID: 100}},
		[]account.Group{{Name: "users", GID: 100}, {Name: "9", GID: 109}})
	const no = chown.Unchanged
	for _, c := range []struct {
		situation, text string
		uid, gid        uint32
		words           string
		dotted          bool
		err             string
	}{
		{"a name", "bob", 1000, no, "bob", false, ""},
		{"both", "bob:users", 1000, 100, "bob:users", false, ""},
		{"the login group", "bob:", 1000, 100, "bob:users", false, ""},
		{"a login group without a name", "a.b:", 1001, 101, "a.b:101", false, ""},
		{"a group", ":users", no, 100, "users", false, ""},
		{"neither", ":", no, no, "", false, ""},
		{"nothing", "", no, no, "", false, ""},
		{"numbers", "5:6", 5, 6, "5:6", false, ""},
		{"a name that is a number", "7:9", 1007, 109, "7:9", false, ""},
		{"a number in spite of the name", "+7:+9", 7, 9, "7:9", false, ""},
		{"zeros before", "008", 8, no, "8", false, ""},
		{"space before", " 5", 5, no, "5", false, ""},
		{"a name with a dot", "a.b", 1001, no, "a.b", false, ""},
		{"a dot for the colon", "bob.users", 1000, 100, "bob:users", true, ""},
		{"a dot and nothing", "bob.", 1000, 100, "bob:users", true, ""},
		{"the login group of a number", "5:", 0, 0, "", false, "invalid spec"},
		{"nobody", "eve", 0, 0, "", false, "invalid user"},
		{"nobody before a dot", "eve.users", 0, 0, "", false, "invalid user"},
		{"no group", "bob:eves", 0, 0, "", false, "invalid group"},
		{"two colons", "bob:users:x", 0, 0, "", false, "invalid group"},
		{"the id that means unchanged", "4294967295", 0, 0, "", false, "invalid user"},
		{"the largest", "4294967294:4294967294", 4294967294, 4294967294, "4294967294:4294967294", false, ""},
		{"too large", "4294967296", 0, 0, "", false, "invalid user"},
		{"far too large", ":99999999999999999999", 0, 0, "", false, "invalid group"},
		{"negative", "-1", 0, 0, "", false, "invalid user"},
		{"hexadecimal", "0x10", 0, 0, "", false, "invalid user"},
		{"a sign alone", "+", 0, 0, "", false, "invalid user"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			o, dotted, err := chown.ParseOwners(c.text, db)
			if err != nil {
				if err.Error() != c.err || o != (chown.Owners{}) {
					t.Errorf("error %v with %+v, want %q", err, o, c.err)
				}
				return
			}
			if o.UID != c.uid || o.GID != c.gid || o.Words() != c.words || dotted != c.dotted || c.err != "" {
				t.Errorf("%+v (dotted %v), want %d:%d %s (%v) %s", o, dotted, c.uid, c.gid, c.words, c.dotted, c.err)
			}
		})
	}
}
