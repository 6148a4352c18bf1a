//go:build !linux

package accounts

import (
	"errors"
	"fmt"
)

// Locks are the locks of account files; there are none here.
type Locks struct{}

// BusyError says that somebody else is writing account files.
type BusyError struct {
	File string
	PID  int
}

func (e *BusyError) Error() string { return e.File + " is held by a process that writes account files" }

// Lock answers errors.ErrUnsupported: the locks are those of Linux's shadow suite.
func Lock(string, ...string) (*Locks, error) {
	return nil, fmt.Errorf("lock account files: %w", errors.ErrUnsupported)
}

// Backup is never reached.
func (*Locks) Backup(string) error { return errors.ErrUnsupported }

// Unlock is never reached.
func (*Locks) Unlock() error { return nil }
