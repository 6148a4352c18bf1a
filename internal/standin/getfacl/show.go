package getfacl

import (
	"bytes"

	"ward/acl"
	"ward/internal/standin/aclobject"
	"ward/internal/standin/acltext"
	"ward/mode"
)

// object is what is shown of one file.
type object struct {
	path     []byte // as it is to be shown
	uid, gid uint32
	mode     mode.Mode
	access   *known // nil if it was not asked for
	def      *known // nil if there is none
}

// base reports whether it has nothing that its mode does not say.
func (x *object) base() bool { return (x.access == nil || x.access.list.Minimal()) && x.def == nil }

// names are the accounts' names as they stand in the text, looked up once.
type names struct {
	numeric bool
	users   func(uint32) string
	groups  func(uint32) string

	user, group map[uint32]string
}

func newNames(numeric bool, users, groups func(uint32) string) *names {
	return &names{
		numeric: numeric, users: users, groups: groups,
		user: map[uint32]string{}, group: map[uint32]string{},
	}
}

// inEntries are the names as they stand in entries.
func (n *names) inEntries() acltext.Names {
	if n.numeric {
		return acltext.Names{}
	}
	return acltext.Names{
		User: func(id uint32) string {
			return once(n.user, id, func() string { return acltext.Quote(n.users(id), acltext.InEntry) })
		},
		Group: func(id uint32) string {
			return once(n.group, id, func() string { return acltext.Quote(n.groups(id), acltext.InEntry) })
		},
	}
}

func once(known map[uint32]string, id uint32, look func() string) string {
	name, ok := known[id]
	if !ok {
		name = look()
		known[id] = name
	}
	return name
}

// printer writes objects as text.
type printer struct {
	options
	posix   bool
	names   *names
	entries acltext.Names

	owners, groups map[uint32]string // of headers

	modes [512]*known // the access lists of objects that have only a mode
	lists [2]map[string]*known
}

// known is a list with its text: trees have few that differ.
type known struct {
	list acl.List
	text []byte
}

// most is how many lists are remembered.
const most = 4096

// list is the one that an attribute holds; nil if there is no default list.
func (p *printer) list(value []byte, def bool, m mode.Mode) (*known, error) {
	if len(value) == 0 {
		return p.ofMode(def, m), nil
	}
	which := &p.lists[0]
	if def {
		which = &p.lists[1]
	}
	if k := (*which)[string(value)]; k != nil {
		return k, nil
	}
	l, err := aclobject.Decode(value, def, m)
	if err != nil {
		return nil, err
	}
	if *which == nil || len(*which) >= most {
		*which = map[string]*known{}
	}
	k := p.know(l, def)
	(*which)[string(value)] = k
	return k, nil
}

func (p *printer) ofMode(def bool, m mode.Mode) *known {
	if def {
		return nil
	}
	k := &p.modes[m&mode.Permissions]
	if *k == nil {
		*k = p.know(acl.FromMode(m), false)
	}
	return *k
}

func (p *printer) know(l acl.List, def bool) *known {
	style := acltext.Style{Effective: p.effective, Align: p.align}
	if def && p.access {
		style.Prefix = "default:"
	}
	return &known{l, append(acltext.AppendList(nil, l, p.entries, style), '\n')}
}

func newPrinter(o options, posix bool, n *names) *printer {
	return &printer{
		options: o, posix: posix, names: n, entries: n.inEntries(),
		owners: map[uint32]string{}, groups: map[uint32]string{},
	}
}

// shown is the path as it is printed, and whether it lost the slashes before it.
func (p *printer) shown(path []byte) (shown []byte, stripped bool) {
	if p.absolute {
		return path, false
	}
	switch {
	case bytes.HasPrefix(path, []byte("/")):
		path, stripped = bytes.TrimLeft(path, "/"), true
	case bytes.HasPrefix(path, []byte("./")):
		path = bytes.TrimLeft(path[1:], "/")
	}
	if len(path) == 0 {
		path = []byte(".")
	}
	return path, stripped
}

// object appends one, with an empty line behind it.
func (p *printer) object(b []byte, x *object) []byte {
	if p.table {
		b = p.rows(b, x)
	} else {
		b = p.entriesOf(b, x)
	}
	if x.access != nil || x.def != nil || !p.bare {
		b = append(b, '\n')
	}
	return b
}

func (p *printer) entriesOf(b []byte, x *object) []byte {
	if !p.bare {
		b = p.head(b, x)
	}
	if x.access != nil {
		b = append(b, x.access.text...)
	}
	if x.def != nil {
		b = append(b, x.def.text...)
	}
	return b
}

func (p *printer) file(b []byte, x *object) []byte {
	return append(acltext.AppendQuoted(append(b, "# file: "...), x.path, acltext.InPath), '\n')
}

func (p *printer) head(b []byte, x *object) []byte {
	b = p.file(b, x)
	b = append(append(append(b, "# owner: "...), p.owner(x.uid)...), '\n')
	b = append(append(append(b, "# group: "...), p.group(x.gid)...), '\n')
	if x.mode&mode.Special != 0 && !p.posix {
		b = append(append(append(b, "# flags: "...), flags(x.mode)...), '\n')
	}
	return b
}

func (p *printer) owner(id uint32) string {
	return once(p.owners, id, func() string { return acltext.Quote(p.names.ofUser(id), acltext.InHeader) })
}

func (p *printer) group(id uint32) string {
	return once(p.groups, id, func() string { return acltext.Quote(p.names.ofGroup(id), acltext.InHeader) })
}

// flags is "sst" with "-" for what is not set.
func flags(m mode.Mode) string {
	text := []byte("---")
	for i := range text {
		if m&(0o4000>>i) != 0 {
			text[i] = "sst"[i]
		}
	}
	return string(text)
}
