package chown

import (
	"errors"
	"strconv"
	"strings"

	"ward/account"
	"ward/ident"
)

// The mistakes in OWNER:GROUP.
var (
	errUser  = errors.New("invalid user")
	errGroup = errors.New("invalid group")
	errSpec  = errors.New("invalid spec")
)

// ParseOwners reads OWNER, OWNER:GROUP, :GROUP, OWNER: for the owner's login group,
// and : or nothing for neither (gnulib's userspec). Names come before numbers; a "+"
// says that it is a number. dotted tells that a dot stood where the colon belongs,
// which counts only where nobody is called by the whole of it.
func ParseOwners(text string, db *account.Database) (o Owners, dotted bool, err error) {
	if colon := strings.IndexByte(text, ':'); colon >= 0 {
		o, err = split(text, colon, db)
		return o, false, err
	}
	if o, err = split(text, -1, db); err == nil {
		return o, false, nil
	}
	if dot := strings.IndexByte(text, '.'); dot >= 0 {
		if o, err := split(text, dot, db); err == nil {
			return o, true, nil
		}
	}
	return Owners{}, false, err
}

// split reads a text with its separator at a place, or with none.
func split(text string, at int, db *account.Database) (Owners, error) {
	o := Owners{UID: Unchanged, GID: Unchanged}
	user, group, separated := text, "", at >= 0
	if separated {
		user, group = text[:at], text[at+1:]
	}
	if user != "" {
		if err := o.setUser(user, separated && group == "", db); err != nil {
			return Owners{}, err
		}
	}
	if group != "" {
		if err := o.setGroup(group, db); err != nil {
			return Owners{}, err
		}
	}
	return o, nil
}

func (o *Owners) setUser(text string, login bool, db *account.Database) error {
	if u, ok := db.User(text); ok && u.Name == text && text[0] != '+' {
		o.UID, o.User, o.HasUser, o.userNamed = uint32(u.UID), text, true, true
		if login {
			o.GID, o.Group, o.HasGroup, o.groupNamed = uint32(u.GID), groupName(db, uint32(u.GID)), true, true
		}
		return nil
	}
	if login {
		return errSpec // only somebody who is known has a login group
	}
	id, ok := number(text)
	if !ok || id >= uint64(Unchanged) {
		return errUser
	}
	o.UID, o.User, o.HasUser = uint32(id), strconv.FormatUint(id, 10), true
	return nil
}

func (o *Owners) setGroup(text string, db *account.Database) error {
	if g, ok := db.Group(text); ok && g.Name == text && text[0] != '+' {
		o.GID, o.Group, o.HasGroup, o.groupNamed = uint32(g.GID), text, true, true
		return nil
	}
	id, ok := number(text)
	if !ok || id >= uint64(Unchanged) {
		return errGroup
	}
	o.GID, o.Group, o.HasGroup = uint32(id), strconv.FormatUint(id, 10), true
	return nil
}

// number reads what strtoul(3) takes for a decimal number, but no minus sign: space
// before it, and a plus sign.
func number(text string) (uint64, bool) {
	text = strings.TrimLeft(text, " \t\n\v\f\r")
	text = strings.TrimPrefix(text, "+")
	if text == "" || text[0] < '0' || text[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 64)
	return n, err == nil
}

func userName(db *account.Database, uid uint32) string { return db.UserName(ident.UID(uid)) }

func groupName(db *account.Database, gid uint32) string { return db.GroupName(ident.GID(gid)) }
