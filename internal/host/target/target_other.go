//go:build !linux

package target

import (
	"errors"
	"fmt"
	"runtime"

	"ward/entry"
	"ward/internal/apply"
)

func unsupported() error {
	return fmt.Errorf("change a tree on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}

// Directory implements apply.Target.
func (target) Directory(string, *entry.Entry) (apply.Directory, error) {
	return nil, unsupported()
}

// Object implements apply.Target.
func (target) Object(string, *entry.Entry) (apply.Object, error) { return nil, unsupported() }

// ByHandle implements apply.Target.
func (target) ByHandle(entry.Identity, *entry.Entry) (apply.Object, string, error) {
	return nil, "", unsupported()
}
