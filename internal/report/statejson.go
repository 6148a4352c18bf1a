package report

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"ward/acl"
	"ward/entry"
	"ward/internal/app"
	"ward/mode"
)

// StateJSON is what ward can change of an object, complete: numbers to work with,
// and names and ls forms to read.
type StateJSON struct {
	Mode         string   `json:"mode"`     // four octal digits
	Symbolic     string   `json:"symbolic"` // as ls shows it
	UID          uint32   `json:"uid"`
	GID          uint32   `json:"gid"`
	User         string   `json:"user"`
	Group        string   `json:"group"`
	ACL          []string `json:"acl,omitempty"`              // entries as getfacl writes them
	DefaultACL   []string `json:"defaultAcl,omitempty"`       // likewise, without "default:"
	Capabilities string   `json:"capabilities,omitempty"`     // raw attribute in hexadecimal
	Granted      string   `json:"capabilitiesText,omitempty"` // the same as getcap shows it
	Flags        []string `json:"flags,omitempty"`
	NFS4         string   `json:"nfs4,omitempty"` // as nfs4_getfacl writes it, with commas between the entries
	DOS          string   `json:"dos,omitempty"`  // R, H, S and A, and words for the others
}

// State is a state for JSON.
func State(s *entry.State, k mode.Kind, names acl.Names) StateJSON {
	d := StateJSON{
		Mode: s.Mode.Octal(), Symbolic: s.Mode.Format(k),
		UID: uint32(s.UID), GID: uint32(s.GID),
		User: number(uint32(s.UID)), Group: number(uint32(s.GID)),
		ACL: entriesOf(s.ACL, names), DefaultACL: entriesOf(s.Default, names),
		Flags: flagList(s.Flags),
	}
	if names != nil {
		d.User, d.Group = names.UserName(s.UID), names.GroupName(s.GID)
	}
	if s.NFS4 != "" {
		d.NFS4 = NFS4List(s.NFS4, k)
	}
	if s.DOS != "" {
		d.DOS = DOSAttributes(s.DOS)
	}
	if s.Caps != "" {
		d.Capabilities, d.Granted = hex.EncodeToString([]byte(s.Caps)), Capabilities(s.Caps)
	}
	return d
}

func entriesOf(l acl.List, names acl.Names) []string {
	var all []string
	for _, e := range l {
		all = append(all, e.Format(names))
	}
	return all
}

// jsonPath is a path in JSON. JSON cannot hold bytes that are no UTF-8, so a path
// with such bytes is given once more, exactly.
type jsonPath struct {
	Path  string `json:"path"`
	Bytes string `json:"pathBase64,omitempty"`
}

func newJSONPath(path string) jsonPath {
	if utf8.ValidString(path) {
		return jsonPath{Path: path}
	}
	return jsonPath{strings.ToValidUTF8(path, "\ufffd"), base64.StdEncoding.EncodeToString([]byte(path))}
}

func jsonPaths(paths []string) []jsonPath {
	all := make([]jsonPath, len(paths))
	for i, p := range paths {
		all[i] = newJSONPath(p)
	}
	return all
}

func roots(trees []app.Tree) []string {
	all := make([]string, len(trees))
	for i, t := range trees {
		all[i] = t.Root
	}
	return all
}
