package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"ward/account"
	"ward/account/faults"
	"ward/entry"
	"ward/finding"
	"ward/ident"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/tree"
)

// GroupsCheckRequest asks what is wrong with the accounts of a system.
type GroupsCheckRequest struct {
	Root     string   // of the system's tree; "" or "/": the running one
	Rules    []string // ids of the only rules that count; nil: all
	Known    string   // file of accepted findings; "" for none
	PerRule  int      // how many findings of each rule are kept; 0: all
	Walk     []string // directories, from the root of the system, whose owners are looked at
	Listings []string // files of "UID GID PATH" lines, or ended by NUL, as find -printf writes them
}

// GroupsCheck judges accounts. The answer is like that of Check: its one tree is the
// system's, and its findings lie in account files and homes.
func GroupsCheck(ctx context.Context, q GroupsCheckRequest, progress Progress) (*Checked, error) {
	started := now()
	root, err := systemRoot(q.Root)
	if err != nil {
		return nil, err
	}
	known, err := loadKnown(ctx, q.Known)
	if err != nil {
		return nil, err
	}
	g, err := gatherAccounts(root, accounts.Beyond())
	if err != nil {
		return nil, err
	}
	if err := g.strays(ctx, q, progress); err != nil {
		return nil, err
	}
	judged := faults.Judge(&g.system)
	if err := chosenRules(&judged, q.Rules); err != nil {
		return nil, err
	}
	for _, name := range judged.Asked {
		g.unseen.add(filepath.Join(root, "etc/nsswitch.conf"), fmt.Errorf("whether %s exists: the sources of accounts beside the files could not be asked", name))
	}
	a := &Checked{
		Trees: []Tree{{Root: root}}, Every: judged.Rules, PerRule: q.PerRule, Names: g.db,
		Started: started, Unseen: g.unseen, Entries: g.seen, Opened: g.opened,
	}
	a.keep(root, judged, known, q)
	a.Duration = now().Sub(started)
	return a, nil
}

// systemRoot is the absolute path of a system's root.
func systemRoot(given string) (string, error) {
	if given == "" {
		given = "/"
	}
	root, err := filepath.Abs(given)
	if err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	if err != nil {
		return "", fmt.Errorf("find the system's root: %w", err)
	}
	return root, nil
}

// chosenRules leaves only the rules that were asked for.
func chosenRules(j *faults.Judged, ids []string) error {
	for _, id := range ids {
		if !slices.ContainsFunc(j.Rules, func(r *finding.Rule) bool { return r.ID == id }) {
			return &RequestError{Problem: fmt.Sprintf("there is no rule %q of accounts", id), Hint: "`ward rules` lists them: those of accounts start with accounts/"}
		}
	}
	if len(ids) > 0 {
		j.Faults = slices.DeleteFunc(j.Faults, func(f faults.Fault) bool { return !slices.Contains(ids, f.Rule.ID) })
	}
	return nil
}

