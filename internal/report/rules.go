package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"ward/internal/app"
	"ward/policy"
)

// RulesText lists rules, one a line.
func RulesText(w io.Writer, lists []app.RuleList, style Style) error {
	out := bufio.NewWriter(w)
	for i, l := range lists {
		if i > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(style.bold(style.wrap("", titled(l))))
		for _, r := range l.Rules {
			severity := fmt.Sprintf("  %-8s", r.Severity)
			fmt.Fprintf(out, "%s  %s\n", style.severity(r.Severity, severity), style.bold(Path(r.ID)))
			out.WriteString(style.wrap("            ", cmp.Or(title(r.ID, r.Title), r.Wants)))
		}
	}
	out.WriteString("\n`ward rules ID` explains one at length.\n")
	return out.Flush()
}

func titled(l app.RuleList) string {
	if l.Title == "" {
		return Path(l.Name)
	}
	return Path(l.Name) + ": " + l.Title
}

// RuleText explains rules at length.
func RuleText(w io.Writer, lists []app.RuleList, style Style) error {
	out := bufio.NewWriter(w)
	for _, l := range lists {
		for i := range l.Rules {
			ruleText(out, &l.Rules[i], style)
		}
	}
	return out.Flush()
}

func ruleText(out *bufio.Writer, r *policy.Rule, style Style) {
	fmt.Fprintf(out, "%s  %s\n", style.bold(Path(r.ID)), style.severity(r.Severity, r.Severity.String()))
	out.WriteString(style.wrap("", title(r.ID, r.Title)))
	paragraph(out, style, "", r.Reason)
	if r.Help != "" {
		fmt.Fprintf(out, "\n%s\n", printable(strings.TrimSpace(r.Help)))
	}
	paragraph(out, style, "What it looks at: ", r.Selects)
	paragraph(out, style, "What it wants: ", r.Wants)
	paragraph(out, style, "What to do: ", r.Advice)
	if !strings.HasPrefix(r.ID, "lint/") { // whose findings are not of objects
		paragraph(out, style, "Mended by apply: ", mending(r))
	}
	for _, k := range r.Keeps {
		paragraph(out, style, "Except: ", k.String())
	}
}

func paragraph(out *bufio.Writer, style Style, label, text string) {
	if text != "" {
		fmt.Fprintf(out, "\n%s", style.wrap("", label+text))
	}
}

func mending(r *policy.Rule) string {
	switch {
	case r.Forbid:
		return "no, it needs a decision"
	case r.Fix == policy.Ask:
		return "yes, after a question of its own; --yes does not answer it"
	case r.Fix == policy.Never:
		return "no, the policy says never"
	}
	return "yes"
}

type ruleListJSON struct {
	Version int               `json:"version"`
	Kind    string            `json:"kind"`
	Rules   []ruleDescription `json:"rules"`
}

type ruleDescription struct {
	ID       string `json:"id"`
	Policy   string `json:"policy"`
	Severity string `json:"severity"`
	Title    string `json:"title"`
	Reason   string `json:"reason,omitempty"`
	Help     string `json:"help,omitempty"`
	Selects  string `json:"selects,omitempty"`
	Wants    string `json:"wants,omitempty"`
	Advice   string `json:"advice,omitempty"`
	Fix      string `json:"fix"`
	Forbid   bool   `json:"forbid"`
}

// RulesJSON writes rules as one JSON document.
func RulesJSON(w io.Writer, lists []app.RuleList) error {
	d := ruleListJSON{FormatVersion, "rules", []ruleDescription{}}
	for _, l := range lists {
		for _, r := range l.Rules {
			d.Rules = append(d.Rules, ruleDescription{
				ID: r.ID, Policy: l.Name, Severity: r.Severity.String(), Title: r.Title, Reason: r.Reason,
				Help: r.Help, Selects: r.Selects, Wants: r.Wants, Advice: r.Advice, Fix: r.Fix.String(), Forbid: r.Forbid,
			})
		}
	}
	e := newEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(d)
}
