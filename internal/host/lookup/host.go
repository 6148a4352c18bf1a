package lookup

import (
	"io/fs"
	"os"
	"strconv"
	"strings"

	"ward/access"
)

// HostRules is what holds for every path of this machine.
func HostRules() *access.Host { return HostRulesIn(os.DirFS("/")) }

// HostRulesIn reads the rules from a tree that holds "proc" and "sys".
func HostRulesIn(root fs.FS) *access.Host {
	h := &access.Host{
		ProtectedSymlinks:  setting(root, "protected_symlinks"),
		ProtectedHardlinks: setting(root, "protected_hardlinks"),
		ProtectedFifos:     setting(root, "protected_fifos"),
		ProtectedRegular:   setting(root, "protected_regular"),
	}
	if first(root, "sys/fs/selinux/enforce") == "1" {
		h.Confined = append(h.Confined, access.Confinement{
			By: "SELinux", Evidence: "/sys/fs/selinux/enforce says 1: it is enforcing",
		})
	}
	if first(root, "sys/module/apparmor/parameters/enabled") == "Y" {
		h.Confined = append(h.Confined, access.Confinement{
			By: "AppArmor", Evidence: "/sys/module/apparmor/parameters/enabled says Y: programs with a profile are confined",
		})
	}
	for _, name := range strings.Split(first(root, "sys/kernel/security/lsm"), ",") {
		if by, ok := otherModules()[name]; ok {
			h.Confined = append(h.Confined, access.Confinement{By: by, Evidence: "/sys/kernel/security/lsm names " + name})
		}
	}
	return h
}

// otherModules are security modules that judge access to files and have no sign of
// their own; Landlock concerns only those who asked for it.
func otherModules() map[string]string {
	return map[string]string{"smack": "Smack", "tomoyo": "TOMOYO", "bpf": "BPF", "ipe": "IPE"}
}

func setting(root fs.FS, name string) int8 {
	n, err := strconv.ParseInt(first(root, "proc/sys/fs/"+name), 10, 8)
	if err != nil || n < 0 {
		return access.Unread
	}
	return int8(n)
}

// first is the first line of a file; "" where it cannot be read.
func first(root fs.FS, name string) string {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}
