package requires

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
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
	return auditControl()
}

// auditControl: the audit system listens to who has CAP_AUDIT_CONTROL in the first user
// namespace (audit_netlink_ok).
func auditControl() answer {
	const initial = "user:[4026531837]" // PROC_USER_INIT_INO
	if ns, err := os.Readlink("/proc/self/ns/user"); err != nil || ns != initial {
		return answer{absent: "this is not the first user namespace"}
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		return answer{unknown: err}
	}
	if sets[0].Effective&(1<<unix.CAP_AUDIT_CONTROL) == 0 {
		return answer{absent: "CAP_AUDIT_CONTROL is missing"}
	}
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_AUDIT)
	if err != nil {
		return answer{absent: "the kernel has no audit system: " + err.Error()}
	}
	unix.Close(fd)
	return answer{}
}
