package access_test

import (
	"fmt"
	"testing"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

func ExamplePlace_Make() {
	// ann, under umask 022, in a setgid directory of the group 2000.
	ann := &access.Caller{Subject: ident.Subject{UID: 1000, GID: 1000, Groups: []ident.GID{2000}}, Umask: 0o022}
	shared := &access.Step{Entry: entry.Entry{State: entry.State{Mode: 0o2775, GID: 2000}}}
	made := access.Place{Caller: ann, Dir: shared}.Make(mode.Directory, 0o777)
	fmt.Println(made.State.Mode.Format(made.Kind), made.State.UID, made.State.GID)
	for _, e := range made.Effects {
		fmt.Println("-", e)
	}
	// Output:
	// drwxr-sr-x 1000 2000
	// - the umask takes 0022
	// - the directory is setgid: the group is the directory's, 2000
	// - a directory in a setgid directory is setgid too
}

// The rules that the kernel was seen to follow (fs/inode.c, fs/namei.c,
// fs/posix_acl.c), without a kernel at hand.
func TestMake(t *testing.T) {
	stranger := ident.Subject{UID: 1000, GID: 1000}
	member := ident.Subject{UID: 1000, GID: 1000, Groups: []ident.GID{2000}}
	plain := entry.State{Mode: 0o777, GID: 2000}
	setgid := entry.State{Mode: 0o2777, GID: 2000}
	def := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: 7}, {Tag: acl.User, ID: 1001, Rights: 7}, {Tag: acl.GroupObj, ID: acl.NoID, Rights: 5}, {Tag: acl.Mask, ID: acl.NoID, Rights: 7}, {Tag: acl.Other, ID: acl.NoID, Rights: 4}}
	shared := entry.State{Mode: 0o777, GID: 2000, Default: def}
	for _, c := range []struct {
		name  string
		who   ident.Subject
		umask mode.Mode
		dir   entry.State
		mount access.Mount
		kind  mode.Kind
		ask   mode.Mode
		want  string
	}{
		{"the umask", stranger, 0o027, plain, access.Mount{}, mode.Regular, 0o666, "0640 1000:1000"},
		{"a umask of all bits", stranger, 0o777, plain, access.Mount{}, mode.Regular, 0o4777, "4000 1000:1000"},
		{"a setgid directory", stranger, 0o022, setgid, access.Mount{}, mode.Regular, 0o666, "0644 1000:2000"},
		{"setgid is handed down", stranger, 0o022, setgid, access.Mount{}, mode.Directory, 0o777, "2755 1000:2000"},
		{"setgid for a foreign group", stranger, 0, setgid, access.Mount{}, mode.Regular, 0o2755, "0755 1000:2000"},
		{"setgid for a foreign group, without x", stranger, 0, setgid, access.Mount{}, mode.Regular, 0o2745, "2745 1000:2000"},
		{"setgid for an own group", member, 0, setgid, access.Mount{}, mode.Regular, 0o2755, "2755 1000:2000"},
		{"the request is looked at before the umask", stranger, 0o010, setgid, access.Mount{}, mode.Regular, 0o2755, "0745 1000:2000"},
		{"mkdir takes no set-id bits", stranger, 0, plain, access.Mount{}, mode.Directory, 0o7777, "1777 1000:1000"},
		{"grpid", stranger, 0, plain, access.Mount{FSType: "ext4", BSDGroups: true}, mode.Regular, 0o2755, "2755 1000:2000"},
		{"grpid hands no setgid down on ext4", stranger, 0, setgid, access.Mount{FSType: "ext4", BSDGroups: true}, mode.Directory, 0o755, "0755 1000:2000"},
		{"grpid hands setgid down on xfs", stranger, 0, setgid, access.Mount{FSType: "xfs", BSDGroups: true}, mode.Directory, 0o755, "2755 1000:2000"},
		{"a default list", stranger, 0o077, shared, access.Mount{}, mode.Regular, 0o666, "0664 1000:1000 u::rw-,u:1001:rwx,g::r-x,m::rw-,o::r--"},
		{"a private request under a default list", stranger, 0o022, shared, access.Mount{}, mode.Regular, 0o600, "0600 1000:1000 u::rw-,u:1001:rwx,g::r-x,m::---,o::---"},
		{"a link", stranger, 0o077, setgid, access.Mount{}, mode.Symlink, 0, "0777 1000:2000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := access.Place{Caller: &access.Caller{Subject: c.who, Umask: c.umask}, Dir: &access.Step{Entry: entry.Entry{State: c.dir}, Mount: &c.mount}}
			s := p.Make(c.kind, c.ask).State
			got := fmt.Sprintf("%s %d:%d", s.Mode.Octal(), s.UID, s.GID)
			if s.ACL != nil {
				got += " " + s.ACL.String()
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// Every influence has words.
func TestEffectsHaveWords(t *testing.T) {
	for by := access.CallersGroup; by <= access.PrivateTemporary; by++ {
		if text := (access.Effect{By: by, Bits: 0o2000, ID: 5}).String(); text == "nothing is known" {
			t.Errorf("influence %d has no words", by)
		}
	}
}

// Every influence has a name of its own.
func TestInfluencesHaveNames(t *testing.T) {
	seen := map[string]bool{"unknown": true}
	for by := access.CallersGroup; by <= access.PrivateTemporary; by++ {
		if seen[by.String()] {
			t.Errorf("influence %d is called %s as well", by, by)
		}
		seen[by.String()] = true
	}
}
