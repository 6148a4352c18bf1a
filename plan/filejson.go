package plan

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

type headerJSON struct {
	Version int         `json:"ward-plan"`
	Root    text        `json:"root"`
	RootID  idJSON      `json:"root-id"`
	Created int64       `json:"created"`
	Policy  []PolicyRef `json:"policy"`
	Rules   []RuleRef   `json:"rules"`
	Undo    bool        `json:"undo,omitempty"`
}

type trailerJSON struct {
	Changes int    `json:"changes"`
	SHA256  string `json:"sha256"`
}

// idJSON keeps 64-bit numbers as text: many readers of JSON round them.
type idJSON struct {
	Device     uint64 `json:"device,string"`
	Inode      uint64 `json:"inode,string"`
	Birth      int64  `json:"birth,string"`
	HandleType int32  `json:"handle-type,omitempty"`
	Handle     []byte `json:"handle,omitempty"`
}

type changeJSON struct {
	Path    text      `json:"path"`
	Kind    string    `json:"kind"`
	ID      idJSON    `json:"id"`
	Links   uint32    `json:"links"`
	Known   []string  `json:"known"`
	Changed int64     `json:"changed,string"`
	Before  stateJSON `json:"before"`
	After   stateJSON `json:"after"`
	Rules   []int     `json:"rules"`
}

type stateJSON struct {
	Mode    string      `json:"mode"`
	UID     ident.UID   `json:"uid"`
	GID     ident.GID   `json:"gid"`
	ACL     string      `json:"acl,omitempty"`
	Default string      `json:"default-acl,omitempty"`
	Caps    []byte      `json:"capabilities,omitempty"`
	Flags   uint32      `json:"flags,omitempty"`
	NFS4    *storedJSON `json:"nfs4,omitempty"`
	DOS     *storedJSON `json:"dos,omitempty"`
}

// storedJSON is permissions of another model: where they are kept, and the bytes.
type storedJSON struct {
	Place string `json:"place"`
	Value []byte `json:"value"`
}

func newStored(s entry.Stored) *storedJSON {
	if s == "" {
		return nil
	}
	return &storedJSON{s.Place(), s.Value()}
}

// stored refuses what stands in no place of its kind: a plan is no way to write any
// attribute whatsoever.
func (j *storedJSON) stored(places []string) (entry.Stored, error) {
	if j == nil {
		return "", nil
	}
	if !slices.Contains(places, j.Place) {
		return "", fmt.Errorf("%q is none of %s", j.Place, strings.Join(places, ", "))
	}
	return entry.Store(j.Place, j.Value), nil
}

// factNames are the facts a change can know, in the order they are written.
var factNames = [...]struct {
	fact entry.Facts
	name string
}{
	{entry.Stat, "stat"},
	{entry.AccessACL, "acl"},
	{entry.DefaultACL, "default-acl"},
	{entry.Content, "content"},
	{entry.Caps, "capabilities"},
	{entry.Attributes, "flags"},
	{entry.Handle, "handle"},
	{entry.NFS4, "nfs4"},
	{entry.DOS, "dos"},
}

func fileHeader(h Header) headerJSON {
	return headerJSON{
		Version: FileVersion, Root: newText(h.Root), RootID: newID(h.RootID), Created: h.Created,
		Policy: h.Policy, Rules: h.Rules, Undo: h.Undo,
	}
}

func (j headerJSON) header() (Header, error) {
	h := Header{Root: j.Root.string(), RootID: j.RootID.identity(), Created: j.Created, Policy: j.Policy, Rules: j.Rules, Undo: j.Undo}
	if !strings.HasPrefix(h.Root, "/") {
		return Header{}, fmt.Errorf("the root %q is no absolute path", h.Root)
	}
	return h, nil
}

// MarshalJSON writes the header as a saved plan has it.
func (h Header) MarshalJSON() ([]byte, error) { return json.Marshal(fileHeader(h)) }

// UnmarshalJSON reads it back.
func (h *Header) UnmarshalJSON(b []byte) error {
	var j headerJSON
	err := strict(b, &j)
	if err == nil {
		*h, err = j.header()
	}
	return err
}

func newID(id entry.Identity) idJSON {
	return idJSON{id.Device, id.Inode, id.Birth, id.HandleType, []byte(id.Handle)}
}

func (j idJSON) identity() entry.Identity {
	return entry.Identity{Device: j.Device, Inode: j.Inode, Birth: j.Birth, HandleType: j.HandleType, Handle: string(j.Handle)}
}

