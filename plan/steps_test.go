package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
	"ward/plan"
)

// state writes states as people think of them: mode, owner, group.
func state(m mode.Mode, uid ident.UID, gid ident.GID) entry.State {
	return entry.State{Mode: m, UID: uid, GID: gid}
}

func withACL(s entry.State, l acl.List) entry.State {
	s.ACL = l
	s.Mode = l.Mode(s.Mode)
	return s
}

func withStored(s entry.State, nfs4, dos entry.Stored) entry.State {
	s.NFS4, s.DOS = nfs4, dos
	return s
}

func withFlags(s entry.State, f entry.Flags) entry.State { s.Flags = f; return s }
func withCaps(s entry.State, c string) entry.State       { s.Caps = c; return s }

// list is an access list with one named user.
func list(user, named, group, mask, other mode.Rights) acl.List {
	return acl.List{
		{Tag: acl.UserObj, ID: acl.NoID, Rights: user},
		{Tag: acl.User, ID: 1000, Rights: named},
		{Tag: acl.GroupObj, ID: acl.NoID, Rights: group},
		{Tag: acl.Mask, ID: acl.NoID, Rights: mask},
		{Tag: acl.Other, ID: acl.NoID, Rights: other},
	}
}

// words is the steps in one line.
func words(steps []plan.Step) string {
	var w []string
	for _, s := range steps {
		switch s.Op {
		case plan.SetMode:
			w = append(w, "chmod "+s.Mode.Octal())
		case plan.SetOwner:
			w = append(w, fmt.Sprintf("chown %d:%d", int32(s.UID), int32(s.GID)))
		case plan.SetACL:
			w = append(w, fmt.Sprintf("acl(%d)", len(s.List)))
		case plan.SetDefaultACL:
			w = append(w, fmt.Sprintf("default(%d)", len(s.List)))
		case plan.SetCaps:
			w = append(w, fmt.Sprintf("caps %q", s.Caps))
		case plan.SetFlags:
			w = append(w, fmt.Sprintf("flags %#x", s.Flags))
		case plan.SetNFS4:
			w = append(w, "nfs4 "+string(s.Other))
		case plan.SetDOS:
			w = append(w, "dos "+string(s.Other))
		}
	}
	return strings.Join(w, ", ")
}

