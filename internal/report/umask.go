package report

import (
	"bufio"
	"fmt"
	"io"

	"ward/internal/app"
	"ward/internal/host/umasks"
	"ward/mode"
)

// UmaskText says what a umask makes of requests.
func UmaskText(w io.Writer, a *app.UmaskAnswer, style Style) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s  %s  %s\n", style.bold(octalUmask(a.Mask)), mode.FormatUmask(a.Mask), style.faint(a.From))
	if a.Dir != nil {
		text := Path(a.In) + " has no default list: the umask counts"
		if len(a.Dir.Default) > 0 {
			text = Path(a.In) + " has a default list, and the umask does not count there: " + a.Dir.Default.Format(a.Names)
		}
		out.WriteString(style.wrap("", text))
	}
	for _, r := range a.Results {
		s := &r.Made.State
		fmt.Fprintf(out, "  %-9s asked for with %s becomes %s", r.Kind, r.Asked.Octal(), Mode(s.Mode, r.Kind))
		if a.Dir != nil {
			fmt.Fprintf(out, "  %s:%s", User(s.UID, a.Names), Group(s.GID, a.Names))
		}
		fmt.Fprintln(out)
		if s.ACL != nil {
			out.WriteString(style.wrap("            ", "list: "+s.ACL.Format(a.Names)))
		}
	}
	return out.Flush()
}

type umaskJSON struct {
	Version  int               `json:"version"`
	Kind     string            `json:"kind"`
	Umask    string            `json:"umask"`
	Symbolic string            `json:"symbolic"`
	From     string            `json:"from"`
	In       *jsonPath         `json:"in,omitempty"`
	Default  []string          `json:"defaultAcl,omitempty"` // of the directory: it takes the umask's place
	Results  []umaskResultJSON `json:"results"`
}

type umaskResultJSON struct {
	Type  string    `json:"type"`
	Asked string    `json:"asked"`
	Made  StateJSON `json:"made"`
}

// UmaskJSON is the same as one JSON document, described in docs/formats.md.
func UmaskJSON(w io.Writer, a *app.UmaskAnswer) error {
	d := umaskJSON{Version: FormatVersion, Kind: "umask", Umask: a.Mask.Octal(), Symbolic: mode.FormatUmask(a.Mask), From: a.From}
	if a.Dir != nil {
		in := newJSONPath(a.In)
		d.In, d.Default = &in, entriesOf(a.Dir.Default, a.Names)
	}
	for _, r := range a.Results {
		d.Results = append(d.Results, umaskResultJSON{r.Kind.String(), r.Asked.Octal(), State(&r.Made.State, r.Kind, a.Names)})
	}
	j := newEncoder(w)
	j.SetIndent("", "  ")
	return j.Encode(d)
}

// UmaskSourcesText says where a umask is set: the one that is left first, then every
// line that has a say, in the order in which they take effect.
func UmaskSourcesText(w io.Writer, s *app.UmaskSources, style Style) error {
	out := bufio.NewWriter(w)
	f := s.Found
	sure := ""
	if !f.Certain {
		sure = "  unless one of the lines below says otherwise"
	}
	fmt.Fprintf(out, "%s  %s  %s%s\n", style.bold(octalUmask(f.Mask)), mode.FormatUmask(f.Mask), Path(s.For), sure)
	for i := range f.Sources {
		umaskSource(out, &f.Sources[i], style)
	}
	for _, u := range f.Unread {
		out.WriteString(style.wrap("  ", "not read: "+Path(u.File)+": "+Cause(u.File, u.Err)))
	}
	return out.Flush()
}

func umaskSource(out *bufio.Writer, s *umasks.Source, style Style) {
	mark, mask := "  ", "    "
	if s.Sets {
		mask = s.Mask.Octal()
	}
	if s.Wins {
		mark = style.paint("32", "=>")
	}
	where := "built in"
	if s.File != "" {
		where = Path(s.File)
		if s.Line > 0 {
			where += fmt.Sprintf(":%d", s.Line)
		}
	}
	fmt.Fprintf(out, "%s %s  %s\n", mark, mask, style.bold(where))
	note := s.Note
	if s.For != "" {
		note = join("; ", "for "+s.For+" only", note)
	}
	if s.File != "" {
		out.WriteString(style.wrap("         ", s.Text))
	}
	out.WriteString(style.faint(style.wrap("         ", note)))
}

// join puts texts together, and leaves out those that say nothing.
func join(between string, texts ...string) (all string) {
	for _, t := range texts {
		switch {
		case t == "":
		case all == "":
			all = t
		default:
			all += between + t
		}
	}
	return all
}

type umaskSourcesJSON struct {
	Version int               `json:"version"`
	Kind    string            `json:"kind"`
	For     string            `json:"for"`
	Umask   string            `json:"umask"`
	Certain bool              `json:"certain"`
	Sources []umaskSourceJSON `json:"sources"`
	Unread  []umaskUnreadJSON `json:"unread"`
}

type umaskSourceJSON struct {
	Origin string `json:"origin"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Text   string `json:"text"`
	For    string `json:"for,omitempty"`
	Umask  string `json:"umask,omitempty"`
	Maybe  bool   `json:"maybe,omitempty"`
	Wins   bool   `json:"wins,omitempty"`
	Note   string `json:"note,omitempty"`
}

type umaskUnreadJSON struct {
	jsonPath
	Error string `json:"error"`
}

// UmaskSourcesJSON is the same as one JSON document, described in docs/formats.md.
func UmaskSourcesJSON(w io.Writer, s *app.UmaskSources) error {
	f := s.Found
	d := umaskSourcesJSON{
		Version: FormatVersion, Kind: "umask-sources", For: s.For, Umask: f.Mask.Octal(), Certain: f.Certain,
		Sources: []umaskSourceJSON{}, Unread: []umaskUnreadJSON{},
	}
	for _, x := range f.Sources {
		one := umaskSourceJSON{
			Origin: string(x.Origin), File: x.File, Line: x.Line, Text: x.Text, For: x.For, Maybe: x.Maybe, Wins: x.Wins, Note: x.Note,
		}
		if x.Sets {
			one.Umask = x.Mask.Octal()
		}
		d.Sources = append(d.Sources, one)
	}
	for _, u := range f.Unread {
		d.Unread = append(d.Unread, umaskUnreadJSON{newJSONPath(u.File), u.Err.Error()})
	}
	j := newEncoder(w)
	j.SetIndent("", "  ")
	return j.Encode(d)
}
