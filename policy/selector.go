package policy

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"ward/acl"
	"ward/entry"
	"ward/mode"
)

// selector chooses entries. The values of one key are alternatives; all keys
// must hold; a key that is not there holds.
type selector struct {
	paths   []pattern
	kinds   kindSet
	owners  []nameRef
	groups  []nameRef
	modes   []bitsTest
	content entry.ContentKind
	sizes   []span
	links   []span
	acl     []aclTest
	def     []aclTest
	beside  bool // programs lie in the same directory
	not     []selector
	text    string
	pos     position
}

// byState tells whether a selector chooses by what a requirement can change.
func (s *selector) byState() bool {
	return len(s.modes)+len(s.owners)+len(s.groups)+len(s.acl)+len(s.def) > 0
}

// kindSet is a set of kinds, a bit for each; 0 when no type is named.
type kindSet uint16

func (s kindSet) has(k mode.Kind) bool { return s>>k&1 != 0 }

func kindsOf(ks ...mode.Kind) (s kindSet) {
	for _, k := range ks {
		s |= 1 << k
	}
	return s
}

// nameRef is a user or group as a policy names it.
type nameRef struct {
	text    string
	number  bool // id holds it
	id      uint32
	unknown bool // the word "unknown": an id that has no name
	private bool // the word "private": a group of nobody but the owner and root
	pos     position
}

// bitsTest asks for bits of a mode.
type bitsTest struct{ all, any, none mode.Mode }

func (t bitsTest) holds(m mode.Mode) bool {
	return m&t.all == t.all && (t.any == 0 || m&t.any != 0) && m&t.none == 0
}

// span is a range of numbers, both ends included; high -1 is no end.
type span struct{ low, high int64 }

func (s span) holds(n int64) bool { return n >= s.low && (s.high < 0 || n <= s.high) }

// aclTest asks whether there is a list at all, or whether it gives somebody rights.
type aclTest struct {
	presence bool // present or absent is asked for
	present  bool
	entry    acl.Entry
	who      nameRef // for named entries
	anybody  bool    // "*": whoever is named
}

func (r *reader) selector(n *yaml.Node, what string, depth int) selector {
	n, _ = r.resolve(n)
	s := selector{pos: at(n)}
	if depth == 0 {
		s.text = flow(n)
	}
	if depth > maxDepth {
		r.fail(at(n), "", "selectors within each other, %d deep", maxDepth)
		return s
	}
	in := func(key string) string { return what + "." + key }
	r.mapping(n, what,
		field{"path", false, func(_, v *yaml.Node) { s.paths = r.patterns(v, in("path")) }},
		field{"type", false, func(_, v *yaml.Node) { s.kinds = r.kinds(v, in("type")) }},
		field{"owner", false, func(_, v *yaml.Node) { s.owners = r.nameRefs(v, in("owner"), "unknown") }},
		field{"group", false, func(_, v *yaml.Node) { s.groups = r.nameRefs(v, in("group"), "unknown", "private") }},
		field{"mode", false, func(_, v *yaml.Node) { s.modes = r.bitsTests(v, in("mode")) }},
		field{"content", false, func(_, v *yaml.Node) { s.content = r.contents(v, in("content")) }},
		field{"size", false, func(_, v *yaml.Node) { s.sizes = r.spans(v, in("size"), true) }},
		field{"links", false, func(_, v *yaml.Node) { s.links = r.spans(v, in("links"), false) }},
		field{"acl", false, func(_, v *yaml.Node) { s.acl = r.aclTests(v, in("acl")) }},
		field{"default-acl", false, func(_, v *yaml.Node) { s.def = r.aclTests(v, in("default-acl")) }},
		field{"beside", false, func(_, v *yaml.Node) { _, s.beside = r.word(v, in("beside"), "programs") }},
		field{"not", false, func(_, v *yaml.Node) {
			r.each(v, in("not"), func(item *yaml.Node) { s.not = append(s.not, r.selector(item, in("not"), depth+1)) })
		}},
	)
	return s
}

func (r *reader) patterns(n *yaml.Node, what string) (ps []pattern) {
	r.each(n, what, func(item *yaml.Node) {
		text, ok := r.scalar(item, what)
		if !ok {
			return
		}
		p, err := parsePattern(text)
		p.pos = at(item)
		if err != nil {
			p.never = true
			r.badPattern(p, err)
		} else {
			r.lintPattern(p)
		}
		ps = append(ps, p)
	})
	return ps
}

