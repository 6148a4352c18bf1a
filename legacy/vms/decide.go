package vms

import (
	"fmt"
	"slices"
	"strings"
)

// Privileges are those that matter to access.
type Privileges uint8

// The privileges.
const (
	Bypass  Privileges = 1 << iota // all access
	ReadAll                        // read, and what the protection code gives besides
	SysPrv                         // in the SYSTEM category
	GrpPrv                         // in the SYSTEM category of what its group owns
)

func (p Privileges) String() string {
	return joinBits(uint32(p), []string{"BYPASS", "READALL", "SYSPRV", "GRPPRV"})
}

// Subject is who asks.
type Subject struct {
	UIC         UIC
	Group, Name string   // of the UIC, where entries name users: [Group,Name]; "" where not known
	Identifiers []string // held: general ones and those of the environment, as BATCH and LOCAL
	Privileges  Privileges
}

// Object is what is asked for.
type Object struct {
	Class      Class
	Owner      UIC
	Protection Protection
	ACL        ACL
	// VolumeOwner is that of the volume on which a file lies: it is in the SYSTEM
	// category. 0 for none.
	VolumeOwner UIC
	// MaxSystemGroup is the system parameter MAXSYSGROUP: UIC groups up to it are in
	// the SYSTEM category. 0 stands for the default, octal 10.
	MaxSystemGroup uint16
}

// Reason is why a verdict is what it is.
type Reason uint8

// The reasons.
const (
	NothingAsked       Reason = iota // no right is needed
	AllowedByEntry                   // the first entry that matches gives it
	AllowedByCategory                // a category of the protection code gives it
	AllowedByReadAll                 // by READALL, the rest by the protection code
	AllowedByBypass                  // by BYPASS
	DeniedByEntry                    // the first entry that matches does not give it, nor do SYSTEM and OWNER
	DeniedByProtection               // no category that fits gives it
	NoOwner                          // the owner's UIC is 0: the protection code is not evaluated
)

// String is the reason in words.
func (r Reason) String() string {
	if r > NoOwner {
		return fmt.Sprintf("reason %d", uint8(r))
	}
	return [...]string{
		"no right is needed", "the first entry that matches allows it", "a category of the protection code allows it",
		"READALL allows reading, and the protection code the rest", "BYPASS allows everything",
		"the first entry that matches does not allow it, nor do SYSTEM and OWNER", "no category that fits allows it",
		"the object has no owner: its protection code does not count",
	}[r]
}

// Verdict is the answer, with the reason.
type Verdict struct {
	Allowed  bool
	Reason   Reason
	Category Category // where a category allows it
	Entry    int      // the first entry that matches, though it was overruled; -1 for none
	// Missing is what was asked for that no entry, category or privilege gives. It can
	// be nothing while the request is refused: rights are not added up over categories.
	Missing Access
}

// Decide says whether the subject gets all the rights in one request, as $CHKPRO does
// (HP OpenVMS Guide to System Security, 4.5). The first entry of the list all whose
// identifiers the subject holds decides; where it refuses, the columns SYSTEM and OWNER
// of the protection code can still allow, and without such an entry all columns can, of
// those that the subject is in; then privileges are looked at. A request is given by one
// column that has all of it: columns are not added up. Reading a file brings executing
// it. Control is with SYSTEM and OWNER, whatever their columns say.
//
// What takes several requests is several decisions: deleting a file asks for Delete on
// it, and for Write on its directory.
func (o Object) Decide(s Subject, wanted Access) Verdict {
	v := Verdict{Entry: o.matching(s)}
	if wanted == 0 {
		v.Allowed = true
		return v
	}
	if v.Entry >= 0 && wanted&^o.implied(o.ACL[v.Entry].Access) == 0 {
		v.Allowed, v.Reason = true, AllowedByEntry
		return v
	}
	categories := o.categories(s, v.Entry >= 0)
	if c, ok := o.giving(categories, wanted); ok {
		v.Allowed, v.Reason, v.Category = true, AllowedByCategory, c
		return v
	}
	return o.byPrivilege(s, wanted, categories, v)
}

