package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

const (
	checksModes      = false
	removable        = false
	syncsDirectories = false
)

func mine(fs.FileInfo) bool { return true }

func flock(context.Context, *os.File) error { return unsupported() }

func tryLock(*os.File) (bool, error) { return false, unsupported() }

func unsupported() error {
	return fmt.Errorf("lock a tree on Windows: %w", errors.ErrUnsupported)
}
