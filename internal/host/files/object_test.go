//go:build linux

package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/sys"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
	"ward/tree"
)

func object(t testing.TB, r *Root, rel string) *Object {
	t.Helper()
	o, err := r.Object(rel)
	must(t, err)
	t.Cleanup(func() { _ = o.Close() })
	return o
}

// namedList gives uid 61002 an r beside the classes of 0750.
var namedList = acl.List{
	{Tag: acl.UserObj, ID: acl.NoID, Rights: 7},
	{Tag: acl.User, ID: 61002, Rights: 4},
	{Tag: acl.GroupObj, ID: acl.NoID, Rights: 5},
	{Tag: acl.Mask, ID: acl.NoID, Rights: 5},
	{Tag: acl.Other, ID: acl.NoID, Rights: 0},
}

// Bytes of security.capability: version 2, cap_net_bind_service permitted and effective.
const someCaps = "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// changeAll makes every change to objects of every kind, and compares what plain
// system calls then see.
func changeAll(t *testing.T, r *Root, dir string) {
	t.Helper()
	file, sub, fifo, link := filepath.Join(dir, "file"), filepath.Join(dir, "sub"), filepath.Join(dir, "fifo"), filepath.Join(dir, "link")
	must(t, os.WriteFile(file, []byte("x"), 0o644))
	must(t, os.Mkdir(sub, 0o755))
	must(t, syscall.Mkfifo(fifo, 0o644))
	must(t, os.Symlink("file", link))
	for _, name := range []string{"file", "sub", "fifo", "."} {
		o := object(t, r, name)
		must(t, o.Chown(61001, 61001))
		must(t, o.Chmod(0o4751))
		expect(t, filepath.Join(dir, name), 0o4751, 61001, 61001)
		must(t, o.Chown(ident.NoUID, 0))
		must(t, o.Chmod(0o755))
		expect(t, filepath.Join(dir, name), 0o755, 61001, 0)
		must(t, o.Chown(0, 0))
	}
	o := object(t, r, "link")
	must(t, o.Chown(61001, 61002))
	expect(t, link, 0o777, 61001, 61002)
	expect(t, file, 0o755, 0, 0)
	for what, err := range map[string]error{"mode": o.Chmod(0o600), "ACL": o.SetACL(namedList), "caps": o.SetCaps(someCaps), "flags": o.SetFlags(entry.NoDump)} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s of a link: %v", what, err)
		}
	}
}

func expect(t *testing.T, path string, m mode.Mode, uid, gid uint32) {
	t.Helper()
	var st syscall.Stat_t
	must(t, syscall.Lstat(path, &st))
	if mode.Mode(st.Mode)&mode.All != m || st.Uid != uid || st.Gid != gid {
		t.Errorf("%s: %04o %d:%d, want %04o %d:%d", path, st.Mode&0o7777, st.Uid, st.Gid, m, uid, gid)
	}
}

// changeAttributes does the same for what lies in extended attributes and flags.
func changeAttributes(t *testing.T, r *Root) {
	t.Helper()
	const all = entry.AccessACL | entry.DefaultACL | entry.Caps | entry.Attributes
	file, sub := object(t, r, "file"), object(t, r, "sub")
	must(t, file.SetACL(namedList))
	must(t, file.SetCaps(someCaps))
	must(t, sub.SetDefaultACL(namedList))
	look := func(o *Object) entry.Entry {
		t.Helper()
		e, err := o.Look(all)
		must(t, err)
		return e
	}
	if e := look(file); !e.ACL.Equal(namedList) || e.Caps != someCaps || e.Mode != 0o750 || e.Default != nil {
		t.Errorf("file: %v caps %q mode %v", e.ACL, e.Caps, e.Mode)
	}
	if e := look(sub); !e.Default.Equal(namedList) || e.ACL != nil {
		t.Errorf("sub: %v, default %v", e.ACL, e.Default)
	}
	s := walk(t, r, tree.Options{}, all)
	if e := s.entries["file"]; !e.ACL.Equal(namedList) || e.Caps != someCaps {
		t.Errorf("walked file: %v caps %q", e.ACL, e.Caps)
	}
	if e := s.entries["sub"]; !e.Default.Equal(namedList) || e.Known&all != all {
		t.Errorf("walked sub: default %v", e.Default)
	}
	for range 2 { // to take away what is not there is no error
		must(t, file.SetACL(nil))
		must(t, file.SetCaps(""))
		must(t, sub.SetDefaultACL(nil))
	}
	if e := look(file); e.ACL != nil || e.Caps != "" {
		t.Errorf("file afterwards: %v caps %q", e.ACL, e.Caps)
	}
	if err := file.SetDefaultACL(namedList); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("default list of a file: %v", err)
	}
}

func changeFlags(t *testing.T, r *Root) {
	t.Helper()
	for _, name := range []string{"file", "sub"} {
		o := object(t, r, name)
		must(t, o.SetFlags(entry.Immutable|entry.NoAtime))
		if err := o.Chmod(0o700); !errors.Is(err, syscall.EPERM) {
			t.Errorf("%s is immutable: %v", name, err)
		}
		if e, err := o.Look(entry.Attributes); err != nil || e.Flags != entry.Immutable|entry.NoAtime {
			t.Errorf("%s: flags %b, %v", name, e.Flags, err)
		}
		must(t, o.SetFlags(0))
		must(t, o.Chmod(0o700))
	}
}

