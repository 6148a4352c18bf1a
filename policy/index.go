package policy

import (
	"math/bits"
	"strings"
)

// nameIndex finds, among many patterns for one name, those that fit a name, at a
// cost that hardly depends on how many there are. A pattern is found by what it
// must contain: the whole name, or the literal text before its first wildcard, or
// the one after its last; what has neither is tried one by one. The affixes are
// looked up in one hash table, for those lengths only that some pattern with the
// name's first (or last) byte has.
type nameIndex struct {
	few     []elusiveGlob // all of them, when they are few
	globs   []namedGlob
	rest    []elusiveGlob // those without a literal affix
	slots   []slot
	shift   uint8
	exact   uint64       // the lengths of whole names
	heads   *[256]uint64 // by first byte, the lengths of prefixes
	tails   *[256]uint64 // by last byte, the lengths of suffixes
	wholes  pairs        // of whole names
	fronts  pairs        // of prefixes
	backs   pairs        // of suffixes
	special bool         // there is a table
}

// namedGlob is a pattern with the number that stands for it.
type namedGlob struct {
	glob *nameGlob
	id   int32
}

// elusiveGlob is a pattern that has to be tried, with the bytes (bytesOf) that a
// name must have where nothing else rules it out.
type elusiveGlob struct {
	namedGlob
	needs uint64 // 0: an affix tells
	dots  int    // how many dots a name must have at least
	sole  bool   // it asks for one dot anywhere, and nothing else
}

func newElusive(g namedGlob) elusiveGlob {
	if g.glob.prefix != "" || g.glob.suffix != "" {
		return elusiveGlob{namedGlob: g}
	}
	text := strings.Join(g.glob.middle, "")
	return elusiveGlob{namedGlob: g, needs: bytesOf(text), dots: strings.Count(text, "."), sole: g.glob.shape == starred && text == "."}
}

// slot is a place of the table: one affix, with the patterns that have it.
type slot struct {
	word   uint64
	length uint8
	class  class
	globs  []int32
}

type class uint8

const (
	whole class = iota + 1
	head
	tail
)

// few is the number of patterns up to which trying each is as quick as a table.
const few = 4

// longest is the length beyond which affixes are cut and lengths are all alike.
const longest = 63

func newNameIndex(globs []namedGlob) *nameIndex {
	if len(globs) == 0 {
		return nil
	}
	x := &nameIndex{globs: globs}
	if len(globs) <= few {
		for _, g := range globs {
			x.few = append(x.few, newElusive(g))
		}
		return x
	}
	size := bits.Len(uint(2 * len(globs)))
	x.slots, x.shift, x.special = make([]slot, 1<<size), uint8(64-size), true
	x.heads, x.tails = new([256]uint64), new([256]uint64)
	for i := range globs {
		x.insert(int32(i))
	}
	return x
}

func (x *nameIndex) insert(i int32) {
	g := x.globs[i].glob
	switch {
	case g.shape == literal:
		k := keyOf(g.prefix)
		x.exact |= 1 << min(len(g.prefix), longest)
		x.wholes.add(k.ends())
		x.place(k.whole(), uint8(min(len(g.prefix), longest)), whole, i)
	case g.suffix != "" && len(g.suffix) >= len(g.prefix):
		s := g.suffix[max(0, len(g.suffix)-longest):]
		x.tails[s[len(s)-1]] |= 1 << len(s)
		x.backs.addLast(s)
		x.place(keyOf(s).last(len(s)), uint8(len(s)), tail, i)
	case g.prefix != "":
		s := g.prefix[:min(len(g.prefix), longest)]
		x.heads[s[0]] |= 1 << len(s)
		x.fronts.addFirst(s)
		x.place(keyOf(s).first(len(s)), uint8(len(s)), head, i)
	default:
		x.rest = append(x.rest, newElusive(x.globs[i]))
	}
}

func (x *nameIndex) place(word uint64, length uint8, c class, i int32) {
	s := x.find(word, length, c)
	s.word, s.length, s.class = word, length, c
	s.globs = append(s.globs, i)
}

