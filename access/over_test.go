package access_test

import (
	"testing"

	"ward/access"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// The privileges that a user namespace gives reach the file systems that it mounted.
// Who mounted one cannot be seen from outside: where it may have been the namespace,
// the answer is open.
func TestPrivilegesOfANamespaceOverItsFileSystems(t *testing.T) {
	inside := &ident.Namespace{
		Users:  []ident.Range{{Inside: 0, Outside: 100_000, Count: 65_536}},
		Groups: []ident.Range{{Inside: 0, Outside: 100_000, Count: 65_536}},
	}
	caller := &access.Caller{
		Subject:   ident.Subject{UID: 100_000, GID: 100_000, Caps: ident.AllCapabilities},
		Namespace: inside,
	}
	for name, c := range map[string]struct {
		mount access.Mount
		want  access.Answer
	}{
		"a disk":                           {access.Mount{FSType: "ext4"}, access.Denied},
		"memory, mounted by nobody knows":  {access.Mount{FSType: "tmpfs"}, access.Unknown},
		"FUSE, mounted by nobody knows":    {access.Mount{FSType: "fuse.sshfs"}, access.Unknown},
		"memory, mounted by the namespace": {access.Mount{FSType: "tmpfs", Owner: inside}, access.Allowed},
		"memory, mounted by the system":    {access.Mount{FSType: "tmpfs", Owner: &ident.Namespace{Initial: true}}, access.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			step := func(path string, parent int, k mode.Kind) access.Step {
				return access.Step{Path: path, Parent: parent, Mount: &c.mount, Entry: entry.Entry{
					Kind: k, Known: ^entry.Facts(0), State: entry.State{Mode: 0o777, UID: 100_000, GID: 100_000},
				}}
			}
			v := access.Decide(&access.Question{
				Caller: caller, Host: &access.Host{}, Action: access.SettingAttribute, With: access.With{Attr: "security.test"},
				Way: &access.Way{Steps: []access.Step{step("/", -1, mode.Directory), step("/file", 0, mode.Regular)}},
			})
			if v.Answer != c.want {
				t.Errorf("%+v", v)
			}
		})
	}
}
