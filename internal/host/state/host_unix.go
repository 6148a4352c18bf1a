//go:build unix

package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

const (
	checksModes      = true
	removable        = true // an open file can be removed
	syncsDirectories = true
)

func mine(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

// flock waits for an exclusive lock, at most until ctx is done.
func flock(ctx context.Context, f *os.File) error {
	for {
		taken, err := tryLock(f)
		if taken || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pollEvery):
		}
	}
}

// pollEvery is how often a lock that somebody holds is tried again.
const pollEvery = 50 * time.Millisecond

// tryLock takes an exclusive lock that ends with the process (flock(2)).
func tryLock(f *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, fmt.Errorf("lock %q: %w", f.Name(), err)
		}
	}
}
