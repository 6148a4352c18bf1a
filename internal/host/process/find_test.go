package process

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/account"
	"ward/ident"
)

var people = account.New(
	[]account.User{{Name: "root"}, {Name: "toor", GID: 5}, {Name: "alice", UID: 1001, GID: 1001}, {Name: "www-data", UID: 33, GID: 33}},
	[]account.Group{{Name: "root"}, {Name: "dev", GID: 200, Members: []string{"alice"}}, {Name: "alice", GID: 1001}},
)

func ExampleFind() {
	db := account.New([]account.User{{Name: "bob", UID: 1002, GID: 100}}, []account.Group{{Name: "dev", GID: 200, Members: []string{"bob"}}})
	who, err := Find("bob", db)
	fmt.Println(who.Name, who.UID, who.GID, who.Groups, err)
	_, err = Find("bbo", db)
	fmt.Println(err)
	// Output:
	// bob 1002 100 [200] <nil>
	// unknown user "bbo"
}

func TestFind(t *testing.T) {
	for text, want := range map[string]ident.Subject{
		"alice":          {UID: 1001, GID: 1001, Groups: []ident.GID{200}},
		"1001":           {UID: 1001, GID: 1001, Groups: []ident.GID{200}},
		"root":           {Caps: ident.AllCapabilities},
		"toor":           {GID: 5, Caps: ident.AllCapabilities},
		"4711:4712":      {UID: 4711, GID: 4712, Groups: []ident.GID{}},
		"4711:5:6,dev":   {UID: 4711, GID: 5, Groups: []ident.GID{6, 200}},
		"alice:dev":      {UID: 1001, GID: 200, Groups: []ident.GID{}},
		"www-data:1001:": {UID: 33, GID: 1001, Groups: []ident.GID{}},
	} {
		got, err := Find(text, people)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got.Subject); diff != "" {
			t.Errorf("%q (-want +got) %s", text, diff)
		}
	}
}

func TestFindNobody(t *testing.T) {
	for text, want := range map[string]UnknownError{
		"alcie":        {What: "user", Near: []string{"alice"}},
		"ww-data":      {What: "user", Near: []string{"www-data"}},
		"zork":         {What: "user"},
		"4711":         {What: "user"},
		"1:2:3:4":      {What: "subject"},
		"pid:":         {What: "subject"},
		"pid:0":        {What: "subject"},
		"pid:x":        {What: "subject"},
		"1:dve":        {What: "group", Near: []string{"dev"}},
		"4294967295:0": {What: "user"},
		":":            {What: "user"},
		"1:":           {What: "group"},
		"1:2:3,":       {What: "group"},
	} {
		_, err := Find(text, people)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || unknown.What != want.What || !slices.Equal(unknown.Near, want.Near) {
			t.Errorf("%q: %#v", text, err)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"alice", "1:2:3", "pid:1", "::", "root:dev:dev,dev"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return
		}
		who, err := Find(text, people)
		if (who == nil) == (err == nil) {
			t.Errorf("%v and %v", who, err)
		}
	})
}

func TestStale(t *testing.T) {
	shell := ident.Subject{UID: 1001, GID: 1001, Groups: []ident.GID{300}}
	want := Staleness{Missing: []ident.GID{200}, Kept: []ident.GID{300}}
	if diff := cmp.Diff(want, Stale(shell, people)); diff != "" {
		t.Error(diff)
	}
	if got := Stale(ident.Subject{UID: 4711}, people); got.Missing != nil || got.Kept != nil {
		t.Errorf("a user whom nobody knows: %v", got)
	}
}
