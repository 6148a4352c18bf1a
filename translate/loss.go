package translate

import (
	"fmt"
	"strings"
)

// Effect is what becomes of something in a conversion.
type Effect uint8

// The effects.
const (
	Lost     Effect = iota + 1 // the target has no place for it
	Narrowed                   // somebody may no longer
	Widened                    // somebody may who might not
)

// String is the word.
func (e Effect) String() string { return [...]string{"", "lost", "narrowed", "widened"}[e&3] }

// Loss is one thing that the target says otherwise than the source, or not at all.
type Loss struct {
	Effect    Effect
	Principal Principal   // whose access it is; Nobody where it is not about access
	With      []Principal // groups that the principal has to be in besides
	Rights    Rights      // 0 where it is not about access
	What      string      // what is no right: "setuid", "audit entry 2"; "" for rights
	Why       string
	Default   bool // it is about what is made in the directory, not about itself
}

// String is the loss in one line: `user 1001 loses write: …`.
func (l Loss) String() string {
	what := l.What
	if what == "" {
		what = l.Rights.String()
	}
	var b strings.Builder
	if l.Principal.Sort != Nobody {
		b.WriteString(whom(l.Principal, l.With) + ": ")
	}
	fmt.Fprintf(&b, "%s %s", what, l.Effect)
	if l.Default {
		b.WriteString(" for what is made in the directory")
	}
	if l.Why != "" {
		b.WriteString(" (" + l.Why + ")")
	}
	return b.String()
}

// RefusedError says that a conversion would lose or widen more than was allowed. The
// Losses are all of it, the ones that were in the way among them.
type RefusedError struct {
	From, To string // ids of models
	Strict   bool   // any loss was in the way; else those that are Widened
	Losses   []Loss
}

func (e *RefusedError) Error() string {
	why := "somebody could do more than before"
	if e.Strict {
		why = "something would be lost"
	}
	lines := []string{fmt.Sprintf("convert %s to %s: %s", e.From, e.To, why)}
	for _, l := range e.Losses {
		if e.Strict || l.Effect == Widened {
			lines = append(lines, l.String())
		}
	}
	return strings.Join(lines, "; ")
}
