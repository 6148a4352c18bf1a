package macos_test

import (
	"fmt"

	"ward/legacy/macos"
)

func ExampleFile_Decide() {
	flags, _ := macos.ParseBSDFlags("uchg")
	v := macos.File{Flags: flags}.Decide(macos.Subject{Superuser: true}, macos.Write, macos.OSX)
	fmt.Println(v.Allowed, v.Reason)
	// Output: false the file is immutable
}
