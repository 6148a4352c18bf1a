package policy

import (
	"errors"
	"slices"

	"ward/acl"
	"ward/entry"
	"ward/mode"
)

// decider says who wrote something last: a rule, or a rule's exception, which
// wrote that it stays as found.
type decider int32

const nobody decider = -1

func (d decider) rule() int { return int(d) }

// folded is the end of a fold: the state, and the decider of every part of it.
type folded struct {
	state   entry.State
	mode    [12]decider
	written mode.Mode // the bits that a rule, not its exception, wrote last
	owner   decider
	group   decider
	flags   [4]decider
	lists   []listDecider
	stored  storedDeciders
	refused []refusal
	missing entry.Facts // facts without which some demand could not be met
}

// listDecider is the decider of one entry of a list.
type listDecider struct {
	def bool
	tag acl.Tag
	id  uint32
	by  decider
}

type refusal struct {
	rule int32
	err  error
}

func (f *folded) start(found entry.State) {
	f.state = found
	for i := range f.mode {
		f.mode[i] = nobody
	}
	f.written = 0
	f.owner, f.group, f.flags = nobody, nobody, [4]decider{nobody, nobody, nobody, nobody}
	f.lists, f.refused, f.missing = f.lists[:0], f.refused[:0], 0
	f.stored.start()
}

// take lets a demand rewrite the state: owner, group, lists, mode, flags, and what
// file systems of other models keep.
func (f *folded) take(d *demand, s *subject, by decider) {
	if d.owner {
		f.state.UID, f.owner = d.uid, by
	}
	if d.group {
		f.state.GID, f.group = d.gid, by
	}
	if s.Kind == mode.Symlink {
		return
	}
	if d.some {
		f.takeACL(d, s, by)
	}
	if d.defaults && s.Kind == mode.Directory {
		f.takeDefault(d, s, by)
	}
	if d.mode.some {
		f.writeMode(d.mode.decides(f.state.Mode, s.Kind), d.mode.apply(f.state.Mode, s.Kind), by)
	}
	if d.set|d.clear != 0 && plain(s.Kind) {
		f.takeFlags(d, s, by)
	}
	f.takeStored(d, s, by)
}

// plain tells whether objects of a kind may be opened: they alone have inode flags
// and DOS attributes.
func plain(k mode.Kind) bool { return k == mode.Regular || k == mode.Directory }

// writeMode makes m the mode, which moves the mask of a list with it.
func (f *folded) writeMode(bits, m mode.Mode, by decider) {
	for i := range f.mode {
		if bits>>i&1 != 0 {
			f.mode[i] = by
		}
	}
	f.written |= bits
	if m != f.state.Mode && f.state.ACL != nil {
		f.state.ACL = f.state.ACL.WithMode(m)
	}
	f.state.Mode = m
}

func (f *folded) takeACL(d *demand, s *subject, by decider) {
	if lacking := d.facts(s.Kind) & (entry.AccessACL | entry.DefaultACL) &^ s.Known; lacking != 0 {
		f.missing |= lacking
		return
	}
	access, def, m, err := d.acl.Apply(f.state.ACL, f.state.Default, f.state.Mode, s.Kind)
	if err != nil {
		f.refused = append(f.refused, refusal{int32(by), err})
		return
	}
	f.writeLists(false, f.state.ACL, access, by)
	f.writeLists(true, f.state.Default, def, by)
	f.claim(&d.acl, false, access, by)
	f.claim(&d.acl, true, def, by)
	bits := f.state.Mode ^ m
	f.state.ACL, f.state.Default = access, def
	f.writeMode(bits|shown(&d.acl, access), m, by)
	f.state.ACL = access
}

// claim notes the entries that a spec speaks of, changed or not.
func (f *folded) claim(s *acl.Spec, def bool, l acl.List, by decider) {
	for _, e := range l {
		if s.Decides(e.Tag, e.ID, def) {
			f.writeEntry(def, e.Tag, e.ID, by)
		}
	}
}

// shown is the mode bits that show entries of which a spec speaks.
func shown(s *acl.Spec, l acl.List) (bits mode.Mode) {
	if s.Decides(acl.UserObj, acl.NoID, false) {
		bits |= 0o700
	}
	if _, masked := l.MaskRights(); masked && s.Decides(acl.Mask, acl.NoID, false) || !masked && s.Decides(acl.GroupObj, acl.NoID, false) {
		bits |= 0o070
	}
	if s.Decides(acl.Other, acl.NoID, false) {
		bits |= 0o007
	}
	return bits
}

