package app

import (
	"fmt"
	"strings"

	aclmac "ward/acl/macos"
	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/legacy/vms"
	"ward/translate"
)

// The entries of an ordered list are shown one by one with what each did to a request.
// Whether an entry speaks of somebody the model's own rules say: a list of this entry
// alone, made to allow reading, lets him read or not.

// listEntry is one entry of a list, as far as it can be shown.
type listEntry struct {
	text   string
	rights translate.Rights
	deny   bool
	idle   string // why it decides nothing, whoever asks
	alone  any    // a value in which this entry is the only one, and allows to read
}

// steps are the entries that were looked at.
func (r *permissionReader) steps(a *ModelAnswer) ([]ModelStep, error) {
	entries := entriesOf(a.Permissions)
	security, isVMS := a.Object.Value.(vms.Security)
	switch {
	case a.Wanted == 0:
		return nil, nil
	case entries == nil && !isVMS:
		return r.tableSteps(a)
	}
	a.Entries = len(entries)
	t := trace{reader: r, answer: a, pending: a.Wanted &^ a.Verdict.Elsewhere}
	for i, e := range entries {
		step, err := t.step(i, e)
		if err != nil {
			return nil, err
		}
		t.steps = append(t.steps, step)
		if t.over {
			break
		}
	}
	if isVMS {
		return t.categories(security)
	}
	return t.steps, nil
}

type trace struct {
	reader  *permissionReader
	answer  *ModelAnswer
	pending translate.Rights
	over    bool
	refused bool // by an entry of OpenVMS, which SYSTEM and OWNER can overrule
	steps   []ModelStep
}

func (t *trace) step(i int, e listEntry) (ModelStep, error) {
	s := ModelStep{Entry: i, Text: e.text}
	if e.idle != "" {
		s.Effect = e.idle
		return s, nil
	}
	meant, err := t.reader.speaksOf(t.answer, e.alone)
	switch {
	case err != nil:
		return s, err
	case !meant:
		s.Effect = "is for somebody else"
	case t.answer.Object.Model == "vms":
		t.first(&s, e)
	default:
		t.apply(&s, e)
	}
	return s, nil
}

// first is an entry of OpenVMS: the first that fits decides about the whole request.
func (t *trace) first(s *ModelStep, e listEntry) {
	t.over, s.Decided = true, true
	if missing := t.pending &^ e.rights; missing != 0 {
		t.refused = true
		s.Effect = "does not give " + missing.String() + ", and is the first that fits"
		return
	}
	s.Effect = "allows " + t.pending.String()
}

// categories are those of the protection code, of which one that the subject is in has
// to give the whole request. They are not asked where an entry has allowed it; where one
// has refused it, only SYSTEM and OWNER are ($CHKPRO).
func (t *trace) categories(s vms.Security) ([]ModelStep, error) {
	if t.over && !t.refused {
		return t.steps, nil
	}
	for _, c := range []vms.Category{vms.System, vms.Owner, vms.Group, vms.World} {
		if t.refused && c > vms.Owner {
			break
		}
		given := s.Protection.Of(c)
		step := ModelStep{Entry: -1, Text: c.String() + ":" + given.Format(s.Class)}
		alone := s
		alone.ACL, alone.Protection = nil, vms.Protection(0xffff).With(c, vms.Read) // no other category gives anything
		in, err := t.reader.speaksOf(t.answer, alone)
		if err != nil {
			return nil, err
		}
		missing := t.pending &^ rightsOfVMS(given)
		switch {
		case !in:
			step.Effect = "is for somebody else"
		case missing != 0:
			step.Effect = "does not give " + missing.String()
		default:
			step.Effect, step.Decided = "allows "+t.pending.String(), true
		}
		t.steps = append(t.steps, step)
		if step.Decided {
			break
		}
	}
	return t.steps, nil
}

// apply is an entry of a list in which the first that speaks of a right decides it.
func (t *trace) apply(s *ModelStep, e listEntry) {
	asked := t.pending
	_, whole := t.answer.Object.Value.(translate.MacOS)
	if whole && e.deny {
		asked = t.answer.Wanted // macOS looks at all that was asked for
	}
	hit := e.rights & asked
	switch {
	case hit == 0:
		s.Effect = "says nothing of it"
	case e.deny:
		s.Effect, s.Decided, t.over = "denies "+hit.String(), true, true
	default:
		t.pending &^= hit
		s.Effect, s.Decided, t.over = "allows "+hit.String(), true, t.pending == 0
	}
}

// speaksOf asks the rules whether the subject may read by an entry alone.
func (r *permissionReader) speaksOf(a *ModelAnswer, alone any) (bool, error) {
	o := a.Object
	o.Value = alone
	v, err := translate.Decide(o, a.Subject, translate.Read, r.namesakes)
	return v.Allowed, err
}

