package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"ward/finding"
	"ward/internal/app"
)

// CheckText writes a check for people: the answer first, then the broken rules,
// gravest first, with the findings that were kept of each.
func CheckText(w io.Writer, c *app.Checked, style Style) error {
	out := bufio.NewWriter(w)
	t := checkText{out, style, c}
	t.answer()
	if err := t.findings(); err != nil {
		return err
	}
	t.known()
	return out.Flush()
}

type checkText struct {
	*bufio.Writer
	Style
	check *app.Checked
}

func (t checkText) answer() {
	c := t.check
	answer := "nothing wrong in " + where(c.Trees)
	if len(c.Rules) > 0 {
		answer = fmt.Sprintf("%s in %s: %s", plural(c.AtLeast(finding.Info), "finding"), where(c.Trees), t.severities())
	}
	t.WriteString(t.bold(t.wrap("", answer)))
	t.WriteString(t.wrap("", fmt.Sprintf("%s, %s opened, %s", entries(c.Entries), count(c.Opened), seconds(c.Duration))))
	if !c.Complete() {
		t.WriteString(t.wrap("", fmt.Sprintf("incomplete: %s could not be looked at", plural(c.Unseen.Count, "item"))))
	}
}

func entries(n int64) string { return plural(n, "entry") }

func where(trees []app.Tree) string {
	if len(trees) > 3 {
		return plural(int64(len(trees)), "tree")
	}
	shown := make([]string, len(trees))
	for i, tree := range trees {
		shown[i] = Path(tree.Root)
	}
	return strings.Join(shown, ", ")
}

// severities is "1 critical, 2 warnings", gravest first.
func (t checkText) severities() string {
	var by [finding.Critical + 1]int64
	for _, r := range t.check.Rules {
		by[r.Severity] += r.Count
	}
	var words []string
	for s := int(finding.Critical); s >= 0; s-- {
		if by[s] > 0 {
			words = append(words, severityCount(by[s], finding.Severity(s)))
		}
	}
	return strings.Join(words, ", ")
}

func severityCount(n int64, s finding.Severity) string {
	if s == finding.Critical || s == finding.Info {
		return count(n) + " " + s.String()
	}
	return plural(n, s.String())
}

// findings writes each rule with its findings, which come in the order of rules.
func (t checkText) findings() error {
	rest := t.check.Rules
	var shown int64
	for f, err := range t.check.Findings {
		if err != nil {
			return err
		}
		if shown == 0 || f.Rule != rest[0].Rule {
			if shown > 0 {
				t.rest(&rest[0], shown)
				rest = rest[1:]
			}
			t.head(&rest[0])
			shown = 0
		}
		t.finding(&f)
		shown++
	}
	if shown > 0 {
		t.rest(&rest[0], shown)
	}
	return nil
}

func (t checkText) head(r *app.Broken) {
	head := strings.ToUpper(r.Severity.String()) + "  " + r.ID
	fmt.Fprintf(t, "\n%s  (%s)\n", t.severity(r.Severity, head), count(r.Count))
	t.WriteString(t.bold(t.wrap("  ", r.Title)))
	if r.Reason != "" {
		t.WriteString(t.wrap("  ", r.Reason))
	}
}

func (t checkText) finding(f *app.Finding) {
	fmt.Fprintf(t, "\n  %s\n", t.bold(Path(f.Place())))
	differences := Differences(&f.Found, &f.Wanted, f.Kind, t.check.Names)
	if len(differences) == 0 {
		fmt.Fprintf(t, "    %s, %s:%s\n", Mode(f.Found.Mode, f.Kind),
			User(f.Found.UID, t.check.Names), Group(f.Found.GID, t.check.Names))
	}
	for _, d := range differences {
		t.difference(d)
	}
	t.words("", f.What)
	t.words("too much: ", strings.Join(f.Gains, "; "))
	t.words("too little: ", strings.Join(f.Loses, "; "))
	t.words("", f.Advice)
	if f.Fix != nil {
		fmt.Fprintf(t, "    fix: %s\n", Shell(f.Fix))
	}
}

// difference writes "mode 0644 -rw-r--r-- -> 0600 -rw-------", in two lines where
// one is too narrow.
func (t checkText) difference(d Difference) {
	name := d.Attribute + " "
	if d.Attribute == "mode" {
		name = ""
	}
	line := fmt.Sprintf("    %s%s -> %s", name, d.From, d.To)
	if len(line) > t.width() {
		line = fmt.Sprintf("    %s%s\n      -> %s", name, d.From, d.To)
	}
	t.WriteString(line + "\n")
}

func (t checkText) words(label, text string) {
	if text != "" {
		t.WriteString(t.wrap("    ", label+text))
	}
}

// rest says how many findings of a rule are not shown, and mends all of them.
func (t checkText) rest(r *app.Broken, shown int64) {
	if more := r.Count - shown; more > 0 {
		fmt.Fprintf(t, "\n  ... and %s more: add --all, or --rule %s --all\n", count(more), r.ID)
	}
	if r.Count < 2 {
		return
	}
	if r.Fixes != nil {
		t.WriteByte('\n')
	}
	for _, fix := range r.Fixes {
		fmt.Fprintf(t, "  fix all %s: %s\n", count(r.Count), Shell(fix))
	}
}

// known says what became of the file of accepted findings.
func (t checkText) known() {
	c := t.check
	if c.Accepted+int64(len(c.Expired)+len(c.Unmatched)) > 0 {
		t.WriteByte('\n')
	}
	if c.Accepted > 0 {
		t.WriteString(t.wrap("", plural(c.Accepted, "known finding")+" not shown."))
	}
	for _, k := range c.Expired {
		t.WriteString(t.wrap("", fmt.Sprintf("known finding %s %s expired on %s and counts again (line %d)",
			k.Rule, Path(k.Path), k.Until.Format("2006-01-02"), k.Line)))
	}
	for _, k := range c.Unmatched {
		t.WriteString(t.wrap("", fmt.Sprintf("known finding %s %s was not found: it can be removed (line %d)",
			k.Rule, Path(k.Path), k.Line)))
	}
}