// keep counts faults by rule and keeps those to be shown, gravest rules first.
func (c *Checked) keep(root string, judged faults.Judged, known *knownFile, q GroupsCheckRequest) {
	var kept []Finding
	counts := map[*finding.Rule]int64{}
	for _, f := range judged.Faults {
		if known.accepts(f.Rule.ID, f.Path, root, false) || f.Line > 0 && known.accepts(f.Rule.ID, f.Path+":"+f.Member, root, false) {
			continue
		}
		if counts[f.Rule]++; q.PerRule == 0 || counts[f.Rule] <= int64(q.PerRule) {
			kept = append(kept, Finding{Finding: f.Finding, Root: root, Fix: f.Fix})
		}
	}
	order := map[*finding.Rule]int{}
	for s := int(finding.Critical); s >= 0; s-- {
		for _, r := range judged.Rules {
			if int(r.Severity) == s && counts[r] > 0 {
				order[r] = len(c.Rules)
				c.Rules = append(c.Rules, Broken{Rule: r, Count: counts[r]})
			}
		}
	}
	slices.SortStableFunc(kept, func(a, b Finding) int { return order[a.Rule] - order[b.Rule] })
	known.report(c, &rulebook{judging: Judging{Rules: q.Rules}})
	c.Findings = func(yield func(Finding, error) bool) {
		for _, f := range kept {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// strays looks for objects of owners and groups that nobody is.
func (g *accountFacts) strays(ctx context.Context, q GroupsCheckRequest, progress Progress) error {
	for _, file := range q.Listings {
		text, err := readFile(ctx, "read a listing of files", file)
		if err != nil {
			return err
		}
		if err := g.listing(file, text); err != nil {
			return err
		}
	}
	for _, dir := range q.Walk {
		if err := g.walk(ctx, dir, progress); err != nil {
			return err
		}
	}
	return nil
}

// listing reads what `find / -printf '%U %G %p\0'` wrote.
func (g *accountFacts) listing(file string, text []byte) error {
	end := byte('\n')
	if bytes.IndexByte(text, 0) >= 0 {
		end = 0
	}
	r := bufio.NewReader(bytes.NewReader(text))
	for n := 1; ; n++ {
		line, err := r.ReadString(end)
		if line = strings.TrimSuffix(line, string(end)); line == "" && errors.Is(err, io.EOF) {
			return nil
		} else if line == "" {
			continue
		}
		f := strings.SplitN(line, " ", 3)
		if len(f) != 3 {
			return listingError(file, n, line)
		}
		uid, err1 := strconv.ParseUint(f[0], 10, 32)
		gid, err2 := strconv.ParseUint(f[1], 10, 32)
		if errors.Join(err1, err2) != nil {
			return listingError(file, n, line)
		}
		o := faults.Object{Path: strings.TrimPrefix(f[2], "/")}
		o.State.UID, o.State.GID = ident.UID(uid), ident.GID(gid)
		g.stray(o)
		g.seen++
	}
}

func listingError(file string, n int, line string) error {
	return &RequestError{
		Problem: fmt.Sprintf("%s:%d: %.60q is no \"UID GID PATH\"", file, n, line),
		Hint:    `such a file is made by find / -xdev -printf '%U %G %p\0'`,
	}
}

// stray keeps an object if its owner or group is nobody.
func (g *accountFacts) stray(o faults.Object) {
	s := faults.Stray{Object: o}
	s.User = g.nobodyIs(o.State.UID)
	s.Group = g.noGroupIs(o.State.GID)
	if s.User || s.Group {
		g.system.Strays = append(g.system.Strays, s)
	}
}

func (g *accountFacts) nobodyIs(uid ident.UID) bool {
	if g.db.Lists(uid) || uid == 0 || uid == 65534 {
		return false
	}
	return g.system.Outside.User == nil || answerFor(g.system.Outside.User, uint32(uid)) == account.No
}

func (g *accountFacts) noGroupIs(gid ident.GID) bool {
	if g.db.KnowsGroup(gid) == account.Yes || gid == 0 || gid == 65534 {
		return false
	}
	return g.system.Outside.Group == nil || answerFor(g.system.Outside.Group, uint32(gid)) == account.No
}

func answerFor[T any](ask func(string) (T, account.Answer), id uint32) account.Answer {
	_, answer := ask(strconv.FormatUint(uint64(id), 10))
	return answer
}

// walk looks at the owners of a tree.
func (g *accountFacts) walk(ctx context.Context, dir string, progress Progress) error {
	path := filepath.Join(g.root, dir)
	root, err := files.Open(path)
	if err != nil {
		return err
	}
	defer root.Close()
	var visitors []*ownerVisitor
	var seen atomic.Int64
	defer watch(progress, "looked at", &seen, 0)()
	err = root.Walk(ctx, tree.Options{NoBirth: true}, func() tree.Visitor {
		v := &ownerVisitor{facts: g, count: &seen, at: strings.TrimPrefix(strings.TrimPrefix(root.Path(), strings.TrimSuffix(g.root, "/")), "/"), known: map[[2]uint32]bool{}}
		visitors = append(visitors, v)
		return v
	})
	for _, v := range visitors {
		g.unseen.merge(&v.unseen)
		g.seen += v.seen
		for _, o := range v.odd {
			g.stray(o)
		}
	}
	return err
}

// ownerVisitor keeps the objects whose owners the files do not list.
type ownerVisitor struct {
	facts  *accountFacts
	at     string // the walk's root, from that of the system
	known  map[[2]uint32]bool
	odd    []faults.Object
	unseen Unseen
	seen   int64
	count  *atomic.Int64 // of all visitors, in steps
}

// mostOdd bounds what a tree of strangers costs: afterwards it is clear what is wrong.
const mostOdd = 100_000

func (v *ownerVisitor) Enter(*entry.Dir) bool { return true }

func (v *ownerVisitor) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	if v.seen++; v.seen%step == 0 {
		v.count.Add(step)
	}
	pair := [2]uint32{uint32(e.UID), uint32(e.GID)}
	fine, asked := v.known[pair]
	if !asked {
		fine = v.facts.db.Lists(e.UID) && v.facts.db.KnowsGroup(e.GID) == account.Yes
		v.known[pair] = fine
	}
	if !fine && len(v.odd) < mostOdd {
		path := filepath.Join(v.at, e.Path())
		v.odd = append(v.odd, faults.Object{Path: path, Kind: e.Kind, State: e.State, Known: e.Known})
	}
	return 0, tree.Continue
}

func (v *ownerVisitor) Fail(path string, err error) {
	v.unseen.add(filepath.Join("/", v.at, path), err)
}
