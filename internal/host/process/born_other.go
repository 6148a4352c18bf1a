//go:build !linux

package process

import (
	"errors"
	"time"
)

// Born is for Linux.
func Born(int) (time.Time, int, error) { return time.Time{}, 0, errors.ErrUnsupported }
