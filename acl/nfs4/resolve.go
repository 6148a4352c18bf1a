package nfs4

import (
	"slices"
	"strings"

	"ward/acl"
	"ward/ident"
)

// Resolve gives names their numbers by r. "@" and the domain at the end of a name
// are left out where they are the given one. Entries whose names r does not know
// stay as they are, and are listed by their index.
func (a ACL) Resolve(r acl.Resolver, domain string) (_ ACL, unknown []int) {
	es := slices.Clone(a.Entries)
	for i, e := range es {
		if e.Who.Class != Named || e.Who.HasID {
			continue
		}
		look := r.User
		if e.group() {
			look = r.Group
		}
		name := e.Who.Name
		if domain != "" {
			name = strings.TrimSuffix(name, "@"+domain)
		}
		if id, ok := look(name); ok {
			es[i].Who.ID, es[i].Who.HasID = id, true
		} else {
			unknown = append(unknown, i)
		}
	}
	return ACL{a.Flags, es}, unknown
}

// WithNames gives numbers their names by n; those that have one already keep it. A
// name that is a number again is no name.
func (a ACL) WithNames(n acl.Names) ACL {
	es := slices.Clone(a.Entries)
	for i, e := range es {
		if e.Who.Class != Named || !e.Who.HasID || e.Who.Name != "" {
			continue
		}
		name := n.UserName(ident.UID(e.Who.ID))
		if e.group() {
			name = n.GroupName(ident.GID(e.Who.ID))
		}
		if _, number := plainNumber(name); !number && !reserved(name) {
			es[i].Who.Name = name
		}
	}
	return ACL{a.Flags, es}
}
