package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"ward/acl"
	"ward/entry"
	"ward/internal/app"
	"ward/mode"
	"ward/repair"
)

// RepairText writes what a repair found: the files with privileges first, then the
// plan, then what is left alone and why.
func RepairText(w io.Writer, r *app.Repair, p *app.Planned, all bool, style Style) error {
	t := repairText{bufio.NewWriter(w), style, r, p, all}
	t.reference()
	t.privileged()
	if err := t.Flush(); err != nil {
		return err
	}
	if err := PlanText(t.Writer, p, style); err != nil {
		return err
	}
	t.rails()
	t.tighter()
	t.list("another kind of object than the reference has, and left alone", &r.OtherKind)
	t.list("owned by somebody whom this system does not have, and left alone", &r.NoOwner)
	t.unknown()
	t.missing()
	t.unopened()
	return t.Flush()
}

// unopened names the trees that no package has to do with.
func (t repairText) unopened() {
	l := &t.repair.Unopened
	if l.Count == 0 {
		return
	}
	var names []string
	for i := range l.First[:t.most(len(l.First), shownLeft)] {
		names = append(names, Path("/"+l.First[i].Path))
	}
	if l.Count > int64(len(names)) {
		names = append(names, "...")
	}
	t.WriteString("\n" + t.wrap("", "not looked into, as no package keeps anything there: "+strings.Join(names, ", ")))
}

type repairText struct {
	*bufio.Writer
	Style
	repair *app.Repair
	plan   *app.Planned
	all    bool
}

func (t repairText) reference() {
	t.WriteString(t.wrap("", "reference: "+t.repair.From))
	for _, note := range t.repair.Notes {
		t.WriteString(t.wrap("  ", note))
	}
	if n := len(t.repair.NotAtHand); n > 0 {
		names := t.repair.NotAtHand[:min(n, shownNames)]
		text := fmt.Sprintf("the modes of %s are not known, as no .deb of them is at hand: %s", plural(int64(n), "package"), strings.Join(names, ", "))
		if n > len(names) {
			text += ", ..."
		}
		t.WriteString(t.wrap("  ", text+". --download has apt-get fetch them; --debs DIR names a directory that has them"))
	}
	t.WriteString("\n")
}

// shownNames is how many packages are named.
const shownNames = 6

// privileged lists the files that decide who is root, gravest first.
func (t repairText) privileged() {
	r := t.repair
	if r.Privileged.Count == 0 && r.RightPrivileged == 0 {
		return
	}
	head := fmt.Sprintf("files with privileges: %s not as the reference has them, %s right", count(r.Privileged.Count), count(r.RightPrivileged))
	t.WriteString(t.bold(t.wrap("", head)))
	shown := slices.Clone(r.Privileged.First)
	slices.SortStableFunc(shown, func(a, b app.LeftOne) int { return cmp.Compare(gravity(a.Fate), gravity(b.Fate)) })
	for i := range shown[:t.most(len(shown), shownPrivileged)] {
		t.privilegedOne(&shown[i])
	}
	t.more(len(shown), shownPrivileged)
	t.WriteString("\n")
}

// gravity is the order in which fates are shown.
func gravity(f app.GrantFate) int {
	return slices.Index([]app.GrantFate{app.Altered, app.Unchecked, app.InDoubt, app.LeftTighter, app.Granted, app.Narrows}, f)
}

// How many are shown of each kind where not all are asked for.
const (
	shownPrivileged = 40
	shownLeft       = 10
)

func (t repairText) most(n, shown int) int {
	if t.all {
		return n
	}
	return min(n, shown)
}

func (t repairText) more(n, shown int) {
	if more := n - t.most(n, shown); more > 0 {
		fmt.Fprintf(t, "    ... and %s more: --all shows them\n", count(int64(more)))
	}
}

