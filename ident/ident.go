// Package ident names who acts and who owns: user and group ids, capability sets,
// and Subject, the one who asks.
package ident

// UID is a user id in the initial view of the caller: what stat(2) reports to it.
type UID uint32

// GID is a group id in the view of the caller.
type GID uint32

// NoUID and NoGID are the ids that no object can have: "leave it" to chown(2),
// and "no qualifier" in an access list.
const (
	NoUID UID = 1<<32 - 1
	NoGID GID = 1<<32 - 1
)
