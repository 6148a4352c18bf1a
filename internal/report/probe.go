package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"ward/account"
	"ward/internal/app"
	"ward/internal/host/probe"
)

// ProbeText says what really holds in a directory: first whether permissions can be
// relied on, then each thing that was tried.
func ProbeText(w io.Writer, p *app.Probed, style Style) error {
	out := &probeWriter{bufio.NewWriter(w), p, style}
	out.answer()
	out.modes()
	out.owner()
	out.facts()
	out.times()
	for _, n := range p.Notes {
		out.WriteString(style.faint(style.wrap("  ", n)))
	}
	return out.Flush()
}

type probeWriter struct {
	*bufio.Writer
	p     *app.Probed
	style Style
}

func (w *probeWriter) answer() {
	where := Path(w.p.Dir)
	if m := w.p.Mount; m != nil {
		where += fmt.Sprintf(", %s mounted at %s", Path(m.FSType), Path(m.Point))
	}
	if len(w.p.Problems) == 0 {
		fmt.Fprintf(w, "%s  %s\n", w.style.paint("1;32", "sound"), where)
		return
	}
	fmt.Fprintf(w, "%s  %s\n", w.style.paint("1;31", "not sound"), where)
	for _, text := range w.p.Problems {
		wrapped := w.style.wrap("    ", text)
		fmt.Fprintf(w, "  - %s", wrapped[4:])
	}
	fmt.Fprintln(w)
}

// line is one thing that was tried, under its title.
func (w *probeWriter) line(title, text string) {
	const column = 25
	wrapped := w.style.wrap(strings.Repeat(" ", column), text)
	fmt.Fprintf(w, "  %-*s%s", column-2, title, wrapped[min(column, len(wrapped)):])
}

func (w *probeWriter) modes() {
	p := w.p
	if p.ModesStick() {
		w.line("modes", fmt.Sprintf("kept, all twelve bits of files and directories (%d tried)", len(p.Trials)))
	}
	const most = 6
	shown := 0
	for _, t := range p.Trials {
		if t.Stuck() {
			continue
		}
		if shown++; shown <= most {
			w.line("mode", trialText(t))
		}
	}
	if shown > most {
		w.line("", fmt.Sprintf("%d more", shown-most))
	}
	visible := "at once, to this client"
	if p.Late > 0 {
		visible = "after " + duration(p.Late)
	}
	w.line("changes show", visible)
}

func trialText(t probe.Trial) string {
	if t.Refuse != "" {
		return fmt.Sprintf("%s of a %s is refused: %s", t.Asked.Octal(), t.Kind, t.Refuse)
	}
	return fmt.Sprintf("%s of a %s becomes %s", t.Asked.Octal(), t.Kind, Mode(t.Got, t.Kind))
}

func (w *probeWriter) owner() {
	p := w.p
	text := "yours: " + User(p.Owner, p.Names) + ":" + Group(p.Group, p.Names)
	if p.Squashed() {
		text = fmt.Sprintf("%s:%s, though %s made them", User(p.Owner, p.Names), Group(p.Group, p.Names), User(p.Caller, p.Names))
		if p.Caller == 0 {
			text += ": root is squashed"
		}
	}
	w.line("files belong to", text)
}

func (w *probeWriter) facts() {
	p := w.p
	for _, f := range []struct {
		title   string
		answer  account.Answer
		yes, no string
	}{
		{"giving files away", p.GivesAway, "works", "does not work, for root either"},
		{"setgid directories", p.SetgidGroup, "give their group", "do not give their group"},
		{"setgid, further down", p.SetgidHandedDown, "new directories are setgid too", "new directories are not setgid"},
		{"access lists", p.AccessLists, "kept", "not kept: this file system has none"},
		{"default lists", p.DefaultLists, "kept and inherited", "not kept"},
		{"file capabilities", p.Capabilities, "kept", "not kept"},
		{"user attributes", p.UserAttributes, "kept", "not kept"},
		{"inode flags", p.InodeFlags, "there (lsattr)", "none"},
		{"hard links", p.HardLinks, "work", "do not work"},
		{"symbolic links", p.Symlinks, "work", "do not work"},
		{"upper, lower case", p.CaseMatters, "are different names", "are the same name"},
		{"writing clears setuid", p.WriteClears, "as it should", "not: a program that was written to keeps it"},
	} {
		switch f.answer {
		case account.Yes:
			w.line(f.title, f.yes)
		case account.No:
			w.line(f.title, f.no)
		}
	}
	w.mount()
}

// mount says what the mount's options take away.
func (w *probeWriter) mount() {
	m := w.p.Mount
	if m == nil {
		return
	}
	if m.NoSUID {
		w.line("set-id programs", "run without their ids: the mount says nosuid")
	} else {
		w.line("set-id programs", "honoured: the mount does not say nosuid")
	}
	if m.NoExec {
		w.line("programs", "cannot be started: the mount says noexec")
	}
	if m.BSDGroups {
		w.line("groups", "new files take the directory's: the mount says grpid")
	}
	if m.Idmapped {
		w.line("ids", "are mapped: the mount has an id map of its own")
	}
}

