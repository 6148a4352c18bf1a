package racf

import (
	"fmt"
	"slices"
	"strings"
)

// Permit is an entry of a standard access list.
type Permit struct {
	ID    string // a user, a group, or "*" for every user that is defined
	Level Level
	Count int // how often it was used; no part of Equal
}

// Condition is what must hold for an entry of a conditional access list.
type Condition struct {
	Type  string // PROGRAM, CONSOLE, TERMINAL, JESINPUT, APPCPORT, SYSID, SERVAUTH, CRITERIA
	Value string
}

// Conditional is an entry of a conditional access list.
type Conditional struct {
	Permit
	When Condition
}

// Profile protects one resource or, when generic, all that it matches.
type Profile struct {
	Class       string // Dataset, or a class of general resources
	Name        string
	Volume      string // of a discrete data set profile
	Generic     bool
	Owner       string
	UACC        Level  // what everybody has
	OtherUACC   string // a universal access that is no level, as certificates have it: TRUST
	Warning     bool   // refusals become warnings
	Label       string // the security label
	Access      []Permit
	Conditional []Conditional
}

// Equal reports whether the profiles are the same, but for what was counted.
func (p Profile) Equal(o Profile) bool {
	samePermit := func(a, b Permit) bool { return a.ID == b.ID && a.Level == b.Level }
	return p.head() == o.head() && slices.EqualFunc(p.Access, o.Access, samePermit) &&
		slices.EqualFunc(p.Conditional, o.Conditional, func(a, b Conditional) bool { return a.When == b.When && samePermit(a.Permit, b.Permit) })
}

func (p Profile) head() [9]string {
	return [...]string{p.Class, p.Name, p.Volume, fmt.Sprint(p.Generic), p.Owner, p.UACC.String(), p.OtherUACC, fmt.Sprint(p.Warning), p.Label}
}

// ProtectAll is what becomes of data sets without a profile.
type ProtectAll uint8

// The choices of SETROPTS.
const (
	NoProtectAll ProtectAll = iota // they are not protected
	ProtectAllWarns
	ProtectAllFails
)

// Global is an entry of the global access checking table.
type Global struct {
	Class string
	Name  string // may have generics, and &RACUID and &RACGPID
	Level Level
}

// System is the profiles with the options that decide how they are used. The zero value
// has RACF active, NOEGN, NOGRPLIST and NOPROTECTALL.
type System struct {
	Inactive        bool     // RACF is not active
	InactiveClasses []string // general resource classes that are not active
	EGN             bool     // enhanced generic naming
	ListOfGroups    bool     // GRPLIST: all groups of a user count
	ProtectAll      ProtectAll
	Global          []Global
	Variables       map[string][]string // members of RACFVARS by &NAME
	Groups          map[string]Group    // for the scope of group OPERATIONS
	Users           map[string]User     // likewise
	Profiles        []Profile
}

func (s *System) naming(class string) Naming {
	switch {
	case class != Dataset:
		return General
	case s.EGN:
		return EGN
	}
	return NoEGN
}

// Select is the index of the profile that protects a resource, or -1: a discrete profile
// of the name, on the volume where one is asked for, or else the most specific generic
// one that matches (RACF Security Administrator's Guide, "Rules for profile selection").
func (s *System) Select(class, name, volume string) int {
	best := -1
	for i := range s.Profiles {
		p := &s.Profiles[i]
		switch {
		case p.Class != class:
		case !p.Generic && p.Name == name && (volume == "" || p.Volume == "" || p.Volume == volume):
			return i
		case !p.Generic || best >= 0 && MoreSpecific(s.Profiles[best].Name, p.Name) <= 0:
		case Compile(p.Name, s.naming(class), s.Variables).Matches(name):
			best = i
		}
	}
	return best
}

// global is the level that the table gives; the most specific entry that matches counts.
func (s *System) global(u Subject, r Request) (Level, bool) {
	own := strings.NewReplacer("&RACUID", u.User, "&RACGPID", u.Group)
	best, level, found := "", None, false
	for _, g := range s.Global {
		name := own.Replace(g.Name)
		if g.Class == r.Class && (!found || MoreSpecific(name, best) < 0) && Compile(name, s.naming(r.Class), s.Variables).Matches(r.Name) {
			best, level, found = name, g.Level, true
		}
	}
	return level, found
}

// Group is a group of RACF.
type Group struct {
	Superior string
	Owner    string
	UACC     Level
	GID      string // of z/OS UNIX; "" for none
	Members  map[string]Authority
}

// User is a user of RACF.
type User struct {
	Owner        string
	DefaultGroup string
	Special      bool
	Operations   bool
	Revoked      bool
	Restricted   bool
	Auditor      bool
	UID          string // of z/OS UNIX; "" for none
	Connections  map[string]Connection
}

// Connection is what a user has in a group.
type Connection struct {
	Owner      string
	UACC       Level
	Special    bool
	Operations bool
	Revoked    bool
}

// inScope reports whether what the owner owns lies in the scope of a group: the group
// owns it, or a user does that the group owns, or a subgroup that its superior owns, and
// so on (RACF Security Administrator's Guide, "Scope of the group").
func (s *System) inScope(group, owner string) bool {
	for range len(s.Groups) + len(s.Users) + 1 {
		if owner == group {
			return true
		}
		if u, ok := s.Users[owner]; ok {
			if _, isGroup := s.Groups[u.Owner]; !isGroup {
				return false
			}
			owner = u.Owner
			continue
		}
		g, ok := s.Groups[owner]
		if !ok || g.Owner != g.Superior {
			return false
		}
		owner = g.Superior
	}
	return false
}
