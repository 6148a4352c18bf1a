package access

import (
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

type capability = ident.Capability

// Decide is the kernel's answer to a question: it makes the checks of the action's
// system call in the kernel's order (Linux 6.18) and stops at the first that
// refuses. It allocates nothing and may be called by many goroutines at once.
//
// A fact that is not known, and that could change the answer, makes it Unknown;
// Missing says which. A later check that refuses for certain still makes it Denied.
//
// What stands outside the discretionary check (Caller.Confined, Host.Confined,
// Mount.Confined) is not judged, except that a file system whose server decides
// gives Unknown.
func Decide(q *Question) Verdict {
	j := judge{q: q, c: q.Caller, host: q.Host}
	j.judge()
	return j.verdict()
}

// Explain is every check that Decide made, in order; the last is the one that
// refused, if one did.
func Explain(q *Question) []Check {
	checks := make([]Check, 0, 16)
	j := judge{q: q, c: q.Caller, host: q.Host, checks: &checks}
	j.judge()
	return checks
}

// DecideAt makes the last checks only: those on the object and on its directory,
// but not whether the caller may search the directory and what lies above it, as a
// walk that carries that answer down wants it. parent may be nil for actions that
// do not change it. A step whose Mount is nil is on a mount that is not known.
// Where is always the zero Where.
func DecideAt(c *Caller, h *Host, a Action, w With, parent, object *Step) Verdict {
	q := Question{Caller: c, Host: h, Action: a, With: w}
	j := judge{q: &q, c: c, host: h, here: place{parent: parent, object: object}}
	j.act()
	return j.verdict()
}

// judge makes the checks of one question.
type judge struct {
	q    *Question
	c    *Caller
	host *Host

	here, there place // where the first way ends, and the second

	checks *[]Check // nil where only the verdict is wanted
	doubt  ruling   // the first check that could not be answered
	last   ruling
	at     Where // of the last check
	doubts Where // of doubt
}

// place is where a way ends: the object, or nil and the directory in which it is
// missing.
type place struct {
	parent, object       *Step // parent is nil for the first step of a way
	parentStep, lastStep int
	way                  int8
	missing, slash       bool
}

func (p *place) atObject() Where { return Where{p.way, p.lastStep} }
func (p *place) atParent() Where { return Where{p.way, p.parentStep} }

func (j *judge) verdict() Verdict {
	switch {
	case j.last.answer == Denied:
		return Verdict{Answer: Denied, Errno: j.last.errno.symbol(), Reason: j.last.reason, Where: j.at}
	case j.doubt.missing != 0:
		return Verdict{Answer: Unknown, Reason: j.doubt.reason, Where: j.doubts, Missing: j.doubt.missing}
	}
	return Verdict{Answer: Allowed, Reason: j.last.reason, Where: j.at}
}

// take notes a check; it reports whether the kernel would go on.
func (j *judge) take(where Where, r ruling) bool {
	if j.checks != nil {
		j.note(where, 0, r)
	}
	return j.settle(where, r)
}

func (j *judge) note(where Where, want mode.Rights, r ruling) {
	*j.checks = append(*j.checks, Check{
		Where: where, Wanted: want, Answer: r.answer, Errno: r.errno.symbol(), Reason: r.reason, Missing: r.missing,
	})
}

func (j *judge) settle(where Where, r ruling) bool {
	j.last, j.at = r, where
	if r.answer == Unknown && j.doubt.missing == 0 {
		j.doubt, j.doubts = r, where
	}
	return r.answer != Denied
}

// refuse is a check that fails with e where the condition holds.
func (j *judge) refuse(where Where, e errno, why Rule) bool { return j.take(where, denied(e, why)) }

// asks is inode_permission as a check of its own.
func (j *judge) asks(where Where, s *Step, want mode.Rights) bool {
	r := j.permission(s, want)
	if j.checks != nil {
		j.note(where, want, r)
	}
	return j.settle(where, r)
}

// judge goes the ways and then makes the checks of the action.
func (j *judge) judge() {
	if j.q.Action == Renaming {
		// filename_parentat for both names, before either is looked up.
		if j.walk(j.q.Way, 0, &j.here) && j.walk(j.q.Target, 1, &j.there) {
			j.act()
		}
		return
	}
	if !j.walk(j.q.Way, 0, &j.here) {
		return
	}
	if j.q.Action == Linking && (!j.exists(&j.here) || !j.walk(j.q.Target, 1, &j.there)) {
		return
	}
	j.act()
	if j.q.Action == Executing && j.last.answer != Denied && j.here.object != nil {
		j.interpret()
	}
}

// act makes the checks that follow on the way. Of objects that could not be looked at
// at all there is nothing more to say.
func (j *judge) act() {
	if !j.seen(&j.here) || !j.seen(&j.there) {
		return
	}
	switch a := j.q.Action; {
	case a.opens():
		j.open()
	case a == Executing:
		j.execute()
	case a == Deleting:
		j.remove()
	case a == Renaming:
		j.rename()
	case a == Linking:
		j.link()
	case a == MakingDir, a == MakingNode, a == Symlinking:
		j.create()
	default:
		j.existing()
	}
}

func (j *judge) seen(p *place) bool {
	switch {
	case p.parent != nil && p.parent.Entry.Known&entry.Stat == 0:
		j.take(p.atParent(), unknown(entry.Stat, Reason{Rule: NotSeen}))
		return false
	case p.object != nil && p.object.Entry.Known&entry.Stat == 0 && j.q.Action != Stating:
		j.take(p.atObject(), unknown(entry.Stat, Reason{Rule: NotSeen}))
		return false
	}
	return true
}

// existing makes the checks of actions on an object that is there.
func (j *judge) existing() {
	if !j.exists(&j.here) {
		return
	}
	switch j.q.Action {
	case Stating:
		j.take(j.here.atObject(), allowed(Reason{Rule: NothingAsked}))
	case Searching, ChangingDir:
		if j.isDirectory() {
			j.asks(j.here.atObject(), j.here.object, mode.X)
		}
	case ChangingMode, ChangingOwner, ChangingGroup, SettingTimes:
		j.change()
	case SettingAttribute, SettingACL:
		j.setAttribute()
	case Truncating:
		j.truncate()
	case Connecting:
		j.connect()
	default:
		j.take(j.here.atObject(), unknown(entry.Stat, Reason{Rule: NotSeen}))
	}
}
