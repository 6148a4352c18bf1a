// Package plan is what would change: for each object the state found and the
// state wanted, the ordered steps between them with their precondition and
// inverse, and the two forms in which a plan is written down. A plan is a value;
// nothing here touches a system.
//
// [Diff] makes a Change of an entry and a policy's verdict on it, or refuses it.
// [Steps] orders the work on one object, [Recover] tells from a later look how far
// it got, [Inverse] takes it back. [Write] and [Read] are the plan file that people
// keep; [BlockWriter] and [BlockReader] are the compact records of a journal.
package plan

import (
	"slices"
	"strings"

	"ward/acl"
	"ward/entry"
	"ward/mode"
)

// Change is one object that is to go from one state to another. Its precondition
// is its identity, kind and every fact in Known: an object that differs in any of
// them has changed since and is left alone.
type Change struct {
	Path  string // slash-separated, relative to the root of the tree; "." for the root
	Kind  mode.Kind
	ID    entry.Identity
	Links uint32

	// Known is which parts of Before were looked at. What is not known is
	// neither compared nor changed.
	Known entry.Facts

	// Changed is the time of the last change of the object's inode as found, in
	// nanoseconds since 1970, or 0. It is a hint and no precondition: while it
	// stands still nothing else about the object can have changed.
	Changed int64

	// In is the directory in which a walk met the object, while a plan is made;
	// nil in a plan that was read back. See Links.
	In *entry.Dir

	Before, After entry.State
	Rules         []int // indices into Header.Rules, ascending: whose decisions these are
}

// Header says what a plan is about.
type Header struct {
	Root    string         // absolute path of the tree's root
	RootID  entry.Identity // of the root when the plan was made
	Created int64          // nanoseconds since 1970: before the first object was looked at
	Policy  []PolicyRef
	Rules   []RuleRef

	// Undo says that the changes are those of an earlier run, to be taken back:
	// what is done to an object is the [Inverse] of its change.
	Undo bool
}

// Effective is what is done to the object of a change under this header.
func (h *Header) Effective(c *Change) Change {
	if h.Undo {
		return Inverse(c)
	}
	return *c
}

// PolicyRef is a policy that the plan was made from.
type PolicyRef struct {
	Name   string `json:"name"`
	Digest string `json:"digest"` // SHA-256 of its text, in hexadecimal
}

// RuleRef is what a plan remembers of a rule: enough to say why, later.
type RuleRef struct {
	ID       string `json:"id"`
	Title    string `json:"title,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Severity string `json:"severity,omitempty"`
}

// Dir is the path of the directory that holds the object: "." for entries of the
// root, "" for the root itself.
func (c *Change) Dir() string {
	dir, _ := split(c.Path)
	return dir
}

// Name is the last component of the path; "." for the root itself.
func (c *Change) Name() string {
	_, name := split(c.Path)
	return name
}

func split(path string) (dir, name string) {
	if path == "." {
		return "", "."
	}
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return ".", path
}

// Empty reports whether the change changes nothing.
func (c *Change) Empty() bool { return Same(&c.Before, &c.After) }

// Clone is a copy that shares nothing with buffers of a walk or a decoder.
func (c *Change) Clone() Change {
	n := *c
	n.Path = strings.Clone(c.Path)
	n.Before, n.After = cloneState(c.Before), cloneState(c.After)
	n.ID.Handle = strings.Clone(c.ID.Handle)
	n.Rules = slices.Clone(c.Rules)
	return n
}

func cloneState(s entry.State) entry.State {
	s.ACL, s.Default = slices.Clone(s.ACL), slices.Clone(s.Default)
	s.Caps = strings.Clone(s.Caps)
	s.NFS4, s.DOS = entry.Stored(strings.Clone(string(s.NFS4))), entry.Stored(strings.Clone(string(s.DOS)))
	return s
}

// Same reports whether two states are equal in everything.
func Same(a, b *entry.State) bool {
	return a.Mode == b.Mode && a.UID == b.UID && a.GID == b.GID && a.Flags == b.Flags &&
		a.Caps == b.Caps && a.NFS4 == b.NFS4 && a.DOS == b.DOS && sameList(a.ACL, b.ACL) && sameList(a.Default, b.Default)
}

// SameKnown reports whether two states are equal in the facts that are known.
func SameKnown(a, b *entry.State, known entry.Facts) bool {
	return a.Mode == b.Mode && a.UID == b.UID && a.GID == b.GID &&
		(known&entry.AccessACL == 0 || sameList(a.ACL, b.ACL)) &&
		(known&entry.DefaultACL == 0 || sameList(a.Default, b.Default)) &&
		(known&entry.Caps == 0 || a.Caps == b.Caps) &&
		(known&entry.Attributes == 0 || a.Flags == b.Flags) &&
		(known&entry.NFS4 == 0 || a.NFS4 == b.NFS4) && (known&entry.DOS == 0 || a.DOS == b.DOS)
}

// leavesList reports whether a list of NFS 4 is kept only to be taken back: the change
// speaks of the mode, of which the server makes a list by rules of its own. The side
// without a list stands for whichever that is.
func (c *Change) leavesList() bool { return (c.Before.NFS4 == "") != (c.After.NFS4 == "") }

// sees reports whether a state that is seen is one of the change's, in the facts that
// are known.
func (c *Change) sees(seen, st *entry.State, known entry.Facts) bool {
	if c.leavesList() && st.NFS4 == "" {
		known &^= entry.NFS4
	}
	return SameKnown(seen, st, known)
}

// keepList makes a change of the mode keep the list that stands beside it, which the
// server will make anew of the mode. A list is not kept where there is none.
func (c *Change) keepList(e *entry.Entry) {
	c.Before.NFS4, c.After.NFS4 = "", ""
	if e.Known&entry.NFS4 != 0 && e.NFS4 != "" && c.Before.Mode != c.After.Mode {
		c.Before.NFS4 = e.NFS4
		c.Known |= entry.NFS4
	}
}

// sameList compares lists; the nil list equals an empty one.
func sameList(a, b acl.List) bool { return slices.Equal(a, b) }

// SameObject reports whether two identities are of one object. Device and inode
// are reused, so something that lasts must agree as well: the time of birth, or
// the handle where the file system keeps no such time.
func SameObject(a, b entry.Identity) bool {
	if a.Device != b.Device || a.Inode != b.Inode || a.Birth != b.Birth {
		return false
	}
	return a.Handle == "" || b.Handle == "" || a.Handle == b.Handle && a.HandleType == b.HandleType
}
