package sys

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ward/internal/requires"
)

func TestProbeAgreesWithTheKernel(t *testing.T) {
	requires.Feature(t, requires.OpenAt2, requires.FchmodAt2)
	c := Probe()
	if c.Openat2 != There || c.Fchmodat2 != There {
		t.Errorf("probed %+v", c)
	}
	// Real calls answer as the probes say.
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fd, err := Open(AtCWD, file, Hold)
	if err != nil {
		t.Fatal(err)
	}
	defer Close(fd)
	if err := c.ChmodHeld(nil, fd, 0o640); err != nil {
		t.Error(err)
	}
	if _, _, err := c.HandleHeld(fd); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	if c.Xattrat == There {
		err := HasAttributeAt(fd, new(byte), Capability)
		if !errors.Is(err, syscall.ENOTDIR) && !errors.Is(err, syscall.ENOENT) && !errors.Is(err, syscall.EBADF) {
			t.Errorf("getxattrat of nothing: %v", err)
		}
	}
}

func TestProcIsThisProcess(t *testing.T) {
	p, err := OpenProc()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	dir := t.TempDir()
	fd, err := Open(AtCWD, dir, HoldDirectory)
	if err != nil {
		t.Fatal(err)
	}
	defer Close(fd)
	if path, err := p.Path(fd); err != nil || path != dir {
		t.Errorf("%q, %v", path, err)
	}
	real, err := p.Follow(fd, List)
	if err != nil {
		t.Fatal(err)
	}
	defer Close(real)
	var a, b Stat
	if err := errors.Join(StatHeld(fd, &a), StatHeld(real, &b)); err != nil || !SameObject(&a, &b) {
		t.Errorf("another object: %v", err)
	}
}

// The longest path that a call takes, and longer ones, in every way of opening.
func TestOpenBeneathAtTheLimitsOfPaths(t *testing.T) {
	top, err := Open(AtCWD, t.TempDir(), HoldDirectory)
	if err != nil {
		t.Fatal(err)
	}
	defer Close(top)
	name := strings.Repeat("n", 255)
	path, at := "", top
	for range 40 { // 40 times 256 bytes
		if err := syscall.Mkdirat(at, name, 0o755); err != nil {
			t.Fatal(err)
		}
		next, err := Open(at, name, HoldDirectory)
		if err != nil {
			t.Fatal(err)
		}
		if at != top {
			Close(at)
		}
		at, path = next, path+name+"/"
	}
	defer Close(at)
	path = strings.TrimSuffix(path, "/")
	for what, calls := range map[string]Calls{"newest calls": Probe(), "oldest calls": {}} {
		for _, length := range []int{255, 4095, 4096, 4097, 4351, len(path)} {
			p := strings.TrimSuffix(path[:length], "/")
			fd, err := calls.OpenBeneath(top, p, HoldDirectory, 0)
			if whole := (len(p)+1)%256 == 0; (err == nil) != whole {
				t.Errorf("%s, %d bytes: %v", what, len(p), err)
			}
			if err == nil {
				Close(fd)
			}
		}
	}
}

func dirent(inode, next uint64, name string) []byte {
	size := (offName + len(name) + 1 + 7) / 8 * 8
	b := make([]byte, size)
	binary.NativeEndian.PutUint64(b, inode)
	binary.NativeEndian.PutUint64(b[offNext:], next)
	binary.NativeEndian.PutUint16(b[offLength:], uint16(size))
	copy(b[offName:], name)
	return b
}

func TestNextName(t *testing.T) {
	buf := append(dirent(7, 1, "a"), dirent(8, 2, strings.Repeat("b", 255))...)
	n, rest, ok := NextName(buf)
	if !ok || n.Inode != 7 || n.Next != 1 || string(n.Bytes) != "a" {
		t.Errorf("%+v", n)
	}
	n, rest, ok = NextName(rest)
	if !ok || n.Inode != 8 || len(n.Bytes) != 255 || len(rest) != 0 {
		t.Errorf("%+v and %d more", n, len(rest))
	}
	if _, _, ok := NextName(rest); ok {
		t.Error("a name of nothing")
	}
}

func FuzzNextName(f *testing.F) {
	f.Add(append(dirent(7, 1, "a"), dirent(8, 2, "..")...))
	f.Add(make([]byte, 24))
	f.Fuzz(func(t *testing.T, buf []byte) {
		for n, rest, ok := NextName(buf); ok; n, rest, ok = NextName(rest) {
			if len(rest) >= len(buf) || bytes.IndexByte(n.Bytes, 0) >= 0 {
				t.Fatalf("%q of %q", n.Bytes, buf)
			}
			buf = rest
		}
	})
}