// takeDefault applies an expression to the classes of a default list.
func (f *folded) takeDefault(d *demand, s *subject, by decider) {
	if s.Known&entry.DefaultACL == 0 {
		f.missing |= entry.DefaultACL
		return
	}
	if f.state.Default == nil {
		return
	}
	before := f.state.Default.Mode(0)
	after := f.state.Default.WithMode(d.defaultMode.Apply(before, s.Kind, 0))
	f.writeLists(true, f.state.Default, after, by)
	f.state.Default = after
}

// writeLists notes who changed which entries of a list.
func (f *folded) writeLists(def bool, before, after acl.List, by decider) {
	for _, e := range before {
		if rights, ok := after.Find(e.Tag, e.ID); !ok || rights != e.Rights {
			f.writeEntry(def, e.Tag, e.ID, by)
		}
	}
	for _, e := range after {
		if _, ok := before.Find(e.Tag, e.ID); !ok {
			f.writeEntry(def, e.Tag, e.ID, by)
		}
	}
}

func (f *folded) writeEntry(def bool, tag acl.Tag, id uint32, by decider) {
	for i := range f.lists {
		if l := &f.lists[i]; l.def == def && l.tag == tag && l.id == id {
			l.by = by
			return
		}
	}
	f.lists = append(f.lists, listDecider{def, tag, id, by})
}

func (f *folded) takeFlags(d *demand, s *subject, by decider) {
	if s.Known&entry.Attributes == 0 {
		f.missing |= entry.Attributes
		return
	}
	f.state.Flags = f.state.Flags&^d.clear | d.set
	for i, bit := range flagBits {
		if (d.set|d.clear)&bit != 0 {
			f.flags[i] = by
		}
	}
}

// keep lets an exception decide what its rule would have written: it stays as it
// was found.
func (f *folded) keep(d *demand, s *subject, by decider) {
	if d.owner {
		f.state.UID, f.owner = s.UID, by
	}
	if d.group {
		f.state.GID, f.group = s.GID, by
	}
	if s.Kind == mode.Symlink {
		return
	}
	if d.some {
		f.writeLists(false, f.state.ACL, s.ACL, by)
		f.state.ACL = s.ACL.WithMode(f.state.Mode)
	}
	if d.some || d.defaults {
		f.writeLists(true, f.state.Default, s.Default, by)
		f.state.Default = s.Default
	}
	if d.mode.some {
		bits := d.mode.decides(f.state.Mode, s.Kind)
		f.writeMode(bits, f.state.Mode&^bits|s.Mode&bits, by)
		f.written &^= bits
	}
	if set := d.set | d.clear; set != 0 && s.Known&entry.Attributes != 0 {
		f.state.Flags = f.state.Flags&^set | s.Flags&set
		for i, bit := range flagBits {
			if set&bit != 0 {
				f.flags[i] = by
			}
		}
	}
	f.keepStored(d, s, by)
}

// run folds the matches, of which those that are not sure hold as chosen says, a
// bit for each in their order.
func (w *Worker) run(f *folded, s *subject, chosen uint) {
	f.start(s.State)
	for i := range w.matches {
		m := &w.matches[i]
		if !m.sure {
			holds := chosen&1 != 0
			chosen >>= 1
			if !holds {
				continue
			}
		}
		r := &w.judge.rules[m.rule]
		switch {
		case r.forbid:
		case m.kept:
			f.keep(&r.need, s, decider(m.rule))
		default:
			f.take(&r.need, s, decider(m.rule))
		}
	}
}

// maxUnsure is the number of unsure rules up to which all combinations are tried;
// beyond it their facts are asked for without trying.
const maxUnsure = 4

// decide folds the matches, asking first for the facts that can change the end.
func (w *Worker) decide(s *subject) (Outcome, entry.Facts) {
	var wanted, unsureNeed entry.Facts
	unsureRules := 0
	for i := range w.matches {
		m := &w.matches[i]
		r := &w.judge.rules[m.rule]
		if m.sure && !m.kept && !r.forbid {
			wanted |= r.need.facts(s.Kind)
		}
		if !m.sure {
			unsureRules++
			unsureNeed |= m.need
		}
	}
	if need := wanted &^ (s.Known | s.Denied); need != 0 {
		return Outcome{}, need
	}
	doubt := unsureRules > 0 && w.differs(s, unsureRules)
	if need := unsureNeed &^ (s.Known | s.Denied); doubt && need != 0 {
		return Outcome{}, need
	}
	w.run(&w.fold, s, 0)
	if doubt {
		return w.certain(s, unsureRules, unsureNeed)
	}
	return w.outcome(s, 0)
}

