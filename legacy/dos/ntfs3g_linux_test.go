package dos_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/legacy/dos"
)

// D7: what ntfs-3g keeps of attributes that are set.
func TestD7NTFS3GKeepsTheSame(t *testing.T) {
	requires.Root(t)
	testfs.InMountNamespace(t, func(t *testing.T) {
		dir := testfs.NTFS(t, "permissions")
		f := filepath.Join(dir, "f")
		must(t, os.WriteFile(f, []byte("content"), 0o644))
		has := attributesOf(t, f)
		for _, wanted := range []dos.Attributes{0x20, 0x21, 0x22, 0x01, 0x80, 0x100, 0x2000, 0x4000, 0x27 &^ 0x04, 0x1000, 0x800, 0x200, 0x400, 0xa1, 0x00, 0x2123, 0x10, 0x08} {
			must(t, unix.Setxattr(f, dos.NTFSXattr, wanted.Encode(), 0))
			want := has.SetOnNTFS(wanted)
			has = attributesOf(t, f)
			if has != want {
				t.Errorf("%#x is kept as %#x, we say %#x", uint32(wanted), uint32(has), uint32(want))
			}
			be := make([]byte, 4)
			if _, err := unix.Getxattr(f, dos.NTFSXattr+"_be", be); err != nil || dos.Attributes(binary.BigEndian.Uint32(be)) != has {
				t.Errorf("%s_be is %x, %v", dos.NTFSXattr, be, err)
			}
		}
	})
}

// An empty file that is made a system file is a pipe of Interix to ntfs-3g, one of a
// byte a socket; others stay what they are.
func TestSystemFilesOfNTFS3G(t *testing.T) {
	requires.Root(t)
	testfs.InMountNamespace(t, func(t *testing.T) {
		image := testfs.NTFSImage(t)
		kinds := map[string]uint32{"": unix.S_IFIFO, "x": unix.S_IFSOCK, "some": unix.S_IFREG}
		t.Run("made", func(t *testing.T) {
			dir := testfs.MountNTFS(t, image, "permissions")
			for content, kind := range kinds {
				f := filepath.Join(dir, "f"+content)
				must(t, os.WriteFile(f, []byte(content), 0o644))
				must(t, unix.Setxattr(f, dos.NTFSXattr, (dos.Archive|dos.System).Encode(), 0))
				var st unix.Stat_t
				if err := unix.Stat(f, &st); (err != nil) != (kind != unix.S_IFREG) {
					t.Errorf("%q: %v", content, err) // the kernel takes no object whose type changes
				}
			}
		})
		t.Run("mounted again", func(t *testing.T) {
			dir := testfs.MountNTFS(t, image, "permissions")
			for content, kind := range kinds {
				var st unix.Stat_t
				must(t, unix.Stat(filepath.Join(dir, "f"+content), &st))
				if st.Mode&unix.S_IFMT != kind {
					t.Errorf("%q has type %o, want %o", content, st.Mode&unix.S_IFMT, kind)
				}
			}
		})
	})
}

func attributesOf(t *testing.T, path string) dos.Attributes {
	t.Helper()
	value := make([]byte, 64)
	n, err := unix.Getxattr(path, dos.NTFSXattr, value)
	must(t, err)
	a, err := dos.Decode(value[:n])
	must(t, err)
	return a
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