// badPattern reports a pattern that is no pattern, or, which is only worth a
// warning, one that is well formed and can match nothing.
func (r *reader) badPattern(p pattern, err error) {
	var e *neverMatches
	if errors.As(err, &e) {
		r.warn(p.pos, e.hint, "the pattern %q can never match: %s", p.text, e.why)
		return
	}
	r.fail(p.pos, "", "the pattern %q: %s", p.text, err)
}

var kindWords = []string{
	"file", "dir", "directory", "symlink", "fifo", "socket", "device",
	"char-device", "block-device", "door", "event-port", "whiteout",
}

func (r *reader) kinds(n *yaml.Node, what string) (s kindSet) {
	r.each(n, what, func(item *yaml.Node) {
		if item.Value == "device" {
			s |= kindsOf(mode.CharDevice, mode.BlockDevice)
			return
		}
		if k, err := mode.ParseKind(item.Value); err == nil && item.Kind == yaml.ScalarNode {
			s |= kindsOf(k)
			return
		}
		r.word(item, what, kindWords...)
	})
	return s
}

// nameRefs reads names and numbers, and words that stand for what names cannot say.
func (r *reader) nameRefs(n *yaml.Node, what string, words ...string) (refs []nameRef) {
	r.each(n, what, func(item *yaml.Node) {
		if ref, ok := r.nameRef(item, what, words...); ok {
			refs = append(refs, ref)
		}
	})
	return refs
}

