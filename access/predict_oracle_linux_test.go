package access_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
)

// foundry makes things for the oracle of predictions on one file system.
type foundry struct {
	*testing.T
	r         *rand.Rand
	root      string
	elsewhere string // a directory on another file system
	mount     access.Mount
	counts    map[string]int
	n         int
}

// TestKernelAndProgramsMakeTheSame creates, copies, installs, moves, extracts and
// replaces as random users under random umasks in random directories, and compares
// what is there then with what was predicted.
func TestKernelAndProgramsMakeTheSame(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.ACLs, requires.Chown, requires.FileCapabilities)
	requires.Tool(t, "cp", "install", "mv", "tar", "sed", "setpriv", "mktemp", "mknod")
	testfs.InMountNamespace(t, func(t *testing.T) {
		t.Logf("seed %d", *seed)
		elsewhere := testfs.Image(t, testfs.Tmpfs, 0)
		for i, place := range predictionPlaces(t) {
			f := foundry{T: t, r: rand.New(rand.NewPCG(*seed, uint64(i))), root: place.dir, elsewhere: elsewhere, mount: place.mount, counts: map[string]int{}}
			must(t, os.Chmod(place.dir, 0o755))
			calls, programs := 1500, 40
			for range calls {
				f.call()
			}
			for range programs {
				f.programs()
			}
			t.Logf("%s%s: %v", place.name, place.mount.FSType, f.counts)
		}
	})
}

type predictionPlace struct {
	name, dir string
	mount     access.Mount
}

// predictionPlaces are file systems of each kind, and those that have it once more
// with groups as BSD has them.
func predictionPlaces(t *testing.T) (all []predictionPlace) {
	t.Helper()
	for _, kind := range testfs.AllFileSystems() {
		all = append(all, predictionPlace{"", testfs.Image(t, kind, 0), access.Mount{FSType: string(kind)}})
	}
	for kind, option := range map[testfs.FileSystem]string{testfs.Ext4: "grpid", testfs.XFS: "grpid"} {
		image := filepath.Join(t.TempDir(), "image")
		testfs.NewImage(t, kind, image, 320<<20)
		dir := t.TempDir()
		if out, err := exec.Command("mount", "-o", "loop,"+option, image, dir).CombinedOutput(); err != nil {
			t.Fatalf("mount %s with %s: %v: %s", kind, option, err, out)
		}
		t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
		must(t, os.Chmod(filepath.Dir(dir), 0o755))
		all = append(all, predictionPlace{"grpid ", dir, access.Mount{FSType: string(kind), BSDGroups: true}})
	}
	slices.SortFunc(all, func(a, b predictionPlace) int { return strings.Compare(a.name+a.mount.FSType, b.name+b.mount.FSType) })
	return all
}

func (f *foundry) umask() mode.Mode {
	if f.r.IntN(2) == 0 {
		return []mode.Mode{0, 0o002, 0o022, 0o027, 0o077, 0o777}[f.r.IntN(6)]
	}
	return mode.Mode(f.r.IntN(0o1000))
}

func (f *foundry) anyMode() mode.Mode {
	return []mode.Mode{0o644, 0o755, 0o600, 0o777, 0o2775, 0o4755, 0o1777, mode.Mode(f.r.IntN(0o10000)), mode.Mode(f.r.IntN(0o10000))}[f.r.IntN(9)]
}

// caller is a user, with or without the capabilities that matter, or root.
func (f *foundry) caller() *access.Caller {
	s := anySubject(f.r)
	switch {
	case s.UID == 0:
		s.Caps = powers
	case f.r.IntN(3) == 0:
		s.Caps = ident.Set(ident.CapFSetID)
	default:
		s.Caps = 0
	}
	return &access.Caller{Subject: s, Umask: f.umask()}
}

// dir is a new directory that everybody may write to.
func (f *foundry) dir() (string, *access.Step) {
	f.Helper()
	f.n++
	path := filepath.Join(f.root, fmt.Sprintf("d%d", f.n))
	must(f.T, os.Mkdir(path, 0o700))
	must(f.T, os.Lchown(path, int(anyUID(f.r)), int(anyGID(f.r))))
	m := []uint32{0o777, 0o1777, 0o2777, 0o3777}[f.r.IntN(4)]
	must(f.T, syscall.Chmod(path, m))
	if f.r.IntN(2) == 0 {
		must(f.T, syscall.Setxattr(path, acl.DefaultXattr, f.list().Encode(), 0))
	}
	return path, &access.Step{Path: path, Entry: f.look(path), Mount: &f.mount}
}

