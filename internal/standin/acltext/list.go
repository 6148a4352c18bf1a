package acltext

import (
	"slices"
	"strconv"

	"ward/acl"
	"ward/mode"
)

// Style is one way to write a list.
type Style struct {
	Prefix    string // before each entry: "default:", "d:"
	Short     bool   // u, g, m, o in place of the words
	Separator byte   // between entries; 0 is a line break
	Effective Effective
	Align     bool // comments begin at column 32 where the entry is shorter: for terminals
}

// Effective says which entries get a comment with what the mask leaves of them.
type Effective uint8

// Which entries: none, those that the mask limits, all that it could limit.
const (
	Never Effective = iota
	Limited
	Always
)

// Names are the names of ids as they stand in text, already quoted. A nil function
// writes numbers, and so does an empty name.
type Names struct {
	User, Group func(id uint32) string
}

func (n Names) of(e acl.Entry) string {
	look := n.User
	if e.Tag == acl.Group {
		look = n.Group
	}
	if look == nil {
		return ""
	}
	return look(e.ID)
}

// AppendList appends a list, without a separator at its end.
func AppendList(b []byte, l acl.List, n Names, s Style) []byte {
	mask, masked := mode.Rights(0), false
	if s.Effective != Never {
		mask, masked = l.MaskRights()
	}
	separator := s.Separator
	if separator == 0 {
		separator = '\n'
	}
	for i, e := range l {
		if i > 0 {
			b = append(b, separator)
		}
		start := len(b)
		b = appendEntry(b, e, n, s)
		if masked && limits(e.Tag) && (s.Effective == Always || e.Rights&^mask != 0) {
			b = appendEffective(b, len(b)-start, e.Rights&mask, s.Align)
		}
	}
	return b
}

func limits(t acl.Tag) bool { return t == acl.User || t == acl.GroupObj || t == acl.Group }

func appendEntry(b []byte, e acl.Entry, n Names, s Style) []byte {
	b = append(b, s.Prefix...)
	word := e.Tag.String()
	if s.Short {
		word = word[:1]
	}
	b = append(append(b, word...), ':')
	if e.Tag.Named() {
		if name := n.of(e); name != "" {
			b = append(b, name...)
		} else {
			b = strconv.AppendUint(b, uint64(e.ID), 10)
		}
	}
	return AppendRights(append(b, ':'), e.Rights)
}

// AppendRights appends three letters.
func AppendRights(b []byte, r mode.Rights) []byte {
	b = append(b, "---"...)
	for i, letter := range [...]struct {
		bit mode.Rights
		c   byte
	}{{mode.R, 'r'}, {mode.W, 'w'}, {mode.X, 'x'}} {
		if r&letter.bit != 0 {
			b[len(b)-3+i] = letter.c
		}
	}
	return b
}

// appendEffective appends the comment behind an entry of the given width: after one
// tab, or as many as lead to the fourth stop.
func appendEffective(b []byte, width int, r mode.Rights, align bool) []byte {
	tabs := 1
	if align {
		tabs = 4 - min(width/8, 3)
	}
	b = append(b, "\t\t\t\t"[:tabs]...)
	return AppendRights(append(b, "#effective:"...), r)
}

// Sorted is the list in the order in which libacl keeps one: by tag and then by id,
// whatever order it is stored in.
func Sorted(l acl.List) acl.List {
	if slices.IsSortedFunc(l, Compare) {
		return l
	}
	l = slices.Clone(l)
	slices.SortStableFunc(l, Compare)
	return l
}

// Compare is the order of entries.
func Compare(a, b acl.Entry) int {
	if a.Tag != b.Tag {
		return int(a.Tag) - int(b.Tag)
	}
	if a.ID < b.ID {
		return -1
	}
	if a.ID > b.ID {
		return 1
	}
	return 0
}
