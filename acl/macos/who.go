package macos

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"ward/acl"
	"ward/ident"
)

// GUID is the number by which the system knows users and groups (guid_t).
type GUID [16]byte

// The prefixes of the GUIDs that stand for ids of the machine itself (membership.h);
// four bytes of the id follow.
const (
	userPrefix  = "\xff\xff\xee\xee\xdd\xdd\xcc\xcc\xbb\xbb\xaa\xaa"
	groupPrefix = "\xab\xcd\xef\xab\xcd\xef\xab\xcd\xef\xab\xcd\xef"
)

// The ids of groups that the kernel takes for something else (kauth_wellknown_guid).
const (
	ownerGID    = 0x0a
	everyoneGID = 0x0c
	groupGID    = 0x10
	nobodyGID   = 0xfffffffe
)

// UserGUID is the GUID of a user id of the machine itself.
func UserGUID(uid uint32) GUID { return local(userPrefix, uid) }

// GroupGUID is the GUID of a group id of the machine itself.
func GroupGUID(gid uint32) GUID { return local(groupPrefix, gid) }

func local(prefix string, id uint32) GUID {
	return GUID(binary.BigEndian.AppendUint32([]byte(prefix), id))
}

// Local is the id that a GUID stands for, and whether it is a user's or a group's;
// Either for one that stands for none.
func (g GUID) Local() (Sort, uint32) {
	id := binary.BigEndian.Uint32(g[12:])
	switch string(g[:12]) {
	case userPrefix:
		return User, id
	case groupPrefix:
		return Group, id
	}
	return Either, 0
}

// String is the GUID in the usual form, in capitals.
func (g GUID) String() string {
	s := strings.ToUpper(hex.EncodeToString(g[:]))
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// ParseGUID reads the usual form, in capitals or not.
func ParseGUID(s string) (GUID, error) {
	var g GUID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return g, fmt.Errorf("%q is no UUID", s)
	}
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != 16 {
		return g, fmt.Errorf("%q is no UUID", s)
	}
	return GUID(b), nil
}

// Sort is whether somebody is a user or a group.
type Sort uint8

// The sorts. chmod looks among users first where it is not told.
const (
	Either Sort = iota
	User
	Group
)

// String is the word before a name: "user", "group", or "".
func (s Sort) String() string { return [...]string{"", "user", "group"}[min(s, Group)] }

// Who is whom an entry speaks of. The system keeps the GUID alone; text has names, and
// the external form ids too. The zero GUID stands for one that is not known. It is
// comparable.
type Who struct {
	GUID  GUID
	Sort  Sort
	Name  string
	ID    uint32 // the user or group id, where HasID
	HasID bool
}

// Everyone is the Who of everybody, the group of that name.
func Everyone() Who { return Who{GUID: GroupGUID(everyoneGID)}.canonical() }

// Named is the Who of a name.
func Named(s Sort, name string) Who { return Who{Sort: s, Name: name}.canonical() }

// Numbered is the Who of a user or group id.
func Numbered(s Sort, id uint32) Who { return Who{Sort: s, ID: id, HasID: true}.canonical() }

// canonical fills in what follows from the rest: the GUID of an id, the id of a
// GUID, and the name of everybody.
func (w Who) canonical() Who {
	switch {
	case w.GUID != GUID{}:
	case w.HasID && w.Sort == User:
		w.GUID = UserGUID(w.ID)
	case w.HasID && w.Sort == Group:
		w.GUID = GroupGUID(w.ID)
	case w.Name == "everyone" && w.Sort != User:
		w.GUID = GroupGUID(everyoneGID)
	}
	if sort, id := w.GUID.Local(); sort != Either {
		w.Sort, w.ID, w.HasID = sort, id, true
	} else if !w.HasID {
		w.ID = 0
	}
	if w.GUID == GroupGUID(everyoneGID) && w.Name == "" {
		w.Name = "everyone"
	}
	return w
}

// same reports whether two Whos are one: by GUID where both have one, else by name.
func (w Who) same(o Who) bool {
	if w.GUID != (GUID{}) && o.GUID != (GUID{}) {
		return w.GUID == o.GUID
	}
	return w.Name != "" && w.Name == o.Name && (w.Sort == o.Sort || w.Sort == Either || o.Sort == Either)
}

// Resolve gives names their ids, and thereby GUIDs, by r; where it is not said whether
// a name is a user's or a group's, users come first. Entries whose names r does not
// know stay as they are, and are listed by their index.
func (a ACL) Resolve(r acl.Resolver) (_ ACL, unknown []int) {
	es := slices.Clone(a.Entries)
	for i, e := range es {
		if e.Who.GUID != (GUID{}) {
			continue
		}
		uid, isUser := r.User(e.Who.Name)
		gid, isGroup := r.Group(e.Who.Name)
		switch {
		case isUser && e.Who.Sort != Group:
			es[i].Who = Who{Sort: User, Name: e.Who.Name, ID: uid, HasID: true}.canonical()
		case isGroup && e.Who.Sort != User:
			es[i].Who = Who{Sort: Group, Name: e.Who.Name, ID: gid, HasID: true}.canonical()
		default:
			unknown = append(unknown, i)
		}
	}
	return ACL{a.Flags, es}, unknown
}

// WithNames gives ids their names by n; those that have one already keep it.
func (a ACL) WithNames(n acl.Names) ACL {
	es := slices.Clone(a.Entries)
	for i, e := range es {
		switch {
		case e.Who.Name != "" || !e.Who.HasID:
		case e.Who.Sort == User:
			es[i].Who.Name = knownName(n.UserName(ident.UID(e.Who.ID)))
		case e.Who.Sort == Group:
			es[i].Who.Name = knownName(n.GroupName(ident.GID(e.Who.ID)))
		}
	}
	return ACL{a.Flags, es}
}

// knownName drops a name that is a number: nobody has it.
func knownName(name string) string {
	if strings.Trim(name, "0123456789") == "" {
		return ""
	}
	return name
}