func (w *probeWriter) times() {
	p := w.p
	w.line("time of a call", fmt.Sprintf("stat %s, chmod %s, create %s, remove %s (medians)", duration(p.Stat), duration(p.Chmod), duration(p.Create), duration(p.Remove)))
}

// duration is a time in three digits.
func duration(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.1f µs", float64(d)/float64(time.Microsecond))
}

// PeerText says what to run on two clients, to see how late one sees what the other
// changes.
func PeerText(w io.Writer, dir string) error {
	file := Shell([]string{app.PeerFile(dir)})
	_, err := fmt.Fprintf(w, `To see how late another client sees a change of mode here:

1. Here, make the file:

       install -m 600 /dev/null %s

2. On the other client, wait for the change (its own path, if it mounts
   %s elsewhere):

       f=%s
       until [ "$(stat -c %%a "$f")" = 640 ]; do sleep 0.05; done; date +%%T.%%N

3. Here, a few seconds later, so that the other one has looked at it before:

       date +%%T.%%N; chmod 640 %s

The difference of the two times is how late it sees it: on NFS up to acregmax
(60 s by default), on a local file system nothing. The clocks must agree
(chronyc tracking). At the end, here:

       rm %s
`, file, Path(dir), file, file, file)
	return err
}

type probeJSON struct {
	Version int    `json:"version"`
	Kind    string `json:"kind"`
	jsonPath
	Sound    bool              `json:"sound"`
	Problems []string          `json:"problems"`
	Mount    *probeMountJSON   `json:"mount,omitempty"`
	Caller   uint32            `json:"callerUid"`
	Owner    uint32            `json:"ownerUid"`
	Group    uint32            `json:"groupGid"`
	Modes    []probeModeJSON   `json:"modes"`
	Late     float64           `json:"lateSeconds"`
	Holds    map[string]string `json:"holds"` // yes, no, unknown
	Times    map[string]int64  `json:"medianNanoseconds"`
	Notes    []string          `json:"notes"`
}

type probeMountJSON struct {
	wayMountJSON
	Options []string `json:"options"`
}

type probeModeJSON struct {
	Type    string  `json:"type"`
	Asked   string  `json:"asked"`
	Got     string  `json:"got,omitempty"`
	Refused string  `json:"refused,omitempty"`
	Late    float64 `json:"lateSeconds,omitempty"`
}

// ProbeJSON is the same as one JSON document, described in docs/formats.md.
func ProbeJSON(w io.Writer, p *app.Probed) error {
	d := probeJSON{
		Version: FormatVersion, Kind: "probe", jsonPath: newJSONPath(p.Dir), Sound: len(p.Problems) == 0, Problems: orEmpty(p.Problems),
		Caller: uint32(p.Caller), Owner: uint32(p.Owner), Group: uint32(p.Group), Modes: []probeModeJSON{}, Late: p.Late.Seconds(),
		Holds: holdsOf(p.Result), Notes: orEmpty(p.Notes), Mount: probeMountOf(p),
		Times: map[string]int64{"stat": int64(p.Stat), "chmod": int64(p.Chmod), "create": int64(p.Create), "remove": int64(p.Remove)},
	}
	for _, t := range p.Trials {
		one := probeModeJSON{Type: t.Kind.String(), Asked: t.Asked.Octal(), Refused: t.Refuse, Late: t.Late.Seconds()}
		if t.Refuse == "" {
			one.Got = t.Got.Octal()
		}
		d.Modes = append(d.Modes, one)
	}
	j := newEncoder(w)
	j.SetIndent("", "  ")
	return j.Encode(d)
}

func probeMountOf(p *app.Probed) *probeMountJSON {
	m := p.Mount
	if m == nil {
		return nil
	}
	options := []string{}
	for _, o := range []struct {
		on   bool
		word string
	}{{m.ReadOnly, "ro"}, {m.NoExec, "noexec"}, {m.NoSUID, "nosuid"}, {m.NoDev, "nodev"}, {m.NoSymlinks, "nosymfollow"}, {m.BSDGroups, "grpid"}, {m.Idmapped, "idmapped"}} {
		if o.on {
			options = append(options, o.word)
		}
	}
	return &probeMountJSON{wayMountJSON{m.Point, m.FSType, m.Source}, options}
}

func holdsOf(r *probe.Result) map[string]string {
	holds := map[string]string{"modes": word(yes(r.ModesStick())), "ownFiles": word(yes(!r.Squashed()))}
	for name, a := range map[string]account.Answer{
		"givesAway": r.GivesAway, "setgidGroup": r.SetgidGroup, "setgidHandedDown": r.SetgidHandedDown,
		"accessLists": r.AccessLists, "defaultLists": r.DefaultLists, "capabilities": r.Capabilities,
		"userAttributes": r.UserAttributes, "inodeFlags": r.InodeFlags, "hardLinks": r.HardLinks,
		"symlinks": r.Symlinks, "caseMatters": r.CaseMatters, "writeClears": r.WriteClears,
	} {
		holds[name] = word(a)
	}
	return holds
}

func yes(is bool) account.Answer {
	if is {
		return account.Yes
	}
	return account.No
}

func word(a account.Answer) string {
	switch a {
	case account.Yes:
		return "yes"
	case account.No:
		return "no"
	}
	return "unknown"
}
