package models_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"ward/acl/nfs4"
	"ward/internal/host/models"
	"ward/internal/requires"
	"ward/legacy/dos"
	"ward/mode"
)

// served is a file of a file system that keeps lists of other systems, in attributes
// that it does not list.
type served struct {
	fs.Inode
	attributes map[string][]byte
	fat        uint32 // answers the ioctl where it is not 0
}

var (
	_ fs.NodeGetattrer  = (*served)(nil)
	_ fs.NodeGetxattrer = (*served)(nil)
	_ fs.NodeOpener     = (*served)(nil)
	_ fs.NodeIoctler    = (*served)(nil)
)

func (*served) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	out.Mode, out.Uid, out.Gid = 0o640, 1001, 1002
	return 0
}

// Getxattr answers EIO to a buffer that is too small, as ntfs-3g does.
func (s *served) Getxattr(_ context.Context, name string, dest []byte) (uint32, syscall.Errno) {
	value, ok := s.attributes[name]
	if !ok {
		return 0, syscall.ENODATA
	}
	if len(dest) > 0 && len(dest) < len(value) {
		return 0, syscall.EIO
	}
	if len(dest) == 0 {
		return uint32(len(value)), syscall.ERANGE
	}
	return uint32(copy(dest, value)), 0
}

func (*served) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_DIRECT_IO, 0
}

func (s *served) Ioctl(_ context.Context, _ fs.FileHandle, cmd uint32, _ uint64, _, output []byte) (int32, syscall.Errno) {
	if s.fat == 0 || cmd != dos.IoctlRead || len(output) != 4 {
		return 0, syscall.ENOTTY
	}
	copy(output, dos.Attributes(s.fat).Encode())
	return 0, 0
}

type servedDirectory struct {
	fs.Inode
	files map[string]*served
}

func (d *servedDirectory) OnAdd(ctx context.Context) {
	for name, file := range d.files {
		d.AddChild(name, d.NewPersistentInode(ctx, file, fs.StableAttr{Mode: syscall.S_IFREG}), false)
	}
}

// serve mounts the files.
func serve(t *testing.T, files map[string]*served) string {
	t.Helper()
	requires.Feature(t, requires.FUSE)
	dir := t.TempDir()
	server, err := fs.Mount(dir, &servedDirectory{files: files}, &fs.Options{
		NullPermissions: true, MountOptions: fuse.MountOptions{DirectMount: os.Geteuid() == 0, FsName: "ward-test", Name: "lists"},
	})
	if err != nil {
		t.Fatalf("mount the served files: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			t.Errorf("unmount the served files: %v", err)
		}
	})
	return dir
}

// gather looks at a file and gives its findings by their carriers.
func gather(t *testing.T, path string) (*models.Object, map[string]models.Found) {
	t.Helper()
	o, err := models.Gather(path, false)
	if err != nil {
		t.Fatal(err)
	}
	return o, byCarrier(o)
}

// What NFS, ntfs-3g, cifs, Samba and FAT keep, served by a file system that answers
// as they do.
func TestAttributesOfOtherSystems(t *testing.T) {
	list, err := nfs4.Parse("A::OWNER@:rwatTnNcCoy,D::EVERYONE@:w,A:g:staff@example.org:rtncy", nfs4.Linux, mode.Regular)
	if err != nil {
		t.Fatal(err)
	}
	wire, err := list.Encode()
	if err != nil {
		t.Fatal(err)
	}
	withFlags, err := nfs4.ACL{Flags: nfs4.Protected, Entries: list.Entries}.EncodeDACL()
	if err != nil {
		t.Fatal(err)
	}
	// One entry for everybody, of the five numbers that TrueNAS writes.
	truenas := unhex(t, "00010000"+"00000001"+"00000000"+"00000000"+"00000001"+"001201ff"+"00000003")
	// `O:BAG:SYD:(A;;0x1f01ff;;;SY)` as Samba packs it.
	w1 := unhex(t, "01000480140000002400000000000000300000000102000000000005200000002002000001010000000000051200000004001c000100000000001400ff011f00010100000000000512000000")
	dir := serve(t, map[string]*served{
		"nfs":     {attributes: map[string][]byte{nfs4.Xattr: wire}},
		"nfs41":   {attributes: map[string][]byte{nfs4.Xattr: wire, nfs4.DACLXattr: withFlags}},
		"truenas": {attributes: map[string][]byte{nfs4.TrueNASXattr: truenas}},
		"ntfs":    {attributes: map[string][]byte{"system.ntfs_acl": w1, dos.NTFSXattr: {0x21, 0, 0, 0}, "system.ntfs_attrib_be": {0, 0, 0, 0x21}}},
		"old":     {attributes: map[string][]byte{"system.ntfs_attrib_be": {0, 0, 0x20, 0x03}}},
		"cifs":    {attributes: map[string][]byte{"system.cifs_acl": w1, "system.cifs_ntsd": w1, dos.SMB3Xattr: {0x22, 0, 0, 0}}},
		"broken":  {attributes: map[string][]byte{nfs4.Xattr: wire[:9]}},
		"fat":     {fat: 0x26},
	})
	for name, want := range map[string]map[string]any{
		"nfs":     {nfs4.Xattr: list},
		"nfs41":   {nfs4.DACLXattr: nfs4.ACL{Flags: nfs4.Protected, Entries: list.Entries}},
		"truenas": {nfs4.TrueNASXattr: nfs4.ACL{Flags: nfs4.Trivial, Entries: []nfs4.Entry{{Rights: 0x1201ff, Who: nfs4.Special(nfs4.Everyone)}}}},
		"ntfs":    {"system.ntfs_acl": sddl(t, "O:BAG:SYD:(A;;0x1f01ff;;;SY)"), dos.NTFSXattr: dos.ReadOnly | dos.Archive},
		"old":     {"system.ntfs_attrib_be": dos.ReadOnly | dos.Hidden | dos.NotContentIndexed},
		"cifs":    {"system.cifs_ntsd": sddl(t, "O:BAG:SYD:(A;;0x1f01ff;;;SY)"), dos.SMB3Xattr: dos.Hidden | dos.Archive},
		"fat":     {"FAT_IOCTL_GET_ATTRIBUTES": dos.System | dos.Hidden | dos.Archive},
	} {
		o, found := gather(t, filepath.Join(dir, name))
		if len(found) != len(want) || o.Mode != 0o640 || o.UID != 1001 || o.GID != 1002 || o.Kind != mode.Regular {
			t.Errorf("%s: found %+v, mode %s, owner %d:%d", name, o.Found, o.Mode.Octal(), o.UID, o.GID)
		}
		for carrier, value := range want {
			if f := found[carrier]; f.Err != nil || !same(f.Value, value) {
				t.Errorf("%s: %s is %s, %v; want %s", name, carrier, inWords(f.Value), f.Err, inWords(value))
			}
		}
	}
	_, found := gather(t, filepath.Join(dir, "broken"))
	if f := found[nfs4.Xattr]; f.Err == nil || f.Value != nil || len(f.Raw) != 9 {
		t.Errorf("a list that is cut off: %+v", f)
	}
}
