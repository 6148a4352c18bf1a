package fts

import (
	"syscall"

	"ward/internal/host/sys"
)

// Entry is one visit. It is valid during the visit only.
type Entry struct {
	What   What
	Level  int           // 0 for arguments
	Err    syscall.Errno // of Unreadable and Missing
	Listed byte          // the type that its directory tells (DT_… of readdir(3)); 0 if none
	// Followed says that Stat is of what a symbolic link leads to, if it is one.
	Followed bool
	// Stat is of the link itself or of what it leads to, as the walk's Links say. It
	// is not set when What is Missing.
	Stat sys.Stat

	walk  *walk
	at    *directory
	name  []byte // ends in NUL
	place *place // of the directory that it lies in, or nil where none was asked
}

// Path is the entry's name as it appears in messages.
func (e *Entry) Path() string {
	name := string(e.name[:len(e.name)-1])
	if e.Level == 0 {
		return name
	}
	return string(e.at.appendPath(nil, len(name))) + name
}

// Hold opens the entry without looking into it (O_PATH), what it leads to if
// follow, and the very entry otherwise. Close gives it back.
func (e *Entry) Hold(follow bool) (int, error) {
	how := sys.Hold
	if follow {
		how = sys.HoldTarget
	}
	fd, err := sys.OpenName(e.at.fd, &e.name[0], how)
	if outOfDescriptors(err) {
		return e.walk.patiently(func() (int, error) { return sys.OpenName(e.at.fd, &e.name[0], how) })
	}
	return fd, err
}

// Target looks at what a symbolic link leads to.
func (e *Entry) Target(st *sys.Stat) error { return sys.StatTarget(e.at.fd, &e.name[0], st) }

// Sure reports whether the entry's name surely still is the object of Stat, because
// nobody but its owner may write the directory: he is runner, or root. A change by
// name in the directory is then as good as one of the held object.
func (e *Entry) Sure(runner uint32) bool {
	d := e.at
	return d.place != nil && d.place.pace == sys.Prompt && !e.Followed &&
		(d.stat.Uid == 0 || d.stat.Uid == runner) && d.stat.Mode&0o022 == 0
}

// Chmod changes the name itself; only for an entry that is Sure.
func (e *Entry) Chmod(bits uint32) error {
	return sys.ChmodName(e.at.fd, &e.name[0], bits, e.at.place.pace)
}

// Chown is Chmod for owner and group.
func (e *Entry) Chown(uid, gid uint32) error {
	return sys.ChownName(e.at.fd, &e.name[0], uid, gid)
}

// Writable reports whether the entry's file system takes changes, as far as that
// is known: false is "perhaps not".
func (e *Entry) Writable() bool {
	if e.place == nil {
		e.place = placeOf(e)
	}
	return e.place.writable && sys.SameMountOf(&e.place.stat, &e.Stat)
}

// place is what is known about a mount.
type place struct {
	stat     sys.Stat // of some object in it
	writable bool
	unsorted bool // the order of inodes makes nothing faster
	pace     sys.Pace
}

func placeOf(e *Entry) *place {
	fd, err := e.Hold(e.What != Link)
	if err != nil {
		return &place{}
	}
	defer sys.Close(fd)
	return placeHeld(fd)
}

func placeHeld(fd int) *place {
	p := &place{}
	fs, err := sys.FileSystemHeld(fd)
	if err != nil || sys.StatHeld(fd, &p.stat) != nil {
		return &place{}
	}
	p.writable = !fs.ReadOnly
	p.pace = paceOf(fs.Magic)
	p.unsorted = unsorted(fs.Magic)
	return p
}

// unsorted are the file systems whose directories gnulib does not sort: tmpfs, NFS,
// SMB and Lustre.
func unsorted(magic int64) bool {
	switch magic {
	case 0x01021994, 0x6969, 0xff534d42, 0x0bd00bd0:
		return true
	}
	return false
}

// paceOf is Prompt for the file systems that answer from memory or a local disk
// (include/uapi/linux/magic.h).
func paceOf(magic int64) sys.Pace {
	switch magic {
	case 0xef53, 0x58465342, 0x9123683e, 0x01021994, 0xf2f52010, 0x794c7630: // ext, xfs, btrfs, tmpfs, f2fs, overlay
		return sys.Prompt
	}
	return sys.Patient
}

func errno(err error) syscall.Errno {
	if e, ok := err.(syscall.Errno); ok { //nolint:errorlint // calls answer bare numbers
		return e
	}
	return syscall.EIO
}