// list is any list, one without mask and names among them.
func (f *foundry) list() acl.List {
	l := anyList(f.r)
	if f.r.IntN(4) == 0 {
		return acl.FromMode(mode.Mode(f.r.IntN(0o1000)))
	}
	return l
}

// look reads an object by its path.
func (f *foundry) look(path string) entry.Entry {
	f.Helper()
	var st syscall.Stat_t
	must(f.T, syscall.Lstat(path, &st))
	e := entry.Entry{Name: filepath.Base(path), Known: entry.Stat | entry.AccessACL | entry.DefaultACL | entry.Caps}
	e.Mode, e.Kind = mode.FromStat(st.Mode)
	e.UID, e.GID = ident.UID(st.Uid), ident.GID(st.Gid)
	if e.Kind == mode.Symlink {
		return e
	}
	e.ACL = f.listOf(path, acl.AccessXattr)
	e.Default = f.listOf(path, acl.DefaultXattr)
	e.Caps = string(f.attribute(path, "security.capability"))
	return e
}

func (f *foundry) listOf(path, name string) acl.List {
	f.Helper()
	l, err := acl.Decode(f.attribute(path, name))
	must(f.T, err)
	return l
}

func (f *foundry) attribute(path, name string) []byte {
	f.Helper()
	value := make([]byte, 4096)
	n, err := syscall.Getxattr(path, name, value)
	if errors.Is(err, syscall.ENODATA) || errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.EACCES) {
		return nil
	}
	must(f.T, err)
	return value[:n]
}

// same compares what was predicted with what is there.
func (f *foundry) same(what string, p access.Place, predicted access.Made, path, more string) {
	f.Helper()
	f.counts[strings.Fields(what)[0]]++
	found := f.look(path)
	s := predicted.State
	if s.Mode == found.Mode && s.UID == found.UID && s.GID == found.GID && s.ACL.Equal(found.ACL) && s.Default.Equal(found.Default) && s.Caps == found.Caps && predicted.Kind == found.Kind {
		return
	}
	f.Fatalf("%s\nby %+v umask %s\nin %s %+v\npredicted %v %+v\nfound     %v %+v\n%+v\n%s", what, p.Caller.Subject, p.Caller.Umask.Octal(), f.mount.FSType, p.Dir.Entry.State,
		predicted.Kind, s, found.Kind, found.State, predicted.Effects, more)
}

// call makes one object by one system call.
func (f *foundry) call() {
	f.Helper()
	path, step := f.dir()
	defer os.RemoveAll(path)
	p := access.Place{Caller: f.caller(), Dir: step}
	name, m := filepath.Join(path, "new"), f.anyMode()
	kind, do := mode.Regular, func() error {
		return closeNew(syscall.Open(name, syscall.O_CREAT|syscall.O_EXCL|syscall.O_WRONLY, uint32(m)))
	}
	switch f.r.IntN(5) {
	case 0:
		kind, do = mode.Directory, func() error { return syscall.Mkdir(name, uint32(m)) }
	case 1:
		kind, do = mode.FIFO, func() error { return syscall.Mknod(name, syscall.S_IFIFO|uint32(m), 0) }
	case 2:
		kind, do = mode.Symlink, func() error { return syscall.Symlink("x", name) }
	case 3:
		do = func() error { return syscall.Mknod(name, syscall.S_IFREG|uint32(m), 0) }
	}
	must(f.T, asWithUmask(p.Caller, do))
	f.same(fmt.Sprintf("%v %s", kind, m.Octal()), p, p.Make(kind, m), name, "")
}

func closeNew(fd int, err error) error {
	if err != nil {
		return err
	}
	return syscall.Close(fd)
}

// asWithUmask is as with a umask, which a thread shares with its process until it
// has its own (CLONE_FS).
func asWithUmask(c *access.Caller, f func() error) error {
	return as(c.Subject, func() error {
		if err := syscall.Unshare(syscall.CLONE_FS); err != nil && !errors.Is(err, syscall.EPERM) {
			return err
		}
		syscall.Umask(int(c.Umask))
		return f()
	})
}

