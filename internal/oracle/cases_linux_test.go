package oracle

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"ward/access"
	"ward/internal/host/lookup"
	"ward/internal/host/mounts"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
)

// bench is a file system on which single cases are tried.
type bench struct {
	t   *testing.T
	dir string
}

// onTmpfs runs the cases of one test on a file system of their own.
func onTmpfs(t *testing.T, cases func(b *bench)) {
	t.Helper()
	requires.Root(t)
	requires.Feature(t, requires.Chown)
	testfs.InMountNamespace(t, func(t *testing.T) {
		cases(&bench{t: t, dir: testfs.Image(t, testfs.Tmpfs, 0)})
	})
}

// tries compares the kernel with ward, and both with what is wanted.
func (b *bench) tries(c Credentials, a Ask, want string) {
	b.t.Helper()
	table, err := mounts.Load()
	must(b.t, err)
	a.Path = filepath.Join(b.dir, a.Path)
	if a.Path2 != "" {
		a.Path2 = filepath.Join(b.dir, a.Path2)
	}
	who := &Subject{Caller: caller(c), Doer: Become(c)}
	defer who.Doer.End()
	world := &World{Mounts: table, Sight: lookup.NewSight(), Host: lookup.HostRules()}
	o := &occasion{
		stage: &stage{world: world}, who: who, ask: a,
		known: &known{ways: map[string]*access.Way{}, programs: map[*access.Way]access.With{}},
	}
	o.question(b.t)
	v := access.Decide(&o.q)
	kernel := Outcome(who.Doer.Do(a).Errno, o.q.Way, v)
	if kernel != want || string(v.Errno) != want || v.Answer == access.Unknown {
		b.t.Errorf("%v: the kernel says %q, ward %v %q (%v), wanted is %q\n%s", a, kernel, v.Answer, v.Errno, v.Reason, want, o.describe())
	}
}

// make makes a file, directory ("/" at its end), link (" -> "), fifo or device.
func (b *bench) make(name string, k mode.Kind, m uint32, uid int, content string) {
	b.t.Helper()
	at := filepath.Join(b.dir, name)
	switch k {
	case mode.Directory:
		must(b.t, os.Mkdir(at, 0o755))
	case mode.Symlink:
		must(b.t, os.Symlink(content, at))
	case mode.Regular:
		must(b.t, os.WriteFile(at, []byte(content), 0o644))
	default:
		must(b.t, unix.Mknod(at, typeOf[k]|0o600, deviceOf(k)))
	}
	must(b.t, os.Lchown(at, uid, uid))
	if k != mode.Symlink {
		must(b.t, unix.Chmod(at, m))
	}
}

var stranger = Credentials{UID: 61001, GID: 61001}

// may_create_in_sticky leaves alone only the files and fifos whose setting is 0: a
// device of somebody else is refused under every setting, which proc_sys_fs(5) does
// not say.
func TestKernelGuardsDevicesInStickyDirectoriesAlways(t *testing.T) {
	onTmpfs(t, func(b *bench) {
		b.make("tmp", mode.Directory, 0o1777, 0, "")
		b.make("tmp/null", mode.CharDevice, 0o666, 61002, "")
		b.tries(stranger, Ask{Action: access.Writing, Path: "tmp/null"}, "")
		b.tries(stranger, Ask{Action: access.Writing, Path: "tmp/null", Flags: access.OCreat}, "EACCES")
	})
}

