package hpux_test

import (
	"fmt"

	"ward/ident"
	"ward/legacy/hpux"
	"ward/mode"
)

func ExampleParse() {
	a, _ := hpux.Parse("naomi.users=rw, allan.%=rw, %.users=r, %.%=r")
	fmt.Println(a)
	// Output: (naomi.users,rw-)(allan.%,rw-)(%.users,r--)(%.%,r--)
}

func ExampleACL_Decide() {
	a, _ := hpux.Parse("(7.8,r--)(7.%,rw-)(%.%,---)")
	v := a.Decide(hpux.Subject{IDs: ident.Subject{UID: 7, GID: 8}}, mode.W, hpux.Object{})
	fmt.Println(v.Allowed, v.Reason())
	// Output: false the entries at user.group decide, and none of them allows -w-
}
