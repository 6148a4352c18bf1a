package report

import (
	"bufio"
	"io"

	"ward/internal/app"
	"ward/mode"
)

// Change is what ward chmod and its like did, or would do, for JSON.
type Change struct {
	Command string // "chmod"
	Request string // in the words of the command line
	Dry     bool
	Run     string // by which it can be taken back; "" where nothing was changed
	All     bool   // what was as wanted too
	Reason  func(error) string
}

type changeHead struct {
	Version int    `json:"version"`
	Kind    string `json:"kind"`
	Command string `json:"command"`
	Request string `json:"request"`
	DryRun  bool   `json:"dryRun"`
	Run     string `json:"run,omitempty"`
	Changes int64  `json:"changes"`
}

type touchedJSON struct {
	jsonPath
	Type   string     `json:"type,omitempty"`
	Result string     `json:"result"`
	Before *StateJSON `json:"before,omitempty"`
	After  *StateJSON `json:"after,omitempty"`
	Reason string     `json:"reason,omitempty"`
	Hint   string     `json:"hint,omitempty"`
}

// ChangeJSON writes what became of every object as one JSON document, described in
// docs/formats.md.
func ChangeJSON(w io.Writer, c *app.Changing, d Change) error {
	out := bufio.NewWriter(w)
	l, err := newLines(out, changeHead{FormatVersion, "change", d.Command, d.Request, d.Dry, d.Run, c.Changes}, "objects")
	if err != nil {
		return err
	}
	for i := range c.Touched {
		if x := &c.Touched[i]; x.Fate != app.AsWanted || d.All {
			if err := l.add(d.touched(x, c)); err != nil {
				return err
			}
		}
	}
	l.end("]}\n")
	return out.Flush()
}

func (d *Change) touched(x *app.Touched, c *app.Changing) touchedJSON {
	t := touchedJSON{jsonPath: newJSONPath(x.Path), Result: d.result(x.Fate), Reason: x.Text, Hint: x.Hint}
	if x.Err != nil {
		t.Reason = d.Reason(x.Err)
	}
	if x.Kind != mode.Unknown {
		t.Type = x.Kind.String()
	}
	if x.Known != 0 {
		before, after := State(&x.Before, x.Kind, c.Names), State(&x.After, x.Kind, c.Names)
		t.Before, t.After = &before, &after
	}
	return t
}

func (d *Change) result(f app.Fate) string {
	switch f {
	case app.AsWanted:
		return "as wanted"
	case app.Changes:
		if d.Dry {
			return "would change"
		}
		return "changed"
	case app.LeftAlone:
		return "left alone"
	case app.NotChanged:
		return "not changed"
	case app.NoReading:
		return "not readable"
	case app.Leads:
		return "dangling link"
	default:
		return "not accessible"
	}
}
