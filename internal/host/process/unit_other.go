//go:build !linux

package process

import "errors"

// UnitOf is for Linux.
func UnitOf(int) (Unit, error) { return Unit{}, errors.ErrUnsupported }
