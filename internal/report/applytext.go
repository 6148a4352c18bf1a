package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"ward/internal/app"
	"ward/internal/apply"
)

// AppliedText says how a run went, by which id it can be taken back, and nothing
// about what went wrong: that is AppliedFaults.
func AppliedText(w io.Writer, a *app.Applied, style Style) error {
	if a.ID == "" {
		_, err := fmt.Fprintln(w, "nothing to do")
		return err
	}
	out := bufio.NewWriter(w)
	verb := "changed"
	if a.Command == "undo" {
		verb = "took back"
	}
	good := int64(a.Result.Of(apply.Verified) + a.Result.Of(apply.Delayed) + a.Result.Of(apply.Already))
	line := fmt.Sprintf("%s %s of %s in %s (%s)", verb, count(good), count(int64(a.Result.Planned)), seconds(a.Duration), outcomeCounts(a))
	if a.Result.Planned == 0 {
		line = "nothing was left to do"
	}
	out.WriteString(style.bold(style.wrap("", line)))
	switch {
	case a.Command == "undo":
		fmt.Fprintf(out, "run %s, which took back %s\n", a.ID, a.Undoes)
	case !changedAny(a):
		fmt.Fprintf(out, "run %s\n", a.ID)
	default:
		fmt.Fprintf(out, "run %s; to take it back: %s\n", a.ID, Shell([]string{"ward", "undo", a.ID}))
	}
	return out.Flush()
}

// changedAny reports whether there is anything to take back.
func changedAny(a *app.Applied) bool {
	partway := func(i apply.Item) bool { return i.Steps > 0 }
	return a.Resumed && a.Result.Of(apply.Already) > 0 || a.Result.Of(apply.Verified)+a.Result.Of(apply.Delayed)+a.Result.Of(apply.Altered) > 0 || slices.ContainsFunc(a.Items, partway)
}

// outcomeWords says in words what became of objects.
func outcomeWords(o apply.Outcome) string {
	switch o {
	case apply.Verified:
		return "verified"
	case apply.Already:
		return "already as wanted"
	case apply.ChangedSince:
		return "changed since the plan was made, and left alone"
	case apply.Gone:
		return "not found any more"
	case apply.Delayed:
		return "verified after a delay"
	case apply.Ignored:
		return "accepted by the file system and not done"
	case apply.Altered:
		return "accepted by the file system and made something else"
	case apply.Failed:
		return "refused by the system"
	}
	return "not reached"
}

func outcomeCounts(a *app.Applied) string {
	var words []string
	for _, o := range apply.Outcomes() {
		if n := a.Result.Of(o); n > 0 {
			words = append(words, count(int64(n))+" "+outcomeWords(o))
		}
	}
	return strings.Join(words, ", ")
}

// shownFaults is how many objects are listed that did not come out as wanted.
const shownFaults = 20

// AppliedFaults lists what did not go as planned.
func AppliedFaults(w io.Writer, a *app.Applied) error {
	out := bufio.NewWriter(w)
	shown := a.Items[:min(len(a.Items), shownFaults)]
	for i := range shown {
		x := &shown[i]
		fmt.Fprintf(out, "ward: %s: %s\n", Path(app.Place(a.Tree.Root, x.Path)), printable(itemText(x, a)))
	}
	if more := int64(len(a.Items)-len(shown)) + a.Others; more > 0 {
		fmt.Fprintf(out, "ward: ... and %s more: %s lists them\n", count(more), Shell([]string{"ward", "log", a.ID}))
	}
	if a.Lost > 0 {
		fmt.Fprintf(out, "ward: %s of them found no space in the journal\n", count(int64(a.Lost)))
	}
	return out.Flush()
}

func itemText(x *apply.Item, a *app.Applied) string {
	text := outcomeWords(x.Outcome)
	if cause := causeOf(x); cause != "" {
		text += ": " + cause
	}
	if x.Known != 0 && (x.Outcome == apply.Ignored || x.Outcome == apply.Altered) {
		text += fmt.Sprintf(" (wanted %s, it is %s)", Mode(x.Wanted.Mode, x.Kind), Mode(x.Seen.Mode, x.Kind))
	}
	if errors.Is(x.Err, fs.ErrPermission) && a.Runner != 0 && a.Runner != x.Before.UID {
		text += fmt.Sprintf(" (it belongs to %s, and ward runs as %s)", User(x.Before.UID, a.Names), User(a.Runner, a.Names))
	}
	if x.Now != "" {
		text += "; it was found at " + Path(x.Now)
	}
	return text
}

func causeOf(x *apply.Item) string {
	if x.Cause == "" && x.Err != nil {
		return x.Err.Error()
	}
	return x.Cause
}

// outcomeOrder is the names of all outcomes in order.
func outcomeOrder() []string {
	var names []string
	for _, o := range apply.Outcomes() {
		names = append(names, o.String())
	}
	return names
}
