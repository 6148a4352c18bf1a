package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"ward/internal/app"
)

// ModelVerdictText is the verdict first, then the rule that gave it, then every entry
// that was looked at.
func ModelVerdictText(w io.Writer, all []app.ModelAnswer, style Style) error {
	out := bufio.NewWriter(w)
	for i := range all {
		if i > 0 {
			out.WriteByte('\n')
		}
		modelVerdict(out, &all[i], style)
	}
	return out.Flush()
}

func modelVerdict(out *bufio.Writer, a *app.ModelAnswer, style Style) {
	verdict, may := style.paint("32", "allowed"), "may"
	if !a.Verdict.Allowed {
		verdict, may = style.paint("31", "denied"), "may not"
	}
	head := fmt.Sprintf("%s %s %s ", asker(a.As), may, printable(strings.ReplaceAll(a.Action, ",", " and ")))
	fmt.Fprintf(out, "%s: %s%s\n", style.bold(verdict), head, printable(sourceOf(a, style.width()-len("allowed: ")-len(head))))
	out.WriteString(style.wrap("  ", "by the rules of "+a.Model.Name+": "+a.Verdict.Reason+entryOf(a)))
	if missing := a.Verdict.Missing; missing != 0 && missing != a.Wanted {
		out.WriteString(style.wrap("  ", "refused of it: "+missing.String()))
	}
	if a.Verdict.Elsewhere != 0 {
		out.WriteString(style.wrap("  ", a.Verdict.Elsewhere.String()+": these permissions say nothing of it; it is decided elsewhere"))
	}
	out.WriteByte('\n')
	modelSteps(out, a, style)
}

// modelSteps are the entries that were looked at; where there is no list with an order,
// the permissions as they stand.
func modelSteps(out *bufio.Writer, a *app.ModelAnswer, style Style) {
	if len(a.Steps) == 0 {
		for line := range strings.Lines(a.Text) {
			fmt.Fprintf(out, "  %s\n", printable(strings.TrimRight(line, "\n")))
		}
		return
	}
	for _, s := range a.Steps {
		stepText(out, s, style)
	}
	looked := 0
	for _, s := range a.Steps {
		if s.Entry >= 0 {
			looked++
		}
	}
	switch rest := a.Entries - looked; {
	case rest == 1:
		out.WriteString("  one more entry is not looked at\n")
	case rest > 1:
		fmt.Fprintf(out, "  %d more entries are not looked at\n", rest)
	}
}

// asker is who asks, in words.
func asker(as string) string {
	words := map[string]string{
		"owner": "the owner", "group": "a member of the owning group", "other": "everybody else", "anybody": "anybody", "everyone": "everyone", "system": "the system",
	}
	if text, ok := words[as]; ok {
		return text
	}
	return printable(as)
}

// sourceOf is a path, or a text that has room; others are told by their model.
func sourceOf(a *app.ModelAnswer, room int) string {
	isText := a.Carrier == "" && (strings.ContainsRune(a.Source, '\n') || len([]rune(a.Source)) > room)
	if isText {
		return "(" + a.Model.ID + ")"
	}
	return a.Source
}

func entryOf(a *app.ModelAnswer) string {
	if a.Verdict.Entry < 0 {
		return ""
	}
	return fmt.Sprintf(" (entry %d)", a.Verdict.Entry)
}

func stepText(out *bufio.Writer, s app.ModelStep, style Style) {
	line := "      " + printable(s.Text)
	if s.Entry >= 0 {
		line = fmt.Sprintf("  %2d  %s", s.Entry, printable(s.Text))
	}
	effect := printable(s.Effect)
	if s.Decided {
		effect = style.bold(effect)
	}
	if len([]rune(line))+3+len([]rune(s.Effect)) <= style.width() {
		fmt.Fprintf(out, "%s   %s\n", line, effect)
		return
	}
	fmt.Fprintf(out, "%s\n        %s\n", line, effect)
}

type modelVerdictsJSON struct {
	Version  int                `json:"version"`
	Kind     string             `json:"kind"`
	Verdicts []modelVerdictJSON `json:"verdicts"`
}

type modelVerdictJSON struct {
	Source    string     `json:"source"`
	Carrier   string     `json:"carrier,omitempty"`
	Model     string     `json:"model"`
	Text      string     `json:"text"`
	As        string     `json:"as"`
	Action    string     `json:"action"`
	Wanted    []string   `json:"wanted"`
	Allowed   bool       `json:"allowed"`
	Missing   []string   `json:"missing"`
	Elsewhere []string   `json:"elsewhere"`
	Reason    string     `json:"reason"`
	Entry     *int       `json:"entry"`
	Steps     []stepJSON `json:"steps"`
}

type stepJSON struct {
	Entry   *int   `json:"entry"`
	Text    string `json:"text"`
	Effect  string `json:"effect"`
	Decided bool   `json:"decided"`
}

// ModelVerdictJSON is verdicts as one JSON document.
func ModelVerdictJSON(w io.Writer, all []app.ModelAnswer) error {
	d := modelVerdictsJSON{Version: FormatVersion, Kind: "model-verdict", Verdicts: []modelVerdictJSON{}}
	for i := range all {
		d.Verdicts = append(d.Verdicts, newModelVerdictJSON(&all[i]))
	}
	return writeIndented(w, d)
}

func newModelVerdictJSON(a *app.ModelAnswer) modelVerdictJSON {
	j := modelVerdictJSON{
		Source: a.Source, Carrier: a.Carrier, Model: a.Model.ID, Text: a.Text, As: a.As, Action: a.Action,
		Wanted: rightsJSON(a.Wanted), Allowed: a.Verdict.Allowed, Missing: rightsJSON(a.Verdict.Missing),
		Elsewhere: rightsJSON(a.Verdict.Elsewhere), Reason: a.Verdict.Reason, Steps: []stepJSON{},
	}
	if a.Verdict.Entry >= 0 {
		j.Entry = pointer(a.Verdict.Entry)
	}
	for _, s := range a.Steps {
		step := stepJSON{Text: s.Text, Effect: s.Effect, Decided: s.Decided}
		if s.Entry >= 0 {
			step.Entry = pointer(s.Entry)
		}
		j.Steps = append(j.Steps, step)
	}
	return j
}
