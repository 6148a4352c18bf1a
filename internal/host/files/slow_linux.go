package files

import (
	"iter"
	"os"
	"path"
	"slices"
	"strings"

	"ward/entry"
	"ward/internal/host/sys"
)

// slowPlaces are the directories of a walk where an answer may take for ever: on a
// network, from a program that serves a file system, or next to such a mount. There
// the calls are patient (sys.Pace). What is mounted during the walk is not known.
type slowPlaces struct {
	everywhere bool
	device     uint64          // the root's; every other device is slow
	beside     map[string]bool // directories, relative to the root, in which something slow is mounted
	tellsEnd   bool            // where calls are prompt, a directory's last entry tells that it is the last (sys.AtEnd)
}

// pace is that of a directory, by its path relative to the root.
func (s *slowPlaces) pace(dir string, id entry.Identity) sys.Pace {
	if s.everywhere || id.Device != s.device || len(s.beside) > 0 && s.beside[dir] {
		return sys.Patient
	}
	return sys.Prompt
}

// slowPlaces looks through the mounts. Where they cannot be read every place is slow.
func (r *Root) slowPlaces() slowPlaces {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	system := r.Filesystem().Name
	if err != nil || !local(system) {
		return slowPlaces{everywhere: true}
	}
	var e entry.Entry
	setStat(&e, &r.stat)
	return slowPlaces{
		device: e.ID.Device, beside: besideSlow(string(mounts), r.path),
		tellsEnd: system == "ext4",
	}
}

// besideSlow finds the directories in which something that is not local is mounted,
// in the text of /proc/self/mountinfo.
func besideSlow(mounts, root string) map[string]bool {
	beside := map[string]bool{}
	for rel, kind := range mountsBelow(mounts, root) {
		if !local(kind) {
			beside[path.Dir(rel)] = true
		}
	}
	return beside
}

// PseudoMounts are the directories, relative to the root, on which views of the
// kernel are mounted: proc, sysfs and the like. Where the mounts cannot be read
// there are none.
func (r *Root) PseudoMounts() map[string]bool {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	found := map[string]bool{}
	for rel, kind := range mountsBelow(string(mounts), r.path) {
		if pseudo(kind) {
			found[rel] = true
		}
	}
	return found
}

// mountsBelow yields what is mounted below a root, by its path relative to it, and
// of which kind that file system is (proc_pid_mountinfo(5)).
func mountsBelow(mounts, root string) iter.Seq2[string, string] {
	top := strings.TrimSuffix(root, "/") + "/"
	return func(yield func(rel, kind string) bool) {
		for line := range strings.Lines(mounts) {
			before, after, ok := strings.Cut(line, " - ")
			fields, kinds := strings.Fields(before), strings.Fields(after)
			if !ok || len(fields) < 5 || len(kinds) == 0 {
				continue
			}
			rel, below := strings.CutPrefix(unescape(fields[4]), top)
			if below && rel != "" && !yield(rel, kinds[0]) {
				return
			}
		}
	}
}

// unescape undoes the four escapes that the kernel uses in mount points (mangle in
// fs/proc_namespace.c).
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// local file systems answer from memory or from a disk of this machine.
func local(kind string) bool { return slices.Contains(locals[:], kind) }

var locals = [...]string{
	"bcachefs", "binfmt_misc", "bpf", "btrfs", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs",
	"efivarfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fusectl", "hugetlbfs", "iso9660", "jfs", "mqueue",
	"nsfs", "ntfs3", "overlay", "proc", "pstore", "ramfs", "reiserfs", "securityfs", "selinuxfs", "squashfs", "sysfs",
	"tmpfs", "tracefs", "ubifs", "udf", "vfat", "xfs", "zfs",
}
