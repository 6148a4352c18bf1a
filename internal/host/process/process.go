// Package process finds who asks: a running process with everything that permission
// checks look at, a user as he would be after login, or bare ids.
//
// A process is read from /proc. What of it the reader may not see is told, and never
// taken for absent. On systems other than Linux processes answer
// errors.ErrUnsupported; users and ids are found everywhere.
package process

import (
	"fmt"
	"slices"

	"ward/access"
	"ward/account"
	"ward/ident"
)

// Process is a running process as the one who asks. All ids are those of the user
// namespace of the reader.
type Process struct {
	PID    int
	Name   string // the first fifteen bytes of its program's name
	Caller access.Caller

	// The real ids, by which access(2) decides. Caller has those that count for files.
	RealUID ident.UID
	RealGID ident.GID

	// InsideUID is Caller.UID as the process itself sees it, in its own user
	// namespace; the same number where that is the reader's.
	InsideUID ident.UID

	Root string // its root directory in the reader's view; "" when it could not be read
	Cwd  string // likewise

	// View is whether a path leads the process to the same object as the reader:
	// Yes where root directory and mount namespace are the same.
	View account.Answer

	Unread []Unread // what could not be looked at
}

// Unread is a fact about a process that could not be read.
type Unread struct {
	What string // "its user namespace"
	Err  error
}

// GoneError says that no process has the id.
type GoneError struct{ PID int }

func (e *GoneError) Error() string { return fmt.Sprintf("no process has the id %d", e.PID) }

// Staleness is how the groups of a process differ from those of the account database.
type Staleness struct {
	Missing []ident.GID // the database says member, the process is not
	Kept    []ident.GID // the process is in it, the database says no more
}

// Stale compares the groups of a subject with those that the database gives its
// user now: a process keeps the groups that it got at login (initgroups(3)). A user
// whom the database does not list has nothing to compare.
func Stale(s ident.Subject, db *account.Database) Staleness {
	u, ok := db.UserByID(s.UID)
	if !ok {
		return Staleness{}
	}
	now := append(db.GroupsOf(u.Name), u.GID)
	var st Staleness
	for _, g := range now {
		if !s.InGroup(g) && !slices.Contains(st.Missing, g) {
			st.Missing = append(st.Missing, g)
		}
	}
	for _, g := range s.Groups {
		if !slices.Contains(now, g) {
			st.Kept = append(st.Kept, g)
		}
	}
	return st
}
