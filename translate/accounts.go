package translate

import (
	"slices"
	"strconv"
	"strings"
)

// Accounts is a Mapping by a list: each principal is one account, with its names in all
// the models that matter. The first that has a name in common with the one asked for is
// taken, of the same sort before any for Either.
type Accounts []Principal

// Complete is Mapping's.
func (a Accounts) Complete(p Principal) Principal {
	i := slices.IndexFunc(a, func(x Principal) bool { return x.Sort == p.Sort && x.is(p) })
	if i < 0 {
		i = slices.IndexFunc(a, p.is)
	}
	if i < 0 {
		return p
	}
	return p.with(a[i])
}

// with adds what another knows of the same.
func (p Principal) with(o Principal) Principal {
	if p.Sort == Either {
		p.Sort = o.Sort
	}
	for _, f := range [...]struct{ to, from *string }{{&p.Name, &o.Name}, {&p.SID, &o.SID}, {&p.UIC, &o.UIC}, {&p.GUID, &o.GUID}} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	if !p.HasID && o.HasID {
		p.ID, p.HasID = o.ID, true
	}
	return p
}

// SambaIDs is the Mapping that Samba has for those without an account: the SIDs
// S-1-22-1-UID and S-1-22-2-GID ("Unix User" and "Unix Group"; passdb/lookup_sid.c).
type SambaIDs struct{}

// Complete is Mapping's.
func (SambaIDs) Complete(p Principal) Principal {
	const users, groups = "S-1-22-1-", "S-1-22-2-"
	switch {
	case p.HasID && p.SID == "" && p.Sort == User:
		p.SID = users + strconv.FormatUint(uint64(p.ID), 10)
	case p.HasID && p.SID == "" && p.Sort == Group:
		p.SID = groups + strconv.FormatUint(uint64(p.ID), 10)
	case !p.HasID && strings.HasPrefix(p.SID, users):
		return p.unixSID(User, p.SID[len(users):])
	case !p.HasID && strings.HasPrefix(p.SID, groups):
		return p.unixSID(Group, p.SID[len(groups):])
	}
	return p
}

func (p Principal) unixSID(s Sort, number string) Principal {
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil || p.Sort != s && p.Sort != Either {
		return p
	}
	p.Sort, p.ID, p.HasID = s, uint32(n), true
	return p
}

// Mappings is several, asked one after the other.
type Mappings []Mapping

// Complete is Mapping's.
func (m Mappings) Complete(p Principal) Principal {
	for _, one := range m {
		p = one.Complete(p)
	}
	return p
}
