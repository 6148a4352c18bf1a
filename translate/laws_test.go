package translate

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// pairs runs a law for every two models: each drawn object goes to a third of them, so
// that a run of a hundred has every pair some forty times. More with -rapid.checks.
func pairs(t *testing.T, law func(t *rapid.T, o Object, to string)) {
	t.Parallel()
	models := Models()
	for _, from := range models {
		t.Run(from.ID, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				o := anyObject(t, from.ID)
				first := rapid.IntRange(0, len(models)-1).Draw(t, "to")
				for i := range 6 {
					law(t, o, models[(first+i)%len(models)].ID)
				}
			})
		})
	}
}

// judge asks a model's own rules about everybody.
func judge(o Object) (rights []Rights, spoken Rights) {
	b, _ := behaviours(o.Model)
	o = adopt(o)
	o.Owner, o.Group = complete(people(), o.Owner), complete(people(), o.Group)
	spoken = b.decides(o.kind()) | b.fixed(o.kind())
	for _, c := range everybody() {
		rights = append(rights, b.dialect.may(o, c, spoken))
	}
	return rights, spoken
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

// TestNeverWider: nobody may do to the contents what he might not before.
func TestNeverWider(t *testing.T) {
	pairs(t, func(t *rapid.T, o Object, to string) {
		res, ok := convert(t, o, to, Options{})
		if !ok {
			return
		}
		was, spoken := judge(o)
		is, also := judge(res.Object)
		for i, c := range everybody() {
			if more := is[i] & also & spoken & Contents &^ was[i]; more != 0 {
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
	pairs(t, func(t *rapid.T, o Object, to string) {
		res, _ := convert(t, o, to, Options{AllowWidening: rapid.Bool().Draw(t, "allow")})
		source := asked(o)
		was, spoken := judge(o)
		is, also := judge(res.Object)
		for i, c := range everybody() {
			for _, r := range (spoken & also & (was[i] ^ is[i])).each() {
				effect := Narrowed
				if is[i]&r != 0 {
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
// the reverse, was listed by one of the two steps.
func TestThereAndBack(t *testing.T) {
	pairs(t, func(t *rapid.T, o Object, to string) {
		there, ok := convert(t, o, to, Options{})
		if !ok {
			return
		}
		back, ok := convert(t, there.Object, o.Model, Options{})
		if !ok {
			return
		}
		source, middle := asked(o), asked(there.Object)
		was, _ := judge(o)
		is, _ := judge(back.Object)
		for i, c := range everybody() {
			for _, r := range (source.Decides &^ Synchronize & (was[i] ^ is[i])).each() {
				if !lists(there, r, c.as(source)) && !lists(back, r, c.as(middle)) {
					t.Fatalf("%s: %s\nfrom %+v\nto %+v\nback %+v\nlosses %v\nand back %v", words(c), r, o.Value, there.Object.Value, back.Object.Value, there.Losses, back.Losses)
				}
			}
		}
	})
}

// lists reports whether a result tells of the right, of the subject or of all.
func lists(res Result, r Rights, c caller) bool {
	return slices.ContainsFunc(res.Losses, func(l Loss) bool {
		return l.Rights&r != 0 && (covers(l, c) || l.Principal.Sort == Nobody)
	})
}

// TestIdempotent: what was converted stays as it is in its model, and comes out the same
// again where the way back lost nothing.
func TestIdempotent(t *testing.T) {
	pairs(t, func(t *rapid.T, o Object, to string) {
		first, ok := convert(t, o, to, Options{})
		if !ok {
			return
		}
		same, _ := convert(t, first.Object, to, Options{})
		if !reflect.DeepEqual(same.Object, first.Object) || len(same.Losses) > 0 {
			t.Fatalf("%+v becomes %+v in its own model: %v", first.Object, same.Object, same.Losses)
		}
		back, ok := convert(t, first.Object, o.Model, Options{})
		if !ok || len(back.Losses) > 0 {
			return
		}
		again, ok := convert(t, back.Object, to, Options{})
		if !ok {
			t.Fatalf("what came back is refused: %+v", back.Object)
		}
		a, _ := judge(first.Object)
		b, _ := judge(again.Object)
		for i, c := range everybody() {
			if differ := (a[i] ^ b[i]) & Contents; differ != 0 {
				t.Fatalf("%s: %s\n%+v\n%+v\n%+v", words(c), differ, first.Object.Value, back.Object.Value, again.Object.Value)
			}
		}
	})
}

// TestNeverWiderBelow: nobody may do more to what is made in a directory, either, and what
// he may no longer do is listed.
func TestNeverWiderBelow(t *testing.T) {
	pairs(t, func(t *rapid.T, o Object, to string) {
		res, ok := convert(t, o, to, Options{})
		above := asked(o)
		if !ok || above.Inherited == nil || o.Model == to {
			return
		}
		handed := asked(res.Object).Inherited
		if handed == nil {
			if !slices.ContainsFunc(res.Losses, func(l Loss) bool { return l.Default }) {
				t.Fatalf("nothing is handed down, and that is not listed: %v", res.Losses)
			}
			return
		}
		source := asked(*above.Inherited)
		was, spoken := judge(*above.Inherited)
		is, also := judge(*handed)
		for i, c := range everybody() {
			for _, r := range (spoken & also & (was[i] ^ is[i])).each() {
				if is[i]&r&Contents != 0 {
					t.Fatalf("%s may %s besides\nfrom %+v\nto %+v", words(c), r, o.Value, res.Object.Value)
				}
				if !slices.ContainsFunc(res.Losses, func(l Loss) bool { l.Default = !l.Default; return l.Rights&r != 0 && covers(l, c.as(source)) }) {
					t.Fatalf("%s: %s is not listed\nfrom %+v\nto %+v\n%v", words(c), r, o.Value, res.Object.Value, res.Losses)
				}
			}
		}
	})
}
