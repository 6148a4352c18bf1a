package ident

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Capability is one of the rights into which Linux divides what root may do
// (capabilities(7)). Its value is the number in include/uapi/linux/capability.h.
type Capability uint8

// The capabilities of Linux 6.18.
const (
	CapChown Capability = iota
	CapDACOverride
	CapDACReadSearch
	CapFOwner
	CapFSetID
	CapKill
	CapSetGID
	CapSetUID
	CapSetPCap
	CapLinuxImmutable
	CapNetBindService
	CapNetBroadcast
	CapNetAdmin
	CapNetRaw
	CapIPCLock
	CapIPCOwner
	CapSysModule
	CapSysRawIO
	CapSysChroot
	CapSysPTrace
	CapSysPAcct
	CapSysAdmin
	CapSysBoot
	CapSysNice
	CapSysResource
	CapSysTime
	CapSysTTYConfig
	CapMknod
	CapLease
	CapAuditWrite
	CapAuditControl
	CapSetFCap
	CapMACOverride
	CapMACAdmin
	CapSyslog
	CapWakeAlarm
	CapBlockSuspend
	CapAuditRead
	CapPerfmon
	CapBPF
	CapCheckpointRestore

	numCapabilities
)

// capabilityNames has the names of capabilities(7) in the order of their numbers.
const capabilityNames = "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap " +
	"linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module " +
	"sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time " +
	"sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog " +
	"wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore"

// String is the name as libcap writes it, "cap_chown"; a number that has no name
// yet is "cap_63".
func (c Capability) String() string {
	if c >= numCapabilities {
		return "cap_" + strconv.Itoa(int(c))
	}
	return "cap_" + strings.Fields(capabilityNames)[c]
}

// ParseCapability reads a name with or without "cap_", in either case, or the
// "cap_63" form of a capability without name.
func ParseCapability(s string) (Capability, error) {
	name := strings.TrimPrefix(strings.ToLower(s), "cap_")
	for i, known := range strings.Fields(capabilityNames) {
		if name == known {
			return Capability(i), nil
		}
	}
	if n, err := strconv.ParseUint(name, 10, 8); err == nil && n < 64 {
		return Capability(n), nil
	}
	return 0, fmt.Errorf("parse capability %q: no such name (names are those of capabilities(7): CAP_CHOWN)", s)
}

// Capabilities is a set of capabilities, bit n standing for the capability of
// number n. The zero value is the empty set. Sets compare with ==.
type Capabilities uint64

// AllCapabilities is every capability that Linux 6.18 knows.
const AllCapabilities Capabilities = 1<<numCapabilities - 1

// Set is the set of the given capabilities.
func Set(cs ...Capability) Capabilities { return Capabilities(0).With(cs...) }

// Has reports whether c is in the set.
func (s Capabilities) Has(c Capability) bool { return c < 64 && s>>c&1 != 0 }

// With is the set with cs added.
func (s Capabilities) With(cs ...Capability) Capabilities {
	for _, c := range cs {
		s |= 1 << c
	}
	return s
}

// Without is the set with cs taken away.
func (s Capabilities) Without(cs ...Capability) Capabilities {
	for _, c := range cs {
		s &^= 1 << c
	}
	return s
}

// Slice lists the members in the order of their numbers.
func (s Capabilities) Slice() []Capability {
	list := make([]Capability, 0, bits.OnesCount64(uint64(s)))
	for rest := uint64(s); rest != 0; rest &= rest - 1 {
		list = append(list, Capability(bits.TrailingZeros64(rest)))
	}
	return list
}

// String is the members with commas between them, "all" for AllCapabilities and
// "none" for the empty set. ParseCapabilities reads it back.
func (s Capabilities) String() string {
	switch s {
	case 0:
		return "none"
	case AllCapabilities:
		return "all"
	}
	names := make([]string, 0, 8)
	for _, c := range s.Slice() {
		names = append(names, c.String())
	}
	return strings.Join(names, ",")
}

// ParseCapabilities reads a list of names with commas or blanks between them,
// "all", "none" or "", or the hexadecimal form of /proc/PID/status with 0x before
// it or sixteen digits long.
func ParseCapabilities(s string) (Capabilities, error) {
	switch s {
	case "", "none":
		return 0, nil
	case "all":
		return AllCapabilities, nil
	}
	if set, ok := parseHexSet(s); ok {
		return set, nil
	}
	var set Capabilities
	for _, name := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		c, err := ParseCapability(name)
		if err != nil {
			return 0, err
		}
		set = set.With(c)
	}
	return set, nil
}

func parseHexSet(s string) (Capabilities, bool) {
	digits, hex := strings.CutPrefix(s, "0x")
	if !hex && len(s) != 16 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 16, 64)
	return Capabilities(n), err == nil
}
