package app

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"ward/entry"
	"ward/internal/host/installed"
	"ward/internal/host/state"
	"ward/mode"
	"ward/packages"
	"ward/plan"
	"ward/repair"
)

// Privileges go back in a run of their own, after everything else of the tree is in
// order. Before that anybody could change a file that is writable by all, between the
// look at its content and the grant; afterwards only root can. So in the second run
// each file is looked at again: it must be the same object, in the state that the first
// run left it in, with the content that the reference has.

// grantee is a file with privileges.
type grantee struct {
	LeftOne
	id             entry.Identity
	grants         bool
	after, granted entry.State // what the first run and the second make of it
}

// settleGrants looks at the content of every file with privileges. Where nothing else
// is to be changed the plan grants them.
func (r *repairing) settleGrants(v *repairVisitor, alone bool) error {
	slices.SortFunc(r.grants, func(a, b grantee) int { return comparePaths(a.Path, b.Path) })
	kept := r.grants[:0]
	for i := range r.grants {
		g := &r.grants[i]
		if dir := r.exposed(g); alone && dir != "" {
			r.planned.Refused.add(plan.Refusal{
				Path: g.Path, Kind: g.Kind, Why: plan.Rail, Rules: []int{ruleGrant},
				Text: "it gets no privileges while somebody other than root can write to " + Place(r.root.Path(), dir),
			})
			g.grants = false
		}
		if fate, why := r.content(g); fate != NotPrivileged {
			g.Fate, g.Text, g.grants = fate, why, false
		}
		r.result.Privileged.add(g.LeftOne)
		if !g.grants {
			continue
		}
		r.result.Grants++
		kept = append(kept, *g)
		if alone {
			if err := r.grant(v, g); err != nil {
				return err
			}
		}
	}
	r.grants = kept
	if alone {
		r.grants = nil
	}
	return nil
}

// exposed is a directory above a file that is to get privileges in which somebody
// could exchange it: one that others than root can write to although the reference does
// not have it so; "" where there is none.
func (r *repairing) exposed(g *grantee) string {
	const others = mode.GroupWrite | mode.OtherWrite
	for dir := path.Dir(g.Path); g.grants; dir = path.Dir(dir) {
		e, err := r.look(dir, entry.Stat)
		w := r.ref.Of(dir)
		meant := w != nil && w.State.Mode == e.Mode && w.State.UID == e.UID && w.State.GID == e.GID
		if err != nil || (e.UID != 0 || e.Mode&others != 0) && !meant {
			return dir
		}
		if dir == "." {
			break
		}
	}
	return ""
}

// content compares a file's content with the reference's; NotPrivileged says that
// nothing speaks against it.
func (r *repairing) content(g *grantee) (GrantFate, string) {
	w := r.ref.Of(g.Path)
	if w == nil {
		return NotPrivileged, ""
	}
	if w.Digest.Algorithm == "" {
		if !g.grants {
			return NotPrivileged, ""
		}
		if w.Source != repair.Manifest && w.Source != repair.Journal {
			return Unchecked, "no checksum of it is at hand"
		}
		if g.wasOthers() {
			return Unchecked, "somebody other than root could write to it, and " + w.Detail + " has no checksum of it"
		}
		return NotPrivileged, "" // root alone could have changed it since
	}
	same, err := r.sameContent(g, w.Digest)
	switch {
	case err != nil:
		return Unchecked, err.Error()
	case !same:
		return Altered, "it is not what " + w.Detail + " has"
	}
	return NotPrivileged, ""
}

// wasOthers reports whether somebody but root could write to a file as it was found.
func (g *grantee) wasOthers() bool {
	return g.Found.UID != 0 || g.Found.Mode&(mode.GroupWrite|mode.OtherWrite) != 0
}

func (r *repairing) sameContent(g *grantee, want packages.Digest) (bool, error) {
	sum, info, err := r.system.Digest(g.Path, want.Algorithm)
	if err != nil {
		return false, err
	}
	if !sameInode(info, g.id) {
		return false, errors.New("it was exchanged while it was looked at")
	}
	return sum == want, nil
}

// grant plans the privileges of one file, as it is now.
func (r *repairing) grant(v *repairVisitor, g *grantee) error {
	want := entry.Stat
	for {
		e, err := r.look(g.Path, want)
		if err != nil {
			r.planned.Unseen.add(Place(r.root.Path(), g.Path), err)
			return nil
		}
		e.Dir, e.Name = nil, g.Path // its path, for messages and the plan
		need, err := r.grantTo(v, g, &e)
		if err != nil || need == 0 || want&need == need {
			return err
		}
		want |= need
	}
}

