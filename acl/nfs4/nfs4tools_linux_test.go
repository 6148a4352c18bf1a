package nfs4_test

import (
	"context"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"pgregory.net/rapid"

	"ward/acl/nfs4"
	"ward/internal/requires"
	"ward/mode"
)

// served is an object whose attribute system.nfs4_acl is what was stored last, as an
// NFS client shows that of a server that does not think for itself.
type served struct {
	fs.Inode
	mu    sync.Mutex
	value []byte
}

var (
	_ fs.NodeGetxattrer = (*served)(nil)
	_ fs.NodeSetxattrer = (*served)(nil)
)

func (s *served) Getxattr(_ context.Context, name string, dest []byte) (uint32, syscall.Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name != nfs4.Xattr {
		return 0, syscall.ENODATA
	}
	if len(dest) < len(s.value) {
		return uint32(len(s.value)), syscall.ERANGE
	}
	return uint32(copy(dest, s.value)), 0
}

func (s *served) Setxattr(_ context.Context, name string, data []byte, _ uint32) syscall.Errno {
	if name != nfs4.Xattr {
		return syscall.ENOTSUP
	}
	s.store(data)
	return 0
}

func (s *served) store(value []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value = slices.Clone(value)
}

func (s *served) stored() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.value)
}

// root holds a file f and a directory d.
type root struct {
	fs.Inode
	f, d served
}

func (r *root) OnAdd(ctx context.Context) {
	r.AddChild("f", r.NewPersistentInode(ctx, &r.f, fs.StableAttr{Mode: syscall.S_IFREG, Ino: 2}), false)
	r.AddChild("d", r.NewPersistentInode(ctx, &r.d, fs.StableAttr{Mode: syscall.S_IFDIR, Ino: 3}), false)
}

// mountServed mounts the two objects for the length of the test.
func mountServed(t *testing.T) (dir string, r *root) {
	t.Helper()
	requires.Feature(t, requires.FUSE)
	dir, r = t.TempDir(), new(root)
	server, err := fs.Mount(dir, r, &fs.Options{NullPermissions: true, MountOptions: fuse.MountOptions{
		DirectMount: os.Geteuid() == 0, FsName: "ward-test", Name: "nfs4acl",
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return dir, r
}

// object is the node of a kind, and its path.
func (r *root) object(dir string, k mode.Kind) (*served, string) {
	if k == mode.Directory {
		return &r.d, filepath.Join(dir, "d")
	}
	return &r.f, filepath.Join(dir, "f")
}

func output(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	return string(out), err
}

// getfacl4 is what nfs4_getfacl prints, without the line that names the object.
func getfacl4(t *testing.T, path string) string {
	t.Helper()
	out, err := output(t, "nfs4_getfacl", path)
	if err != nil {
		t.Fatalf("nfs4_getfacl: %v: %s", err, out)
	}
	var lines []string
	for line := range strings.Lines(out) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && !strings.HasPrefix(line, "# file:") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, ",")
}

// setText is what nfs4_setfacl stores for a text, or nil and its complaint.
func setText(t *testing.T, o *served, path, text string) ([]byte, string) {
	t.Helper()
	o.store(make([]byte, 4))
	if out, err := output(t, "nfs4_setfacl", "-s", text, path); err != nil {
		return nil, out
	}
	return o.stored(), ""
}

// storable is entries as the tools know them.
var storable = rapid.Custom(func(t *rapid.T) nfs4.Entry {
	e := nfs4.Entry{Type: nfs4.Type(rapid.IntRange(0, 3).Draw(t, "type")), Rights: nfs4.Rights(rapid.Uint32().Draw(t, "rights")) & nfs4.FullSet}
	e.Flags = nfs4.Flags(rapid.Uint32Range(0, 0x7f).Draw(t, "flags"))
	switch rapid.IntRange(0, 2).Draw(t, "who") {
	case 0:
		e.Who = nfs4.Special(nfs4.Class(rapid.IntRange(1, 3).Draw(t, "class")))
	case 1:
		e.Who = nfs4.Number(rapid.Uint32Range(0, 1<<31-1).Draw(t, "id"))
	default:
		e.Who = nfs4.Name(rapid.StringMatching(`[a-z][a-z0-9._-]{0,6}@[a-z]{1,3}\.org`).Draw(t, "name"))
	}
	return e
})

// What the tools store for a text that is generated, and what they print of it, is what
// this package makes of it.
func TestTheToolsReadAndPrintTheSame(t *testing.T) {
	requires.Tool(t, "nfs4_setfacl", "nfs4_getfacl")
	where, r := mountServed(t)
	sample := rapid.SliceOfN(storable, 1, 8)
	for i := range 60 {
		k := []mode.Kind{file, dir}[i%2]
		o, path := r.object(where, k)
		in := text(t, nfs4.ACL{Entries: sample.Example(i)}, nfs4.Linux, dir)
		raw, complaint := setText(t, o, path, in)
		a := parse(t, in, nfs4.Linux, k)
		want, err := a.Encode()
		if err != nil || complaint != "" || string(raw) != string(want) {
			t.Fatalf("%v, %s: the tools store %x (%s), this package %x, %v", k, in, raw, complaint, want, err)
		}
		if got := getfacl4(t, path); got != text(t, a, nfs4.Linux, k) {
			t.Fatalf("%v: the tools print %s, this package %s", k, got, text(t, a, nfs4.Linux, k))
		}
		if back := parse(t, getfacl4(t, path), nfs4.Linux, k); !back.Equal(a) {
			t.Fatalf("what the tools print reads as %v, it is %v", back, a)
		}
	}
}

// Generic letters, odd forms, and mistakes.
func TestTheToolsRefuseTheSame(t *testing.T) {
	requires.Tool(t, "nfs4_setfacl", "nfs4_getfacl")
	where, r := mountServed(t)
	for _, k := range []mode.Kind{file, dir} {
		o, path := r.object(where, k)
		for _, in := range []string{
			"A::OWNER@:R", "A::OWNER@:W", "A::OWNER@:X", "A::OWNER@:RWX", "A::OWNER@:rRw", "A::OWNER@:rr", "A::OWNER@:", "AB::OWNER@:r", "a::OWNER@:r", "A:::r",
			"A::OWNER@:q", "A:z:OWNER@:r", "A::OWNER@", "A::OWNER@:r:x", "A:O:OWNER@:r", "# c", "A::OWNER@:r A::EVERYONE@:r", "A::OWNER@:r,", ",A::OWNER@:r",
			"A::OWNER@:r,,A::EVERYONE@:r", "A:fdnig:ops@dom.org:rx", "A::owner@:r", "A::GROUP@:r", "A:gg:GROUP@:r", "A::OWNER@:-", "D:SF:EVERYONE@:D", "X::OWNER@:r", "::OWNER@:r", "A::INTERACTIVE@:r",
		} {
			raw, complaint := setText(t, o, path, in)
			a, err := nfs4.Parse(in, nfs4.Linux, k)
			switch {
			case (err == nil) != (complaint == ""):
				t.Errorf("%v, %q: the tools say %q, this package %v", k, in, complaint, err)
			case err == nil:
				if want, _ := a.Encode(); string(raw) != string(want) {
					t.Errorf("%v, %q: the tools store %s, this package %x", k, in, hex.EncodeToString(raw), want)
				}
			}
		}
	}
}
