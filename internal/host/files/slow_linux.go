package files

import (
	"os"
	"path"
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
	if err != nil || !local[r.Filesystem().Name] {
		return slowPlaces{everywhere: true}
	}
	var e entry.Entry
	setStat(&e, &r.stat)
	return slowPlaces{device: e.ID.Device, beside: besideSlow(string(mounts), r.path)}
}

// besideSlow finds the directories in which something that is not local is mounted,
// in the text of /proc/self/mountinfo (proc_pid_mountinfo(5)).
func besideSlow(mounts, root string) map[string]bool {
	beside := map[string]bool{}
	top := strings.TrimSuffix(root, "/") + "/"
	for line := range strings.Lines(mounts) {
		before, after, ok := strings.Cut(line, " - ")
		fields, kinds := strings.Fields(before), strings.Fields(after)
		if !ok || len(fields) < 5 || len(kinds) == 0 || local[kinds[0]] {
			continue
		}
		if rel, below := strings.CutPrefix(unescape(fields[4]), top); below && rel != "" {
			beside[path.Dir(rel)] = true
		}
	}
	return beside
}

// unescape undoes the four escapes that the kernel uses in mount points (mangle in
// fs/proc_namespace.c).
var unescaper = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

func unescape(s string) string { return unescaper.Replace(s) }

// local file systems answer from memory or from a disk of this machine.
var local = func() map[string]bool {
	set := map[string]bool{}
	for _, name := range strings.Fields(`bcachefs binfmt_misc bpf btrfs cgroup cgroup2 configfs debugfs
		devpts devtmpfs efivarfs erofs exfat ext2 ext3 ext4 f2fs fusectl hugetlbfs iso9660 jfs mqueue
		nsfs ntfs3 overlay proc pstore ramfs reiserfs securityfs selinuxfs squashfs sysfs tmpfs tracefs
		ubifs udf vfat xfs zfs`) {
		set[name] = true
	}
	return set
}()
