package chown

import "fmt"

// Outcome is what became of one file, for its message.
type Outcome uint8

// The outcomes.
const (
	Retained Outcome = iota // it was so already, or was not to be changed
	Changed
	WouldChange // for callers that only look
	Failed
	Unseen // nothing is known of it
)

// Match reports whether a file with these ids has those that are asked for.
func (o *Owners) Match(uid, gid uint32) bool {
	return (o.UID == Unchanged || o.UID == uid) && (o.GID == Unchanged || o.GID == gid)
}

// Describe is the message of -v and -c for a file: its name is quoted already, and
// user and group are what its owners were called before.
func (o *Owners) Describe(what Outcome, name, user, group string) string {
	if !o.HasUser && !o.HasGroup {
		if what == Failed || what == Unseen {
			return "failed to change ownership of " + name
		}
		return "ownership of " + name + " retained"
	}
	of := "ownership"
	if !o.HasUser {
		of = "group"
	}
	to, from := o.Words(), o.pair(user, group)
	switch what {
	case Changed:
		return fmt.Sprintf("changed %s of %s from %s to %s", of, name, from, to)
	case WouldChange:
		return fmt.Sprintf("%s of %s would change from %s to %s", of, name, from, to)
	case Failed:
		return fmt.Sprintf("failed to change %s of %s from %s to %s", of, name, from, to)
	case Unseen:
		return fmt.Sprintf("failed to change %s of %s to %s", of, name, to)
	}
	return fmt.Sprintf("%s of %s retained as %s", of, name, from)
}

// Words is the owners as messages have them: "bob:staff", ":staff", "staff" for chgrp.
func (o *Owners) Words() string { return o.pair(o.User, o.Group) }

func (o *Owners) pair(user, group string) string {
	switch {
	case o.HasUser && o.HasGroup:
		return user + ":" + group
	case o.HasUser:
		return user
	}
	return group
}
