package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"ward/access"
	"ward/entry"
	"ward/internal/host/lookup"
)

// hide is the occasion's question with some facts unknown, each of which then has the
// value that it has where there is nothing.
func (o *occasion) hide(r *rand.Rand) access.Question {
	q := o.q
	q.Way, q.Target = hidden(r, o.q.Way), hidden(r, o.q.Target)
	q.With.Interpreters = nil
	for _, w := range o.q.With.Interpreters {
		q.With.Interpreters = append(q.With.Interpreters, hidden(r, w))
	}
	switch {
	case chance(r, 20):
		q.Host = nil
	case chance(r, 20):
		q.Host = &access.Host{ProtectedSymlinks: access.Unread, ProtectedHardlinks: access.Unread, ProtectedFifos: access.Unread, ProtectedRegular: access.Unread}
	}
	return q
}

func hidden(r *rand.Rand, w *access.Way) *access.Way {
	if w == nil {
		return nil
	}
	c := *w
	c.Steps = slices.Clone(w.Steps)
	for i := range c.Steps {
		s := &c.Steps[i]
		if chance(r, 20) {
			s.Entry.Known &^= entry.AccessACL
			s.Entry.ACL = nil
		}
		if chance(r, 20) {
			s.Entry.Known &^= entry.Attributes
			s.Entry.Flags = 0
		}
		if chance(r, 10) {
			s.Entry.Known &^= entry.Caps
			s.Entry.Caps = ""
		}
		if chance(r, 10) {
			s.Mount = nil
		}
		if chance(r, 5) {
			s.Entry.Known, s.Entry.State = 0, entry.State{}
		}
	}
	return &c
}

// seesLess compares the verdict on fewer facts with that on all: it is the same, or
// that it is unknown. "" where that holds.
func (o *occasion) seesLess(r *rand.Rand) string {
	q := o.hide(r)
	v := access.Decide(&q)
	if v.Answer == access.Unknown && v.Missing == 0 {
		return "unknown, and nothing is missing"
	}
	if v.Answer == access.Unknown || v.Answer == o.verdict.Answer {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "with fewer facts it is %v %q (%v at %v), with all %v %q (%v at %v)\n", v.Answer, v.Errno, v.Reason, v.Where, o.verdict.Answer, o.verdict.Errno, o.verdict.Reason, o.verdict.Where)
	less := occasion{q: q}
	b.WriteString(less.describe())
	return b.String()
}

// seesItself lets the subject gather the facts by itself, and compares the verdict on
// those: it is the same, or that it is unknown.
func (o *occasion) seesItself() string {
	asker, ok := o.who.Doer.(*Asker)
	if !ok {
		return ""
	}
	q, problem := o.q, ""
	asker.Run(func() {
		options := lookup.Options{NoFollow: !q.Action.Follows(q.With), Name: q.Action.Names(q.With), Mounts: o.stage.world.Mounts}
		if q.Action == access.Executing {
			options.Facts = entry.Caps | entry.Content
		}
		var err error
		if q.Way, err = lookup.Gather(o.ask.Path, options); err != nil {
			problem = err.Error()
			return
		}
		if q.Target != nil {
			options.NoFollow, options.Name = true, true
			q.Target, err = lookup.Gather(o.ask.Path2, options)
		}
		if q.Action == access.Executing && err == nil {
			q.With.Interpreters, q.With.NoFormat, err = lookup.Interpreters(q.Way, options)
		}
		if err != nil {
			problem = err.Error()
		}
	})
	if problem != "" {
		return problem
	}
	v := access.Decide(&q)
	if v.Answer == access.Unknown || v.Answer == o.verdict.Answer && v.Errno == o.verdict.Errno {
		return ""
	}
	less := occasion{q: q}
	return fmt.Sprintf("on what the subject sees by itself it is %v %q (%v at %v), on all %v %q\n%s", v.Answer, v.Errno, v.Reason, v.Where, o.verdict.Answer, o.verdict.Errno, less.describe())
}