// differs tells whether the unsure rules could change the end.
func (w *Worker) differs(s *subject, rules int) bool {
	if rules > maxUnsure {
		return true
	}
	for i := range w.matches {
		m := &w.matches[i]
		r := &w.judge.rules[m.rule]
		if !m.sure && (r.forbid && !m.kept || r.need.facts(s.Kind)&^s.Known != 0) {
			return true
		}
	}
	w.run(&w.fold, s, 0)
	var other folded
	for chosen := uint(1); chosen < 1<<rules; chosen++ {
		w.run(&other, s, chosen)
		if !other.same(&w.fold, s.State) {
			return true
		}
	}
	return false
}

// same tells whether two folds end in the same findings.
func (f *folded) same(o *folded, found entry.State) bool {
	if f.state.Mode != o.state.Mode || f.state.UID != o.state.UID || f.state.GID != o.state.GID || f.state.Flags != o.state.Flags ||
		!f.state.ACL.Equal(o.state.ACL) || !f.state.Default.Equal(o.state.Default) || !f.sameStored(o) {
		return false
	}
	if len(f.refused) != len(o.refused) || f.missing != o.missing {
		return false
	}
	for i := range f.mode {
		if (f.state.Mode^found.Mode)>>i&1 != 0 && f.mode[i] != o.mode[i] {
			return false
		}
	}
	for i, bit := range flagBits {
		if (f.state.Flags^found.Flags)&bit != 0 && f.flags[i] != o.flags[i] {
			return false
		}
	}
	return (f.state.UID == found.UID || f.owner == o.owner) && (f.state.GID == found.GID || f.group == o.group) &&
		(len(f.lists) == 0 && len(o.lists) == 0 || slices.Equal(f.lists, o.lists))
}

// certain is the outcome when facts that matter were denied: what holds however
// the doubt would end.
func (w *Worker) certain(s *subject, rules int, lacking entry.Facts) (Outcome, entry.Facts) {
	var other folded
	for chosen := uint(1); chosen < 1<<min(rules, maxUnsure); chosen++ {
		w.run(&other, s, chosen)
		w.fold.agree(&other, s.State)
	}
	if rules > maxUnsure {
		w.fold.start(s.State)
	}
	return w.outcome(s, lacking&s.Denied)
}

// agree takes back what another fold ends differently about.
func (f *folded) agree(o *folded, found entry.State) {
	f.written &= o.written
	for i := range f.mode {
		if bit := mode.Mode(1) << i; (f.state.Mode^o.state.Mode)&bit != 0 || f.mode[i] != o.mode[i] {
			f.state.Mode = f.state.Mode&^bit | found.Mode&bit
		}
	}
	if f.state.UID != o.state.UID || f.owner != o.owner {
		f.state.UID = found.UID
	}
	if f.state.GID != o.state.GID || f.group != o.group {
		f.state.GID = found.GID
	}
	if !f.state.ACL.Equal(o.state.ACL) || !f.state.Default.Equal(o.state.Default) || !slices.Equal(f.lists, o.lists) {
		f.state.ACL, f.state.Default, f.lists = found.ACL, found.Default, f.lists[:0]
	}
	if f.state.ACL != nil {
		f.state.ACL = f.state.ACL.WithMode(f.state.Mode)
	}
	for i, bit := range flagBits {
		if (f.state.Flags^o.state.Flags)&bit != 0 || f.flags[i] != o.flags[i] {
			f.state.Flags = f.state.Flags&^bit | found.Flags&bit
		}
	}
	if !f.sameStored(o) {
		f.state.NFS4, f.state.DOS = found.NFS4, found.DOS
		f.stored.start()
	}
}

// outcome reads the decisions off the fold. A change of an object that may have a
// list wants the list known: it says what the change does.
func (w *Worker) outcome(s *subject, unknown entry.Facts) (Outcome, entry.Facts) {
	o := Outcome{Desired: w.fold.state, Unknown: unknown | w.fold.missing&s.Denied, Written: w.fold.written}
	w.decided = w.decided[:0]
	for i := range w.matches {
		m := &w.matches[i]
		d, ok := w.decision(s, m)
		if ok {
			w.decided = append(w.decided, d)
		}
	}
	o.Decided = w.decided
	if lacking := entry.AccessACL &^ s.Known; lacking != 0 && s.Kind != mode.Symlink && ListMatters(&s.State, &o.Desired) {
		if s.Denied&lacking == 0 {
			return Outcome{}, lacking
		}
		o.Unknown |= lacking
	}
	o.Compliant = len(o.Decided) == 0 && o.Unknown == 0
	return o, 0
}

func changed(a, b *entry.State) bool {
	return a.Mode != b.Mode || a.UID != b.UID || a.GID != b.GID || a.Flags != b.Flags ||
		!a.ACL.Equal(b.ACL) || !a.Default.Equal(b.Default) || a.NFS4 != b.NFS4 || a.DOS != b.DOS
}

