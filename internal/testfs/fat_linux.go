package testfs

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"ward/internal/requires"
	"ward/legacy/dos"
	"ward/mode"
)

// FATBelow is the attribute in which FATFS keeps DOS attributes in the directory
// below.
const FATBelow = "user.fat"

// FATFS mounts a file system that passes everything on to a temporary directory and
// has DOS attributes as vfat does: behind its ioctl, and with a mode that read-only
// takes the right to write from. It stands in for vfat where the kernel has none.
func FATFS(t *testing.T) (mountPoint, below string) {
	t.Helper()
	below, mountPoint = ReachableDir(t), ReachableDir(t)
	Once(t, func() { mountFAT(t, below, mountPoint) })
	return mountPoint, below
}

func mountFAT(t *testing.T, below, mountPoint string) {
	t.Helper()
	requires.Feature(t, requires.FUSE)
	honest, err := fs.NewLoopbackRoot(below)
	if err != nil {
		t.Fatal(err)
	}
	root := &fatNode{fs.LoopbackNode{RootData: honest.(*fs.LoopbackNode).RootData}}
	root.RootData.RootNode = root
	server, err := fs.Mount(mountPoint, root, &fs.Options{NullPermissions: true, MountOptions: fuse.MountOptions{
		AllowOther: os.Geteuid() == 0, DirectMount: os.Geteuid() == 0, FsName: "ward-test", Name: "fat",
	}})
	if err != nil {
		t.Fatalf("mount the file system with DOS attributes: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			t.Errorf("unmount the file system with DOS attributes: %v", err)
		}
	})
}

type fatNode struct{ fs.LoopbackNode }

var (
	_ fs.NodeIoctler     = (*fatNode)(nil)
	_ fs.NodeGetxattrer  = (*fatNode)(nil)
	_ fs.NodeSetattrer   = (*fatNode)(nil)
	_ fs.NodeWrapChilder = (*fatNode)(nil)
)

// WrapChild gives every object below attributes too.
func (n *fatNode) WrapChild(_ context.Context, child fs.InodeEmbedder) fs.InodeEmbedder {
	return &fatNode{fs.LoopbackNode{RootData: child.(*fs.LoopbackNode).RootData}}
}

func (n *fatNode) path() string { return filepath.Join(n.RootData.Path, n.Path(n.Root())) }

// Getxattr: FAT has no extended attributes.
func (n *fatNode) Getxattr(context.Context, string, []byte) (uint32, syscall.Errno) {
	return 0, syscall.ENOTSUP
}

// Ioctl is FAT_IOCTL_GET_ATTRIBUTES and FAT_IOCTL_SET_ATTRIBUTES.
func (n *fatNode) Ioctl(_ context.Context, _ fs.FileHandle, cmd uint32, _ uint64, input, output []byte) (int32, syscall.Errno) {
	a, m, err := n.attributes()
	switch {
	case err != nil:
		return 0, fs.ToErrno(err)
	case cmd == dos.IoctlRead && len(output) == 4:
		binary.NativeEndian.PutUint32(output, uint32(a))
		return 0, 0
	case cmd == dos.IoctlWrite && len(input) == 4:
		kept, err := a.SetOnFAT(dos.Attributes(binary.NativeEndian.Uint32(input)), n.IsRoot())
		if err != nil {
			return 0, syscall.EINVAL
		}
		return 0, fs.ToErrno(n.set(kept, m))
	}
	return 0, syscall.ENOTTY
}

func (n *fatNode) attributes() (dos.Attributes, mode.Mode, error) {
	var st unix.Stat_t
	if err := unix.Lstat(n.path(), &st); err != nil {
		return 0, 0, err
	}
	m := mode.Mode(st.Mode) & mode.All
	value := make([]byte, 4)
	if _, err := unix.Lgetxattr(n.path(), FATBelow, value); err == nil {
		a, err := dos.Decode(value)
		return a, m, err
	}
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		return dos.Directory, m, nil
	}
	return dos.Archive, m, nil
}

// set keeps attributes; those of a file move its mode, as with fmask=0022.
func (n *fatNode) set(a dos.Attributes, m mode.Mode) error {
	const write = mode.OwnerWrite | mode.GroupWrite | mode.OtherWrite
	if err := unix.Lsetxattr(n.path(), FATBelow, a.Encode(), 0); err != nil || a&dos.Directory != 0 {
		return err
	}
	if m &^= write; a&dos.ReadOnly == 0 {
		m |= mode.OwnerWrite
	}
	return unix.Chmod(n.path(), uint32(m))
}

// Setattr: what a chmod of a file asks for beside read-only is refused.
func (n *fatNode) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if in.Valid&fuse.FATTR_MODE == 0 {
		return n.LoopbackNode.Setattr(ctx, f, in, out)
	}
	a, m, err := n.attributes()
	if err != nil {
		return fs.ToErrno(err)
	}
	if a&dos.Directory == 0 && in.Mode&0o7777 != uint32(m) {
		return syscall.EPERM
	}
	return n.LoopbackNode.Setattr(ctx, f, in, out)
}
