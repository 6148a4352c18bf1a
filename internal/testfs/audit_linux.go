package testfs

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"ward/internal/host/sys"
)

// Auditing has the kernel make audit records during a test, and turns that off again
// where it was off. Once the kernel has made records it looks at every system call of
// the processes that are started from then on, which slows them down even with auditing
// off; the rule that no task is to be watched spares them that. It stays: taken off
// again it would leave the machine slower until it is started anew. Whoever loads rules
// of his own (augenrules, auditctl -D) takes it off.
func Auditing(t *testing.T) {
	t.Helper()
	on, _, err := sys.Auditing()
	if err != nil {
		t.Fatalf("ask whether the kernel makes audit records: %v", err)
	}
	if on {
		return
	}
	tell(t, addRule, neverWatchTasks())
	tell(t, setStatus, auditStatus(1))
	t.Cleanup(func() { tell(t, setStatus, auditStatus(0)) })
}

const (
	setStatus = 1001 // AUDIT_SET
	addRule   = 1011 // AUDIT_ADD_RULE
)

// auditStatus is struct audit_status that says whether to make records.
func auditStatus(on uint32) []byte {
	const statusEnabled = 1
	body := make([]byte, 11*4)
	binary.NativeEndian.PutUint32(body, statusEnabled)
	binary.NativeEndian.PutUint32(body[4:], on)
	return body
}

// neverWatchTasks is struct audit_rule_data of "auditctl -a task,never".
func neverWatchTasks() []byte {
	const filterTask, maskWords, fields = 1, 64, 64
	body := make([]byte, (3+maskWords+3*fields+1)*4)
	binary.NativeEndian.PutUint32(body, filterTask)
	for i := range maskWords {
		binary.NativeEndian.PutUint32(body[(3+i)*4:], ^uint32(0))
	}
	return body
}

// tell sends one message to the audit system and waits for its answer; a rule that is
// there already is no error.
func tell(t *testing.T, kind uint16, body []byte) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_AUDIT)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	message := make([]byte, unix.NLMSG_HDRLEN, unix.NLMSG_HDRLEN+len(body))
	binary.NativeEndian.PutUint32(message, uint32(cap(message)))
	binary.NativeEndian.PutUint16(message[4:], kind)
	binary.NativeEndian.PutUint16(message[6:], unix.NLM_F_REQUEST|unix.NLM_F_ACK)
	if err := unix.Sendto(fd, append(message, body...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil || n < unix.NLMSG_HDRLEN+4 {
		t.Fatalf("the audit system answers %d bytes, %v", n, err)
	}
	if errno := unix.Errno(-int32(binary.NativeEndian.Uint32(answer[unix.NLMSG_HDRLEN:]))); errno != 0 && errno != unix.EEXIST {
		t.Fatalf("tell the audit system %d: %v", kind, errno)
	}
}
