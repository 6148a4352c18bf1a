package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"ward/ident"
	"ward/internal/app"
)

// GroupsStaleText says which processes have other groups than a login would give, and
// how they come by them.
func GroupsStaleText(w io.Writer, s *app.Stale, style Style) error {
	t := groupsText{bufio.NewWriter(w), style}
	stale := 0
	for _, x := range s.Sessions {
		stale += len(x.Processes)
	}
	answer := "every process has the groups that the database gives its user"
	if stale > 0 {
		answer = count(int64(stale)) + " processes have other groups than the database gives their users"
	}
	if stale == 1 {
		answer = "1 process has other groups than the database gives its user"
	}
	t.WriteString(t.bold(t.wrap("", answer)))
	t.WriteString(t.wrap("", staleLooked(s)))
	for i := range s.Sessions {
		t.session(&s.Sessions[i], s)
	}
	return t.Flush()
}

func staleLooked(s *app.Stale) string {
	text := count(int64(s.Looked)) + " looked at"
	if s.Foreign > 0 {
		text += fmt.Sprintf(", %d of them in containers, which have accounts of their own", s.Foreign)
	}
	if s.Chosen > 0 {
		text += fmt.Sprintf("; %d chose other groups themselves (--all lists them)", s.Chosen)
	}
	if s.Silent > 0 {
		text += fmt.Sprintf("; of %s only what the files say was compared: other sources of groups (nsswitch.conf) did not answer", plural(int64(s.Silent), "user"))
	}
	return text
}

func (t groupsText) session(x *app.StaleSession, s *app.Stale) {
	head := Path(x.User)
	if x.Unit.Name != "" {
		head += ", " + Path(x.Unit.Name)
	}
	fmt.Fprintf(t, "\n%s\n", t.bold(head))
	if len(x.Missing) > 0 {
		t.WriteString(t.wrap("  ", "the database says member of "+gidNames(x.Missing, s)+", these processes are not"))
	}
	if len(x.Kept) > 0 {
		t.WriteString(t.wrap("  ", "still in "+gidNames(x.Kept, s)+", which the database no longer gives"))
	}
	var list []string
	const few = 8
	for _, p := range x.Processes[:min(len(x.Processes), few)] {
		list = append(list, fmt.Sprintf("%d %s", p.PID, Path(p.Name)))
	}
	if more := len(x.Processes) - few; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	t.WriteString(t.wrap("  ", strings.Join(list, ", ")))
	t.WriteString(t.wrap("  ", x.Advice))
	for _, do := range x.Do {
		fmt.Fprintf(t, "    %s\n", Shell(do))
	}
	for _, careful := range x.Careful {
		t.WriteString(t.wrap("  ", "careful: "+careful))
	}
}

func gidNames(gids []ident.GID, s *app.Stale) string {
	var all []string
	for _, g := range gids {
		all = append(all, Group(g, s.Names))
	}
	return strings.Join(all, ", ")
}

type staleJSON struct {
	Version  int                `json:"version"`
	Kind     string             `json:"kind"`
	Looked   int                `json:"looked"`
	Unseen   int                `json:"notLookedAt"`
	Foreign  int                `json:"inContainers"`
	Chosen   int                `json:"chosen"`
	Silent   int                `json:"usersNotAsked"`
	Sessions []staleSessionJSON `json:"sessions"`
}

type staleSessionJSON struct {
	User      string             `json:"user"`
	UID       uint32             `json:"uid"`
	Unit      string             `json:"unit,omitempty"`
	Session   string             `json:"session,omitempty"`
	Processes []staleProcessJSON `json:"processes"`
	Missing   []groupRefJSON     `json:"missing"`
	Kept      []groupRefJSON     `json:"kept"`
	Chosen    bool               `json:"chosen"`
	Advice    string             `json:"advice"`
	Do        [][]string         `json:"do"`
	Careful   []string           `json:"careful"`
}

type staleProcessJSON struct {
	PID  int    `json:"pid"`
	Name string `json:"name"`
}

type groupRefJSON struct {
	GID  uint32 `json:"gid"`
	Name string `json:"name"`
}

// GroupsStaleJSON writes the same for programs.
func GroupsStaleJSON(w io.Writer, s *app.Stale) error {
	d := staleJSON{FormatVersion, "groups-stale", s.Looked, s.Unseen, s.Foreign, s.Chosen, s.Silent, []staleSessionJSON{}}
	refs := func(gids []ident.GID) []groupRefJSON {
		all := []groupRefJSON{}
		for _, g := range gids {
			all = append(all, groupRefJSON{uint32(g), s.Names.GroupName(g)})
		}
		return all
	}
	for _, x := range s.Sessions {
		j := staleSessionJSON{
			User: x.User, UID: uint32(x.UID), Unit: x.Unit.Name, Session: x.Unit.Session, Processes: []staleProcessJSON{},
			Missing: refs(x.Missing), Kept: refs(x.Kept), Chosen: x.Chosen, Advice: x.Advice, Do: [][]string{}, Careful: orEmpty(x.Careful),
		}
		j.Do = append(j.Do, x.Do...)
		for _, p := range x.Processes {
			j.Processes = append(j.Processes, staleProcessJSON{p.PID, p.Name})
		}
		d.Sessions = append(d.Sessions, j)
	}
	return indented(w, d)
}
