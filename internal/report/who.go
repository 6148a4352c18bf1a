package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"ward/access"
	"ward/account"
	"ward/internal/app"
)

// WhoText says who may: first in a sentence, then by what. all names every user, and
// not only the first ones of a group.
func WhoText(w io.Writer, a *app.WhoMay, all bool, style Style) error {
	out := &whoWriter{Writer: bufio.NewWriter(w), a: a, all: all, style: style}
	out.answer()
	out.people()
	out.groups()
	out.rest()
	out.processes()
	for _, c := range a.Outside {
		out.WriteString(style.wrap("  ", c.By+" decides as well: "+c.Evidence))
	}
	return out.Flush()
}

type whoWriter struct {
	*bufio.Writer
	a     *app.WhoMay
	all   bool
	style Style
}

func (w *whoWriter) answer() {
	p := w.a.Permitted
	does := w.a.Request.Action.String() + " " + Path(w.a.Request.Path)
	users := int64(len(w.a.Names.Users()))
	may := int64(p.Count(access.Allowed))
	answer := fmt.Sprintf("%s of %s may %s", count(may), plural(users, "user"), does)
	switch {
	case p.Everyone():
		answer = "everyone may " + does
	case p.OnlyRoot():
		answer = "nobody but root may " + does
	case p.Count(access.Denied) == len(w.a.Names.Users()):
		answer = "nobody may " + does + ", not even root"
	}
	if n := p.Count(access.Unknown); n > 0 {
		answer += "; of " + count(int64(n)) + " it cannot be told"
	}
	fmt.Fprintf(w, "%s\n", w.style.bold(answer))
	if v := rootsVerdict(p); v.Answer == access.Denied {
		w.WriteString(w.style.wrap("  ", string(v.Errno)+" at "+Path(w.where(v))+": "+v.Reason.Format(w.a.Names)))
	}
}

// rootsVerdict is what stops even root: what stops everybody.
func rootsVerdict(p *access.Permitted) access.Verdict {
	for i := range p.Standings {
		if p.Standings[i].UID == 0 {
			return p.Standings[i].Verdict
		}
	}
	return p.Rest().Verdict
}

func (w *whoWriter) where(v access.Verdict) string {
	a := app.AccessAnswer{Request: app.AccessRequest{Path: w.a.Request.Path}, Question: w.a.Question}
	return a.Where(v.Where)
}

// people are the users whose answer is not that of the rest, by what gave it.
func (w *whoWriter) people() {
	rest := w.a.Permitted.Rest().Verdict
	lines := map[string][]string{}
	var order []string
	for i := range w.a.Permitted.Standings {
		s := &w.a.Permitted.Standings[i]
		if s.Rest || s.Verdict.Answer == rest.Answer && rest.Answer != access.Denied && s.UID != 0 {
			continue
		}
		if s.Verdict.Answer == access.Denied && rest.Answer == access.Denied {
			continue
		}
		key := w.because(s)
		if _, ok := lines[key]; !ok {
			order = append(order, key)
		}
		for u := range w.a.Permitted.Users(i) {
			lines[key] = append(lines[key], w.name(u))
		}
	}
	for _, key := range order {
		w.line(lines[key], key)
	}
}

func (w *whoWriter) because(s *access.Standing) string {
	v := s.Verdict
	text := v.Reason.Format(w.a.Names)
	switch v.Answer {
	case access.Denied:
		text = "no: at " + Path(w.where(v)) + ", " + text
	case access.Unknown:
		text = "cannot be told: at " + Path(w.where(v)) + ", " + text
	}
	return text
}

func (w *whoWriter) name(u account.User) string {
	if u.Name != "" {
		return Path(u.Name)
	}
	return "uid " + number(uint32(u.UID)) + " (no such user)"
}

// few is how many names of a line are shown unless all are asked for.
const few = 6

func (w *whoWriter) line(names []string, because string) {
	if len(names) == 0 {
		return
	}
	shown := names
	if !w.all && len(names) > few {
		shown = append(names[:few:few], "and "+count(int64(len(names)-few))+" more (--all)")
	}
	fmt.Fprintln(w)
	w.WriteString(w.style.wrap("  ", strings.Join(shown, ", ")))
	w.WriteString(w.style.faint(w.style.wrap("      ", because)))
}

// groups are those whose members may by that alone.
func (w *whoWriter) groups() {
	rest := w.a.Permitted.Rest().Verdict.Answer
	for _, g := range w.a.Permitted.Groups {
		if g.Verdict.Answer == rest {
			continue
		}
		positions, _ := w.a.Names.Belong(g.GID)
		members := plural(int64(len(positions)), "member")
		if len(positions) == 0 && w.a.Names.Complete() {
			members = "nobody is in it"
		}
		because := g.Verdict.Reason.Format(w.a.Names)
		if g.Verdict.Answer == access.Denied {
			because = "no: at " + Path(w.where(g.Verdict)) + ", " + because
		}
		fmt.Fprintln(w)
		w.WriteString(w.style.wrap("  ", "group "+Group(g.GID, w.a.Names)+" ("+members+")"))
		w.WriteString(w.style.faint(w.style.wrap("      ", because)))
	}
}

