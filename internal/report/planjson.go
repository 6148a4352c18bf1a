package report

import (
	"bufio"
	"io"
	"time"

	"ward/internal/app"
	"ward/plan"
)

// planHead is everything of the document but the changes, which follow it one a
// line.
type planHead struct {
	Version  int         `json:"version"`
	Kind     string      `json:"kind"`
	Root     jsonPath    `json:"root"`
	Started  time.Time   `json:"started"`
	Seconds  float64     `json:"seconds"`
	Complete bool        `json:"complete"`
	Entries  int64       `json:"entries"`
	Count    int64       `json:"count"`
	Rules    []planRule  `json:"rules"`
	Groups   []groupJSON `json:"groups"`
	Asked    []askedJSON `json:"asked"`
	Refused  refusedJSON `json:"refused"`
	Unseen   unseenJSON  `json:"notLookedAt"`
}

type planRule struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	Title    string `json:"title,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Count    int64  `json:"count"`
}

type groupJSON struct {
	Rules  []string  `json:"rules"`
	Type   string    `json:"type"`
	Count  int64     `json:"count"`
	Before StateJSON `json:"before"`
	After  StateJSON `json:"after"`
	Gains  []string  `json:"gains"`
	Loses  []string  `json:"loses"`
	// Follows is the mode that a server makes of the list of NFS 4.
	Follows string `json:"follows,omitempty"`
}

type askedJSON struct {
	Rule  string `json:"rule"`
	Count int64  `json:"count"`
}

type refusedJSON struct {
	Count int64         `json:"count"`
	First []refusalJSON `json:"first"`
}

type refusalJSON struct {
	jsonPath
	Rules []string `json:"rules"`
	Text  string   `json:"text"`
	Hint  string   `json:"hint,omitempty"`
}

type changeJSON struct {
	jsonPath
	Relative string    `json:"relative"`
	Type     string    `json:"type"`
	Rules    []string  `json:"rules"`
	Before   StateJSON `json:"before"`
	After    StateJSON `json:"after"`
}

// PlanJSON writes a plan as one JSON document, described in docs/formats.md.
func PlanJSON(w io.Writer, p *app.SortedPlan) error {
	out := bufio.NewWriter(w)
	l, err := newLines(out, planHeadOf(&p.Planned), "changes")
	if err != nil {
		return err
	}
	for c, err := range p.Each {
		if err != nil {
			return err
		}
		if err := l.add(changeDocument(&c, &p.Planned)); err != nil {
			return err
		}
	}
	l.end("]}\n")
	return out.Flush()
}

func changeDocument(c *plan.Change, p *app.Planned) changeJSON {
	return changeJSON{
		jsonPath: newJSONPath(app.Place(p.Tree.Root, c.Path)), Relative: newJSONPath(c.Path).Path, Type: c.Kind.String(),
		Rules: plainIDs(&p.Header, c.Rules), Before: State(&c.Before, c.Kind, p.Names), After: State(&c.After, c.Kind, p.Names),
	}
}

func plainIDs(h *plan.Header, rules []int) []string {
	ids := make([]string, len(rules))
	for i, r := range rules {
		ids[i] = h.Rules[r].ID
	}
	return ids
}

func planHeadOf(p *app.Planned) planHead {
	h := planHead{
		Version: FormatVersion, Kind: "plan", Root: newJSONPath(p.Tree.Root), Started: p.Started,
		Seconds: p.Duration.Seconds(), Complete: p.Whole(), Entries: p.Entries, Count: p.Changes,
		Rules: planRules(p), Groups: []groupJSON{}, Asked: []askedJSON{}, Unseen: unseen(&p.Unseen),
		Refused: refusedJSON{p.Refused.Count, []refusalJSON{}},
	}
	for i := range p.Groups {
		g := &p.Groups[i]
		j := groupJSON{
			Rules: plainIDs(&p.Header, g.Rules), Type: g.Kind.String(), Count: g.Count,
			Before: State(&g.Before, g.Kind, p.Names), After: State(&g.After, g.Kind, p.Names), Gains: orEmpty(g.Gains), Loses: orEmpty(g.Loses),
		}
		if g.Follows != nil {
			j.Follows = g.Follows.Octal()
		}
		h.Groups = append(h.Groups, j)
	}
	for _, a := range p.Asked {
		h.Asked = append(h.Asked, askedJSON{a.Rule.ID, a.Count})
	}
	for i := range p.Refused.First {
		r := &p.Refused.First[i]
		h.Refused.First = append(h.Refused.First, refusalJSON{
			newJSONPath(app.Place(p.Tree.Root, r.Path)), plainIDs(&p.Header, r.Rules), refusalText(r), r.Hint,
		})
	}
	return h
}

// planRules lists the rules that change something.
func planRules(p *app.Planned) []planRule {
	counts := make([]int64, len(p.Header.Rules))
	for _, g := range p.Groups {
		for _, r := range g.Rules {
			counts[r] += g.Count
		}
	}
	all := []planRule{}
	for i, r := range p.Header.Rules {
		if counts[i] > 0 {
			all = append(all, planRule{r.ID, r.Severity, r.Title, r.Reason, counts[i]})
		}
	}
	return all
}
