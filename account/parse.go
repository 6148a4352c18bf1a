package account

import (
	"fmt"
	"strconv"
	"strings"

	"ward/ident"
)

// Problem is a line that says nothing that can be used. The reader went on.
type Problem struct {
	Line   int // from 1
	Reason string

	// Includes is set for the lines of nsswitch's compat that start with + or -:
	// accounts of another source lie behind them.
	Includes bool
}

func (p Problem) String() string { return fmt.Sprintf("line %d: %s", p.Line, p.Reason) }

// ParsePasswd reads passwd(5). Lines that cannot be read are left out and
// reported; empty lines and those that start with # are neither.
func ParsePasswd(text []byte) ([]User, []Problem) {
	return parseLines(text, parseUser)
}

// ParseGroup reads group(5) in the same way.
func ParseGroup(text []byte) ([]Group, []Problem) {
	return parseLines(text, parseGroup)
}

func parseLines[T any](text []byte, parse func(line string) (T, error)) (list []T, problems []Problem) {
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
			continue
		}
		v, err := parse(line)
		if err != nil {
			problems = append(problems, Problem{n, err.Error(), line[0] == '+' || line[0] == '-'})
			continue
		}
		list = append(list, v)
	}
	return list, problems
}

func parseUser(line string) (User, error) {
	f, err := fields(line, 7)
	if err != nil {
		return User{}, err
	}
	uid, err := parseID("user", f[2])
	if err != nil {
		return User{}, err
	}
	gid, err := parseID("group", f[3])
	if err != nil {
		return User{}, err
	}
	return User{Name: f[0], UID: ident.UID(uid), GID: ident.GID(gid), Gecos: f[4], Home: f[5], Shell: f[6]}, nil
}

func parseGroup(line string) (Group, error) {
	f, err := fields(line, 4)
	if err != nil {
		return Group{}, err
	}
	gid, err := parseID("group", f[2])
	if err != nil {
		return Group{}, err
	}
	g := Group{Name: f[0], GID: ident.GID(gid)}
	for name := range strings.SplitSeq(f[3], ",") {
		if name = strings.TrimSpace(name); name != "" {
			g.Members = append(g.Members, name)
		}
	}
	return g, nil
}

func fields(line string, n int) ([]string, error) {
	if line[0] == '+' || line[0] == '-' {
		return nil, fmt.Errorf("%q includes or excludes accounts of another source", line)
	}
	f := strings.SplitN(line, ":", n)
	switch {
	case len(f) < n:
		return nil, fmt.Errorf("%d fields, want %d", len(f), n)
	case f[0] == "":
		return nil, fmt.Errorf("the name is empty")
	}
	return f, nil
}

func parseID(what, s string) (uint32, error) {
	id, err := strconv.ParseUint(s, 10, 32)
	if err != nil || id == uint64(ident.NoUID) {
		return 0, fmt.Errorf("%q is no %s id", s, what)
	}
	return uint32(id), nil
}
