package testfs

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"ward/acl/nfs4"
	"ward/internal/requires"
	"ward/mode"
)

// NFS4Below is the attribute in which NFS4FS keeps lists in the directory below.
const NFS4Below = "user.nfs4_acl"

// NFS4FS mounts a file system that passes everything on to a temporary directory and
// shows a list of NFS 4 with every object, in system.nfs4_acl, as the NFS client
// does. Like a server it makes the mode of a list that is set, and the list of a mode
// that is set, unless they are apart. It returns the mount point, and the directory
// below.
func NFS4FS(t *testing.T, apart bool) (mountPoint, below string) {
	t.Helper()
	below, mountPoint = ReachableDir(t), ReachableDir(t)
	Once(t, func() { mountNFS4(t, apart, below, mountPoint) })
	return mountPoint, below
}

func mountNFS4(t *testing.T, apart bool, below, mountPoint string) {
	t.Helper()
	requires.Feature(t, requires.FUSE)
	honest, err := fs.NewLoopbackRoot(below)
	if err != nil {
		t.Fatal(err)
	}
	root := &lister{LoopbackNode: fs.LoopbackNode{RootData: honest.(*fs.LoopbackNode).RootData}, apart: apart}
	root.RootData.RootNode = root
	server, err := fs.Mount(mountPoint, root, &fs.Options{NullPermissions: true, MountOptions: fuse.MountOptions{
		AllowOther: os.Geteuid() == 0, DirectMount: os.Geteuid() == 0, FsName: "ward-test", Name: "lister",
	}})
	if err != nil {
		t.Fatalf("mount the file system with lists: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			t.Errorf("unmount the file system with lists: %v", err)
		}
	})
}

type lister struct {
	fs.LoopbackNode
	apart bool
}

var (
	_ fs.NodeSetattrer   = (*lister)(nil)
	_ fs.NodeGetxattrer  = (*lister)(nil)
	_ fs.NodeSetxattrer  = (*lister)(nil)
	_ fs.NodeWrapChilder = (*lister)(nil)
)

// WrapChild gives every object below a list too.
func (l *lister) WrapChild(_ context.Context, child fs.InodeEmbedder) fs.InodeEmbedder {
	return &lister{LoopbackNode: fs.LoopbackNode{RootData: child.(*fs.LoopbackNode).RootData}, apart: l.apart}
}

func (l *lister) path() string { return filepath.Join(l.RootData.Path, l.Path(l.Root())) }

// Getxattr shows the list that was set last, or that of the mode.
func (l *lister) Getxattr(ctx context.Context, name string, dest []byte) (uint32, syscall.Errno) {
	if strings.HasPrefix(name, "user.") {
		return l.LoopbackNode.Getxattr(ctx, name, dest)
	}
	if name != nfs4.Xattr {
		return 0, syscall.ENODATA
	}
	value := make([]byte, 64<<10)
	n, err := unix.Lgetxattr(l.path(), NFS4Below, value)
	if err == unix.ENODATA { //nolint:errorlint // calls answer bare numbers
		value, err = l.ofMode()
		n = len(value)
	}
	switch {
	case err != nil:
		return 0, fs.ToErrno(err)
	case len(dest) < n:
		return uint32(n), syscall.ERANGE
	}
	return uint32(copy(dest, value[:n])), 0
}

// ofMode is the list that says what the mode says.
func (l *lister) ofMode() ([]byte, error) {
	var st unix.Stat_t
	if err := unix.Lstat(l.path(), &st); err != nil {
		return nil, err
	}
	return nfs4.FromMode(mode.Mode(st.Mode)&mode.All, kindOf(st.Mode), nfs4.RFC8881).Encode()
}

func kindOf(bits uint32) mode.Kind {
	if bits&unix.S_IFMT == unix.S_IFDIR {
		return mode.Directory
	}
	return mode.Regular
}

// Setxattr keeps a list, and makes the mode of it.
func (l *lister) Setxattr(ctx context.Context, name string, data []byte, flags uint32) syscall.Errno {
	if strings.HasPrefix(name, "user.") {
		return l.LoopbackNode.Setxattr(ctx, name, data, flags)
	}
	if name != nfs4.Xattr {
		return syscall.ENOTSUP
	}
	list, err := nfs4.Decode(data)
	if err != nil {
		return syscall.EINVAL
	}
	if err := unix.Lsetxattr(l.path(), NFS4Below, data, 0); err != nil || l.apart {
		return fs.ToErrno(err)
	}
	var st unix.Stat_t
	if err := unix.Lstat(l.path(), &st); err != nil {
		return fs.ToErrno(err)
	}
	m := list.Mode(nfs4.Object{Mode: mode.Mode(st.Mode) & mode.All}) & mode.Permissions
	return fs.ToErrno(unix.Chmod(l.path(), st.Mode&0o7000|uint32(m)))
}

// Setattr is what a chmod arrives as: the list becomes that of the mode.
func (l *lister) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if in.Valid&fuse.FATTR_MODE != 0 && !l.apart {
		if err := unix.Lremovexattr(l.path(), NFS4Below); err != nil && err != unix.ENODATA {
			return fs.ToErrno(err)
		}
	}
	return l.LoopbackNode.Setattr(ctx, f, in, out)
}
