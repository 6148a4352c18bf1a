package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"ward/internal/app"
	"ward/mode"
	"ward/plan"
)

// PlanText writes a plan for people: how many changes, then what is done by which
// rule, and who gains and who loses by it.
func PlanText(w io.Writer, p *app.Planned, style Style) error {
	t := planText{bufio.NewWriter(w), style, p}
	t.answer()
	groups := p.Groups
	for len(groups) > 0 {
		n := sameRules(groups)
		t.rules(groups[:n])
		groups = groups[n:]
	}
	t.asked()
	t.refused()
	return t.Flush()
}

type planText struct {
	*bufio.Writer
	Style
	plan *app.Planned
}

func (t planText) answer() {
	p := t.plan
	answer := "nothing to change in " + Path(p.Tree.Root)
	if p.Changes > 0 {
		answer = plural(p.Changes, "change") + " in " + Path(p.Tree.Root)
	}
	t.WriteString(t.bold(t.wrap("", answer)))
	if p.Entries > 0 {
		t.WriteString(t.wrap("", fmt.Sprintf("%s, %s opened, %s", entries(p.Entries), count(p.Opened), seconds(p.Duration))))
	}
	if p.Unseen.Count > 0 {
		t.WriteString(t.wrap("", fmt.Sprintf("incomplete: %s could not be looked at", plural(p.Unseen.Count, "item"))))
	}
}

// sameRules is how many of the first groups are of the same rules.
func sameRules(groups []app.Group) int {
	n := 1
	for n < len(groups) && slices.Equal(groups[0].Rules, groups[n].Rules) {
		n++
	}
	return n
}

// shownGroups is how many kinds of change are shown of a rule.
const shownGroups = 8

func (t planText) rules(groups []app.Group) {
	var total int64
	for _, g := range groups {
		total += g.Count
	}
	ids := ruleIDs(&t.plan.Header, groups[0].Rules)
	fmt.Fprintf(t, "\n%s  (%s)\n", t.bold(strings.Join(ids, " + ")), count(total))
	if r := t.plan.Header.Rules[groups[0].Rules[0]]; len(ids) == 1 {
		t.WriteString(t.wrap("  ", title(r.ID, r.Title)))
		if !t.plan.Header.Undo {
			t.WriteString(t.wrap("  ", r.Reason))
		}
	}
	for i := range groups[:min(len(groups), shownGroups)] {
		t.group(&groups[i])
	}
	if rest := groups[min(len(groups), shownGroups):]; len(rest) > 0 {
		var more int64
		for _, g := range rest {
			more += g.Count
		}
		fmt.Fprintf(t, "  ... and %s of %d further kinds: --format json lists all\n", plural(more, "change"), len(rest))
	}
}

func ruleIDs(h *plan.Header, rules []int) []string {
	ids := make([]string, len(rules))
	for i, r := range rules {
		ids[i] = Path(h.Rules[r].ID)
	}
	return ids
}

func (t planText) group(g *app.Group) {
	differences := Differences(&g.Before, &g.After, g.Kind, t.plan.Names)
	label := "  " + kinds(g.Count, g.Kind) + ": "
	for _, d := range differences {
		t.difference(label, d)
		label = strings.Repeat(" ", 4)
	}
	if g.Follows != nil {
		t.WriteString(t.wrap("    ", "mode "+Mode(g.Before.Mode, g.Kind)+" -> "+Mode(*g.Follows, g.Kind)+" where the server makes it of the list"))
	}
	t.effects("may do more", g.Gains)
	t.effects("may do less", g.Loses)
	t.special(g)
	for _, path := range g.First {
		fmt.Fprintf(t, "      %s\n", t.faint(Path(path)))
	}
	if more := g.Count - int64(len(g.First)); more > 0 {
		fmt.Fprintf(t, "      %s\n", t.faint("... and "+count(more)+" more"))
	}
}

func (t planText) difference(label string, d Difference) {
	line := fmt.Sprintf("%s%s %s -> %s", label, d.Attribute, d.From, d.To)
	if len(line) > t.width() {
		line = fmt.Sprintf("%s%s %s\n      -> %s", label, d.Attribute, d.From, d.To)
	}
	t.WriteString(line + "\n")
}

