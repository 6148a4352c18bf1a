package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"ward/internal/app"
	"ward/translate"
)

// ModelsText is the table of models: their ids, what they are, and the ids of their
// notations.
func ModelsText(w io.Writer, t *app.ModelTable, style Style) error {
	out := bufio.NewWriter(w)
	for i, m := range t.Models {
		if i > 0 {
			out.WriteByte('\n')
		}
		modelHead(out, m, style)
		modelLine(out, style, "systems", platforms(m))
		modelLine(out, style, "written", notationIDs(m))
		if forms := formIDs(t.FormsOf(m)); forms != "" {
			modelLine(out, style, "set by", forms)
		}
	}
	return out.Flush()
}

// modelHead has the id in a column of its own.
func modelHead(out *bufio.Writer, m translate.Model, style Style) {
	const indent = "              "
	text := style.wrap(indent, m.Name+": "+m.About)
	fmt.Fprintf(out, "%s%s %s", style.bold(m.ID), strings.Repeat(" ", max(0, len(indent)-1-len(m.ID))), strings.TrimPrefix(text, indent))
}

func modelLine(out *bufio.Writer, style Style, label, text string) {
	const indent = "             "
	fmt.Fprintf(out, "  %-10s %s", label, strings.TrimPrefix(style.wrap(indent, text), indent))
}

func platforms(m translate.Model) string {
	words := make([]string, len(m.Systems))
	for i, p := range m.Systems {
		words[i] = p.Name
		if p.Versions != "" {
			words[i] += " " + p.Versions
		}
	}
	return strings.Join(words, "; ")
}

func notationIDs(m translate.Model) string {
	ids := make([]string, len(m.Notations))
	for i, n := range m.Notations {
		ids[i] = n.ID
	}
	return strings.Join(ids, ", ")
}

func formIDs(forms []translate.Form) string {
	ids := make([]string, len(forms))
	for i, f := range forms {
		ids[i] = f.ID
	}
	return strings.Join(ids, ", ")
}

// ModelsAtLength says all that there is to say of models.
func ModelsAtLength(w io.Writer, t *app.ModelTable, style Style) error {
	out := bufio.NewWriter(w)
	for i, m := range t.Models {
		if i > 0 {
			out.WriteByte('\n')
		}
		modelAtLength(out, t, m, style)
	}
	return out.Flush()
}

func modelAtLength(out *bufio.Writer, t *app.ModelTable, m translate.Model, style Style) {
	modelHead(out, m, style)
	modelLine(out, style, "systems", platforms(m))
	modelLine(out, style, "decides", (m.Decides &^ m.Fixed).String())
	if m.Fixed != 0 {
		modelLine(out, style, "always", "the system says the same for every object of: "+m.Fixed.String())
	}
	if m.Alone {
		modelLine(out, style, "for", "everybody alike: there are no users in it")
	}
	for _, n := range m.Notations {
		notationText(out, n, style)
	}
	for _, f := range t.FormsOf(m) {
		fmt.Fprintf(out, "\n  %s  commands for it (%s): ward convert --to %s\n", style.bold(f.ID), f.Shell, f.ID)
	}
}

func notationText(out *bufio.Writer, n translate.Notation, style Style) {
	fmt.Fprintf(out, "\n  %s  %s\n", style.bold(n.ID), n.Name)
	for line := range strings.Lines(n.Example) {
		fmt.Fprintf(out, "      %s\n", printable(strings.TrimRight(line, "\n")))
	}
	if n.Where != "" {
		out.WriteString(style.wrap("    ", "read from "+n.Where))
	}
}

type modelsJSON struct {
	Version int         `json:"version"`
	Kind    string      `json:"kind"`
	Models  []modelJSON `json:"models"`
}

type modelJSON struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	About     string         `json:"about"`
	Systems   []platformJSON `json:"systems"`
	Decides   []string       `json:"decides"`
	Fixed     []string       `json:"fixed"`
	Alone     bool           `json:"alone"`
	Notations []notationJSON `json:"notations"`
	Forms     []formJSON     `json:"forms"`
}

type platformJSON struct {
	Name     string `json:"name"`
	Versions string `json:"versions,omitempty"`
}

type notationJSON struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Example string `json:"example"`
	Where   string `json:"where,omitempty"`
}

type formJSON struct {
	ID    string `json:"id"`
	Shell string `json:"shell"`
}

// ModelsJSON is the table as one JSON document.
func ModelsJSON(w io.Writer, t *app.ModelTable) error {
	d := modelsJSON{Version: FormatVersion, Kind: "models", Models: []modelJSON{}}
	for _, m := range t.Models {
		j := modelJSON{
			ID: m.ID, Name: m.Name, About: m.About, Systems: []platformJSON{}, Decides: rightsJSON(m.Decides &^ m.Fixed), Fixed: rightsJSON(m.Fixed),
			Alone: m.Alone, Notations: []notationJSON{}, Forms: []formJSON{},
		}
		for _, p := range m.Systems {
			j.Systems = append(j.Systems, platformJSON(p))
		}
		for _, n := range m.Notations {
			j.Notations = append(j.Notations, notationJSON(n))
		}
		for _, f := range t.FormsOf(m) {
			j.Forms = append(j.Forms, formJSON{f.ID, f.Shell})
		}
		d.Models = append(d.Models, j)
	}
	return writeIndented(w, d)
}
