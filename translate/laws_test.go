package translate

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// pairs runs a law for every two models, itself included.
func pairs(t *testing.T, law func(t *rapid.T, from, to string)) {
	t.Parallel()
	for _, from := range Models() {
		for _, to := range Models() {
			t.Run(from.ID+" to "+to.ID, func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) { law(t, from.ID, to.ID) })
			})
		}
	}
}

// rightsOf asks a model's own rules.
func rightsOf(o Object, c caller) (r, spoken Rights) {
	b, _ := behaviours(o.Model)
	o = adopt(o)
	o.Owner, o.Group = complete(people(), o.Owner), complete(people(), o.Group)
	spoken = b.decides(o.kind()) | b.fixed(o.kind())
	return b.dialect.may(o, c, spoken), spoken
}

func convert(t *rapid.T, o Object, to string, opts Options) (Result, bool) {
	opts.Mapping = people()
	res, err := Convert(o, to, opts)
	var refused *RefusedError
	if err != nil && !errors.As(err, &refused) {
		t.Fatal(err)
	}
	return res, err == nil
}

func TestNeverWider(t *testing.T) {
	pairs(t, func(t *rapid.T, from, to string) {
		o := anyObject(t, from)
		res, ok := convert(t, o, to, Options{})
		if !ok {
			return
		}
		for _, c := range everybody() {
			was, spoken := rightsOf(o, c)
			is, also := rightsOf(res.Object, c)
			if more := is & also & spoken & Contents &^ was; more != 0 {
				t.Fatalf("%s may %s besides\nfrom %+v\nto %+v\nlosses %v", words(c), more, o.Value, res.Object.Value, res.Losses)
			}
		}
	})
}

func words(c caller) string {
	p, with := c.whom()
	return whom(p, with)
}

// TestEveryDifferenceIsListed also with AllowWidening, where there are more.
func TestEveryDifferenceIsListed(t *testing.T) {
	pairs(t, func(t *rapid.T, from, to string) {
		o := anyObject(t, from)
		res, ok := convert(t, o, to, Options{AllowWidening: rapid.Bool().Draw(t, "allow")})
		if !ok {
			return
		}
		source := asked(o)
		for _, c := range everybody() {
			was, spoken := rightsOf(o, c)
			is, also := rightsOf(res.Object, c)
			for _, r := range (spoken & also & (was ^ is)).each() {
				effect := Narrowed
				if is&r != 0 {
					effect = map[bool]Effect{true: Widened, false: Lost}[r&Contents != 0]
				}
				if !slices.ContainsFunc(res.Losses, func(l Loss) bool { return l.Effect == effect && l.Rights&r != 0 && covers(l, c.as(source)) }) {
					t.Fatalf("%s: %s %s is not listed\nfrom %+v\nto %+v\nlosses %v", words(c), r, effect, o.Value, res.Object.Value, res.Losses)
				}
			}
		}
	})
}

// as is the caller as one who knows only those whom an object names: "everyone else"
// is whoever it does not name.
func (c caller) as(a Access) caller {
	named := func(list []Principal, p Principal) bool { return slices.ContainsFunc(list, p.is) }
	if !named(a.users, c.user) {
		c.user = Principal{}
	}
	c.groups = slices.Clone(c.groups)
	c.groups = slices.DeleteFunc(c.groups, func(p Principal) bool { return !named(a.groups, p) })
	return c
}

func asked(o Object) Access {
	a, err := Ask(o, people())
	if err != nil {
		panic(err)
	}
	return a
}

// covers reports whether a loss is said to concern the subject.
func covers(l Loss, c caller) bool {
	if l.Default {
		return false
	}
	var d caller
	for _, p := range append([]Principal{l.Principal}, l.With...) {
		switch p.Sort {
		case Owner:
			d.owner = true
		case OwningGroup:
			d.owning = true
		case User:
			d.user = p
		case Everyone:
		case Nobody, System:
			return false
		default:
			d.groups = append(d.groups, p)
		}
	}
	return d.within(c)
}

// TestThereAndBack: what one may after a conversion and back, and might not before, or
// the reverse, was listed by the first step.
func TestThereAndBack(t *testing.T) {
	pairs(t, func(t *rapid.T, from, to string) {
		o := anyObject(t, from)
		there, ok := convert(t, o, to, Options{})
		if !ok {
			return
		}
		back, ok := convert(t, there.Object, from, Options{})
		if !ok {
			return
		}
		source, middle := asked(o), asked(there.Object)
		for _, c := range everybody() {
			was, _ := rightsOf(o, c)
			is, _ := rightsOf(back.Object, c)
			listed := func(r Rights) bool {
				return slices.ContainsFunc(there.Losses, func(l Loss) bool {
					return l.Rights&r != 0 && (covers(l, c.as(source)) || l.Principal.Sort == Nobody)
				})
			}
			for _, r := range (source.Decides &^ Synchronize & (was ^ is)).each() {
				if listed(r) || slices.ContainsFunc(back.Losses, func(l Loss) bool { return l.Rights&r != 0 && covers(l, c.as(middle)) }) {
					continue
				}
				t.Fatalf("%s: %s\nfrom %+v\nto %+v\nback %+v\nlosses %v\nand back %v", words(c), r, o.Value, there.Object.Value, back.Object.Value, there.Losses, back.Losses)
			}
		}
	})
}

// TestIdempotent: converting again what came back gives the same.
func TestIdempotent(t *testing.T) {
	pairs(t, func(t *rapid.T, from, to string) {
		o := anyObject(t, from)
		first, ok := convert(t, o, to, Options{})
		if !ok {
			return
		}
		same, _ := convert(t, first.Object, to, Options{})
		if fmt.Sprint(same.Object) != fmt.Sprint(first.Object) || len(same.Losses) > 0 {
			t.Fatalf("%+v becomes %+v in its own model: %v", first.Object, same.Object, same.Losses)
		}
		back, ok := convert(t, first.Object, from, Options{})
		if !ok {
			return
		}
		again, ok := convert(t, back.Object, to, Options{})
		if !ok {
			t.Fatalf("what came back is refused: %+v", back.Object)
		}
		for _, c := range everybody() {
			a, _ := rightsOf(first.Object, c)
			b, _ := rightsOf(again.Object, c)
			if (a^b)&Contents&^Delete&^DeleteChild != 0 && len(back.Losses) == 0 {
				t.Fatalf("%s: %s\n%+v\n%+v\n%+v\n%v", words(c), a^b, first.Object.Value, back.Object.Value, again.Object.Value, back.Losses)
			}
		}
	})
}
