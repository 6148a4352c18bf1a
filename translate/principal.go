package translate

import "strconv"

// Sort is what a Principal is.
type Sort uint8

// The sorts. Nobody is that of the zero Principal, which stands for one not known.
const (
	Nobody      Sort = iota
	User             // one that is named
	Group            // one that is named
	Owner            // of the object, whoever it is
	OwningGroup      // of the object, whichever it is
	Everyone         // everybody, or everybody else, as the place says
	System           // the system's own users: root, SYSTEM of OpenVMS
	Special          // a group that depends on how one came: INTERACTIVE, NETWORK; its Name tells
	Either           // a user or a group: the model does not say (RACF, Windows); a Mapping may know
)

// Principal is somebody, by as many of his names as are known. It is comparable.
type Principal struct {
	Sort  Sort
	Name  string // "joe", "STAFF", "bob@example.org"
	ID    uint32 // a uid or gid, where HasID
	HasID bool
	SID   string // "S-1-5-21-…"
	UIC   string // "[10,5]": a user of OpenVMS by number
	GUID  string // of a directory service, for macOS
}

// UserID is a user by uid.
func UserID(uid uint32) Principal { return Principal{Sort: User, ID: uid, HasID: true} }

// GroupID is a group by gid.
func GroupID(gid uint32) Principal { return Principal{Sort: Group, ID: gid, HasID: true} }

// Mapping knows other names of a user or a group. Complete returns the principal with
// whatever it knows added; what is set already stays, but for the sort of Either. It must be pure: it is asked for
// the same principal more than once.
type Mapping interface {
	Complete(Principal) Principal
}

// Subject is who asks, for Decide.
type Subject struct {
	User        Principal
	Groups      []Principal
	Owner       bool // the object is the subject's; also where User is the object's Owner
	OwningGroup bool // the subject is in its group; also where one of Groups is its Group
	System      bool // root, SYSPRV, an administrator who uses it
}

// String says whom it means: "user joe", "group 100", "the owner".
func (p Principal) String() string {
	switch p.Sort {
	case User:
		return "user " + p.label()
	case Group:
		return "group " + p.label()
	case Either:
		return p.label()
	case Owner:
		return "the owner"
	case OwningGroup:
		return "the owning group"
	case Everyone:
		return "everyone else"
	case System:
		return "the system"
	case Special:
		return p.Name
	default:
		return "nobody"
	}
}

// label is the shortest name.
func (p Principal) label() string {
	switch {
	case p.Name != "":
		return strconv.QuoteToGraphic(p.Name)[1 : len(strconv.QuoteToGraphic(p.Name))-1]
	case p.HasID:
		return strconv.FormatUint(uint64(p.ID), 10)
	case p.SID != "":
		return p.SID
	case p.UIC != "":
		return p.UIC
	case p.GUID != "":
		return p.GUID
	}
	return "unknown"
}

// whom names somebody who is in groups, too.
func whom(p Principal, with []Principal) string {
	text := p.String()
	if len(with) > 0 && p.Sort != Owner && p.Sort != User {
		text = "who is in " + text
	}
	for _, w := range with {
		text += " and in " + w.String()
	}
	return text
}
