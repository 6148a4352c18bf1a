package vms_test

import (
	"fmt"

	"ward/legacy/vms"
)

func ExampleParseProtection() {
	p, err := vms.ParseProtection("(SYSTEM:RWED,OWNER:RWED,GROUP:RE,WORLD)", vms.File)
	fmt.Printf("%#x %s %s %v\n", uint16(p), p, p.FormatListing(vms.File), err)
	// Output: 0xfa00 (S:RWED,O:RWED,G:RE,W) (RWED,RWED,RE,) <nil>
}

func ExampleObject_Decide() {
	p, _ := vms.ParseProtection("(S,O,G,W:R)", vms.File)
	o := vms.Object{Owner: vms.NewUIC(0o200, 1), Protection: p}
	v := o.Decide(vms.Subject{UIC: vms.NewUIC(0o200, 1)}, vms.Read)
	fmt.Println(v.Allowed, v.Reason, v.Category)
	// Output: true a category of the protection code allows it WORLD
}
