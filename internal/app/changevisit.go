package app

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"

	"ward/entry"
	"ward/internal/host/files"
	"ward/mode"
	"ward/plan"
	"ward/tree"
)

// changeVisitor plans for one worker.
type changeVisitor struct {
	walk    *changeWalk
	sink    sink // nil: nothing is written down
	changes int64
	groups  groups
	links   plan.Links
	overlay bool
	touched []Touched
	several []Touched   // of objects with several names, not yet settled
	change  plan.Change // the present one
	err     error       // of the sink
	// unlisted is a device without lists of NFS 4.
	unlisted uint64
}

// single looks at an operand alone.
func (v *changeVisitor) single(o *opened) error {
	var want entry.Facts
	for {
		e, err := o.look(entry.Stat | want)
		if e.Known&entry.Stat == 0 {
			v.touched = append(v.touched, Touched{Operand: o.number, Path: o.given, Fate: NoAccess, Err: err})
			return nil
		}
		need, _ := v.Visit(&e)
		if need &^= e.Known | e.Denied; need == 0 {
			return nil
		}
		want |= need
	}
}

func (o *opened) look(want entry.Facts) (entry.Entry, error) {
	if o.base == "" {
		return o.root.Entry(want)
	}
	object, err := o.root.Object(o.base)
	if err != nil {
		return entry.Entry{}, err
	}
	defer object.Close()
	return object.Look(want)
}

// directoryOnly is ENOTDIR for what is no directory and was named with a slash.
func directoryOnly(root *files.Root) error {
	e, err := root.Entry(entry.Stat)
	if err == nil && e.Kind != mode.Directory {
		_ = root.Close()
		err = syscall.ENOTDIR
	}
	return err
}

// Enter implements tree.Visitor.
func (v *changeVisitor) Enter(*entry.Dir) bool { return true }

// Fail implements tree.Visitor.
func (v *changeVisitor) Fail(rel string, err error) {
	t := Touched{Operand: v.walk.at.number, Path: v.walk.shown(rel), Fate: NoAccess, Err: err, planned: v.walk.planned(rel)}
	if o, lost := v.walk.at.root.Object(rel); lost == nil {
		if e, lost := o.Look(entry.Stat); lost == nil && e.Kind == mode.Directory {
			t.Fate, t.Kind, t.below = NoReading, e.Kind, strings.Clone(rel)
			after, _, _ := v.walk.changing.request.Edit(&e)
			t.opens = errors.Is(err, fs.ErrPermission) && after.Mode&^e.Mode&opening != 0
		}
		_ = o.Close()
	}
	v.touched = append(v.touched, t)
}

// Visit implements tree.Visitor. An entry that is as wanted costs no allocation where
// nobody wants to hear of it.
func (v *changeVisitor) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	w := v.walk
	if v.left(e) {
		return 0, tree.Prune
	}
	if w.below != nil {
		switch w.below.bearing(w.relative(e)) {
		case beside:
			return 0, tree.Prune
		case above:
			return 0, tree.Continue
		}
	}
	after, decided, need := w.changing.request.Edit(e)
	if need &^= e.Known | e.Denied; need != 0 {
		return need, tree.Continue
	}
	if w.changing.request.Plain && !plan.Several(e) && plan.Same(&e.State, &after) {
		return 0, tree.Continue
	}
	v.change, need = plan.Direct(e, after, decided)
	if need &^= v.listless(e); need != 0 {
		return need, tree.Continue
	}
	rel := w.relative(e)
	v.change.Path = w.planned(rel)
	if !v.quiet(e, &v.change) {
		v.take(e, &v.change, w.shown(rel))
	}
	return 0, tree.Continue
}

// listless is the lists of NFS 4 on a device where one was asked for and there was none:
// where a file system keeps them every object has one.
func (v *changeVisitor) listless(e *entry.Entry) entry.Facts {
	if e.Known&entry.NFS4 != 0 && e.NFS4 == "" {
		v.unlisted = e.ID.Device
	}
	if e.ID.Device == v.unlisted {
		return entry.NFS4
	}
	return 0
}

// left reports whether an entry is to be left out.
func (v *changeVisitor) left(e *entry.Entry) bool {
	w := v.walk
	if w.exclude.Empty() || e.Dir == nil {
		return false
	}
	return w.exclude.Match(w.relative(e), e.Kind == mode.Directory)
}

// relative is an entry's path below the operand, "." for the operand itself.
func (w *changeWalk) relative(e *entry.Entry) string {
	if w.at.base != "" {
		return "."
	}
	return e.Path()
}

