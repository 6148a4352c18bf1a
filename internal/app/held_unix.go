//go:build unix

package app

import (
	"fmt"
	"os"
	"syscall"

	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// withoutWaiting opens a pipe that nobody writes into yet at once.
const withoutWaiting = syscall.O_NONBLOCK

// heldFile is mode and owner of an open file.
func heldFile(f *os.File) (entry.State, error) {
	info, err := f.Stat()
	if err != nil {
		return entry.State{}, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return entry.State{}, fmt.Errorf("look at %q: no owner is known", f.Name())
	}
	m, _ := mode.FromFileMode(info.Mode())
	return entry.State{Mode: m, UID: ident.UID(st.Uid), GID: ident.GID(st.Gid)}, nil
}
