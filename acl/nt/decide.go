package nt

import "slices"

// Rights that a privilege, or the owner, has without an entry.
const (
	ownerAlways  = ReadControl | WriteDAC
	backupGives  = ReadControl | AccessSystemSecurity | FileRead | Execute
	restoreGives = WriteDAC | WriteOwner | AccessSystemSecurity | FileWrite | Delete
)

// Decide says whether the subject has all the rights on the object that has this
// descriptor (MS-DTYP, section 2.5.3.2). The labels come first (section 2.5.3.3),
// then privileges, then what the owner always may, then the DACL: of the entries that
// are not only inherited and speak of the subject, each right is decided by the first
// that has it. A restricted token goes through the list twice.
//
// With MaximumAllowed among the rights, Granted is all that can be had; nothing at
// all is a refusal. SambaRules differ: no DACL allows nothing, generic rights in
// entries stand for themselves, and labels do not count.
func (d Descriptor) Decide(s Subject, wanted Mask, o Object) Verdict {
	if len(o.Types) > 0 && wanted&MaximumAllowed != 0 {
		return d.maximumOfTree(s, wanted, o)
	}
	c := check{descriptor: &d, subject: &s, object: &o, mapping: o.mapping(), rules: o.Rules, last: -1, denier: -1}
	return c.decide(wanted)
}

// Effective is all the rights that the subject has.
func (d Descriptor) Effective(s Subject, o Object) Mask {
	return d.Decide(s, MaximumAllowed, o).Granted
}

// check is one decision on its way.
type check struct {
	descriptor *Descriptor
	subject    *Subject
	object     *Object
	mapping    GenericMapping
	rules      Rules

	maximum   bool
	wanted    Mask // as asked for, generic rights mapped, without MaximumAllowed
	pending   Mask // not decided yet
	limit     Mask // what the labels leave
	byRight   Mask // given by a privilege or to the owner
	granted   Mask
	denied    Mask
	forbidden Mask // denied in a tree, to the whole request
	last      int  // the entry that allowed last
	denier    int  // the first entry that denied
	doubtful  bool
	reason    Reason
	resource  []Claim
}

func (c *check) decide(wanted Mask) Verdict {
	c.maximum = wanted&MaximumAllowed != 0
	c.wanted = c.mapped(wanted &^ MaximumAllowed)
	c.pending, c.limit = c.wanted, ^Mask(0)
	if c.maximum {
		c.pending |= c.everything()
	}
	if v, refused := c.labels(); refused {
		return v
	}
	if c.wanted&AccessSystemSecurity != 0 && !c.mayAudit() {
		return c.refused(NeedsPrivilege, -1, AccessSystemSecurity)
	}
	c.privileges()
	c.throughList()
	c.throughParent()
	c.afterwards()
	return c.verdict()
}

// mapped replaces generic rights where the rules do so.
func (c *check) mapped(m Mask) Mask {
	if c.rules == SambaRules {
		return m
	}
	return c.mapping.Map(m)
}

// everything is what MaximumAllowed asks about.
func (c *check) everything() Mask {
	if c.rules == SambaRules {
		return ^MaximumAllowed
	}
	return ^(MaximumAllowed | generic)
}

// labels looks at the trust label and the mandatory label: what they keep from the
// subject is refused, or, when all is asked for, left out.
func (c *check) labels() (Verdict, bool) {
	if c.rules == SambaRules {
		return Verdict{}, false
	}
	for _, l := range [...]struct {
		limit  func() (Mask, int)
		reason Reason
	}{{c.trustLabel, ByTrustLabel}, {c.mandatoryLabel, ByLabel}} {
		allowed, entry := l.limit()
		if over := c.wanted &^ allowed; over != 0 {
			v := c.refused(l.reason, entry, over)
			v.InSACL = entry >= 0
			return v, true
		}
		c.pending &= allowed
		c.limit &= allowed
	}
	for _, e := range c.descriptor.system() {
		if e.Flags&InheritOnly == 0 && (e.Type == ScopedPolicy || e.Type == AccessFilter) {
			c.doubtful = true
		}
	}
	return Verdict{}, false
}

