package report

import (
	"bufio"
	"fmt"
	"io"

	"ward/access"
	"ward/internal/app"
	"ward/mode"
)

// ReachText says how much somebody may do below a directory, and where lists were
// asked for, to which paths.
func ReachText(w io.Writer, r *app.Reached, style Style) error {
	out := bufio.NewWriter(w)
	if r.Door.Answer == access.Denied {
		fmt.Fprintf(out, "%s\n", style.bold(Path(r.Who.Name)+" reaches nothing below "+Path(r.Request.Root)))
		out.WriteString(style.wrap("  ", string(r.Door.Errno)+" at "+Path(r.At)+": "+r.Door.Reason.Format(r.Names)))
		return out.Flush()
	}
	fmt.Fprintf(out, "%s\n", style.bold(fmt.Sprintf("%s below %s, of %s that were looked at:", Path(r.Who.Name), Path(r.Root), plural(r.Entries, "entry"))))
	f, d := r.Counts[mode.Regular], r.Counts[mode.Directory]
	var other app.Counts
	for k, c := range r.Counts {
		if k != mode.Regular && k != mode.Directory {
			other.Read, other.Write, other.Delete = other.Read+c.Read, other.Write+c.Write, other.Delete+c.Delete
		}
	}
	for _, line := range [...]struct {
		does             string
		files, dirs, etc int64
		words            string
	}{
		{"read", f.Read, d.Read, other.Read, "list"},
		{"write", f.Write, d.Write, other.Write, "create in"},
		{"execute", f.Execute, d.Execute, 0, "enter"},
		{"delete", f.Delete, d.Delete, other.Delete, "delete, once empty,"},
	} {
		text := fmt.Sprintf("%-8s %12s, %s %s", line.does, plural(line.files, "file"), line.words, directories(line.dirs))
		if line.etc > 0 {
			text += fmt.Sprintf("; %s others", count(line.etc))
		}
		fmt.Fprintf(out, "  %s\n", text)
	}
	reachNotes(out, r, style)
	for _, e := range r.Found {
		fmt.Fprintf(out, "%s\n", reachLine(r, e))
	}
	return out.Flush()
}

func directories(n int64) string {
	if n == 1 {
		return "1 directory"
	}
	return count(n) + " directories"
}

func reachNotes(out *bufio.Writer, r *app.Reached, style Style) {
	if r.Closed > 0 {
		out.WriteString(style.wrap("  ", directories(r.Closed)+" closed: nothing below can be reached"))
	}
	if r.Hidden > 0 {
		out.WriteString(style.wrap("  ", directories(r.Hidden)+" that cannot be listed, but used by who knows the names in them"))
	}
	if r.Doubts > 0 {
		out.WriteString(style.wrap("  ", plural(r.Doubts, "entry")+" could not be decided from what could be seen"))
	}
	if r.Request.WithoutACLs {
		out.WriteString(style.wrap("  ", "access lists were not looked at: where there are any, this is wrong"))
	}
	for _, path := range r.Skipped {
		out.WriteString(style.wrap("  ", "not entered: "+Path(path)+" is another file system (--cross-mounts)"))
	}
	for _, c := range r.Outside {
		out.WriteString(style.wrap("  ", c.By+" decides as well: "+c.Evidence))
	}
	if len(r.Found) > 0 {
		out.WriteByte('\n')
	}
}

// reachLine is a path; with what may be done where more than one thing was asked for.
func reachLine(r *app.Reached, e app.Reachable) string {
	if list := r.Request.List; list&(list-1) == 0 {
		return Path(e.Path)
	}
	return e.May.String() + "  " + Path(e.Path)
}

// ReachPaths writes nothing but the paths, each ended by a byte: a line break, or NUL.
func ReachPaths(w io.Writer, r *app.Reached, end byte) error {
	out := bufio.NewWriter(w)
	for _, e := range r.Found {
		if end == 0 {
			out.WriteString(e.Path)
		} else {
			out.WriteString(Path(e.Path))
		}
		out.WriteByte(end)
	}
	return out.Flush()
}

type reachJSON struct {
	Version  int               `json:"version"`
	Kind     string            `json:"kind"`
	Root     string            `json:"root"`
	Subject  accessSubjectJSON `json:"subject"`
	Door     doorJSON          `json:"door"`
	Entries  int64             `json:"entries"`
	Files    reachCountsJSON   `json:"files"`
	Dirs     reachCountsJSON   `json:"directories"`
	Others   reachCountsJSON   `json:"others"`
	Closed   int64             `json:"closedDirectories"`
	Hidden   int64             `json:"unlistableDirectories"`
	Doubts   int64             `json:"undecided"`
	Complete bool              `json:"complete"`
	ACLs     bool              `json:"aclsRead"`
	Skipped  []jsonPath        `json:"otherFileSystems"`
	Found    []reachableJSON   `json:"found"`
}

type doorJSON struct {
	Answer string `json:"answer"`
	Errno  string `json:"errno,omitempty"`
	At     string `json:"at"`
	Rule   string `json:"rule"`
	Text   string `json:"text"`
}

type reachCountsJSON struct {
	Read    int64 `json:"read"`
	Write   int64 `json:"write"`
	Execute int64 `json:"execute"`
	Delete  int64 `json:"delete"`
}

type reachableJSON struct {
	jsonPath
	Type string   `json:"type"`
	May  []string `json:"may"`
}

// ReachJSON writes the same as one JSON document, described in docs/formats.md.
func ReachJSON(w io.Writer, r *app.Reached) error {
	d := reachJSON{
		Version: FormatVersion, Kind: "reach", Root: r.Root, Subject: accessSubjectOf(r.Who),
		Door: doorJSON{
			Answer: r.Door.Answer.String(), Errno: string(r.Door.Errno), At: r.At,
			Rule: r.Door.Reason.Rule.String(), Text: r.Door.Reason.Format(r.Names),
		},
		Entries: r.Entries, Files: reachCountsJSON(r.Counts[mode.Regular]), Dirs: reachCountsJSON(r.Counts[mode.Directory]),
		Closed: r.Closed, Hidden: r.Hidden, Doubts: r.Doubts, Complete: r.Doubts == 0 && r.Unseen.Count == 0,
		ACLs: !r.Request.WithoutACLs, Skipped: jsonPaths(r.Skipped), Found: []reachableJSON{},
	}
	for k, c := range r.Counts {
		if k != mode.Regular && k != mode.Directory {
			d.Others = reachCountsJSON{d.Others.Read + c.Read, d.Others.Write + c.Write, d.Others.Execute + c.Execute, d.Others.Delete + c.Delete}
		}
	}
	for _, e := range r.Found {
		d.Found = append(d.Found, reachableJSON{newJSONPath(e.Path), e.Kind.String(), e.May.Words()})
	}
	j := newEncoder(w)
	j.SetIndent("", "  ")
	return j.Encode(d)
}
