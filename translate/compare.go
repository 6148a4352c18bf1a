package translate

import "slices"

// difference is one answer that is not the same.
type difference struct {
	caller caller
	wider  Rights // that the target gives beyond the source
	less   Rights // that it does not give
	was    Rights // that the source gives
}

// compare asks the target what the source was asked. Both speak of the rights in common.
func (a Access) compare(b behaviour, o Object) (list []difference) {
	common := (a.Decides | a.Fixed) & (b.decides(o.kind()) | b.fixed(o.kind()))
	answers := b.ask(o, a.callers, common)
	for i, c := range a.callers {
		if c.system { // only one of two models has such a category
			continue
		}
		was, is := a.answers[i].rights&common, answers[i].rights
		d := difference{c, is &^ was, was &^ is, was}
		if was == is { // the same one by one, and perhaps not together
			if a.answers[i].atOnce && !answers[i].atOnce {
				d.less = Together
			} else if !a.answers[i].atOnce && answers[i].atOnce {
				d.wider = Together
			}
		}
		if d.wider|d.less != 0 {
			list = append(list, d)
		}
	}
	return list
}

// widening is the rights that somebody gets to the contents: those that a conversion must
// not give.
func (d difference) widening() Rights { return d.wider & Contents }

// gain is those that can be kept from him perhaps.
func (d difference) gain() Rights { return d.wider &^ Together }

// score is how bad the differences are: first how many get more, then how many get less.
func score(list []difference) (wider, admin, less int) {
	for _, d := range list {
		wider += len(d.widening().each())
		admin += len((d.gain() &^ Contents).each())
		less += len(d.less.each())
	}
	return wider, admin, less
}

// better reports whether a is to be preferred.
func better(a, b []difference, safe bool) bool {
	aw, aa, al := score(a)
	bw, ba, bl := score(b)
	if !safe {
		return aw+aa+al < bw+ba+bl
	}
	return aw < bw || aw == bw && (al+aa < bl+ba)
}

// losses puts the differences in words, each once: what holds for a user holds for him in
// any group too.
func (a Access) losses(list []difference, why func(difference, Rights) string) (out []Loss) {
	type key struct {
		effect Effect
		why    string
	}
	var told []difference
	slices.SortStableFunc(list, func(x, y difference) int { return x.caller.size() - y.caller.size() })
	for _, d := range list {
		for _, t := range told {
			if t.caller.within(d.caller) {
				d.wider &^= t.wider
				d.less &^= t.less
			}
		}
		if d.wider|d.less == 0 {
			continue
		}
		told = append(told, d)
		p, with := d.caller.whom()
		sums := map[key]Rights{}
		var order []key
		for _, r := range (d.wider | d.less).each() {
			k := key{effectOf(d, r), why(d, r)}
			if sums[k] == 0 {
				order = append(order, k)
			}
			sums[k] |= r
		}
		for _, k := range order {
			out = append(out, Loss{Effect: k.effect, Principal: p, With: with, Rights: sums[k], Why: k.why})
		}
	}
	return out
}

// effectOf is what becomes of a right. Rights about the object that a system gives
// whatever the permissions say, and the refusal of two rights at once, are Lost.
func effectOf(d difference, r Rights) Effect {
	switch {
	case d.wider&r == 0:
		return Narrowed
	case r&Contents != 0:
		return Widened
	}
	return Lost
}

func (c caller) size() int {
	n := len(c.groups)
	if c.owning {
		n++
	}
	if c.user.Sort != Nobody || c.owner {
		n++
	}
	return n
}