// trustLabel is what the first process trust label leaves to a process trusted less:
// S-1-19-TYPE-LEVEL dominates where both numbers are at least as great.
func (c *check) trustLabel() (Mask, int) {
	for i, e := range c.descriptor.system() {
		if e.Type != ProcessTrustLabel || e.Flags&InheritOnly != 0 {
			continue
		}
		t := c.subject.Trust
		if t.Len() == 2 && e.SID.Len() == 2 && t.Sub(0) >= e.SID.Sub(0) && t.Sub(1) >= e.SID.Sub(1) {
			return ^Mask(0), -1
		}
		return c.mapping.Map(e.Mask), i
	}
	return ^Mask(0), -1
}

// mandatoryLabel is what the label leaves to a subject of lower integrity. An object
// without one is of medium integrity, and not written from below (MS-DTYP, section
// 2.5.3.3).
func (c *check) mandatoryLabel() (Mask, int) {
	level, policy, entry := MediumIntegrity(), NoWriteUp, -1
	for i, e := range c.descriptor.system() {
		if e.Type == MandatoryLabel && e.Flags&InheritOnly == 0 {
			level, policy, entry = e.SID, e.Mask, i
			break
		}
	}
	subject := c.subject.Integrity
	if subject.IsZero() {
		subject = MediumIntegrity()
	}
	if c.subject.NoIntegrityPolicy || subject.RID() >= level.RID() {
		return ^Mask(0), -1
	}
	return c.belowLabel(policy), entry
}

func (c *check) belowLabel(policy Mask) Mask {
	var allowed Mask
	if policy&NoReadUp == 0 {
		allowed |= c.mapping.Read
	}
	if policy&NoWriteUp == 0 {
		allowed |= c.mapping.Write
	}
	if policy&NoExecuteUp == 0 {
		allowed |= c.mapping.Execute
	}
	if c.subject.has(SeRelabel) {
		allowed |= WriteOwner
	}
	return allowed
}

// mayAudit reports whether the SACL may be read and written: no entry gives that.
func (c *check) mayAudit() bool {
	s := c.subject
	return s.has(SeSecurity) || c.rules != SambaRules && c.object.Backup && (s.has(SeBackup) || s.has(SeRestore))
}

// privileges takes away what a privilege gives.
func (c *check) privileges() {
	var given Mask
	s := c.subject
	if s.has(SeSecurity) {
		given |= AccessSystemSecurity
	}
	if c.rules == SambaRules {
		c.give(given & c.wanted)
		return
	}
	if s.has(SeTakeOwnership) {
		given |= WriteOwner
	}
	if c.object.Backup && s.has(SeBackup) {
		given |= backupGives
	}
	if c.object.Backup && s.has(SeRestore) {
		given |= restoreGives
	}
	c.give(given)
	c.pending &^= AccessSystemSecurity
}

// give grants pending rights without an entry.
func (c *check) give(m Mask) {
	if m &= c.pending; m != 0 {
		c.byRight |= m
		c.pending &^= m
		c.reason = ByPrivilege
	}
}

// throughList decides what is pending by the DACL, and once more for the restricting
// identifiers.
func (c *check) throughList() {
	list := c.descriptor.decides()
	if c.rules == SambaRules {
		list = c.descriptor.DACL // whether or not it is said to be present
	}
	if list == nil {
		c.withoutList()
		return
	}
	asked := c.pending
	c.walk(list, c.subject.holds)
	if c.rules == SambaRules || len(c.subject.Restricted) == 0 {
		return
	}
	c.restrict(list, asked)
}

func (c *check) withoutList() {
	if c.rules == SambaRules && c.descriptor.Control&DACLPresent == 0 {
		return
	}
	if c.pending != 0 {
		c.reason = NoList
	}
	if c.maximum {
		c.pending &= c.mapping.All | c.wanted
	}
	c.granted, c.pending = c.granted|c.pending, 0
}

// holder reports whether those for whom the list is read have a SID.
type holder func(sid SID, deny bool) bool

