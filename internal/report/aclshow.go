package report

import (
	"bufio"
	"fmt"
	"io"
	"math/bits"
	"strings"

	"ward/acl/nt"
	"ward/internal/app"
	"ward/internal/oddity"
	"ward/translate"
)

// PermissionsText shows every set of permissions with its effective rights.
func PermissionsText(w io.Writer, all []app.Shown, style Style) error {
	out := bufio.NewWriter(w)
	source := ""
	for i := range all {
		s := &all[i]
		if s.Source != source || i == 0 {
			if i > 0 {
				out.WriteByte('\n')
			}
			fmt.Fprintf(out, "%s\n", style.bold(Path(s.Source)))
			source = s.Source
		}
		shownText(out, s, style)
	}
	return out.Flush()
}

func shownText(out *bufio.Writer, s *app.Shown, style Style) {
	out.WriteString(style.wrap("  ", carrierText(s)))
	if s.Err != nil {
		out.WriteString(style.wrap("    ", "cannot be read: "+Cause(s.Source, s.Err)))
		return
	}
	for line := range strings.Lines(s.Text) {
		fmt.Fprintf(out, "    %s\n", printable(strings.TrimRight(line, "\n")))
	}
	if s.Note != "" {
		out.WriteString(style.wrap("    ", "("+s.Note+")"))
	}
	for _, g := range s.Access {
		grantText(out, g, s, style)
	}
	if n := len(s.Odd); n > 0 {
		out.WriteString(style.wrap("    ", fmt.Sprintf("odd: %s; `%s` says which", plural(int64(n), "thing"), checkCommand(s))))
	}
}

// checkCommand is the command that says what is odd.
func checkCommand(s *app.Shown) string {
	if s.Carrier == "" {
		return "ward acl check"
	}
	if s.Archive != "" {
		return Shell([]string{"ward", "acl", "check", "--in", s.Archive, s.Source})
	}
	return Shell([]string{"ward", "acl", "check", s.Source})
}

// carrierText says where the permissions are and by which model they decide.
func carrierText(s *app.Shown) string {
	if s.Carrier == "" {
		return s.Model.Name
	}
	if s.Model.ID == "" {
		return printable(s.Carrier)
	}
	return fmt.Sprintf("%s: %s", printable(s.Carrier), s.Model.Name)
}

// grantText is one line of who may what; the names stand in a column.
func grantText(out *bufio.Writer, g app.Holding, s *app.Shown, style Style) {
	const column = 26
	who := printable(grantee(g.Who, s))
	indent := strings.Repeat(" ", 4+column)
	text := style.wrap(indent, grantedWords(g.Rights, s.All))
	if len([]rune(who)) >= column {
		fmt.Fprintf(out, "    %s\n%s", who, text)
		return
	}
	fmt.Fprintf(out, "    %-*s%s", column, who, strings.TrimPrefix(text, indent))
}

// grantee is who has something; owner and owning group with their names.
func grantee(p translate.Principal, s *app.Shown) string {
	of := translate.Principal{}
	switch {
	case s.Model.Alone:
		return "everybody"
	case p.Sort == translate.Owner:
		of = s.Object.Owner
	case p.Sort == translate.OwningGroup:
		of = s.Object.Group
	}
	if of == (translate.Principal{}) {
		return called(p)
	}
	name := called(of)
	for _, sort := range []string{"user ", "group "} {
		name = strings.TrimPrefix(name, sort)
	}
	return called(p) + " (" + name + ")"
}

// called is somebody by a name that Windows gives to accounts that are the same
// everywhere, where he has no other.
func called(p translate.Principal) string {
	if sid, err := nt.ParseSID(p.SID); err == nil && p.Name == "" && !p.HasID && sid.WellKnownName() != "" {
		return sid.WellKnownName()
	}
	return Whom(p, nil)
}

// grantedWords has a word for all, and says what is missing where that is shorter.
func grantedWords(r, all translate.Rights) string {
	missing := all &^ r
	switch few := bits.OnesCount32(uint32(missing)) <= 4 && bits.OnesCount32(uint32(r)) > 6; {
	case r == 0 && all&translate.Read == 0: // it is not asked about reading
		return "nothing of: " + all.String()
	case r == 0:
		return "nothing"
	case missing == 0:
		return "everything"
	case few:
		return "everything but " + missing.String()
	}
	return r.String()
}

// OdditiesText says what is odd about permissions, and what to do about it.
func OdditiesText(w io.Writer, all []app.Shown, style Style) error {
	out := bufio.NewWriter(w)
	for i := range all {
		s := &all[i]
		if i > 0 {
			out.WriteByte('\n')
		}
		oddText(out, s, style)
	}
	return out.Flush()
}

func oddText(out *bufio.Writer, s *app.Shown, style Style) {
	name := Path(s.Source)
	if s.Carrier != "" {
		name += ", " + printable(s.Carrier)
	}
	switch {
	case s.Err != nil && len(s.Odd) == 0:
		out.WriteString(style.bold(name) + "\n" + style.wrap("  ", "cannot be read: "+Cause(s.Source, s.Err)))
		return
	case len(s.Odd) == 0:
		out.WriteString(style.bold(name) + ": nothing odd\n")
		return
	}
	fmt.Fprintf(out, "%s: %s\n", style.bold(name), plural(int64(len(s.Odd)), "odd thing"))
	for i, o := range s.Odd {
		again := i > 0 && s.Odd[i-1].Entry == o.Entry && s.Odd[i-1].Default == o.Default
		oddityText(out, s, o, again, style)
	}
	for i := range s.Mend {
		mendText(out, &s.Mend[i], style)
	}
}

