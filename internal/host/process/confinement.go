package process

import (
	"fmt"
	"slices"
	"strings"

	"ward/access"
)

// modules is what is known of the security modules of the kernel.
type modules struct {
	names     []string // of /sys/kernel/security/lsm; nil when it could not be read
	enforcing bool     // SELinux refuses, and does not only log
}

// confined lists what stands outside the discretionary check of a process, with the
// evidence. label is /proc/PID/attr/current, "" where no module uses it.
func confined(pid int, s *status, label string, m modules) []access.Confinement {
	var all []access.Confinement
	if c, ok := labelled(label, m); ok {
		all = append(all, c)
	}
	if s.seccomp != 0 {
		all = append(all, access.Confinement{
			By: "seccomp", Certain: true,
			Evidence: fmt.Sprintf("the process runs under a filter of system calls (Seccomp: %d in /proc/%d/status)", s.seccomp, pid),
		})
	}
	// A Landlock domain shows nowhere. Without privilege it needs no_new_privs
	// (landlock_restrict_self(2)).
	if s.noNewPrivs && (m.names == nil || slices.Contains(m.names, "landlock")) {
		all = append(all, access.Confinement{
			By:       "Landlock",
			Evidence: "the process has no_new_privs set, as programs in a Landlock sandbox have; the sandbox itself cannot be seen from outside",
		})
	}
	return all
}

// labelled reads a label: "unconfined", "/usr/sbin/nginx (enforce)" of AppArmor,
// "system_u:system_r:httpd_t:s0" of SELinux.
func labelled(label string, m modules) (access.Confinement, bool) {
	label = strings.TrimRight(label, "\n\x00")
	if label == "" || label == "unconfined" {
		return access.Confinement{}, false
	}
	if parts := strings.Split(label, ":"); len(parts) >= 3 && !strings.HasSuffix(label, ")") {
		if !m.enforcing || strings.HasPrefix(parts[2], "unconfined_") || parts[2] == "kernel_t" {
			return access.Confinement{}, false
		}
		return access.Confinement{By: "SELinux", Certain: true, Evidence: "SELinux is enforcing and the process runs as " + label}, true
	}
	if strings.HasSuffix(label, " (complain)") || strings.HasSuffix(label, " (unconfined)") {
		return access.Confinement{}, false
	}
	return access.Confinement{By: "AppArmor", Certain: true, Evidence: "the process runs in the AppArmor profile " + label}, true
}
