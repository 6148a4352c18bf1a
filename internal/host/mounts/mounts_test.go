package mounts

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/access"
)

// recorded is a table as other machines have it.
func recorded(t *testing.T) []access.Mount {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "mountinfo"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestRecordedMounts(t *testing.T) {
	nfs := []access.Confinement{
		{By: "NFS", Evidence: "the server of filer:/export/home decides; by default it takes uid 0 for nobody (root_squash)"},
		{By: "NFS", Evidence: "sec=sys carries at most sixteen supplementary groups to the server"},
	}
	want := []access.Mount{
		{ID: 25, Point: "/", FSType: "ext4", Source: "/dev/sda2"},
		{ID: 26, Point: "/tmp", FSType: "tmpfs", Source: "tmpfs", NoSUID: true, NoDev: true, NoExec: true},
		{ID: 27, Point: "/old", FSType: "xfs", Source: "/dev/sda3", ReadOnly: true, BSDGroups: true},
		{ID: 28, Point: "/frozen", FSType: "ext4", Source: "/dev/sda4", SuperReadOnly: true},
		{ID: 29, Point: "/home", FSType: "nfs4", Source: "filer:/export/home", Confined: nfs},
		{ID: 30, Point: "/kerb", FSType: "nfs4", Source: "filer:/export/k", Confined: []access.Confinement{
			{By: "NFS", Evidence: "the server of filer:/export/k decides; by default it takes uid 0 for nobody (root_squash)"},
		}},
		{ID: 31, Point: "/tank/data", FSType: "zfs", Source: "tank/data", Confined: []access.Confinement{
			{By: "ZFS", Evidence: "the data set may have NFSv4 access lists, which Linux does not show"},
		}},
		{
			ID: 32, Point: "/home/ann/remote", FSType: "fuse.sshfs", Source: "ann@host:", NoSUID: true, NoDev: true,
			Private: true, PrivateUser: 1001, PrivateGroup: 1001, ServerDecides: true,
			Confined: []access.Confinement{{By: "FUSE", Evidence: "the program that serves ann@host: decides (no default_permissions)", Certain: true}},
		},
		{ID: 33, Point: "/media/disk", FSType: "fuseblk", Source: "/dev/sdb1", NoSUID: true, NoDev: true},
		{ID: 34, Point: "/with blank\\and\ttab", FSType: "btrfs", Source: "/dev/sdc", NoSymlinks: true, Idmapped: true},
		{ID: 35, Point: "/share", FSType: "cifs", Source: "//server/share", ServerDecides: true, Confined: []access.Confinement{
			{By: "CIFS", Evidence: "the server //server/share decides by its own rules, as the user who mounted it", Certain: true},
		}},
		{ID: 36, Point: "/tmp/bound", FSType: "tmpfs", Source: "tmpfs"},
	}
	if diff := cmp.Diff(want, recorded(t)); diff != "" {
		t.Error(diff)
	}
}

func TestMountOfAPath(t *testing.T) {
	table := New(recorded(t))
	for path, want := range map[string]string{
		"/": "/", "/etc/passwd": "/", "/tmp": "/tmp", "/tmpfile": "/", "/tmp/bound/x": "/tmp/bound", "/home/ann/remote/a": "/home/ann/remote", "/home/bob": "/home",
	} {
		if m := table.At(path); m == nil || m.Point != want {
			t.Errorf("%s lies on %+v, want %s", path, m, want)
		}
	}
	if m := New(nil).At("/"); m != nil {
		t.Errorf("in an empty table: %+v", m)
	}
}

func TestNumbersOfMounts(t *testing.T) {
	table := New(recorded(t))
	a, _ := table.ByID(27)
	b, ok := table.ByID(27)
	if !ok || a != b || a.Point != "/old" {
		t.Errorf("27 is %+v and %+v", a, b)
	}
	if m, ok := table.ByID(12345); ok {
		t.Errorf("a number that nobody has is %+v", m)
	}
}

func TestLinesThatAreNone(t *testing.T) {
	for _, line := range []string{"", "36 35 98:0 / /mnt", "36 35 98:0 / /mnt rw - ", "x 35 98:0 / /mnt rw - ext4 /dev/x rw", "1 2 3:4 / / rw - ext4"} {
		if got, err := Parse(strings.NewReader(line + "\n")); err == nil {
			t.Errorf("%q is read as %+v", line, got)
		} else if !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%q: %v names no line", line, err)
		}
	}
}

// FuzzParse: whatever is read, every mount has the number and the place of its line,
// and a table of them finds each by its number.
func FuzzParse(f *testing.F) {
	text, err := os.ReadFile(filepath.Join("testdata", "mountinfo"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("1 2 3:4 / /\\ rw - a b\n"))
	f.Add([]byte("1 2 3:4 / /\\400\\12 rw - fuse.x y user_id=4294967296\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := Parse(bytes.NewReader(text))
		if err != nil {
			if list != nil {
				t.Error("an error, and mounts")
			}
			return
		}
		table := New(list)
		for _, m := range list {
			if got := table.byNumber[m.ID]; got == nil {
				t.Errorf("%d is not in the table", m.ID)
			}
		}
	})
}
