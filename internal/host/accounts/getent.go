package accounts

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"ward/account"
)

const (
	// patience is how long one look-up may take.
	patience = 3 * time.Second
	// tolerance is after how many look-ups without answer nobody is asked again:
	// a directory server that is down must not stop a walk for hours.
	tolerance = 3
	// budget is how many names and ids one process asks about.
	budget = 5000
)

// getent answers from getent(1), one key at a time, and remembers the answers.
type getent struct {
	program string

	mu       sync.Mutex
	users    map[string]remembered[account.User]
	groups   map[string]remembered[account.Group]
	asked    int
	silences int
}

type remembered[T any] struct {
	value  T
	answer account.Answer
}

func newGetent(program string) *getent {
	return &getent{
		program: program,
		users:   map[string]remembered[account.User]{},
		groups:  map[string]remembered[account.Group]{},
	}
}

func (g *getent) outside() account.Outside {
	return account.Outside{User: g.user, Group: g.group}
}

func (g *getent) user(key string) (account.User, account.Answer) {
	return lookUp(g, g.users, "passwd", key, account.ParsePasswd)
}

func (g *getent) group(key string) (account.Group, account.Answer) {
	return lookUp(g, g.groups, "group", key, account.ParseGroup)
}

func lookUp[T any](g *getent, known map[string]remembered[T], database, key string,
	parse func([]byte) ([]T, []account.Problem),
) (T, account.Answer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r, ok := known[key]; ok {
		return r.value, r.answer
	}
	var r remembered[T]
	text, answer := g.ask(database, key)
	if list, _ := parse(text); answer == account.Yes && len(list) > 0 {
		r = remembered[T]{list[0], account.Yes}
	} else if answer == account.No {
		r.answer = account.No
	}
	known[key] = r
	return r.value, r.answer
}

// ask runs the program. Its exit status 2 means that no source has the key.
func (g *getent) ask(database, key string) ([]byte, account.Answer) {
	if g.silences >= tolerance || g.asked >= budget {
		return nil, account.CannotTell
	}
	g.asked++
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, g.program, "--", database, key)
	cmd.Env = []string{"LC_ALL=C"}
	cmd.WaitDelay = patience
	text, err := cmd.Output()
	var status *exec.ExitError
	switch {
	case err == nil:
		return text, account.Yes
	case errors.As(err, &status) && status.ExitCode() == 2:
		return nil, account.No
	}
	g.silences++
	return nil, account.CannotTell
}

func number(id uint32) string { return strconv.FormatUint(uint64(id), 10) }

// parseID is the id that a key is, and false for a name.
func parseID(key string) (uint32, bool) {
	id, err := strconv.ParseUint(key, 10, 32)
	return uint32(id), err == nil
}

func inSystemdRange(id uint32) bool {
	for _, r := range systemdRanges {
		if r[0] <= id && id <= r[1] {
			return true
		}
	}
	return false
}
