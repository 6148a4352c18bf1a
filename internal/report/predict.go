package report

import (
	"bufio"
	"fmt"
	"io"

	"ward/access"
	"ward/acl"
	"ward/internal/app"
	"ward/internal/host/process"
	"ward/mode"
)

// PredictText says what somebody would get: that he gets nothing where he may not, then
// the object, then what had a say in it.
func PredictText(w io.Writer, p *app.Prediction, style Style) error {
	out := &predictWriter{bufio.NewWriter(w), p, style}
	out.needs()
	out.object()
	out.because()
	for _, n := range p.Notes {
		fmt.Fprintln(out)
		out.WriteString(style.wrap("  ", n+"."))
	}
	return out.Flush()
}

type predictWriter struct {
	*bufio.Writer
	p     *app.Prediction
	style Style
}

func (w *predictWriter) object() {
	s := &w.p.Made.State
	line := fmt.Sprintf("%s  %s:%s", Mode(s.Mode, w.p.Made.Kind), User(s.UID, w.p.Names), Group(s.GID, w.p.Names))
	fmt.Fprintf(w, "%s  %s\n", w.style.bold(line), Path(w.p.Path))
	w.list("list", s.ACL)
	w.list("default list", s.Default)
	if s.Caps != "" {
		fmt.Fprintf(w, "  capabilities: %s\n", Capabilities(s.Caps))
	}
}

func (w *predictWriter) list(title string, l acl.List) {
	if len(l) > 0 {
		w.WriteString(w.style.wrap("  ", title+": "+l.Format(w.p.Names)))
	}
}

func (w *predictWriter) because() {
	p := w.p
	fmt.Fprintln(w)
	asked := fmt.Sprintf("%s by %s in %s, umask %s %s", p.Request.What, askerName(p.Who, p.Names), Path(p.Dir.Path), octalUmask(p.Umask), p.UmaskFrom)
	w.WriteString(w.style.wrap("  ", asked))
	for _, e := range p.Made.Effects {
		w.bullet(e.Format(p.Names))
	}
}

// askerName is how people call the one who asks: the reader himself by his user name.
func askerName(who *process.Who, names acl.Names) string {
	if p := who.Process; p != nil && app.IsSelf(p.PID) {
		return "you, " + User(who.UID, names)
	}
	return Path(who.Name)
}

// bullet writes a point with its further lines below its first.
func (w *predictWriter) bullet(text string) {
	wrapped := w.style.wrap("    ", text)
	fmt.Fprintf(w, "  - %s", wrapped[min(4, len(wrapped)):])
}

// octalUmask is a mask as people write it.
func octalUmask(m mode.Mode) string { return fmt.Sprintf("%03o", uint16(m)) }

// needs says what he may not do, and how to find out more: what follows is then only
// what would be.
func (w *predictWriter) needs() {
	for _, n := range w.p.Needs {
		if n.Verdict.Answer == access.Allowed {
			continue
		}
		a := accessWriter{Writer: w.Writer, a: n, style: w.style}
		a.answer()
		words := []string{"ward", "explain", "--as", w.p.Request.As, n.Request.Action.String(), n.Request.Path}
		if n.Request.Target != "" {
			words = append(words, n.Request.Target)
		}
		if as := w.p.Request.As; as == "" || as == "self" {
			words = append(words[:2], words[4:]...)
		}
		fmt.Fprintf(w, "      %s\n\n", Shell(words))
	}
	switch w.p.Answer() {
	case access.Denied:
		fmt.Fprintln(w, "If it were allowed, this would be made:")
	case access.Unknown:
		fmt.Fprintln(w, "If it is allowed, this is made:")
	}
}

type predictJSON struct {
	Version int    `json:"version"`
	Kind    string `json:"kind"`
	What    string `json:"what"`
	As      string `json:"as"`
	jsonPath
	Directory string        `json:"directory"`
	Source    *jsonPath     `json:"source,omitempty"`
	Umask     string        `json:"umask"`
	UmaskFrom string        `json:"umaskFrom"`
	Type      string        `json:"type"`
	Made      StateJSON     `json:"made"`
	Because   []becauseJSON `json:"because"`
	Allowed   string        `json:"allowed"` // allowed, denied, unknown
	Refused   []neededJSON  `json:"refused"`
	Notes     []string      `json:"notes"`
}

type becauseJSON struct {
	By   string `json:"by"`
	Bits string `json:"bits,omitempty"`
	ID   uint32 `json:"id,omitempty"`
	Text string `json:"text"`
}

type neededJSON struct {
	Action string `json:"action"`
	jsonPath
	Answer string `json:"answer"`
	Errno  string `json:"errno,omitempty"`
	Text   string `json:"text"`
}

// PredictJSON is the same as one JSON document, described in docs/formats.md.
func PredictJSON(w io.Writer, p *app.Prediction) error {
	d := predictJSON{
		Version: FormatVersion, Kind: "prediction", What: string(p.Request.What), As: p.Who.Name, jsonPath: newJSONPath(p.Path),
		Directory: newJSONPath(p.Dir.Path).Path, Umask: p.Umask.Octal(), UmaskFrom: p.UmaskFrom,
		Type: p.Made.Kind.String(), Made: State(&p.Made.State, p.Made.Kind, p.Names),
		Because: []becauseJSON{}, Allowed: p.Answer().String(), Refused: []neededJSON{}, Notes: orEmpty(p.Notes),
	}
	if p.Source != nil {
		source := newJSONPath(p.Request.Source)
		d.Source = &source
	}
	for _, e := range p.Made.Effects {
		b := becauseJSON{By: e.By.String(), ID: e.ID, Text: e.Format(p.Names)}
		if e.Bits != 0 {
			b.Bits = e.Bits.Octal()
		}
		d.Because = append(d.Because, b)
	}
	for _, n := range p.Needs {
		if n.Verdict.Answer != access.Allowed {
			d.Refused = append(d.Refused, neededJSON{
				n.Request.Action.String(), newJSONPath(n.Request.Path), n.Verdict.Answer.String(),
				string(n.Verdict.Errno), n.Verdict.Reason.Format(n.Names),
			})
		}
	}
	j := newEncoder(w)
	j.SetIndent("", "  ")
	return j.Encode(d)
}
