package acl_test

import (
	"errors"
	"fmt"

	"ward/acl"
	"ward/mode"
)

// people knows two users and a group.
type people struct{}

func (people) User(name string) (uint32, bool) {
	id, ok := map[string]uint32{"ann": 1001, "bob": 1002}[name]
	return id, ok
}

func (people) Group(name string) (uint32, bool) { return 2001, name == "dev" }

func ExampleParseSpec() {
	spec, err := acl.ParseSpec("u:bob:rX,m::rx", people{})
	if err != nil {
		fmt.Println(err)
		return
	}
	list, _, m, err := spec.Apply(nil, nil, 0o750, mode.Regular)
	fmt.Println(list, m.Octal(), err)

	_, err = acl.ParseSpec("u:bbo:r", people{})
	fmt.Println(err)
	// Output:
	// u::rwx,u:1002:r-x,g::r-x,m::r-x,o::--- 0750 <nil>
	// access list "u:bbo:r": unknown user "bbo"
}

func ExampleSpec_Apply() {
	list, _, _ := acl.ParseText("u::rw-,u:ann:rwx,g::r--,m::r--,o::---", people{})
	spec, _ := acl.ParseSpec("u:bob:rw", people{})

	_, _, _, err := spec.Apply(list, nil, 0o640, mode.Regular)
	var rises *acl.MaskError
	fmt.Println(errors.As(err, &rises))
	fmt.Println(err)
	// Output:
	// true
	// the mask would have to rise from r-- to rw-, which would also raise user:1001 from r-- to rw- (add m::rw- to allow it, or m::r-- to keep the mask)
}

func ExampleDecode() {
	list, err := acl.Decode([]byte("\x02\x00\x00\x00" +
		"\x01\x00\x06\x00\xff\xff\xff\xff" + "\x02\x00\x07\x00\xe9\x03\x00\x00" + "\x04\x00\x04\x00\xff\xff\xff\xff" +
		"\x10\x00\x04\x00\xff\xff\xff\xff" + "\x20\x00\x00\x00\xff\xff\xff\xff"))
	fmt.Print(list.Long(nil))
	fmt.Println(list.Mode(0).Octal(), err)
	// Output:
	// user::rw-
	// user:1001:rwx	#effective:r--
	// group::r--
	// mask::r--
	// other::---
	// 0640 <nil>
}

func ExampleParseText() {
	access, def, err := acl.ParseText(`# file: srv
# owner: ann
user::rwx
group::r-x
other::---
default:user::rwx
default:group:dev:rwx
default:group::r-x
default:mask::rwx
default:other::---
`, people{})
	fmt.Println(access)
	fmt.Println(def.FormatDefault(nil), err)
	// Output:
	// u::rwx,g::r-x,o::---
	// d:u::rwx,d:g::r-x,d:g:2001:rwx,d:m::rwx,d:o::--- <nil>
}

func ExampleList_WithMode() {
	list, _, _ := acl.ParseText("u::rw-,u:1001:rwx,g::r--,m::rwx,o::---", nil)
	fmt.Println(list.WithMode(0o600)) // chmod 600 moves the mask
	// Output: u::rw-,u:1001:rwx,g::r--,m::---,o::---
}