func (t planText) effects(label string, words []string) {
	if len(words) > 0 {
		t.WriteString(t.wrap("    ", label+": "+strings.Join(words, "; ")))
	}
}

// special says in words what becomes of bits that are easily overlooked.
func (t planText) special(g *app.Group) {
	var words []string
	for _, b := range []struct {
		bit  mode.Mode
		word string
	}{{mode.SetUID, "setuid"}, {mode.SetGID, "setgid"}, {mode.Sticky, "sticky"}} {
		switch was, is := g.Before.Mode&b.bit != 0, g.After.Mode&b.bit != 0; {
		case was && !is:
			words = append(words, "the "+b.word+" bit goes")
		case is && !was:
			words = append(words, "the "+b.word+" bit is set")
		}
	}
	if g.Before.Caps != "" && g.After.Caps == "" {
		words = append(words, "the file capabilities go")
	}
	if len(words) > 0 {
		t.WriteString(t.wrap("    ", strings.Join(words, ", ")))
	}
	if back := putBack(g); len(back) > 0 {
		t.WriteString(t.wrap("    ", "the kernel takes "+strings.Join(back, " and ")+" away with the change of "+
			ownerOrGroup(g)+"; put back after it"))
	}
}

// putBack is what a change of owner or group clears although it is there before and
// after.
func putBack(g *app.Group) (words []string) {
	if g.Before.UID == g.After.UID && g.Before.GID == g.After.GID || g.Kind == mode.Directory || g.Kind == mode.Symlink {
		return nil
	}
	cleared := g.Before.Mode & g.After.Mode &^ plan.Cleared(g.Before.Mode, g.Kind)
	if cleared&mode.SetUID != 0 {
		words = append(words, "the setuid bit")
	}
	if cleared&mode.SetGID != 0 {
		words = append(words, "the setgid bit")
	}
	if g.Before.Caps != "" && g.After.Caps != "" {
		words = append(words, "the file capabilities")
	}
	return words
}

func ownerOrGroup(g *app.Group) string {
	if g.Before.UID != g.After.UID {
		return "owner"
	}
	return "group"
}

// kinds is "12 directories".
func kinds(n int64, k mode.Kind) string {
	noun := k.String()
	switch k {
	case mode.Directory:
		noun = "directory"
	case mode.Symlink:
		noun = "symbolic link"
	case mode.Unknown:
		noun = "object"
	}
	return plural(n, noun)
}

func (t planText) asked() {
	for i, a := range t.plan.Asked {
		if i == 0 {
			fmt.Fprintf(t, "\n%s\n", t.bold("left alone, because these rules ask first:"))
		}
		fmt.Fprintf(t, "  %s  (%s)\n", Path(a.Rule.ID), count(a.Count))
		t.WriteString(t.wrap("    ", title(a.Rule.ID, a.Rule.Title)))
	}
	if len(t.plan.Asked) > 0 {
		fmt.Fprintf(t, "  --also ID takes one of them into the plan\n")
	}
}

// shownRefusals is how many refusals are shown.
const shownRefusals = 20

func (t planText) refused() {
	r := &t.plan.Refused
	if r.Count == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s\n", t.bold("refused, and left alone: "+plural(r.Count, "object")))
	shown := r.First[:min(len(r.First), shownRefusals)]
	for _, x := range shown {
		fmt.Fprintf(t, "  %s\n", Path(app.Place(t.plan.Tree.Root, x.Path)))
		t.WriteString(t.wrap("    ", refusalText(&x)))
		if x.Hint != "" {
			t.WriteString(t.wrap("    ", "hint: "+x.Hint))
		}
	}
	if more := r.Count - int64(len(shown)); more > 0 {
		fmt.Fprintf(t, "  ... and %s more\n", count(more))
	}
}

// refusalText is why, with the option that would allow it.
func refusalText(r *plan.Refusal) string {
	text := r.Text
	switch r.Why {
	case plan.OutsideLinks:
		text += "; --allow-outside-links changes it all the same"
	case plan.OverlayLink:
		text += "; --allow-overlay-links changes it all the same"
	}
	return text
}

// NextStep says how to carry out a plan that was saved.
func NextStep(w io.Writer, p *app.Planned, file string) error {
	if file == "" || p.Changes == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "\nsaved; to carry it out: %s\n", Shell([]string{"ward", "apply", file}))
	return err
}
