//go:build !linux

package probe

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

// Run answers errors.ErrUnsupported here.
func Run(context.Context, string, Options) (*Result, error) {
	return nil, fmt.Errorf("probe a file system on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
