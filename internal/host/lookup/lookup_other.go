//go:build !linux

package lookup

import (
	"errors"

	"ward/access"
	"ward/ident"
)

// Gather is there on Linux only.
func Gather(path string, _ Options) (*access.Way, error) {
	return nil, &Error{"look up", path, errors.ErrUnsupported}
}

// Interpreters is there on Linux only.
func Interpreters(*access.Way, Options) (ways []*access.Way, noFormat bool, err error) {
	return nil, false, &Error{"read the program", "", errors.ErrUnsupported}
}

// OwnNamespace is nil: there are no user namespaces.
func OwnNamespace() *ident.Namespace { return nil }
