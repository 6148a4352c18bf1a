package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"ward/internal/app"
	"ward/lint"
)

// LintDiff writes what the fixes of a linting change, as a unified diff that patch(1)
// and git apply take.
func LintDiff(w io.Writer, mended []app.Mended, style Style) error {
	out := bufio.NewWriter(w)
	for i := range mended {
		m := &mended[i]
		fmt.Fprintf(out, "%s\n%s\n", style.bold("--- a/"+Path(m.Path)), style.bold("+++ b/"+Path(m.Path)))
		d := lineDiff{out: out, style: style, lines: splitLines(m.Before)}
		for _, h := range d.hunks(m.Edits) {
			d.write(h)
		}
	}
	return out.Flush()
}

// around is how many lines a hunk has before and after what changes.
const around = 3

// A lineDiff writes hunks of one file.
type lineDiff struct {
	out   *bufio.Writer
	style Style
	lines [][]byte // with their ends
	shift int      // lines that the hunks before have added
}

// A change is lines that become others: first up to but without last, from 0.
type change struct {
	first, last int
	text        []byte
}

func splitLines(text []byte) [][]byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	if n := len(lines) - 1; len(lines[n]) == 0 {
		return lines[:n]
	}
	return lines
}

// hunks is the changes that edits make, those near each other together.
func (d *lineDiff) hunks(edits []lint.Edit) [][]change {
	var hunks [][]change
	for _, c := range d.changes(edits) {
		n := len(hunks)
		if n > 0 && c.first-hunks[n-1][len(hunks[n-1])-1].last <= 2*around {
			hunks[n-1] = append(hunks[n-1], c)
			continue
		}
		hunks = append(hunks, []change{c})
	}
	return hunks
}

// changes is whole lines in the place of edits within them.
func (d *lineDiff) changes(edits []lint.Edit) []change {
	var changes []change
	for len(edits) > 0 {
		first, start := d.lineAt(edits[0].Start)
		last, end := d.lineAt(edits[0].End)
		n := 1
		for n < len(edits) && edits[n].Start <= end+len(d.lines[last]) {
			last, end = d.lineAt(edits[n].End)
			n++
		}
		text := bytes.Join(d.lines[first:last+1], nil)
		moved := make([]lint.Edit, n)
		for i, e := range edits[:n] {
			e.Start, e.End = e.Start-start, e.End-start
			moved[i] = e
		}
		changes = append(changes, change{first, last + 1, lint.Apply(text, moved)})
		edits = edits[n:]
	}
	return changes
}

// lineAt is the line that an offset is on, from 0, and where it begins.
func (d *lineDiff) lineAt(offset int) (line, start int) {
	for i, text := range d.lines {
		if offset < start+len(text) || i == len(d.lines)-1 {
			return i, start
		}
		start += len(text)
	}
	return 0, 0
}

func (d *lineDiff) write(h []change) {
	from, to := max(0, h[0].first-around), min(len(d.lines), h[len(h)-1].last+around)
	added := 0
	for _, c := range h {
		added += len(splitLines(c.text)) - (c.last - c.first)
	}
	fmt.Fprintf(d.out, "%s\n", d.style.paint("36", fmt.Sprintf("@@ -%d,%d +%d,%d @@", from+1, to-from, from+1+d.shift, to-from+added)))
	d.shift += added
	at := from
	for _, c := range h {
		d.each("", " ", d.lines[at:c.first])
		d.each("31", "-", d.lines[c.first:c.last])
		d.each("32", "+", splitLines(c.text))
		at = c.last
	}
	d.each("", " ", d.lines[at:to])
}

func (d *lineDiff) each(colour, mark string, lines [][]byte) {
	for _, line := range lines {
		text := mark + strings.TrimSuffix(string(line), "\n")
		if d.style.Colour { // for a terminal, and no patch
			text = printable(text)
		}
		if colour != "" {
			text = d.style.paint(colour, text)
		}
		d.out.WriteString(text + "\n")
		if !strings.HasSuffix(string(line), "\n") {
			d.out.WriteString("\\ No newline at end of file\n")
		}
	}
}
