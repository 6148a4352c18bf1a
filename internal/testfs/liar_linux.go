package testfs

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"ward/internal/requires"
)

// Lie is what a file system does with a chmod that it has accepted.
type Lie int

// The lies.
const (
	Honest  Lie = iota // does it
	Ignores            // never does it
	Delays             // shows it after LieDelay
	Alters             // changes another bit as well: the others' x is flipped
)

// LieDelay is how long a file system that Delays takes.
const LieDelay = 2 * time.Second

// LyingFS mounts a file system that passes everything on to a temporary
// directory, except that it lies about chmod. It returns the mount point, and the
// directory below, in which the truth can be seen and prepared.
//
// It is served by this process: what looks at it by raw system calls on every
// processor starves it, so such programs are run in a process of their own.
func LyingFS(t *testing.T, lie Lie) (mountPoint, below string) {
	t.Helper()
	below, mountPoint = ReachableDir(t), ReachableDir(t)
	Once(t, func() { mountLiar(t, lie, below, mountPoint) })
	return mountPoint, below
}

func mountLiar(t *testing.T, lie Lie, below, mountPoint string) {
	t.Helper()
	requires.Feature(t, requires.FUSE)
	honest, err := fs.NewLoopbackRoot(below)
	if err != nil {
		t.Fatal(err)
	}
	root := newLiar(honest, lie)
	root.RootData.RootNode = root
	server, err := fs.Mount(mountPoint, root, &fs.Options{NullPermissions: true, MountOptions: fuse.MountOptions{
		AllowOther: os.Geteuid() == 0, DirectMount: os.Geteuid() == 0, FsName: "ward-test", Name: "liar",
	}})
	if err != nil {
		t.Fatalf("mount the lying file system: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			t.Errorf("unmount the lying file system: %v", err)
		}
	})
}

type liar struct {
	fs.LoopbackNode
	lie Lie
}

var (
	_ fs.NodeSetattrer   = (*liar)(nil)
	_ fs.NodeWrapChilder = (*liar)(nil)
)

func newLiar(honest fs.InodeEmbedder, lie Lie) *liar {
	return &liar{LoopbackNode: fs.LoopbackNode{RootData: honest.(*fs.LoopbackNode).RootData}, lie: lie}
}

// WrapChild makes every object below a liar too.
func (l *liar) WrapChild(_ context.Context, child fs.InodeEmbedder) fs.InodeEmbedder {
	return newLiar(child, l.lie)
}

// Setattr is what a chmod arrives as.

func (l *liar) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if in.Valid&fuse.FATTR_MODE == 0 {
		return l.LoopbackNode.Setattr(ctx, f, in, out)
	}
	told := *in // what in points at is used again once this returns
	switch l.lie {
	case Honest:
	case Ignores:
		told.Valid &^= fuse.FATTR_MODE
	case Delays:
		wanted := in.Mode
		told.Valid &^= fuse.FATTR_MODE
		time.AfterFunc(LieDelay, func() {
			_ = l.LoopbackNode.Setattr(context.Background(), nil, &fuse.SetAttrIn{
				SetAttrInCommon: fuse.SetAttrInCommon{Valid: fuse.FATTR_MODE, Mode: wanted},
			}, new(fuse.AttrOut))
		})
	case Alters:
		told.Mode ^= 0o001
	}
	return l.LoopbackNode.Setattr(ctx, f, &told, out)
}
