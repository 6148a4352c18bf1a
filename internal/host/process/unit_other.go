//go:build !linux

package process

import (
	"errors"

	"ward/ident"
)

// UnitOf is for Linux.
func UnitOf(int) (Unit, error) { return Unit{User: ident.NoUID}, errors.ErrUnsupported }