// ListMatters tells whether a change from a to b can mean more than its bits show
// where there is an access list: it moves the mask, which is the group bits, or
// gives the list's entries another owner or group to speak for. The other bits are
// entries of their own, which no mask limits.
func ListMatters(a, b *entry.State) bool {
	const group = mode.GroupRead | mode.GroupWrite | mode.GroupExecute
	return (a.Mode^b.Mode)&group != 0 || a.UID != b.UID || a.GID != b.GID || !a.ACL.Equal(b.ACL)
}

// decision is what one matching rule found.
func (w *Worker) decision(s *subject, m *match) (Decision, bool) {
	r := &w.judge.rules[m.rule]
	by, f := decider(m.rule), &w.fold
	d := Decision{Rule: int(m.rule), Forbid: r.forbid && m.sure && !m.kept}
	for i := range f.mode {
		if f.mode[i] == by {
			d.Mode |= (f.state.Mode ^ s.Mode) & (1 << i)
		}
	}
	d.Owner = f.owner == by && f.state.UID != s.UID
	d.Group = f.group == by && f.state.GID != s.GID
	for i, bit := range flagBits {
		if f.flags[i] == by {
			d.Flags |= (f.state.Flags ^ s.Flags) & bit
		}
	}
	for i := range f.lists {
		l := &f.lists[i]
		if l.by == by && f.entryDiffers(l, s) {
			d.Default = d.Default || l.def
			d.ACL = d.ACL || !l.def
		}
	}
	d.NFS4, d.DOS = f.nfs4Differs(s, by), f.dosDiffers(s, by)
	for _, x := range f.refused {
		if x.rule == m.rule {
			d.Refused = namedError{x.err, w.accounts}
		}
	}
	return d, d.Mode != 0 || d.Owner || d.Group || d.ACL || d.Default || d.Flags != 0 || d.NFS4 || d.DOS != 0 || d.Forbid || d.Refused != nil
}

// namedError is why a demand cannot be met, with this machine's names for ids.
type namedError struct {
	cause error
	names acl.Names
}

func (e namedError) Error() string {
	var mask *acl.MaskError
	if errors.As(e.cause, &mask) {
		return mask.Format(e.names)
	}
	return e.cause.Error()
}

func (e namedError) Unwrap() error { return e.cause }

// entryDiffers tells whether an entry of a list differs in the end. What the mode
// shows of an access list is the mode's affair, except a mask that comes or goes
// without anybody being named.
func (f *folded) entryDiffers(l *listDecider, s *subject) bool {
	found, end := s.ACL, f.state.ACL
	if l.def {
		found, end = s.Default, f.state.Default
	}
	a, before := found.Find(l.tag, l.id)
	b, after := end.Find(l.tag, l.id)
	switch {
	case l.def || l.tag.Named():
		return before != after || a != b
	case l.tag == acl.Mask:
		return before != after && !anyNamed(found) && !anyNamed(end)
	case l.tag == acl.GroupObj:
		return before && after && a != b
	}
	return false
}

func anyNamed(l acl.List) bool {
	return slices.ContainsFunc(l, func(e acl.Entry) bool { return e.Tag.Named() })
}

// Partial is the state that the last judged entry would get when only the
// decisions of accepted rules are taken and the rest stays as found. The entries
// of its lists are taken together or not at all, and so are those of a list of NFS 4.
func (w *Worker) Partial(e *entry.Entry, o *Outcome, accept func(rule int) bool) entry.State {
	end, lists, nfs4 := e.State, true, true
	for i := range o.Decided {
		d := &o.Decided[i]
		if (d.ACL || d.Default) && !accept(d.Rule) {
			lists = false
		}
		nfs4 = nfs4 && (!d.NFS4 || accept(d.Rule))
	}
	if nfs4 {
		end.NFS4 = o.Desired.NFS4
	}
	if lists {
		end.ACL, end.Default = o.Desired.ACL, o.Desired.Default
	}
	for i := range o.Decided {
		d := &o.Decided[i]
		if !accept(d.Rule) || (d.ACL || d.Default) && !lists {
			continue
		}
		end.Mode = end.Mode&^d.Mode | o.Desired.Mode&d.Mode
		if d.Owner {
			end.UID = o.Desired.UID
		}
		if d.Group {
			end.GID = o.Desired.GID
		}
		end.Flags = end.Flags&^d.Flags | o.Desired.Flags&d.Flags
		end.DOS = partialDOS(end.DOS, o.Desired.DOS, d.DOS)
	}
	if end.ACL != nil {
		end.ACL = end.ACL.WithMode(end.Mode)
	}
	return end
}
