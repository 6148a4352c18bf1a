package app

import (
	"fmt"
	"io/fs"
	"syscall"

	"ward/access"
	"ward/account"
	"ward/entry"
	"ward/internal/host/lookup"
	"ward/internal/host/process"
)

// lookAsSeen examines an object as a process sees it: below its own root directory
// and mounts where these are not ours. A nil process sees what this one does.
func lookAsSeen(p *process.Process, path string, follow bool) (entry.Entry, error) {
	if p == nil || p.View != account.No {
		return lookAtMost(path, follow)
	}
	o := viewOf(&process.Who{Process: p})
	o.NoFollow, o.Facts = !follow, everyFact
	way, err := lookup.Gather(path, o)
	if err != nil {
		return entry.Entry{}, err
	}
	if object := way.Object(); object != nil && object.Entry.Known&entry.Stat != 0 {
		return object.Entry, nil
	}
	return entry.Entry{}, &fs.PathError{Op: fmt.Sprintf("look as process %d does at", p.PID), Path: path, Err: endOf(way)}
}

// endOf is why a way has no object at its end that could be looked at.
func endOf(w *access.Way) error {
	switch {
	case Gone(w) != "":
		return fs.ErrNotExist
	case w.Broken == "ELOOP":
		return syscall.ELOOP
	case w.Broken == "ENOTDIR":
		return syscall.ENOTDIR
	case w.Broken == "ENAMETOOLONG":
		return syscall.ENAMETOOLONG
	}
	return fs.ErrPermission
}
