// Package oddity says what is odd about the permissions of one object, whatever its
// model: lists out of order, entries that never take effect, denials that come too
// late, bits that nobody knows. It judges values and decides nothing about access.
package oddity

import (
	"slices"

	"ward/acl"
	aclmac "ward/acl/macos"
	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/legacy/amiga"
	"ward/legacy/dos"
	"ward/legacy/hpux"
	"ward/legacy/racf"
	"ward/legacy/vms"
	"ward/mode"
)

// Sort is what an oddity is.
type Sort uint8

// The sorts, gravest first.
const (
	Malformed Sort = iota // the bytes are no permissions
	Refused               // the system would not take it
	TooLate               // a denial of what an entry before it has allowed
	Disorder              // not in the order that the system's own tools keep
	Idle                  // it never takes effect
	Unknown               // bits or kinds that nobody knows
	Unusual               // it works, and is hardly meant
)

// String is a word for the sort, stable for programs.
func (s Sort) String() string {
	return [...]string{"malformed", "refused", "too-late", "order", "idle", "unknown", "unusual"}[min(s, Unusual)]
}

// Oddity is one thing that is odd.
type Oddity struct {
	Sort    Sort
	Entry   int  // of the list, from 0; -1 for the whole
	Default bool // of the list that is handed down, or of the system list of Windows
	Problem string
	Fix     string // what to do about it, in words; "" when nothing is to be done
}

// Object is what permissions belong to, as far as it matters here.
type Object struct {
	Kind   mode.Kind
	UID    uint32
	HasUID bool // the owner's number is known
}

// POSIX is the two lists of Linux.
type POSIX struct{ Access, Default acl.List }

// Of is what is odd about a value, in the order of the entries, the whole first; nil
// for values of other types than those of mode, POSIX, nfs4, acl/macos, nt and the
// packages of legacy.
func Of(value any, o Object) []Oddity {
	var all []Oddity
	switch v := value.(type) {
	case mode.Mode:
		all = ofMode(v, o)
	case POSIX:
		all = ofPOSIX(v, o)
	case nfs4.ACL:
		all = ofNFS4(v, o)
	case aclmac.ACL:
		all = ofMacOS(v, o)
	case nt.Descriptor:
		all = ofNT(v, o)
	case vms.Security:
		all = ofVMS(v)
	case hpux.ACL:
		all = ofHPUX(v)
	case racf.Profile:
		all = ofRACF(v)
	case amiga.Protection:
		all = ofAmiga(v)
	case dos.Attributes:
		all = ofDOS(v, o)
	}
	slices.SortStableFunc(all, func(a, b Oddity) int { return a.Entry - b.Entry })
	return all
}

// whole is an oddity of no single entry.
func whole(s Sort, problem, fix string) Oddity {
	return Oddity{Sort: s, Entry: -1, Problem: problem, Fix: fix}
}

func ofMode(m mode.Mode, o Object) (all []Oddity) {
	for _, s := range m.Suspicions(o.Kind) {
		fix := ""
		if s.Meant != m {
			fix = s.Meant.Octal() + " was probably meant"
		}
		all = append(all, whole(Unusual, s.Problem, fix))
	}
	return all
}
