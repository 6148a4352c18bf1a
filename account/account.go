// Package account holds the users and groups of a system as values: what passwd(5)
// and group(5) say, and questions about it.
package account

import (
	"ward/ident"
)

// User is one line of passwd(5).
type User struct {
	Name  string
	UID   ident.UID
	GID   ident.GID // the primary group
	Gecos string
	Home  string
	Shell string
}

// Group is one line of group(5). Members does not name those who have the group
// as their primary one.
type Group struct {
	Name    string
	GID     ident.GID
	Members []string
}

// Answer is yes, no, or that the database cannot tell.
type Answer uint8

// The answers. CannotTell is the zero value.
const (
	CannotTell Answer = iota
	No
	Yes
)

// String is the answer in words.
func (a Answer) String() string {
	switch a {
	case Yes:
		return "yes"
	case No:
		return "no"
	default:
		return "cannot tell"
	}
}

// Outside answers about accounts that the lists of a database do not have: those
// of LDAP, of a domain, or made up by the system. A key is a name, or an id in
// decimal. A nil function stands for sources that cannot be asked. The functions
// are called from several goroutines and remember their answers.
type Outside struct {
	User  func(key string) (User, Answer)
	Group func(key string) (Group, Answer)
}
