package oracle

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"ward/access"
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/lookup"
	"ward/mode"
)

// fixesOf is how many of the denied cases have their fixes proved. A run without end
// does so with every one.
var fixesOf = flag.Int("fixes", 22, "of how many denied cases one has its first fix really put in place; 1 for all")

// proofs counts what became of the fixes.
type proofs struct {
	denied  int            // cases looked at
	proved  int            // whose first fix was put in place
	further int            // fixes after the first one that were put in place too
	none    map[string]int // cases without a fix, by the rule that refused
	kinds   map[string]int // remedies that were put in place, the first fixes' and the others'
	firsts  map[string]int // remedies of first fixes
	letIn   int            // others whom the fixes let in, on the kernel
}

// proveFixes puts the first fix of a denied case in place and asks the kernel again:
// the subject is to be let in, and of the crowd as many more as ward said.
func (x *trial) proveFixes(o *occasion) bool {
	p := &x.proofs
	p.denied++
	every := *fixesOf
	if *volume == 0 {
		every = 1
	}
	if x.crowd == nil || x.tally.denied%every != 0 {
		return true
	}
	if p.none == nil {
		p.none, p.kinds, p.firsts = map[string]int{}, map[string]int{}, map[string]int{}
	}
	fixes := access.Fixes(&o.q, x.crowd.Told(o.places(x.t)))
	if len(fixes) == 0 {
		p.none[o.verdict.Reason.Rule.String()]++
		return true
	}
	if !x.prove(o, fixes[0]) {
		return false
	}
	p.proved++
	for _, k := range kindsOf(fixes[0]) {
		p.firsts[k]++
	}
	if i := x.rarest(fixes); i > 0 && p.least(fixes[i]) < plenty {
		p.further++
		return x.prove(o, fixes[i])
	}
	return true
}

// plenty is how often a kind of fix is sought beyond the first ones.
const plenty = 40

// least is how often the rarest kind of a fix was put in place.
func (p *proofs) least(f access.Fix) int {
	n := plenty
	for _, k := range kindsOf(f) {
		n = min(n, p.kinds[k])
	}
	return n
}

// rarest is the fix whose kinds were put in place least often.
func (x *trial) rarest(fixes []access.Fix) int {
	best := 0
	for i, f := range fixes {
		if x.proofs.least(f) < x.proofs.least(fixes[best]) {
			best = i
		}
	}
	return best
}

func (o *occasion) places(t *testing.T) []*access.Way {
	t.Helper()
	if o.stage.frozen() {
		return nil // nothing can be laid there
	}
	options := lookup.Options{Mounts: o.stage.world.Mounts, Sight: o.stage.world.Sight}
	w, err := o.stage.world.Place(o.q.Way, options)
	must(t, err)
	if w == nil {
		return nil
	}
	return []*access.Way{w}
}

// prove puts one fix in place; twice where the kernel does not agree. A proof takes some
// hundredths of a second, in which another test of the machine may have set
// fs.protected_* and put it back; what ward has wrong is wrong again.
func (x *trial) prove(o *occasion, f access.Fix) bool {
	if x.tryFix(o, f) == "" {
		return true
	}
	problem := x.tryFix(o, f)
	if problem == "" {
		return true
	}
	if was := *o.stage.world.Host; x.settingsChanged(o, was) {
		return true
	}
	x.t.Errorf("seed %d, %s, view %s: %v\nsubject %+v of namespace %v, %v %v\nfix %v\n%q\nusers %d unlisted %d processes %d\n%s\n%s", *seed, o.stage.name, o.view.Name, o.ask,
		o.who.Caller.Subject, o.who.Caller.Namespace, o.verdict.Answer, o.verdict.Reason, kindsOf(f), f.Commands(nil, "WHO"), f.Users, f.Unlisted, f.Processes, problem, o.describe())
	return false
}

// tryFix says where the kernel does not do as the fix says; "" where it does.
func (x *trial) tryFix(o *occasion, f access.Fix) string {
	fixed := access.Applied(&o.q, f)
	before := x.letIn(o, o.ask, &o.q, nil)
	d := &Doing{Fix: f, world: o.stage.world, scene: o.scene}
	ask := o.ask
	for _, r := range f.Remedies {
		if r.Does == access.MoveTo {
			ask.Path = r.Path
			d.spec = o.specFor()
		}
	}
	problem, frozen := "", o.stage.frozen()
	if err := d.Command(); err != nil {
		problem = err.Error()
	}
	if frozen && slices.ContainsFunc(f.Remedies, func(r access.Remedy) bool { return r.Does == access.Remount }) {
		must(x.t, o.stage.freeze(0)) // the mount that repairs go through, too
	}
	if problem == "" {
		problem = x.letsIn(o, ask, fixed, d)
	}
	var after []bool
	if problem == "" {
		after = x.letIn(o, ask, fixed, d)
		problem = x.miscounted(o, f, fixed, before, after)
	}
	x.putBack(o.stage, d, frozen)
	if problem == "" {
		for _, k := range kindsOf(f) {
			x.proofs.kinds[k]++
		}
	}
	return problem
}

