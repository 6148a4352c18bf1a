package files

import (
	"os"
	"sync"
	"syscall"

	"ward/ident"
	"ward/internal/host/sys"
)

// OpenThrough opens a tree by the kernel's own look-up, magic links of /proc
// included: "/proc/812/root/srv" is what process 812 sees as /srv. It is for trees
// that are only looked at: who could exchange the root is not known (CheckAncestors).
func OpenThrough(path string) (*Root, error) {
	fd, err := sys.Open(sys.AtCWD, path, sys.Hold&^syscall.O_NOFOLLOW)
	if err != nil {
		return nil, failed("open", path, err)
	}
	r := &Root{fd: fd, path: path, calls: sys.Probe(), runner: ident.UID(os.Geteuid())}
	if err := sys.StatHeld(fd, &r.stat); err != nil {
		sys.Close(fd)
		return nil, failed("look at", path, err)
	}
	r.proc, _ = sys.OpenProc()
	r.slow = sync.OnceValue(r.slowPlaces)
	r.held.Store(mostHeld)
	return r, nil
}
