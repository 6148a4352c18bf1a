package report

import (
	"bufio"
	"encoding/base64"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"ward/finding"
	"ward/internal/app"
)

// FormatVersion is the version of ward's JSON documents. It rises when a field
// changes its meaning or goes; new fields may come at any time.
const FormatVersion = 1

// checkHead is everything of the document but the findings, which follow it one
// a line so that millions of them need no memory.
type checkHead struct {
	Version   int              `json:"version"`
	Kind      string           `json:"kind"`
	Roots     []jsonPath       `json:"roots"`
	Started   time.Time        `json:"started"`
	Seconds   float64          `json:"seconds"`
	Complete  bool             `json:"complete"`
	Entries   int64            `json:"entries"`
	Opened    int64            `json:"opened"`
	Skipped   []jsonPath       `json:"skipped"`
	Counts    map[string]int64 `json:"counts"`
	Accepted  int64            `json:"accepted"`
	Expired   []knownJSON      `json:"expired"`
	Unmatched []knownJSON      `json:"unmatched"`
	Unseen    unseenJSON       `json:"notLookedAt"`
	Rules     []ruleJSON       `json:"rules"`
}

type ruleJSON struct {
	ID       string   `json:"id"`
	Severity string   `json:"severity"`
	Title    string   `json:"title"`
	Reason   string   `json:"reason,omitempty"`
	Count    int64    `json:"count"`
	Fixes    []string `json:"fixes,omitempty"`
}

type knownJSON struct {
	Rule   string `json:"rule"`
	Path   string `json:"path"`
	Reason string `json:"reason"`
	Until  string `json:"until,omitempty"`
	Line   int    `json:"line"`
}

type unseenJSON struct {
	Count int64         `json:"count"`
	First []failureJSON `json:"first"`
}

type failureJSON struct {
	jsonPath
	Error string `json:"error"`
}

type findingJSON struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	jsonPath
	Line     int        `json:"line,omitempty"`
	Member   string     `json:"member,omitempty"`
	Root     string     `json:"root"`
	Relative string     `json:"relative"`
	Type     string     `json:"type,omitempty"`
	Found    *StateJSON `json:"found,omitempty"`
	Wanted   *StateJSON `json:"wanted,omitempty"`
	Differs  []string   `json:"differs"`
	What     string     `json:"what,omitempty"`
	Gains    []string   `json:"gains"`
	Loses    []string   `json:"loses"`
	Reason   string     `json:"reason,omitempty"`
	Advice   string     `json:"advice,omitempty"`
	Fix      *fixJSON   `json:"fix"`
}

type fixJSON struct {
	Command string   `json:"command"`
	Args    []string `json:"args"`
	Bytes   []string `json:"argsBase64,omitempty"` // all of them, where one is no UTF-8
	Asks    bool     `json:"asks"`
}

// CheckJSON writes a check as one JSON document, described in docs/formats.md.
func CheckJSON(w io.Writer, c *app.Checked) error {
	out := bufio.NewWriter(w)
	head := checkHead{
		Version: FormatVersion, Kind: "check", Roots: jsonPaths(roots(c.Trees)),
		Started: c.Started, Seconds: c.Duration.Seconds(),
		Complete: c.Complete(), Entries: c.Entries, Opened: c.Opened, Skipped: jsonPaths(c.Skipped),
		Counts: severityCounts(c), Accepted: c.Accepted,
		Expired: knownJSONs(c.Expired), Unmatched: knownJSONs(c.Unmatched),
		Unseen: unseen(&c.Unseen), Rules: ruleJSONs(c),
	}
	l, err := newLines(out, head, "findings")
	if err != nil {
		return err
	}
	for f, err := range c.Findings {
		if err != nil {
			return err
		}
		if err := l.add(findingDocument(&f, c)); err != nil {
			return err
		}
	}
	l.end("]}\n")
	return out.Flush()
}