// source is a file or directory that everybody can read, to be copied.
func (f *foundry) source(dir string, k mode.Kind) (string, entry.Entry) {
	f.Helper()
	path := filepath.Join(dir, "source")
	must(f.T, os.RemoveAll(path))
	if k == mode.Directory {
		must(f.T, os.Mkdir(path, 0o700))
	} else {
		must(f.T, os.WriteFile(path, []byte("x\n"), 0o600))
	}
	must(f.T, os.Lchown(path, int(anyUID(f.r)), int(anyGID(f.r))))
	m := f.anyMode() | 0o444
	if k == mode.Directory {
		m |= 0o555
	}
	must(f.T, syscall.Chmod(path, uint32(m)))
	if f.r.IntN(2) == 0 {
		l := anyList(f.r)
		for i := range l {
			l[i].Rights |= mode.R | m.Other()&mode.X
		}
		must(f.T, syscall.Setxattr(path, acl.AccessXattr, l.Encode(), 0))
		must(f.T, syscall.Chmod(path, uint32(m)))
	}
	if k == mode.Directory && f.r.IntN(2) == 0 {
		must(f.T, syscall.Setxattr(path, acl.DefaultXattr, f.list().Encode(), 0))
	}
	if k == mode.Regular && f.r.IntN(4) == 0 {
		must(f.T, syscall.Setxattr(path, "security.capability", []byte("\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), 0))
	}
	return path, f.look(path)
}

// run runs a program with the caller's ids and umask.
func (f *foundry) run(c *access.Caller, args ...string) string {
	f.Helper()
	groups := "--clear-groups"
	if len(c.Groups) > 0 {
		groups = "--groups=" + strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Groups), " ", ","), "[]")
	}
	line := []string{"-c", fmt.Sprintf(`umask %s; exec "$@"`, c.Umask.Octal()), "sh", "setpriv", fmt.Sprintf("--reuid=%d", c.UID), fmt.Sprintf("--regid=%d", c.GID), groups}
	if c.UID != 0 && c.Caps != 0 {
		line = append(line, "--inh-caps=+fsetid", "--ambient-caps=+fsetid")
	}
	cmd := exec.Command("sh", append(append(line, "--"), args...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		f.Fatal(err)
	}
	return fmt.Sprintf("%q: %v: %s", args, err, out.String())
}

// programs makes one object by each program.
func (f *foundry) programs() {
	f.Helper()
	dir, step := f.dir()
	defer os.RemoveAll(dir)
	outside, err := os.MkdirTemp(f.elsewhere, "")
	must(f.T, err)
	defer os.RemoveAll(outside)
	must(f.T, os.Chmod(outside, 0o777))
	p := access.Place{Caller: f.caller(), Dir: step}
	kind := []mode.Kind{mode.Regular, mode.Regular, mode.Directory}[f.r.IntN(3)]

	source, from := f.source(outside, kind)
	for i, options := range []string{"-r", "-rp", "-a"} {
		to := filepath.Join(dir, "cp"+options)
		said := f.run(p.Caller, "cp", options, source, to)
		how := access.Copying{Preserve: i == 1, Archive: i == 2}
		f.same("cp"+options+" "+fmt.Sprintf("%+v", from.State), p, p.Copy(&from, how), to, said)
	}
	f.overwrite(p, dir, outside)
	f.install(p, dir, source, kind)
	f.extract(p, dir, outside)
	f.replace(p, dir)
	f.move(p, dir, outside)
}

func (f *foundry) overwrite(p access.Place, dir, outside string) {
	f.Helper()
	source, from := f.source(outside, mode.Regular)
	for _, options := range []string{"-f", "-p"} {
		to, old := f.source(dir, mode.Regular)
		if ok, _ := access.Allows(p.Caller.Subject, old.State, old.Kind, mode.W); !ok {
			continue
		}
		said := f.run(p.Caller, "cp", options, source, to)
		made := p.Copy(&from, access.Copying{Preserve: options == "-p", Onto: &old})
		f.same("overwrite "+options+fmt.Sprintf(" %+v by %+v", old.State, from.State), p, made, to, said)
	}
}

func (f *foundry) install(p access.Place, dir, source string, k mode.Kind) {
	f.Helper()
	if k == mode.Directory {
		return
	}
	how := access.Installing{Mode: f.anyMode(), UID: ident.NoUID, GID: ident.NoGID}
	to := filepath.Join(dir, "installed")
	args := []string{"install", "-m", how.Mode.Octal()}
	if f.r.IntN(2) == 0 {
		how.GID = anyGID(f.r)
		args = append(args, "-g", fmt.Sprint(how.GID))
	}
	if f.r.IntN(3) == 0 {
		how.UID = anyUID(f.r)
		args = append(args, "-o", fmt.Sprint(how.UID))
	}
	said := f.run(p.Caller, append(args, source, to)...)
	f.same("install "+fmt.Sprintf("%+v", how), p, p.Install(how), to, said)
}

func (f *foundry) extract(p access.Place, dir, outside string) {
	f.Helper()
	kind := []mode.Kind{mode.Regular, mode.Directory}[f.r.IntN(2)]
	_, from := f.source(outside, kind)
	archive := filepath.Join(outside, "a.tar")
	f.run(&access.Caller{Subject: ident.Root()}, "tar", "-c", "-f", archive, "-C", outside, "source")
	root := p.Caller.UID == 0
	for _, options := range []string{"", "--same-permissions", "--no-same-permissions", "--no-same-owner"} {
		must(f.T, os.RemoveAll(filepath.Join(dir, "source")))
		how := access.Extracting{SamePermissions: root, SameOwner: root}
		args := []string{"tar", "-x", "-f", archive, "-C", dir}
		switch options {
		case "--same-permissions":
			how.SamePermissions = true
		case "--no-same-permissions":
			how.SamePermissions = false
		case "--no-same-owner":
			how.SameOwner = false
		}
		if options != "" {
			args = append(args, options)
		}
		said := f.run(p.Caller, args...)
		f.same("tar "+options+fmt.Sprintf(" %v %+v", kind, from.State), p, p.Extract(&from, how), filepath.Join(dir, "source"), said)
	}
}

func (f *foundry) replace(p access.Place, dir string) {
	f.Helper()
	to, old := f.source(dir, mode.Regular)
	said := f.run(p.Caller, "sh", "-c", `t=$(mktemp -p "$1"); mv -f "$t" "$1/replaced"`, "sh", dir)
	f.same("replace", p, p.Replace(&old, false), filepath.Join(dir, "replaced"), said)
	if p.Dir.Entry.Mode&mode.Sticky != 0 {
		return // the old file may not be another's
	}
	if ok, _ := access.Allows(p.Caller.Subject, old.State, old.Kind, mode.R); !ok {
		return
	}
	said = f.run(p.Caller, "sed", "-i", "s/x/y/", to)
	f.same("sed "+fmt.Sprintf("%+v", old.State), p, p.Replace(&old, true), to, said)
}

func (f *foundry) move(p access.Place, dir, outside string) {
	f.Helper()
	kind := []mode.Kind{mode.Regular, mode.Directory}[f.r.IntN(2)]
	source, from := f.source(outside, kind)
	to := filepath.Join(dir, "moved")
	said := f.run(p.Caller, "mv", source, to)
	f.same("mv-other "+fmt.Sprintf("%+v", from.State), p, p.Move(&from, false), to, said)
	inner := filepath.Join(f.root, "inner")
	must(f.T, os.MkdirAll(inner, 0o777))
	must(f.T, os.Chmod(inner, 0o777))
	source, from = f.source(inner, mode.Regular) // a directory of another's may not be moved
	to = filepath.Join(dir, "moved2")
	said = f.run(p.Caller, "mv", source, to)
	f.same("mv-same "+fmt.Sprintf("%+v", from.State), p, p.Move(&from, true), to, said)
}

// powers are the capabilities of root that matter here: a container's root may
// lack others.
var powers = ident.Set(ident.CapChown, ident.CapDACOverride, ident.CapDACReadSearch, ident.CapFOwner, ident.CapFSetID, ident.CapSetFCap, ident.CapMknod, ident.CapSysAdmin)
