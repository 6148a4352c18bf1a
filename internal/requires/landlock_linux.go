package requires

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"ward/internal/host/sys"
)

// landlockRecords: Landlock makes audit records since its seventh version, where it is
// at work at all, and auditing may be turned on here.
func landlockRecords() answer {
	const version, askVersion = 7, 1
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, askVersion)
	switch {
	case errno == unix.ENOSYS, errno == unix.EOPNOTSUPP:
		return answer{absent: "the kernel has no Landlock"}
	case errno != 0:
		return answer{unknown: errno}
	case abi < version:
		return answer{absent: fmt.Sprintf("Landlock of version %d makes none", abi)}
	}
	switch _, _, err := sys.Auditing(); {
	case err == nil:
		return answer{}
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.ECONNREFUSED), errors.Is(err, unix.EPROTONOSUPPORT):
		return answer{absent: "the audit system does not answer: " + err.Error()}
	default:
		return answer{unknown: err}
	}
}