func (t repairText) privilegedOne(x *app.LeftOne) {
	fmt.Fprintf(t, "  %s\n", Path("/"+x.Path))
	text := fmt.Sprintf("%s, should be %s", stateWords(&x.Found, x.Kind, t.plan.Names), stateWords(&x.Wanted, x.Kind, t.plan.Names))
	t.WriteString(t.wrap("    ", text))
	why := x.Fate.String()
	if x.Text != "" {
		why += ": " + x.Text
	}
	switch x.Fate {
	case app.Altered:
		why += fmt.Sprintf("; it gets no privileges. Install %s anew", firstWord(x.Source))
	case app.LeftTighter:
		why += fmt.Sprintf("; --loosen=%s gives it back", x.Path)
	case app.InDoubt:
		why += fmt.Sprintf(" (%s); --guess=%s follows the script", x.Guess.Why, x.Guess.Certainty)
	}
	t.WriteString(t.wrap("    ", why))
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

// rails says how directories of the system are allowed, all together.
func (t repairText) rails() {
	if len(t.repair.Rails) < 2 {
		return
	}
	args := []string{}
	for _, path := range t.repair.Rails {
		args = append(args, "--allow-system", path)
	}
	fmt.Fprintf(t, "  all of the system's directories at once:\n    %s\n", Shell(args))
}

// tighter counts what gives less than the reference, by what it is, and says how it
// would be given back.
func (t repairText) tighter() {
	l := &t.repair.Tighter
	if l.Count == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s\n", t.bold(fmt.Sprintf("tighter than the reference, and left so: %s", plural(l.Count, "object"))))
	for _, n := range t.repair.Narrow {
		t.WriteString(t.wrap("  ", t.narrowed(&n)))
	}
	for _, g := range likes(l.First) {
		x := &g[0]
		t.WriteString(t.wrap("  ", fmt.Sprintf("%s: %s, should be %s", kinds(int64(len(g)), x.Kind), stateWords(&x.Found, x.Kind, t.plan.Names), stateWords(&x.Wanted, x.Kind, t.plan.Names))))
		for i := range g[:t.most(len(g), 3)] {
			fmt.Fprintf(t, "      %s\n", t.faint(Path("/"+g[i].Path)))
		}
		if more := len(g) - t.most(len(g), 3); more > 0 {
			fmt.Fprintf(t, "      %s\n", t.faint("... and "+count(int64(more))+" more"))
		}
	}
	t.WriteString(t.wrap("  ", "--loosen=PATH gives back what is at PATH and below, --loosen everything"))
}

func (t repairText) narrowed(n *app.Narrowed) string {
	return fmt.Sprintf("/%s: %s, of which %s are %s. If somebody ran `chmod -R` there: --loosen=%s", n.Top, plural(n.Counts, "object"), count(n.Same), n.Mode.Octal(), n.Top)
}

// likes puts together what was found alike and should be alike, most first.
func likes(all []app.LeftOne) [][]app.LeftOne {
	groups := map[string][]app.LeftOne{}
	for _, x := range all {
		k := fmt.Sprint(x.Kind, x.Found.Mode, x.Found.UID, x.Found.GID, x.Wanted.Mode, x.Wanted.UID, x.Wanted.GID, x.Found.ACL, x.Wanted.ACL, x.Found.Caps == x.Wanted.Caps)
		groups[k] = append(groups[k], x)
	}
	var sorted [][]app.LeftOne
	for _, g := range groups {
		sorted = append(sorted, g)
	}
	slices.SortFunc(sorted, func(a, b []app.LeftOne) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a[0].Path, b[0].Path))
	})
	return sorted
}

func (t repairText) list(head string, l *app.Left) {
	if l.Count == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s\n", t.bold(fmt.Sprintf("%s: %s", head, plural(l.Count, "object"))))
	for i := range l.First[:t.most(len(l.First), shownLeft)] {
		x := &l.First[i]
		fmt.Fprintf(t, "  %s\n", Path("/"+x.Path))
		t.WriteString(t.wrap("    ", fmt.Sprintf("it is a %s; %s (%s)", x.Kind, x.Text, x.Source)))
	}
	t.more(len(l.First), shownLeft)
}

