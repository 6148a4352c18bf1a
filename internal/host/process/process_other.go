//go:build !linux

package process

import (
	"errors"
	"fmt"
	"runtime"
)

// Self is this very process.
func Self() (*Process, error) { return nil, unsupported() }

// Look reads a running process.
func Look(int) (*Process, error) { return nil, unsupported() }

// All lists every process.
func All() (list []*Process, unseen int, err error) { return nil, 0, unsupported() }

func unsupported() error {
	return fmt.Errorf("look at processes on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
