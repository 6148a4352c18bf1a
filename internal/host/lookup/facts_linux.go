package lookup

import (
	"bytes"
	"encoding/binary"
	"errors"
	"syscall"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/sys"
	"ward/mode"
)

// kinds tells the kind from the type bits of st_mode.
var kinds = [16]mode.Kind{
	0o01: mode.FIFO, 0o02: mode.CharDevice, 0o04: mode.Directory, 0o06: mode.BlockDevice,
	0o10: mode.Regular, 0o12: mode.Symlink, 0o14: mode.Socket,
}

// describe fills in what every step has.
func (g *gatherer) describe(fd int, st *sys.Stat, s *access.Step) {
	e := &s.Entry
	e.Known |= entry.Stat
	e.Kind = kinds[st.Mode>>12]
	e.Mode = mode.Mode(st.Mode) & mode.All
	e.UID, e.GID = ident.UID(st.Uid), ident.GID(st.Gid)
	e.ID.Device = uint64(st.Dev_major)<<32 | uint64(st.Dev_minor)
	e.ID.Inode = st.Ino
	e.Links, e.Rdev, e.Size = st.Nlink, uint64(st.Rdev_major)<<32|uint64(st.Rdev_minor), int64(st.Size)
	e.ModTime = st.Mtime.Sec*1e9 + int64(st.Mtime.Nsec)
	e.ChangeTime = st.Ctime.Sec*1e9 + int64(st.Ctime.Nsec)
	if st.Mask&sys.HasBirth != 0 {
		e.ID.Birth = st.Btime.Sec*1e9 + int64(st.Btime.Nsec)
	}
	if st.Mask&sys.HasMount != 0 {
		e.Mount = st.Mnt_id
	}
	if g.table != nil {
		s.Mount, _ = g.table.Holding(fd, e.Mount)
	}
	g.sight.see(s)
	g.fetch(fd, e, entry.AccessACL)
	s.UnmappedEntries = e.ACL != nil && s.Mount != nil && s.Mount.Idmapped && g.leavesOut(fd, e.ACL)
	g.flags(fd, st, e)
}

// fetch adds facts. What cannot be had is then in Denied.
func (g *gatherer) fetch(fd int, e *entry.Entry, want entry.Facts) {
	for _, f := range [...]struct {
		fact entry.Facts
		kind func(mode.Kind) bool // that can have it
		read func(*gatherer, int, *entry.Entry) error
	}{
		{entry.AccessACL, func(k mode.Kind) bool { return k != mode.Symlink }, (*gatherer).accessACL},
		{entry.DefaultACL, isDirectory, (*gatherer).defaultACL},
		{entry.Caps, isRegular, (*gatherer).caps},
		{entry.Content, isRegular, (*gatherer).content},
	} {
		if want&f.fact == 0 || e.Known&f.fact != 0 {
			continue
		}
		if f.kind(e.Kind) {
			if err := f.read(g, fd, e); err != nil {
				e.Denied |= f.fact
				continue
			}
		}
		e.Known |= f.fact
	}
}

func isDirectory(k mode.Kind) bool { return k == mode.Directory }
func isRegular(k mode.Kind) bool   { return k == mode.Regular }

func (g *gatherer) accessACL(fd int, e *entry.Entry) (err error) {
	e.ACL, err = g.list(fd, sys.AccessACL)
	return err
}

func (g *gatherer) defaultACL(fd int, e *entry.Entry) (err error) {
	e.Default, err = g.list(fd, sys.DefaultACL)
	return err
}

func (g *gatherer) caps(fd int, e *entry.Entry) error {
	value, err := g.attribute(fd, sys.Capability)
	e.Caps = string(value)
	return err
}

func (g *gatherer) list(fd int, name string) (acl.List, error) {
	value, err := g.attribute(fd, name)
	if err != nil || value == nil {
		return nil, err
	}
	return acl.Decode(withoutUnmapped(value))
}

