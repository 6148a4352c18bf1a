package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/app"
	"ward/mode"
)

// AccessText says whether somebody may do something: the answer first, then the rule
// that gave it, the way there, what else there is to know, and what would change it.
func AccessText(w io.Writer, a *app.AccessAnswer, style Style) error {
	out := &accessWriter{Writer: bufio.NewWriter(w), a: a, style: style}
	out.answer()
	out.ways()
	out.subject()
	out.notes()
	out.fixes()
	return out.Flush()
}

// AccessLine is the answer in one line.
func AccessLine(a *app.AccessAnswer) string {
	who, does := Path(a.Who.Name), a.Request.Action.String()+" "+shortened(a.Request.Path)
	if a.Request.Target != "" {
		does += " to " + shortened(a.Request.Target)
	}
	switch {
	case a.Verdict.Reason.Rule == access.NoFormat:
		return "not a program: " + who + " may, but execve cannot " + does
	case a.Verdict.Answer == access.Denied && a.Sure == app.Open:
		return "undecided: as far as can be seen, " + who + " may not " + does
	case a.Verdict.Answer == access.Denied && impossible(a.Verdict.Errno):
		return "impossible: " + who + " cannot " + does
	case a.Verdict.Answer == access.Denied:
		return "denied: " + who + " may not " + does
	case a.Refused() != nil:
		return "denied: the permissions let " + who + " " + does + ", and " + a.Refused().By + " does not"
	case a.Verdict.Answer == access.Allowed && a.Sure == app.Open:
		return "undecided: the permissions let " + who + " " + does
	case a.Verdict.Answer == access.Allowed:
		return "allowed: " + who + " may " + does
	}
	return "undecided: whether " + who + " may " + does + " cannot be told from here"
}

// shortened is a path without the middle of one that nobody would read.
func shortened(path string) string {
	const most, end = 300, 100
	if len(path) <= most {
		return Path(path)
	}
	return fmt.Sprintf("%s…%s (%d bytes)", Path(path[:end]), Path(path[len(path)-end:]), len(path))
}

// impossible tells errors that no permission changes from denials.
func impossible(e access.Errno) bool {
	switch e {
	case "EACCES", "EPERM", "EROFS", "EOVERFLOW":
		return false
	}
	return true
}

// accessWriter writes one answer.
type accessWriter struct {
	*bufio.Writer
	a     *app.AccessAnswer
	style Style
}

func (w *accessWriter) answer() {
	colour := map[access.Answer]string{access.Allowed: "1;32", access.Denied: "1;31"}[w.a.Verdict.Answer]
	if w.a.Refused() != nil {
		colour = "1;31"
	} else if w.a.Sure == app.Open {
		colour = "1;33"
	}
	word, rest, _ := strings.Cut(AccessLine(w.a), ":")
	fmt.Fprintf(w, "%s:%s\n", w.style.paint(colour, word), rest)
	w.WriteString(w.style.wrap("  ", w.why()))
}

// why is the rule that decided, and where.
func (w *accessWriter) why() string {
	a := w.a
	if len(a.Checks) == 0 {
		return ""
	}
	last := a.Checks[len(a.Checks)-1]
	text := a.Verdict.Reason.Format(a.Names)
	if wanted := a.Wanted(last); wanted != "" && last.Where == a.Verdict.Where {
		text = "to " + wanted + " it: " + text
	}
	at := shortened(a.Where(a.Verdict.Where))
	switch a.Verdict.Answer {
	case access.Denied:
		return string(a.Verdict.Errno) + " at " + at + ", " + text
	case access.Unknown:
		return "at " + at + ", " + text
	}
	return text
}

func (w *accessWriter) ways() {
	q := w.a.Question
	w.way(0, "")
	if q.Target != nil {
		w.way(1, "the new name:")
	}
	for i, way := range q.With.Interpreters {
		number := int8(i + 2)
		switch at := w.a.Verdict.Where; {
		case w.a.Verdict.Answer != access.Allowed && at.Way == number:
			w.way(number, "what runs it:")
		case w.a.Verdict.Answer != access.Allowed && at.Way < number:
			return
		default:
			w.runner(way)
		}
	}
}

// runner is what runs a program, in one line, where nothing is wrong with it.
func (w *accessWriter) runner(way *access.Way) {
	if s := way.Object(); s != nil {
		fmt.Fprintf(w, "  ok %-11s %s  %s\n", s.Entry.Mode.Format(s.Entry.Kind), w.owners(s), Path(s.Path)+"  (runs it)")
	}
}

