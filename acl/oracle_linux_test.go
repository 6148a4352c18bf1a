package acl_test

import (
	"bytes"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ward/acl"
	"ward/internal/requires"
	"ward/mode"
)

var (
	seed  = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the generated cases")
	cases = flag.Int("cases", 200, "how many commands to compare with setfacl")
)

func generator(t *testing.T) *rand.Rand {
	t.Logf("seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, 0))
}

// stage is a directory on each kind of file system that is at hand.
func stages(t *testing.T) []string {
	dirs := []string{t.TempDir()}
	if shm, err := os.MkdirTemp("/dev/shm", "ward-acl-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(shm) })
		dirs = append(dirs, shm)
	}
	return dirs
}

// object makes a file or directory with the mode.
func object(t *testing.T, dir string, m mode.Mode, k mode.Kind) string {
	t.Helper()
	path := filepath.Join(dir, "x")
	must(t, os.RemoveAll(path))
	if k == mode.Directory {
		must(t, os.Mkdir(path, 0o700))
	} else {
		must(t, os.WriteFile(path, nil, 0o600))
	}
	must(t, syscall.Chmod(path, uint32(m)))
	return path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// found reads an object's lists and mode.
func found(t *testing.T, path string) (access, def acl.List, m mode.Mode) {
	t.Helper()
	var st syscall.Stat_t
	must(t, syscall.Lstat(path, &st))
	return read(t, path, acl.AccessXattr), read(t, path, acl.DefaultXattr), mode.Mode(st.Mode & 0o7777)
}

func read(t *testing.T, path, name string) acl.List {
	t.Helper()
	buf := make([]byte, 4096)
	n, err := syscall.Getxattr(path, name, buf)
	if errors.Is(err, syscall.ENODATA) || errors.Is(err, syscall.EOPNOTSUPP) {
		return nil
	}
	must(t, err)
	l, err := acl.Decode(buf[:n])
	must(t, err)
	if !bytes.Equal(l.Encode(), buf[:n]) {
		t.Fatalf("%s: %x is encoded as %x", name, buf[:n], l.Encode())
	}
	return l
}

// TestKernelAcceptsWhatDecodeAccepts sets generated attribute values, most of them
// near a valid one, and compares the kernel's answer, the mode it makes of it and
// what chmod then does to it.
func TestKernelAcceptsWhatDecodeAccepts(t *testing.T) {
	requires.Feature(t, requires.ACLs)
	r := generator(t)
	for _, dir := range stages(t) {
		accepted := 0
		for range 3000 {
			value := anyValue(r)
			m := mode.Mode(r.IntN(0o1000))
			path := object(t, dir, m, mode.Regular)
			kernel := syscall.Setxattr(path, acl.AccessXattr, value, 0)
			list, err := acl.Decode(value)
			if (kernel == nil) != (err == nil) || errors.Is(kernel, syscall.EOPNOTSUPP) != errors.Is(err, errors.ErrUnsupported) {
				t.Fatalf("%x: the kernel says %v, Decode says %v", value, kernel, err)
			}
			if err != nil {
				continue
			}
			accepted++
			checkStored(t, r, path, list, m)
		}
		t.Logf("%s: %d of 3000 accepted", dir, accepted)
	}
}

func checkStored(t *testing.T, r *rand.Rand, path string, list acl.List, m mode.Mode) {
	t.Helper()
	wantList, wantMode := list.Fold(m)
	access, _, got := found(t, path)
	if !access.Equal(wantList) || got != wantMode {
		t.Fatalf("%v on %04o is stored as %v, %04o, want %v, %04o", list, m, access, got, wantList, wantMode)
	}
	next := mode.Mode(r.IntN(0o1000))
	must(t, syscall.Chmod(path, uint32(next)))
	if access, _, _ := found(t, path); !access.Equal(wantList.WithMode(next)) {
		t.Fatalf("chmod %04o makes %v of %v, want %v", next, access, wantList, wantList.WithMode(next))
	}
}

func anyValue(r *rand.Rand) []byte {
	list := anyList(r)
	if r.IntN(4) == 0 && len(list) > 0 { // out of order, twice, gone, or out of range
		i, j := r.IntN(len(list)), r.IntN(len(list))
		switch r.IntN(4) {
		case 0:
			list[i], list[j] = list[j], list[i]
		case 1:
			list = append(list, list[i])
		case 2:
			list = append(list[:i], list[i+1:]...)
		case 3:
			list[i] = acl.Entry{Tag: acl.Tag(1 << r.IntN(7)), ID: r.Uint32() | r.Uint32() | r.Uint32(), Rights: mode.Rights(r.IntN(10))}
		}
	}
	value := list.Encode()
	if r.IntN(12) == 0 && len(value) > 0 {
		switch r.IntN(3) {
		case 0:
			value = value[:r.IntN(len(value))]
		case 1:
			value[r.IntN(len(value))] ^= 1 << r.IntN(8)
		case 2:
			value[0] = byte(r.IntN(4))
		}
	}
	return value
}

// anyList is a valid list: minimal, with a mask alone, or with names.
func anyList(r *rand.Rand) acl.List {
	rights := func() mode.Rights { return mode.Rights(r.IntN(8)) }
	list := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: rights()}}
	users, groups := r.IntN(4), r.IntN(4)
	for range users {
		list = append(list, acl.Entry{Tag: acl.User, ID: 1001 + r.Uint32N(4), Rights: rights()})
	}
	list = append(list, acl.Entry{Tag: acl.GroupObj, ID: acl.NoID, Rights: rights()})
	for range groups {
		list = append(list, acl.Entry{Tag: acl.Group, ID: 2001 + r.Uint32N(4), Rights: rights()})
	}
	if users+groups > 0 || r.IntN(2) == 0 {
		list = append(list, acl.Entry{Tag: acl.Mask, ID: acl.NoID, Rights: rights()})
	}
	return append(list, acl.Entry{Tag: acl.Other, ID: acl.NoID, Rights: rights()})
}

