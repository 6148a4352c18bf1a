package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"ward/access"
	"ward/internal/app"
)

// DoctorText is a diagnosis on one page: the answer, then everything that was looked
// at in the order in which an experienced administrator would, then what to do.
func DoctorText(w io.Writer, d *app.Diagnosis, style Style) error {
	out := &doctorWriter{accessWriter: accessWriter{Writer: bufio.NewWriter(w), a: d.AccessAnswer, style: style}, d: d}
	out.message()
	out.answer()
	out.path()
	out.asker()
	out.mounts()
	out.others()
	out.remedy()
	out.reproduce()
	out.prevent()
	return out.Flush()
}

type doctorWriter struct {
	accessWriter
	d *app.Diagnosis
}

func (w *doctorWriter) title(text string) { fmt.Fprintf(w, "\n%s\n", w.style.bold(text)) }

// message is what a log said.
func (w *doctorWriter) message() {
	r := w.d.Refusal
	if r == nil {
		return
	}
	text := fmt.Sprintf("line %d", r.Line)
	if r.Program != "" {
		text += ", " + Path(r.Program)
	}
	if w.d.Times > 1 {
		text += fmt.Sprintf(", %d times", w.d.Times)
	}
	fmt.Fprintf(w, "%s\n", w.style.faint(text))
}

func (w *doctorWriter) path() {
	if w.d.Doubt != "" {
		w.WriteString(w.style.wrap("  ", "But "+w.d.Doubt+"."))
	}
	w.title("The way")
	w.bare(func() { w.ways() })
	w.notesOn("missing", "unseen", "mask", "flag", "sysctl", "unmapped-owner", "nfs4-list")
}

// bare runs a part of the page without the empty line that it begins with.
func (w *doctorWriter) bare(part func()) {
	var text strings.Builder
	outer := w.Writer
	w.Writer = bufio.NewWriter(&text)
	part()
	_ = w.Flush() // into memory
	w.Writer = outer
	w.WriteString(strings.TrimPrefix(text.String(), "\n"))
}

func (w *doctorWriter) asker() {
	w.title("Who asks")
	w.bare(func() { w.subject() })
	w.notesOn("stale-groups", "user-namespace")
}

// mounts says once for each what lies on the way.
func (w *doctorWriter) mounts() {
	w.title("Mounts")
	var seen []*access.Mount
	for n := int8(0); ; n++ {
		way := app.WayOf(w.a.Question, n)
		if way == nil && n > 1 {
			break
		}
		if way == nil {
			continue
		}
		for i := range way.Steps {
			m := way.Steps[i].Mount
			if m != nil && !slices.ContainsFunc(seen, func(o *access.Mount) bool { return o.ID == m.ID }) {
				seen = append(seen, m)
				fmt.Fprintf(w, "  %s on %s%s\n", Path(m.FSType), Path(m.Point), mountOptions(m))
			}
		}
	}
	if seen == nil {
		fmt.Fprintln(w, "  not known")
	}
	w.notesOn("noexec", "root-squash", "sixteen-groups")
}

// mountOptions are the options that refuse something.
func mountOptions(m *access.Mount) string {
	var words []string
	for _, o := range []struct {
		on   bool
		word string
	}{
		{m.ReadOnly, "read-only"},
		{m.SuperReadOnly && !m.ReadOnly, "its file system is read-only"},
		{m.NoExec, "noexec"},
		{m.NoSUID, "nosuid"},
		{m.NoDev, "nodev"},
		{m.NoSymlinks, "nosymfollow"},
		{m.Idmapped, "idmapped"},
	} {
		if o.on {
			words = append(words, o.word)
		}
	}
	if words == nil {
		return ", no option that refuses anything"
	}
	return ": " + strings.Join(words, ", ")
}

// others is what stands outside the permissions, and what else was noted.
func (w *doctorWriter) others() {
	w.title("Outside the permissions")
	for _, c := range w.a.Outside {
		text := c.By + ": " + c.Evidence
		if !c.Certain {
			text = c.By + ", perhaps: " + c.Evidence
		}
		w.WriteString(w.style.wrap("  ", text))
	}
	if len(w.a.Outside) == 0 {
		fmt.Fprintln(w, "  nothing was found at work")
	}
	w.notesOn("which-error", "owner", "no-format", "powerful-group")
}

// notesOn writes the notes about these things.
func (w *doctorWriter) notesOn(about ...string) {
	for _, n := range w.a.Notes {
		if !slices.Contains(about, n.About) {
			continue
		}
		w.WriteString(w.style.wrap("  ", strings.TrimSuffix(n.Text, ".")+"."))
		for _, line := range n.Do {
			w.lines("      ", line)
		}
	}
}

// remedy is the narrowest fix alone; ward explain has them all.
func (w *doctorWriter) remedy() {
	switch {
	case w.d.Fix != nil:
		w.title("To mend it")
		w.bare(func() { w.fix(1, w.d.Fix) })
		if more := len(w.a.Fixes) - 1; more > 0 {
			fmt.Fprintf(w, "  %d more:  %s\n", more, Shell(w.explainWords()))
		}
	case slices.ContainsFunc(w.a.Notes, func(n app.AccessNote) bool { return n.About == "withheld" }):
		w.title("To mend it")
		w.notesOn("withheld")
	case w.a.Verdict.Answer == access.Denied:
		w.title("To mend it")
		w.WriteString(w.style.wrap("  ", "no narrow change of permissions allows it: "+w.a.Verdict.Reason.Format(w.a.Names)))
	}
}

