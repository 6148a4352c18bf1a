package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/app"
	"ward/internal/host/state"
	"ward/mode"
)

// LogText lists runs, the last one first.
func LogText(w io.Writer, runs []app.RunRecord, names acl.Names, style Style) error {
	out := bufio.NewWriter(w)
	if len(runs) == 0 {
		out.WriteString("no runs\n")
	}
	for i := range runs {
		r := &runs[i]
		fmt.Fprintf(out, "%s  %s %s\n", style.bold(r.ID), r.Command, Path(r.Header.Root))
		out.WriteString(style.wrap("    ", fmt.Sprintf("%s by %s: %s", r.Started.Local().Format(time.DateTime), who(&r.Who, names), runState(r))))
	}
	return out.Flush()
}

// who is the person behind a run: "root (sudo by alice, login uid 1000)".
func who(w *state.Who, names acl.Names) string {
	text := User(ident.UID(w.UID), names)
	var more []string
	if w.SudoUser != "" {
		more = append(more, "sudo by "+Path(w.SudoUser))
	}
	if w.LoginUID != nil && *w.LoginUID != w.UID {
		more = append(more, "logged in as "+User(ident.UID(*w.LoginUID), names))
	}
	if len(more) > 0 {
		text += " (" + strings.Join(more, ", ") + ")"
	}
	return text
}

// runState is "240 changes, 240 verified, 0.31 s" and what became of the run.
func runState(r *app.RunRecord) string {
	var words []string
	switch r.Stage {
	case state.Complete:
		words = append(words, plural(int64(r.Counts.Planned), "change"))
		for _, o := range orderedOutcomes(r.Counts.Outcomes) {
			words = append(words, count(int64(r.Counts.Outcomes[o]))+" "+o)
		}
		words = append(words, seconds(r.Counts.Took))
	default:
		words = append(words, r.Stage.String())
	}
	if r.Undoes != "" {
		words = append(words, "takes back "+r.Undoes)
	}
	if r.Continues != "" {
		words = append(words, "continues "+r.Continues)
	}
	if r.UndoneBy != "" {
		words = append(words, "taken back by "+r.UndoneBy)
	}
	return strings.Join(words, ", ")
}

func orderedOutcomes(counts map[string]int) (names []string) {
	for _, o := range outcomeOrder() {
		if counts[o] > 0 {
			names = append(names, o)
		}
	}
	return names
}

