package racf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ward/mode"
)

// UnixEntry is an extended entry of an access list of z/OS UNIX.
type UnixEntry struct {
	Group  bool
	ID     string // a name, or a number
	Rights mode.Rights
}

// UnixACL is a list of z/OS UNIX beside a mode. There is no mask. A directory has, for
// what is made in it, one list for directories and one for files.
type UnixACL struct {
	Owner, OwningGroup string // as getfacl names them
	Mode               mode.Mode
	Access             []UnixEntry
	Default            []UnixEntry // for directories made in this one
	FileDefault        []UnixEntry // for files made in this one
}

// Equal reports whether the lists are the same.
func (a UnixACL) Equal(o UnixACL) bool {
	return a.Owner == o.Owner && a.OwningGroup == o.OwningGroup && a.Mode == o.Mode && slices.Equal(a.Access, o.Access) &&
		slices.Equal(a.Default, o.Default) && slices.Equal(a.FileDefault, o.FileDefault)
}

// String is the list as getfacl prints it, without the name of the file.
func (a UnixACL) String() string {
	var b strings.Builder
	if a.Owner != "" {
		fmt.Fprintf(&b, "#owner: %s\n", a.Owner)
	}
	if a.OwningGroup != "" {
		fmt.Fprintf(&b, "#group: %s\n", a.OwningGroup)
	}
	fmt.Fprintf(&b, "user::%s\ngroup::%s\nother::%s\n", a.Mode.Owner(), a.Mode.Group(), a.Mode.Other())
	for _, l := range []struct {
		prefix string
		list   []UnixEntry
	}{{"", a.Access}, {"fdefault:", a.FileDefault}, {"default:", a.Default}} {
		for _, e := range l.list {
			fmt.Fprintf(&b, "%s%s:%s:%s\n", l.prefix, map[bool]string{true: "group", false: "user"}[e.Group], e.ID, e.Rights)
		}
	}
	return b.String()
}

// ParseUnixACL reads what getfacl prints and setfacl takes: entries on lines or between
// commas, with the words shortened to their first letters, as u, g, o, d and f. All
// three base entries must be there.
func ParseUnixACL(s string) (UnixACL, error) {
	p := unixParser{input: s}
	for at := 0; at <= len(s); {
		end := len(s)
		if i := strings.IndexAny(s[at:], "\n,"); i >= 0 {
			end = at + i
		}
		if err := p.line(at, end); err != nil {
			return UnixACL{}, err
		}
		at = end + 1
	}
	if p.base != 7 {
		return UnixACL{}, syntaxError(s, len(s), "the entries user::, group:: and other:: are not all there", "")
	}
	return p.acl, nil
}

type unixParser struct {
	input string
	acl   UnixACL
	base  int // which base entries are there
}

func (p *unixParser) line(at, end int) error {
	line := strings.TrimSpace(p.input[at:end])
	at += strings.Index(p.input[at:end], line)
	switch {
	case strings.HasPrefix(line, "#"):
		key, value, _ := strings.Cut(line[1:], ":")
		switch value = strings.TrimSpace(value); strings.TrimSpace(key) {
		case "owner":
			p.acl.Owner = value
		case "group":
			p.acl.OwningGroup = value
		}
		return nil
	case line == "":
		return nil
	}
	fields := strings.Split(line, ":")
	list, fields := p.list(fields)
	if len(fields) != 3 {
		return syntaxError(p.input, at, fmt.Sprintf("%q is no entry", line), "write user:NAME:rwx")
	}
	rights, ok := unixRights(fields[2])
	kind := strings.ToLower(fields[0])
	if !ok {
		return syntaxError(p.input, at, fmt.Sprintf("%q are no rights", fields[2]), "write three of rwx and -, or a digit")
	}
	switch {
	case fields[1] == "" && list == &p.acl.Access && oneOfWords(kind, "user", "group", "other"):
		return p.baseEntry(at, kind, rights)
	case fields[1] != "" && oneOfWords(kind, "user", "group"):
		*list = append(*list, UnixEntry{Group: kind[0] == 'g', ID: fields[1], Rights: rights})
		return nil
	}
	return syntaxError(p.input, at, fmt.Sprintf("%q is no entry", line), "entries are user::, group::, other::, user:NAME: and group:NAME:")
}

// list is where an entry belongs, with the fields after the prefix.
func (p *unixParser) list(fields []string) (*[]UnixEntry, []string) {
	switch head := strings.ToLower(fields[0]); {
	case len(fields) == 4 && oneOfWords(head, "default"):
		return &p.acl.Default, fields[1:]
	case len(fields) == 4 && oneOfWords(head, "fdefault"):
		return &p.acl.FileDefault, fields[1:]
	}
	return &p.acl.Access, fields
}

func oneOfWords(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return s == w || s == w[:1] })
}

func (p *unixParser) baseEntry(at int, kind string, r mode.Rights) error {
	shift := strings.IndexByte("ogu", kind[0])
	if p.base>>shift&1 != 0 {
		return syntaxError(p.input, at, kind+":: is there twice", "")
	}
	p.base |= 1 << shift
	p.acl.Mode |= mode.Mode(r) << (3 * shift)
	return nil
}

func unixRights(s string) (mode.Rights, bool) {
	if len(s) == 1 && '0' <= s[0] && s[0] <= '7' {
		return mode.Rights(s[0] - '0'), true
	}
	var r mode.Rights
	if len(s) != 3 {
		return 0, false
	}
	for i, l := range "rwx" {
		switch s[i] {
		case byte(l):
			r |= 4 >> i
		case '-':
		default:
			return 0, false
		}
	}
	return r, true
}