func (w *accessWriter) way(number int8, title string) {
	way := app.WayOf(w.a.Question, number)
	if way == nil {
		return
	}
	w.WriteByte('\n')
	if title != "" {
		fmt.Fprintf(w, "  %s\n", title)
	}
	owners := 0
	for i := range way.Steps {
		owners = max(owners, len(w.owners(&way.Steps[i])))
	}
	for i := range way.Steps {
		at := access.Where{Way: number, Step: i}
		if n := sameSteps(way, i); n > 0 && at != w.a.Verdict.Where {
			if n == 1 && sameSteps(way, i-1) == 0 {
				fmt.Fprintf(w, "     … and so on\n")
			}
			continue
		}
		w.step(way, at, owners)
	}
	if gone := app.Gone(way); gone != "" {
		fmt.Fprintf(w, "  %s %s\n", w.mark(access.Where{Way: number, Step: len(way.Steps)}), Path(gone)+" does not exist")
	}
}

// sameSteps counts the earlier steps of a way, not counting the first, that are the
// very link: one that leads to itself comes by it until the kernel gives up.
func sameSteps(way *access.Way, i int) (n int) {
	s := &way.Steps[i]
	if s.Entry.Kind != mode.Symlink {
		return 0
	}
	for j := range i {
		if o := &way.Steps[j]; o.Path == s.Path && o.Link == s.Link {
			n++
		}
	}
	return n
}

// checks are those that were made at a component; refused ones count more than
// others, and what asked for nothing counts nothing.
func (w *accessWriter) checks(at access.Where) (shown []access.Check, seen bool) {
	for _, c := range w.a.Checks {
		if c.Where != at {
			continue
		}
		seen = true
		if c.Reason.Rule != access.NothingAsked {
			shown = append(shown, c)
		}
	}
	return shown, seen
}

func (w *accessWriter) mark(at access.Where) string {
	shown, seen := w.checks(at)
	for _, c := range shown {
		switch c.Answer {
		case access.Denied:
			return w.style.paint("1;31", "NO")
		case access.Unknown:
			return w.style.paint("1;33", "? ")
		}
	}
	if !seen && w.a.Verdict.Answer != access.Allowed && after(at, w.a.Verdict.Where) {
		return w.style.faint("--")
	}
	return w.style.paint("32", "ok")
}

// after reports whether a place comes later on the way than another.
func after(a, b access.Where) bool {
	return a.Way > b.Way || a.Way == b.Way && a.Step > b.Step
}

// step is one component: what it is, and what it says, behind it where there is room.
func (w *accessWriter) step(way *access.Way, at access.Where, owners int) {
	s := &way.Steps[at.Step]
	listing := s.Entry.Mode.Format(s.Entry.Kind)
	if s.Entry.Known&entry.Stat == 0 {
		listing = "?"
	}
	if len(s.Entry.ACL) > 0 {
		listing += "+"
	}
	name := Path(s.Path)
	if s.Entry.Kind == mode.Symlink {
		name += " -> " + linkTarget(s)
	}
	line := fmt.Sprintf("%-11s %-*s %s", listing, owners, w.owners(s), name)
	said := w.said(at)
	if len(said) == 1 && len(line)+len(said[0])+7 <= w.style.width() {
		line, said = line+"  "+w.style.faint(said[0]), nil
	}
	fmt.Fprintf(w, "  %s %s\n", w.mark(at), line)
	for _, text := range said {
		w.WriteString(w.style.faint(w.style.wrap("       ", text)))
	}
	if shown, _ := w.checks(at); len(shown) > 0 {
		w.WriteString(w.style.faint(w.style.wrap("       ", w.entries(s))))
	}
}

// linkTarget is where a link leads; the links of /proc are followed by the kernel
// alone, and what cannot be read is not said.
func linkTarget(s *access.Step) string {
	if s.Link == "" {
		return "?"
	}
	return Path(s.Link)
}

func (w *accessWriter) owners(s *access.Step) string {
	return User(s.Entry.UID, w.a.Names) + ":" + Group(s.Entry.GID, w.a.Names)
}

