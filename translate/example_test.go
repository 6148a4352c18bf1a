package translate_test

import (
	"fmt"

	"ward/translate"
)

func ExampleConvert() {
	o, err := translate.Parse("posix", "u::rw,u:1001:rw,g::r,m::rw,o::r", translate.Context{})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := translate.Convert(o, "unix", translate.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, _ := translate.Format(res.Object, "ls", translate.Context{})
	fmt.Println(text)
	for _, l := range res.Losses {
		fmt.Println(l)
	}
	// Output:
	// -rw-r--r--
	// user 1001: write, append, write named attributes narrowed (Unix cannot name user 1001)
	// user 1001: what is said of it lost (Unix has no name for it)
}

func ExampleConvert_refused() {
	o, _ := translate.Parse("unix", "0640", translate.Context{})
	_, err := translate.Convert(o, "dos", translate.Options{})
	fmt.Println(err)
	// Output:
	// convert unix to dos: somebody could do more than before; everyone else: read, execute widened (DOS has one answer to that for all objects); the owner: execute widened (DOS has one answer to that for all objects)
}

func ExampleDecide() {
	o, _ := translate.Parse("vms", "(S,O,G,W:R)", translate.Context{})
	v, _ := translate.Decide(o, translate.Subject{Owner: true}, translate.Read|translate.Write, nil)
	fmt.Println(v.Allowed, v.Missing, "-", v.Reason)
	// Output: false write - no category that fits allows it
}

func ExampleCommands() {
	o, _ := translate.Parse("sddl", "D:(A;;FR;;;BA)", translate.Context{})
	lines, _ := translate.Commands(o, "icacls", `C:\my file`, translate.Context{})
	for _, l := range lines {
		fmt.Println(l)
	}
	// Output:
	// icacls "C:\my file" /reset
	// icacls "C:\my file" /inheritance:r
	// icacls "C:\my file" /grant "*S-1-5-32-544:(R)"
}

func ExampleAsk() {
	o, _ := translate.Parse("vms", "(S,O:RW,G:RE,W:R)", translate.Context{})
	a, _ := translate.Ask(o, nil)
	fmt.Println("owner:", a.Table.Owner)
	fmt.Println("group:", a.Table.Group)
	fmt.Println("everyone:", a.Table.Everyone)
	// Output:
	// owner: read, write, append, execute, change permissions
	// group: read, execute
	// everyone: read, execute
}