func (x *trial) putBack(s *stage, d *Doing, frozen bool) {
	if frozen {
		must(x.t, s.freeze(0))
	}
	must(x.t, d.Back())
	if frozen {
		must(x.t, s.freeze(unix.MS_RDONLY))
	}
}

// specFor is what the object of the question is, to be made elsewhere.
func (o *occasion) specFor() *Spec {
	object := o.q.Way.Object()
	spec := &Spec{Kind: object.Entry.Kind, State: object.Entry.State}
	if name, ok := o.stage.world.nameIn(o.scene, object.Path); ok && o.scene.Specs[name] != nil {
		spec.Content = o.scene.Specs[name].Content
	}
	return spec
}

// letsIn asks once more as the subject, who is another one after some fixes.
func (x *trial) letsIn(o *occasion, ask Ask, fixed *access.Question, d *Doing) string {
	doer, end, err := o.who.becoming(fixed.Caller)
	if err != nil {
		return err.Error()
	}
	defer end()
	ask.UID, ask.GID = o.who.innerUID(ask.UID), o.who.innerGID(ask.GID)
	errno := doer.Do(ask).Errno
	if said := Outcome(errno, fixed.Way, access.Decide(fixed)); said != "" {
		return fmt.Sprintf("with the fix in place the kernel says %q still; the caller is %+v", said, fixed.Caller)
	}
	return x.mended(o, errno, d)
}

// mended repairs what somebody did who was let in, and puts the fix in place again.
func (x *trial) mended(o *occasion, errno syscall.Errno, d *Doing) string {
	if errno != 0 || len(o.changed()) == 0 {
		return ""
	}
	if err := o.repair(); err != nil {
		return err.Error()
	}
	if d == nil {
		return ""
	}
	if err := d.Again(); err != nil {
		return err.Error()
	}
	return ""
}

// letIn asks the kernel whom of the crowd it lets in.
func (x *trial) letIn(o *occasion, ask Ask, q *access.Question, d *Doing) []bool {
	in := make([]bool, len(x.crowd.Others))
	for i, other := range x.crowd.Others {
		asked := *q
		asked.Caller = &other.Caller
		errno := other.doer.Do(ask).Errno
		in[i] = Outcome(errno, q.Way, access.Decide(&asked)) == ""
		if problem := x.mended(o, errno, d); problem != "" {
			x.t.Fatal(problem)
		}
	}
	return in
}

// miscounted compares who came in with the numbers of the fix.
func (x *trial) miscounted(o *occasion, f access.Fix, fixed *access.Question, before, after []bool) string {
	var got [3]int
	var who []string
	for i, other := range x.crowd.Others {
		if before[i] || !after[i] || other.Caller.UID == o.who.Caller.UID || other.As == AsUnlisted && !names(fixed, other.Caller.UID) {
			continue
		}
		got[other.As]++
		who = append(who, fmt.Sprintf("%d:%+v", other.As, other.Caller.Subject))
	}
	x.proofs.letIn += got[AsUser] + got[AsUnlisted] + got[AsProcess]
	if want := [3]int{f.Users, f.Unlisted, f.Processes}; got != want {
		return fmt.Sprintf("the kernel lets in %v more (%s), ward said %v", got, strings.Join(who, "; "), want)
	}
	return ""
}

// names reports whether a component or the action names an id.
func names(q *access.Question, uid ident.UID) bool {
	if q.Action == access.ChangingOwner && q.With.UID == uid {
		return true
	}
	for _, w := range append([]*access.Way{q.Way, q.Target}, q.With.Interpreters...) {
		if w == nil {
			continue
		}
		for i := range w.Steps {
			e := &w.Steps[i].Entry
			if _, named := e.ACL.Find(acl.User, uint32(uid)); named || e.UID == uid {
				return true
			}
		}
	}
	return false
}