// find is the slot of an affix, or the empty one where it would be.
func (x *nameIndex) find(word uint64, length uint8, c class) *slot {
	at := (word ^ uint64(length)<<58 ^ uint64(c)<<50) * 0x9e3779b97f4a7c15
	for i := at >> x.shift; ; i++ {
		s := &x.slots[i&uint64(len(x.slots)-1)]
		if s.class == 0 || s.word == word && s.length == length && s.class == c {
			return s
		}
	}
}

// append adds the numbers of the patterns that fit the name to ids.
func (x *nameIndex) append(ids []int32, k *key) []int32 {
	if x == nil {
		return ids
	}
	if !x.special {
		for i := range x.few {
			if x.few[i].fits(k) {
				ids = append(ids, x.few[i].id)
			}
		}
		return ids
	}
	n := len(k.name)
	if x.wholes.hasTwo(k.ends()) && x.exact>>min(n, longest)&1 != 0 {
		ids = x.verify(ids, x.find(k.whole(), uint8(min(n, longest)), whole), k.name)
	}
	if n > 0 && x.backs.hasBack(k.back()) {
		for lengths := upTo(x.tails[k.name[n-1]], n); lengths != 0; lengths &= lengths - 1 {
			l := bits.TrailingZeros64(lengths)
			ids = x.verify(ids, x.find(k.last(l), uint8(l), tail), k.name)
		}
	}
	if n > 0 && x.fronts.hasFront(k.front()) {
		for lengths := upTo(x.heads[k.name[0]], n); lengths != 0; lengths &= lengths - 1 {
			l := bits.TrailingZeros64(lengths)
			ids = x.verify(ids, x.find(k.first(l), uint8(l), head), k.name)
		}
	}
	for i := range x.rest {
		if x.rest[i].fits(k) {
			ids = append(ids, x.rest[i].id)
		}
	}
	return ids
}

// fits counts the dots first, then compares the bytes: few names have all that a
// pattern must find.
func (g *elusiveGlob) fits(k *key) bool {
	if g.dots > 0 && (g.sole || g.dots > k.countDots()) {
		return g.dots <= k.countDots()
	}
	return (g.needs == 0 || g.needs&^k.bytes() == 0) && g.glob.match(k.name)
}

func upTo(lengths uint64, n int) uint64 {
	if n >= longest {
		return lengths
	}
	return lengths & (1<<(n+1) - 1)
}

func (x *nameIndex) verify(ids []int32, s *slot, name string) []int32 {
	for _, i := range s.globs {
		if x.globs[i].glob.match(name) {
			ids = append(ids, x.globs[i].id)
		}
	}
	return ids
}

// fits tells whether any pattern fits: what is append without keeping the score.
func (x *nameIndex) fits(k *key) bool {
	if x == nil {
		return false
	}
	if !x.special {
		return fitsAny(x.few, k)
	}
	if fitsAny(x.rest, k) {
		return true
	}
	return x.wholes.hasTwo(k.ends()) && x.wholeFits(k) || x.backs.hasBack(k.back()) && x.tailFits(k) || x.fronts.hasFront(k.front()) && x.headFits(k)
}

func (x *nameIndex) wholeFits(k *key) bool {
	n := min(len(k.name), longest)
	return x.exact>>n&1 != 0 && x.slotFits(x.find(k.whole(), uint8(n), whole), k.name)
}

func (x *nameIndex) tailFits(k *key) bool {
	n := len(k.name)
	if n == 0 {
		return false
	}
	for lengths := upTo(x.tails[k.name[n-1]], n); lengths != 0; lengths &= lengths - 1 {
		l := bits.TrailingZeros64(lengths)
		if x.slotFits(x.find(k.last(l), uint8(l), tail), k.name) {
			return true
		}
	}
	return false
}

func (x *nameIndex) headFits(k *key) bool {
	n := len(k.name)
	if n == 0 {
		return false
	}
	for lengths := upTo(x.heads[k.name[0]], n); lengths != 0; lengths &= lengths - 1 {
		l := bits.TrailingZeros64(lengths)
		if x.slotFits(x.find(k.first(l), uint8(l), head), k.name) {
			return true
		}
	}
	return false
}

func fitsAny(globs []elusiveGlob, k *key) bool {
	for i := range globs {
		if globs[i].fits(k) {
			return true
		}
	}
	return false
}

