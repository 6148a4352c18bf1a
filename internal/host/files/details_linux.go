package files

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"strings"

	"ward/internal/host/sys"
)

// Details looks at what Look does not. What cannot be had is left empty, and the
// error says why the first of it cannot.
func (o *Object) Details() (Details, error) {
	var d Details
	var first error
	note := func(err error) {
		if first == nil && err != nil {
			first = o.failed("examine", err)
		}
	}
	var err error
	if o.is(sys.TypeLink) {
		d.Target, err = sys.Readlink(o.held)
		note(err)
	}
	d.Flags = flagNames(o.allFlags())
	d.Label, err = o.label()
	note(err)
	return d, first
}

// Mount is what the object is mounted by; its Point is empty where that cannot be
// known.
func (o *Object) Mount() (Mount, error) {
	m, err := mountOf(o.held)
	return m, o.failed("find the mount of", err)
}

// allFlags are the inode flags, all of them where the object may be opened, else
// those that statx tells.
func (o *Object) allFlags() uint32 {
	flags := sys.StatFlags(&o.st)
	fd, err := o.real()
	if err != nil {
		return flags
	}
	defer sys.Close(fd)
	if all, err := sys.Flags(fd); err == nil {
		flags |= all
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

// mountOf finds the mount of a held object in /proc/self/mountinfo.
func mountOf(fd int) (Mount, error) {
	id, err := sys.MountHeld(fd)
	if err != nil {
		return Mount{}, err
	}
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return Mount{}, err
	}
	prefix := strconv.FormatUint(id, 10) + " "
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, prefix) {
			return parseMount(line), nil
		}
	}
	return Mount{}, nil // of another namespace, or not below this process's root
}

// parseMount reads a line of mountinfo (proc_pid_mountinfo(5)).
func parseMount(line string) Mount {
	head, tail, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " - ")
	fields, system := strings.Fields(head), strings.Fields(tail)
	if len(fields) < 6 || len(system) < 3 {
		return Mount{}
	}
	m := Mount{Point: unescaped(fields[4]), Type: system[0], Source: unescaped(system[1]), Options: strings.Split(fields[5], ",")}
	if slices.Contains(strings.Split(system[2], ","), "ro") && m.Options[0] == "rw" {
		m.Options[0] = "ro"
	}
	return m
}

// unescaped replaces \040 and its like, with which mountinfo writes blanks.
func unescaped(s string) string {
	for _, code := range [...]string{`\040`, `\011`, `\012`, `\043`, `\134`} {
		n, _ := strconv.ParseUint(code[1:], 8, 8)
		s = strings.ReplaceAll(s, code, string(rune(n)))
	}
	return s
}
