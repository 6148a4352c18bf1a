package report

import (
	"bufio"
	"fmt"
	"io"
	"runtime"
	"strings"

	"ward/internal/app"
	"ward/mode"
)

// ModeDifference says who gains and who loses what by going from one mode to
// another.
func ModeDifference(w io.Writer, c *app.ModesCompared, style Style) error {
	out := bufio.NewWriter(w)
	if c.Same() {
		fmt.Fprintf(out, "%s is the same mode\n", c.From.For(c.Kinds[0]).Octal())
		return out.Flush()
	}
	for i, k := range c.Kinds {
		if i > 0 {
			out.WriteByte('\n')
		}
		from, to := c.From.For(k), c.To.For(k)
		fmt.Fprintf(out, "%s\n", style.bold(fmt.Sprintf("%s: %s to %s", k, Mode(from, k), Mode(to, k))))
		for _, line := range differenceLines(from, to, k) {
			out.WriteString(hanging(style, line))
		}
	}
	return out.Flush()
}

func differenceLines(from, to mode.Mode, k mode.Kind) []string {
	var lines []string
	for _, s := range mode.Compare(from, to, k) {
		lines = append(lines, shiftText(s))
	}
	for _, t := range mode.Turns(from, to, k, runtime.GOOS) {
		now := "is cleared; set, its meaning was"
		if t.Set {
			now = "is set"
		}
		lines = append(lines, fmt.Sprintf("%s %s: %s", mode.SpecialName(t.Bit), now, t.Words))
	}
	for _, line := range suspicionLines(to, to.Suspicions(k)) {
		lines = append(lines, "odd afterwards: "+line)
	}
	if lines == nil {
		return []string{"the same mode"}
	}
	return lines
}

func shiftText(s mode.Shift) string {
	var parts []string
	if len(s.Gains) > 0 {
		parts = append(parts, "may now "+enumeration(s.Gains, "and"))
	}
	if len(s.Loses) > 0 {
		parts = append(parts, "may no longer "+enumeration(s.Loses, "or"))
	}
	if parts == nil {
		parts = []string{"may do what it could: the bits that differ do nothing by themselves"}
	}
	return fmt.Sprintf("%s (%s to %s) %s", s.Who, s.From, s.To, strings.Join(parts, "; "))
}

// enumeration joins what may hold commas itself: "read it and write it".
func enumeration(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	end := len(words) - 1
	comma := ""
	if end > 1 || strings.Contains(words[end], ",") {
		comma = ","
	}
	return strings.Join(words[:end], ", ") + comma + " " + last + " " + words[end]
}
