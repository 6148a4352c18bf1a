package sys

import (
	"encoding/binary"
	"time"

	"golang.org/x/sys/unix"
)

// Auditing asks the kernel whether it makes audit records, and which process takes
// them, 0 for none: they go to the kernel's log then. It needs CAP_AUDIT_CONTROL.
func Auditing() (on bool, daemon uint32, err error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_AUDIT)
	if err != nil {
		return false, 0, err
	}
	defer Close(fd)
	patience := unix.NsecToTimeval(int64(200 * time.Millisecond))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &patience); err != nil {
		return false, 0, err
	}
	ask := make([]byte, unix.NLMSG_HDRLEN)
	binary.NativeEndian.PutUint32(ask, unix.NLMSG_HDRLEN)
	binary.NativeEndian.PutUint16(ask[4:], auditGet)
	binary.NativeEndian.PutUint16(ask[6:], unix.NLM_F_REQUEST)
	if err := unix.Sendto(fd, ask, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return false, 0, err
	}
	answer := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil {
		return false, 0, err
	}
	return auditStatus(answer[:n])
}

const auditGet = 1000 // AUDIT_GET

// auditStatus reads struct audit_status, or the error in its place.
func auditStatus(answer []byte) (on bool, daemon uint32, err error) {
	const maskEnabledFailurePID = 16
	if len(answer) < unix.NLMSG_HDRLEN+4 {
		return false, 0, unix.EBADMSG
	}
	body := answer[unix.NLMSG_HDRLEN:]
	if kind := binary.NativeEndian.Uint16(answer[4:]); kind == unix.NLMSG_ERROR {
		return false, 0, unix.Errno(-int32(binary.NativeEndian.Uint32(body)))
	}
	if len(body) < maskEnabledFailurePID {
		return false, 0, unix.EBADMSG
	}
	return binary.NativeEndian.Uint32(body[4:]) != 0, binary.NativeEndian.Uint32(body[12:]), nil
}
