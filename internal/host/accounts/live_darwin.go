package accounts

import (
	"errors"
	"os/user"
	"strconv"

	"ward/account"
	"ward/ident"
)

// filesAreAll: /etc/passwd has only the system's own accounts.
const filesAreAll = false

// live asks Directory Services, which libSystem reaches without cgo.
func live() account.Outside { return account.Outside{User: directoryUser, Group: directoryGroup} }

func directoryUser(key string) (account.User, account.Answer) {
	lookup := user.Lookup
	if _, numeric := parseID(key); numeric {
		lookup = user.LookupId
	}
	u, err := lookup(key)
	if err != nil {
		return account.User{}, absent(err)
	}
	uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
	if uidErr != nil || gidErr != nil {
		return account.User{}, account.CannotTell
	}
	return account.User{Name: u.Username, UID: ident.UID(uid), GID: ident.GID(gid), Gecos: u.Name, Home: u.HomeDir}, account.Yes
}

func directoryGroup(key string) (account.Group, account.Answer) {
	lookup := user.LookupGroup
	if _, numeric := parseID(key); numeric {
		lookup = user.LookupGroupId
	}
	g, err := lookup(key)
	if err != nil {
		return account.Group{}, absent(err)
	}
	gid, err := strconv.ParseUint(g.Gid, 10, 32)
	if err != nil {
		return account.Group{}, account.CannotTell
	}
	return account.Group{Name: g.Name, GID: ident.GID(gid)}, account.Yes
}

// absent tells "there is none" from "it could not be asked".
func absent(err error) account.Answer {
	var (
		name  user.UnknownUserError
		id    user.UnknownUserIdError
		group user.UnknownGroupError
		gid   user.UnknownGroupIdError
	)
	if errors.As(err, &name) || errors.As(err, &id) || errors.As(err, &group) || errors.As(err, &gid) {
		return account.No
	}
	return account.CannotTell
}
