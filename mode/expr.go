package mode

import (
	"strconv"
	"unicode/utf8"
)

// Expr is a function from mode and kind to mode, written in the language of
// chmod(1). It is an immutable value; the zero Expr changes nothing. It is safe
// for concurrent use.
type Expr struct {
	text    string
	actions []action
	file    masks // what the actions come to for everything but directories
	dir     masks // … and for directories
}

// action is one operator with what stands right of it. The fields are those of
// gnulib's struct mode_change; the rules below are those of its mode_adjust.
type action struct {
	op     byte // '+', '-' or '='
	who    Mode // the bits of the named classes; 0 when who was omitted
	value  Mode // the bits named, or the source class of a copy
	spared Mode // set-id bits that it leaves alone on a directory
	copies bool // g=u: value is a class to copy from
	anyX   bool // X: x for all if a directory, or if somebody has x already
}

// masks is a function on modes that treats every bit by itself: m&keep | set.
type masks struct {
	keep Mode
	set  Mode
	pure bool // the masks are the whole expression; else its actions must be run
}

func newExpr(text string, actions []action) Expr {
	return Expr{text: text, actions: actions, file: compile(actions, Regular), dir: compile(actions, Directory)}
}

// compile folds the actions into one pair of masks, where no X, copy or umask
// makes their effect depend on other bits.
func compile(actions []action, k Kind) masks {
	sum := masks{keep: All, pure: true}
	for i := range actions {
		a := &actions[i]
		if a.copies || a.who == 0 || a.anyX && k != Directory {
			return masks{}
		}
		keep, set := a.masks(0, k == Directory, 0)
		sum.keep &= keep
		sum.set = sum.set&keep | set
	}
	return sum
}

// AtMost takes away every bit that m lacks, special bits included.
func AtMost(m Mode) Expr {
	return newExpr("atmost "+m.Octal(), []action{{op: '-', who: All, value: All &^ m}})
}

// AtLeast adds every bit of m.
func AtLeast(m Mode) Expr {
	return newExpr("atleast "+m.Octal(), []action{{op: '+', who: All, value: m & All}})
}

// Then is e followed by next.
func (e Expr) Then(next Expr) Expr {
	actions := make([]action, 0, len(e.actions)+len(next.actions))
	actions = append(append(actions, e.actions...), next.actions...)
	text := e.text + "," + next.text
	if e.text == "" || next.text == "" {
		text = e.text + next.text
	}
	return newExpr(text, actions)
}

// String is the expression as it was written. AtMost and AtLeast are "atmost
// 0640" and "atleast 0100".
func (e Expr) String() string { return e.text }

// Apply is the mode that e makes of m. The umask counts only where who was
// omitted, which a policy does not allow. It does not allocate.
func (e Expr) Apply(m Mode, k Kind, umask Mode) Mode {
	f := &e.file
	if k == Directory {
		f = &e.dir
	}
	if f.pure {
		return m&f.keep | f.set
	}
	return run(e.actions, m, k, umask)
}

func run(actions []action, m Mode, k Kind, umask Mode) Mode {
	m &= All
	for i := range actions {
		keep, set := actions[i].masks(m, k == Directory, umask)
		m = m&keep | set
	}
	return m
}

// Decides is the bits that e writes when it is applied to m, changed or not: for
// = all bits of its classes, for + and - the bits named. An X that does not fire,
// and rights that a copied class lacks, are not written. Where who was omitted
// the umask is taken to be 0. Bits outside Decides are never changed.
func (e Expr) Decides(m Mode, k Kind) Mode {
	var written Mode
	m &= All
	for i := range e.actions {
		keep, set := e.actions[i].masks(m, k == Directory, 0)
		written |= All&^keep | set
		m = m&keep | set
	}
	return written
}

// masks is what the action does to a mode, which is m so far.
func (a *action) masks(m Mode, dir bool, umask Mode) (keep, set Mode) {
	scope, spared := a.who, Mode(0)
	if scope == 0 {
		scope = All
		umask &= Permissions
	} else {
		umask = 0
	}
	if dir {
		spared = a.spared
	}
	v := a.bits(m, dir) & scope &^ umask &^ spared
	switch a.op {
	case '+':
		return All, v
	case '-':
		return All &^ v, 0
	}
	return All&^scope | spared, v
}

// bits is the right-hand side for a mode that is m so far.
func (a *action) bits(m Mode, dir bool) Mode {
	v := a.value
	if a.copies {
		v = forAll(m & a.value)
	}
	if a.anyX && (dir || m&Execute != 0) {
		v |= Execute
	}
	return v
}

// forAll gives every class the rights that stand in m for one.
func forAll(m Mode) Mode {
	return (m>>6&7 | m>>3&7 | m&7) * 0o111
}

// Unsettled looks for a mode on which e, applied twice, does more than applied
// once; again tells whether there is one, and m and k are the witness. The umask
// is taken to be 0.
func (e Expr) Unsettled() (m Mode, k Kind, again bool) {
	for _, k := range [...]Kind{Regular, Directory} {
		// X and copies read and write permission bits only, and every special bit
		// is written alike whatever the others are: nine bits prove all twelve.
		for m := Mode(0); m <= Permissions && !e.pure(k); m++ {
			once := e.Apply(m, k, 0)
			if e.Apply(once, k, 0) != once {
				return m, k, true
			}
		}
	}
	return 0, Unknown, false
}

// pure tells whether every bit is written by itself: such a function settles.
func (e *Expr) pure(k Kind) bool {
	if k == Directory {
		return e.dir.pure
	}
	return e.file.pure
}

// HasConditionalX tells whether e has an X, which does something to a file only
// if somebody may execute it already.
func (e Expr) HasConditionalX() bool {
	for i := range e.actions {
		if e.actions[i].anyX {
			return true
		}
	}
	return false
}

// XIsDeadAfter tells whether e has an X of which none can ever fire on anything
// but a directory, because before (or e itself) has taken every x away by then.
func (e Expr) XIsDeadAfter(before Expr) bool {
	if !e.HasConditionalX() {
		return false
	}
	for m := Mode(0); m <= Permissions; m++ {
		if e.firesX(before.Apply(m, Regular, 0)) {
			return false
		}
	}
	return true
}

// firesX tells whether some X meets an x when e is applied to a file of mode m.
func (e Expr) firesX(m Mode) bool {
	for i := range e.actions {
		a := &e.actions[i]
		if a.anyX && m&Execute != 0 {
			return true
		}
		keep, set := a.masks(m, false, 0)
		m = m&keep | set
	}
	return false
}

// Always is the bits that are set, and those that are clear, in every result of
// e for that kind, with umask 0.
func (e Expr) Always(k Kind) (set, clear Mode) {
	if k == Directory && e.dir.pure {
		return e.dir.set, All &^ (e.dir.keep | e.dir.set)
	}
	set, clear = All, All
	for m := Mode(0); m <= Permissions; m++ {
		for _, special := range [...]Mode{0, Special} {
			after := e.Apply(m|special, k, 0)
			set &= after
			clear &^= after
		}
	}
	return set, clear
}

// quotedAt quotes the character at a place, of which input may hold several bytes.
func quotedAt(input string, at int) string {
	r, size := utf8.DecodeRuneInString(input[at:])
	if r == utf8.RuneError && size < 2 {
		return strconv.Quote(input[at : at+size])
	}
	return strconv.QuoteRune(r)
}
