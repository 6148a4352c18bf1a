package hpux

import (
	"fmt"
	"slices"

	"ward/ident"
	"ward/mode"
)

// Subject is who asks. Names count for entries whose names were not looked up.
type Subject struct {
	IDs        ident.Subject // capabilities do not enter: uid 0 is the superuser
	Name       string
	GroupNames []string
}

// Verdict is the answer, with the entries that gave it.
type Verdict struct {
	Allowed   bool
	Level     Specificity
	Entries   []int       // the indexes of those that fit at this level; their rights add up
	Missing   mode.Rights // what was asked for and is not allowed
	Superuser bool        // uid 0, whom entries do not hold
}

// Reason is the verdict in words.
func (v Verdict) Reason() string {
	switch {
	case v.Superuser && v.Allowed:
		return "the superuser may"
	case v.Superuser:
		return "no entry lets anybody execute the file, which binds the superuser too"
	case v.Level == NoEntry:
		return "no entry speaks of who asks"
	case v.Allowed:
		return fmt.Sprintf("the entries at %s allow it", v.Level)
	}
	return fmt.Sprintf("the entries at %s decide, and none of them allows %s", v.Level, v.Missing)
}

// Decide says whether the subject has all the rights (acl(5), Access Check Algorithm).
// The entries for the user in one of its groups decide, where there are any; else that
// for the user; else those for its groups; else that for anybody. What several at one
// level allow adds up. The superuser may all, but executes a file only if somebody may.
//
// Where "@" and a number speak of the same, both count; With makes them one.
func (a ACL) Decide(s Subject, wanted mode.Rights, o Object) Verdict {
	if s.IDs.UID == 0 {
		return a.superuser(wanted, o)
	}
	var at [NoEntry][]int
	for i, e := range a {
		if s.fits(e, o) {
			level := e.Specificity()
			at[level] = append(at[level], i)
		}
	}
	v := Verdict{Level: NoEntry, Missing: wanted}
	for level, entries := range at {
		if entries == nil {
			continue
		}
		v.Level, v.Entries = Specificity(level), entries
		for _, i := range entries {
			v.Missing &^= a[i].Rights
		}
		break
	}
	v.Allowed = v.Missing == 0
	return v
}

func (a ACL) superuser(wanted mode.Rights, o Object) Verdict {
	v := Verdict{Allowed: true, Level: NoEntry, Superuser: true}
	executable := slices.ContainsFunc(a, func(e Entry) bool { return e.Rights&1 != 0 })
	if wanted&1 != 0 && o.Kind == mode.Regular && !executable {
		v.Allowed, v.Missing = false, 1
	}
	return v
}

func (s *Subject) fits(e Entry, o Object) bool {
	return s.isUser(e.User, o) && s.inGroup(e.Group, o)
}

func (s *Subject) isUser(i ID, o Object) bool {
	switch i.Sort {
	case Anybody:
		return true
	case Own:
		return s.IDs.UID == o.Owner
	case Named:
		return s.Name != "" && s.Name == i.Name
	}
	return s.IDs.UID == ident.UID(i.Number)
}

func (s *Subject) inGroup(i ID, o Object) bool {
	switch i.Sort {
	case Anybody:
		return true
	case Own:
		return s.IDs.InGroup(o.Group)
	case Named:
		return slices.Contains(s.GroupNames, i.Name)
	}
	return s.IDs.InGroup(ident.GID(i.Number))
}
