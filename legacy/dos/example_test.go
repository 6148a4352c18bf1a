package dos_test

import (
	"fmt"

	"ward/legacy/dos"
)

func ExampleAttributes_Decide() {
	a, _ := dos.Parse("R--A")
	fmt.Println(a.Decide(dos.Read).Allowed)
	v := a.Decide(dos.Write)
	fmt.Println(v.Allowed, v.Reason)
	// Output:
	// true
	// false the file is read-only
}

func ExampleMount_Mode() {
	m := dos.Mount{FileMask: 0o133, DirMask: 0o022}
	fmt.Println(m.Mode(dos.ReadOnly|dos.Archive, "LETTER.TXT").Octal())
	// Output: 0444
}
