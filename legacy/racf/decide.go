package racf

import (
	"fmt"
	"slices"
)

// Subject is who asks.
type Subject struct {
	User            string   // "" for one that is not defined to RACF
	Group           string   // the current connect group
	Groups          []string // all groups that the user is connected to, and not revoked in
	Operations      bool
	GroupOperations []string // groups in which the user has group OPERATIONS
	Restricted      bool     // neither UACC nor ID(*) nor the global table counts
	Trusted         bool     // a started task that is trusted or privileged
	Revoked         bool
	Conditions      []Condition // what holds: the program that runs, the terminal
}

// Request is what is asked for.
type Request struct {
	Class  string // "" stands for Dataset
	Name   string // in upper case
	Volume string // of a data set; "" where it does not matter
	Wanted Level
}

// Reason is why a verdict is what it is.
type Reason uint8

// The reasons.
const (
	NotActive         Reason = iota // RACF, or the class, is not active
	UserRevoked                     // the user is revoked
	ByTrust                         // trusted or privileged
	ByGlobal                        // the global access checking table
	NoProfile                       // no profile: not protected
	NoProfileFails                  // no profile, and PROTECTALL(FAILURES)
	NoProfileWarns                  // no profile, and PROTECTALL(WARNING)
	OwnData                         // the first qualifier is the user
	ByUserEntry                     // the user's entry in the access list
	ByGroupEntry                    // the entry of a group of the user
	ByEverybody                     // the entry ID(*)
	ByUACC                          // the universal access
	ByConditional                   // an entry of the conditional access list
	ByOperations                    // the OPERATIONS attribute
	ByGroupOperations               // group OPERATIONS, in the scope of the group
	ByWarning                       // refused, but the profile only warns
	RestrictedUser                  // no entry names the user or its groups, and for RESTRICTED users nothing else counts
)

// String is the reason in words.
func (r Reason) String() string {
	if r > RestrictedUser {
		return fmt.Sprintf("reason %d", uint8(r))
	}
	return [...]string{
		"RACF or the class is not active", "the user is revoked", "the task is trusted or privileged", "the global access table gives it",
		"no profile protects it", "no profile protects it, and PROTECTALL refuses", "no profile protects it, and PROTECTALL warns",
		"the data set is the user's own", "the user's entry in the access list decides", "the entry of a group decides",
		"the entry ID(*) decides", "the universal access decides", "a conditional entry gives it", "the OPERATIONS attribute gives it",
		"group OPERATIONS gives it", "it is refused, but the profile only warns", "the user is RESTRICTED, and no entry names it or its groups",
	}[r]
}

// Verdict is the answer, with the reason.
type Verdict struct {
	Allowed      bool
	NotProtected bool // RACF does not decide (return code 4): most resource managers allow
	Warning      bool // allowed with a message
	Reason       Reason
	Level        Level // what the reason gives; where it refuses, less than was wanted
	Profile      int   // the index of the profile; -1 for none
	Entry        int   // the index in its access list, or in its conditional one; -1 for none
	// Doubtful says that the profile has a security label, which is not judged.
	Doubtful bool
}

// Decide says whether the subject gets the level, as RACROUTE REQUEST=AUTH does (RACF
// Security Administrator's Guide, "Authorizing access to RACF-protected resources"). It
// looks, in this order, whether RACF protects the class, at trusted tasks, at the global
// table, at the profile, at the user's own data, at the standard access list and the
// universal access, at the conditional list, at OPERATIONS, and at WARNING.
func (s *System) Decide(u Subject, r Request) Verdict {
	if r.Class == "" {
		r.Class = Dataset
	}
	v := Verdict{Profile: -1, Entry: -1}
	if s.before(u, r, &v) {
		return v
	}
	v.Profile = s.Select(r.Class, r.Name, r.Volume)
	if v.Profile < 0 {
		s.unprotected(r, &v)
		return v
	}
	p := &s.Profiles[v.Profile]
	v.Doubtful = p.Label != ""
	if r.Class == Dataset && u.User != "" && HighLevel(r.Name) == u.User {
		return v.with(OwnData, Alter, -1, r)
	}
	standard := s.standard(u, p)
	v = v.with(standard.reason, standard.level, standard.entry, r)
	if v.Allowed || s.raised(u, p, r, &v) {
		return v
	}
	if p.Warning {
		v.Allowed, v.Warning, v.Reason = true, true, ByWarning
	}
	return v
}

// with is the verdict by a reason that gives a level.
func (v Verdict) with(why Reason, l Level, entry int, r Request) Verdict {
	v.Reason, v.Level, v.Entry = why, l, entry
	v.Allowed = r.Wanted <= l
	return v
}

// before decides what needs no profile.
func (s *System) before(u Subject, r Request, v *Verdict) bool {
	if s.Inactive || r.Class != Dataset && slices.Contains(s.InactiveClasses, r.Class) {
		v.Allowed, v.NotProtected, v.Reason = true, true, NotActive
		return true
	}
	switch {
	case u.Revoked:
		v.Reason = UserRevoked
		return true
	case u.Trusted:
		*v = v.with(ByTrust, Alter, -1, r)
		return true
	case u.Restricted:
		return false
	}
	if l, ok := s.global(u, r); ok && r.Wanted <= l {
		*v = v.with(ByGlobal, l, -1, r)
		return true
	}
	return false
}