// unknown lists what no source knows and what does not look like its guess, the
// surest guesses first.
func (t repairText) unknown() {
	l := &t.repair.Unknown
	if l.Count == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s\n", t.bold(fmt.Sprintf("not known for certain, and left alone: %s", plural(l.Count, "object"))))
	for _, g := range guesses(l.First) {
		label := "no guess"
		if g[0].Guess != nil {
			label = "guess: " + g[0].Guess.Certainty.String()
		}
		fmt.Fprintf(t, "  %s (%s)\n", label, count(int64(len(g))))
		for i := range g[:t.most(len(g), shownLeft)] {
			t.guess(&g[i])
		}
		t.more(len(g), shownLeft)
	}
	t.WriteString(t.wrap("  ", "--guess=sure, likely or unsure carries out guesses that are as certain as that"))
}

func guesses(all []app.LeftOne) [][]app.LeftOne {
	groups := map[repair.Certainty][]app.LeftOne{}
	for _, x := range all {
		c := repair.NoGuess
		if x.Guess != nil {
			c = x.Guess.Certainty
		}
		groups[c] = append(groups[c], x)
	}
	var sorted [][]app.LeftOne
	for c := repair.Sure + 1; c > 0; c-- {
		if g := groups[c-1]; len(g) > 0 {
			sorted = append(sorted, g)
		}
	}
	return sorted
}

func (t repairText) guess(x *app.LeftOne) {
	fmt.Fprintf(t, "    %s\n", Path("/"+x.Path))
	text := stateWords(&x.Found, x.Kind, t.plan.Names)
	if x.Guess != nil && x.Guess.Parts != 0 {
		text += ", probably " + stateWords(&x.Wanted, x.Kind, t.plan.Names)
	}
	if x.Guess != nil {
		text += ": " + x.Guess.Why
	}
	t.WriteString(t.wrap("      ", text))
}

func (t repairText) missing() {
	l := &t.repair.Missing
	if l.Count == 0 {
		return
	}
	fmt.Fprintf(t, "\n%s\n", t.bold(fmt.Sprintf("not there, though the reference has them: %s", plural(l.Count, "object"))))
	for i := range l.First[:t.most(len(l.First), shownLeft)] {
		fmt.Fprintf(t, "  %s  (%s)\n", Path("/"+l.First[i].Path), printable(l.First[i].Source))
	}
	t.more(len(l.First), shownLeft)
}

// SecondRunText says what the second run of a repair will do.
func SecondRunText(w io.Writer, r *app.Repair, style Style) error {
	var words []string
	if r.Grants > 0 {
		words = append(words, "privileges go back to "+plural(int64(r.Grants), "file"))
	}
	if r.Again > 0 {
		words = append(words, "files with several names follow ("+plural(r.Again, "name")+"), whose directories others can write to until then")
	}
	if len(words) == 0 {
		return nil
	}
	_, err := io.WriteString(w, "\n"+style.wrap("", "then, in a run of their own: "+strings.Join(words, "; ")))
	return err
}

// RefusedText writes what of a plan is refused.
func RefusedText(w io.Writer, p *app.Planned, style Style) error {
	t := planText{bufio.NewWriter(w), style, p}
	t.refused()
	return t.Flush()
}

// stateWords is a state in one line: "4755 root:root", with what is beyond the mode.
func stateWords(s *entry.State, k mode.Kind, names acl.Names) string {
	text := s.Mode.Octal()
	if k == mode.Symlink {
		text = "link"
	}
	text += " " + User(s.UID, names) + ":" + Group(s.GID, names)
	if len(s.ACL) > 0 {
		text += " acl " + List(s.ACL, names)
	}
	if len(s.Default) > 0 {
		text += " default " + List(s.Default, names)
	}
	if s.Caps != "" {
		text += " " + Capabilities(s.Caps)
	}
	if s.Flags != 0 {
		text += " " + FlagWords(s.Flags)
	}
	return text
}
