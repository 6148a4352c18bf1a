package macos_test

import (
	"fmt"

	"ward/acl/macos"
	"ward/ident"
	"ward/mode"
)

func ExampleParseListing() {
	a, err := macos.ParseListing(" 0: group:everyone deny delete\n 1: user:joe inherited allow read,write\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range a.Entries {
		fmt.Println(e)
	}
	fmt.Println(a.Canonical())
	// Output:
	// group:everyone deny delete
	// user:joe allow read,write,inherited
	// true
}

func ExampleACL_Decide() {
	var a macos.ACL
	for _, s := range []string{"everyone allow read", "everyone deny write"} {
		e, err := macos.ParseEntry(s)
		if err != nil {
			fmt.Println(err)
			return
		}
		a.Entries = append(a.Entries, e)
	}
	joe := macos.Subject{IDs: ident.Subject{UID: 501, GID: 20}}
	o := macos.Object{Owner: 501, Group: 20, Mode: 0o644, Kind: mode.Regular}
	for _, wanted := range []macos.Rights{macos.ReadData, macos.ReadData | macos.WriteData, macos.Execute} {
		v := a.Decide(joe, wanted, o)
		fmt.Println(v.Allowed, v.Reason, v.Entry)
	}
	// Output:
	// true an entry allows it 0
	// false an entry denies it 1
	// false no entry decides, and the mode does not allow it -1
}

func ExampleACL_Add() {
	a := macos.ACL{}
	for _, s := range []string{"joe allow read", "staff deny delete", "joe allow write"} {
		e, err := macos.ParseEntry(s)
		if err != nil {
			fmt.Println(err)
			return
		}
		if a, err = a.Add(e); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Print(a.FormatListing(mode.Regular))
	// Output:
	//  0: staff deny delete
	//  1: joe allow read,write
}
