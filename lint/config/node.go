package config

import (
	"strings"

	"ward/lint/source"
)

// A node is a value of a YAML or JSON document as it is written: nothing is resolved,
// so that a mode can be read by the rules of the program that the file is for.
type node struct {
	source.Span // of the text of a scalar, without its quotes; of the whole value otherwise
	kind        nodeKind
	text        string  // of a scalar, decoded
	quoted      bool    // in quotes, or a block: certainly a string
	pairs       []pair  // of a mapping, in order
	items       []*node // of a sequence
	offsets     []int   // of a scalar: where each byte of text stands; nil: nobody knows
}

type pair struct {
	key   *node
	value *node
}

type nodeKind uint8

const (
	scalar nodeKind = iota
	mapping
	sequence
)

// key is the value of a key, nil without it or in what is no mapping.
func (n *node) key(name string) *node {
	if n == nil {
		return nil
	}
	for i := range n.pairs {
		if n.pairs[i].key.text == name {
			return n.pairs[i].value
		}
	}
	return nil
}

// at is the value below a row of keys.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		n = n.key(name)
	}
	return n
}

// list is the items of a sequence, none for what is none.
func (n *node) list() []*node {
	if n == nil {
		return nil
	}
	return n.items
}

// entries is the pairs of a mapping, none for what is none.
func (n *node) entries() []pair {
	if n == nil {
		return nil
	}
	return n.pairs
}

// string is the text of a scalar, "" for what is none.
func (n *node) string() string {
	if n == nil {
		return ""
	}
	return n.text
}

// isTrue tells whether a scalar is true, as YAML 1.1 and 1.2 have it.
func (n *node) isTrue() bool {
	switch strings.ToLower(n.string()) {
	case "true", "yes", "on":
		return true
	}
	return false
}

// has tells whether a mapping has one of the keys.
func (n *node) has(names ...string) bool {
	for _, name := range names {
		if n.key(name) != nil {
			return true
		}
	}
	return false
}

// walk calls visit for n and everything in it, outer values first; where visit says
// false, nothing inside is visited. Deeper than any sane file it stops.
func (n *node) walk(visit func(*node) bool) { n.walkTo(256, visit) }

func (n *node) walkTo(depth int, visit func(*node) bool) {
	if n == nil || depth == 0 || !visit(n) {
		return
	}
	for i := range n.pairs {
		n.pairs[i].value.walkTo(depth-1, visit)
	}
	for _, item := range n.items {
		item.walkTo(depth-1, visit)
	}
}
