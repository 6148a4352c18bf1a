package access

import (
	"slices"
	"strconv"
	"strings"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Doing is the kind of a remedy.
type Doing uint8

// The kinds.
const (
	Alter   Doing = iota + 1 // of mode, owner, group, list or flags of one object: from Before to After
	Join                     // the caller's user becomes a member of GID
	Relogin                  // the database has him in GID already: the process, or his session, does not know yet
	ActAs                    // the caller acts as UID
	Grant                    // the caller gets Cap
	Remount                  // Mount loses the options that refuse
	MoveTo                   // the object lies at Path instead
	Leave                    // the caller's user leaves GID
	Drop                     // the caller gives up Cap
)

// Remedy is one change of a fix. Which fields mean something depends on Does.
type Remedy struct {
	Does  Doing
	Where Where // the component that it was made for

	Path          string // of what changes; of the mount's point; where the object is to lie
	Kind          mode.Kind
	Before, After entry.State

	UID     ident.UID
	GID     ident.GID
	Cap     ident.Capability
	Mount   *Mount // of Remount, as it is before; of Alter, on which the object lies
	Options string // of Remount: "rw", "exec"

	subject ident.Subject // of ActAs: who he is then; of Grant: who he is
	place   *Way          // of MoveTo

	fixedList bool // of Alter: Step.fixedList
}

func (r Remedy) equal(o Remedy) bool {
	return r.Does == o.Does && r.Path == o.Path && r.UID == o.UID && r.GID == o.GID && r.Cap == o.Cap &&
		r.Options == o.Options && sameState(&r.After, &o.After)
}

func sameState(a, b *entry.State) bool {
	return a.Mode == b.Mode && a.UID == b.UID && a.GID == b.GID && a.Flags == b.Flags && a.ACL.Equal(b.ACL)
}

func (r Remedy) breadth() Breadth {
	switch r.Does {
	case Alter:
		if r.Before.UID != r.After.UID || r.Before.GID != r.After.GID {
			return OtherOwner
		}
		if r.Before.Mode&^r.After.Mode&mode.Sticky != 0 {
			return WholeDirectory // who may write there may delete everything in it
		}
	case Join, Relogin, Leave:
		return WholeGroup
	case ActAs:
		return OtherIdentity
	case Remount:
		return WholeMount
	case Grant, Drop:
		return Everywhere
	}
	return ThisPath
}

// concernsOthers: what changes the caller alone lets nobody else in.
func (r Remedy) concernsOthers() bool {
	return r.Does == Alter || r.Does == Remount || r.Does == MoveTo
}

// apply makes the change in a question, on copies of what it changes.
func (r Remedy) apply(q *Question) {
	switch r.Does {
	case Alter:
		q.edit(r.Where, r.alter)
	case Remount:
		q.eachWay(r.remounted)
	case MoveTo:
		q.setWay(r.Where.Way, r.place)
	default:
		c := *q.Caller
		r.applyToCaller(&c)
		q.Caller = &c
	}
}

// alter changes the object as one step shows it. A mount with other ids shows another
// state of it, and what that becomes is not known.
func (r Remedy) alter(s *Step) {
	if !sameState(&s.Entry.State, &r.Before) {
		s.Entry.Known = 0
		return
	}
	s.Entry.State = r.After
}

func (r Remedy) applyToCaller(c *Caller) {
	switch r.Does {
	case Join, Relogin:
		c.Groups = append(slices.Clip(c.Groups), r.GID)
	case Leave:
		c.Groups = slices.DeleteFunc(slices.Clone(c.Groups), func(g ident.GID) bool { return g == r.GID })
	case ActAs:
		c.Subject = r.subject
	case Grant:
		c.Caps = c.Caps.With(r.Cap)
	case Drop:
		c.Caps = c.Caps.Without(r.Cap)
	}
}

func (m *Mount) set(option string) {
	switch option {
	case "rw":
		m.ReadOnly, m.SuperReadOnly = false, false
	case "exec":
		m.NoExec = false
	case "dev":
		m.NoDev = false
	case "symfollow":
		m.NoSymlinks = false
	}
}

// way is the way of a number, as Where counts them.
func (q *Question) way(number int8) *Way {
	switch {
	case number == 0:
		return q.Way
	case number == 1:
		return q.Target
	case int(number) < len(q.With.Interpreters)+2:
		return q.With.Interpreters[number-2]
	}
	return nil
}

func (q *Question) setWay(number int8, w *Way) {
	switch {
	case number == 0:
		q.Way = w
	case number == 1:
		q.Target = w
	default:
		q.With.Interpreters = slices.Clone(q.With.Interpreters)
		q.With.Interpreters[number-2] = w
	}
}

// step is the component of a place, nil where there is none.
func (q *Question) step(at Where) *Step {
	w := q.way(at.Way)
	if w == nil || at.Step < 0 || at.Step >= len(w.Steps) {
		return nil
	}
	return &w.Steps[at.Step]
}

func (q *Question) eachWay(change func(*Way) *Way) {
	if q.Way != nil {
		q.Way = change(q.Way)
	}
	if q.Target != nil {
		q.Target = change(q.Target)
	}
	q.With.Interpreters = slices.Clone(q.With.Interpreters)
	for i, w := range q.With.Interpreters {
		q.With.Interpreters[i] = change(w)
	}
}

// edit changes one object wherever the ways come by it.
func (q *Question) edit(at Where, change func(*Step)) {
	object := q.step(at)
	if object == nil {
		return
	}
	was := *object
	q.eachWay(func(w *Way) *Way {
		edited := *w
		edited.Steps = slices.Clone(w.Steps)
		for i := range edited.Steps {
			if sameObject(&edited.Steps[i], &was) {
				change(&edited.Steps[i])
			}
		}
		return &edited
	})
}

// remounted is a way on whose steps the remedy's mount has the option.
func (r Remedy) remounted(w *Way) *Way {
	moved := *w
	moved.Steps = slices.Clone(w.Steps)
	var mounted *Mount // one for all steps on it
	for i := range moved.Steps {
		old := moved.Steps[i].Mount
		if old == nil || old.ID != r.Mount.ID {
			continue
		}
		if mounted == nil {
			mounted = new(Mount)
			*mounted = *old
			mounted.set(r.Options)
		}
		moved.Steps[i].Mount = mounted
	}
	return &moved
}

// Commands are the command lines of a remedy, each as its arguments; who is the name
// of the user who asks, "" where nobody knows it. There are none for what no command
// can do.
func (r Remedy) Commands(n acl.Names, who string) [][]string {
	switch r.Does {
	case Alter:
		return r.writable(r.changes(n))
	case Join:
		return [][]string{{"usermod", "-aG", groupName(n, uint32(r.GID)), who}}
	case Leave:
		return [][]string{{"gpasswd", "-d", who, groupName(n, uint32(r.GID))}}
	case Relogin:
		return [][]string{{"newgrp", groupName(n, uint32(r.GID))}}
	case ActAs:
		return [][]string{{"sudo", "-u", sudoName(n, r.UID), "--", "COMMAND"}}
	case Grant:
		return [][]string{r.granting(n, who)}
	case Remount:
		return [][]string{remounting(r.Mount, r.Options)}
	}
	return nil
}

// remounting changes an option of a mount. A mount that alone is read-only, on a file
// system that is not, is changed alone: the whole file system would follow it else.
func remounting(m *Mount, option string) []string {
	if alone := !m.SuperReadOnly && (option == "rw" || option == "ro"); alone {
		option = "bind," + option
	}
	return []string{"mount", "-o", "remount," + option, m.Point}
}

// granting runs a command with the caller's ids and one capability. The group is
// named, since setpriv(1) would keep that of whoever calls it, and the groups where
// no database has them.
func (r Remedy) granting(n acl.Names, who string) []string {
	name := strings.TrimPrefix(r.Cap.String(), "cap_")
	line := []string{"setpriv", "--reuid", who, "--regid", groupName(n, uint32(r.subject.GID))}
	switch {
	case who != strconv.FormatUint(uint64(r.UID), 10):
		line = append(line, "--init-groups")
	case len(r.subject.Groups) == 0:
		line = append(line, "--clear-groups")
	default:
		groups := make([]string, len(r.subject.Groups))
		for i, g := range r.subject.Groups {
			groups[i] = strconv.FormatUint(uint64(g), 10)
		}
		line = append(line, "--groups", strings.Join(groups, ","))
	}
	return append(line, "--inh-caps", "+"+name, "--ambient-caps", "+"+name, "COMMAND")
}

// sudoName is a user as sudo(8) takes him: a number needs a mark.
func sudoName(n acl.Names, uid ident.UID) string {
	name := userName(n, uint32(uid))
	if name[0] >= '0' && name[0] <= '9' {
		return "#" + name
	}
	return name
}

// writable makes the mount of what is changed writable for as long as that takes.
func (r Remedy) writable(lines [][]string) [][]string {
	if r.Mount == nil || !r.Mount.ReadOnly && !r.Mount.SuperReadOnly {
		return lines
	}
	return slices.Concat([][]string{remounting(r.Mount, "rw")}, lines, [][]string{remounting(r.Mount, "ro")})
}

// changes are the commands that lead from one state to the other. Flags that guard an
// object are taken off for the time of the change.
func (r Remedy) changes(n acl.Names) (lines [][]string) {
	const guards = entry.Immutable | entry.AppendOnly
	lines = r.stateChanges(n)
	gone, come := r.Before.Flags&guards&^r.After.Flags, r.After.Flags&guards&^r.Before.Flags
	if len(lines) > 0 {
		gone, come = r.Before.Flags&guards, r.After.Flags&guards
	}
	if gone != 0 {
		lines = slices.Insert(lines, 0, []string{"chattr", "-" + flagLetters(gone), r.Path})
	}
	if come != 0 {
		lines = append(lines, []string{"chattr", "+" + flagLetters(come), r.Path})
	}
	return lines
}

// stateChanges are the commands for all but the flags.
func (r Remedy) stateChanges(n acl.Names) (lines [][]string) {
	b, a := &r.Before, &r.After
	if a.UID != b.UID {
		lines = append(lines, []string{"chown", userName(n, uint32(a.UID)), r.Path})
	}
	if a.GID != b.GID {
		lines = append(lines, []string{"chgrp", groupName(n, uint32(a.GID)), r.Path})
	}
	if spec := listChange(b, a, n); spec != "" && !r.fixedList {
		lines = append(lines, []string{"setfacl", "-m", spec, r.Path})
	} else if expr := modeChange(b.Mode, a.Mode); expr != "" {
		lines = append(lines, []string{"chmod", expr, r.Path})
	}
	return lines
}

func flagLetters(f entry.Flags) (letters string) {
	if f&entry.AppendOnly != 0 {
		letters += "a"
	}
	if f&entry.Immutable != 0 {
		letters += "i"
	}
	return letters
}

// modeChange is the chmod expression that changes what differs and nothing else.
func modeChange(before, after mode.Mode) string {
	var clauses []string
	for i, class := range [...]string{"u", "g", "o"} {
		shift := 6 - 3*i
		old, wanted := mode.Rights(before>>shift&7), mode.Rights(after>>shift&7)
		text := ""
		if add := wanted &^ old; add != 0 {
			text += "+" + letters(add)
		}
		if take := old &^ wanted; take != 0 {
			text += "-" + letters(take)
		}
		if text != "" {
			clauses = append(clauses, class+text)
		}
	}
	if before&mode.Sticky != after&mode.Sticky {
		clauses = append(clauses, map[bool]string{true: "+t", false: "-t"}[after&mode.Sticky != 0])
	}
	return strings.Join(clauses, ",")
}

func letters(r mode.Rights) string { return strings.ReplaceAll(r.String(), "-", "") }

// listChange is what setfacl -m is told, "" where no list is concerned. The mask
// stands in it unless setfacl would arrive at the same by itself: it would raise it
// over every entry.
func listChange(before, after *entry.State, n acl.Names) string {
	if before.ACL.Equal(after.ACL) || after.ACL == nil {
		return ""
	}
	old := before.ACL
	if old == nil {
		old = acl.FromMode(before.Mode)
	}
	var parts []string
	grouped := len(after.ACL) != len(old) // more than the owner's and the others' rights change
	for _, e := range after.ACL {
		rights, had := old.Find(e.Tag, e.ID)
		if had && rights == e.Rights {
			continue
		}
		grouped = grouped || e.Tag != acl.UserObj && e.Tag != acl.Other
		if e.Tag != acl.Mask {
			parts = append(parts, short(e, n))
		}
	}
	if !grouped {
		return "" // chmod does that
	}
	if mask, _ := after.ACL.MaskRights(); mask != union(after.ACL) || len(parts) == 0 {
		parts = append(parts, "m::"+mask.String())
	}
	return strings.Join(parts, ",")
}

// short is an entry as setfacl -m takes it: "u:bob:r-x".
func short(e acl.Entry, n acl.Names) string {
	text := e.Format(n)
	_, rest, _ := strings.Cut(text, ":")
	return text[:1] + ":" + rest
}

// union is the mask that setfacl computes: all that the group class has.
func union(l acl.List) (all mode.Rights) {
	for _, e := range l {
		if e.Tag == acl.User || e.Tag == acl.Group || e.Tag == acl.GroupObj {
			all |= e.Rights
		}
	}
	return all
}

// Shift is who gains and who loses by a change of an object; the zero Shift for
// other remedies.
func (r Remedy) Shift(c Crowd) Shift {
	if r.Does != Alter {
		return Shift{}
	}
	return Compare(r.Before, r.After, r.Kind, c.Accounts)
}