func fileChange(c *Change) changeJSON {
	return changeJSON{
		Path: newText(c.Path), Kind: c.Kind.String(), ID: newID(c.ID), Links: c.Links,
		Known: namesOf(c.Known), Changed: c.Changed,
		Before: newState(&c.Before), After: newState(&c.After), Rules: c.Rules,
	}
}

func namesOf(f entry.Facts) []string {
	names := []string{}
	for _, n := range factNames {
		if f&n.fact != 0 {
			names = append(names, n.name)
		}
	}
	return names
}

func newState(s *entry.State) stateJSON {
	return stateJSON{
		Mode: s.Mode.Octal(), UID: s.UID, GID: s.GID, Flags: uint32(s.Flags), Caps: []byte(s.Caps),
		ACL: formatList(s.ACL), Default: formatList(s.Default),
		NFS4: newStored(s.NFS4), DOS: newStored(s.DOS),
	}
}

func (j *changeJSON) change(rules int) (c Change, err error) {
	c = Change{Path: j.Path.string(), ID: j.ID.identity(), Links: j.Links, Changed: j.Changed, Rules: j.Rules}
	if err := checkPath(c.Path); err != nil {
		return c, err
	}
	if i := slices.IndexFunc(j.Rules, func(r int) bool { return r < 0 || r >= rules }); i >= 0 {
		return c, fmt.Errorf("rule %d is none of the plan's %d", j.Rules[i], rules)
	}
	if c.Kind, err = mode.ParseKind(j.Kind); err != nil {
		return c, err
	}
	if c.Known, err = factsOf(j.Known); err != nil {
		return c, err
	}
	if c.Before, err = j.Before.state(); err != nil {
		return c, fmt.Errorf("before: %w", err)
	}
	if c.After, err = j.After.state(); err != nil {
		return c, fmt.Errorf("after: %w", err)
	}
	return c, nil
}

// checkPath accepts only paths that stay below the root. The target checks again
// when it opens one.
func checkPath(path string) error {
	if path == "." {
		return nil
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("the path %q is not one below the root", path)
		}
	}
	if strings.IndexByte(path, 0) >= 0 {
		return fmt.Errorf("the path %q holds a zero byte", path)
	}
	return nil
}

func factsOf(names []string) (f entry.Facts, err error) {
	for _, name := range names {
		known := false
		for _, n := range factNames {
			if n.name == name {
				f, known = f|n.fact, true
			}
		}
		if !known {
			return 0, fmt.Errorf("%q is no known fact", name)
		}
	}
	return f, nil
}

func (j stateJSON) state() (s entry.State, err error) {
	m, err := strconv.ParseUint(j.Mode, 8, 16)
	if err != nil || m > uint64(mode.All) {
		return s, fmt.Errorf("%q is no octal mode", j.Mode)
	}
	s = entry.State{Mode: mode.Mode(m), UID: j.UID, GID: j.GID, Caps: string(j.Caps), Flags: entry.Flags(j.Flags)}
	if s.UID == ident.NoUID || s.GID == ident.NoGID {
		return s, fmt.Errorf("%d is the id that nobody can have", ident.NoUID)
	}
	if s.ACL, err = parseList(j.ACL); err != nil {
		return s, err
	}
	if s.Default, err = parseList(j.Default); err != nil {
		return s, err
	}
	return s, j.others(&s)
}

// others reads the permissions of other models.
func (j *stateJSON) others(s *entry.State) (err error) {
	if s.NFS4, err = j.NFS4.stored(entry.NFS4Places()); err != nil {
		return err
	}
	if s.DOS, err = j.DOS.stored(entry.DOSPlaces()); err != nil {
		return err
	}
	if s.NFS4 != "" {
		if _, err := s.NFS4.NFS4ACL(); err != nil {
			return err
		}
	}
	if s.DOS != "" {
		_, err = s.DOS.DOSAttributes()
	}
	return err
}

// Lists are written in their attribute's form: numbers alone, and to the byte.
func formatList(l acl.List) string {
	if len(l) == 0 {
		return ""
	}
	return base64.StdEncoding.EncodeToString(l.Encode())
}

func parseList(s string) (acl.List, error) {
	if s == "" {
		return nil, nil
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("an access list is no base64: %w", err)
	}
	l, err := acl.Decode(b)
	if err != nil {
		return nil, err
	}
	return l, l.Validate()
}
