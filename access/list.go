package access

import (
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// listed is posix_acl_permission for a subject that is not the owner.
func listed(s *ident.Subject, st *entry.State, want mode.Rights) Reason {
	var refusal Reason // of the groups that match
	for _, e := range st.ACL {
		if e.Tag == acl.Other {
			if refusal.Rule != 0 {
				return refusal
			}
			return Reason{Rule: OtherBits, Rights: e.Rights}
		}
		why := concerns(e, s, st)
		switch {
		case why.Rule == 0:
			continue
		case why.Rule == NamedUser, want&^e.Rights == 0:
			// Of groups the first that has all that is wanted decides, mask or not.
			return masked(st.ACL, e, why, want)
		case refusal.Rule == 0:
			refusal = masked(st.ACL, e, why, want)
		default:
			refusal = Reason{Rule: Groups}
		}
	}
	return refusal // not reached in a valid list
}

// concerns is the rule by which an entry speaks to the subject, 0 if it does not.
func concerns(e acl.Entry, s *ident.Subject, st *entry.State) Reason {
	switch {
	case e.Tag == acl.User && ident.UID(e.ID) == s.UID:
		return Reason{Rule: NamedUser, ID: e.ID}
	case e.Tag == acl.GroupObj && s.InGroup(st.GID):
		return Reason{Rule: OwningGroup, ID: uint32(st.GID)}
	case e.Tag == acl.Group && s.InGroup(ident.GID(e.ID)):
		return Reason{Rule: NamedGroup, ID: e.ID}
	}
	return Reason{}
}

func masked(l acl.List, e acl.Entry, r Reason, want mode.Rights) Reason {
	r.Rights = l.Effective(e)
	r.Masked = want&^e.Rights == 0 && want&^r.Rights != 0
	return r
}
