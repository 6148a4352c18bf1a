package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
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
	switch {
	case len(c.Rules) > 0:
		answer = fmt.Sprintf("%s in %s: %s", plural(c.AtLeast(finding.Info), "finding"), where(c.Trees), t.severities())
	case !c.Complete():
		answer = "found nothing wrong in " + where(c.Trees) + ", but not all could be looked at"
	}
	t.WriteString(t.bold(t.wrap("", answer)))
	t.WriteString(t.wrap("", fmt.Sprintf("%s, %s opened, %s", entries(c.Entries), count(c.Opened), seconds(c.Duration))))
	if !c.Complete() {
		t.WriteString(t.wrap("", fmt.Sprintf("incomplete: %s could not be looked at", plural(c.Unseen.Count, "item"))))
	}
	t.skipped()
}

// skipped says which other file systems were not entered.
func (t checkText) skipped() {
	all := t.check.Skipped
	if len(all) == 0 {
		return
	}
	const few = 5
	names := make([]string, 0, few)
	for _, path := range all[:min(len(all), few)] {
		names = append(names, Path(path))
	}
	text := plural(int64(len(all)), "other file system") + " not entered: " + strings.Join(names, ", ")
	if len(all) > few {
		text += ", ..."
	}
	t.WriteString(t.wrap("", text))
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
	g := ruleFindings{checkText: t}
	for f, err := range t.check.Findings {
		if err != nil {
			return err
		}
		if g.rule == nil || f.Rule != g.rule.Rule {
			g.end()
			g, rest = ruleFindings{checkText: t, rule: &rest[0], limit: t.limit(rest[0].Severity)}, rest[1:]
			t.head(g.rule)
		}
		g.finding(&f)
	}
	g.end()
	return nil
}

// shownInfo is how many findings are shown of rules that are mere information.
const shownInfo = 3

func (t checkText) limit(s finding.Severity) int64 {
	limit := int64(t.check.PerRule)
	if limit > 0 && s == finding.Info {
		return min(limit, shownInfo)
	}
	return limit
}

func (t checkText) head(r *app.Broken) {
	head := strings.ToUpper(r.Severity.String()) + "  " + r.ID
	fmt.Fprintf(t, "\n%s  (%s)\n", t.severity(r.Severity, head), count(r.Count))
	t.WriteString(t.bold(t.wrap("  ", title(r.ID, r.Title))))
	if r.Reason != "" {
		t.WriteString(t.wrap("  ", r.Reason))
	}
}

// ruleFindings writes the findings of one rule. What several of them have in common is
// said once, above them.
type ruleFindings struct {
	checkText
	rule   *app.Broken
	limit  int64 // 0: none
	shown  int64
	said   string // of the findings before
	advice string // that was given last
}

func (t *ruleFindings) finding(f *app.Finding) {
	if t.limit > 0 && t.shown == t.limit {
		return
	}
	t.shown++
	if about := t.about(f); about != t.said {
		t.said = about
		t.WriteString("\n" + about)
	}
	if f.Advice != t.advice {
		t.advice = f.Advice
		t.WriteString(t.wrap("  ", f.Advice))
	}
	fmt.Fprintf(t, "    %s\n", t.bold(Path(f.Place())+lineOf(f)))
	if f.Fix != nil {
		fmt.Fprintf(t, "      fix: %s\n", Shell(f.Fix))
	}
}

// lineOf is the line that a finding means, as compilers write it.
func lineOf(f *app.Finding) string {
	if f.Line == 0 {
		return ""
	}
	return ":" + strconv.Itoa(f.Line)
}

// about is what is wrong with a finding's object, whatever its path.
func (t *ruleFindings) about(f *app.Finding) string {
	var b strings.Builder
	differences := Differences(&f.Found, &f.Wanted, f.Kind, t.check.Names)
	if len(differences) == 0 && f.Known != 0 {
		fmt.Fprintf(&b, "  %s, %s:%s\n", Mode(f.Found.Mode, f.Kind),
			User(f.Found.UID, t.check.Names), Group(f.Found.GID, t.check.Names))
	}
	for _, d := range differences {
		b.WriteString(t.difference(d))
	}
	for _, w := range [][2]string{
		{"", f.What}, {"too much: ", strings.Join(f.Gains, "; ")}, {"too little: ", strings.Join(f.Loses, "; ")},
	} {
		if w[1] != "" {
			b.WriteString(t.wrap("  ", w[0]+w[1]))
		}
	}
	return b.String()
}

// difference writes "mode 0644 -rw-r--r-- -> 0600 -rw-------", in two lines where
// one is too narrow.
func (t checkText) difference(d Difference) string {
	name := d.Attribute + " "
	if d.Attribute == "mode" {
		name = ""
	}
	line := fmt.Sprintf("  %s%s -> %s", name, d.From, d.To)
	if len(line) > t.width() {
		line = fmt.Sprintf("  %s%s\n    -> %s", name, d.From, d.To)
	}
	return line + "\n"
}

// end says how many findings of the rule are not shown, and what mends all.
func (t *ruleFindings) end() {
	r := t.rule
	if r == nil {
		return
	}
	if more := r.Count - t.shown; more > 0 {
		fmt.Fprintf(t, "    ... and %s more: --rule %s --all shows them\n", count(more), r.ID)
	}
	if r.Count < 2 {
		return
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

// Named is a rule's id and title in a line.
func Named(id, text string) string {
	return strings.TrimSuffix(Path(id)+": "+printable(title(id, text)), ": ")
}

// title is a rule's title, or nothing where it only repeats the rule's name.
func title(id, title string) string {
	name := id[strings.LastIndexByte(id, '/')+1:]
	if strings.ReplaceAll(name, "-", " ") == title {
		return ""
	}
	return title
}
