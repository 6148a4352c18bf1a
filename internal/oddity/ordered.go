package oddity

import (
	"fmt"
	"slices"
	"strings"
)

// line is an entry of a list in which the first that speaks of a right decides it.
type line struct {
	who     string // whom it speaks of; the same text is the same somebody
	all     bool   // it speaks of everybody
	deny    bool
	skipped bool // it decides nothing about the object: audit, inherit-only, conditional
	rights  uint32
}

// over says whether everybody whom another entry speaks of is spoken of here.
func (l line) over(other line) bool { return l.all || l.who == other.who }

// ordered is how a model walks through its list, and what it calls rights.
type ordered struct {
	words func(rights uint32) string
	// together says that a denial holds for a request that asks for more than what an
	// entry before it has allowed: macOS refuses a request as a whole.
	together bool
}

// oddities are the entries that say nothing, never take effect, or deny too late.
func (m ordered) oddities(lines []line) (all []Oddity) {
	for i, l := range lines {
		if l.skipped {
			continue
		}
		if l.rights == 0 {
			all = append(all, Oddity{Sort: Idle, Entry: i, Problem: "it names no right: it neither allows nor denies anything", Fix: "take it out"})
			continue
		}
		all = append(all, m.against(lines, i)...)
	}
	return all
}

// against compares an entry with those before it.
func (m ordered) against(lines []line, i int) []Oddity {
	l := lines[i]
	allowed, byAllow, denied, byDeny := before(lines, i)
	late := allowed
	switch {
	case l.deny && m.together && late != 0 && l.rights&^denied != 0:
		return []Oddity{{
			Sort: TooLate, Entry: i,
			Problem: fmt.Sprintf("it denies what %s before it: %s. A request for that alone is allowed, one for more besides is refused", allows(byAllow), m.words(late)),
			Fix:     earlier(byAllow),
		}}
	case l.rights&^(allowed|denied) == 0 && l.deny && late != 0:
		return []Oddity{{
			Sort: TooLate, Entry: i,
			Problem: fmt.Sprintf("it never takes effect: what it denies %s before it", allows(byAllow)),
			Fix:     earlier(byAllow),
		}}
	case l.rights&^(allowed|denied) == 0:
		return []Oddity{{
			Sort: Idle, Entry: i,
			Problem: "it never takes effect: " + decided(slices.Concat(byAllow, byDeny)) + " before it",
			Fix:     "take it out",
		}}
	case l.deny && late != 0:
		return []Oddity{{
			Sort: TooLate, Entry: i,
			Problem: fmt.Sprintf("of what it denies, %s before it: %s", allows(byAllow), m.words(late)),
			Fix:     earlier(byAllow),
		}}
	}
	return nil
}

// before is which of an entry's rights those before it have decided for everybody whom
// it speaks of, and which entries those are. Each right is the matter of the first
// that names it.
func before(lines []line, i int) (allowed uint32, byAllow []int, denied uint32, byDeny []int) {
	open := lines[i].rights
	for j, l := range lines[:i] {
		now := l.rights & open
		if l.skipped || !l.over(lines[i]) || now == 0 {
			continue
		}
		open &^= now
		if l.deny {
			denied |= now
			byDeny = append(byDeny, j)
		} else {
			allowed |= now
			byAllow = append(byAllow, j)
		}
	}
	return allowed, byAllow, denied, byDeny
}

func allows(by []int) string {
	if len(by) == 1 {
		return fmt.Sprintf("entry %d allows", by[0])
	}
	return "entries " + numbers(by) + " allow"
}

func decided(by []int) string {
	slices.Sort(by)
	if len(by) == 1 {
		return fmt.Sprintf("entry %d decides it all", by[0])
	}
	return "entries " + numbers(by) + " decide it all"
}

func earlier(by []int) string {
	return fmt.Sprintf("if the denial is meant, it has to stand before entry %d; if not, take it out", slices.Min(by))
}

func numbers(by []int) string {
	words := make([]string, len(by))
	for i, n := range by {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, ", ")
}