// withoutUnmapped leaves out the entries of users and groups that the mount does
// not map: the kernel shows them as nobody's (-1), and they match nobody.
func withoutUnmapped(value []byte) []byte {
	const header, size = 4, 8
	if len(value) < header {
		return value
	}
	kept := bytes.Clone(value[:header])
	for rest := value[header:]; len(rest) > 0; rest = rest[min(size, len(rest)):] {
		if len(rest) >= size && acl.Tag(binary.LittleEndian.Uint16(rest)).Named() && binary.LittleEndian.Uint32(rest[4:]) == acl.NoID {
			continue
		}
		kept = append(kept, rest[:min(size, len(rest))]...)
	}
	return kept
}

// leavesOut reports whether the list that a file system has names more than a list.
func (g *gatherer) leavesOut(fd int, l acl.List) bool {
	value, err := g.attribute(fd, sys.AccessACL)
	return err == nil && len(value) != len(l.Encode())
}

var errNoProc = errors.New("not without /proc")

// attribute reads an extended attribute of a held object; nil if there is none.
func (g *gatherer) attribute(fd int, name string) ([]byte, error) {
	if g.proc == nil {
		return nil, errNoProc
	}
	value, err := g.proc.AttributeHeld(fd, name)
	if err == syscall.Errno(sys.NoAttribute) || err == syscall.EOPNOTSUPP { //nolint:errorlint // calls answer bare numbers
		return nil, nil
	}
	return value, err
}

// flags: statx tells on the file systems that have the flags; of others an open
// descriptor is asked, of regular files and directories only.
func (g *gatherer) flags(fd int, st *sys.Stat, e *entry.Entry) {
	const both = sys.IsImmutable | sys.IsAppendOnly
	e.Known |= entry.Attributes
	if st.Attributes_mask&both == both {
		if st.Attributes&sys.IsImmutable != 0 {
			e.Flags |= entry.Immutable
		}
		if st.Attributes&sys.IsAppendOnly != 0 {
			e.Flags |= entry.AppendOnly
		}
		return
	}
	if e.Kind != mode.Regular && e.Kind != mode.Directory || g.flagless(fd) {
		return
	}
	if flags, err := g.askFlags(fd); err == nil {
		e.Flags = entry.Flags(flags) & (entry.Immutable | entry.AppendOnly | entry.NoDump | entry.NoAtime)
	} else if !errors.Is(err, syscall.ENOTTY) && !errors.Is(err, syscall.EOPNOTSUPP) && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOSYS) {
		e.Known &^= entry.Attributes
		e.Denied |= entry.Attributes
	}
}

// The file systems of the kernel's own, which have no such flags and whose files
// do things when they are opened (include/uapi/linux/magic.h).
func flagless() map[int64]bool {
	return map[int64]bool{
		0x9fa0: true, 0x62656572: true, 0x1cd1: true, 0x63677270: true, 0x27e0eb: true, 0x64626720: true, 0x74726163: true,
		0x73636673: true, 0x42494e4d: true, 0x6e736673: true, 0x19800202: true, 0xcafe4a11: true, 0x6165676c: true,
		0xf97cff8c: true, 0x50495045: true, 0x958458f6: true,
	}
}

func (g *gatherer) flagless(fd int) bool {
	fs, err := sys.FileSystemHeld(fd)
	return err == nil && flagless()[fs.Magic]
}

func (g *gatherer) askFlags(fd int) (uint32, error) {
	real, err := g.open(fd)
	if err != nil {
		return 0, err
	}
	defer sys.Close(real)
	return sys.Flags(real)
}

// open opens the very object that is held, for reading.
func (g *gatherer) open(fd int) (int, error) {
	if g.proc == nil {
		return -1, errNoProc
	}
	real, err := g.proc.Follow(fd, sys.Read|sys.Quietly)
	if err == syscall.EPERM { //nolint:errorlint // calls answer bare numbers
		return g.proc.Follow(fd, sys.Read)
	}
	return real, err
}

func (g *gatherer) content(fd int, e *entry.Entry) error {
	head, err := g.head(fd)
	e.Content = entry.Classify(head)
	return err
}

// head is the first bytes of a regular file.
func (g *gatherer) head(fd int) ([]byte, error) {
	real, err := g.open(fd)
	if err != nil {
		return nil, err
	}
	defer sys.Close(real)
	buf := make([]byte, headSize)
	n, err := sys.Pread(real, buf, 0)
	return buf[:n], err
}

const headSize = 4 << 10
