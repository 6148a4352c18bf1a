package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"ward/acl"
	"ward/entry"
	"ward/internal/app"
	"ward/legacy/dos"
	"ward/mode"
)

// LsText writes listings one after the other, one line for each entry: octal mode,
// the mode as ls shows it, owner, group, what goes beyond the mode, and the name.
type LsText struct {
	out    *bufio.Writer
	style  Style
	titled bool // listings carry the directory's path as their title
	some   bool // something has been written
}

// NewLsText writes to w. titled says that more than one listing may come.
func NewLsText(w io.Writer, style Style, titled bool) *LsText {
	return &LsText{out: bufio.NewWriter(w), style: style, titled: titled}
}

// Write adds a listing.
func (t *LsText) Write(l *app.Listing) error {
	if t.some {
		t.out.WriteByte('\n')
	}
	t.some = true
	if t.titled && l.Dir != "" {
		fmt.Fprintf(t.out, "%s:\n", t.style.bold(Path(l.Dir)))
	}
	rows := make([][lsColumns]string, len(l.Entries))
	var widths [lsColumns]int
	for i := range l.Entries {
		rows[i] = lsRow(&l.Entries[i], l.Names)
		for c, text := range rows[i] {
			widths[c] = max(widths[c], utf8.RuneCountInString(text))
		}
	}
	widths[lsBeyond] = min(widths[lsBeyond], widestBeyond)
	for _, row := range rows {
		t.row(row, widths)
	}
	return t.out.Flush()
}

// The columns of a line.
const (
	lsOctal = iota
	lsLetters
	lsOwner
	lsGroup
	lsBeyond
	lsName
	lsColumns
)

// widestBeyond bounds the column of access lists; a longer one pushes its name to
// the right and no other.
const widestBeyond = 24

func (t *LsText) row(row [lsColumns]string, widths [lsColumns]int) {
	for c, text := range row[:lsName] {
		if widths[c] == 0 {
			continue
		}
		pad := max(widths[c]-utf8.RuneCountInString(text), 0)
		t.out.WriteString(text + strings.Repeat(" ", pad+1))
	}
	t.out.WriteString(row[lsName] + "\n")
}

func lsRow(l *app.Looked, names acl.Names) [lsColumns]string {
	e := &l.Entry
	name := Path(l.Path)
	switch {
	case e.Kind == mode.Symlink && l.Details.Target != "":
		name += " -> " + Path(l.Details.Target)
	case e.Kind == mode.Directory:
		name = strings.TrimSuffix(name, "/") + "/"
	}
	return [lsColumns]string{
		lsOctal: e.Mode.Octal(), lsLetters: lsForm(e, l.Details.Label), lsOwner: User(e.UID, names), lsGroup: Group(e.GID, names),
		lsBeyond: beyondMode(l, names), lsName: name,
	}
}

// beyondMode is what decides beside the mode, in short: who is named in the access
// list with which effective rights, the default list, capabilities, flags, label.
func beyondMode(l *app.Looked, names acl.Names) string {
	e := &l.Entry
	parts := namedEntries(e.ACL, names)
	if len(parts) > shownNamed {
		parts = append(parts[:shownNamed:shownNamed], fmt.Sprintf("+%d", len(parts)-shownNamed))
	}
	if len(e.ACL) > 0 {
		group, _ := e.ACL.Find(acl.GroupObj, acl.NoID)
		mask, _ := e.ACL.MaskRights()
		parts = append(parts, "g::"+(group&mask).String())
	}
	if len(e.Default) > 0 {
		parts = append(parts, "default")
	}
	if e.Caps != "" {
		parts = append(parts, Capabilities(e.Caps))
	}
	parts = append(parts, storedParts(e)...)
	parts = append(parts, l.Details.Flags...)
	if unread := unread(e); unread != nil {
		parts = append(parts, "?"+strings.Join(unread, ",?"))
	}
	return strings.Join(parts, ",")
}

// storedParts is what a list of NFS 4 says beyond the mode, its first entries, and DOS
// attributes other than that of an archive.
func storedParts(e *entry.Entry) []string {
	var parts []string
	if list, ok := beyondNFS4(e); ok {
		for i, line := range list.Entries {
			if i == shownNamed {
				parts = append(parts, fmt.Sprintf("+%d", len(list.Entries)-shownNamed))
				break
			}
			parts = append(parts, nfs4Line(line, e.Kind))
		}
	}
	if a, err := e.DOS.DOSAttributes(); err == nil && a&^(dos.Archive|dos.Normal|dos.Directory) != 0 {
		parts = append(parts, "dos:"+a.Format())
	}
	return parts
}

// shownNamed is how many entries of an access list a line shows.
const shownNamed = 2

// namedEntries are the entries of a list that name somebody, in the short form,
// with the rights that the mask leaves them.
func namedEntries(l acl.List, names acl.Names) []string {
	var all []string
	for _, e := range l {
		if e.Tag != acl.User && e.Tag != acl.Group {
			continue
		}
		e.Rights = l.Effective(e)
		tag, rest, _ := strings.Cut(Path(e.Format(names)), ":")
		all = append(all, tag[:1]+":"+rest)
	}
	return all
}

// LsJSON writes listings as one JSON document, an entry a line.
type LsJSON struct {
	out   *bufio.Writer
	comma bool
}

// NewLsJSON writes to w.
func NewLsJSON(w io.Writer) *LsJSON {
	j := &LsJSON{out: bufio.NewWriter(w)}
	fmt.Fprintf(j.out, "{\"version\":%d,\"kind\":\"ls\",\"entries\":[", FormatVersion)
	return j
}

// Write adds a listing.
func (j *LsJSON) Write(l *app.Listing) error {
	for i := range l.Entries {
		path := l.Entries[i].Path
		if l.Dir != "" {
			path = strings.TrimSuffix(l.Dir, "/") + "/" + path
		}
		text, err := marshal(newObjectJSON(&l.Entries[i], path, l.Names))
		if err != nil {
			return err
		}
		separator := "\n"
		if j.comma {
			separator = ",\n"
		}
		j.comma = true
		j.out.WriteString(separator)
		j.out.Write(text)
	}
	return j.out.Flush()
}

// Close ends the document. complete says that nothing is missing from it.
func (j *LsJSON) Close(complete bool) error {
	fmt.Fprintf(j.out, "\n],\"complete\":%t}\n", complete)
	return j.out.Flush()
}
