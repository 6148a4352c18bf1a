package access_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/requires"
	"ward/mode"
)

var (
	seed     = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the generated objects and subjects")
	subjects = flag.Int("subjects", 60, "how many subjects ask the kernel")
)

// object is a file or directory with the state that ward is told.
type object struct {
	path  string
	state entry.State
	kind  mode.Kind
}

// TestKernelDecidesTheSame makes objects with every kind of mode and list, and
// asks the kernel, in threads that have taken on the credentials of generated
// subjects, for every combination of rights.
func TestKernelDecidesTheSame(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.ACLs, requires.Chown)
	t.Logf("seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 0))
	for _, dir := range stages(t) {
		objects := make([]object, 150)
		for i := range objects {
			objects[i] = anyObject(t, r, filepath.Join(dir, fmt.Sprint(i)))
		}
		var asked, denied int
		for range *subjects {
			s := anySubject(r)
			err := as(s, func() error {
				for _, o := range objects {
					for want := mode.Rights(1); want <= 7; want++ {
						kernel := kernelAllows(o.path, want)
						ok, why := access.Allows(s, o.state, o.kind, want)
						if ok != kernel {
							return fmt.Errorf("%+v asks %v of %v %+v: the kernel says %v; ward says %v, %v", s, want, o.kind, o.state, kernel, ok, why)
						}
						asked++
						if !ok {
							denied++
						}
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("%s: %d decisions, %d denied", dir, asked, denied)
	}
}

func stages(t *testing.T) []string {
	t.Helper()
	dirs := []string{t.TempDir()}
	// The directories above, which TempDir makes for their owner alone.
	must(t, os.Chmod(dirs[0], 0o755))
	must(t, os.Chmod(filepath.Dir(dirs[0]), 0o755))
	if shm, err := os.MkdirTemp("/dev/shm", "ward-access-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(shm) })
		must(t, os.Chmod(shm, 0o755))
		dirs = append(dirs, shm)
	}
	return dirs
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The ids are few, so that subjects and objects meet.
func anyUID(r *rand.Rand) ident.UID { return []ident.UID{0, 61001, 61002, 61003}[r.IntN(4)] }
func anyGID(r *rand.Rand) ident.GID { return []ident.GID{0, 62001, 62002, 62003}[r.IntN(4)] }

func anyObject(t *testing.T, r *rand.Rand, path string) object {
	t.Helper()
	o := object{path: path, kind: mode.Regular}
	if r.IntN(2) == 0 {
		o.kind = mode.Directory
		must(t, os.Mkdir(path, 0o700))
	} else {
		must(t, os.WriteFile(path, nil, 0o600))
	}
	o.state = entry.State{Mode: mode.Mode(r.IntN(0o1000)), UID: anyUID(r), GID: anyGID(r)}
	must(t, os.Lchown(path, int(o.state.UID), int(o.state.GID)))
	if r.IntN(3) > 0 {
		o.state.ACL, o.state.Mode = anyList(r).Fold(o.state.Mode)
	}
	must(t, syscall.Chmod(path, uint32(o.state.Mode)))
	if o.state.ACL != nil {
		must(t, syscall.Setxattr(path, acl.AccessXattr, o.state.ACL.Encode(), 0))
	}
	return o
}

func anyList(r *rand.Rand) acl.List {
	rights := func() mode.Rights { return mode.Rights(r.IntN(8)) }
	l := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: rights()}}
	for range r.IntN(4) {
		l = append(l, acl.Entry{Tag: acl.User, ID: uint32(anyUID(r)), Rights: rights()})
	}
	l = append(l, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: rights()})
	for range r.IntN(4) {
		l = append(l, acl.Entry{Tag: acl.Group, ID: uint32(anyGID(r)), Rights: rights()})
	}
	mask := rights()
	if r.IntN(2) == 0 {
		mask = 7
	}
	return append(l, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: mask}, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: rights()})
}

func anySubject(r *rand.Rand) ident.Subject {
	s := ident.Subject{UID: anyUID(r), GID: anyGID(r)}
	for range r.IntN(4) {
		s.Groups = append(s.Groups, anyGID(r))
	}
	switch r.IntN(6) {
	case 0:
		s.Caps = ident.Set(ident.CapDACReadSearch)
	case 1:
		s.Caps = ident.Set(ident.CapDACOverride)
	case 2:
		s.Caps = ident.Set(ident.CapChown, ident.CapFOwner, ident.CapFSetID)
	}
	return s
}

// as runs f with the subject's credentials, in a thread that ends with it.
func as(s ident.Subject, f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: nobody else may get this thread
		if err := become(s); err != nil {
			done <- err
			return
		}
		done <- f()
	}()
	return <-done
}

// become changes the credentials of this thread alone, which the functions of
// package syscall would change for the whole process.
func become(s ident.Subject) error {
	groups := make([]uint32, len(s.Groups), len(s.Groups)+1)
	for i, g := range s.Groups {
		groups[i] = uint32(g)
	}
	uid, gid := uintptr(s.UID), uintptr(s.GID)
	const keepCaps, capabilityVersion3 = 8, 0x20080522
	header := [2]uint32{capabilityVersion3}
	low, high := uint32(s.Caps), uint32(s.Caps>>32)
	sets := [6]uint32{low, low, 0, high, high, 0} // effective, permitted, inheritable
	for _, call := range [][4]uintptr{
		{syscall.SYS_PRCTL, keepCaps, 1},
		{syscall.SYS_SETGROUPS, uintptr(len(groups)), uintptr(unsafe.Pointer(unsafe.SliceData(groups)))},
		{syscall.SYS_SETRESGID, gid, gid, gid},
		{syscall.SYS_SETRESUID, uid, uid, uid},
		{syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&sets))},
	} {
		if _, _, errno := syscall.RawSyscall(call[0], call[1], call[2], call[3]); errno != 0 {
			return fmt.Errorf("take on the credentials of %+v: system call %d: %w", s, call[0], errno)
		}
	}
	runtime.KeepAlive(groups)
	return nil
}

// kernelAllows asks faccessat2(2), Linux 5.8, by the effective ids.
func kernelAllows(path string, want mode.Rights) bool {
	const sysFaccessat2, atFDCWD, atEaccess = 439, -100, 0x200
	cwd := atFDCWD
	name, err := syscall.BytePtrFromString(path)
	if err != nil {
		panic(err)
	}
	_, _, errno := syscall.RawSyscall6(sysFaccessat2, uintptr(cwd), uintptr(unsafe.Pointer(name)), uintptr(want), atEaccess, 0, 0)
	if errno != 0 && !errors.Is(errno, syscall.EACCES) {
		panic(errno)
	}
	return errno == 0
}
