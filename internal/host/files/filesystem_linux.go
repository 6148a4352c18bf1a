package files

import (
	"strconv"

	"ward/internal/host/sys"
)

// describe names a file system by its magic number (statfs(2), include/uapi/linux/magic.h).
func describe(fs sys.FileSystem) Filesystem {
	d, ok := filesystems[fs.Magic]
	if !ok {
		d.Name = "0x" + strconv.FormatInt(fs.Magic, 16)
	}
	d.ReadOnly = fs.ReadOnly
	return d
}

var filesystems = map[int64]Filesystem{
	0xef53:     {Name: "ext4"},
	0x58465342: {Name: "xfs"},
	0x9123683e: {Name: "btrfs"},
	0x01021994: {Name: "tmpfs"},
	0x858458f6: {Name: "ramfs"},
	0x794c7630: {Name: "overlay", Overlay: true},
	0x61756673: {Name: "aufs", Overlay: true},
	0x2fc12fc1: {Name: "zfs"},
	0xf2f52010: {Name: "f2fs"},
	0xca451a4e: {Name: "bcachefs"},
	0x4d44:     {Name: "vfat"},
	0x2011bab0: {Name: "exfat"},
	0x7366746e: {Name: "ntfs3"},
	0x5346544e: {Name: "ntfs"},
	0x9660:     {Name: "iso9660"},
	0x73717368: {Name: "squashfs"},
	0xe0f5e1e2: {Name: "erofs"},
	0x24051905: {Name: "ubifs"},
	0x15013346: {Name: "udf"},
	0x65735546: {Name: "fuse", FUSE: true},
	0x6969:     {Name: "nfs", Network: true},
	0x517b:     {Name: "smb", Network: true},
	0xff534d42: {Name: "cifs", Network: true},
	0xfe534d42: {Name: "smb2", Network: true},
	0x01021997: {Name: "9p", Network: true},
	0x00c36400: {Name: "ceph", Network: true},
	0x5346414f: {Name: "afs", Network: true},
	0x0bd00bd0: {Name: "lustre", Network: true},
	0x47504653: {Name: "gpfs", Network: true},
	0x0187:     {Name: "autofs"},
	0x9fa0:     {Name: "proc", Pseudo: true},
	0x62656572: {Name: "sysfs", Pseudo: true},
	0x64626720: {Name: "debugfs", Pseudo: true},
	0x74726163: {Name: "tracefs", Pseudo: true},
	0x73636673: {Name: "securityfs", Pseudo: true},
	0x0027e0eb: {Name: "cgroup", Pseudo: true},
	0x63677270: {Name: "cgroup2", Pseudo: true},
	0xcafe4a11: {Name: "bpf", Pseudo: true},
	0x6165676c: {Name: "pstore", Pseudo: true},
	0x62656570: {Name: "configfs", Pseudo: true},
	0xde5e81e4: {Name: "efivarfs", Pseudo: true},
	0xf97cff8c: {Name: "selinuxfs", Pseudo: true},
	0x43415d53: {Name: "smackfs", Pseudo: true},
	0x6e736673: {Name: "nsfs", Pseudo: true},
	0x42494e4d: {Name: "binfmt_misc", Pseudo: true},
	0x65735543: {Name: "fusectl", Pseudo: true},
	0x67596969: {Name: "rpc_pipefs", Pseudo: true},
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
