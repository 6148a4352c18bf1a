//go:build linux

package files

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

// TestMain fails when the tests have left descriptors open.
func TestMain(m *testing.M) {
	before := descriptors()
	code := m.Run()
	runtime.GC()
	for fd, target := range descriptors() {
		if _, was := before[fd]; !was {
			fmt.Fprintf(os.Stderr, "descriptor %s (%s) was left open\n", fd, target)
			code = 1
		}
	}
	os.Exit(code)
}

// descriptors are the open ones, but for those of the runtime itself.
func descriptors() map[string]string {
	open := map[string]string{}
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		panic(err)
	}
	for _, n := range names {
		target, err := os.Readlink("/proc/self/fd/" + n.Name())
		if err == nil && !strings.HasPrefix(target, "anon_inode:") && !strings.HasPrefix(target, "pipe:") {
			open[n.Name()] = target
		}
	}
	return open
}
