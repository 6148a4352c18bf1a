package report

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"ward/account/template"
	"ward/internal/app"
)

// GroupsCompileText says what a template would change.
func GroupsCompileText(w io.Writer, c *app.GroupsCompiled, style Style) error {
	t := groupsText{bufio.NewWriter(w), style}
	from := fmt.Sprintf("%s in %s", plural(int64(c.Groups), "group"), Path(c.Template))
	if c.Nested > 0 {
		from += fmt.Sprintf(" (%s within others)", count(int64(c.Nested)))
	}
	if len(c.Changes) == 0 {
		t.WriteString(t.bold(t.wrap("", "nothing to change: the groups are as the template has them")))
	} else {
		t.WriteString(t.bold(t.wrap("", compileSummary(c.Changes))))
	}
	t.WriteString(t.wrap("", from))
	for _, shadow := range []bool{false, true} {
		t.changes(c, shadow)
	}
	for _, doubt := range c.Doubts {
		t.WriteString("\n" + t.wrap("", "careful: "+doubt))
	}
	return t.Flush()
}

type groupsText struct {
	*bufio.Writer
	Style
}

// compileSummary is "2 groups are new, 1 changes, 1 goes".
func compileSummary(changes []template.Change) string {
	var fresh, gone, other int64
	for _, x := range changes {
		switch {
		case x.Shadow:
		case x.Before == "":
			fresh++
		case x.After == "":
			gone++
		default:
			other++
		}
	}
	var parts []string
	for _, p := range []struct {
		n         int64
		one, many string
	}{{fresh, "is new", "are new"}, {other, "changes", "change"}, {gone, "goes", "go"}} {
		if p.n == 1 {
			parts = append(parts, "1 group "+p.one)
		} else if p.n > 1 {
			parts = append(parts, count(p.n)+" groups "+p.many)
		}
	}
	if parts == nil {
		return "gshadow is brought into agreement"
	}
	return strings.Join(parts, ", ")
}

// shownChanges is how many changes of a file are shown.
const shownChanges = 200

func (t groupsText) changes(c *app.GroupsCompiled, shadow bool) {
	shown := 0
	name := filepath.Join(c.Root, "etc/group")
	if shadow {
		name = filepath.Join(c.Root, "etc/gshadow")
	}
	for _, x := range c.Changes {
		if x.Shadow != shadow {
			continue
		}
		if shown++; shown == 1 {
			fmt.Fprintf(t, "\n%s\n", t.bold(Path(name)))
		}
		if shown <= shownChanges {
			t.change(x)
		}
	}
	if more := shown - shownChanges; more > 0 {
		fmt.Fprintf(t, "  ... and %s more; --format json has all\n", count(int64(more)))
	}
}

func (t groupsText) change(x template.Change) {
	switch {
	case x.Before == "":
		fmt.Fprintf(t, "  %s %s\n", t.paint("32", "new"), Path(x.After))
		return
	case x.After == "":
		fmt.Fprintf(t, "  %s %s\n", t.paint("31", "gone"), Path(x.Before))
		return
	}
	var what []string
	if len(x.Joins) > 0 {
		what = append(what, names(x.Joins)+verb(x.Joins, " joins", " join"))
	}
	if len(x.Leaves) > 0 {
		what = append(what, names(x.Leaves)+verb(x.Leaves, " leaves", " leave"))
	}
	if len(what) == 0 {
		what = []string{Path(x.Before) + " -> " + Path(x.After)}
	}
	t.WriteString(t.wrap("  ", Path(x.Name)+": "+strings.Join(what, "; ")))
}

func verb(names []string, one, many string) string {
	if len(names) == 1 {
		return one
	}
	return many
}

// names lists names, the first dozen of many.
func names(all []string) string {
	const most = 12
	shown := make([]string, 0, most)
	for _, n := range all[:min(len(all), most)] {
		shown = append(shown, Path(n))
	}
	text := strings.Join(shown, ", ")
	if len(all) > most {
		text += fmt.Sprintf(" and %s more", count(int64(len(all)-most)))
	}
	return text
}

type groupsCompileJSON struct {
	Version  int               `json:"version"`
	Kind     string            `json:"kind"`
	Root     string            `json:"root"`
	Template string            `json:"template"`
	Changes  []groupChangeJSON `json:"changes"`
	Doubts   []string          `json:"doubts"`
}

type groupChangeJSON struct {
	File   string   `json:"file"`
	Name   string   `json:"name"`
	Before string   `json:"before,omitempty"`
	After  string   `json:"after,omitempty"`
	Joins  []string `json:"joins"`
	Leaves []string `json:"leaves"`
}

// GroupsCompileJSON writes the same as one JSON document. Hashes of passwords are not
// among it.
func GroupsCompileJSON(w io.Writer, c *app.GroupsCompiled) error {
	d := groupsCompileJSON{FormatVersion, "groups-compile", c.Root, c.Template, []groupChangeJSON{}, orEmpty(c.Doubts)}
	for _, x := range c.Changes {
		file := "etc/group"
		if x.Shadow {
			file = "etc/gshadow"
		}
		d.Changes = append(d.Changes, groupChangeJSON{file, x.Name, x.Before, x.After, orEmpty(x.Joins), orEmpty(x.Leaves)})
	}
	return indented(w, d)
}

// indented writes one JSON document for people too.
func indented(w io.Writer, d any) error {
	e := newEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(d)
}
