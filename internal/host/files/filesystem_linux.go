package files

import (
	"strconv"

	"ward/internal/host/sys"
)

// describe names a file system by its magic number (statfs(2), include/uapi/linux/magic.h).
func describe(fs sys.FileSystem) Filesystem {
	d, ok := known(fs.Magic)
	if !ok {
		d.Name = "0x" + strconv.FormatInt(fs.Magic, 16)
	}
	d.ReadOnly = fs.ReadOnly
	return d
}

func known(magic int64) (Filesystem, bool) {
	for i := range filesystems {
		if filesystems[i].magic == magic {
			return filesystems[i].Filesystem, true
		}
	}
	return Filesystem{}, false
}

// filesystems is a list and no map, which would have to be made before main.
var filesystems = [...]struct {
	magic int64
	Filesystem
}{
	{0xef53, Filesystem{Name: "ext4"}},
	{0x58465342, Filesystem{Name: "xfs"}},
	{0x9123683e, Filesystem{Name: "btrfs"}},
	{0x01021994, Filesystem{Name: "tmpfs"}},
	{0x858458f6, Filesystem{Name: "ramfs"}},
	{0x794c7630, Filesystem{Name: "overlay", Overlay: true}},
	{0x61756673, Filesystem{Name: "aufs", Overlay: true}},
	{0x2fc12fc1, Filesystem{Name: "zfs"}},
	{0xf2f52010, Filesystem{Name: "f2fs"}},
	{0xca451a4e, Filesystem{Name: "bcachefs"}},
	{0x4d44, Filesystem{Name: "vfat"}},
	{0x2011bab0, Filesystem{Name: "exfat"}},
	{0x7366746e, Filesystem{Name: "ntfs3"}},
	{0x5346544e, Filesystem{Name: "ntfs"}},
	{0x9660, Filesystem{Name: "iso9660"}},
	{0x73717368, Filesystem{Name: "squashfs"}},
	{0xe0f5e1e2, Filesystem{Name: "erofs"}},
	{0x24051905, Filesystem{Name: "ubifs"}},
	{0x15013346, Filesystem{Name: "udf"}},
	{0x65735546, Filesystem{Name: "fuse", FUSE: true}},
	{0x6969, Filesystem{Name: "nfs", Network: true}},
	{0x517b, Filesystem{Name: "smb", Network: true}},
	{0xff534d42, Filesystem{Name: "cifs", Network: true}},
	{0xfe534d42, Filesystem{Name: "smb2", Network: true}},
	{0x01021997, Filesystem{Name: "9p", Network: true}},
	{0x00c36400, Filesystem{Name: "ceph", Network: true}},
	{0x5346414f, Filesystem{Name: "afs", Network: true}},
	{0x0bd00bd0, Filesystem{Name: "lustre", Network: true}},
	{0x47504653, Filesystem{Name: "gpfs", Network: true}},
	{0x0187, Filesystem{Name: "autofs"}},
	{0x9fa0, Filesystem{Name: "proc", Pseudo: true}},
	{0x62656572, Filesystem{Name: "sysfs", Pseudo: true}},
	{0x64626720, Filesystem{Name: "debugfs", Pseudo: true}},
	{0x74726163, Filesystem{Name: "tracefs", Pseudo: true}},
	{0x73636673, Filesystem{Name: "securityfs", Pseudo: true}},
	{0x0027e0eb, Filesystem{Name: "cgroup", Pseudo: true}},
	{0x63677270, Filesystem{Name: "cgroup2", Pseudo: true}},
	{0xcafe4a11, Filesystem{Name: "bpf", Pseudo: true}},
	{0x6165676c, Filesystem{Name: "pstore", Pseudo: true}},
	{0x62656570, Filesystem{Name: "configfs", Pseudo: true}},
	{0xde5e81e4, Filesystem{Name: "efivarfs", Pseudo: true}},
	{0xf97cff8c, Filesystem{Name: "selinuxfs", Pseudo: true}},
	{0x43415d53, Filesystem{Name: "smackfs", Pseudo: true}},
	{0x6e736673, Filesystem{Name: "nsfs", Pseudo: true}},
	{0x42494e4d, Filesystem{Name: "binfmt_misc", Pseudo: true}},
	{0x65735543, Filesystem{Name: "fusectl", Pseudo: true}},
	{0x67596969, Filesystem{Name: "rpc_pipefs", Pseudo: true}},
}

// pseudo are the names of the file systems that are views of the kernel.
func pseudo(name string) bool {
	for _, fs := range filesystems {
		if fs.Pseudo && fs.Name == name {
			return true
		}
	}
	return false
}
