package nfs4

import (
	"fmt"
	"strings"

	"ward/mode"
)

// List writes the list as the programs show it, a line for each entry, each with a
// line break: getfacl and ls -V put the names to the right of a column, ls -v
// numbers the entries and breaks them before the eightieth column. Parse reads it
// back. Errors are those of Format.
func (a ACL) List(n Notation, k mode.Kind) (string, error) {
	entries, err := a.formatEntries(n, k)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, text := range entries {
		switch n {
		case FreeBSD, FreeBSDVerbose, Solaris:
			text = aligned(a.Entries[i], n, text)
		case SolarisVerbose, Solaris2005:
			text = wrapped(fmt.Sprintf("%6d:%s", i, text))
		}
		b.WriteString(text + "\n")
	}
	return b.String(), nil
}

// aligned puts whom the entry speaks of to the right of 18 columns (getfacl(1) of
// FreeBSD, nfs4_format_acl in lib/libc/posix1e).
func aligned(e Entry, n Notation, text string) string {
	tag, _ := e.tag(n)
	return fmt.Sprintf("%*s", max(0, 18-len(tag))+len(text), text)
}

// wrapped breaks a long line before a slash, as ls -v does.
func wrapped(line string) string {
	words := strings.SplitAfter(line, "/")
	var b strings.Builder
	column := 0
	for i, w := range words {
		w = strings.TrimSuffix(w, "/")
		switch {
		case i == 0:
		case column+1+len(w) < 80:
			w = "/" + w
		default:
			b.WriteString("\n")
			w, column = "         /"+w, 0
		}
		b.WriteString(w)
		column += len(w)
	}
	return b.String()
}
