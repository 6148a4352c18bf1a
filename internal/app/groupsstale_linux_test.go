package app

import (
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"ward/account"
	"ward/ident"
	"ward/internal/host/process"
	"ward/internal/requires"
)

// staleWorld is two users, and processes that got their groups before and after these
// were changed.
func staleWorld(t *testing.T, ask func(string) ([]ident.GID, bool, error), all bool) *Stale {
	t.Helper()
	db := account.New(
		[]account.User{{Name: "ann", UID: 61011, GID: 61011}, {Name: "bob", UID: 61012, GID: 61012}},
		[]account.Group{{Name: "ann", GID: 61011}, {Name: "docker", GID: 61020, Members: []string{"ann"}}, {Name: "old", GID: 61021}, {Name: "bob", GID: 61012}},
	)
	run := func(uid uint32, groups ...uint32) *process.Process {
		cmd := exec.Command("sleep", "60")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid, Groups: groups}}
		must(t, cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		p, err := process.Look(cmd.Process.Pid)
		must(t, err)
		return p
	}
	units := map[int]process.Unit{}
	s := &staleSearch{
		request: StaleRequest{All: all}, changed: time.Now(), ask: ask, users: map[string]*userNow{},
		answer: &Stale{Names: db}, index: map[string]int{},
		unit: func(pid int) (process.Unit, error) {
			if u, ok := units[pid]; ok {
				return u, nil
			}
			return process.Unit{User: ident.NoUID}, nil
		},
		started: func(pid int) (time.Time, error) { born, _, err := process.Born(pid); return born.Add(-time.Hour), err },
	}
	shell := run(61011)
	units[shell.PID] = process.Unit{Name: "session-3.scope", Session: "3", User: ident.NoUID}
	service := run(61011, 61020, 61021)
	units[service.PID] = process.Unit{Name: "web.service", User: ident.NoUID}
	for _, p := range []*process.Process{shell, service, run(61011, 61020), run(61012, 4711), run(61099, 1)} {
		s.look(p)
	}
	young := run(61012, 61020)
	s.started = func(int) (time.Time, error) { return s.changed.Add(time.Second), nil }
	s.look(young)
	return s.finish()
}

func told(s *Stale) string {
	var b strings.Builder
	for _, x := range s.Sessions {
		b.WriteString(x.User + " " + x.Unit.Name + ":")
		for _, g := range x.Missing {
			b.WriteString(" lacks " + s.Names.GroupName(g))
		}
		for _, g := range x.Kept {
			b.WriteString(" keeps " + s.Names.GroupName(g))
		}
		if x.Chosen {
			b.WriteString(" by choice")
		}
		for _, do := range x.Do {
			b.WriteString("; " + strings.Join(do, " "))
		}
		if len(x.Careful) > 0 {
			b.WriteString("; careful")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// S6: the database says member, the session is not: what to do is said, and that the
// group is as good as root.
func TestStaleSessionsAreNamedWithWhatToDo(t *testing.T) {
	requires.Root(t)
	s := staleWorld(t, nil, false)
	want := "ann session-3.scope: lacks docker; newgrp docker; loginctl terminate-session 3; careful\n" +
		"ann web.service: keeps old; systemctl restart web.service\n" +
		"bob : keeps 4711\n"
	if got := told(s); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if s.Chosen != 1 || s.Looked != 6 {
		t.Errorf("%d chosen of %d", s.Chosen, s.Looked)
	}
	if got := told(staleWorld(t, nil, true)); !strings.Contains(got, "bob : keeps docker by choice; careful\n") {
		t.Errorf("with --all:\n%s", got)
	}
}

// What a domain gives is no difference; while it is silent, what only it can know is
// not told.
func TestStaleAsksTheOtherSources(t *testing.T) {
	requires.Root(t)
	domain := func(user string) ([]ident.GID, bool, error) {
		if user == "bob" {
			return []ident.GID{4711, 61020}, true, nil
		}
		return nil, true, nil
	}
	if got := told(staleWorld(t, domain, false)); strings.Contains(got, "keeps 4711") || !strings.Contains(got, "bob : lacks docker") {
		t.Errorf("got\n%s", got)
	}
	silent := func(string) ([]ident.GID, bool, error) { return nil, true, errors.New("no answer") }
	s := staleWorld(t, silent, false)
	if got := told(s); strings.Contains(got, "4711") || !strings.Contains(got, "ann web.service: keeps old") || s.Silent != 2 {
		t.Errorf("%d silent\n%s", s.Silent, got)
	}
}
