package app

import (
	"context"
	"path"
	"strings"
	"sync/atomic"

	"ward/entry"
	"ward/mode"
	"ward/plan"
	"ward/repair"
	"ward/tree"
)

// repairVisitor judges and plans for one worker.
type repairVisitor struct {
	of      *repairing
	count   *atomic.Int64
	device  uint64 // of the root
	sink    sink
	changes int64
	groups  groups
	links   plan.Links
	linked  map[object]bool // objects with several names, one of which counts
	names   map[object][]string
	refused Refused
	railed  []string
	unseen  Unseen
	entries int64
	right   int64
	grants  []grantee
	err     error // of the sink

	tighter, unknown, otherKind, noOwner, unopened Left
}

func (r *repairing) walk(ctx context.Context, progress Progress, newSink func() sink) error {
	e, err := r.root.Entry(entry.Stat)
	if err != nil {
		return err
	}
	var all []*repairVisitor
	var seen atomic.Int64
	r.met = make([]bool, r.ref.Len())
	done := watch(progress, "looked at", &seen, 0)
	err = r.root.Walk(ctx, tree.Options{Workers: r.request.Jobs, CrossMounts: true}, func() tree.Visitor {
		v := &repairVisitor{of: r, count: &seen, device: e.ID.Device, sink: newSink(), linked: map[object]bool{}, names: map[object][]string{}}
		all = append(all, v)
		return v
	})
	done()
	if err != nil {
		return err
	}
	return r.finish(all)
}

// Enter implements tree.Visitor. Other file systems are entered where the reference
// has something on them, the kernel's own never.
func (v *repairVisitor) Enter(d *entry.Dir) bool {
	r := v.of
	if r.pseudo[d.Path] || d.Parent != nil && !r.exclude.Empty() && r.exclude.Match(d.Path, true) {
		return false
	}
	return d.ID.Device == v.device || d.ID.Device == 0 || r.ref.Holds(d.Path)
}

// Visit implements tree.Visitor.
func (v *repairVisitor) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	r := v.of
	name := e.Path()
	if e.Dir != nil && !r.exclude.Empty() && r.exclude.Match(name, e.Kind == mode.Directory) {
		return 0, tree.Prune
	}
	if r.pseudo[name] {
		v.met(name) // what is mounted there is the kernel's, whatever lies below
		return 0, tree.Prune
	}
	counts := r.only.Empty() || r.only.Match(name, e.Kind == mode.Directory)
	if !counts && !plan.Several(e) {
		v.met(name)
		return 0, tree.Continue
	}
	verdict, need := r.judge.Judge(name, e)
	if need != 0 {
		return need, tree.Continue
	}
	if need := v.take(name, e, &verdict, counts); need != 0 {
		return need, tree.Continue
	}
	v.met(name)
	if verdict.Class == repair.Local {
		return 0, v.leave(name, e)
	}
	return 0, tree.Continue
}

func (v *repairVisitor) met(name string) {
	if w := v.of.ref.Of(name); w != nil {
		v.of.met[w.Number] = true // every path is met by one worker
	}
	if v.entries++; v.entries%step == 0 {
		v.count.Add(step)
	}
}

// leave stays out of directories that hold nothing of the reference.
func (v *repairVisitor) leave(name string, e *entry.Entry) tree.Action {
	if e.Kind != mode.Directory || v.of.ref.Holds(name) {
		return tree.Continue
	}
	v.unopened.add(LeftOne{Path: name, Kind: e.Kind})
	return tree.Prune
}

// take plans what is to be done about an entry, and notes what is not.
func (v *repairVisitor) take(name string, e *entry.Entry, verdict *repair.Verdict, counts bool) entry.Facts {
	c, need := directWithFlags(e, verdict.After, verdict.Decided)
	if need != 0 {
		return need
	}
	if counts {
		v.note(name, e, verdict)
	}
	if plan.Several(e) {
		v.names[objectOf(e.ID)] = append(v.names[objectOf(e.ID)], name)
	}
	if c.Empty() {
		if plan.Several(e) {
			v.links.Content(e)
		}
		return 0
	}
	if counts && plan.Several(e) {
		v.linked[objectOf(e.ID)] = true
	}
	v.plan(e, c, verdict)
	return 0
}

// directWithFlags is plan.Direct for who also decides about flags.
func directWithFlags(e *entry.Entry, after entry.State, decided mode.Mode) (*plan.Change, entry.Facts) {
	c, need := plan.Direct(e, after, decided)
	if e.Known&entry.Attributes != 0 && after.Flags != e.Flags {
		c.Known |= entry.Attributes
		c.Before.Flags, c.After.Flags = e.Flags, after.Flags
		if e.ID.Birth == 0 {
			need |= entry.Handle &^ (e.Known | e.Denied)
		}
	}
	return &c, need
}

