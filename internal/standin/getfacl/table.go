package getfacl

import (
	"fmt"
	"strconv"
	"strings"

	"ward/acl"
	"ward/internal/standin/acltext"
	"ward/mode"
)

func (n *names) ofUser(id uint32) string {
	if n.numeric {
		return strconv.FormatUint(uint64(id), 10)
	}
	return n.users(id)
}

func (n *names) ofGroup(id uint32) string {
	if n.numeric {
		return strconv.FormatUint(uint64(id), 10)
	}
	return n.groups(id)
}

// row is an entry of a table (-t).
type row struct {
	entry acl.Entry
	name  string
	mask  mode.Rights // what the list's mask leaves
}

// rows appends the table of an object: the entries of both lists side by side.
func (p *printer) rows(b []byte, x *object) []byte {
	b = p.file(b, x)
	access, def := p.column(x.access, x), p.column(x.def, x)
	width := 8
	for _, r := range append(access[:len(access):len(access)], def...) {
		width = max(width, len(r.name))
	}
	for len(access) > 0 || len(def) > 0 {
		var left, right *row
		var order int
		switch {
		case len(def) == 0:
			order = -1
		case len(access) == 0:
			order = 1
		default:
			order = acltext.Compare(access[0].entry, def[0].entry)
		}
		if order <= 0 {
			left, access = &access[0], access[1:]
		}
		if order >= 0 {
			right, def = &def[0], def[1:]
		}
		b = appendRow(b, left, right, width)
	}
	return b
}

func (p *printer) column(k *known, x *object) []row {
	if k == nil {
		return nil
	}
	l := k.list
	mask, ok := l.MaskRights()
	if !ok {
		mask = 7
	}
	rows := make([]row, len(l))
	for i, e := range l {
		r := row{entry: e, mask: 7}
		switch e.Tag {
		case acl.UserObj:
			r.name = p.names.ofUser(x.uid)
		case acl.User:
			r.name, r.mask = p.names.ofUser(e.ID), mask
		case acl.GroupObj:
			r.name, r.mask = p.names.ofGroup(x.gid), mask
		case acl.Group:
			r.name, r.mask = p.names.ofGroup(e.ID), mask
		case acl.Mask, acl.Other:
		}
		r.name = acltext.Quote(r.name, acltext.InTable)
		rows[i] = r
	}
	return rows
}

// appendRow appends one line. What the mask takes away is a capital letter.
func appendRow(b []byte, access, def *row, width int) []byte {
	first := access
	if first == nil {
		first = def
	}
	word := first.entry.Tag.String()
	switch first.entry.Tag {
	case acl.UserObj:
		word = "USER"
	case acl.GroupObj:
		word = "GROUP"
	case acl.User, acl.Group, acl.Mask, acl.Other:
	}
	padding := strings.Repeat(" ", width-len(first.name)) // bytes count, as in C
	return fmt.Appendf(b, "%-5s  %s%s  %s  %s\n", word, first.name, padding, access.rights(), def.rights())
}

func (r *row) rights() string {
	if r == nil {
		return "   "
	}
	text := acltext.AppendRights(nil, r.entry.Rights)
	for i, c := range text {
		if c != '-' && r.mask&(4>>i) == 0 {
			text[i] = c - 'a' + 'A'
		}
	}
	return string(text)
}