var stepCases = []struct {
	name          string
	kind          mode.Kind
	before, after entry.State
	want          string
}{
	{"a change of mode is one chmod", mode.Regular, state(0o644, 0, 0), state(0o600, 0, 0), "chmod 0600"},
	{"widening too", mode.Regular, state(0o600, 0, 0), state(0o4755, 0, 0), "chmod 4755"},
	{"an owner without special bits is one chown", mode.Regular, state(0o644, 5, 5), state(0o644, 0, 5), "chown 0:-1"},
	{"a group alone", mode.Directory, state(0o2755, 5, 5), state(0o2755, 5, 7), "chown -1:7"},
	{"narrow, then chown", mode.Regular, state(0o644, 5, 5), state(0o640, 0, 0), "chmod 0640, chown 0:0"},
	{"chown, then widen", mode.Regular, state(0o600, 5, 5), state(0o644, 0, 0), "chown 0:0, chmod 0644"},
	{"narrow and widen around a chown", mode.Regular, state(0o604, 5, 5), state(0o640, 0, 0), "chmod 0600, chown 0:0, chmod 0640"},
	{"setuid comes back after a chown", mode.Regular, state(0o4755, 0, 0), state(0o4755, 5, 0), "chown 5:-1, chmod 4755"},
	{"setuid goes before a chown", mode.Regular, state(0o4755, 5, 5), state(0o755, 0, 5), "chmod 0755, chown 0:-1"},
	{"setgid without x may be cleared", mode.Regular, state(0o2644, 0, 0), state(0o2644, 5, 0), "chown 5:-1, chmod 2644"},
	{"a directory keeps its special bits", mode.Directory, state(0o2775, 5, 5), state(0o2775, 0, 5), "chown 0:-1"},
	{"capabilities come back", mode.Regular, withCaps(state(0o755, 0, 0), "c"), withCaps(state(0o755, 5, 0), "c"), `chown 5:-1, caps "c"`},
	{"caps after chown, mode last", mode.Regular, withCaps(state(0o4755, 0, 0), "c"), withCaps(state(0o4755, 5, 0), "c"), `chown 5:-1, caps "c", chmod 4755`},
	{"a list that comes brings its bits", mode.Regular, state(0o600, 0, 0), withACL(state(0, 0, 0), list(6, 4, 4, 4, 0)), "acl(5)"},
	{"a list that goes is narrowed first", mode.Regular, withACL(state(0, 0, 0), list(6, 7, 4, 7, 4)), state(0o640, 0, 0), "chmod 0640, acl(0)"},
	{"never through the empty mask", mode.Regular, withACL(state(0, 0, 0), list(6, 0, 4, 4, 4)), state(0o604, 0, 0), "chmod 0600, acl(0), chmod 0604"},
	{"owner and list", mode.Regular, withACL(state(0, 5, 5), list(6, 7, 4, 7, 4)), withACL(state(0, 0, 0), list(6, 4, 4, 4, 4)), "chmod 0600, chown 0:0, acl(5)"},
	{"the mask moves with the mode", mode.Regular, withACL(state(0, 0, 0), list(6, 7, 4, 7, 4)), withACL(state(0, 0, 0), list(6, 7, 4, 4, 0)), "chmod 0640"},
	{"a default list", mode.Directory, state(0o755, 0, 0), entry.State{Mode: 0o755, Default: list(7, 5, 5, 5, 0)}, "default(5)"},
	{"immutable is lifted and put back", mode.Regular, withFlags(state(0o644, 0, 0), entry.Immutable), withFlags(state(0o600, 0, 0), entry.Immutable), "flags 0x0, chmod 0600, flags 0x10"},
	{"immutable goes", mode.Regular, withFlags(state(0o644, 0, 0), entry.Immutable), state(0o644, 0, 0), "flags 0x0"},
	{"a list of NFS 4 comes last, but for flags", mode.Regular, withStored(state(0o644, 0, 0), "a", ""), withFlags(withStored(state(0o600, 0, 0), "b", ""), entry.Immutable), "chmod 0600, nfs4 b, flags 0x10"},
	{"a list is set again after a chmod", mode.Regular, withStored(state(0o644, 0, 0), "a", "d"), withStored(state(0o600, 0, 0), "a", "d"), "chmod 0600, nfs4 a, dos d"},
	{"DOS attributes alone", mode.Regular, withStored(state(0o644, 0, 0), "a", "d"), withStored(state(0o644, 0, 0), "a", "e"), "dos e"},
	{"immutable comes last", mode.Regular, state(0o644, 0, 0), withFlags(state(0o600, 0, 0), entry.Immutable), "chmod 0600, flags 0x10"},
	{"a symlink has only an owner", mode.Symlink, state(0o777, 5, 5), state(0o777, 0, 0), "chown 0:0"},
	{"nothing", mode.Regular, state(0o644, 0, 0), state(0o644, 0, 0), ""},
}

