//go:build !linux

package files

import (
	"os"

	"ward/mode"
)

// Details looks at what Look does not: here at the target of a symbolic link only.
func (o *Object) Details(bool) (Details, error) {
	e, err := o.Look(0)
	if err != nil || e.Kind != mode.Symlink {
		return Details{}, err
	}
	target, err := os.Readlink(o.Path())
	return Details{Target: target}, failed("read the target of", o.Path(), err)
}
