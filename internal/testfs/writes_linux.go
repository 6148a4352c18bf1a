package testfs

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

func lookPath(name string) (string, error) {
	if filepath.IsAbs(name) {
		return name, nil
	}
	return exec.LookPath(name)
}

var (
	byPath     = []argument{{-1, 0}}
	byTwoPaths = []argument{{-1, 0}, {-1, 1}}
	byDir      = []argument{{0, 1}}
	byTwoDirs  = []argument{{0, 1}, {2, 3}}
	byFD       = []argument{{0, -1}}
)

// writes is every call that changes an object or a directory, by its number. The
// calls that only amd64 has are in legacyWrites.
var writes = withLegacy(map[uint64]shape{
	unix.SYS_FCHMODAT:      {name: "fchmodat", named: byDir},
	unix.SYS_FCHMODAT2:     {name: "fchmodat2", named: byDir},
	unix.SYS_FCHOWNAT:      {name: "fchownat", named: byDir},
	unix.SYS_SETXATTR:      {name: "setxattr", named: byPath},
	unix.SYS_LSETXATTR:     {name: "lsetxattr", named: byPath},
	unix.SYS_SETXATTRAT:    {name: "setxattrat", named: byDir},
	unix.SYS_REMOVEXATTR:   {name: "removexattr", named: byPath},
	unix.SYS_LREMOVEXATTR:  {name: "lremovexattr", named: byPath},
	unix.SYS_REMOVEXATTRAT: {name: "removexattrat", named: byDir},
	469:                    {name: "file_setattr", named: byDir},
	unix.SYS_RENAMEAT:      {name: "renameat", named: byTwoDirs},
	unix.SYS_RENAMEAT2:     {name: "renameat2", named: byTwoDirs},
	unix.SYS_LINKAT:        {name: "linkat", named: []argument{{2, 3}}}, // the source is not changed
	unix.SYS_UNLINKAT:      {name: "unlinkat", named: byDir},
	unix.SYS_SYMLINKAT:     {name: "symlinkat", named: []argument{{1, 2}}},
	unix.SYS_MKDIRAT:       {name: "mkdirat", named: byDir},
	unix.SYS_MKNODAT:       {name: "mknodat", named: byDir},
	unix.SYS_TRUNCATE:      {name: "truncate", named: byPath},
	unix.SYS_UTIMENSAT:     {name: "utimensat", named: byDir},
	unix.SYS_OPENAT:        {name: "openat", named: byDir, open: 3},
	unix.SYS_OPENAT2:       {name: "openat2", named: byDir, open: 3, how: true},
	unix.SYS_FCHMOD:        {name: "fchmod", named: byFD},
	unix.SYS_FCHOWN:        {name: "fchown", named: byFD},
	unix.SYS_FSETXATTR:     {name: "fsetxattr", named: byFD},
	unix.SYS_FREMOVEXATTR:  {name: "fremovexattr", named: byFD},
})

func withLegacy(calls map[uint64]shape) map[uint64]shape {
	for number, s := range legacyWrites() {
		calls[number] = s
	}
	return calls
}

// descriptorLink is the only path by which an object may be changed: the link of
// a descriptor that is held, or the same through a held descriptor of the
// process's own table of descriptors.
var descriptorLink = regexp.MustCompile(`^/proc/(self|thread-self|[0-9]+|self/task/[0-9]+|[0-9]+/task/[0-9]+)/fd/[0-9]+$`)

// PathWrites is every call that changed, or tried to change, an object by a path
// other than that of a held descriptor. Objects below the allowed absolute paths,
// and those paths themselves, are left out: a state directory, /dev/null.
func PathWrites(calls []Call, allowed ...string) []Call {
	return slices.DeleteFunc(slices.Clone(calls), func(c Call) bool {
		return !slices.ContainsFunc(c.Paths, func(p Place) bool { return !p.safe(allowed) })
	})
}

func (p Place) safe(allowed []string) bool {
	if p.Path == "" { // AT_EMPTY_PATH, or a call on the descriptor itself
		return true
	}
	path := p.Absolute()
	return descriptorLink.MatchString(path) || slices.ContainsFunc(allowed, func(a string) bool {
		return path == a || strings.HasPrefix(path, strings.TrimSuffix(a, "/")+"/")
	})
}