func oddityText(out *bufio.Writer, s *app.Shown, o oddity.Oddity, again bool, style Style) {
	if !again {
		fmt.Fprintf(out, "  %s\n", oddPlace(s, o))
	}
	out.WriteString(style.wrap("    ", o.Sort.String()+": "+o.Problem))
	if o.Fix != "" {
		text := style.wrap("      ", o.Fix)
		out.WriteString("    > " + strings.TrimPrefix(text, "      "))
	}
}

// oddPlace is the entry that is odd.
func oddPlace(s *app.Shown, o oddity.Oddity) string {
	place := "the whole"
	if o.Entry >= 0 {
		place = fmt.Sprintf("entry %d", o.Entry)
		if text := s.EntryText(o); text != "" {
			place += "  " + printable(text)
		}
	}
	if o.Default {
		place += " (of the " + s.SecondList() + ")"
	}
	return place
}

// mendText is the permissions mended, who gains and who loses by it, and the commands.
func mendText(out *bufio.Writer, m *app.MendedList, style Style) {
	fmt.Fprintf(out, "  %s:\n", m.Title)
	for line := range strings.Lines(m.Text) {
		fmt.Fprintf(out, "    %s\n", printable(strings.TrimRight(line, "\n")))
	}
	if len(m.Gain)+len(m.Lose) == 0 {
		out.WriteString(style.wrap("    ", "Nobody whom it names gains or loses a right by that."))
	}
	for _, part := range []struct {
		word   string
		grants []app.Holding
	}{{"gains", m.Gain}, {"loses", m.Lose}} {
		for _, g := range part.grants {
			out.WriteString(style.wrap("    ", fmt.Sprintf("%s %s %s", called(g.Who), part.word, g.Rights)))
		}
	}
	for _, command := range m.Commands {
		fmt.Fprintf(out, "      %s\n", printable(command))
	}
}

type permissionsJSON struct {
	Version int         `json:"version"`
	Kind    string      `json:"kind"`
	Lists   []shownJSON `json:"lists"`
}

type shownJSON struct {
	Source   string        `json:"source"`
	Carrier  string        `json:"carrier,omitempty"`
	Model    string        `json:"model,omitempty"`
	Notation string        `json:"notation,omitempty"`
	Text     *string       `json:"text"`
	Raw      string        `json:"raw,omitempty"`
	Note     string        `json:"note,omitempty"`
	Error    string        `json:"error,omitempty"`
	Access   []grantedJSON `json:"access"`
	Odd      []oddJSON     `json:"odd"`
	Mend     []mendJSON    `json:"mend"`
}

type mendJSON struct {
	Title    string        `json:"title"`
	Text     string        `json:"text"`
	Gains    []grantedJSON `json:"gains"`
	Loses    []grantedJSON `json:"loses"`
	Form     string        `json:"form,omitempty"`
	Shell    string        `json:"shell,omitempty"`
	Commands []string      `json:"commands"`
}

type grantedJSON struct {
	Who    principalJSON `json:"who"`
	Rights []string      `json:"rights"`
}

type oddJSON struct {
	Sort    string `json:"sort"`
	Entry   *int   `json:"entry"`
	Text    string `json:"text,omitempty"`
	Default bool   `json:"default"`
	Problem string `json:"problem"`
	Fix     string `json:"fix,omitempty"`
}

// PermissionsJSON is permissions as one JSON document.
func PermissionsJSON(w io.Writer, all []app.Shown) error { return listsJSON(w, "permissions", all) }

// OdditiesJSON is what is odd about permissions, in the same form.
func OdditiesJSON(w io.Writer, all []app.Shown) error { return listsJSON(w, "oddities", all) }

func listsJSON(w io.Writer, kind string, all []app.Shown) error {
	d := permissionsJSON{Version: FormatVersion, Kind: kind, Lists: []shownJSON{}}
	for i := range all {
		d.Lists = append(d.Lists, newShownJSON(&all[i]))
	}
	return writeIndented(w, d)
}

func newShownJSON(s *app.Shown) shownJSON {
	j := shownJSON{
		Source: s.Source, Carrier: s.Carrier, Model: s.Model.ID, Notation: s.Notation, Note: s.Note,
		Raw: fmt.Sprintf("%x", s.Raw), Access: []grantedJSON{}, Odd: []oddJSON{}, Mend: []mendJSON{},
	}
	if s.Err != nil {
		j.Error = s.Err.Error()
	} else {
		j.Text = pointer(s.Text)
	}
	for _, g := range s.Access {
		j.Access = append(j.Access, grantedJSON{newPrincipalJSON(g.Who), rightsJSON(g.Rights)})
	}
	for _, o := range s.Odd {
		odd := oddJSON{Sort: o.Sort.String(), Default: o.Default, Problem: o.Problem, Fix: o.Fix, Text: s.EntryText(o)}
		if o.Entry >= 0 {
			odd.Entry = pointer(o.Entry)
		}
		j.Odd = append(j.Odd, odd)
	}
	for _, m := range s.Mend {
		j.Mend = append(j.Mend, mendJSON{m.Title, m.Text, grantsJSON(m.Gain), grantsJSON(m.Lose), m.Form, m.Shell, orEmpty(m.Commands)})
	}
	return j
}

func grantsJSON(all []app.Holding) []grantedJSON {
	list := []grantedJSON{}
	for _, g := range all {
		list = append(list, grantedJSON{newPrincipalJSON(g.Who), rightsJSON(g.Rights)})
	}
	return list
}