// sorted is anyList as setfacl itself leaves lists: it gives up on one whose names
// are unsorted or repeated.
func sortedList(r *rand.Rand) acl.List {
	for {
		l := anyList(r)
		ordered := true
		for i := 1; i < len(l); i++ {
			ordered = ordered && (l[i].Tag != l[i-1].Tag || l[i].ID > l[i-1].ID)
		}
		if ordered {
			return l
		}
	}
}

func TestSetfaclAgrees(t *testing.T) {
	requires.Tool(t, "setfacl")
	requires.Feature(t, requires.ACLs)
	r := generator(t)
	for _, dir := range stages(t) {
		for range *cases {
			kind := mode.Regular
			if r.IntN(2) == 0 {
				kind = mode.Directory
			}
			path := object(t, dir, mode.Mode(r.IntN(0o10000)), kind)
			prepare(t, r, path, kind)
			access, def, m := found(t, path)
			command := anyCommand(r, kind)
			wantAccess, wantDef, wantMode, err := acl.Setfacl(command, access, def, m, kind)
			out, ran := exec.Command("setfacl", "-m", command, path).CombinedOutput()
			if (ran == nil) != (err == nil) {
				t.Fatalf("setfacl -m %q: %v %s; ward says %v", command, ran, out, err)
			}
			if err != nil {
				continue
			}
			gotAccess, gotDef, gotMode := found(t, path)
			if !gotAccess.Equal(wantAccess) || !gotDef.Equal(wantDef) || gotMode != wantMode {
				t.Fatalf("setfacl -m %q on %v %v | %v | %04o:\n got %v | %v | %04o\nwant %v | %v | %04o", command, kind,
					access, def, m, gotAccess, gotDef, gotMode, wantAccess, wantDef, wantMode)
			}
		}
	}
}

func prepare(t *testing.T, r *rand.Rand, path string, k mode.Kind) {
	t.Helper()
	if r.IntN(3) > 0 {
		must(t, syscall.Setxattr(path, acl.AccessXattr, sortedList(r).Encode(), 0))
	}
	if k == mode.Directory && r.IntN(2) == 0 {
		must(t, syscall.Setxattr(path, acl.DefaultXattr, sortedList(r).Encode(), 0))
	}
}

// anyCommand is what follows setfacl -m, now and then with a mistake.
func anyCommand(r *rand.Rand, k mode.Kind) string {
	var entries []string
	for range 1 + r.IntN(4) {
		e := pick(r, "u:", "u:", "user:", "g:", "g:", "group:", "o:", "other:", "m:", "mask:", "", "u :", "us:", "U:")
		if k == mode.Directory && r.IntN(3) == 0 {
			e = pick(r, "d:", "default:", "d :", "d:d:") + e
		}
		e += pick(r, ":", ":", "1001:", "1002:", "2002:", "01751:", "0x3e9:", "-2:", `\061001:`, " 1003 :", "08:", "+7:", "1001")
		e += pick(r, "r", "rw", "rwx", "x", "X", "rX", "rwX", "xX", "-", "r-x-", "7", "05", "0", "17", "8", "rr", "R", "", " r")
		entries = append(entries, e)
	}
	return strings.Join(entries, ",") + pick(r, "", "", "", "", ",", ",,")
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func TestGetfaclPrintsTheSame(t *testing.T) {
	requires.Tool(t, "getfacl")
	requires.Feature(t, requires.ACLs)
	r := generator(t)
	dir := t.TempDir()
	for range 300 {
		path := object(t, dir, mode.Mode(r.IntN(0o1000)), mode.Directory)
		prepare(t, r, path, mode.Directory)
		access, def, m := found(t, path)
		if access == nil {
			access = acl.FromMode(m)
		}
		out, err := exec.Command("getfacl", "-cnp", path).Output()
		must(t, err)
		if want := access.Long(nil) + def.LongDefault(nil) + "\n"; string(out) != want {
			t.Fatalf("getfacl prints\n%swant\n%s", out, want)
		}
		backAccess, backDef, err := acl.ParseText(string(out), nil)
		if err != nil || !backAccess.Equal(access) || !backDef.Equal(def) {
			t.Fatalf("%s is read as %v, %v, %v", out, backAccess, backDef, err)
		}
	}
}