func findingDocument(f *app.Finding, c *app.Checked) findingJSON {
	d := findingJSON{
		Rule: f.Rule.ID, Severity: f.Rule.Severity.String(),
		jsonPath: newJSONPath(f.Place()), Line: f.Line, Member: f.Member, Root: f.Root, Relative: f.Path,
		Differs: []string{}, What: f.What, Gains: orEmpty(f.Gains), Loses: orEmpty(f.Loses),
		Reason: f.Rule.Reason, Advice: f.Advice,
	}
	if f.Line == 0 || f.Known != 0 {
		found, wanted := State(&f.Found, f.Kind, c.Names), State(&f.Wanted, f.Kind, c.Names)
		d.Type, d.Found, d.Wanted = f.Kind.String(), &found, &wanted
	}
	for _, x := range Differences(&f.Found, &f.Wanted, f.Kind, c.Names) {
		d.Differs = append(d.Differs, x.Attribute)
	}
	if f.Fix != nil {
		d.Fix = &fixJSON{Shell(f.Fix), f.Fix, exactWords(f.Fix), f.Ask}
	}
	return d
}

// exactWords is words in base64 if JSON cannot hold all of them; else nil.
func exactWords(words []string) []string {
	if !slices.ContainsFunc(words, func(w string) bool { return !utf8.ValidString(w) }) {
		return nil
	}
	exact := make([]string, len(words))
	for i, w := range words {
		exact[i] = base64.StdEncoding.EncodeToString([]byte(w))
	}
	return exact
}

func severityCounts(c *app.Checked) map[string]int64 {
	counts := map[string]int64{}
	for s := finding.Info; s <= finding.Critical; s++ {
		counts[s.String()] = 0
	}
	for _, r := range c.Rules {
		counts[r.Severity.String()] += r.Count
	}
	return counts
}

func ruleJSONs(c *app.Checked) []ruleJSON {
	all := make([]ruleJSON, 0, len(c.Every))
	broken := map[*finding.Rule]*app.Broken{}
	for i := range c.Rules {
		broken[c.Rules[i].Rule] = &c.Rules[i]
	}
	for _, r := range c.Every {
		d := ruleJSON{ID: r.ID, Severity: r.Severity.String(), Title: r.Title, Reason: r.Reason}
		if b := broken[r]; b != nil {
			d.Count = b.Count
			for _, fix := range b.Fixes {
				d.Fixes = append(d.Fixes, Shell(fix))
			}
		}
		all = append(all, d)
	}
	return all
}

func knownJSONs(known []app.Known) []knownJSON {
	all := make([]knownJSON, 0, len(known))
	for _, k := range known {
		d := knownJSON{Rule: k.Rule, Path: k.Path, Reason: k.Reason, Line: k.Line}
		if !k.Until.IsZero() {
			d.Until = k.Until.Format(time.DateOnly)
		}
		all = append(all, d)
	}
	return all
}

func unseen(u *app.Unseen) unseenJSON {
	d := unseenJSON{Count: u.Count, First: []failureJSON{}}
	for _, f := range u.First {
		d.First = append(d.First, failureJSON{newJSONPath(f.Path), f.Err.Error()})
	}
	return d
}

// lines is a JSON array that is written element by element after a head.
type lines struct {
	out   *bufio.Writer
	first bool
}

// newLines writes the head, an object, up to the opening of its last member, an
// array of that name.
func newLines(out *bufio.Writer, head any, name string) (*lines, error) {
	b, err := marshal(head)
	if err != nil {
		return nil, err
	}
	out.Write(b[:len(b)-1])
	out.WriteString(`,"` + name + `":[`)
	return &lines{out, true}, nil
}

func (l *lines) add(v any) error {
	b, err := marshal(v)
	if err != nil {
		return err
	}
	if !l.first {
		l.out.WriteByte(',')
	}
	l.first = false
	l.out.WriteByte('\n')
	_, err = l.out.Write(b)
	return err
}

func (l *lines) end(closing string) { l.out.WriteString("\n" + closing) }

func orEmpty(words []string) []string {
	if words == nil {
		return []string{}
	}
	return words
}
