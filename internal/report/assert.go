package report

import (
	"fmt"
	"io"

	"ward/internal/app"
)

// AssertText writes a line for each expectation that does not hold.
func AssertText(w io.Writer, a *app.Asserted) error {
	for _, m := range a.Misses {
		line := fmt.Sprintf("%s: %s is %s, wanted %s", Path(a.Path), m.Attribute, m.Found, m.Wanted)
		if m.Why != "" {
			line += " (" + m.Why + ")"
		}
		if _, err := fmt.Fprintln(w, printable(line)); err != nil {
			return err
		}
	}
	return nil
}