// said is what the checks of a component have to say, each once.
func (w *accessWriter) said(at access.Where) (texts []string) {
	shown, _ := w.checks(at)
	for _, c := range shown {
		text := c.Reason.Format(w.a.Names)
		if wanted := w.a.Wanted(c); wanted != "" {
			text = wanted + ": " + text
		}
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

// entries are those of a component's list that concern the one who asks, with the
// mask that cuts them.
func (w *accessWriter) entries(s *access.Step) string {
	var parts []string
	who := w.a.Who
	if who.UID == s.Entry.UID {
		return ""
	}
	for _, e := range s.Entry.ACL {
		mine := e.Tag == acl.User && ident.UID(e.ID) == who.UID || e.Tag == acl.Group && who.InGroup(ident.GID(e.ID)) ||
			e.Tag == acl.GroupObj && who.InGroup(s.Entry.GID)
		if mine {
			text := e.Format(w.a.Names)
			if left := s.Entry.ACL.Effective(e); left != e.Rights {
				text += " (the mask leaves " + left.String() + ")"
			}
			parts = append(parts, text)
		}
	}
	if mask, ok := s.Entry.ACL.MaskRights(); ok && parts != nil {
		parts = append(parts, "mask::"+mask.String())
	}
	if parts == nil {
		return ""
	}
	return "list: " + strings.Join(parts, ", ")
}

// subject says who asked, and how sure the answer is.
func (w *accessWriter) subject() {
	who := w.a.Who
	n := w.a.Names
	text := fmt.Sprintf("uid %d, gid %d", who.UID, who.GID)
	if name := Group(who.GID, n); name != number(uint32(who.GID)) {
		text += " (" + name + ")"
	}
	if name := Path(who.Name); !strings.HasPrefix(name, "uid ") {
		text = name + ": " + text
	}
	if len(who.Groups) > 0 {
		names := make([]string, len(who.Groups))
		for i, g := range who.Groups {
			names[i] = Group(g, n)
		}
		text += ", groups " + strings.Join(names, ", ")
	}
	if who.Caps != 0 {
		text += ", capabilities " + capabilities(who.Caps)
	}
	fmt.Fprintln(w)
	w.WriteString(w.style.wrap("  ", text))
	w.WriteString(w.style.wrap("  ", w.sure()))
}

func capabilities(c ident.Capabilities) string {
	const most = 4
	if list := c.Slice(); len(list) > most {
		if missing := (ident.AllCapabilities &^ c).Slice(); len(missing) <= most && len(missing) > 0 {
			return "all but " + (ident.AllCapabilities &^ c).String()
		}
	}
	return c.String()
}

func (w *accessWriter) sure() string {
	a := w.a
	switch {
	case a.Verdict.Answer == access.Denied && a.Sure == app.Certain:
		for _, c := range a.Checks {
			if c.Answer == access.Unknown {
				return "certain: what could not be seen could only refuse it too"
			}
		}
		return "certain: everything that decides was seen"
	case a.Refused() != nil:
		return "certain: the bits allow it; " + a.Refused().Evidence
	case a.Sure == app.Certain:
		return "certain: everything that decides was seen, and nothing else was found at work"
	}
	var parts []string
	if a.Verdict.Answer == access.Allowed {
		parts = append(parts, "the bits allow it")
	}
	for _, c := range a.Outside {
		text := c.Evidence
		if !strings.HasPrefix(text, c.By) {
			text = c.By + ": " + text
		}
		parts = append(parts, text)
	}
	if p := a.Who.Process; a.Verdict.Answer == access.Unknown || p != nil && len(p.Unread) > 0 {
		parts = append(parts, "not everything that decides could be seen")
	}
	return a.Sure.String() + ": " + strings.Join(parts, "; ")
}

func (w *accessWriter) notes() {
	for _, n := range w.a.Notes {
		fmt.Fprintln(w)
		text := n.Text
		if len(n.Do) > 0 {
			text += ":"
		} else if !strings.HasSuffix(text, ".") {
			text += "."
		}
		w.WriteString(w.style.wrap("  ", text))
		for _, line := range n.Do {
			for _, l := range commandLines("      ", line) {
				fmt.Fprintln(w, l)
			}
		}
	}
}

func (w *accessWriter) fixes() {
	a := w.a
	switch {
	case len(a.Fixes) == 0 && a.Request.Stop && a.Verdict.Answer == access.Allowed:
		fmt.Fprint(w, "\nNo narrow change ends it.\n")
		return
	case len(a.Fixes) == 0:
		return
	case a.Request.Stop:
		fmt.Fprintf(w, "\n%s\n", w.style.bold("To end it, the narrowest first:"))
	default:
		fmt.Fprintf(w, "\n%s\n", w.style.bold("To allow it, the narrowest first:"))
	}
	for i := range a.Fixes {
		w.fix(i+1, &a.Fixes[i])
	}
}

func (w *accessWriter) fix(number int, f *access.Fix) {
	fmt.Fprintf(w, "  %d. %s\n", number, w.reach(f))
	for _, r := range f.Remedies {
		lines := r.Commands(w.a.Names, w.a.UserName())
		if r.Does == access.MoveTo {
			fmt.Fprintf(w, "       let it lie at %s instead\n", Path(r.Path))
		}
		for _, line := range lines {
			w.command("       ", line)
		}
		if r.Does == access.Grant {
			fmt.Fprintf(w, "       (in a systemd unit: AmbientCapabilities=%s)\n", strings.ToUpper(r.Cap.String()))
		}
		if r.Does == access.Drop {
			fmt.Fprintf(w, "       take %s from it (in a systemd unit: CapabilityBoundingSet=~%[1]s)\n", strings.ToUpper(r.Cap.String()))
		}
		w.sideEffects(r)
	}
}

// command writes a command line, in bold.
func (w *accessWriter) command(indent string, args []string) {
	for _, line := range commandLines(indent, args) {
		text := strings.TrimLeft(line, " ")
		fmt.Fprintf(w, "%s%s\n", line[:len(line)-len(text)], w.style.bold(text))
	}
}

// reach says whom else a fix concerns, and how far it goes.
func (w *accessWriter) reach(f *access.Fix) string {
	verb, nobody := "lets in", "lets nobody else in"
	if w.a.Request.Stop {
		verb, nobody = "shuts out", "shuts nobody else out"
	}
	var whom []string
	if f.Users > 0 {
		whom = append(whom, plural(int64(f.Users), "other user"))
	}
	if f.Unlisted > 0 {
		whom = append(whom, plural(int64(f.Unlisted), "uid")+" without account")
	}
	if f.Processes > 0 {
		whom = append(whom, otherProcesses(f.Processes))
	}
	text := nobody
	if whom != nil {
		text = verb + " " + strings.Join(whom, " and ")
	}
	return text + w.breadth(f)
}

// breadth says how far a fix goes beyond the path.
func (w *accessWriter) breadth(f *access.Fix) string {
	if !w.a.Request.Stop {
		for _, r := range f.Remedies {
			if opens := capabilityOpens()[r.Cap]; opens != "" && r.Does == access.Grant {
				return "; but COMMAND may then " + opens
			}
		}
	}
	if int(f.Breadth) < len(breadths) {
		return breadths[f.Breadth]
	}
	return ""
}

// capabilityOpens is all that a capability is good for, of those that are proposed.
func capabilityOpens() map[ident.Capability]string {
	return map[ident.Capability]string{
		ident.CapDACReadSearch: "read every file",
		ident.CapDACOverride:   "read and write every file",
		ident.CapFOwner:        "change every file as if it were its owner",
		ident.CapChown:         "give away and take every file",
	}
}

func otherProcesses(n int) string {
	if n == 1 {
		return "1 other process"
	}
	return count(int64(n)) + " other processes"
}

// breadths says how far a fix goes beyond the path.
var breadths = [...]string{
	access.OtherOwner:     "; who owns it changes",
	access.OtherIdentity:  "; it is done in another name",
	access.WholeGroup:     "; it concerns all that the group may",
	access.WholeDirectory: "; it concerns all that lies in the directory",
	access.WholeMount:     "; it concerns the whole mount",
	access.Everywhere:     "; it opens far more than this path",
}

// sideEffects are who else gains or loses by the change of an object.
func (w *accessWriter) sideEffects(r access.Remedy) {
	shift := r.Shift(w.a.Crowd)
	own := w.a.UserName() + " ("
	for _, side := range []struct {
		verb  string
		lines []string
	}{{"gains", shift.Gains()}, {"loses", shift.Loses()}} {
		for _, line := range side.lines {
			who, what, _ := strings.Cut(line, ": ")
			if !strings.HasPrefix(line, own) {
				w.WriteString(w.style.faint(w.style.wrap("       ", "of "+Path(r.Path)+": "+who+" "+side.verb+" "+what)))
			}
		}
	}
}
