//go:build linux

package files

import (
	"errors"
	"strings"
	"testing"

	"ward/account"
	"ward/acl"
	"ward/ident"
	"ward/mode"
)

func TestCheckAncestors(t *testing.T) {
	const anna, bob, eve = 1001, 1002, 1003
	db := account.New([]account.User{
		{Name: "root"}, {Name: "anna", UID: anna, GID: 100}, {Name: "bob", UID: bob, GID: 200}, {Name: "eve", UID: eve, GID: 300},
	}, []account.Group{
		{Name: "root"},
		{Name: "alone", GID: 100},
		{Name: "both", GID: 101, Members: []string{"anna", "bob"}},
		{Name: "empty", GID: 102},
		{Name: "bobs", GID: 200},
	})
	named := acl.List{
		{Tag: acl.UserObj, ID: acl.NoID, Rights: 7},
		{Tag: acl.User, ID: bob, Rights: 7},
		{Tag: acl.GroupObj, ID: acl.NoID, Rights: 5},
		{Tag: acl.Mask, ID: acl.NoID, Rights: 7},
		{Tag: acl.Other, ID: acl.NoID, Rights: 5},
	}
	masked := append(acl.List(nil), named...)
	masked[3].Rights = 5
	for _, c := range []struct {
		name string
		at   Ancestor // owner of the tree is anna
		who  string   // "": trusted
	}{
		{"root's own", Ancestor{Mode: 0o755}, ""},
		{"of the tree's owner", Ancestor{UID: anna, Mode: 0o755}, ""},
		{"of the tree's owner, with a link", Ancestor{UID: anna, Mode: 0o755, NextLink: true}, "its owner anna"},
		{"of somebody else", Ancestor{UID: bob, Mode: 0o555}, "its owner bob"},
		{"of nobody known", Ancestor{UID: 4711, Mode: 0o755}, "its owner 4711"},
		{"world-writable", Ancestor{Mode: 0o777}, "everyone"},
		{"sticky, next is root's", Ancestor{Mode: 0o1777}, ""},
		{"sticky, next is anna's", Ancestor{Mode: 0o1777, NextUID: anna}, "everyone"},
		{"sticky of somebody else", Ancestor{UID: bob, Mode: 0o1755}, "its owner bob"},
		{"group of the tree's owner alone", Ancestor{GID: 100, Mode: 0o775}, ""},
		{"group with others", Ancestor{GID: 101, Mode: 0o775}, "group both (bob)"},
		{"somebody's primary group", Ancestor{GID: 200, Mode: 0o775}, "group bobs (bob)"},
		{"group without members", Ancestor{GID: 102, Mode: 0o775}, ""},
		{"root's group", Ancestor{GID: 0, Mode: 0o775}, ""},
		{"group that nobody knows", Ancestor{GID: 4711, Mode: 0o775}, "group 4711"},
		{"group that may not write", Ancestor{GID: 101, Mode: 0o755}, ""},
		{"named user", Ancestor{Mode: 0o775, ACL: named}, "user bob"},
		{"named user under a mask", Ancestor{Mode: 0o775, ACL: masked}, ""},
		{"list that could not be read", Ancestor{Mode: 0o775, ACL: acl.List{{Tag: acl.Other, ID: acl.NoID, Rights: mode.W}}}, "everyone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := ancestry{runner: 0, owner: anna, db: db}
			if got := j.writer(c.at); !strings.HasPrefix(got, c.who) || c.who == "" && got != "" {
				t.Errorf("got %q, want %q", got, c.who)
			}
		})
	}
}

func TestCheckAncestorsOfARoot(t *testing.T) {
	r := &Root{trail: []Ancestor{{Path: "/", Mode: 0o755}, {Path: "/srv", Mode: 0o777}, {Path: "/srv", Mode: 0o777}, {Path: "/srv/up", UID: 7, Mode: 0o755}}}
	err := CheckAncestors(r, 0, nil, nil)
	var one *AncestorError
	if !errors.As(err, &one) || one.Path != "/srv" || strings.Count(err.Error(), "\n") != 1 || !strings.Contains(err.Error(), `"/srv/up" (owner 7)`) {
		t.Errorf("got %v", err)
	}
	if err := CheckAncestors(r, 0, nil, []string{"/srv/", "/srv/up"}); err != nil {
		t.Errorf("all allowed: %v", err)
	}
	if err := CheckAncestors(r, ident.UID(7), nil, nil); err != nil {
		t.Errorf("not root: %v", err)
	}
}