func TestChangesAreMadeByDescriptor(t *testing.T) {
	requires.Feature(t, requires.Chown, requires.ACLs, requires.FileCapabilities, requires.InodeFlags)
	ways := map[string]func(*Root){
		"newest calls": func(*Root) {},
		"oldest calls": func(r *Root) { r.calls = sys.Calls{} },
		"no proc":      func(r *Root) { r.proc.Close(); r.proc = nil },
	}
	for name, take := range ways {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			r := opened(t, dir)
			take(r)
			if r.proc != nil || r.calls.Fchmodat2 == sys.There {
				changeAll(t, r, dir)
			}
			changeAttributes(t, r)
			changeFlags(t, r)
		})
	}
}

func TestChangesOnEachFileSystem(t *testing.T) {
	requires.Root(t)
	onEachFileSystem(t, func(t *testing.T, dir string) {
		r := opened(t, dir)
		changeAll(t, r, dir)
		changeAttributes(t, r)
	})
}

func TestChangesWithCallsRefused(t *testing.T) {
	requires.Feature(t, requires.Chown, requires.ACLs, requires.FileCapabilities)
	for name, errno := range map[string]syscall.Errno{"absent": syscall.ENOSYS, "filtered": syscall.EPERM} {
		t.Run(name, func(t *testing.T) {
			testfs.WithSyscallsRefused(t, append(testfs.NewestCalls(), "name_to_handle_at", "open_by_handle_at"), errno, func(t *testing.T) {
				if c := sys.Probe(); c != (sys.Calls{Openat2: sys.Absent, Fchmodat2: sys.Absent, Xattrat: sys.Absent, HandleFID: sys.Absent, NameHandle: sys.Absent}) {
					t.Errorf("probed %+v", c)
				}
				dir := t.TempDir()
				r := opened(t, dir)
				changeAll(t, r, dir)
				changeAttributes(t, r)
				plant(t, dir, 3, 300)
				compareWalk(t, dir, tree.Options{})
			})
		})
	}
}

// Without proc and without fchmodat2 there is no safe way: refused, not by path.
func TestChmodWithoutAnyWayIsRefused(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	r := opened(t, dir)
	r.proc.Close()
	r.proc, r.calls = nil, sys.Calls{}
	if err := object(t, r, "file").Chmod(0o644); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

func TestObjectsAreFoundStrictlyBeneath(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o755))
	must(t, os.WriteFile(filepath.Join(outside, "secret"), nil, 0o600))
	must(t, os.Symlink(outside, filepath.Join(dir, "out")))
	must(t, os.Symlink("a", filepath.Join(dir, "in")))
	for name, calls := range map[string]sys.Calls{"newest calls": sys.Probe(), "oldest calls": {}} {
		t.Run(name, func(t *testing.T) {
			r, err := open(dir, calls)
			must(t, err)
			defer r.Close()
			for _, rel := range []string{"", "..", "../x", "/etc/passwd", "a/../..", "a//b", "./a", "a/", "a\x00b", "out/secret", "in/b", "a/none", "a/b/.."} {
				if o, err := r.Object(rel); err == nil {
					t.Errorf("%q leads to %s", rel, o.Path())
					_ = o.Close()
				}
			}
			for _, rel := range []string{".", "a", "a/b", "out", "in"} {
				if e, err := object(t, r, rel).Look(entry.Stat); err != nil || e.Path() != rel {
					t.Errorf("%q: %q, %v", rel, e.Path(), err)
				}
			}
			if _, err := r.Object("a/none"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("nothing there: %v", err)
			}
		})
	}
}

// What is held stays the same object whatever becomes of its name.
func TestHeldObjectIsTheOneThatWasJudged(t *testing.T) {
	dir := t.TempDir()
	file, other := filepath.Join(dir, "file"), filepath.Join(t.TempDir(), "other")
	must(t, os.WriteFile(file, nil, 0o600))
	must(t, os.WriteFile(other, nil, 0o600))
	o := object(t, opened(t, dir), "file")
	must(t, os.Rename(file, file+".moved"))
	must(t, os.Symlink(other, file))
	must(t, o.Chmod(0o640))
	must(t, o.SetACL(namedList))
	expect(t, other, 0o600, uint32(os.Geteuid()), uint32(os.Getegid()))
	expect(t, file+".moved", 0o750, uint32(os.Geteuid()), uint32(os.Getegid()))
}

