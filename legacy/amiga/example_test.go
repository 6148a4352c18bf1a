package amiga_test

import (
	"fmt"

	"ward/ident"
	"ward/legacy/amiga"
)

func ExampleParse() {
	p, _ := amiga.Parse("-s--r-e-")
	fmt.Printf("%#x %s\n", uint32(p), p)
	// Output: 0x45 -s--r-e-
}

func ExampleProtection_Decide() {
	p, _ := amiga.Parse("----rwe-")
	v := p.Decide(ident.Subject{UID: 1}, amiga.Delete, amiga.Object{}, amiga.SingleUser)
	fmt.Println(v.Allowed, v.Reason())
	// Output: false the bits of everybody do not allow d
}
