package report

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/internal/app"
	"ward/mode"
)

// StatText shows all that bears on the permissions of objects.
func StatText(w io.Writer, s *app.Stats, style Style) error {
	out := bufio.NewWriter(w)
	for i := range s.Objects {
		if i > 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintf(out, "%s\n", style.bold(Path(s.Objects[i].Path)))
		for _, f := range statFields(&s.Objects[i], s.Names) {
			field(out, style, f)
		}
	}
	return out.Flush()
}

// statField is a label and what stands behind it, a line for each.
type statField struct {
	label string
	lines []string
}

// field writes a field; its lines are broken where they are too long.
func field(out *bufio.Writer, style Style, f statField) {
	const indent = "                " // of 16 columns
	label := fmt.Sprintf("  %-14s", f.label)
	for _, line := range f.lines {
		text := style.wrap(indent, line)
		out.WriteString(label + strings.TrimPrefix(text, indent))
		label = indent
	}
}

func statFields(l *app.Looked, names acl.Names) []statField {
	e := &l.Entry
	all := []statField{{"type", []string{typeText(l)}}}
	if e.Kind != mode.Symlink {
		all = append(all, statField{"mode", modeLines(e)})
	}
	all = append(all,
		statField{"owner", []string{named(User(e.UID, names), uint32(e.UID))}},
		statField{"group", []string{named(Group(e.GID, names), uint32(e.GID))}})
	all = append(all, listFields(e, names)...)
	all = append(all, storedFields(e)...)
	if e.Kind == mode.Regular {
		all = append(all, statField{"capabilities", []string{orUnread(e, entry.Caps, Capabilities(e.Caps))}})
	}
	all = append(all, statField{"flags", []string{orNone(strings.Join(l.Details.Flags, ", "))}})
	if l.Details.Label != "" {
		all = append(all, statField{"selinux", []string{Path(l.Details.Label)}})
	}
	if l.Mount != nil {
		all = append(all, statField{"mount", mountLines(l)})
	}
	return append(all, statField{"identity", identityLines(e)}, statField{"times", timeLines(e)})
}

func named(name string, id uint32) string {
	if name == number(id) {
		return name + " (nobody known)"
	}
	return fmt.Sprintf("%s (%d)", name, id)
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// orUnread says of a fact that could not be read that it could not.
func orUnread(e *entry.Entry, fact entry.Facts, text string) string {
	if e.Denied&fact != 0 {
		return "could not be read"
	}
	return text
}

func typeText(l *app.Looked) string {
	e := &l.Entry
	text := e.Kind.String()
	switch e.Kind {
	case mode.Symlink:
		if l.Details.Target == "" {
			return text + ", whose target could not be read"
		}
		return text + " to " + Path(l.Details.Target)
	case mode.Regular:
		text += ", " + plural(e.Size, "byte")
	case mode.CharDevice, mode.BlockDevice:
		text += " " + majorMinor(e.Rdev)
	}
	if e.Links > 1 && e.Kind != mode.Directory {
		text += fmt.Sprintf(", %d names (hard links)", e.Links)
	}
	return text
}

func majorMinor(device uint64) string { return fmt.Sprintf("%d:%d", device>>32, uint32(device)) }

// modeLines is the mode in all spellings, and what its group bits are.
func modeLines(e *entry.Entry) []string {
	m := e.Mode
	lines := []string{
		fmt.Sprintf("%s %s  %s", m.Octal(), lsForm(e, ""), m.Symbolic()),
		breakable(m.Constants()) + "  " + m.GoSyntax(),
	}
	if mask, masked := e.ACL.MaskRights(); masked {
		group, _ := e.ACL.Find(acl.GroupObj, acl.NoID)
		lines = append(lines, fmt.Sprintf("The group bits %s are the mask of the access list; the owning group itself has %s.", mask, group&mask))
	}
	for _, line := range suspicionLines(m, suspicions(m, e.Kind, e.ACL)) {
		lines = append(lines, "odd: "+line)
	}
	return lines
}

// lsForm is the first column of ls -l with its suffix: + for access lists, a dot
// for a label alone.
func lsForm(e *entry.Entry, label string) string {
	text := e.Mode.Format(e.Kind)
	switch {
	case len(e.ACL) > 0 || len(e.Default) > 0 || saysBeyond(e):
		return text + "+"
	case label != "":
		return text + "."
	}
	return text
}

// listFields are the access list and the default list, with effective rights.
func listFields(e *entry.Entry, names acl.Names) []statField {
	if e.Kind == mode.Symlink {
		return nil
	}
	all := []statField{{"acl", listLines(e, entry.AccessACL, e.ACL, names)}}
	if e.Kind == mode.Directory {
		all = append(all, statField{"default acl", listLines(e, entry.DefaultACL, e.Default, names)})
	}
	return all
}

func listLines(e *entry.Entry, fact entry.Facts, l acl.List, names acl.Names) []string {
	if e.Denied&fact != 0 || len(l) == 0 {
		return []string{orUnread(e, fact, "none")}
	}
	var lines []string
	for _, line := range l {
		text := Path(line.Format(names))
		if effective := l.Effective(line); effective != line.Rights {
			text += ", effective " + effective.String()
		}
		lines = append(lines, text)
	}
	return lines
}

func mountLines(l *app.Looked) []string {
	return []string{
		Path(l.Mount.Point) + ", " + l.Mount.FSType + " from " + Path(l.Mount.Source),
		strings.Join(mountWords(l.Mount), ", "),
	}
}

// mountWords are the options of a mount that bear on permissions, as mount(8)
// writes them.
func mountWords(m *access.Mount) []string {
	words := []string{"rw"}
	if m.ReadOnly || m.SuperReadOnly {
		words[0] = "ro"
	}
	for _, option := range []struct {
		set  bool
		name string
	}{
		{m.NoSUID, "nosuid"},
		{m.NoExec, "noexec"},
		{m.NoDev, "nodev"},
		{m.NoSymlinks, "nosymfollow"},
		{m.BSDGroups, "grpid"},
		{m.Idmapped, "idmapped"},
	} {
		if option.set {
			words = append(words, option.name)
		}
	}
	return words
}

func identityLines(e *entry.Entry) []string {
	lines := []string{fmt.Sprintf("device %s, inode %d", majorMinor(e.ID.Device), e.ID.Inode)}
	if e.ID.Handle != "" {
		lines[0] += fmt.Sprintf(", handle %d:%s", e.ID.HandleType, hex.EncodeToString([]byte(e.ID.Handle)))
	}
	return lines
}

func timeLines(e *entry.Entry) []string {
	var lines []string
	if e.ID.Birth != 0 {
		lines = append(lines, moment(e.ID.Birth)+" born")
	}
	lines = append(lines, moment(e.ModTime)+" content changed")
	if e.ChangeTime != 0 {
		lines = append(lines, moment(e.ChangeTime)+" mode, owner or names changed")
	}
	return lines
}

// moment is a time in the form of RFC 3339, in universal time.
func moment(ns int64) string { return time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000Z") }
