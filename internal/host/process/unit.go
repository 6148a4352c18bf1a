package process

import (
	"path"
	"strconv"
	"strings"

	"ward/ident"
)

// Unit is what systemd started a process as.
type Unit struct {
	Name    string    // "nginx.service", "session-3.scope"; "" where systemd is not there
	Session string    // of logind: "3"; "" for none
	User    ident.UID // whose service manager started it, ident.NoUID for the system's
}

// unitOf reads a line of /proc/PID/cgroup (cgroups(7)): the innermost service or scope
// on its path, and whether it lies below a user's own manager.
func unitOf(text string) Unit {
	u := Unit{User: ident.NoUID}
	for line := range strings.Lines(text) {
		_, where, _ := strings.Cut(line, ":")
		controllers, where, _ := strings.Cut(where, ":")
		if controllers != "" && controllers != "name=systemd" {
			continue
		}
		for part := range strings.SplitSeq(strings.TrimSpace(where), "/") {
			u.take(part)
		}
		if u.Name != "" {
			return u
		}
	}
	return u
}

func (u *Unit) take(part string) {
	switch path.Ext(part) {
	case ".service", ".scope":
	default:
		return
	}
	if id, ok := strings.CutPrefix(part, "user@"); ok {
		if n, err := strconv.ParseUint(strings.TrimSuffix(id, ".service"), 10, 32); err == nil {
			u.User = ident.UID(n)
		}
	}
	if id, ok := strings.CutPrefix(part, "session-"); ok {
		u.Session = strings.TrimSuffix(id, ".scope")
	}
	u.Name = part
}