func TestHandles(t *testing.T) {
	requires.Feature(t, requires.OpenByHandle)
	dir := t.TempDir()
	tree := filepath.Join(dir, "tree")
	for _, name := range []string{"tree/sub", "tree/other", "outside"} {
		must(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
	}
	must(t, os.WriteFile(filepath.Join(tree, "sub", "file"), nil, 0o600))
	r := opened(t, tree)
	e, err := object(t, r, "sub/file").Look(entry.Handle)
	must(t, err)
	if e.ID.Handle == "" || e.ID.Birth == 0 {
		t.Fatalf("identity %+v", e.ID)
	}
	for _, rel := range []string{"sub/file", "sub/renamed", "other/moved"} {
		must(t, os.Rename(filepath.Join(tree, e.Path()), filepath.Join(tree, rel)))
		o, found, err := r.ObjectByHandle(e.ID)
		must(t, err)
		if found != rel {
			t.Errorf("found at %q, lies at %q", found, rel)
		}
		e, err = o.Look(entry.Handle)
		must(t, err)
		must(t, o.Close())
	}
	must(t, os.Rename(filepath.Join(tree, "other/moved"), filepath.Join(dir, "outside", "moved")))
	if _, _, err := r.ObjectByHandle(e.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("outside the tree: %v", err)
	}
	must(t, os.Remove(filepath.Join(dir, "outside", "moved")))
	if _, _, err := r.ObjectByHandle(e.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed: %v", err)
	}
	if _, _, err := r.ObjectByHandle(entry.Identity{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("no handle: %v", err)
	}
}

// On overlayfs the first change makes another inode of it; handle or birth may
// change too, and the held descriptor still is the object.
func TestCopyUpUnderAHeldObject(t *testing.T) {
	testfs.InMountNamespace(t, func(t *testing.T) {
		base := testfs.Image(t, testfs.Tmpfs, 0)
		must(t, os.Mkdir(filepath.Join(base, "lower"), 0o755))
		must(t, os.WriteFile(filepath.Join(base, "lower", "file"), nil, 0o644))
		m := testfs.OverlayOn(t, base)
		r := opened(t, m.Merged)
		if fs := r.Filesystem(); !fs.Overlay || fs.Name != "overlay" {
			t.Errorf("file system %+v", fs)
		}
		o := object(t, r, "file")
		must(t, o.Chmod(0o600))
		must(t, o.SetFlags(0))
		if e, err := o.Look(entry.Stat | entry.AccessACL | entry.Attributes); err != nil || e.Mode != 0o600 {
			t.Errorf("%v %v", e.Mode, err)
		}
		expect(t, filepath.Join(base, "lower", "file"), 0o644, 0, 0)
		expect(t, filepath.Join(m.Merged, "file"), 0o600, 0, 0)
	})
}

func TestOpen(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	must(t, os.MkdirAll(filepath.Join(base, "real", "deep"), 0o755))
	must(t, os.WriteFile(filepath.Join(base, "file"), nil, 0o600))
	for link, target := range map[string]string{"relative": "real", "absolute": base + "/real", "chain": "relative/deep", "up": "real/../file", "loop": "loop", "dangling": "none"} {
		must(t, os.Symlink(target, filepath.Join(base, link)))
	}
	for given, want := range map[string]string{
		"real": "real", "real/": "real", "./real/./deep": "real/deep", "real/deep/..": "real",
		"relative": "real", "absolute/deep": "real/deep", "chain": "real/deep", "up": "file", "file": "file",
	} {
		r, err := Open(base + "/" + given)
		must(t, err)
		if r.Path() != filepath.Join(base, want) {
			t.Errorf("%s: %s", given, r.Path())
		}
		must(t, r.Close())
	}
	for given, want := range map[string]error{"loop": syscall.ELOOP, "dangling": fs.ErrNotExist, "none": fs.ErrNotExist, "file/x": syscall.ENOTDIR} {
		_, err := Open(base + "/" + given)
		if !errors.Is(err, want) || !strings.Contains(fmt.Sprint(err), given) {
			t.Errorf("%s: %v", given, err)
		}
	}
	r := opened(t, "/")
	if r.Path() != "/" || len(r.trail) != 0 {
		t.Errorf("%s, %v", r.Path(), r.trail)
	}
	if e, err := object(t, r, "etc").Look(entry.Stat); err != nil || e.Kind != mode.Directory {
		t.Errorf("%v, %v", e.Kind, err)
	}
}

// The way to a root is remembered, with the directories of its links.
func TestTrail(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	must(t, os.MkdirAll(filepath.Join(base, "a", "b"), 0o755))
	must(t, os.Mkdir(filepath.Join(base, "links"), 0o755))
	must(t, os.Symlink("../a/b", filepath.Join(base, "links", "here")))
	var way []string
	for _, a := range opened(t, filepath.Join(base, "links", "here")).trail {
		if rel, below := strings.CutPrefix(a.Path, base); below {
			way = append(way, fmt.Sprint(rel, a.NextLink))
		}
	}
	if diff := cmp.Diff([]string{"false", "/linkstrue", "false", "/afalse"}, way); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsNameTheObjectSafely(t *testing.T) {
	dir := t.TempDir()
	_, err := opened(t, dir).Object("evil\x1b[2Jname\n")
	if err == nil || strings.ContainsAny(err.Error(), "\x1b\n") || !strings.Contains(err.Error(), `evil\x1b[2Jname\n`) {
		t.Errorf("%q", err)
	}
}
