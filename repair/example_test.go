package repair_test

import (
	"fmt"

	"ward/account"
	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/packages"
	"ward/repair"
)

// su was trampled on by chmod 777: it is narrowed first, and gets setuid in the end.
func ExampleJudge_Judge() {
	b := repair.NewBuilder(account.New([]account.User{{Name: "root"}}, []account.Group{{Name: "root"}}), nil)
	b.AddFile(packages.Package{Name: "util-linux", Version: "2.38"}, &packages.File{
		Path: "usr/bin/su", Kind: mode.Regular, Mode: 0o4755, ModeKnown: true,
		User: "root", Group: "root", UID: ident.NoUID, GID: ident.NoGID,
	})
	j := repair.NewJudge(b.Finish(true), repair.Options{})
	v, _ := j.Judge("usr/bin/su", &entry.Entry{Name: "su", Kind: mode.Regular, Known: entry.Stat, State: entry.State{Mode: 0o777}})
	fmt.Println(v.After.Mode.Octal(), v.Grant, v.Granted.Mode.Octal())
	// Output: 0755 true 4755
}