// A mount point cannot be removed or moved, whatever the rights to its directory are;
// and nothing moves from one mount to another.
func TestKernelKeepsMountPoints(t *testing.T) {
	onTmpfs(t, func(b *bench) {
		b.make("open", mode.Directory, 0o777, 0, "")
		b.make("open/point", mode.Directory, 0o777, 61001, "")
		b.make("open/file", mode.Regular, 0o666, 61001, "")
		must(b.t, unix.Mount("none", filepath.Join(b.dir, "open/point"), "tmpfs", 0, "mode=0777"))
		defer func() { must(b.t, unix.Unmount(filepath.Join(b.dir, "open/point"), 0)) }()
		b.tries(stranger, Ask{Action: access.Deleting, Path: "open/point"}, "EBUSY")
		b.tries(stranger, Ask{Action: access.Renaming, Path: "open/point", Path2: "open/other"}, "EBUSY")
		b.tries(stranger, Ask{Action: access.Renaming, Path: "open/file", Path2: "open/point/file"}, "EXDEV")
		b.tries(stranger, Ask{Action: access.Linking, Path: "open/file", Path2: "open/point/file"}, "EXDEV")
		b.tries(Credentials{UID: 61003, GID: 61003}, Ask{Action: access.Creating, Path: "open/point/new"}, "")
	})
}

// Forty links are followed, the next is one too many; a script may be run by a script
// four times over.
func TestKernelCountsLinksAndScripts(t *testing.T) {
	onTmpfs(t, func(b *bench) {
		b.make("link0", mode.Regular, 0o644, 0, "")
		for i := 1; i <= 41; i++ {
			b.make(fmt.Sprint("link", i), mode.Symlink, 0, 0, fmt.Sprint("link", i-1))
		}
		b.tries(stranger, Ask{Action: access.Reading, Path: "link40"}, "")
		b.tries(stranger, Ask{Action: access.Reading, Path: "link41"}, "ELOOP")
		b.make("run0", mode.Regular, 0o755, 0, string(Program("")))
		for i := 1; i <= 7; i++ {
			b.make(fmt.Sprint("run", i), mode.Regular, 0o755, 0, fmt.Sprintf("#!%s/run%d\n", b.dir, i-1))
		}
		b.tries(stranger, Ask{Action: access.Executing, Path: "run5"}, "")
		b.tries(stranger, Ask{Action: access.Executing, Path: "run6"}, "ELOOP")
		b.tries(stranger, Ask{Action: access.Executing, Path: "run7"}, "ELOOP")
	})
}

// What is read-only is told before the bits where a name is to be made, and after them
// where a file is there.
func TestKernelTellsReadOnlyInTwoPlaces(t *testing.T) {
	onTmpfs(t, func(b *bench) {
		b.make("dir", mode.Directory, 0o755, 0, "")
		b.make("dir/file", mode.Regular, 0o644, 0, "")
		must(b.t, unix.Mount("", b.dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""))
		b.tries(stranger, Ask{Action: access.Writing, Path: "dir/file"}, "EACCES")
		b.tries(stranger, Ask{Action: access.Writing, Path: "dir/file", Flags: access.OTrunc}, "EROFS")
		b.tries(stranger, Ask{Action: access.Writing, Path: "dir/new", Flags: access.OCreat}, "EROFS")
		b.tries(stranger, Ask{Action: access.MakingDir, Path: "dir/file"}, "EEXIST")
		b.tries(stranger, Ask{Action: access.Deleting, Path: "dir/new"}, "EROFS")
	})
}

// Only a link at the end of a path is guarded by fs.protected_symlinks.
func TestKernelGuardsTrailingLinksOnly(t *testing.T) {
	requires.Feature(t, requires.Sysctls)
	onTmpfs(t, func(b *bench) {
		b.make("tmp", mode.Directory, 0o1777, 0, "")
		b.make("dir", mode.Directory, 0o755, 0, "")
		b.make("dir/file", mode.Regular, 0o644, 0, "")
		b.make("tmp/link", mode.Symlink, 0, 61002, "../dir")
		x := &trial{t: b.t}
		x.under([4]int{1, 1, 1, 1}, func() {
			b.tries(stranger, Ask{Action: access.Listing, Path: "tmp/link"}, "EACCES")
			b.tries(stranger, Ask{Action: access.Reading, Path: "tmp/link/file"}, "")
		})
	})
}
