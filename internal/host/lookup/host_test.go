package lookup

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/access"
)

func TestRecordedHosts(t *testing.T) {
	for name, want := range map[string]access.Host{
		"selinux": {
			ProtectedSymlinks: 1, ProtectedHardlinks: 1, ProtectedFifos: 1, ProtectedRegular: access.Unread, // not there before Linux 4.19
			Confined: []access.Confinement{
				{By: "SELinux", Evidence: "/sys/fs/selinux/enforce says 1: it is enforcing"},
				{By: "BPF", Evidence: "/sys/kernel/security/lsm names bpf"},
			},
		},
		"apparmor": {
			ProtectedSymlinks: 1, ProtectedHardlinks: 1, ProtectedFifos: 2, ProtectedRegular: 2,
			Confined: []access.Confinement{
				{By: "AppArmor", Evidence: "/sys/module/apparmor/parameters/enabled says Y: programs with a profile are confined"},
			},
		},
		"nothing at all": {
			ProtectedSymlinks: access.Unread, ProtectedHardlinks: access.Unread, ProtectedFifos: access.Unread, ProtectedRegular: access.Unread,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(&want, HostRulesIn(os.DirFS(filepath.Join("testdata", name)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEvidenceInAttributes(t *testing.T) {
	const (
		oneEntry = "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x1f\x01\xff\x00\x00\x00\x03"
		trivial  = "\x00\x01\x00\x00\x00\x00\x00\x03"
	)
	for _, c := range []struct {
		name, attribute, value string
		want                   []access.Confinement
	}{
		{"a label of SELinux", "security.selinux", "unconfined_u:object_r:user_home_t:s0\x00", []access.Confinement{
			{By: "SELinux", Evidence: "it is labelled unconfined_u:object_r:user_home_t:s0"},
		}},
		{"a list of ZFS", "system.nfs4_acl_xdr", oneEntry, []access.Confinement{
			{By: "NFSv4 ACL", Evidence: "it has an NFSv4 access list of one entry (system.nfs4_acl_xdr), which decides in the place of its bits", Certain: true},
		}},
		{"a list that says no more than the mode", "system.nfs4_acl_xdr", trivial, nil},
		{"a list that an NFS client shows", "system.nfs4_acl", "\x00\x00\x00\x05", []access.Confinement{
			{By: "NFSv4 ACL", Evidence: "it has an NFSv4 access list of 5 entries (system.nfs4_acl), which the server obeys"},
		}},
		{"a list cut off", "system.nfs4_acl", "\x00", []access.Confinement{
			{By: "NFSv4 ACL", Evidence: "it has an NFSv4 access list of an unknown number of entries (system.nfs4_acl), which the server obeys"},
		}},
		{"no attribute", "security.selinux", "", nil},
		{"an attribute of no concern", "user.comment", "x", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Evidence(c.attribute, []byte(c.value))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