// grantTo plans the privileges of a file that is as the first run left it. The next
// repair decides anew about any other.
func (r *repairing) grantTo(v *repairVisitor, g *grantee, e *entry.Entry) (entry.Facts, error) {
	if g.after.Caps != g.granted.Caps && (e.Known|e.Denied)&entry.Caps == 0 {
		return entry.Caps, nil
	}
	if !plan.SameObject(g.id, e.ID) && g.id != e.ID || !g.asLeft(e) {
		return 0, nil
	}
	after := e.State
	after.Mode = g.granted.Mode
	if g.after.Caps != g.granted.Caps {
		after.Caps = g.granted.Caps
	}
	c, need := directWithFlags(e, after, after.Mode)
	if need != 0 || c.Empty() {
		return need, nil
	}
	c.Path, c.Rules = g.Path, []int{ruleGrant}
	if plan.Several(e) && !r.request.AllowOutsideLinks {
		r.planned.Refused.add(plan.Refusal{
			Path: g.Path, Kind: e.Kind, Why: plan.OutsideLinks, Rules: c.Rules,
			Text: "it has several names, and each of them would get its privileges",
		})
		return 0, nil
	}
	v.add(c)
	return 0, v.err
}

// asLeft reports whether a file is as the first run was to leave it.
func (g *grantee) asLeft(e *entry.Entry) bool {
	return e.Mode == g.after.Mode && e.UID == g.after.UID && e.GID == g.after.GID && (e.Known&entry.Caps == 0 || e.Caps == g.after.Caps)
}

// SecondRun reports whether privileges are granted by a run of their own.
func (p *PreparedRepair) SecondRun() bool { return len(p.grants)+len(p.again) > 0 }

// RunThrough carries the repair out, and then grants privileges. The last of the runs
// is returned for each; the second is nil where there was nothing to grant.
func (p *PreparedRepair) RunThrough(ctx context.Context, progress Progress) (first, second *Applied, err error) {
	first, err = p.Prepared.Run(ctx, progress)
	if err != nil || !p.SecondRun() {
		return first, nil, err
	}
	if err := p.Prepared.Close(); err != nil {
		return first, nil, err
	}
	grants, err := p.prepareGrants(ctx, first.ID)
	p.Prepared = grants
	if err != nil {
		return first, nil, err
	}
	p.Second = &grants.Planned
	second, err = grants.Run(ctx, progress)
	return first, second, err
}

// prepareGrants plans the second run, by the reference of the first.
func (p *PreparedRepair) prepareGrants(ctx context.Context, continues string) (*Prepared, error) {
	o := p.request.RunOptions
	o.anyRail = true
	return prepare(ctx, p.request.Root, o, state.Run{Command: "repair", Continues: continues}, func(next *Prepared) error {
		r := *p.base
		r.root, r.grants, r.again = next.session.root, p.grants, p.again
		r.result, r.planned, r.started = &Repair{}, &Planned{}, now()
		return r.planGrants(next)
	})
}

// planGrants plans privileges and nothing else.
func (r *repairing) planGrants(next *Prepared) (err error) {
	if r.system, err = installed.Open(r.root.Path()); err != nil {
		return err
	}
	defer r.system.Close()
	if err := r.head(); err != nil {
		return err
	}
	if err := next.begin(r.planned.Header); err != nil {
		return err
	}
	v := &repairVisitor{of: r, sink: newBlockSink(next.journal, r.planned.Header), linked: map[object]bool{}, names: map[object][]string{}}
	if err := r.settleGrants(v, true); err != nil {
		return err
	}
	if err := r.planAgain(v); err != nil {
		return err
	}
	err = r.total([]*repairVisitor{v})
	next.Planned = *r.planned
	return err
}

// planAgain plans for files with several names that the first run left alone, because
// others could write to the directories that they lie in. It has mended those.
func (r *repairing) planAgain(v *repairVisitor) error {
	for _, name := range r.again {
		if err := r.named(v, name); err != nil {
			r.planned.Unseen.add(Place(r.root.Path(), name), err)
		}
	}
	return r.resolve([]*repairVisitor{v})
}

// named judges the object at a path, with the directory that it lies in.
func (r *repairing) named(v *repairVisitor, name string) error {
	dir, last := path.Split(name)
	if dir = strings.TrimSuffix(dir, "/"); dir == "" {
		dir = "."
	}
	above, err := r.look(dir, entry.Stat)
	if err != nil {
		return err
	}
	in := &entry.Dir{Path: dir, ID: above.ID, UID: above.UID, Mode: above.Mode}
	want := entry.Stat
	for {
		e, err := r.look(name, want)
		if err != nil {
			return err
		}
		e.Dir, e.Name = in, last
		verdict, need := r.judge.Judge(name, &e)
		if need == 0 {
			need = v.take(name, &e, &verdict, true)
		}
		if need == 0 || want&need == need {
			return nil
		}
		want |= need
	}
}

// look is what is at a path now. Facts that cannot be had are in its Denied.
func (r *repairing) look(name string, want entry.Facts) (entry.Entry, error) {
	o, err := r.root.Object(name)
	if err != nil {
		return entry.Entry{}, err
	}
	defer o.Close()
	e, err := o.Look(want)
	if e.Known&entry.Stat != 0 {
		return e, nil // what else is missing is in Denied
	}
	return e, err
}

// Close gives the tree back.
func (p *PreparedRepair) Close() error {
	if p.Prepared == nil {
		return nil
	}
	return p.Prepared.Close()
}