// plan adds a change, unless something forbids it.
func (v *repairVisitor) plan(e *entry.Entry, c *plan.Change, verdict *repair.Verdict) {
	c.Rules = []int{ruleOf(verdict)}
	absolute := path.Join(v.of.root.Path(), c.Path)
	if why := v.of.rails.Object(absolute, c.Kind, c.Before.Mode); why != "" && !staysShared(c) {
		v.railed = append(v.railed, absolute)
		v.refused.add(plan.Refusal{Path: strings.Clone(c.Path), Kind: c.Kind, Why: plan.Rail, Rules: c.Rules, Text: why, Hint: "--allow-system " + absolute})
		return
	}
	if e.Denied&entry.AccessACL != 0 && c.Known&entry.AccessACL == 0 {
		v.refused.add(plan.Refusal{Path: strings.Clone(c.Path), Kind: c.Kind, Rules: c.Rules, Text: "its access list could not be read"})
		return
	}
	if plan.Several(e) {
		v.links.Change(c)
		return
	}
	v.add(c)
}

// staysShared reports whether a directory that everybody may write to, with the sticky
// bit, remains one: who guards those guards them against becoming something else.
func staysShared(c *plan.Change) bool {
	const shared = mode.Sticky | mode.OtherWrite
	return c.Before.Mode&shared == shared && c.After.Mode&shared == shared && c.After.UID == 0
}

func (v *repairVisitor) add(c *plan.Change) {
	set, number := v.groups.rules.of(c.Rules, 0)
	c.Rules = set
	v.changes++
	v.groups.add(c, number)
	if v.err == nil {
		v.err = v.sink.add(c)
	}
}

// ruleOf is why a change is made.
func ruleOf(verdict *repair.Verdict) int {
	if verdict.Wanted == nil || verdict.Guess != nil && verdict.Class == repair.Mended {
		return ruleGuess
	}
	switch verdict.Wanted.Source {
	case repair.Tmpfiles:
		return ruleTmpfiles
	case repair.Override:
		return ruleOverride
	case repair.Manifest:
		return ruleManifest
	case repair.Journal:
		return ruleJournal
	}
	return rulePackage
}

// note keeps what somebody wants to hear of.
func (v *repairVisitor) note(name string, e *entry.Entry, verdict *repair.Verdict) {
	if verdict.Privileged {
		v.privileged(name, e, verdict)
	}
	switch {
	case verdict.Class == repair.OtherKind:
		x := v.left(name, e, verdict)
		x.Text = "the reference has " + aKind(verdict.Wanted.Kind)
		v.otherKind.add(x)
	case verdict.Class == repair.NoOwner:
		x := v.left(name, e, verdict)
		x.Text = verdict.Wanted.Missing
		v.noOwner.add(x)
	case verdict.Class == repair.Unknown:
		v.unknown.add(v.left(name, e, verdict))
	case verdict.Less && !verdict.Privileged:
		v.tighter.add(v.left(name, e, verdict))
	}
}

func aKind(k mode.Kind) string {
	if k == mode.Unknown {
		return "a file"
	}
	return "a " + k.String()
}

// left is an entry as it is kept: the visitor's buffers are used again.
func (v *repairVisitor) left(name string, e *entry.Entry, verdict *repair.Verdict) LeftOne {
	c := (&plan.Change{Before: e.State, After: verdict.Full}).Clone()
	x := LeftOne{Path: name, Kind: e.Kind, Found: c.Before, Wanted: c.After, Guess: verdict.Guess}
	if verdict.Wanted != nil {
		x.Source = verdict.Wanted.Detail
	}
	return x
}

// privileged keeps a file that has, or should have, privileges: its content is looked
// at before anything is decided.
func (v *repairVisitor) privileged(name string, e *entry.Entry, verdict *repair.Verdict) {
	if verdict.Class == repair.Right {
		v.right++
		return
	}
	g := grantee{LeftOne: v.left(name, e, verdict), id: e.ID, grants: verdict.Grant, after: verdict.After, granted: verdict.Granted}
	g.id.Handle = strings.Clone(g.id.Handle)
	switch {
	case verdict.Grant:
		g.Fate = Granted
	case verdict.Guess != nil && verdict.Class == repair.Unknown:
		g.Fate = InDoubt
	case verdict.Class == repair.Tighter || verdict.Less:
		g.Fate = LeftTighter
	default:
		g.Fate = Narrows
	}
	v.grants = append(v.grants, g)
}

// Fail implements tree.Visitor.
func (v *repairVisitor) Fail(rel string, err error) {
	v.unseen.add(Place(v.of.root.Path(), rel), err)
}
