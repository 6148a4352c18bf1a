package files

import (
	"bytes"

	"ward/internal/host/sys"
)

// Details looks at what Look does not. What cannot be had is left empty, and the
// error says why the first of it cannot.
// thorough opens regular files and directories for the inode flags that statx does
// not tell.
func (o *Object) Details(thorough bool) (Details, error) {
	var d Details
	var noTarget, noLabel error
	if o.is(sys.TypeLink) {
		d.Target, noTarget = sys.Readlink(o.held)
	}
	flags := sys.StatFlags(&o.st)
	if thorough {
		flags |= o.openedFlags()
	}
	d.Flags = flagNames(flags)
	d.Label, noLabel = o.label()
	if noTarget != nil {
		return d, o.failed("read the target of", noTarget)
	}
	return d, o.failed("read the label of", noLabel)
}

// openedFlags are all inode flags, none where the object may not be opened.
func (o *Object) openedFlags() uint32 {
	fd, err := o.real()
	if err != nil {
		return 0
	}
	defer sys.Close(fd)
	flags, err := sys.Flags(fd)
	if err != nil {
		return 0
	}
	return flags
}

// flagNames leaves out how the file system lays an object out (extents, a hashed
// directory, data in the inode), which nobody can set. The values are those of
// include/uapi/linux/fs.h.
func flagNames(flags uint32) []string {
	var names []string
	for _, f := range []struct {
		bit  uint32
		name string
	}{
		{0x10, "immutable"},
		{0x20, "append-only"},
		{0x40, "no-dump"},
		{0x80, "no-atime"},
		{0x1, "secure-deletion"},
		{0x2, "undelete"},
		{0x4, "compressed"},
		{0x400, "no-compression"},
		{0x8, "sync"},
		{0x10000, "dir-sync"},
		{0x800, "encrypted"},
		{0x4000, "journal-data"},
		{0x8000, "no-tail"},
		{0x20000, "top-dir"},
		{0x100000, "verity"},
		{0x800000, "no-cow"},
		{0x2000000, "dax"},
		{0x20000000, "project-inherit"},
		{0x40000000, "casefold"},
	} {
		if flags&f.bit != 0 {
			names = append(names, f.name)
		}
	}
	return names
}

// label is the SELinux label, without the NUL that the kernel puts behind it.
func (o *Object) label() (string, error) {
	if o.root.proc == nil {
		return "", nil
	}
	value, err := o.root.proc.AttributeHeld(o.held, sys.Label)
	if absent(err) {
		return "", nil
	}
	return string(bytes.TrimRight(value, "\x00")), err
}
