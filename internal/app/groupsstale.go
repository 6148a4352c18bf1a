package app

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"ward/account"
	"ward/ident"
	"ward/internal/host/accounts"
	"ward/internal/host/process"
)

// StaleRequest asks for processes whose groups are not those of the database.
type StaleRequest struct {
	User string // only his; "": everybody's
	All  bool   // those too that chose their groups themselves
}

// Stale is the answer.
type Stale struct {
	Sessions []StaleSession // by user, then by what started them
	Looked   int            // processes
	Unseen   int            // processes that could not be looked at
	Foreign  int            // processes of containers, which have accounts of their own
	Chosen   int            // processes that chose their groups themselves, and are not listed
	Names    *account.Database
	Silent   int // users of whom the other sources of groups could not be asked: only what the files say was compared
}

// StaleSession is processes of a user that one session or service started, and that
// lack or keep the same groups.
type StaleSession struct {
	User      string
	UID       ident.UID
	Unit      process.Unit
	Processes []StaleProcess
	Missing   []ident.GID // the database says member, the processes are not
	Kept      []ident.GID // the processes are in them, the database says no more
	Chosen    bool        // they began after the groups were last changed: it is their own doing
	Advice    string
	Do        [][]string
	Careful   []string // of groups that are as good as root
}

// StaleProcess is one of them.
type StaleProcess struct {
	PID  int
	Name string
}

// GroupsStale compares the groups of every process with those that a login would give
// its user now.
func GroupsStale(q StaleRequest) (*Stale, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	if _, ok := db.User(q.User); q.User != "" && !ok {
		return nil, &RequestError{Problem: fmt.Sprintf("there is no user %q", q.User)}
	}
	list, unseen, err := process.All()
	if err != nil {
		return nil, err
	}
	s := &staleSearch{
		request: q, changed: lastChange(), unit: process.UnitOf, started: func(pid int) (time.Time, error) { born, _, err := process.Born(pid); return born, err },
		answer: &Stale{Unseen: unseen, Names: db}, index: map[string]int{}, users: map[string]*userNow{},
	}
	if text, err := accounts.ReadFile("/", "etc/nsswitch.conf"); err == nil && beyondFiles(account.ParseSwitch(text)) {
		s.ask = accounts.InitGroups
	}
	for _, p := range list {
		s.look(p)
	}
	return s.finish(), nil
}

// beyondFiles reports whether groups come from other sources than the files too.
func beyondFiles(s account.Switch) bool {
	return slices.ContainsFunc(slices.Concat(s.Sources("group"), s.Sources("initgroups")), func(name string) bool {
		return name != "files" && name != "compat" && name != "systemd"
	})
}

