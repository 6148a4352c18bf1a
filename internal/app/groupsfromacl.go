package app

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"ward/account"
	"ward/account/grouping"
	"ward/entry"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/mode"
	"ward/tree"
)

// FromACLRequest asks for groups in the place of a tree's access lists, or for lists in
// the place of a group.
type FromACLRequest struct {
	Root        string
	Back        string // a group that lists are to replace; "": groups replace lists
	Prefix      string // of new groups' names; "": the directory's name
	Approximate bool
	CrossMounts bool
	Jobs        int
}

// FromACL is the proposal.
type FromACL struct {
	Root     string
	Back     string
	Proposal grouping.Proposal
	Entries  int64
	Unseen   Unseen
	Names    *account.Database // with the new groups

	request FromACLRequest
	after   map[string]entry.State // by pattern
}

// GroupsFromACL looks at a tree and proposes.
func GroupsFromACL(ctx context.Context, q FromACLRequest) (*FromACL, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	text, err := accounts.ReadFile("/", "etc/login.defs")
	if err != nil {
		return nil, fmt.Errorf("read the limits of ids: %w", err)
	}
	return proposeGroups(ctx, q, db, account.ParseLimits(text))
}

func proposeGroups(ctx context.Context, q FromACLRequest, db *account.Database, limits account.Limits) (*FromACL, error) {
	a := &FromACL{Back: q.Back, request: q, after: map[string]entry.State{}}
	patterns, err := a.patterns(ctx)
	if err != nil {
		return nil, err
	}
	if q.Back != "" {
		g, ok := db.Group(q.Back)
		if !ok {
			return nil, &RequestError{Problem: fmt.Sprintf("there is no group %q", q.Back)}
		}
		a.Proposal = grouping.Back(patterns, g, db)
	} else {
		a.Proposal = grouping.Propose(patterns, db, grouping.Options{Prefix: prefixFor(q, a.Root), Limits: limits, Approximate: q.Approximate})
	}
	groups := slices.Clone(db.Groups())
	for _, g := range a.Proposal.Groups {
		if g.New {
			groups = append(groups, account.Group{Name: g.Name, GID: g.GID, Members: g.Members})
		}
	}
	a.Names = account.New(db.Users(), groups)
	for _, out := range a.Proposal.Outcomes {
		if out.Stays == "" {
			a.after[patternKey(out.Kind, &out.State)] = out.After
		}
	}
	return a, nil
}

// prefixFor is the names of new groups: what was asked for, or the directory's name as
// far as a group can have it.
func prefixFor(q FromACLRequest, root string) string {
	name := strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
			return c
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		}
		return -1
	}, filepath.Base(root))
	name = strings.TrimLeft(name, "-0123456789")
	return cmp.Or(q.Prefix, name[:min(len(name), 20)], "acl")
}

// patternKey is everything that tells two patterns apart.
func patternKey(k mode.Kind, st *entry.State) string {
	return string(appendState([]byte{byte(k)}, st))
}

// patterns walks the tree and counts what is alike.
func (a *FromACL) patterns(ctx context.Context) ([]grouping.Pattern, error) {
	root, err := files.Open(a.request.Root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	a.Root = root.Path()
	var visitors []*patternVisitor
	o := tree.Options{Workers: a.request.Jobs, CrossMounts: a.request.CrossMounts, NoBirth: true}
	err = root.Walk(ctx, o, func() tree.Visitor {
		v := &patternVisitor{found: map[string]*grouping.Pattern{}}
		visitors = append(visitors, v)
		return v
	})
	all := map[string]*grouping.Pattern{}
	for _, v := range visitors {
		a.Entries += v.entries
		a.Unseen.merge(&v.unseen)
		for key, p := range v.found {
			if x := all[key]; x != nil {
				x.Count += p.Count
				x.First = min(x.First, p.First)
				continue
			}
			all[key] = p
		}
	}
	var list []grouping.Pattern
	for _, p := range all {
		list = append(list, *p)
	}
	slices.SortFunc(list, func(x, y grouping.Pattern) int { return strings.Compare(x.First, y.First) })
	return list, err
}

// patternVisitor counts patterns for one worker.
type patternVisitor struct {
	found   map[string]*grouping.Pattern
	entries int64
	unseen  Unseen
	buffer  []byte
}

func (v *patternVisitor) Enter(*entry.Dir) bool { return true }

func (v *patternVisitor) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	if e.Kind == mode.Symlink {
		return 0, tree.Continue
	}
	need := entry.AccessACL
	if e.Kind == mode.Directory {
		need |= entry.DefaultACL
	}
	if missing := need &^ (e.Known | e.Denied); missing != 0 {
		return missing, tree.Continue
	}
	v.entries++
	if e.Denied&need != 0 {
		return 0, tree.Continue // Fail has said it
	}
	st := e.State
	st.Caps, st.Flags = "", 0
	v.buffer = appendState(append(v.buffer[:0], byte(e.Kind)), &st)
	if p := v.found[string(v.buffer)]; p != nil {
		p.Count++
		p.First = min(p.First, strings.Clone(e.Path()))
		return 0, tree.Continue
	}
	st.ACL, st.Default = slices.Clone(st.ACL), slices.Clone(st.Default)
	v.found[string(v.buffer)] = &grouping.Pattern{Kind: e.Kind, State: st, Count: 1, First: strings.Clone(e.Path())}
	return 0, tree.Continue
}

func (v *patternVisitor) Fail(path string, err error) { v.unseen.add(path, err) }

// Missing lists the groups that have to be made before the proposal can be carried out.
func (a *FromACL) Missing() (groups []grouping.Group) {
	for _, g := range a.Proposal.Groups {
		if g.New {
			groups = append(groups, g)
		}
	}
	return groups
}

// Changes counts the objects that the proposal changes.
func (a *FromACL) Changes() (n int64) {
	for _, out := range a.Proposal.Outcomes {
		if out.Stays == "" {
			n += out.Count
		}
	}
	return n
}

// Change is the proposal as a change that is journalled, verified and undone like any
// other. Objects that are no longer as they were seen are left alone.
func (a *FromACL) Change(o RunOptions) ChangeRequest {
	words := "groups in the place of access lists"
	if a.Back != "" {
		words = "access lists in the place of the group " + a.Back
	}
	return ChangeRequest{
		RunOptions: o, Command: "groups from-acl", Words: words, Plain: true,
		Operands: []ChangeOperand{{Path: a.Root}}, Recurse: true,
		Edit: a.edit,
	}
}

func (a *FromACL) edit(e *entry.Entry) (after entry.State, decided mode.Mode, need entry.Facts) {
	if e.Kind == mode.Symlink {
		return e.State, 0, 0
	}
	need = entry.AccessACL
	if e.Kind == mode.Directory {
		need |= entry.DefaultACL
	}
	if missing := need &^ (e.Known | e.Denied); missing != 0 {
		return e.State, 0, missing
	}
	st := e.State
	st.Caps, st.Flags = "", 0
	wanted, ok := a.after[patternKey(e.Kind, &st)]
	if !ok {
		return e.State, 0, 0
	}
	wanted.Caps, wanted.Flags = e.Caps, e.Flags
	return wanted, 0o7777, 0
}