func (r *reader) nameRef(n *yaml.Node, what string, words ...string) (nameRef, bool) {
	n, ok := r.resolve(n)
	if !ok {
		return nameRef{}, false
	}
	text, ok := r.scalar(n, what)
	if !ok {
		return nameRef{}, false
	}
	ref := nameRef{text: text, pos: at(n)}
	if slices.Contains(words, text) {
		ref.unknown, ref.private = text == "unknown", text == "private"
		return ref, true
	}
	if number(n) || allDigits(text) {
		id, err := strconv.ParseUint(text, 10, 32)
		if err != nil || id == 1<<32-1 || number(n) && len(text) > 1 && text[0] == '0' {
			r.fail(at(n), "", "%s: %q is no id (0 to 4294967294, in decimal)", what, text)
			return ref, false
		}
		ref.id, ref.number = uint32(id), true
	}
	return ref, true
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func (r *reader) bitsTests(n *yaml.Node, what string) (tests []bitsTest) {
	r.each(n, what, func(item *yaml.Node) {
		if item.Kind != yaml.MappingNode {
			r.fail(at(item), `bits are asked for as {any: "0022"}, {all: "u+rx"} or {none: "0111"}`, "%s is %s", what, describe(item))
			return
		}
		var t bitsTest
		bits := func(into *mode.Mode) func(_, v *yaml.Node) {
			return func(_, v *yaml.Node) { *into = r.bits(v, what) }
		}
		ok := r.mapping(item, what, field{"all", false, bits(&t.all)}, field{"any", false, bits(&t.any)}, field{"none", false, bits(&t.none)})
		if both := t.all & t.none; both != 0 {
			r.fail(at(item), "", "%s asks for %s set and unset", what, both.Octal())
		}
		if ok {
			tests = append(tests, t)
		}
	})
	return tests
}

// bits reads a set of bits: octal digits, or clauses such as "go+w" that name them.
func (r *reader) bits(n *yaml.Node, what string) mode.Mode {
	n, ok := r.resolve(n)
	if !ok {
		return 0
	}
	m, err := bitsOf(n)
	if err != nil {
		r.modeError(n, what, err)
		return 0
	}
	if m == 0 {
		r.fail(at(n), "", "%s: no bit is named", what)
	}
	return m
}

func bitsOf(n *yaml.Node) (mode.Mode, error) {
	switch {
	case number(n):
		return mode.FromYAMLNumber(n.Value)
	case n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str":
		return 0, fmt.Errorf("is %s, not a set of mode bits", describe(n))
	case strings.Contains(n.Value, "+"):
		e, err := mode.ParseRequirement(n.Value)
		if err != nil {
			return 0, err
		}
		set, clear := e.Always(mode.Regular)
		if e.HasConditionalX() || clear != 0 {
			return 0, &mode.SyntaxError{Input: n.Value, Problem: "does not name bits", Hint: `write them as in "go+w" or in octal`}
		}
		return set, nil
	}
	return mode.Parse(n.Value)
}

// modeError reports a bad mode at the very character.
func (r *reader) modeError(n *yaml.Node, what string, err error) {
	e, ok := asSyntax(err)
	if !ok {
		r.fail(at(n), `write it as in "0640" or "u=rw,g=r,o="`, "%s %s", what, err)
		return
	}
	r.fail(r.inside(n, e.Offset), e.Hint, "%s: mode %q: %s", what, n.Value, e.Problem)
}

var contentWords = []string{"shebang", "elf", "private-key", "locked-key"}

func (r *reader) contents(n *yaml.Node, what string) (c entry.ContentKind) {
	r.each(n, what, func(item *yaml.Node) {
		if i, ok := r.word(item, what, contentWords...); ok {
			c |= 1 << i // the order of entry's constants
		}
	})
	return c
}

func (r *reader) spans(n *yaml.Node, what string, units bool) (spans []span) {
	r.each(n, what, func(item *yaml.Node) {
		text, ok := r.scalar(item, what)
		if !ok {
			return
		}
		s, err := parseSpan(text, units)
		if err != nil {
			r.fail(at(item), `ranges are written as in "64..64KiB", "1MiB.." or "..100"`, "%s: %q %s", what, text, err)
			return
		}
		spans = append(spans, s)
	})
	return spans
}

func parseSpan(text string, units bool) (span, error) {
	low, high, ranged := strings.Cut(text, "..")
	s := span{0, -1}
	var err error
	if low != "" || !ranged {
		if s.low, err = parseCount(low, units); err != nil {
			return s, err
		}
	}
	if !ranged {
		s.high = s.low
	} else if high != "" {
		if s.high, err = parseCount(high, units); err != nil {
			return s, err
		}
	}
	if ranged && low == "" && high == "" || s.high >= 0 && s.high < s.low {
		return s, fmt.Errorf("is a range without numbers in it")
	}
	return s, nil
}

var unitNames = []string{"KiB", "MiB", "GiB", "TiB", "K", "M", "G", "T"}

func parseCount(text string, units bool) (int64, error) {
	digits, factor := strings.TrimSpace(text), int64(1)
	for i, u := range unitNames {
		if cut, ok := strings.CutSuffix(digits, u); ok && units {
			digits, factor = strings.TrimSpace(cut), 1<<(10*(i%4+1))
			break
		}
	}
	if cut, ok := strings.CutSuffix(digits, "B"); ok && units && factor == 1 {
		digits = cut
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || !allDigits(digits) || n > (1<<62)/factor {
		return 0, fmt.Errorf("is no number")
	}
	return n * factor, nil
}

// aclTests reads "present", "absent", or entries such as "other::w" and "user:*:w".
func (r *reader) aclTests(n *yaml.Node, what string) (tests []aclTest) {
	r.each(n, what, func(item *yaml.Node) {
		text, ok := r.text(item, what)
		if !ok {
			return
		}
		if text == "present" || text == "absent" {
			tests = append(tests, aclTest{presence: true, present: text == "present"})
			return
		}
		t, err := parseACLTest(text)
		t.who.pos = at(item)
		if err != nil {
			r.fail(at(item), `write present, absent, or an entry as in "other::w", "user:bob:rw" or "group:*:w"`, "%s: %q %s", what, text, err)
			return
		}
		tests = append(tests, t)
	})
	return tests
}

var aclTags = []struct {
	word        string
	plain, name acl.Tag // without and with a qualifier
}{
	{"user", acl.UserObj, acl.User}, {"group", acl.GroupObj, acl.Group}, {"mask", acl.Mask, 0}, {"other", acl.Other, 0},
}

func parseACLTest(text string) (aclTest, error) {
	t := aclTest{entry: acl.Entry{ID: acl.NoID}}
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return t, fmt.Errorf("is no entry of three fields")
	}
	for _, tag := range aclTags {
		if parts[0] == tag.word || parts[0] == tag.word[:1] {
			t.entry.Tag = tag.plain
			if parts[1] != "" {
				t.entry.Tag = tag.name
			}
		}
	}
	if t.entry.Tag == 0 {
		return t, fmt.Errorf("speaks of nobody")
	}
	for _, c := range parts[2] {
		i := strings.IndexRune("xwr", c)
		if i < 0 && c != '-' {
			return t, fmt.Errorf("has the right %q", string(c))
		} else if i >= 0 {
			t.entry.Rights |= 1 << i
		}
	}
	if t.entry.Rights == 0 {
		return t, fmt.Errorf("asks for no right")
	}
	t.anybody = parts[1] == "*"
	t.who.text = parts[1]
	if id, err := strconv.ParseUint(parts[1], 10, 32); err == nil {
		t.who.number, t.who.id = true, uint32(id)
	}
	return t, nil
}
