package nfs4_test

import (
	"fmt"

	"ward/acl"
	"ward/acl/nfs4"
	"ward/ident"
	"ward/mode"
)

func ExampleParse() {
	a, err := nfs4.Parse("A:fd:bob@example.org:RX,D:g:guests@example.org:w,A::OWNER@:RWX", nfs4.Linux, mode.Directory)
	if err != nil {
		fmt.Println(err)
		return
	}
	shown, err := a.List(nfs4.SolarisVerbose, mode.Directory)
	fmt.Print(shown, err)
	// Output:
	//      0:user:bob@example.org:list_directory/read_data/read_xattr/execute
	//          /read_attributes/read_acl/synchronize:file_inherit/dir_inherit:allow
	//      1:group:guests@example.org:add_file/write_data:deny
	//      2:owner@:list_directory/read_data/add_file/write_data/add_subdirectory
	//          /append_data/read_xattr/write_xattr/execute/delete_child
	//          /read_attributes/write_attributes/read_acl/write_acl/synchronize:allow
	// <nil>
}

func ExampleParse_mistake() {
	_, err := nfs4.Parse("owner@:rwxy::allow", nfs4.Libarchive, mode.Regular)
	fmt.Println(err)
	// Output:
	// NFSv4 ACL "owner@:rwxy::allow": "y" is no right; the letters are rwxpdDaARWcCos
}

func ExampleACL_Decide() {
	a, err := nfs4.Parse("user:1001:w::deny,group:50:rw::allow,everyone@:r::allow", nfs4.FreeBSD, mode.Regular)
	if err != nil {
		fmt.Println(err)
		return
	}
	bob := nfs4.Subject{IDs: ident.Subject{UID: 1001, GID: 1001, Groups: []ident.GID{50}}}
	o := nfs4.Object{Owner: 0, Group: 0, Kind: mode.Regular, Rules: nfs4.FreeBSDRules}
	for _, wanted := range []nfs4.Rights{nfs4.ReadData, nfs4.ReadData | nfs4.WriteData} {
		v := a.Decide(bob, wanted, o)
		fmt.Println(wanted, v.Allowed, v.Reason, v.Entry, v.Missing)
	}
	// Output:
	// read_data true an entry allows it 1 none
	// read_data/write_data false an entry denies it 0 write_data
}

func ExampleFromMode() {
	shown, err := nfs4.FromMode(0o604, mode.Regular, nfs4.ZFS).List(nfs4.FreeBSD, mode.Regular)
	fmt.Print(shown, err)
	// Output:
	//             owner@:r-------------:-------:allow
	//             group@:r-------------:-------:deny
	//             owner@:rw-p--aARWcCos:-------:allow
	//             group@:------a-R-c--s:-------:allow
	//          everyone@:r-----a-R-c--s:-------:allow
	// <nil>
}

func ExampleACL_Create() {
	dir, err := nfs4.Parse("group:50:full_set:fd:allow,owner@:full_set::allow", nfs4.FreeBSD, mode.Directory)
	if err != nil {
		fmt.Println(err)
		return
	}
	made, m := dir.Create(nfs4.Creation{Mode: 0o640, Object: nfs4.Object{Kind: mode.Regular, Rules: nfs4.ZFS}})
	fmt.Println(m.Octal(), made.Entries[0])
	// Output:
	// 0640 group:50:rwxpdDaARWc--s:------I:allow
}

func ExampleFromPOSIX() {
	l, _, err := acl.ParseText("u::rw-,u:1001:rw-,g::r--,m::r--,o::---", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	shown, err := nfs4.FromPOSIX(l, nil, mode.Regular).List(nfs4.Linux, mode.Regular)
	fmt.Print(shown, err)
	// Output:
	// A::OWNER@:rwatTcCy
	// A::1001:rtcy
	// A::GROUP@:rtcy
	// A::EVERYONE@:tcy
	// <nil>
}

func ExampleParseSpec() {
	spec, err := nfs4.ParseSpec("A:g:auditors@example.org:rtncy")
	if err != nil {
		fmt.Println(err)
		return
	}
	found, _ := nfs4.Parse("A::OWNER@:rwatTnNcCy,A::EVERYONE@:tcy", nfs4.Linux, mode.Regular)
	wanted := spec.Apply(found, mode.Regular)
	text, _ := wanted.Format(nfs4.Linux, mode.Regular)
	fmt.Println(text)
	fmt.Println(spec.Apply(wanted, mode.Regular).Equal(wanted))
	// Output:
	// A:g:auditors@example.org:rtncy,A::OWNER@:rwatTnNcCy,A::EVERYONE@:tcy
	// true
}
