package aclobject

import (
	"syscall"

	"ward/acl"
	"ward/internal/standin/acltext"
	"ward/mode"
)

// Decode is the list that an attribute holds, in libacl's order (acl_get_file(3)).
// Where it is empty, the access list is that of the mode, and the default list is
// empty.
func Decode(value []byte, def bool, m mode.Mode) (acl.List, error) {
	l, err := acl.Decode(value)
	switch {
	case err != nil:
		return nil, syscall.EINVAL
	case l != nil:
		return acltext.Sorted(l), nil
	case def:
		return nil, nil
	}
	return acl.FromMode(m), nil
}