// Made is the list of a file or a directory that is made in a directory with this list.
func (a UnixACL) Made(directory bool, m mode.Mode) UnixACL {
	if directory {
		return UnixACL{Mode: m, Access: slices.Clone(a.Default), Default: slices.Clone(a.Default), FileDefault: slices.Clone(a.FileDefault)}
	}
	return UnixACL{Mode: m, Access: slices.Clone(a.FileDefault)}
}

// UnixSubject is who asks for a file.
type UnixSubject struct {
	UID        uint32
	User       string   // its name, where entries have names
	Groups     []string // names and numbers of its groups
	Trusted    bool
	Restricted bool
	// The user's levels in the class UNIXPRIV.
	Filesys       Level // SUPERUSER.FILESYS
	ACLOverride   Level // SUPERUSER.FILESYS.ACLOVERRIDE
	FilesysAccess Level // RESTRICTED.FILESYS.ACCESS
}

// UnixFile is what is asked for.
type UnixFile struct {
	OwnerUID           uint32
	Group              string // name or number of the owning group
	Directory          bool
	ACL                UnixACL
	FSSEC              bool // the class is active: extended entries count
	ACLOverrideDefined bool // a profile SUPERUSER.FILESYS.ACLOVERRIDE exists
}

// UnixReason is why a verdict is what it is.
type UnixReason uint8

// The reasons.
const (
	UnixSuperuser UnixReason = iota
	UnixOwner
	UnixUserEntry
	UnixGroup // of the owning group's bits and the entries of groups, one gives it, or none does
	UnixOther
	UnixRestricted // others' bits do not count for RESTRICTED users
	UnixPrivilege  // SUPERUSER.FILESYS
)

// String is the reason in words.
func (r UnixReason) String() string {
	if r > UnixPrivilege {
		return fmt.Sprintf("reason %d", uint8(r))
	}
	return [...]string{
		"a superuser may", "the owner's bits decide", "the user's entry decides", "the bits and entries of groups decide", "others' bits decide",
		"others' bits do not count for a RESTRICTED user", "SUPERUSER.FILESYS gives it",
	}[r]
}

// UnixVerdict is the answer, with the reason.
type UnixVerdict struct {
	Allowed bool
	Reason  UnixReason
	Entry   int // the index in the access list; -1 for none
}

// Decide says whether the subject gets the rights, as ck_access does (RACF Security
// Administrator's Guide, "Authorizing access to z/OS UNIX files and directories"):
// superusers may; the owner has the owner's bits and no others; an entry of the user
// decides; of the owning group's bits and the entries of the user's groups one must give
// all; only who is in no such group has others' bits. What is refused SUPERUSER.FILESYS
// can give, or, where an entry refused it and ACLOVERRIDE is defined, that.
func (f UnixFile) Decide(s UnixSubject, wanted mode.Rights) UnixVerdict {
	if s.UID == 0 || s.Trusted {
		return UnixVerdict{true, UnixSuperuser, -1}
	}
	v, byEntry := f.byList(s, wanted)
	if v.Allowed {
		return v
	}
	level := s.Filesys
	if byEntry && f.ACLOverrideDefined {
		level = s.ACLOverride
	}
	if wanted&^f.filesys(level) == 0 {
		return UnixVerdict{true, UnixPrivilege, -1}
	}
	return v
}

// filesys is what a level in SUPERUSER.FILESYS gives (z/OS UNIX Planning): READ to read
// files and to read and search directories, UPDATE to write files too, CONTROL to write
// directories too.
func (f UnixFile) filesys(l Level) mode.Rights {
	var r mode.Rights
	if l >= Read {
		r |= 4
		if f.Directory {
			r |= 1
		}
	}
	if l >= Control || l >= Update && !f.Directory {
		r |= 2
	}
	return r
}

func (f UnixFile) byList(s UnixSubject, wanted mode.Rights) (v UnixVerdict, byEntry bool) {
	if s.UID == f.OwnerUID {
		return UnixVerdict{wanted&^f.ACL.Mode.Owner() == 0, UnixOwner, -1}, false
	}
	for i, e := range f.entries() {
		if !e.Group && (e.ID == s.User && s.User != "" || e.ID == strconv.FormatUint(uint64(s.UID), 10)) {
			return UnixVerdict{wanted&^e.Rights == 0, UnixUserEntry, i}, true
		}
	}
	if v, matched, byEntry := f.byGroups(s, wanted); matched {
		return v, byEntry
	}
	if s.Restricted && s.FilesysAccess < Read {
		return UnixVerdict{false, UnixRestricted, -1}, false
	}
	return UnixVerdict{wanted&^f.ACL.Mode.Other() == 0, UnixOther, -1}, false
}

// byGroups looks at the groups; byEntry says that an entry was among those that refused.
func (f UnixFile) byGroups(s UnixSubject, wanted mode.Rights) (v UnixVerdict, matched, byEntry bool) {
	v = UnixVerdict{Reason: UnixGroup, Entry: -1}
	if slices.Contains(s.Groups, f.Group) {
		matched = true
		if v.Allowed = wanted&^f.ACL.Mode.Group() == 0; v.Allowed {
			return v, true, false
		}
	}
	for i, e := range f.entries() {
		if !e.Group || !slices.Contains(s.Groups, e.ID) {
			continue
		}
		matched, byEntry = true, true
		if wanted&^e.Rights == 0 {
			return UnixVerdict{true, UnixGroup, i}, true, true
		}
	}
	return v, matched, byEntry
}

// entries that count: none while FSSEC is not active.
func (f UnixFile) entries() []UnixEntry {
	if !f.FSSEC {
		return nil
	}
	return f.ACL.Access
}