// walk goes through the list for a holder: owner first, then entry by entry.
func (c *check) walk(list *ACL, holds holder) {
	owner := holds(c.descriptor.Owner, false)
	if owner && !ownerRightsIn(list) && c.pending&ownerAlways != 0 {
		c.granted |= c.pending & ownerAlways
		c.pending &^= ownerAlways
		c.reason = OwnerAlways
	}
	t := newTree(c.object.Types, c.pending)
	for i := range list.Entries {
		if c.pending == 0 && !t.asks() {
			break
		}
		if e := &list.Entries[i]; e.Flags&InheritOnly == 0 {
			c.entry(i, e, c.speaks(e, holds, owner), t)
		}
	}
	if t != nil {
		c.granted |= c.pending &^ t.nodes[0].pending
		c.pending = t.nodes[0].pending
		c.granted &^= c.forbidden
	}
}

// ownerRightsIn reports whether the list says itself what the owner may.
func ownerRightsIn(list *ACL) bool {
	return slices.ContainsFunc(list.Entries, func(e ACE) bool {
		return e.SID == OwnerRights() && !e.Type.opaque() && e.Flags&InheritOnly == 0
	})
}

// speaks reports whether an entry is about the holder.
func (c *check) speaks(e *ACE, holds holder, owner bool) bool {
	deny := e.Type.denies()
	switch {
	case e.Type.opaque():
		c.doubtful = true
		return false
	case !deny && !e.Type.allows():
		return false
	case e.SID == OwnerRights() && owner:
		return true
	case e.SID == PrincipalSelf() && !c.object.Self.IsZero():
		return holds(c.object.Self, deny)
	}
	return holds(e.SID, deny)
}

func (c *check) entry(i int, e *ACE, speaks bool, t *tree) {
	if !speaks || !c.counts(e) {
		return
	}
	mask := c.mapped(e.Mask)
	if t != nil {
		c.treeEntry(i, e, mask, t)
		return
	}
	mask &= c.pending
	if mask == 0 {
		return
	}
	if e.Type.allows() {
		c.granted |= mask
		c.last = i
		c.reason = AllowedByEntry
	} else {
		c.deny(i, mask)
	}
	c.pending &^= mask
}

func (c *check) deny(i int, mask Mask) {
	c.denied |= mask
	if c.denier < 0 && mask&c.wanted != 0 {
		c.denier = i
	}
}

// counts reports whether the entry applies to this request: one for a kind of object
// or a property only where that is asked about, and one with a condition only where
// it holds, or, for one that denies, where it is not known not to (MS-DTYP, section
// 2.4.4.17.9). Samba's server looks at the simplest types alone.
func (c *check) counts(e *ACE) bool {
	if c.rules == SambaRules {
		return e.Type == Allow || e.Type == Deny || e.Type == DenyObject
	}
	if e.Type.Object() && e.ObjectFlags&HasObject != 0 && !slices.ContainsFunc(c.object.Types, func(t ObjectType) bool { return t.GUID == e.Object }) {
		return false
	}
	if !e.Type.Callback() || c.mapped(e.Mask)&c.interesting() == 0 {
		return true
	}
	holds := c.condition(e)
	return holds == True || holds == Unknown && e.Type.denies()
}

// interesting is what an entry could still decide.
func (c *check) interesting() Mask {
	if len(c.object.Types) > 0 {
		return ^Mask(0)
	}
	return c.pending
}

func (c *check) condition(e *ACE) Truth {
	cond, err := e.Condition()
	if err != nil {
		c.doubtful = true
		return Unknown
	}
	deny := e.Type.denies()
	f := Facts{Resource: c.resources(), Member: func(s SID) bool { return c.subject.holds(s, deny) }}
	if known := c.subject.Claims; known != nil {
		f.User, f.Device, f.Local = known.User, known.Device, known.Local
		f.DeviceMember = func(s SID) bool { return slices.Contains(known.DeviceGroups, s) }
	} else if slices.ContainsFunc(cond, Token.needsClaims) {
		c.doubtful = true
	}
	return cond.Evaluate(f)
}