func TestSteps(t *testing.T) {
	for _, c := range stepCases {
		t.Run(c.name, func(t *testing.T) {
			got := words(plan.Steps(&plan.Change{Kind: c.kind, Before: c.before, After: c.after}))
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestIntermediate(t *testing.T) {
	for _, c := range []struct {
		name          string
		kind          mode.Kind
		before, after entry.State
		want          []entry.State
	}{
		{"one chmod has no middle", mode.Regular, state(0o644, 0, 0), state(0o600, 0, 0), nil},
		{"one chown has no middle", mode.Regular, state(0o644, 5, 5), state(0o644, 0, 0), nil},
		{
			"setgid may be dropped by a chmod", mode.Regular, state(0o755, 5, 5), state(0o2755, 5, 5),
			nil, // dropped, it is as before
		},
		{
			"narrowed, then owned", mode.Regular, state(0o604, 5, 5), state(0o640, 0, 0),
			[]entry.State{state(0o600, 5, 5), state(0o600, 0, 0)},
		},
		{
			"cleared by the chown", mode.Regular, state(0o4755, 0, 0), state(0o4755, 5, 0),
			[]entry.State{state(0o755, 5, 0)},
		},
		{
			"setgid without group execute: kept or cleared", mode.Regular, state(0o2644, 0, 0), state(0o2640, 5, 0),
			[]entry.State{state(0o2640, 0, 0), state(0o640, 0, 0), state(0o640, 5, 0)},
		},
		{
			"capabilities are gone meanwhile", mode.Regular,
			withCaps(state(0o755, 0, 0), "c"), withCaps(state(0o755, 5, 0), "c"),
			[]entry.State{state(0o755, 5, 0)},
		},
		{
			"without its flag", mode.Regular,
			withFlags(state(0o644, 0, 0), entry.Immutable), withFlags(state(0o600, 0, 0), entry.Immutable),
			[]entry.State{state(0o644, 0, 0), state(0o600, 0, 0)},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := plan.Intermediate(&plan.Change{Kind: c.kind, Before: c.before, After: c.after})
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("reached (-want +got):\n%s", d)
			}
		})
	}
}

func TestRecover(t *testing.T) {
	id := entry.Identity{Device: 1, Inode: 2, Birth: 3}
	c := plan.Change{Kind: mode.Regular, ID: id, Known: entry.Stat, Before: state(0o604, 5, 5), After: state(0o640, 0, 0)}
	for _, v := range []struct {
		name string
		seen entry.Entry
		want plan.Progress
	}{
		{"as before", entry.Entry{Kind: mode.Regular, ID: id, State: c.Before}, plan.NotDone},
		{"as wanted", entry.Entry{Kind: mode.Regular, ID: id, State: c.After}, plan.Done},
		{"narrowed", entry.Entry{Kind: mode.Regular, ID: id, State: state(0o600, 5, 5)}, plan.Partway},
		{"owned", entry.Entry{Kind: mode.Regular, ID: id, State: state(0o600, 0, 0)}, plan.Partway},
		{"by somebody else", entry.Entry{Kind: mode.Regular, ID: id, State: state(0o666, 0, 0)}, plan.Foreign},
		{"another kind", entry.Entry{Kind: mode.Symlink, ID: id, State: c.After}, plan.Foreign},
		{"the inode used again", entry.Entry{Kind: mode.Regular, ID: entry.Identity{Device: 1, Inode: 2, Birth: 4}, State: c.Before}, plan.Foreign},
		{"what is not known is not compared", entry.Entry{Kind: mode.Regular, ID: id, State: withCaps(c.After, "x")}, plan.Done},
	} {
		t.Run(v.name, func(t *testing.T) {
			if got := plan.Recover(&c, &v.seen); got != v.want {
				t.Errorf("got %v, want %v", got, v.want)
			}
		})
	}
}

func TestInverse(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after entry.State
		want          entry.State // after the way there and back
	}{
		{"a mode", state(0o4755, 5, 5), state(0o755, 5, 5), state(0o4755, 5, 5)},
		{"what became root's gets its bits back", withCaps(state(0o4755, 5, 5), "c"), state(0o755, 0, 0), withCaps(state(0o4755, 5, 5), "c")},
		{"what another owner had does not", withCaps(state(0o6755, 0, 0), "c"), state(0o755, 5, 5), state(0o755, 0, 0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := plan.Inverse(&plan.Change{Kind: mode.Regular, Before: c.before, After: c.after})
			if d := cmp.Diff(c.want, inv.After); d != "" {
				t.Errorf("undone (-want +got):\n%s", d)
			}
		})
	}
}

// No moment between the states lets a class do what neither state allows it.
func TestNarrowNeverWidens(t *testing.T) {
	for _, c := range stepCases {
		if len(c.before.ACL)+len(c.after.ACL) > 0 {
			continue
		}
		ch := plan.Change{Kind: c.kind, Before: c.before, After: c.after}
		for _, s := range plan.Intermediate(&ch) {
			if extra := s.Mode &^ (c.before.Mode | c.after.Mode); extra != 0 {
				t.Errorf("%s: %s passes through %s", c.name, words(plan.Steps(&ch)), s.Mode.Octal())
			}
			if s.UID != c.before.UID && !slices.Contains([]mode.Mode{0, s.Mode & c.after.Mode}, s.Mode) {
				t.Errorf("%s: the new owner meets %s", c.name, s.Mode.Octal())
			}
		}
	}
}
