package access_test

import (
	"fmt"

	"ward/access"
	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

var db = account.New(
	[]account.User{{Name: "root"}, {Name: "ann", UID: 1001, GID: 1001}, {Name: "bob", UID: 1002, GID: 1002}, {Name: "eve", UID: 1003, GID: 1003}},
	[]account.Group{
		{Name: "root"},
		{Name: "ann", GID: 1001},
		{Name: "bob", GID: 1002},
		{Name: "dev", GID: 2001, Members: []string{"ann", "eve"}},
		{Name: "ops", GID: 2002, Members: []string{"eve"}},
	},
)

func list(s string) acl.List {
	l, _, err := acl.ParseText(s, db.IDs())
	if err != nil {
		panic(err)
	}
	return l
}

func ExampleAllows() {
	secret := entry.State{Mode: 0o077, UID: 1001, GID: 1001}
	ok, why := access.Allows(db.Subject(1001), secret, mode.Regular, mode.R)
	fmt.Println(ok, why.Format(db))

	shared := entry.State{Mode: 0o640, UID: 1001, GID: 1001, ACL: list("u::rw,u:bob:rw,g::r,m::r,o::-")}
	ok, why = access.Allows(db.Subject(1002), shared, mode.Regular, mode.R|mode.W)
	fmt.Println(ok, why.Format(db))

	ok, why = access.Allows(ident.Root(), shared, mode.Regular, mode.R|mode.W)
	fmt.Println(ok, why)
	// Output:
	// false the bits of its owner ann say ---
	// false the mask leaves the entry for user bob only r--
	// true CAP_DAC_OVERRIDE allows it
}

func ExampleCompare() {
	before := entry.State{Mode: 0o646, UID: 1001, GID: 1001}
	after := before
	after.Mode = 0o600
	fmt.Println(access.Compare(before, after, mode.Regular, db))

	// With the mask the list goes out of force, and bob becomes one of the others.
	before = entry.State{Mode: 0o644, UID: 1001, GID: 1001, ACL: list("u::rw,u:bob:-,g::r,m::r,o::r")}
	after = before
	after.Mode = 0o604
	after.ACL = before.ACL.WithMode(0o604)
	fmt.Println(access.Compare(before, after, mode.Regular, db))
	// Output:
	// group ann (ann) loses read; everyone else loses read, write
	// bob (named user) gains read; group ann (ann) loses read
}

func ExampleShift_Gains() {
	before := entry.State{Mode: 0o755, UID: 1001, GID: 2001}
	after := entry.State{Mode: 0o4757, UID: 0, GID: 2001}
	shift := access.Compare(before, after, mode.Regular, db)
	for _, line := range shift.Gains() {
		fmt.Println(line)
	}
	// Output:
	// everyone else: write
	// whoever may execute it: run as user root (setuid)
}
