package report

import (
	"io"
	"runtime"

	"ward/acl"
	"ward/internal/app"
	"ward/mode"
)

type modesJSON struct {
	Version int          `json:"version"`
	Kind    string       `json:"kind"`
	Umask   *string      `json:"umask"`
	Modes   []answerJSON `json:"modes"`
}

type answerJSON struct {
	Input    string        `json:"input"`
	Notation string        `json:"notation"`
	Suffix   string        `json:"suffix,omitempty"`
	ACL      []string      `json:"acl,omitempty"`
	Masked   bool          `json:"umaskCounted"`
	Others   []readingJSON `json:"others"`
	Results  []resultJSON  `json:"results"`
}

type readingJSON struct {
	By   string `json:"by"`
	Mode string `json:"mode"`
	Type string `json:"type,omitempty"`
}

type resultJSON struct {
	Mode      string         `json:"mode"`
	From      string         `json:"from,omitempty"`
	Symbolic  string         `json:"symbolic"`
	Constants string         `json:"constants"`
	Go        string         `json:"go"`
	Number    uint16         `json:"number"`
	Types     []modeTypeJSON `json:"types"`
}

type modeTypeJSON struct {
	Type       string          `json:"type"`
	LS         string          `json:"ls"`
	GoString   string          `json:"goString"`
	GoNumber   uint32          `json:"goNumber"`
	StMode     uint32          `json:"stMode"`
	Words      []string        `json:"words"`
	Special    []specialJSON   `json:"special"`
	Suspicions []suspicionJSON `json:"suspicions"`
	Created    *string         `json:"created"`
	UmaskFor   *string         `json:"umaskFor"`
}

type specialJSON struct {
	Bit     string   `json:"bit"`
	Systems []string `json:"systems"`
	Meaning string   `json:"meaning"`
}

type suspicionJSON struct {
	Name    string `json:"name"`
	Problem string `json:"problem"`
	Meant   string `json:"meant"`
}

// ModesJSON is the same as one JSON document.
func ModesJSON(w io.Writer, m *app.Modes) error {
	d := modesJSON{Version: FormatVersion, Kind: "modes", Modes: []answerJSON{}}
	if m.Umask.Known {
		d.Umask = pointer(m.Umask.Mask.Octal())
	}
	for i := range m.Answers {
		d.Modes = append(d.Modes, newAnswerJSON(&m.Answers[i], m.Umask))
	}
	e := newEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

func pointer[T any](v T) *T { return &v }

func newAnswerJSON(a *app.ModeAnswer, umask app.Umask) answerJSON {
	d := answerJSON{
		Input: newJSONPath(a.Text).Path, Notation: a.Notation, ACL: entriesOf(a.ACL, nil), Masked: a.Masked,
		Others: []readingJSON{}, Results: []resultJSON{},
	}
	if a.Suffix != 0 {
		d.Suffix = string(a.Suffix)
	}
	for _, o := range a.Others {
		other := readingJSON{By: o.By, Mode: o.Mode.Octal()}
		if o.Kind != mode.Unknown {
			other.Type = o.Kind.String()
		}
		d.Others = append(d.Others, other)
	}
	for _, r := range a.Results {
		d.Results = append(d.Results, newResultJSON(&r, a.ACL, umask))
	}
	return d
}

func newResultJSON(r *app.ModeResult, list acl.List, umask app.Umask) resultJSON {
	d := resultJSON{
		Mode: r.Mode.Octal(), Symbolic: r.Mode.Symbolic(), Constants: r.Mode.Constants(),
		Go: r.Mode.GoSyntax(), Number: uint16(r.Mode),
	}
	if r.From != nil {
		d.From = r.From.Octal()
	}
	for _, k := range r.Kinds {
		d.Types = append(d.Types, newModeTypeJSON(r.Mode, k, list, umask))
	}
	return d
}

func newModeTypeJSON(m mode.Mode, k mode.Kind, list acl.List, umask app.Umask) modeTypeJSON {
	f := m.FileMode(k)
	d := modeTypeJSON{
		Type: k.String(), LS: m.Format(k), GoString: f.String(), GoNumber: uint32(f), StMode: m.Stat(k),
		Words: classWords(m, k), Special: []specialJSON{}, Suspicions: []suspicionJSON{},
	}
	for _, meaning := range m.Meanings(k, runtime.GOOS) {
		d.Special = append(d.Special, specialJSON{mode.SpecialName(meaning.Bit), meaning.Systems, meaning.Words})
	}
	for _, s := range suspicions(m, k, list) {
		d.Suspicions = append(d.Suspicions, suspicionJSON{s.Name, s.Problem, s.Meant.Octal()})
	}
	if umask.Known && k != mode.Symlink {
		d.Created = pointer(m.Created(k, umask.Mask).Octal())
	}
	if mask, ok := m.UmaskFor(k); ok && k != mode.Symlink {
		d.UmaskFor = pointer(mask.Octal())
	}
	return d
}

type modeDifferenceJSON struct {
	Version int                  `json:"version"`
	Kind    string               `json:"kind"`
	From    string               `json:"from"`
	To      string               `json:"to"`
	Same    bool                 `json:"same"`
	Types   []typeDifferenceJSON `json:"types"`
}

type typeDifferenceJSON struct {
	Type    string      `json:"type"`
	Before  string      `json:"before"`
	After   string      `json:"after"`
	Classes []shiftJSON `json:"classes"`
	Special []turnJSON  `json:"special"`
}

type shiftJSON struct {
	Class string   `json:"class"`
	From  string   `json:"from"`
	To    string   `json:"to"`
	Gains []string `json:"gains"`
	Loses []string `json:"loses"`
}

type turnJSON struct {
	Bit     string `json:"bit"`
	Set     bool   `json:"set"`
	Meaning string `json:"meaning"`
}

// ModeDifferenceJSON is a difference of modes as one JSON document.
func ModeDifferenceJSON(w io.Writer, c *app.ModesCompared) error {
	d := modeDifferenceJSON{
		Version: FormatVersion, Kind: "mode-difference", Same: c.Same(),
		From: newJSONPath(c.From.Text).Path, To: newJSONPath(c.To.Text).Path,
	}
	for _, k := range c.Kinds {
		d.Types = append(d.Types, newTypeDifference(c.From.For(k), c.To.For(k), k))
	}
	e := newEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

func newTypeDifference(from, to mode.Mode, k mode.Kind) typeDifferenceJSON {
	d := typeDifferenceJSON{Type: k.String(), Before: from.Octal(), After: to.Octal(), Classes: []shiftJSON{}, Special: []turnJSON{}}
	for _, s := range mode.Compare(from, to, k) {
		d.Classes = append(d.Classes, shiftJSON{s.Who, s.From.String(), s.To.String(), orEmpty(s.Gains), orEmpty(s.Loses)})
	}
	for _, t := range mode.Turns(from, to, k, runtime.GOOS) {
		d.Special = append(d.Special, turnJSON{mode.SpecialName(t.Bit), t.Set, t.Words})
	}
	return d
}
