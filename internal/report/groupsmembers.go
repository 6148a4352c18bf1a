package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"ward/ident"
	"ward/internal/app"
)

// GroupsWhoText lists who is in a group.
func GroupsWhoText(w io.Writer, g *app.GroupMembers, style Style) error {
	t := groupsText{bufio.NewWriter(w), style}
	what := fmt.Sprintf("%s (%d)", Path(g.Name), g.GID)
	if g.Meta {
		what = Path(g.Name) + ", a metagroup of the template"
	}
	if len(g.Members) == 0 {
		t.WriteString(t.bold(t.wrap("", "nobody is in "+what)))
	} else {
		t.WriteString(t.bold(t.wrap("", fmt.Sprintf("%s in %s", plural(int64(len(g.Members)), "user"), what))))
	}
	if g.Equals != "" {
		t.WriteString(t.wrap("", "as good as root: "+g.Equals))
	}
	wide := 0
	for _, m := range g.Members {
		wide = max(wide, len(Path(m.User)))
	}
	for _, m := range g.Members {
		t.WriteString(strings.TrimRight(fmt.Sprintf("  %-*s  %s", wide, Path(m.User), membershipWords(&m, g.Meta)), " ") + "\n")
	}
	if !g.Compiled {
		t.WriteString(t.wrap("", "the group file is not as the template has it: ward groups compile brings it up to date"))
	}
	if g.Elsewhere {
		t.WriteString(t.wrap("", "other sources of groups (nsswitch.conf) may have more members: getent group "+g.Name))
	}
	return t.Flush()
}

func membershipWords(m *app.Membership, meta bool) string {
	var words []string
	if m.Primary {
		words = append(words, "primary group")
	}
	if len(m.Way) > 1 {
		words = append(words, "through "+strings.Join(quoted(m.Way[1:]), " > "))
	}
	if m.UID == ident.NoUID {
		words = append(words, "no such user")
	}
	if !m.InFile && !meta {
		words = append(words, "not compiled yet")
	}
	return strings.Join(words, ", ")
}

func quoted(names []string) (all []string) {
	for _, n := range names {
		all = append(all, Path(n))
	}
	return all
}

// GroupsOfText lists the groups of a user.
func GroupsOfText(w io.Writer, a *app.UserGroups, style Style) error {
	t := groupsText{bufio.NewWriter(w), style}
	t.WriteString(t.bold(t.wrap("", fmt.Sprintf("%s (%d) is in %s", Path(a.User.Name), a.User.UID, plural(int64(len(a.Groups)), "group")))))
	wide := 0
	for _, g := range a.Groups {
		wide = max(wide, len(Path(g.Name)))
	}
	for _, g := range a.Groups {
		id := fmt.Sprint(g.GID)
		if g.Meta {
			id = "-"
		}
		t.WriteString(strings.TrimRight(fmt.Sprintf("  %-*s  %6s  %s", wide, Path(g.Name), id, groupWords(&g)), " ") + "\n")
		if g.Equals != "" {
			t.WriteString(t.wrap(strings.Repeat(" ", wide+12), "as good as root: "+g.Equals))
		}
	}
	switch {
	case a.Silent != nil:
		t.WriteString(t.wrap("", "other sources of groups were asked and did not answer: "+a.Silent.Error()+". There may be more"))
	case a.Elsewhere && !a.Asked:
		t.WriteString(t.wrap("", "other sources of groups (nsswitch.conf) could not be asked: there may be more"))
	}
	return t.Flush()
}

func groupWords(g *app.UserGroup) string {
	var words []string
	if g.Primary {
		words = append(words, "primary")
	}
	if g.Meta {
		words = append(words, "metagroup of the template")
	}
	if len(g.Way) > 1 {
		words = append(words, "through "+strings.Join(quoted(g.Way[1:]), " > "))
	}
	if g.Remote {
		words = append(words, "by another source than the files")
	}
	if !g.InFile && !g.Remote && !g.Meta {
		words = append(words, "not compiled yet")
	}
	return strings.Join(words, ", ")
}

type groupsWhoJSON struct {
	Version    int              `json:"version"`
	Kind       string           `json:"kind"`
	Group      string           `json:"group"`
	GID        *uint32          `json:"gid,omitempty"`
	Members    []membershipJSON `json:"members"`
	EqualsRoot string           `json:"equalsRoot,omitempty"`
	Compiled   bool             `json:"compiled"`
	Elsewhere  bool             `json:"elsewhere"`
}

type membershipJSON struct {
	User    string   `json:"user"`
	UID     *uint32  `json:"uid,omitempty"`
	Primary bool     `json:"primary"`
	InFile  bool     `json:"inFile"`
	Way     []string `json:"way,omitempty"`
}

// GroupsWhoJSON writes the same for programs.
func GroupsWhoJSON(w io.Writer, g *app.GroupMembers) error {
	d := groupsWhoJSON{Version: FormatVersion, Kind: "groups-who", Group: g.Name, Members: []membershipJSON{}, EqualsRoot: g.Equals, Compiled: g.Compiled, Elsewhere: g.Elsewhere}
	if !g.Meta {
		id := uint32(g.GID)
		d.GID = &id
	}
	for _, m := range g.Members {
		x := membershipJSON{User: m.User, Primary: m.Primary, InFile: m.InFile, Way: m.Way}
		if m.UID != ident.NoUID {
			id := uint32(m.UID)
			x.UID = &id
		}
		d.Members = append(d.Members, x)
	}
	return indented(w, d)
}

type groupsOfJSON struct {
	Version   int             `json:"version"`
	Kind      string          `json:"kind"`
	User      string          `json:"user"`
	UID       uint32          `json:"uid"`
	Groups    []userGroupJSON `json:"groups"`
	Elsewhere bool            `json:"elsewhere"`
	Error     string          `json:"error,omitempty"`
}

type userGroupJSON struct {
	Name       string   `json:"name"`
	GID        *uint32  `json:"gid,omitempty"`
	Primary    bool     `json:"primary"`
	InFile     bool     `json:"inFile"`
	Remote     bool     `json:"remote"`
	Way        []string `json:"way,omitempty"`
	EqualsRoot string   `json:"equalsRoot,omitempty"`
}

// GroupsOfJSON writes the same for programs.
func GroupsOfJSON(w io.Writer, a *app.UserGroups) error {
	d := groupsOfJSON{Version: FormatVersion, Kind: "groups-of", User: a.User.Name, UID: uint32(a.User.UID), Groups: []userGroupJSON{}, Elsewhere: a.Elsewhere}
	if a.Silent != nil {
		d.Error = a.Silent.Error()
	}
	for _, g := range a.Groups {
		x := userGroupJSON{Name: g.Name, Primary: g.Primary, InFile: g.InFile, Remote: g.Remote, Way: g.Way, EqualsRoot: g.Equals}
		if !g.Meta {
			id := uint32(g.GID)
			x.GID = &id
		}
		d.Groups = append(d.Groups, x)
	}
	return indented(w, d)
}