func (w *whoWriter) rest() {
	p := w.a.Permitted
	if p.Everyone() {
		w.line([]string{"everyone"}, p.Rest().Verdict.Reason.Format(w.a.Names))
		return
	}
	w.line([]string{"everyone else (" + plural(int64(p.Rest().Count), "user") + ")"}, map[access.Answer]string{access.Allowed: "yes: "}[p.Rest().Verdict.Answer]+w.because(p.Rest()))
}

func (w *whoWriter) processes() {
	if !w.a.Request.Processes {
		return
	}
	may := 0
	for _, p := range w.a.Processes {
		if p.Verdict.Answer == access.Allowed {
			may++
		}
	}
	fmt.Fprintf(w, "\n%s\n", w.style.bold(fmt.Sprintf("%s of %s running processes may", count(int64(may)), count(int64(len(w.a.Processes))))))
	shown := 0
	for _, p := range w.a.Processes {
		if p.Verdict.Answer != access.Allowed {
			continue
		}
		if shown++; shown > few*4 && !w.all {
			fmt.Fprintf(w, "  and %s more (--all)\n", count(int64(may-few*4)))
			break
		}
		fmt.Fprintf(w, "  %7d %-15s %-12s %s\n", p.Process.PID, Path(p.Process.Name), User(p.Process.Caller.UID, w.a.Names), p.Verdict.Reason.Format(w.a.Names))
	}
	if n := w.a.Elsewhere; n > 0 {
		fmt.Fprintf(w, "  %s in containers see another tree and were not asked about\n", pluralProcess(n))
	}
	if n := w.a.Unseen; n > 0 {
		fmt.Fprintf(w, "  %s could not be looked at\n", pluralProcess(n))
	}
}

func pluralProcess(n int) string {
	if n == 1 {
		return "1 process"
	}
	return count(int64(n)) + " processes"
}

type whoJSON struct {
	Version int    `json:"version"`
	Kind    string `json:"kind"`
	Action  string `json:"action"`
	jsonPath
	Everyone  bool                `json:"everyone"`
	OnlyRoot  bool                `json:"onlyRoot"`
	Users     []whoUserJSON       `json:"users"`
	Groups    []whoGroupJSON      `json:"groups"`
	Others    whoVerdictJSON      `json:"others"` // of whoever is nobody of the lists
	Processes []whoProcessJSON    `json:"processes,omitempty"`
	Elsewhere int                 `json:"processesElsewhere,omitempty"`
	Outside   []accessOutsideJSON `json:"outside"`
}

type whoVerdictJSON struct {
	Answer string `json:"answer"`
	Errno  string `json:"errno,omitempty"`
	At     string `json:"at,omitempty"`
	Rule   string `json:"rule"`
	Text   string `json:"text"`
}

type whoUserJSON struct {
	Name string `json:"name,omitempty"`
	UID  uint32 `json:"uid"`
	whoVerdictJSON
}

type whoGroupJSON struct {
	Name string `json:"name"`
	GID  uint32 `json:"gid"`
	whoVerdictJSON
}

type whoProcessJSON struct {
	PID  int    `json:"pid"`
	Name string `json:"name"`
	UID  uint32 `json:"uid"`
	whoVerdictJSON
}

// WhoJSON writes every user with his answer as one JSON document, described in
// docs/formats.md.
func WhoJSON(out io.Writer, a *app.WhoMay) error {
	w := &whoWriter{a: a}
	d := whoJSON{
		Version: FormatVersion, Kind: "who", Action: a.Request.Action.String(), jsonPath: newJSONPath(a.Request.Path),
		Everyone: a.Permitted.Everyone(), OnlyRoot: a.Permitted.OnlyRoot(), Users: []whoUserJSON{}, Groups: []whoGroupJSON{},
		Others: w.verdict(a.Permitted.Rest().Verdict), Elsewhere: a.Elsewhere, Outside: []accessOutsideJSON{},
	}
	for i := range a.Permitted.Standings {
		v := w.verdict(a.Permitted.Standings[i].Verdict)
		for u := range a.Permitted.Users(i) {
			d.Users = append(d.Users, whoUserJSON{u.Name, uint32(u.UID), v})
		}
	}
	for _, g := range a.Permitted.Groups {
		d.Groups = append(d.Groups, whoGroupJSON{a.Names.GroupName(g.GID), uint32(g.GID), w.verdict(g.Verdict)})
	}
	for _, p := range a.Processes {
		d.Processes = append(d.Processes, whoProcessJSON{p.Process.PID, p.Process.Name, uint32(p.Process.Caller.UID), w.verdict(p.Verdict)})
	}
	for _, c := range a.Outside {
		d.Outside = append(d.Outside, accessOutsideJSON(c))
	}
	j := newEncoder(out)
	j.SetIndent("", "  ")
	return j.Encode(d)
}

func (w *whoWriter) verdict(v access.Verdict) whoVerdictJSON {
	j := whoVerdictJSON{Answer: v.Answer.String(), Errno: string(v.Errno), Rule: v.Reason.Rule.String(), Text: v.Reason.Format(w.a.Names)}
	if v.Answer != access.Allowed {
		j.At = w.where(v)
	}
	return j
}