// byPrivilege is the third step: BYPASS and READALL.
func (o Object) byPrivilege(s Subject, wanted Access, cs []Category, v Verdict) Verdict {
	rest := wanted
	if s.Privileges&ReadAll != 0 {
		rest &^= o.implied(Read)
	}
	_, coded := o.giving(cs, rest)
	switch {
	case s.Privileges&ReadAll != 0 && (rest == 0 || coded):
		v.Allowed, v.Reason = true, AllowedByReadAll
	case s.Privileges&Bypass != 0:
		v.Allowed, v.Reason = true, AllowedByBypass
	case v.Entry >= 0:
		v.Reason = DeniedByEntry
		rest &^= o.implied(o.ACL[v.Entry].Access)
	case o.Owner == 0:
		v.Reason = NoOwner
	default:
		v.Reason = DeniedByProtection
	}
	if !v.Allowed {
		v.Missing = rest
		for _, c := range cs {
			v.Missing &^= o.column(c)
		}
	}
	return v
}

// Categories are those of the protection code that the subject is in.
func (o Object) Categories(s Subject) []Category { return o.categories(s, false) }

// categories that count; after an entry refused, only the first two do.
func (o Object) categories(s Subject, refused bool) []Category {
	if o.Owner == 0 {
		return nil
	}
	var cs []Category
	for c := System; c <= World; c++ {
		if (c <= Owner || !refused) && o.fits(s, c) {
			cs = append(cs, c)
		}
	}
	return cs
}

func (o Object) fits(s Subject, c Category) bool {
	sameGroup := s.UIC.Group() == o.Owner.Group()
	switch c {
	case System:
		return s.UIC.Group() <= o.maxSystemGroup() || s.Privileges&SysPrv != 0 || s.Privileges&GrpPrv != 0 && sameGroup ||
			o.Class == File && o.VolumeOwner != 0 && s.UIC == o.VolumeOwner
	case Owner:
		return s.UIC == o.Owner
	case Group:
		return sameGroup
	}
	return true
}

func (o Object) maxSystemGroup() uint16 {
	if o.MaxSystemGroup == 0 {
		return 0o10
	}
	return o.MaxSystemGroup
}

// giving is the first category that gives all that is wanted.
func (o Object) giving(cs []Category, wanted Access) (Category, bool) {
	for _, c := range cs {
		if wanted&^o.column(c) == 0 {
			return c, true
		}
	}
	return 0, false
}

// column is what a category has, with what follows from it.
func (o Object) column(c Category) Access {
	a := o.implied(o.Protection.Of(c))
	if c == System || c == Owner {
		a |= Control
	}
	return a
}

func (o Object) implied(a Access) Access {
	if o.Class == File && a&Read != 0 {
		a |= Execute
	}
	return a
}

// matching is the first entry that decides about the subject, or -1. One with the
// Default option has no effect on access.
func (o Object) matching(s Subject) int {
	return slices.IndexFunc(o.ACL, func(e ACE) bool {
		return e.Kind == Identified && e.Options&Default == 0 && len(e.Identifiers) > 0 && s.holdsAll(e.Identifiers)
	})
}

func (s Subject) holdsAll(ids []Identifier) bool {
	return !slices.ContainsFunc(ids, func(id Identifier) bool { return !s.Holds(id) })
}

// Holds reports whether the subject holds the identifier: its own UIC, in numbers or by
// name, with wildcards, or one of its rights list.
func (s Subject) Holds(id Identifier) bool {
	if id.Name == "" && id.UIC&bitsOfGeneral == 0 {
		g, m := id.UIC.Group(), id.UIC.Member()
		return (g == anyGroup || g == s.UIC.Group()) && (m == anyMember || m == s.UIC.Member())
	}
	name := id.String()
	if strings.HasPrefix(name, "[") {
		return s.isCalled(name[1 : len(name)-1])
	}
	return slices.ContainsFunc(s.Identifiers, func(h string) bool { return strings.EqualFold(h, name) })
}

// isCalled compares GROUP,MEMBER or MEMBER.
func (s Subject) isCalled(name string) bool {
	group, member, both := strings.Cut(name, ",")
	if !both {
		return s.Name != "" && strings.EqualFold(group, s.Name)
	}
	return half(group, s.Group, s.UIC.Group()) && half(member, s.Name, s.UIC.Member())
}

func half(pattern, name string, number uint16) bool {
	n, ok := octal(pattern, maxMember, anyMember)
	return pattern == "*" || ok && n == number || !ok && name != "" && strings.EqualFold(pattern, name)
}