// entriesOf are the entries of a list that is walked through in its order; nil for
// values without one.
func entriesOf(p Permissions) []listEntry {
	switch v := p.Object.Value.(type) {
	case nfs4.ACL:
		return entriesOfNFS4(v, p)
	case nt.Descriptor:
		return entriesOfNT(v)
	case translate.MacOS:
		return entriesOfMacOS(v)
	case vms.Security:
		return entriesOfVMS(v)
	}
	return nil
}

func entriesOfNFS4(a nfs4.ACL, p Permissions) []listEntry {
	all := make([]listEntry, len(a.Entries))
	for i, e := range a.Entries {
		l := listEntry{text: oneNFS4(e, p), rights: translate.Rights(e.Rights), deny: e.Type == nfs4.Deny}
		switch {
		case e.Type > nfs4.Deny:
			l.idle = "only reports"
		case e.Flags&nfs4.InheritOnly != 0:
			l.idle = "is for what is made in the directory"
		}
		e.Type, e.Rights = nfs4.Allow, nfs4.ReadData
		l.alone = nfs4.ACL{Entries: []nfs4.Entry{e}}
		all[i] = l
	}
	return all
}

// oneNFS4 is an entry in the notation of its list.
func oneNFS4(e nfs4.Entry, p Permissions) string {
	o := p.Object
	o.Value = nfs4.ACL{Entries: []nfs4.Entry{e}}
	text, err := translate.Format(o, p.Notation, p.Context)
	if err != nil {
		return e.String()
	}
	return strings.TrimSpace(text)
}

func entriesOfNT(d nt.Descriptor) []listEntry {
	if d.DACL == nil {
		return nil
	}
	all := make([]listEntry, len(d.DACL.Entries))
	for i, e := range d.DACL.Entries {
		l := listEntry{text: sddlOf(e), rights: translate.Rights(nt.Files().Map(e.Mask)), deny: e.Type == nt.Deny}
		switch {
		case e.Flags&nt.InheritOnly != 0:
			l.idle = "is for what is made in the directory"
		case e.Type.Callback():
			l.idle = "counts where its condition holds, which is not known"
		case e.Type != nt.Allow && e.Type != nt.Deny:
			l.idle = "is no entry that decides about files"
		}
		e.Type, e.Mask = nt.Allow, nt.ReadData
		alone := d
		alone.SACL, alone.DACL = nil, &nt.ACL{Entries: []nt.ACE{e}}
		l.alone = alone
		all[i] = l
	}
	return all
}

func sddlOf(e nt.ACE) string {
	text, err := nt.SDDLOptions{}.FormatACE(e)
	if err != nil {
		return fmt.Sprintf("an entry of the %s", e.Type)
	}
	if name := e.SID.WellKnownName(); name != "" {
		return text + " " + name
	}
	return text
}

func entriesOfMacOS(v translate.MacOS) []listEntry {
	all := make([]listEntry, len(v.ACL.Entries))
	for i, e := range v.ACL.Entries {
		same, _ := e.Rights.NFS4()
		l := listEntry{text: strings.TrimSpace(e.String()), rights: translate.Rights(same), deny: e.Kind == aclmac.Deny}
		switch {
		case e.Kind != aclmac.Allow && e.Kind != aclmac.Deny:
			l.idle = "does nothing on macOS"
		case e.Flags&aclmac.OnlyInherit != 0:
			l.idle = "is for what is made in the directory"
		}
		e.Kind, e.Rights = aclmac.Allow, aclmac.ReadData
		l.alone = translate.MacOS{ACL: aclmac.ACL{Entries: []aclmac.Entry{e}}} // under a mode that allows nothing
		all[i] = l
	}
	return all
}

func entriesOfVMS(s vms.Security) []listEntry {
	all := make([]listEntry, len(s.ACL))
	for i, e := range s.ACL {
		l := listEntry{text: e.Format(s.Class), rights: rightsOfVMS(e.Access)}
		switch {
		case e.Kind != vms.Identified:
			l.idle = "decides nothing about access"
		case e.Options&vms.Default != 0:
			l.idle = "is for what is made in the directory"
		}
		e.Access = vms.Read
		alone := s
		alone.ACL, alone.Protection = vms.ACL{e}, 0xffff // no category gives anything
		l.alone = alone
		all[i] = l
	}
	return all
}

func rightsOfVMS(a vms.Access) (r translate.Rights) {
	for _, p := range []struct {
		own    vms.Access
		rights translate.Rights
	}{
		{vms.Read, translate.Read | translate.Execute},
		{vms.Write, translate.Write | translate.Append | translate.DeleteChild},
		{vms.Execute, translate.Execute},
		{vms.Delete, translate.Delete},
		{vms.Control, translate.WriteACL},
	} {
		if a&p.own != 0 {
			r |= p.rights
		}
	}
	return r
}