// planned is a path below the operand as the plan has it.
func (w *changeWalk) planned(rel string) string {
	switch {
	case w.prefix == "":
		return rel
	case rel == ".":
		return w.prefix
	}
	return w.prefix + "/" + rel
}

// shown is the same as messages have it.
func (w *changeWalk) shown(rel string) string {
	if rel == "." {
		return w.at.given
	}
	return w.given + rel
}

// quiet plans a change of which nobody wants to hear, and about which nothing is
// special. Most are such.
func (v *changeVisitor) quiet(e *entry.Entry, c *plan.Change) bool {
	if !v.walk.changing.request.Plain || plan.Several(e) || len(c.Before.ACL) > 0 || c.Empty() {
		return false
	}
	if why, _ := v.unmeant(e, c); why != "" || !v.walk.first(c.Path) {
		return false
	}
	v.add(c)
	return true
}

// take plans a change, or says why not.
func (v *changeVisitor) take(e *entry.Entry, c *plan.Change, shown string) {
	w := v.walk
	t := Touched{
		Operand: w.at.number, Path: shown, Kind: e.Kind, Known: c.Known,
		Before: c.Before, After: c.After, planned: strings.Clone(c.Path),
	}
	several := plan.Several(e)
	if c.Empty() {
		if several {
			v.links.Content(w.rebased(e, c.Path))
		}
		v.tell(&t)
		return
	}
	t.Fate = Changes
	if !w.first(c.Path) { // another operand has it already
		t.Fate, t.Before, t.again = AsWanted, t.After, true
		v.tell(&t)
		return
	}
	if why, hint := v.unmeant(e, c); why != "" {
		t.Fate, t.Text, t.Hint = LeftAlone, why, hint
		v.tell(&t)
		return
	}
	if several {
		v.overlay = v.overlay || w.at.root.Filesystem().Overlay
		c.Rules = []int{0}
		v.links.Change(c)
		v.several = append(v.several, cloned(t))
		return
	}
	v.tell(&t)
	v.add(c)
}

// rebased is an entry whose path is the plan's.
func (w *changeWalk) rebased(e *entry.Entry, planned string) *entry.Entry {
	n := *e
	dir, name := path.Split(planned)
	n.Name = name
	if e.Dir != nil {
		d := *e.Dir
		d.Path = strings.TrimSuffix(dir, "/")
		if d.Path == "" {
			d.Path = "."
		}
		n.Dir = &d
	}
	return &n
}

// first reports whether a path is met for the first time.
func (w *changeWalk) first(planned string) bool {
	c := w.changing
	if c.once == nil {
		return true
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.once[planned] {
		return false
	}
	c.once[strings.Clone(planned)] = true
	return true
}

// unmeant says why something is not to be changed, and what would allow it.
func (v *changeVisitor) unmeant(e *entry.Entry, c *plan.Change) (why, hint string) {
	absolute := v.walk.changing.anchor
	switch {
	case c.Path == ".":
	case absolute == "/":
		absolute += c.Path
	default:
		absolute += "/" + c.Path
	}
	if why := v.walk.rails.Object(absolute, c.Kind, c.Before.Mode); why != "" {
		return why, "--allow-system " + absolute
	}
	if e.Denied&entry.AccessACL != 0 && c.Known&entry.AccessACL == 0 {
		return "its access list could not be read", ""
	}
	return "", ""
}

// tell keeps what somebody wants to hear of.
func (v *changeVisitor) tell(t *Touched) {
	if t.Fate > Changes || v.walk.changing.request.wants(t) {
		v.touched = append(v.touched, cloned(*t))
	}
}

// cloned shares nothing with the buffers of a walk.
func cloned(t Touched) Touched {
	c := plan.Change{Before: t.Before, After: t.After}
	c = c.Clone()
	t.Before, t.After = c.Before, c.After
	return t
}

func (v *changeVisitor) add(c *plan.Change) {
	set, number := v.groups.rules.of([]int{0}, 0)
	c.Rules = set
	v.changes++
	v.groups.add(c, number)
	if v.sink != nil && v.err == nil {
		v.err = v.sink.add(c)
	}
}

// sortTouched orders by operand and path: what a directory holds follows it.
func sortTouched(all []Touched) {
	slices.SortStableFunc(all, func(a, b Touched) int {
		return cmp.Or(cmp.Compare(a.Operand, b.Operand), comparePaths(a.Path, b.Path))
	})
}

func comparePaths(a, b string) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		switch {
		case x == y:
		case x == '/':
			return -1
		case y == '/':
			return 1
		default:
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}
