package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"ward/internal/app"
	"ward/policy"
)

// ExplainText says which rule decides what of one object.
func ExplainText(w io.Writer, x *app.Explained, style Style) error {
	out := bufio.NewWriter(w)
	e := &x.Entry
	fmt.Fprintf(out, "%s\n", style.bold(Path(x.Path)))
	fmt.Fprintf(out, "  %s, %s:%s, in the tree %s\n", Mode(e.Mode, e.Kind), User(e.UID, x.Names), Group(e.GID, x.Names), Path(x.Root))
	if x.Excluded != "" {
		out.WriteString(style.wrap("  ", fmt.Sprintf("left out by the pattern %q, with all below it", x.Excluded)))
		return out.Flush()
	}
	answer := "complies"
	if differences := Differences(&e.State, &x.Outcome.Desired, e.Kind, x.Names); len(differences) > 0 {
		answer = "should be"
		for _, d := range differences {
			answer += " " + d.Attribute + " " + d.To + ";"
		}
		answer = strings.TrimSuffix(answer, ";")
	} else if len(x.Outcome.Decided) > 0 {
		answer = "does not comply"
	}
	fmt.Fprintf(out, "  %s\n", style.bold(printable(answer)))
	for i := range x.Explanation.Rules {
		if r := &x.Explanation.Rules[i]; r.Verdict != policy.NotMatched {
			explainRule(out, r, x, style)
		}
	}
	unmatched(out, x, style)
	return out.Flush()
}

// unmatched lists the rules that do not match, and why.
func unmatched(out *bufio.Writer, x *app.Explained, style Style) {
	first := true
	for _, r := range x.Explanation.Rules {
		if r.Verdict != policy.NotMatched {
			continue
		}
		if first {
			fmt.Fprint(out, "\n  not matching:\n")
			first = false
		}
		line := fmt.Sprintf("%s: %s", Path(x.Rules[r.Rule].ID), r.Why)
		out.WriteString(style.faint(style.wrap("    ", line)))
	}
}

func explainRule(out *bufio.Writer, r *policy.RuleExplanation, x *app.Explained, style Style) {
	rule := &x.Rules[r.Rule]
	line := r.Verdict.String()
	if len(r.Decides) > 0 {
		line += ": " + strings.Join(r.Decides, ", ")
	}
	if r.Why != "" {
		line += " (" + r.Why + ")"
	}
	fmt.Fprintf(out, "\n  %s, line %d", style.bold(Path(rule.ID)), rule.Line)
	if rule.Wants != "" {
		out.WriteString(": " + printable(rule.Wants))
	}
	out.WriteString("\n")
	out.WriteString(style.wrap("    ", line))
}

type explainJSON struct {
	Version int    `json:"version"`
	Kind    string `json:"kind"`
	jsonPath
	Root     string            `json:"root"`
	Type     string            `json:"type"`
	Excluded string            `json:"excludedBy,omitempty"`
	Complies bool              `json:"complies"`
	Found    StateJSON         `json:"found"`
	Wanted   StateJSON         `json:"wanted"`
	Rules    []explainRuleJSON `json:"rules"`
}

type explainRuleJSON struct {
	ID      string   `json:"id"`
	Line    int      `json:"line"`
	Verdict string   `json:"verdict"`
	Decides []string `json:"decides"`
	Why     string   `json:"why,omitempty"`
}

// ExplainJSON is the same as one JSON document.
func ExplainJSON(w io.Writer, x *app.Explained) error {
	e := &x.Entry
	d := explainJSON{
		Version: FormatVersion, Kind: "explanation", jsonPath: newJSONPath(x.Path), Root: x.Root, Type: e.Kind.String(),
		Excluded: x.Excluded, Complies: x.Outcome.Compliant, Found: State(&e.State, e.Kind, x.Names),
		Wanted: State(&x.Outcome.Desired, e.Kind, x.Names), Rules: []explainRuleJSON{},
	}
	for _, r := range x.Explanation.Rules {
		rule := &x.Rules[r.Rule]
		d.Rules = append(d.Rules, explainRuleJSON{rule.ID, rule.Line, r.Verdict.String(), orEmpty(r.Decides), r.Why})
	}
	j := newEncoder(w)
	j.SetIndent("", "  ")
	return j.Encode(d)
}
