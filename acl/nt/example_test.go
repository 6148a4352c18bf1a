package nt_test

import (
	"fmt"

	"ward/acl/nt"
)

func ExampleParseSDDL() {
	d, err := nt.ParseSDDL("O:BAG:SYD:PAI(A;OICI;0x1200a9;;;BU)(A;;0x1f01ff;;;SY)", nt.SDDLOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, _ := d.FormatSDDL(nt.SDDLOptions{})
	fmt.Println(text)
	fmt.Println(d.Owner, d.Owner.WellKnownName())
	_, err = nt.ParseSDDL("D:(A;;QQ;;;SY)", nt.SDDLOptions{})
	fmt.Println(err)
	// Output:
	// O:BAG:SYD:PAI(A;OICI;0x1200a9;;;BU)(A;;FA;;;SY)
	// S-1-5-32-544 BUILTIN\Administrators
	// SDDL "D:(A;;QQ;;;SY)": two letters of a right are expected, or a number
}

func ExampleDescriptor_Decide() {
	d, _ := nt.ParseSDDL("O:BAG:BAD:(D;;0x2;;;BG)(A;;FA;;;WD)", nt.SDDLOptions{})
	guest := nt.Subject{
		User:   nt.NewSID(5, 21, 1, 2, 3, 501),
		Groups: []nt.Group{{SID: nt.Everyone()}, {SID: nt.Guests()}},
	}
	for _, wanted := range []nt.Mask{nt.ReadData, nt.ReadData | nt.WriteData} {
		v := d.Decide(guest, wanted, nt.Object{})
		fmt.Println(v.Allowed, v.Reason, v.Entry)
	}
	// Output:
	// true an entry allows it 1
	// false an entry denies it 0
}
