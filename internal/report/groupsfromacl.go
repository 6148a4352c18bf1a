package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"ward/account/grouping"
	"ward/internal/app"
)

// GroupsFromACLText says which groups would replace a tree's lists, or which lists a
// group, and whose access would change.
func GroupsFromACLText(w io.Writer, a *app.FromACL, style Style) error {
	t := groupsText{bufio.NewWriter(w), style}
	t.WriteString(t.bold(t.wrap("", fromACLAnswer(a))))
	t.WriteString(t.wrap("", fmt.Sprintf("%s looked at, access decided again for each of %s", entries(a.Entries), plural(int64(a.Proposal.Subjects), "subject"))))
	t.proposedGroups(a)
	stays := 0
	for i := range a.Proposal.Outcomes {
		out := &a.Proposal.Outcomes[i]
		switch {
		case out.Stays == "":
			t.outcome(a, out)
		case len(out.State.ACL)+len(out.State.Default) > 0 && a.Back == "" || a.Back != "" && a.Names.GroupName(out.State.GID) == a.Back:
			stays++
		}
	}
	if stays > 0 {
		fmt.Fprintf(t, "\n%s\n", t.bold("stays as it is"))
		for i := range a.Proposal.Outcomes {
			t.staying(a, &a.Proposal.Outcomes[i])
		}
	}
	t.inherits(a)
	return t.Flush()
}

func fromACLAnswer(a *app.FromACL) string {
	n := a.Changes()
	losers := 0
	for _, out := range a.Proposal.Outcomes {
		losers += len(out.Differences)
	}
	what := "groups can replace the access lists of "
	if a.Back != "" {
		what = "access lists can replace the group " + Path(a.Back) + " on "
	}
	switch {
	case n == 0 && a.Back != "":
		return "nothing in " + Path(a.Root) + " that lists in the place of the group could say"
	case n == 0:
		return "no access list in " + Path(a.Root) + " that groups could replace"
	case losers > 0:
		return what + plural(n, "object") + " in " + Path(a.Root) + ", and somebody's access changes by it"
	}
	return what + plural(n, "object") + " in " + Path(a.Root) + "; nobody's access changes"
}

func (t groupsText) proposedGroups(a *app.FromACL) {
	if len(a.Proposal.Groups) == 0 || a.Back != "" {
		return
	}
	fmt.Fprintf(t, "\n%s\n", t.bold("groups"))
	for _, g := range a.Proposal.Groups {
		if !g.New {
			t.WriteString(t.wrap("  ", Path(g.Name)+" is there, with just these members"))
			continue
		}
		fmt.Fprintf(t, "  %s\n  %s\n", Shell([]string{"groupadd", "-g", fmt.Sprint(g.GID), g.Name}), Shell([]string{"gpasswd", "-M", strings.Join(g.Members, ","), g.Name}))
	}
	if len(a.Missing()) > 0 {
		t.WriteString(t.wrap("  ", "or, for a template of ward groups compile:"))
		for _, g := range a.Missing() {
			fmt.Fprintf(t, "  group %s %d = %s\n", g.Name, g.GID, strings.Join(g.Members, " "))
		}
	}
}

func (t groupsText) outcome(a *app.FromACL, out *grouping.Outcome) {
	fmt.Fprintf(t, "\n%s\n", t.bold(t.where(a, out)))
	for _, d := range Differences(&out.State, &out.After, out.Kind, a.Names) {
		name := d.Attribute + " "
		if d.Attribute == "mode" {
			name = ""
		}
		t.WriteString(t.wrap("  ", name+d.From+" -> "+d.To))
	}
	for _, d := range out.Differences {
		t.WriteString(t.wrap("  ", fmt.Sprintf("changes: %s had %s, has %s", Path(d.Who), d.Before, d.After)))
	}
}

func (t groupsText) where(a *app.FromACL, out *grouping.Outcome) string {
	first := Path(app.Place(a.Root, out.First))
	if out.Count == 1 {
		return first
	}
	return fmt.Sprintf("%s and %s more alike", first, count(out.Count-1))
}

func (t groupsText) staying(a *app.FromACL, out *grouping.Outcome) {
	listed := len(out.State.ACL)+len(out.State.Default) > 0
	if out.Stays == "" || a.Back == "" && !listed || a.Back != "" && a.Names.GroupName(out.State.GID) != a.Back {
		return
	}
	t.WriteString(t.wrap("  ", t.where(a, out)+": "+out.Stays))
}

// inherits says what the proof does not reach: objects that are not there yet.
func (t groupsText) inherits(a *app.FromACL) {
	if n := a.Proposal.Inherit; n > 0 && a.Back == "" {
		t.WriteString("\n" + t.wrap("", plural(n, "default list")+" would go. What is created there later gets the group, by setgid, and its mode by the creator's umask: with 022 the group may not write to it. ward umask says what people have."))
	}
}

type fromACLJSON struct {
	Version  int           `json:"version"`
	Kind     string        `json:"kind"`
	Root     jsonPath      `json:"root"`
	Back     string        `json:"back,omitempty"`
	Entries  int64         `json:"entries"`
	Subjects int           `json:"subjects"`
	Groups   []aclGroup    `json:"groups"`
	Outcomes []outcomeJSON `json:"outcomes"`
	Unseen   unseenJSON    `json:"notLookedAt"`
}

type aclGroup struct {
	Name    string   `json:"name"`
	GID     uint32   `json:"gid"`
	Members []string `json:"members"`
	New     bool     `json:"new"`
}

type outcomeJSON struct {
	First       jsonPath         `json:"first"`
	Count       int64            `json:"count"`
	Type        string           `json:"type"`
	Before      StateJSON        `json:"before"`
	After       *StateJSON       `json:"after,omitempty"`
	Stays       string           `json:"stays,omitempty"`
	Differences []differenceJSON `json:"differences"`
}

type differenceJSON struct {
	Who    string `json:"who"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// GroupsFromACLJSON writes the same for programs.
func GroupsFromACLJSON(w io.Writer, a *app.FromACL) error {
	d := fromACLJSON{
		Version: FormatVersion, Kind: "groups-from-acl", Root: newJSONPath(a.Root), Back: a.Back, Entries: a.Entries,
		Subjects: a.Proposal.Subjects, Groups: []aclGroup{}, Outcomes: []outcomeJSON{}, Unseen: unseen(&a.Unseen),
	}
	for _, g := range a.Proposal.Groups {
		d.Groups = append(d.Groups, aclGroup{g.Name, uint32(g.GID), orEmpty(g.Members), g.New})
	}
	for _, out := range a.Proposal.Outcomes {
		x := outcomeJSON{
			First: newJSONPath(app.Place(a.Root, out.First)), Count: out.Count, Type: out.Kind.String(),
			Before: State(&out.State, out.Kind, a.Names), Stays: out.Stays, Differences: []differenceJSON{},
		}
		if out.Stays == "" {
			after := State(&out.After, out.Kind, a.Names)
			x.After = &after
		}
		for _, f := range out.Differences {
			x.Differences = append(x.Differences, differenceJSON{f.Who, f.Before.String(), f.After.String()})
		}
		d.Outcomes = append(d.Outcomes, x)
	}
	return indented(w, d)
}