// needsClaims reports whether the token asks what Claims state.
func (t Token) needsClaims() bool {
	return t.Code.attribute() && t.Code != codeResource || t.Code.ofDevice()
}

// resources are the attributes that the SACL gives the object.
func (c *check) resources() []Claim {
	if c.resource != nil {
		return c.resource
	}
	c.resource = []Claim{}
	for _, e := range c.descriptor.system() {
		if e.Type != ResourceAttribute || e.Flags&InheritOnly != 0 {
			continue
		}
		if claim, err := e.Claim(); err == nil {
			c.resource = append(c.resource, claim)
		} else {
			c.doubtful = true
		}
	}
	return c.resource
}

// restrict decides once more, for the restricting identifiers, and keeps what both
// passes grant. A write-restricted token is asked again about writing alone.
func (c *check) restrict(list *ACL, asked Mask) {
	if c.subject.WriteRestricted {
		asked &= c.mapping.Map(GenericWrite) &^ (c.mapping.Read | c.mapping.Execute)
	}
	again := *c
	again.pending, again.granted, again.denied, again.forbidden, again.last, again.denier = asked, 0, 0, 0, -1, -1
	again.walk(list, func(sid SID, _ bool) bool { return slices.Contains(c.subject.Restricted, sid) })
	c.doubtful = c.doubtful || again.doubtful
	lost := c.granted & asked &^ again.granted
	if lost == 0 {
		return
	}
	c.granted &^= lost
	c.pending |= lost
	if lost&c.wanted != 0 && c.denier < 0 {
		c.reason, c.denier = ByRestriction, again.denier
	}
}

// throughParent gives what the directory's list allows.
func (c *check) throughParent() {
	if c.object.Parent == nil || c.rules == SambaRules {
		return
	}
	o := Object{Mapping: c.object.Mapping, Self: c.object.Self}
	missing := c.wanted &^ (c.granted | c.byRight)
	if c.maximum {
		missing = c.limit &^ (c.granted | c.byRight)
	}
	for _, by := range [...]struct{ right, onParent Mask }{{Delete, DeleteChild}, {ReadAttributes, ReadData}} {
		if missing&by.right == 0 {
			continue
		}
		if v := c.object.Parent.Decide(*c.subject, by.onParent, o); v.Allowed {
			c.granted |= by.right
			c.pending &^= by.right
			c.denied &^= by.right
			c.reason, c.last = ByParent, -1
			c.doubtful = c.doubtful || v.Doubtful
		}
	}
}

// afterwards is what Samba gives at the end.
func (c *check) afterwards() {
	if c.rules == SambaRules && c.subject.has(SeTakeOwnership) && !c.maximum && c.wanted&WriteOwner != 0 && c.granted&WriteOwner == 0 {
		c.byRight |= WriteOwner
		c.reason = ByPrivilege
	}
}

func (c *check) refused(r Reason, entry int, missing Mask) Verdict {
	status := StatusAccessDenied
	if r == NeedsPrivilege {
		status = StatusPrivilegeNotHeld
	}
	return Verdict{Reason: r, Entry: entry, Missing: missing, Status: status, Doubtful: c.doubtful}
}

func (c *check) verdict() Verdict {
	have := c.granted | c.byRight
	missing := c.wanted &^ have
	if missing != 0 || c.maximum && have == 0 && c.rules != SambaRules {
		return c.denial(missing)
	}
	v := Verdict{Allowed: true, Reason: c.reason, Entry: -1, Granted: c.wanted, Doubtful: c.doubtful}
	if c.maximum {
		v.Granted = have
	}
	if c.reason == AllowedByEntry {
		v.Entry = c.last
	}
	return v
}

func (c *check) denial(missing Mask) Verdict {
	switch {
	case c.reason == ByRestriction:
		return c.refused(ByRestriction, c.denier, missing)
	case c.denier >= 0 && c.denied&missing != 0:
		return c.refused(DeniedByEntry, c.denier, missing)
	}
	return c.refused(NotAllowed, -1, missing)
}