func (w *doctorWriter) explainWords() []string {
	q := &w.a.Request
	words := []string{"ward", "explain"}
	if q.As != "" && q.As != "self" {
		words = append(words, "--as", q.As)
	}
	words = append(words, q.Action.String(), q.Path)
	if q.Target != "" {
		words = append(words, q.Target)
	}
	return words
}

// lines writes a command line.
func (w *doctorWriter) lines(indent string, args []string) {
	for _, line := range commandLines(indent, args) {
		fmt.Fprintln(w, line)
	}
}

func (w *doctorWriter) reproduce() {
	r := w.d.Reproduce
	title := "To try it"
	if w.a.Verdict.Answer == access.Denied {
		title = "To see it fail"
	}
	w.title(title)
	if r.Command != nil {
		w.lines("    ", r.Command)
	}
	if r.Note != "" {
		w.WriteString(w.style.faint(w.style.wrap("  ", r.Note)))
	}
}

// prevent is what would have caught it.
func (w *doctorWriter) prevent() {
	if w.a.Verdict.Answer != access.Denied {
		return
	}
	w.title("To notice it next time")
	for _, g := range w.d.Guards {
		if g.Assert != nil {
			w.lines("    ", g.Assert)
		}
	}
	fmt.Fprintf(w, "    %s\n", Shell(w.d.Watch()))
	for _, g := range w.d.Guards {
		if g.Policy != "" {
			fmt.Fprintf(w, "\n  as a rule of %s:\n\n", Path(strings.TrimSuffix(g.Root, "/")+"/ward.yaml"))
			w.indented("    ", g.Policy)
		}
	}
}

func (w *doctorWriter) indented(indent, text string) {
	for line := range strings.Lines(printable(text)) {
		w.WriteString(indent + line)
	}
}

// DoctorPassed says what of a log was not looked into.
func DoctorPassed(w io.Writer, d *app.LogDiagnosis, style Style) error {
	out := bufio.NewWriter(w)
	for _, p := range d.Passed {
		where := cmp.Or(p.Refusal.Path, p.Refusal.Unit, p.Refusal.Program)
		out.WriteString(style.wrap("", fmt.Sprintf("line %d, %s: %s", p.Refusal.Line, Path(where), p.Why)))
	}
	if d.More > 0 {
		fmt.Fprintf(out, "%s more, not looked into; --most N looks into more\n", count(int64(d.More)))
	}
	return out.Flush()
}

type doctorJSON struct {
	Version    int              `json:"version"`
	Kind       string           `json:"kind"`
	Access     json.RawMessage  `json:"access"` // as ward explain --format json writes it
	Refusal    *refusalLineJSON `json:"message,omitempty"`
	Doubt      string           `json:"doubt,omitempty"`
	Fix        *int             `json:"fix,omitempty"` // which of access.fixes is meant
	Reproduce  []string         `json:"reproduce,omitempty"`
	Note       string           `json:"reproduceNote,omitempty"`
	Watch      []string         `json:"watch"`
	Assertions [][]string       `json:"assertions"`
	Policies   []policyTextJSON `json:"policies"`
}

type refusalLineJSON struct {
	Line    int    `json:"line"`
	Times   int    `json:"times"`
	Program string `json:"program,omitempty"`
	Unit    string `json:"unit,omitempty"`
	jsonPath
	Errno string `json:"errno,omitempty"`
}

type policyTextJSON struct {
	Root string `json:"root"`
	Text string `json:"text"`
}

// DoctorJSON writes one diagnosis as one line of JSON, described in docs/formats.md.
func DoctorJSON(w io.Writer, d *app.Diagnosis) error {
	var answer bytes.Buffer
	if err := AccessJSON(&answer, d.AccessAnswer); err != nil {
		return err
	}
	j := doctorJSON{
		Version: FormatVersion, Kind: "diagnosis", Access: answer.Bytes(), Doubt: d.Doubt, Reproduce: d.Reproduce.Command, Note: d.Reproduce.Note,
		Watch: d.Watch(), Assertions: [][]string{}, Policies: []policyTextJSON{},
	}
	for i := range d.Fixes {
		if d.Fix == &d.Fixes[i] {
			j.Fix = &i
		}
	}
	if r := d.Refusal; r != nil {
		j.Refusal = &refusalLineJSON{r.Line, d.Times, r.Program, r.Unit, newJSONPath(r.Path), string(r.Errno)}
	}
	for _, g := range d.Guards {
		if g.Assert != nil {
			j.Assertions = append(j.Assertions, g.Assert)
		}
		if g.Policy != "" {
			j.Policies = append(j.Policies, policyTextJSON{g.Root, g.Policy})
		}
	}
	return newEncoder(w).Encode(j)
}
