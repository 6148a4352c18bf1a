package report

import (
	"encoding/hex"
	"io"
	"time"

	"ward/acl"
	"ward/entry"
	"ward/internal/app"
	"ward/mode"
)

// objectJSON is one object of stat and ls.
type objectJSON struct {
	jsonPath
	Type string `json:"type"`
	StateJSON
	Chmod       string       `json:"chmod"`
	Constants   string       `json:"constants"`
	Go          string       `json:"go"`
	GroupBits   string       `json:"groupBits"` // "mask" or "group"
	GroupRights string       `json:"groupRights"`
	Effective   []string     `json:"effective,omitempty"`
	Suspicions  []string     `json:"suspicions"`
	Target      string       `json:"target,omitempty"`
	SELinux     string       `json:"selinux,omitempty"`
	Size        int64        `json:"size"`
	Links       uint32       `json:"links"`
	Rdev        string       `json:"rdev,omitempty"`
	Mount       *mountJSON   `json:"mount,omitempty"`
	Identity    identityJSON `json:"identity"`
	Modified    time.Time    `json:"modified"`
	Changed     *time.Time   `json:"changed,omitempty"`
	NotRead     []string     `json:"notRead,omitempty"`
}

type mountJSON struct {
	Point   string   `json:"point"`
	Type    string   `json:"filesystem"`
	Source  string   `json:"source"`
	Options []string `json:"options"`
}

type identityJSON struct {
	Device string     `json:"device"`
	Inode  uint64     `json:"inode"`
	Born   *time.Time `json:"born,omitempty"`
	Handle string     `json:"handle,omitempty"`
}

type statJSON struct {
	Version int          `json:"version"`
	Kind    string       `json:"kind"`
	Objects []objectJSON `json:"objects"`
}

// StatJSON is the same as one JSON document.
func StatJSON(w io.Writer, s *app.Stats) error {
	d := statJSON{FormatVersion, "stat", []objectJSON{}}
	for i := range s.Objects {
		d.Objects = append(d.Objects, newObjectJSON(&s.Objects[i], s.Objects[i].Path, s.Names))
	}
	e := newEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

func newObjectJSON(l *app.Looked, path string, names acl.Names) objectJSON {
	e := &l.Entry
	d := objectJSON{
		jsonPath: newJSONPath(path), Type: e.Kind.String(), StateJSON: State(&e.State, e.Kind, names),
		Chmod: e.Mode.Symbolic(), Constants: e.Mode.Constants(), Go: e.Mode.GoSyntax(),
		GroupBits: "group", GroupRights: e.Mode.Group().String(), Suspicions: []string{},
		Target: newJSONPath(l.Details.Target).Path, SELinux: l.Details.Label,
		Size: e.Size, Links: e.Links, Identity: newIdentityJSON(e), Modified: time.Unix(0, e.ModTime).UTC(), NotRead: unread(e),
	}
	d.Flags = l.Details.Flags
	if mask, masked := e.ACL.MaskRights(); masked {
		group, _ := e.ACL.Find(acl.GroupObj, acl.NoID)
		d.GroupBits, d.GroupRights = "mask", (group & mask).String()
	}
	for _, line := range e.ACL {
		line.Rights = e.ACL.Effective(line)
		d.Effective = append(d.Effective, line.Format(names))
	}
	for _, s := range suspicions(e.Mode, e.Kind, e.ACL) {
		d.Suspicions = append(d.Suspicions, s.Name)
	}
	if e.Kind == mode.CharDevice || e.Kind == mode.BlockDevice {
		d.Rdev = majorMinor(e.Rdev)
	}
	if e.ChangeTime != 0 {
		d.Changed = pointer(time.Unix(0, e.ChangeTime).UTC())
	}
	if l.Mount != nil {
		d.Mount = &mountJSON{newJSONPath(l.Mount.Point).Path, l.Mount.FSType, newJSONPath(l.Mount.Source).Path, mountWords(l.Mount)}
	}
	return d
}

func newIdentityJSON(e *entry.Entry) identityJSON {
	d := identityJSON{Device: majorMinor(e.ID.Device), Inode: e.ID.Inode}
	if e.ID.Birth != 0 {
		d.Born = pointer(time.Unix(0, e.ID.Birth).UTC())
	}
	if e.ID.Handle != "" {
		d.Handle = number(uint32(e.ID.HandleType)) + ":" + hex.EncodeToString([]byte(e.ID.Handle))
	}
	return d
}

// unread names the facts that are there and could not be read.
func unread(e *entry.Entry) []string {
	var all []string
	for _, f := range []struct {
		fact entry.Facts
		name string
	}{{entry.AccessACL, "acl"}, {entry.DefaultACL, "defaultAcl"}, {entry.Caps, "capabilities"}, {entry.NFS4, "nfs4"}} {
		if e.Denied&f.fact != 0 {
			all = append(all, f.name)
		}
	}
	return all
}
