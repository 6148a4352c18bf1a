package files

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ward/account"
	"ward/acl"
	"ward/ident"
	"ward/mode"
)

// Ancestor is a directory that the path of a root led through.
type Ancestor struct {
	Path string // without symbolic links
	UID  ident.UID
	GID  ident.GID
	Mode mode.Mode
	ACL  acl.List // read only where the mode's group bits hold a w

	// The object in it that the path went on with.
	NextUID  ident.UID
	NextLink bool // a symbolic link, by which whoever may replace it leads anywhere
}

// AncestorError says that somebody who is not trusted may put another tree in the
// place of the one that was named.
type AncestorError struct {
	Path  string // the directory
	Owner string // its owner, by name
	Who   string // who may write it, in words
}

func (e *AncestorError) Error() string {
	return fmt.Sprintf("%s (owner %s) may be written by %s, who could put something else in the place of what lies in it",
		strconv.Quote(e.Path), e.Owner, e.Who)
}

// CheckAncestors is for a runner who is root, and answers nil for any other: it
// refuses a root that somebody else could have exchanged, or could exchange before
// the next run. Every directory that the path led through, those of symbolic links
// included, may be written only by root, the runner, and the owner of the root
// itself, against whom everything else guards; a directory with a symbolic link
// not by him either, since a link leads anywhere. A sticky directory may be
// written by others if what the path goes on with is root's or the runner's. A
// group counts by its members; one that the database does not know is not
// trusted. allowed are paths that need not pass. The error joins an *AncestorError
// for each directory.
func CheckAncestors(root *Root, runner ident.UID, db *account.Database, allowed []string) error {
	if runner != 0 {
		return nil
	}
	j := ancestry{runner: runner, owner: root.owner(), db: db}
	var errs []error
	seen := map[string]bool{}
	for _, path := range allowed {
		seen[filepath.Clean(path)] = true
	}
	for _, a := range root.trail {
		who := j.writer(a)
		if who == "" || seen[a.Path] {
			continue
		}
		seen[a.Path] = true
		errs = append(errs, &AncestorError{Path: a.Path, Owner: db.UserName(a.UID), Who: who})
	}
	return errors.Join(errs...)
}

// ancestry judges ancestors; it reads nothing.
type ancestry struct {
	runner, owner ident.UID
	db            *account.Database
}

// writer is somebody untrusted who may exchange what the path goes on with, in
// words; "" if nobody may.
func (j ancestry) writer(a Ancestor) string {
	if !j.trusts(a, a.UID) {
		return "its owner " + j.db.UserName(a.UID)
	}
	if a.Mode&mode.Sticky != 0 && (a.NextUID == 0 || a.NextUID == j.runner) {
		return ""
	}
	if a.Mode&mode.OtherWrite != 0 {
		return "everyone"
	}
	if a.Mode&mode.GroupWrite == 0 {
		return ""
	}
	if len(a.ACL) == 0 {
		return j.group(a, a.GID)
	}
	return j.named(a)
}

func (j ancestry) trusts(a Ancestor, uid ident.UID) bool {
	return uid == 0 || uid == j.runner || uid == j.owner && !a.NextLink
}

// group is a group that may write, unless all its members are trusted.
func (j ancestry) group(a Ancestor, gid ident.GID) string {
	if j.db.KnowsGroup(gid) != account.Yes {
		return "group " + j.db.GroupName(gid) + ", whose members are not known"
	}
	var others []string
	for _, u := range j.db.MembersOf(gid) {
		if !j.trusts(a, u.UID) {
			others = append(others, u.Name)
		}
	}
	if len(others) == 0 {
		return ""
	}
	slices.Sort(others)
	const few = 5
	if len(others) > few {
		others = append(others[:few], fmt.Sprintf("%d others", len(others)-few))
	}
	return "group " + j.db.GroupName(gid) + " (" + strings.Join(others, ", ") + ")"
}

// named goes through an access list; the mode's group bits are its mask.
func (j ancestry) named(a Ancestor) string {
	for _, e := range a.ACL {
		if a.ACL.Effective(e)&mode.W == 0 {
			continue
		}
		who := ""
		switch e.Tag {
		case acl.User:
			if !j.trusts(a, ident.UID(e.ID)) {
				who = "user " + j.db.UserName(ident.UID(e.ID))
			}
		case acl.GroupObj:
			who = j.group(a, a.GID)
		case acl.Group:
			who = j.group(a, ident.GID(e.ID))
		case acl.Other:
			who = "everyone"
		}
		if who != "" {
			return who
		}
	}
	return ""
}
