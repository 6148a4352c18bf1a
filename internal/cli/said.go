package cli

import (
	"fmt"

	"ward/internal/app"
	"ward/internal/report"
	"ward/policy"
)

// warn says what is odd about policies that work all the same.
func (c *console) warn(problems policy.Problems) {
	for _, p := range problems {
		fmt.Fprintln(c.err, report.Printable(p.String()))
	}
}

// shownUnseen is how many failures are listed; the rest are counted.
const shownUnseen = 20

// unseen says on standard error what an answer does not cover.
func (c *console) unseen(what string, u *app.Unseen) {
	for _, f := range u.First[:min(len(u.First), shownUnseen)] {
		fmt.Fprintf(c.err, "ward: %s: %s: %s\n", what, report.Path(f.Path), report.Cause(f.Path, f.Err))
	}
	if more := u.Count - int64(min(len(u.First), shownUnseen)); more > 0 {
		fmt.Fprintf(c.err, "ward: %s: %d more\n", what, more)
	}
}
