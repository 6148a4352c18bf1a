package translate

import (
	"slices"
	"strconv"
	"strings"
)

// Verdict is a decision in a model's own words.
type Verdict struct {
	Allowed bool
	Missing Rights // what was asked for and is refused, each right for itself
	// Elsewhere is what was asked for and of which the object's permissions say nothing:
	// deleting a file on Unix is up to its directory. It counts as allowed.
	Elsewhere Rights
	Reason    string // of the request for what the object's permissions speak of
	Entry     int    // of the list, from 0; -1 where none decided
}

// Decide asks the model's own rules whether the subject may do all that is wanted, in one
// request. Names of the object's owner and of the subject are completed by the mapping,
// which may be nil. Errors are of type *ModelError.
func Decide(o Object, s Subject, wanted Rights, m Mapping) (Verdict, error) {
	b, ok := behaviours(o.Model)
	if !ok {
		return Verdict{}, unknownModel(o.Model)
	}
	o = adopt(o)
	o.Owner, o.Group = complete(m, o.Owner), complete(m, o.Group)
	if _, err := b.dialect.facts(o); err != nil {
		return Verdict{}, err
	}
	c := o.caller(s, m)
	spoken := b.decides(o.kind()) | b.fixed(o.kind())
	v := Verdict{Elsewhere: wanted &^ spoken, Entry: -1}
	wanted &= spoken
	v.Missing = wanted &^ b.dialect.may(o, c, wanted)
	v.Allowed = wanted == 0 || v.Missing == 0 && b.dialect.atOnce(o, c, wanted)
	v.Reason, v.Entry = b.dialect.explain(o, c, wanted)
	v.Reason = withoutStandIns(v.Reason)
	return v, nil
}

// caller is the subject as the models are asked about it.
func (o Object) caller(s Subject, m Mapping) caller {
	c := caller{user: complete(m, s.User), owner: s.Owner, owning: s.OwningGroup, system: s.System}
	c.owner = c.owner || c.user.Sort == User && c.user.is(o.Owner)
	for _, g := range s.Groups {
		if g = complete(m, g); g.is(o.Group) {
			c.owning = true
			continue
		}
		c.groups = append(c.groups, g)
	}
	return c
}

// withoutStandIns takes numbers out of a reason that are nobody's: those of an owner and
// a group who are not known, and are called that before the number.
func withoutStandIns(reason string) string {
	words := strings.Split(reason, " ")
	return strings.Join(slices.DeleteFunc(words, func(word string) bool {
		n, err := strconv.ParseUint(strings.Trim(word, ",;:()"), 10, 32)
		return err == nil && uint32(n) >= ownerNumber && uint32(n) <= firstGroup
	}), " ")
}
