package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"ward/internal/app"
	"ward/translate"
)

// ConvertedText writes what conversions came to, and nothing else, so that it can be
// piped: a text, or commands. Several are told apart by comments.
func ConvertedText(w io.Writer, all []app.Converted) error {
	out := bufio.NewWriter(w)
	for i := range all {
		c := &all[i]
		if c.Refused != nil {
			continue
		}
		if len(all) > 1 {
			fmt.Fprintf(out, "%s %s\n", commentOf(c), Path(c.From.Source))
		}
		for _, line := range c.Command {
			fmt.Fprintln(out, printable(line))
		}
		if c.Text != "" {
			fmt.Fprintln(out, printable(strings.TrimRight(c.Text, "\n")))
		}
	}
	return out.Flush()
}

// commentOf is what begins a comment in the language of the commands.
func commentOf(c *app.Converted) string {
	switch c.Shell {
	case "cmd":
		return "REM"
	case "dcl":
		return "$!"
	case "amiga":
		return ";"
	}
	return "#"
}

// ConvertedLosses writes what is lost by conversions, for whom, and what was refused.
func ConvertedLosses(w io.Writer, all []app.Converted, style Style) error {
	out := bufio.NewWriter(w)
	for i := range all {
		losses(out, &all[i], len(all) > 1, style)
	}
	return out.Flush()
}

func losses(out *bufio.Writer, c *app.Converted, named bool, style Style) {
	what := ""
	if named || c.From.Carrier != "" {
		what = Path(c.From.Source) + ": "
	}
	if c.From.Carrier != "" {
		out.WriteString(style.wrap("", fmt.Sprintf("%sfrom %s (%s)", what, printable(c.From.Carrier), c.From.Model.ID)))
	}
	if len(c.From.Others) > 0 {
		out.WriteString(style.wrap("", fmt.Sprintf("%sthere are others besides: --which takes %s", what, strings.Join(c.From.Others, ", "))))
	}
	if c.Mode != nil && c.Refused == nil {
		out.WriteString(style.wrap("", fmt.Sprintf("%sthe list stands beside the mode %s", what, c.Mode.Octal())))
	}
	switch {
	case c.Refused != nil && c.Refused.Strict:
		out.WriteString(style.wrap("", what+"not converted: something would be lost, and --strict is given"))
	case c.Refused != nil:
		out.WriteString(style.wrap("", what+"not converted: somebody could do more than before. --allow-widening converts all the same"))
	case len(c.Result.Losses) == 0:
		out.WriteString(style.wrap("", what+"nothing is lost"))
	}
	for _, effect := range []translate.Effect{translate.Widened, translate.Narrowed, translate.Lost} {
		effectLosses(out, c, effect, style)
	}
	offerText(out, c, what, style)
}

// offerText says what --allow-widening would keep, and for whom it is more.
func offerText(out *bufio.Writer, c *app.Converted, what string, style Style) {
	if c.Offer == nil {
		return
	}
	text := strings.TrimRight(c.Offer.Text, "\n")
	if strings.Contains(text, "\n") || len(text) > 48 {
		text = "more of it"
	}
	out.WriteString(style.wrap("", fmt.Sprintf("%s--allow-widening would keep %s, and give:", what, printable(text))))
	for _, l := range c.Offer.Widens {
		text := style.wrap("      ", lossText(l, c.From.Model.Alone))
		out.WriteString("  - " + strings.TrimPrefix(text, "      "))
	}
}

// effectLosses are the losses of one effect, one a line.
func effectLosses(out *bufio.Writer, c *app.Converted, effect translate.Effect, style Style) {
	head := style.severityOf(effect, effect.String()) + ":\n"
	for _, l := range c.Result.Losses {
		if l.Effect != effect {
			continue
		}
		out.WriteString(head)
		head = ""
		text := style.wrap("      ", lossText(l, c.From.Model.Alone))
		out.WriteString("  - " + strings.TrimPrefix(text, "      "))
	}
}

// lossText is a loss without its effect, under which it stands.
func lossText(l translate.Loss, alone bool) string {
	var b strings.Builder
	switch who := Whom(l.Principal, l.With); {
	case alone && l.Principal.Sort == translate.Everyone:
		b.WriteString("everybody: ")
	case who != "":
		b.WriteString(who + ": ")
	}
	if l.What != "" {
		b.WriteString(l.What)
	} else {
		b.WriteString(l.Rights.String())
	}
	if l.Default {
		b.WriteString(", for what is made in the directory")
	}
	if l.Why != "" {
		b.WriteString(" (" + l.Why + ")")
	}
	return b.String()
}

