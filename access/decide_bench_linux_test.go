package access_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"

	"ward/access"
	"ward/ident"
	"ward/internal/host/lookup"
)

// fiveComponents is a path of five components below a temporary directory, and a
// question about it; depth is how many components the whole path has.
func fiveComponents(tb testing.TB) (string, *access.Question) {
	tb.Helper()
	const path = "/usr/share/zoneinfo/Etc/UTC"
	at := path
	if _, err := os.Stat(path); err != nil {
		at = filepath.Join(tb.TempDir(), "file")
		if err := os.WriteFile(at, nil, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	way, err := lookup.Gather(at, lookup.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	caller := &access.Caller{Subject: ident.Subject{UID: 61001, GID: 61001, Groups: []ident.GID{61002, 61003}}}
	return at, &access.Question{Caller: caller, Host: lookup.HostRules(), Action: access.Reading, Way: way}
}

// BenchmarkDecide is a decision on gathered facts, and the call that a program would
// make to ask the kernel, on the same path. Decide should cost at most a third.
func BenchmarkDecide(b *testing.B) {
	path, q := fiveComponents(b)
	b.Run("Decide", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if v := access.Decide(q); !v.Allows() {
				b.Fatal(v)
			}
		}
	})
	b.Run("faccessat", func(b *testing.B) {
		name, err := syscall.BytePtrFromString(path)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			kernelReads(name)
		}
	})
}

func kernelReads(name *byte) {
	const atFDCWD, readOK = -100, 4
	cwd := atFDCWD
	if _, _, errno := syscall.Syscall(syscall.SYS_FACCESSAT, uintptr(cwd), uintptr(unsafe.Pointer(name)), readOK); errno != 0 {
		panic(fmt.Sprint("faccessat: ", errno))
	}
}

func TestDecideDoesNotAllocate(t *testing.T) {
	_, q := fiveComponents(t)
	for _, a := range access.Actions() {
		q := *q
		q.Action, q.Target = a, q.Way
		if n := testing.AllocsPerRun(100, func() { _ = access.Decide(&q) }); n != 0 {
			t.Errorf("%v: %v allocations", a, n)
		}
	}
}
