package app

import (
	"fmt"

	"ward/acl"
	"ward/legacy/hpux"
	"ward/legacy/racf"
	"ward/mode"
	"ward/translate"
)

// Lists whose order decides nothing are shown whole: each entry with whether it speaks of
// the subject, which the model's own rules say, and the one that decided. POSIX lists ask
// the owner's entry, then his that is named, then those of groups, and others' at last.

// tableSteps are the entries of such a list; nil for values of other models.
func (r *permissionReader) tableSteps(a *ModelAnswer) ([]ModelStep, error) {
	switch v := a.Object.Value.(type) {
	case translate.POSIX:
		return r.posixSteps(a, v)
	case translate.HPUX:
		return r.specificSteps(a, len(v.ACL), func(i int) (string, any) {
			e := v.ACL[i]
			text := hpux.ACL{e}.Format()
			e.Rights = mode.R
			return text, translate.HPUX{ACL: hpux.ACL{e}, Mode: v.Mode}
		})
	case racf.Profile:
		return r.specificSteps(a, len(v.Access), func(i int) (string, any) {
			e, alone := v.Access[i], v
			text := fmt.Sprintf("ID(%s) ACCESS(%s)", e.ID, e.Level)
			e.Level = racf.Read
			alone.Access, alone.UACC, alone.Warning = []racf.Permit{e}, racf.None, false
			return text, alone
		})
	}
	return nil, nil
}

// specificSteps are the entries of a list in which the most specific decide; alone is an
// entry's text, and a value in which it is the only one and allows to read.
func (r *permissionReader) specificSteps(a *ModelAnswer, n int, alone func(int) (string, any)) ([]ModelStep, error) {
	a.Entries = n
	steps := make([]ModelStep, n)
	for i := range steps {
		text, value := alone(i)
		steps[i] = ModelStep{Entry: i, Text: text, Effect: "is for somebody else"}
		meant, err := r.speaksOf(a, value)
		if err != nil {
			return nil, err
		}
		switch {
		case i == a.Verdict.Entry && a.Verdict.Allowed:
			steps[i].Effect, steps[i].Decided = "decides, with those as specific as it is: allows "+a.Wanted.String(), true
			if a.Model.ID == "racf" { // one entry decides there
				steps[i].Effect = "allows " + a.Wanted.String()
			}
		case i == a.Verdict.Entry:
			steps[i].Effect, steps[i].Decided = "does not give "+a.Verdict.Missing.String(), true
		case meant:
			steps[i].Effect = "speaks of the subject as well"
		}
	}
	return steps, nil
}

// posixSteps are the entries of a POSIX list as Linux and FreeBSD ask them. Where they do
// not explain the verdict, as where groups add up, none are shown.
func (r *permissionReader) posixSteps(a *ModelAnswer, v translate.POSIX) ([]ModelStep, error) {
	wanted, ok := classRights(a.Wanted &^ a.Verdict.Elsewhere)
	if !ok || len(v.Access) == 0 {
		return nil, nil
	}
	var steps []ModelStep
	over, allowed, inGroup := false, false, false
	for i, e := range v.Access {
		s := ModelStep{Entry: i, Text: e.Format(a.Context.Names), Effect: "is for somebody else"}
		if e.Tag == acl.Mask {
			s.Effect = "bounds what named entries and the owning group have"
			steps = append(steps, s)
			continue
		}
		meant, err := r.posixSpeaks(a, v, e)
		if err != nil {
			return nil, err
		}
		given := v.Access.Effective(e)
		group := e.Tag == acl.GroupObj || e.Tag == acl.Group
		switch {
		case over:
			s.Effect = "is not asked any more"
		case e.Tag == acl.Other && inGroup:
			s.Effect = "is not asked: an entry for a group of the subject was"
		case meant && wanted&^given == 0:
			s.Effect, s.Decided, over, allowed = "allows "+a.Wanted.String(), true, true, true
		case meant:
			s.Effect, s.Decided = "does not give "+rightsOfClass(wanted&^given, a.Wanted).String(), true
			over, inGroup = !group, inGroup || group
		}
		steps = append(steps, s)
	}
	if allowed != a.Verdict.Allowed {
		return nil, nil
	}
	a.Entries = len(steps)
	return steps, nil
}

// posixSpeaks asks the rules whether the subject may read by an entry alone, under a mask
// that bounds nothing.
func (r *permissionReader) posixSpeaks(a *ModelAnswer, v translate.POSIX, e acl.Entry) (bool, error) {
	if e.Tag == acl.Other {
		return true, nil // who is asked last is everybody that is left
	}
	e.Rights = mode.R
	list := acl.List{{Tag: acl.UserObj, ID: acl.NoID}, {Tag: acl.GroupObj, ID: acl.NoID}, {Tag: acl.Mask, ID: acl.NoID, Rights: 7}, {Tag: acl.Other, ID: acl.NoID}}
	for i := range list {
		if list[i].Tag == e.Tag {
			list[i].Rights = e.Rights
		}
	}
	if e.Tag.Named() {
		at := 1
		if e.Tag == acl.Group {
			at = 2
		}
		list = append(list[:at:at], append(acl.List{e}, list[at:]...)...)
	}
	alone := v
	alone.Access, alone.Default, alone.Mode = list, nil, list.Mode(0)
	return r.speaksOf(a, alone)
}

// classRights is r, w and x; ok is false for what they do not decide.
func classRights(wanted translate.Rights) (m mode.Rights, ok bool) {
	for _, p := range posixRights {
		if wanted&p.right != 0 {
			m |= p.bit
			wanted &^= p.right
		}
	}
	return m, wanted == 0 && m != 0
}

func rightsOfClass(m mode.Rights, wanted translate.Rights) (r translate.Rights) {
	for _, p := range posixRights {
		if m&p.bit != 0 {
			r |= p.right & wanted
		}
	}
	return r
}

var posixRights = [...]struct {
	right translate.Rights
	bit   mode.Rights
}{{translate.Read, mode.R}, {translate.Write | translate.Append, mode.W}, {translate.Execute, mode.X}}
