//go:build !unix

package app

import (
	"errors"
	"fmt"
	"os"

	"ward/entry"
)

// withoutWaiting opens a pipe that nobody writes into yet at once.
const withoutWaiting = 0

// heldFile is mode and owner of an open file, which this system does not have.
func heldFile(f *os.File) (entry.State, error) {
	return entry.State{}, fmt.Errorf("look at the owner of %q: %w", f.Name(), errors.ErrUnsupported)
}