func (s *System) unprotected(r Request, v *Verdict) {
	switch {
	case r.Class != Dataset || s.ProtectAll == NoProtectAll:
		v.Allowed, v.NotProtected, v.Reason = true, true, NoProfile
	case s.ProtectAll == ProtectAllWarns:
		v.Allowed, v.Warning, v.Reason = true, true, NoProfileWarns
	default:
		v.Reason = NoProfileFails
	}
}

// finding is what an access list has for a subject.
type finding struct {
	reason Reason
	level  Level
	entry  int
}

// standard looks at the access list and the universal access. The user's entry decides,
// though it be NONE; then the highest of its groups'; then ID(*), for users that are
// defined; then the universal access.
func (s *System) standard(u Subject, p *Profile) finding {
	if f, ok := s.named(u, p.Access); ok {
		return f
	}
	if u.Restricted {
		return finding{RestrictedUser, None, -1}
	}
	if i := slices.IndexFunc(p.Access, func(e Permit) bool { return e.ID == "*" }); i >= 0 && u.User != "" {
		return finding{ByEverybody, p.Access[i].Level, i}
	}
	return finding{ByUACC, p.UACC, -1}
}

// named looks for the user and its groups.
func (s *System) named(u Subject, list []Permit) (finding, bool) {
	if u.User == "" {
		return finding{}, false
	}
	if i := slices.IndexFunc(list, func(e Permit) bool { return e.ID == u.User }); i >= 0 {
		return finding{ByUserEntry, list[i].Level, i}, true
	}
	f := finding{entry: -1}
	for i, e := range list {
		if slices.Contains(s.groupsOf(u), e.ID) && (f.entry < 0 || e.Level > f.level) {
			f = finding{ByGroupEntry, e.Level, i}
		}
	}
	return f, f.entry >= 0
}

// groupsOf are the groups that count: all with GRPLIST, or else the current one.
func (s *System) groupsOf(u Subject) []string {
	switch {
	case s.ListOfGroups && u.Group != "" && !slices.Contains(u.Groups, u.Group):
		return append(slices.Clip(u.Groups), u.Group)
	case s.ListOfGroups:
		return u.Groups
	case u.Group != "":
		return []string{u.Group}
	}
	return nil
}

// raised looks for what gives more than the access list does.
func (s *System) raised(u Subject, p *Profile, r Request, v *Verdict) bool {
	if l, i := s.conditional(u, p); i >= 0 && r.Wanted <= l {
		*v = v.with(ByConditional, l, i, r)
		return true
	}
	if _, listed := s.named(u, p.Access); listed || u.User == "" || !heedsOperations(r.Class) {
		return false
	}
	switch {
	case u.Operations:
		*v = v.with(ByOperations, Alter, -1, r)
		return true
	case s.operatesOn(u, p, r):
		*v = v.with(ByGroupOperations, Alter, -1, r)
		return true
	}
	return false
}

// operatesOn reports whether a group in which the user has group OPERATIONS has the
// resource in its scope.
func (s *System) operatesOn(u Subject, p *Profile, r Request) bool {
	return slices.ContainsFunc(u.GroupOperations, func(g string) bool {
		return s.inScope(g, p.Owner) || r.Class == Dataset && s.inScope(g, HighLevel(r.Name))
	})
}

// heedsOperations reports whether the class is one with OPER=YES in the class
// descriptor table that IBM supplies.
func heedsOperations(class string) bool {
	switch class {
	case Dataset, "DASDVOL", "GDASDVOL", "PSFMPL", "TAPEVOL", "VMBATCH", "VMCMD", "VMMDISK", "VMNODE", "VMRDR":
		return true
	}
	return false
}

// conditional is what entries give whose condition holds: the user's highest, or else
// its groups' highest, or else that of ID(*).
func (s *System) conditional(u Subject, p *Profile) (Level, int) {
	best, level, closeness := -1, None, 0
	for i, e := range p.Conditional {
		c := s.closeness(u, e.ID)
		if c == 0 || !slices.Contains(u.Conditions, e.When) {
			continue
		}
		if c > closeness || c == closeness && e.Level > level {
			best, level, closeness = i, e.Level, c
		}
	}
	return level, best
}

// closeness ranks whom an entry names: the user, a group of it, everybody, somebody else.
func (s *System) closeness(u Subject, id string) int {
	switch {
	case u.User == "":
		return 0
	case id == u.User:
		return 3
	case slices.Contains(s.groupsOf(u), id):
		return 2
	case id == "*" && !u.Restricted:
		return 1
	}
	return 0
}

// Effective is the highest level that the subject gets without a warning; NONE where
// RACF does not protect.
func (s *System) Effective(u Subject, r Request) Level {
	for l := Alter; l > None; l-- {
		r.Wanted = l
		if v := s.Decide(u, r); v.Allowed && !v.Warning && !v.NotProtected {
			return l
		}
	}
	return None
}

// Subject is a user as it logs on to a group; "" stands for its default group. It
// reports false when the user is not defined.
func (s *System) Subject(user, group string) (Subject, bool) {
	d, ok := s.Users[user]
	if !ok {
		return Subject{}, false
	}
	if group == "" {
		group = d.DefaultGroup
	}
	u := Subject{User: user, Group: group, Operations: d.Operations, Restricted: d.Restricted, Revoked: d.Revoked}
	for name, c := range d.Connections {
		if c.Revoked {
			u.Revoked = u.Revoked || name == group
			continue
		}
		u.Groups = append(u.Groups, name)
		if c.Operations && (s.ListOfGroups || name == group) {
			u.GroupOperations = append(u.GroupOperations, name)
		}
	}
	slices.Sort(u.Groups)
	slices.Sort(u.GroupOperations)
	return u, true
}
