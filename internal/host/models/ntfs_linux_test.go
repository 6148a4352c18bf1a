package models_test

import (
	"os"
	"path/filepath"
	"testing"

	"ward/acl/nt"
	"ward/internal/host/models"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/legacy/dos"
)

// What ntfs-3g serves of a real NTFS: the descriptor that it stored for a chmod and a
// chown, and the attributes.
func TestRealNTFS(t *testing.T) {
	requires.Root(t)
	testfs.InMountNamespace(t, func(t *testing.T) {
		path := filepath.Join(testfs.NTFS(t, "permissions"), "file")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, 1001, 1002); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o640); err != nil {
			t.Fatal(err)
		}
		o, found := gather(t, path)
		d, ok := found["system.ntfs_acl"].Value.(nt.Descriptor)
		if !ok || d.Owner != nt.NTFS3GUser(1001) || d.Group != nt.NTFS3GGroup(1002) || d.DACL == nil {
			t.Errorf("the list: %+v, %v", d, found["system.ntfs_acl"].Err)
		}
		if a, ok := found[dos.NTFSXattr].Value.(dos.Attributes); !ok || a&dos.Archive == 0 {
			t.Errorf("the attributes: %+v", found[dos.NTFSXattr])
		}
		if _, twice := found["system.ntfs_attrib_be"]; twice || o.Mode != 0o640 || o.UID != 1001 || o.GID != 1002 {
			t.Errorf("%+v", o)
		}
		if dir, err := models.Gather(filepath.Dir(path), false); err != nil || len(dir.Found) == 0 {
			t.Errorf("the directory: %+v, %v", dir, err)
		}
	})
}