// lastChange is when the accounts were last written.
func lastChange() (last time.Time) {
	for _, name := range []string{"/etc/group", "/etc/passwd"} {
		if info, err := os.Stat(name); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}

type staleSearch struct {
	request StaleRequest
	changed time.Time
	unit    func(pid int) (process.Unit, error)
	started func(pid int) (time.Time, error)
	answer  *Stale
	index   map[string]int // of Sessions, by what they have in common

	// ask is the other sources of groups; nil where the files are all there is.
	ask   func(user string) (groups []ident.GID, asked bool, err error)
	users map[string]*userNow
}

// userNow is what a login would give a user now.
type userNow struct {
	db     *account.Database // of him alone
	silent bool              // not all sources could be asked
}

// now is what a login would give a user now: by the files, and by the other sources of
// groups.
func (s *staleSearch) now(u account.User) *userNow {
	if n := s.users[u.Name]; n != nil {
		return n
	}
	n := &userNow{}
	gids := s.answer.Names.GroupsOf(u.Name)
	if s.ask != nil {
		more, asked, err := s.ask(u.Name)
		if n.silent = !asked || err != nil; n.silent {
			s.answer.Silent++
		}
		gids = append(gids, more...)
	}
	var groups []account.Group
	for _, gid := range gids {
		groups = append(groups, account.Group{GID: gid, Members: []string{u.Name}})
	}
	n.db = account.New([]account.User{u}, groups)
	s.users[u.Name] = n
	return n
}

func (s *staleSearch) look(p *process.Process) {
	s.answer.Looked++
	if p.Caller.Namespace != nil || p.View == account.No {
		s.answer.Foreign++
		return
	}
	u, ok := s.answer.Names.UserByID(p.Caller.UID)
	if !ok || s.request.User != "" && u.Name != s.request.User || p.Caller.UID == 0 {
		return // root is bound by no group
	}
	now := s.now(u)
	st := process.Stale(p.Caller.Subject, now.db)
	if now.silent { // what the files do not have may be another source's
		st.Kept = slices.DeleteFunc(st.Kept, func(g ident.GID) bool { return s.answer.Names.KnowsGroup(g) != account.Yes })
	}
	if len(st.Missing)+len(st.Kept) == 0 {
		return
	}
	began, err := s.started(p.PID)
	chosen := err == nil && s.ask == nil && began.After(s.changed)
	if chosen && !s.request.All {
		s.answer.Chosen++
		return
	}
	unit, _ := s.unit(p.PID) // none is as good as not told
	key := fmt.Sprint(u.UID, unit, st, chosen, multiplexer(p.Name))
	i, ok := s.index[key]
	if !ok {
		i = len(s.answer.Sessions)
		s.index[key] = i
		s.answer.Sessions = append(s.answer.Sessions, StaleSession{User: u.Name, UID: u.UID, Unit: unit, Missing: st.Missing, Kept: st.Kept, Chosen: chosen})
	}
	s.answer.Sessions[i].Processes = append(s.answer.Sessions[i].Processes, StaleProcess{p.PID, p.Name})
}

// multiplexer reports whether a program keeps sessions alive across logins.
func multiplexer(name string) bool {
	return strings.HasPrefix(name, "tmux") || strings.EqualFold(name, "screen") || name == "zellij" || name == "dtach" || name == "mosh-server"
}

func (s *staleSearch) finish() *Stale {
	a := s.answer
	slices.SortStableFunc(a.Sessions, func(x, y StaleSession) int {
		return cmp.Or(strings.Compare(x.User, y.User), strings.Compare(x.Unit.Name, y.Unit.Name), cmp.Compare(x.Processes[0].PID, y.Processes[0].PID))
	})
	for i := range a.Sessions {
		x := &a.Sessions[i]
		s.advise(x)
		for _, gid := range slices.Concat(x.Missing, x.Kept) {
			if why := powerful()[a.Names.GroupName(gid)]; why != "" {
				x.Careful = append(x.Careful, fmt.Sprintf("membership in %s is as good as being root: %s", a.Names.GroupName(gid), why))
			}
		}
	}
	return a
}

// advise says how the processes come by their groups.
func (s *staleSearch) advise(x *StaleSession) {
	name := x.Processes[0].Name
	switch {
	case x.Chosen:
		x.Advice = "they began after the groups were last changed: the program, or its unit (SupplementaryGroups=, Group=), chose these groups itself"
	case multiplexer(name):
		x.Advice = "windows of " + name + " get the groups of its server, whoever attaches: end the server, and start it from a new login"
		if strings.HasPrefix(name, "tmux") {
			x.Do = [][]string{{"tmux", "kill-server"}}
		}
	case x.Unit.User != ident.NoUID:
		manager := fmt.Sprintf("user@%d.service", x.Unit.User)
		x.Advice = "the user's own services keep the groups of his service manager, also after he logs out where he lingers. Restarting it ends all that it started:"
		x.Do = [][]string{{"systemctl", "restart", manager}}
	case x.Unit.Session != "":
		x.Advice = "log out of this session and in again"
		if x.Missing != nil && x.Kept == nil {
			x.Advice += "; for one shell, newgrp will do"
			x.Do = append(x.Do, []string{"newgrp", s.answer.Names.GroupName(x.Missing[0])})
		} else {
			x.Advice += "; until then he keeps what he is no longer to have"
		}
		x.Do = append(x.Do, []string{"loginctl", "terminate-session", x.Unit.Session})
	case strings.HasSuffix(x.Unit.Name, ".service"):
		x.Advice = "the service gets its groups when it starts"
		x.Do = [][]string{{"systemctl", "restart", x.Unit.Name}}
	default:
		x.Advice = "start them again from a new login"
		if x.Missing != nil && x.Kept == nil {
			x.Advice += "; for one shell, newgrp will do"
			x.Do = [][]string{{"newgrp", s.answer.Names.GroupName(x.Missing[0])}}
		}
	}
}