// Whom says whose access something is; "" for nobody's.
func Whom(p translate.Principal, with []translate.Principal) string {
	if p.Sort == translate.Nobody {
		return ""
	}
	text := p.String()
	for i, w := range with {
		if i == 0 && p.Sort == translate.Everyone {
			text = "who is in " + w.String()
			continue
		}
		text += " and in " + w.String()
	}
	return text
}

func (s Style) severityOf(e translate.Effect, text string) string {
	return s.paint(map[translate.Effect]string{translate.Widened: "31", translate.Narrowed: "33", translate.Lost: "36"}[e], text)
}

type conversionsJSON struct {
	Version     int              `json:"version"`
	Kind        string           `json:"kind"`
	Conversions []conversionJSON `json:"conversions"`
}

type conversionJSON struct {
	Source   string     `json:"source"`
	Carrier  string     `json:"carrier,omitempty"`
	From     string     `json:"from"`
	To       string     `json:"to"`
	As       string     `json:"as"`
	Text     *string    `json:"text"`
	Mode     string     `json:"mode,omitempty"`
	Commands []string   `json:"commands,omitempty"`
	Shell    string     `json:"shell,omitempty"`
	Refused  *string    `json:"refused"`
	Losses   []lossJSON `json:"losses"`
	Offer    *offerJSON `json:"offer,omitempty"`
}

// offerJSON is what --allow-widening would give.
type offerJSON struct {
	Text   string     `json:"text"`
	Widens []lossJSON `json:"widens"`
}

type lossJSON struct {
	Effect  string          `json:"effect"`
	Who     *principalJSON  `json:"who"`
	With    []principalJSON `json:"with,omitempty"`
	Rights  []string        `json:"rights"`
	What    string          `json:"what,omitempty"`
	Why     string          `json:"why,omitempty"`
	Default bool            `json:"default"`
}

type principalJSON struct {
	Sort string  `json:"sort"`
	Name string  `json:"name,omitempty"`
	ID   *uint32 `json:"id,omitempty"`
	SID  string  `json:"sid,omitempty"`
	UIC  string  `json:"uic,omitempty"`
	GUID string  `json:"guid,omitempty"`
}

// ConvertedJSON is conversions as one JSON document.
func ConvertedJSON(w io.Writer, all []app.Converted) error {
	d := conversionsJSON{Version: FormatVersion, Kind: "conversion", Conversions: []conversionJSON{}}
	for i := range all {
		d.Conversions = append(d.Conversions, newConversionJSON(&all[i]))
	}
	return writeIndented(w, d)
}

func writeIndented(w io.Writer, document any) error {
	e := newEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(document)
}

func newConversionJSON(c *app.Converted) conversionJSON {
	j := conversionJSON{
		Source: c.From.Source, Carrier: c.From.Carrier, From: c.From.Model.ID, To: c.To.ID, As: c.ToID,
		Commands: c.Command, Shell: c.Shell, Losses: []lossJSON{},
	}
	switch {
	case c.Refused != nil && c.Refused.Strict:
		j.Refused = pointer("strict")
	case c.Refused != nil:
		j.Refused = pointer("widening")
	case c.Command == nil:
		j.Text = pointer(c.Text)
	}
	if c.Mode != nil {
		j.Mode = c.Mode.Octal()
	}
	for _, l := range c.Result.Losses {
		j.Losses = append(j.Losses, newLossJSON(l))
	}
	if c.Offer != nil {
		j.Offer = &offerJSON{Text: c.Offer.Text, Widens: []lossJSON{}}
		for _, l := range c.Offer.Widens {
			j.Offer.Widens = append(j.Offer.Widens, newLossJSON(l))
		}
	}
	return j
}

func newLossJSON(l translate.Loss) lossJSON {
	j := lossJSON{Effect: l.Effect.String(), Rights: rightsJSON(l.Rights), What: l.What, Why: l.Why, Default: l.Default}
	if l.Principal.Sort != translate.Nobody {
		j.Who = pointer(newPrincipalJSON(l.Principal))
	}
	for _, p := range l.With {
		j.With = append(j.With, newPrincipalJSON(p))
	}
	return j
}

func newPrincipalJSON(p translate.Principal) principalJSON {
	j := principalJSON{Sort: principalSort(p.Sort), Name: p.Name, SID: p.SID, UIC: p.UIC, GUID: p.GUID}
	if p.HasID {
		j.ID = pointer(p.ID)
	}
	return j
}

func principalSort(s translate.Sort) string {
	return map[translate.Sort]string{
		translate.User: "user", translate.Group: "group", translate.Owner: "owner", translate.OwningGroup: "owning-group",
		translate.Everyone: "everyone", translate.System: "system", translate.Special: "special",
	}[s]
}

// rightsJSON are the rights one by one.
func rightsJSON(r translate.Rights) []string {
	words := []string{}
	for ; r != 0; r &= r - 1 {
		words = append(words, (r & -r).String())
	}
	return words
}
