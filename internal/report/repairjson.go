package report

import (
	"bufio"
	"io"

	"ward/internal/app"
	"ward/repair"
)

// repairHead is everything of a repair's document but the changes.
type repairHead struct {
	planHead
	Reference  referenceJSON `json:"reference"`
	Grants     int           `json:"grants"`
	Privileged leftJSON      `json:"privileged"`
	Tighter    leftJSON      `json:"tighter"`
	Unknown    leftJSON      `json:"unknown"`
	OtherKind  leftJSON      `json:"otherKind"`
	NoOwner    leftJSON      `json:"noOwner"`
	Missing    leftJSON      `json:"missing"`
	Unopened   leftJSON      `json:"unopened"`
}

type referenceJSON struct {
	From      string   `json:"from"`
	Objects   int      `json:"objects"`
	Notes     []string `json:"notes"`
	Problems  []string `json:"problems"`
	NotAtHand []string `json:"notAtHand"`
}

type leftJSON struct {
	Count int64         `json:"count"`
	First []leftOneJSON `json:"first"`
}

type leftOneJSON struct {
	jsonPath
	Type   string     `json:"type"`
	Found  *StateJSON `json:"found,omitempty"`
	Wanted *StateJSON `json:"wanted,omitempty"`
	Source string     `json:"source,omitempty"`
	Guess  *guessJSON `json:"guess,omitempty"`
	Fate   string     `json:"fate,omitempty"`
	Text   string     `json:"text,omitempty"`
}

type guessJSON struct {
	Certainty string `json:"certainty"`
	Why       string `json:"why"`
}

// RepairJSON writes a repair as one JSON document, described in docs/formats.md.
func RepairJSON(w io.Writer, r *app.RepairPlan) error {
	out := bufio.NewWriter(w)
	l, err := newLines(out, repairHeadOf(r), "changes")
	if err != nil {
		return err
	}
	for c, err := range r.Each {
		if err != nil {
			return err
		}
		if err := l.add(changeDocument(&c, &r.Planned)); err != nil {
			return err
		}
	}
	l.end("]}\n")
	return out.Flush()
}

func repairHeadOf(r *app.RepairPlan) repairHead {
	h := repairHead{
		planHead: planHeadOf(&r.Planned), Grants: r.Grants,
		Reference: referenceJSON{r.From, r.Known, orEmpty(r.Notes), orEmpty(r.Problems), orEmpty(r.NotAtHand)},
	}
	h.Kind = "repair"
	names := &r.Planned
	h.Privileged, h.Tighter, h.Unknown = leftDocument(&r.Privileged, names), leftDocument(&r.Tighter, names), leftDocument(&r.Unknown, names)
	h.OtherKind, h.NoOwner = leftDocument(&r.OtherKind, names), leftDocument(&r.NoOwner, names)
	h.Missing, h.Unopened = bareDocument(&r.Missing), bareDocument(&r.Unopened)
	return h
}

func leftDocument(l *app.Left, p *app.Planned) leftJSON {
	all := leftJSON{l.Count, []leftOneJSON{}}
	for i := range l.First {
		x := &l.First[i]
		found, wanted := State(&x.Found, x.Kind, p.Names), State(&x.Wanted, x.Kind, p.Names)
		one := leftOneJSON{
			jsonPath: newJSONPath(x.Path), Type: x.Kind.String(), Found: &found, Wanted: &wanted,
			Source: x.Source, Fate: x.Fate.String(), Text: x.Text,
		}
		if x.Guess != nil {
			one.Guess = &guessJSON{x.Guess.Certainty.String(), x.Guess.Why}
			if x.Guess.Parts == repair.Parts(0) {
				one.Wanted = nil
			}
		}
		all.First = append(all.First, one)
	}
	return all
}

// bareDocument is of objects of which only the names matter.
func bareDocument(l *app.Left) leftJSON {
	all := leftJSON{l.Count, []leftOneJSON{}}
	for i := range l.First {
		x := &l.First[i]
		all.First = append(all.First, leftOneJSON{jsonPath: newJSONPath(x.Path), Type: x.Kind.String(), Source: x.Source})
	}
	return all
}