func (x *nameIndex) slotFits(s *slot, name string) bool {
	for _, i := range s.globs {
		if x.globs[i].glob.match(name) {
			return true
		}
	}
	return false
}

// key is a name with its first and last eight bytes as numbers, for hashing.
type key struct {
	name string
	low  uint64 // the first eight bytes, the first of all lowest
	high uint64 // the last eight bytes, the last of all highest
	set  uint64 // bytesOf the name; 0 when nobody has asked
	dots int    // one more than there are in the name; 0 when nobody has asked
}

func keyOf(name string) (k key) {
	k.take(name)
	return k
}

// take makes k the key of a name. It writes field by field: this runs once for
// every entry of a walk.
func (k *key) take(name string) {
	n := len(name)
	k.name, k.set, k.dots = name, 0, 0
	if n >= 8 {
		k.low, k.high = load8(name), load8(name[n-8:])
		return
	}
	k.low, k.high = 0, 0
	for i := n - 1; i >= 0; i-- {
		k.low = k.low<<8 | uint64(name[i])
	}
	if n > 0 {
		k.high = k.low << (64 - 8*n)
	}
}

func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func (k *key) bytes() uint64 {
	if k.set == 0 {
		k.set = bytesOf(k.name)
	}
	return k.set
}

func (k *key) countDots() int {
	if k.dots == 0 {
		k.dots = strings.Count(k.name, ".") + 1
	}
	return k.dots - 1
}

// bytesOf is the set of the bytes of a text: letters of either case are one, and
// so are a few others.
func bytesOf(s string) (set uint64) {
	for i := range len(s) {
		set |= 1 << (s[i]&31 | s[i]&64>>1)
	}
	return set
}

// front and back are the first and the last two bytes, ends all four with the
// length: what pairs are asked for.
func (k *key) front() uint32 { return uint32(k.low & 0xffff) }
func (k *key) back() uint32  { return uint32(k.high >> 48) }
func (k *key) ends() uint32 {
	return k.front() ^ k.back()<<3 ^ uint32(len(k.name))<<7
}

// pairs is the two bytes that something begins or ends with. It may say yes too
// often. What has one byte only stands apart: it would be 256 pairs.
type pairs struct {
	two [64]uint64
	one [4]uint64 // by the outermost byte
}

// spread is a place in the set: the upper bits of a product (Knuth, 6.4).
func spread(n uint32) uint32 { return n * 2654435769 >> 20 }

func (p *pairs) hasTwo(n uint32) bool { at := spread(n); return p.two[at>>6]>>(at&63)&1 != 0 }

func (p *pairs) hasOne(outer byte) bool { return p.one[outer>>6]>>(outer&63)&1 != 0 }

// hasFront and hasBack ask for a front and a back of a key.
func (p *pairs) hasFront(front uint32) bool { return p.hasTwo(front) || p.hasOne(byte(front)) }
func (p *pairs) hasBack(back uint32) bool   { return p.hasTwo(back) || p.hasOne(byte(back>>8)) }

func (p *pairs) add(n uint32) { at := spread(n); p.two[at>>6] |= 1 << (at & 63) }

func (p *pairs) addOne(outer byte) { p.one[outer>>6] |= 1 << (outer & 63) }

// addFirst adds what front is of every name that begins with s.
func (p *pairs) addFirst(s string) {
	if len(s) > 1 {
		p.add(uint32(s[0]) | uint32(s[1])<<8)
		return
	}
	p.addOne(s[0])
}

// addLast adds what back is of every name that ends with s.
func (p *pairs) addLast(s string) {
	last := s[len(s)-1]
	if len(s) > 1 {
		p.add(uint32(s[len(s)-2]) | uint32(last)<<8)
		return
	}
	p.addOne(last)
}

func (k key) whole() uint64 { return k.low ^ bits.RotateLeft64(k.high, 29) }

// first is the first l bytes, at most eight.
func (k key) first(l int) uint64 {
	if l >= 8 {
		return k.low
	}
	return k.low & (1<<(8*l) - 1)
}

// last is the last l bytes, at most eight.
func (k key) last(l int) uint64 {
	if l >= 8 {
		return k.high
	}
	return k.high >> (64 - 8*l)
}

// base is the last component of a path.
func base(path string) string {
	return path[strings.LastIndexByte(path, '/')+1:]
}
