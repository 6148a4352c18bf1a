package process

import (
	"fmt"
	"strconv"
	"strings"

	"ward/ident"
	"ward/mode"
)

// status is /proc/PID/status, as far as it concerns permissions (proc_pid_status(5)).
type status struct {
	name       string
	uids, gids [4]uint32 // real, effective, saved, file system
	groups     []ident.GID
	caps       ident.Capabilities
	bounding   ident.Capabilities
	umask      mode.Mode
	hasUmask   bool // Linux 4.7
	noNewPrivs bool
	seccomp    int
	memory     bool // it has memory of its own: no kernel thread, no zombie
}

// field reads the value of one line.
type field func(s *status, value string) error

// fieldOf is how a line of the file is read; nil for one that does not matter.
func fieldOf(name string) field {
	switch name {
	case "Name":
		return func(s *status, v string) error { s.name = v; return nil }
	case "Umask":
		return readUmask
	case "Uid":
		return func(s *status, v string) error { return readIDs(&s.uids, v) }
	case "Gid":
		return func(s *status, v string) error { return readIDs(&s.gids, v) }
	case "Groups":
		return readGroups
	case "CapEff":
		return func(s *status, v string) (err error) { s.caps, err = ident.ParseCapabilities(v); return err }
	case "CapBnd":
		return func(s *status, v string) (err error) { s.bounding, err = ident.ParseCapabilities(v); return err }
	case "NoNewPrivs":
		return func(s *status, v string) error { s.noNewPrivs = v == "1"; return nil }
	case "Seccomp":
		return func(s *status, v string) (err error) { s.seccomp, err = strconv.Atoi(v); return err }
	case "VmSize":
		return func(s *status, _ string) error { s.memory = true; return nil }
	}
	return nil
}

// parseStatus reads the file. The lines without which no subject can be made must
// be there.
func parseStatus(text string) (status, error) {
	var s status
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		read := fieldOf(name)
		if read == nil {
			continue
		}
		if err := read(&s, strings.TrimSpace(value)); err != nil {
			return status{}, fmt.Errorf("parse line %q: %w", name, err)
		}
		seen[name] = true
	}
	for _, name := range [...]string{"Uid", "Gid", "CapEff", "CapBnd"} {
		if !seen[name] {
			return status{}, fmt.Errorf("there is no line %q", name)
		}
	}
	return s, nil
}

func readUmask(s *status, v string) error {
	n, err := strconv.ParseUint(v, 8, 9)
	s.umask, s.hasUmask = mode.Mode(n), err == nil
	return err
}

func readIDs(ids *[4]uint32, v string) error {
	words := strings.Fields(v)
	if len(words) != len(ids) {
		return fmt.Errorf("%q is not four ids", v)
	}
	for i, word := range words {
		n, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return err
		}
		ids[i] = uint32(n)
	}
	return nil
}

func readGroups(s *status, v string) error {
	for _, word := range strings.Fields(v) {
		n, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return err
		}
		s.groups = append(s.groups, ident.GID(n))
	}
	return nil
}

// parseMap reads uid_map or gid_map (user_namespaces(7)).
func parseMap(text string) ([]ident.Range, error) {
	var ranges []ident.Range
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		var n [3]uint64
		if len(words) != len(n) {
			return nil, fmt.Errorf("parse id map: %q is not three numbers", line)
		}
		for i, word := range words {
			var err error
			if n[i], err = strconv.ParseUint(word, 10, 32); err != nil {
				return nil, fmt.Errorf("parse id map: %w", err)
			}
		}
		ranges = append(ranges, ident.Range{Inside: uint32(n[0]), Outside: uint32(n[1]), Count: uint32(n[2])})
	}
	return ranges, nil
}

// inside is an id as a namespace of these ranges sees it.
func inside(ranges []ident.Range, id uint32) (uint32, bool) {
	for _, r := range ranges {
		if id >= r.Outside && id-r.Outside < r.Count {
			return r.Inside + (id - r.Outside), true
		}
	}
	return 0, false
}
