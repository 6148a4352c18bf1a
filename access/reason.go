package access

import (
	"fmt"
	"strconv"

	"ward/acl"
	"ward/ident"
)

// String is the reason in words, with numbers for names.
func (r Reason) String() string { return r.Format(nil) }

// Format is the reason in words: "the bits of its owner ann say r--".
func (r Reason) Format(n acl.Names) string {
	switch r.Rule {
	case ImmutableFlag:
		return "the immutable flag forbids writing"
	case OwnerBits:
		return fmt.Sprintf("the bits of its owner %s say %s", userName(n, r.ID), r.Rights)
	case NamedUser:
		return r.says("the entry for user "+userName(n, r.ID), "says")
	case OwningGroup:
		return r.says("the bits of its group "+groupName(n, r.ID), "say")
	case NamedGroup:
		return r.says("the entry for group "+groupName(n, r.ID), "says")
	case Groups:
		return "several groups match, and none has all of it"
	case OtherBits:
		return fmt.Sprintf("the bits of others say %s", r.Rights)
	case DACReadSearch:
		return "CAP_DAC_READ_SEARCH allows it"
	case DACOverride:
		return "CAP_DAC_OVERRIDE allows it"
	}
	return "no rule decided"
}

func (r Reason) says(what, verb string) string {
	if r.Masked {
		return fmt.Sprintf("the mask leaves %s only %s", what, r.Rights)
	}
	return fmt.Sprintf("%s %s %s", what, verb, r.Rights)
}

func userName(n acl.Names, id uint32) string {
	if n == nil {
		return strconv.FormatUint(uint64(id), 10)
	}
	return n.UserName(ident.UID(id))
}

func groupName(n acl.Names, id uint32) string {
	if n == nil {
		return strconv.FormatUint(uint64(id), 10)
	}
	return n.GroupName(ident.GID(id))
}
