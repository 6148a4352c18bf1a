package plan

import (
	"path"
	"slices"
	"strings"

	"ward/mode"
)

// rails are directories of the system itself, or shared by everybody on it: the
// Filesystem Hierarchy Standard's root and what every program relies on. What lies
// below them may be changed, but they may not.
var rails = []string{
	"/", "/bin", "/boot", "/dev", "/dev/pts", "/dev/shm", "/efi", "/etc", "/home", "/lib", "/lib32", "/lib64",
	"/libx32", "/lost+found", "/proc", "/root", "/run", "/run/lock", "/run/user", "/sbin", "/sys",
	"/tmp", "/usr", "/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/libx32",
	"/usr/local", "/usr/local/bin", "/usr/local/lib", "/usr/local/sbin", "/usr/sbin", "/usr/share",
	"/var", "/var/cache", "/var/lib", "/var/lock", "/var/log", "/var/mail", "/var/run", "/var/spool",
	"/var/tmp",
	"/Applications", "/Library", "/System", "/Users", "/private", "/private/etc", "/private/tmp", "/private/var",
}

// kernelTrees are file systems that the kernel makes up: nothing in them keeps a
// mode, and nothing below them is planned.
var kernelTrees = []string{"/proc", "/sys", "/dev"}

// Rails knows which objects no plan may touch unless their paths are allowed one
// by one. The zero value guards the directories of the system.
type Rails struct {
	Allowed []string // exact absolute paths that may be changed, and be roots
	Homes   []string // further home roots: the parents of people's home directories
}

// Root says why the absolute path may not be the root of a plan; "" when it may.
func (r Rails) Root(root string) string {
	root = path.Clean(root)
	if slices.Contains(r.Allowed, root) {
		return ""
	}
	return r.named(root)
}

// Object says why a directory may not be changed; "" when it may. before is its
// mode as found. What is no directory is guarded only below the kernel's trees.
func (r Rails) Object(abs string, k mode.Kind, before mode.Mode) string {
	abs = path.Clean(abs)
	if slices.Contains(r.Allowed, abs) {
		return ""
	}
	if k != mode.Directory {
		return inKernelTree(abs)
	}
	if why := r.named(abs); why != "" {
		return why
	}
	if before&mode.Sticky != 0 && before&(mode.OtherWrite|mode.GroupWrite) != 0 {
		return "it is a shared directory with the sticky bit, which others rely on"
	}
	return ""
}

func (r Rails) named(abs string) string {
	if slices.Contains(rails, abs) {
		return "it is a directory of the system"
	}
	if slices.Contains(r.Homes, abs) {
		return "it holds people's home directories"
	}
	return inKernelTree(abs)
}

func inKernelTree(abs string) string {
	if strings.HasPrefix(abs, "/dev/shm/") {
		return "" // an ordinary tmpfs
	}
	for _, t := range kernelTrees {
		if strings.HasPrefix(abs, t+"/") {
			return "it lies in " + t + ", which the kernel makes up"
		}
	}
	return ""
}