// RunText writes one run with everything it changed.
func RunText(w io.Writer, l *app.RunLog, style Style) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s  %s %s\n", style.bold(l.ID), l.Command, Path(l.Header.Root))
	field := func(name, value string) { fmt.Fprintf(out, "%-10s%s\n", name, printable(value)) }
	field("by", who(&l.Who, l.Names)+" on "+l.Who.Host)
	field("started", l.Started.Local().Format(time.DateTime))
	field("result", runState(&l.RunRecord))
	for _, p := range l.Header.Policy {
		field("policy", Path(p.Name)+" (sha256 "+p.Digest[:min(len(p.Digest), 12)]+")")
	}
	field("symlinks", "not followed, on the way or at the end")
	field("changes", count(l.Changes))
	t := runText{out, style, l, map[int]bool{}}
	err := l.Each(func(x *app.Logged) error {
		t.logged(x)
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// runText writes what a run did to objects.
type runText struct {
	*bufio.Writer
	Style
	log    *app.RunLog
	reason map[int]bool // rules whose reason has been given
}

func (t runText) logged(x *app.Logged) {
	names := t.log.Names
	fmt.Fprintf(t, "\n%s\n", Path(app.Place(t.log.Header.Root, x.Path)))
	for _, d := range Differences(&x.Before, &x.After, x.Kind, names) {
		fmt.Fprintf(t, "    %s %s -> %s\n", d.Attribute, d.From, d.To)
	}
	if same := unchanged(x, names); len(same) > 0 {
		t.WriteString(t.wrap("    ", "unchanged: "+strings.Join(same, ", ")))
	}
	for _, r := range x.Rules {
		t.because(r)
	}
	if x.Outcome == "verified" {
		return
	}
	text := x.Outcome
	if x.Cause != "" {
		text += ": " + x.Cause
	}
	t.WriteString(t.wrap("    ", text))
}

// because names a rule, and the first time also its reason.
func (t runText) because(number int) {
	rule := t.log.Header.Rules[number]
	t.WriteString(t.wrap("    ", "rule "+Named(rule.ID, rule.Title)))
	if !t.reason[number] {
		t.WriteString(t.wrap("      ", rule.Reason))
	}
	t.reason[number] = true
}

// unchanged is what mode, owner, group and access list were and are. A list that the
// change could not touch was not read, and that is said.
func unchanged(x *app.Logged, names acl.Names) []string {
	a, b := &x.Before, &x.After
	var same []string
	if a.Mode == b.Mode && x.Kind != mode.Symlink {
		same = append(same, "mode "+Mode(a.Mode, x.Kind))
	}
	if a.UID == b.UID {
		same = append(same, "owner "+User(a.UID, names))
	}
	if a.GID == b.GID {
		same = append(same, "group "+Group(a.GID, names))
	}
	switch {
	case x.Kind == mode.Symlink:
	case x.Known&entry.AccessACL == 0:
		same = append(same, "acl (not touched, not read)")
	case a.ACL.Equal(b.ACL):
		same = append(same, "acl "+List(a.ACL, names))
	}
	return same
}

type logJSON struct {
	Version int       `json:"version"`
	Kind    string    `json:"kind"`
	Runs    []runJSON `json:"runs"`
}

type runJSON struct {
	ID        string         `json:"id"`
	Command   string         `json:"command"`
	Undoes    string         `json:"undoes,omitempty"`
	UndoneBy  string         `json:"undoneBy,omitempty"`
	Continues string         `json:"continues,omitempty"`
	Root      jsonPath       `json:"root"`
	Stage     string         `json:"stage"`
	Started   time.Time      `json:"started"`
	Finished  *time.Time     `json:"finished,omitempty"`
	Seconds   float64        `json:"seconds"`
	Changes   int            `json:"changes"`
	Outcomes  map[string]int `json:"outcomes"`
	By        byJSON         `json:"by"`
	Policies  []policyJSON   `json:"policies"`
	Symlinks  string         `json:"symlinks"` // always "not followed"
}

type byJSON struct {
	UID       int    `json:"uid"`
	User      string `json:"user"`
	SudoUser  string `json:"sudoUser,omitempty"`
	LoginUID  *int   `json:"loginUid,omitempty"`
	LoginUser string `json:"loginUser,omitempty"`
	Host      string `json:"host,omitempty"`
}

type policyJSON struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

type loggedJSON struct {
	changeJSON
	Outcome string   `json:"outcome"`
	Cause   string   `json:"cause,omitempty"`
	Reasons []string `json:"reasons"`
}

// LogJSON lists runs as one JSON document.
func LogJSON(w io.Writer, runs []app.RunRecord, names acl.Names) error {
	d := logJSON{FormatVersion, "log", []runJSON{}}
	for i := range runs {
		d.Runs = append(d.Runs, runDocument(&runs[i], names))
	}
	e := newEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

func runDocument(r *app.RunRecord, names acl.Names) runJSON {
	d := runJSON{
		ID: r.ID, Command: r.Command, Undoes: r.Undoes, UndoneBy: r.UndoneBy, Continues: r.Continues, Root: newJSONPath(r.Header.Root),
		Stage: r.Stage.String(), Started: r.Started, Seconds: r.Counts.Took.Seconds(),
		Changes: r.Counts.Planned, Outcomes: r.Counts.Outcomes, Policies: []policyJSON{}, Symlinks: "not followed",
		By: byJSON{UID: r.Who.UID, User: plainUser(r.Who.UID, names), SudoUser: r.Who.SudoUser, LoginUID: r.Who.LoginUID, Host: r.Who.Host},
	}
	if d.Outcomes == nil {
		d.Outcomes = map[string]int{}
	}
	if r.Who.LoginUID != nil {
		d.By.LoginUser = plainUser(*r.Who.LoginUID, names)
	}
	if !r.Counts.Finished.IsZero() {
		d.Finished = &r.Counts.Finished
	}
	for _, p := range r.Header.Policy {
		d.Policies = append(d.Policies, policyJSON{p.Name, p.Digest})
	}
	return d
}

func plainUser(uid int, names acl.Names) string {
	if names == nil {
		return strconv.Itoa(uid)
	}
	return names.UserName(ident.UID(uid))
}

type runHead struct {
	Version int     `json:"version"`
	Kind    string  `json:"kind"`
	Run     runJSON `json:"run"`
}

// RunJSON writes one run with everything it changed as one JSON document.
func RunJSON(w io.Writer, l *app.RunLog) error {
	out := bufio.NewWriter(w)
	run := runDocument(&l.RunRecord, l.Names)
	run.Changes = int(l.Changes)
	lines, err := newLines(out, runHead{FormatVersion, "run", run}, "changes")
	if err != nil {
		return err
	}
	p := &app.Planned{Tree: app.Tree{Root: l.Header.Root}, Header: l.Header, Names: l.Names}
	err = l.Each(func(x *app.Logged) error {
		d := loggedJSON{changeJSON: changeDocument(&x.Change, p), Outcome: x.Outcome, Cause: x.Cause, Reasons: []string{}}
		for _, r := range x.Rules {
			d.Reasons = append(d.Reasons, l.Header.Rules[r].Reason)
		}
		return lines.add(d)
	})
	if err != nil {
		return err
	}
	lines.end("]}\n")
	return out.Flush()
}
