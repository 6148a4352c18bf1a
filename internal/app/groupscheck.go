package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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
	"ward/manifest/mtree"
	"ward/tree"
)

// GroupsCheckRequest asks what is wrong with the accounts of a system.
type GroupsCheckRequest struct {
	Root     string   // of the system's tree; "" or "/": the running one
	Rules    []string // ids of the only rules that count; nil: all
	Known    string   // file of accepted findings; "" for none
	PerRule  int      // how many findings of each rule are kept; 0: all
	Walk     []string // directories, from the root of the system, whose owners are looked at
	Listings []string // walks that were saved: manifests, or "UID GID PATH" lines, or ended by NUL, as find -printf writes them
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
		if err := g.listing(ctx, file); err != nil {
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

// listing reads a walk that was saved: a manifest, or what find -printf wrote.
func (g *accountFacts) listing(ctx context.Context, file string) error {
	f, err := openListing(file)
	if err != nil {
		return fmt.Errorf("read a listing of files: %w", err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<16)
	start, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read a listing of files: %w", err)
	}
	if mtree.Is(start) {
		return g.manifest(ctx, file, in)
	}
	end := byte('\n')
	if bytes.IndexByte(start, 0) >= 0 {
		end = 0
	}
	return g.found(ctx, file, in, end)
}

// openListing opens a file of any size; what nobody writes to is not waited for.
func openListing(file string) (*os.File, error) {
	if file == "-" {
		return os.Stdin, nil
	}
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() && info.Mode()&fs.ModeNamedPipe == 0 {
		err = fmt.Errorf("%q is no regular file", file)
	}
	if err != nil {
		return nil, err
	}
	return os.Open(file)
}

// longestListed bounds one line of a listing: longer paths the kernel does not take.
const longestListed = 1 << 20

// found reads what `find / -printf '%U %G %p\0'` wrote.
func (g *accountFacts) found(ctx context.Context, file string, in io.Reader, end byte) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<16), longestListed)
	lines.Split(func(data []byte, atEnd bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, end); i >= 0 {
			return i + 1, data[:i], nil
		}
		if atEnd && len(data) > 0 {
			return len(data), data, nil
		}
		return 0, nil, nil
	})
	n := 0
	for ctx.Err() == nil && lines.Scan() {
		if n++; len(lines.Bytes()) == 0 {
			continue
		}
		o, ok := savedOwner(lines.Text())
		if !ok {
			return listingError(file, n, lines.Text())
		}
		g.saved(o)
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return listingError(file, n+1, "a line of more than 1 MiB")
	}
	return errors.Join(ctx.Err(), lines.Err())
}

// savedOwner is "UID GID PATH".
func savedOwner(line string) (o faults.Object, ok bool) {
	f := strings.SplitN(line, " ", 3)
	if len(f) != 3 {
		return o, false
	}
	uid, err1 := strconv.ParseUint(f[0], 10, 32)
	gid, err2 := strconv.ParseUint(f[1], 10, 32)
	o.Path = strings.TrimPrefix(f[2], "/")
	o.State.UID, o.State.GID = ident.UID(uid), ident.GID(gid)
	return o, errors.Join(err1, err2) == nil
}

// manifest takes the owners in a manifest, whose paths count from the root that it
// was made of. Entries without their numbers say nothing.
func (g *accountFacts) manifest(ctx context.Context, file string, in io.Reader) error {
	m := mtree.NewReader(in)
	for ctx.Err() == nil {
		e, err := m.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &RequestError{Problem: fmt.Sprintf("read %q", file), Err: err}
		}
		if e.Ignored || e.Known&(mtree.UID|mtree.GID) != mtree.UID|mtree.GID {
			continue
		}
		o := faults.Object{Path: e.Path, Kind: e.Kind}
		o.State.UID, o.State.GID, o.State.Mode = e.UID, e.GID, e.Mode
		g.saved(o)
	}
	return ctx.Err()
}

// saved judges an object of a walk that was saved.
func (g *accountFacts) saved(o faults.Object) {
	if g.seen++; len(g.system.Strays) < mostOdd {
		g.stray(o)
	}
}

func listingError(file string, n int, line string) error {
	return &RequestError{
		Problem: fmt.Sprintf("%s:%d: %.60q is no \"UID GID PATH\"", file, n, line),
		Hint:    `such a file is made by find / -xdev -printf '%U %G %p\0', or by ward manifest /`,
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
