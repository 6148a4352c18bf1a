package files

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"ward/entry"
	"ward/legacy/dos"
)

// What other models keep is read from its places, put back there, and nothing else is
// ever written that way: a plan is no means to give a file capabilities.
func TestStoredHasItsPlaces(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "f"), nil, 0o644))
	must(t, os.Symlink("f", filepath.Join(dir, "l")))
	r := opened(t, dir)
	o := object(t, r, "f")
	for _, s := range []entry.Stored{
		"", "\x00x", entry.Store("security.capability", []byte(someCaps)), entry.Store("user.other", []byte("x")),
		entry.Store("system.posix_acl_access", namedList.Encode()), entry.Store(dos.SambaXattr, nil), entry.Store(entry.FATPlace, []byte("abc")),
	} {
		if err := o.SetStored(s); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%q: %v", s, err)
		}
	}
	e, err := o.Look(entry.NFS4 | entry.DOS)
	must(t, err)
	if e.NFS4 != "" || e.DOS != "" || e.Known&(entry.NFS4|entry.DOS) != entry.NFS4|entry.DOS {
		t.Errorf("%+v", e)
	}
	value, err := dos.Samba{Version: 5, Valid: dos.ValidAttributes, Stored: dos.Hidden}.Encode()
	must(t, err)
	want := entry.Store(dos.SambaXattr, value)
	must(t, o.SetStored(want))
	if e, err = o.Look(entry.DOS); err != nil || e.DOS != want {
		t.Errorf("%q, %v", e.DOS, err)
	}
	must(t, syscall.Setxattr(filepath.Join(dir, "f"), dos.SambaXattr, []byte{1, 2}, 0))
	if e, err = o.Look(entry.DOS); err == nil || e.Denied&entry.DOS == 0 {
		t.Errorf("damaged attributes are no attributes: %+v, %v", e, err)
	}
	if e, err = object(t, r, "l").Look(entry.NFS4 | entry.DOS); err != nil || e.NFS4 != "" || e.DOS != "" {
		t.Errorf("a symbolic link: %+v, %v", e, err)
	}
}