// becoming is the subject as another caller.
func (s *Subject) becoming(c *access.Caller) (Doer, func(), error) {
	all := Credentials{UID: s.innerUID(uint32(c.UID)), GID: s.innerGID(uint32(c.GID)), Caps: uint64(c.Caps & looked), Unbounded: uint64(c.Unbounded), NoNewPrivs: c.NoNewPrivs}
	for _, g := range c.Groups {
		all.Groups = append(all.Groups, s.innerGID(uint32(g)))
	}
	if s.house == nil {
		d := Become(all)
		return d, d.End, nil
	}
	if all.UID == unmappedInside || all.GID == unmappedInside || slices.Contains(all.Groups, unmappedInside) {
		return nil, nil, fmt.Errorf("the namespace cannot have %+v", c.Subject)
	}
	d := s.house.Become(all)
	was := credentials(&s.Caller)
	was.UID, was.GID = s.innerUID(was.UID), s.innerGID(was.GID)
	for i, g := range was.Groups {
		was.Groups[i] = s.innerGID(g)
	}
	return d, func() { s.house.Become(was) }, nil
}

// kindsOf are the kinds of changes that a fix makes.
func kindsOf(f access.Fix) []string {
	var kinds []string
	for _, r := range f.Remedies {
		kinds = append(kinds, kindOf(r))
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

func kindOf(r access.Remedy) string {
	switch r.Does {
	case access.Alter:
		return alteration(&r.Before, &r.After)
	case access.Join:
		return "member of a group"
	case access.Relogin:
		return "logging in again"
	case access.ActAs:
		return "acting as the owner"
	case access.Grant:
		return strings.ToUpper(r.Cap.String())
	case access.Remount:
		return "mount option " + r.Options
	case access.MoveTo:
		return "another place"
	}
	return r.Does.String()
}

func alteration(b, a *entry.State) string {
	switch gone := b.Flags &^ a.Flags; {
	case b.UID != a.UID:
		return "owner"
	case b.GID != a.GID:
		return "owning group"
	case gone&entry.Immutable != 0:
		return "flag immutable"
	case gone&entry.AppendOnly != 0:
		return "flag append-only"
	case b.Mode&mode.Sticky != a.Mode&mode.Sticky:
		return "sticky bit"
	case b.ACL.Equal(a.ACL):
		return []string{"others' bits", "group bits", "owner's bits"}[btoi(a.Mode&^b.Mode&0o070 != 0)+2*btoi(a.Mode&^b.Mode&0o700 != 0)]
	}
	for _, e := range a.ACL {
		was, had := b.ACL.Find(e.Tag, e.ID)
		switch changed := !had || was != e.Rights; {
		case changed && e.Tag == acl.User:
			return "entry of the user"
		case changed && e.Tag == acl.Group:
			return "entry of a group"
		case changed && e.Tag == acl.GroupObj:
			return "entry of the owning group"
		case changed && (e.Tag == acl.UserObj || e.Tag == acl.Other):
			return map[acl.Tag]string{acl.UserObj: "owner's bits", acl.Other: "others' bits"}[e.Tag]
		}
	}
	return "mask"
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// String is what was proved, for the end of a run.
func (p *proofs) String() string {
	counts := func(m map[string]int) string {
		line := ""
		for _, k := range slices.Sorted(maps.Keys(m)) {
			line += fmt.Sprintf(" %s %d;", k, m[k])
		}
		return line
	}
	return fmt.Sprintf("%d first fixes put in place and %d others, each allowed what was denied, and let in %d others, as many as said; first fixes:%s all fixes:%s without a fix:%s",
		p.proved, p.further, p.letIn, counts(p.firsts), counts(p.kinds), counts(p.none))
}

func (p *proofs) report(t *testing.T) {
	t.Helper()
	t.Log(p)
	leave(t, p.String())
}

// rarely is a kind of fix that a run of this size should have met more often.
func (p *proofs) rarely(least int) string {
	for _, k := range fixKinds {
		if p.kinds[k] < least {
			return k
		}
	}
	return ""
}

// fixKinds are all kinds of changes that a run has to put in place.
var fixKinds = []string{
	"entry of the user", "mask", "owner's bits", "group bits", "others' bits", "entry of the owning group", "entry of a group", "member of a group", "logging in again",
	"acting as the owner", "owner", "owning group", "another place", "mount option rw", "mount option exec", "mount option dev", "mount option symfollow",
	"flag immutable", "flag append-only", "sticky bit", "CAP_DAC_READ_SEARCH", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_CHOWN", "CAP_MKNOD", "CAP_SETFCAP", "CAP_SYS_ADMIN",
}
