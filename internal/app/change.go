package app

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"ward/account"
	"ward/entry"
	"ward/internal/apply"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/internal/host/state"
	"ward/mode"
	"ward/plan"
	"ward/policy"
	"ward/tree"
)

// ChangeRequest asks for objects to be changed as a command line says, without a
// policy. All of its operands are one run.
type ChangeRequest struct {
	RunOptions
	Command  string // "chmod", for the log
	Words    string // what was asked for, for the log
	Operands []ChangeOperand
	Recurse  bool
	Exclude  []string // globs, relative to each operand, of what is left out with all below it
	Edit     Edit
	Plain    bool // nobody wants to hear of what went well
	Dry      bool // nothing is changed, and nothing written down

	anchor    string            // of the run that this one continues; "": as the operands have it
	continues string            // the run that opened what is looked at now
	below     map[int]*subtrees // by operand: nothing else is looked at; nil: everything is
}

// ChangeOperand is a path of the command line.
type ChangeOperand struct {
	Path   string
	Itself bool // a symbolic link is meant itself, not what it leads to
	Enter  bool // but not one that leads to a directory
}

// wants reports whether somebody wants to hear of an object that nothing is wrong
// with. Where an access list is concerned he does.
func (q *ChangeRequest) wants(t *Touched) bool {
	return !q.Plain || t.Fate == Changes && len(t.Before.ACL) > 0
}

// Edit says what an entry is to become, and which of its mode bits were decided
// expressly. A non-zero set of facts is fetched, and it is called again. It is called
// by several goroutines.
type Edit func(e *entry.Entry) (after entry.State, decided mode.Mode, need entry.Facts)

// Fate is what became of an object that a change was asked for.
type Fate uint8

// The fates.
const (
	AsWanted   Fate = iota // it was so already
	Changes                // it changes, or would; after Run: it has changed
	LeftAlone              // refused: Text says why
	NotChanged             // it was to be changed, and could not be
	NoAccess               // it could not be looked at; Kind is that of a symbolic link which leads there
	NoReading              // a directory whose names could not be read
	Leads                  // a symbolic link to nothing
)

// Touched is one object of a ChangeRequest.
type Touched struct {
	Operand int
	Path    string // the operand's, with the path below it
	Kind    mode.Kind
	Fate    Fate
	Known   entry.Facts
	Before  entry.State
	After   entry.State
	Err     error  // of what went wrong
	Text    string // in words, of LeftAlone, and of NotChanged where Err says nothing
	Hint    string

	planned string // its path in the plan
	below   string // NoReading: its path below the operand
	opens   bool   // NoReading: it may be readable once it is changed
	again   bool   // AsWanted: another operand has it already, and changes it
}

// Changing is a ChangeRequest that is ready to be run. Close it.
type Changing struct {
	Prepared *Prepared // nil where nothing can or is to be changed
	Touched  []Touched // in the order of operands and paths
	Changes  int64
	Names    *account.Database

	request ChangeRequest
	opened  []opened
	anchor  string
	once    map[string]bool // paths in the plan, where operands may overlap
	lock    sync.Mutex      // of once
}

// opened is an operand that is held.
type opened struct {
	number int
	given  string
	root   *files.Root
	base   string // of a symbolic link that is meant itself, in root; else ""
}

// path is the operand's, absolute.
func (o *opened) path() string { return filepath.Join(o.root.Path(), o.base) }

// PrepareChange looks at everything that is to be changed and writes the plan down.
// What cannot be changed is among Touched; an error means that nothing can.
func PrepareChange(ctx context.Context, q ChangeRequest) (*Changing, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	c := &Changing{request: q, Names: db}
	defer c.release()
	for i := range q.Operands {
		if q.below == nil || q.below[i] != nil {
			c.open(i)
		}
	}
	if len(c.opened) == 0 {
		return c, nil
	}
	if c.anchor = q.anchor; c.anchor == "" {
		c.anchor = common(c.opened)
	}
	if len(c.opened) > 1 {
		c.once = map[string]bool{}
	}
	if q.Dry {
		err = c.look(ctx, nil)
	} else {
		err = c.prepare(ctx)
	}
	sortTouched(c.Touched)
	return c, err
}

// release gives back what the looking needed.
func (c *Changing) release() {
	for i := range c.opened {
		_ = c.opened[i].root.Close()
	}
}

// Close forgets a plan that was not carried out.
func (c *Changing) Close() error {
	if c.Prepared == nil {
		return nil
	}
	return c.Prepared.Close()
}

// open holds one operand, or notes why it cannot be had.
func (c *Changing) open(i int) {
	operand := c.request.Operands[i]
	o := opened{number: i, given: operand.Path}
	at := operand.Path
	if operand.Itself && isLink(operand.Path) && !(operand.Enter && entered(operand.Path)) {
		at, o.base = filepath.Dir(operand.Path), filepath.Base(operand.Path)
	}
	var root *files.Root
	err := error(syscall.ENOENT) // of the empty path, which leads nowhere
	if at != "" {
		root, err = files.Open(at)
	}
	if err == nil && strings.HasSuffix(operand.Path, "/") {
		err = directoryOnly(root)
	}
	if err != nil {
		c.Touched = append(c.Touched, unopened(i, operand.Path, err))
		return
	}
	o.root = root
	if why := c.guarded(&o); why != "" {
		c.refuse(&o, why, "--allow-system "+o.path())
		return
	}
	runner := accounts.Runner().Subject.UID
	if err := files.CheckAncestors(root, runner, c.Names, c.request.AllowAncestor); err != nil {
		hint := ""
		var a *files.AncestorError
		if errors.As(err, &a) {
			hint = "--allow-ancestor " + a.Path
		}
		c.refuse(&o, err.Error(), hint)
		return
	}
	c.opened = append(c.opened, o)
}

// guarded says why nothing below an operand may be changed; "" where it may.
func (c *Changing) guarded(o *opened) string {
	if !c.request.Recurse {
		return ""
	}
	why := c.rails().Root(o.path())
	if why != "" || o.base != "" {
		return why
	}
	e, err := o.root.Entry(entry.Stat)
	if err != nil {
		return "" // the walk meets it too
	}
	return c.rails().Object(o.path(), e.Kind, e.Mode)
}

// refuse leaves an operand alone, with all below it.
func (c *Changing) refuse(o *opened, why, hint string) {
	c.Touched = append(c.Touched, Touched{Operand: o.number, Path: o.given, Fate: LeftAlone, Text: why, Hint: hint})
	_ = o.root.Close()
}

func (c *Changing) rails() plan.Rails {
	return plan.Rails{Allowed: absolute(c.request.AllowSystem), Homes: homes(c.Names)}
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// entered reports whether a link leads to a directory. Where that cannot be told, opening
// it tells why.
func entered(link string) bool {
	info, err := os.Stat(link)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	return info.IsDir()
}

// unopened tells a link to nothing from what is not there.
func unopened(i int, path string, err error) Touched {
	t := Touched{Operand: i, Path: path, Fate: NoAccess, Err: err}
	if !isLink(path) {
		return t
	}
	t.Kind = mode.Symlink
	if errors.Is(err, fs.ErrNotExist) {
		t.Fate = Leads
	}
	return t
}

// common is the directory in which all operands lie, or the one operand there is.
func common(all []opened) string {
	if len(all) == 1 {
		return all[0].root.Path()
	}
	at := filepath.Dir(all[0].path())
	for i := range all {
		for !within(filepath.Dir(all[i].path()), at) {
			at = filepath.Dir(at)
		}
	}
	return at
}

func within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

// prepare makes the plan in the journal of a run.
func (c *Changing) prepare(ctx context.Context) error {
	o := c.request.RunOptions
	o.anyRail = true // the anchor itself is not changed; every object is asked about
	run := state.Run{Command: c.request.Command, Continues: c.request.continues}
	p, err := prepare(ctx, c.anchor, o, run, func(p *Prepared) error { return c.fill(ctx, p) })
	if err != nil {
		return err
	}
	c.Prepared = p
	return nil
}

func (c *Changing) fill(ctx context.Context, p *Prepared) error {
	e, err := p.session.root.Entry(entry.Stat | entry.Handle)
	if err != nil {
		return err
	}
	p.Started, p.Names = now(), p.session.db
	p.Tree = Tree{Root: p.session.root.Path(), Single: e.Kind != mode.Directory}
	p.Header = plan.Header{
		Root: p.Tree.Root, RootID: e.ID, Created: p.Started.UnixNano(),
		Rules: []plan.RuleRef{{ID: c.request.Command, Title: c.request.Words, Severity: "info"}},
	}
	if err := p.begin(p.Header); err != nil {
		return err
	}
	if err := c.look(ctx, p); err != nil {
		return err
	}
	p.Changes = c.Changes
	p.Duration = now().Sub(p.Started)
	return nil
}

// look goes through the operands. p is nil where nothing is written down.
func (c *Changing) look(ctx context.Context, p *Prepared) error {
	exclude, err := policy.ParsePaths(c.request.Exclude)
	if err != nil {
		return &RequestError{Problem: "--exclude", Err: err}
	}
	w := &changeWalk{changing: c, exclude: exclude, rails: c.rails()}
	if p != nil {
		w.sink = func() sink { return newBlockSink(p.journal, p.Header) }
	}
	for i := range c.opened {
		if err := w.operand(ctx, &c.opened[i]); err != nil {
			return err
		}
	}
	return w.end(p)
}

// changeWalk is the operands being looked at. Its visitors, one for each worker, last
// over all of them, so that names of one object are gathered wherever they are met.
type changeWalk struct {
	changing *Changing
	exclude  policy.Paths
	rails    plan.Rails
	sink     func() sink // nil: none
	all      []*changeVisitor
	at       *opened
	below    *subtrees // what of the operand is looked at; nil: everything
	prefix   string    // of the operand, in the plan; "" for the anchor itself
	given    string    // the operand with the slash that a name follows
}

func (w *changeWalk) operand(ctx context.Context, o *opened) error {
	w.at, w.below = o, w.changing.request.below[o.number]
	rel, err := filepath.Rel(w.changing.anchor, o.path())
	if err != nil {
		return err
	}
	w.prefix = ""
	if rel = filepath.ToSlash(rel); rel != "." {
		w.prefix = rel
	}
	w.given = strings.TrimRight(o.given, "/") + "/"
	if w.changing.request.Recurse && o.base == "" {
		used := 0
		options := tree.Options{Workers: w.changing.request.Jobs, CrossMounts: true}
		err := o.root.Walk(ctx, options, func() tree.Visitor { used++; return w.visitor(used - 1) })
		if ctx.Err() == nil && errors.Is(err, fs.ErrPermission) { // the operand was visited, and could not be read
			w.visitor(0).Fail(".", err)
			err = nil
		}
		return err
	}
	return w.visitor(0).single(o)
}

// visitor is the nth of them, made when it is first asked for.
func (w *changeWalk) visitor(n int) *changeVisitor {
	for len(w.all) <= n {
		v := &changeVisitor{walk: w}
		if w.sink != nil {
			v.sink = w.sink()
		}
		w.all = append(w.all, v)
	}
	return w.all[n]
}

// end takes the objects with several names, and adds up.
func (w *changeWalk) end(p *Prepared) error {
	if len(w.all) == 0 {
		return nil
	}
	c, first := w.changing, w.all[0]
	for _, v := range w.all[1:] {
		first.links.Merge(&v.links)
	}
	changes, refusals := first.links.Resolve(plan.LinkOptions{
		AllowOutside: c.request.AllowOutsideLinks,
		Overlay:      first.overlay, AllowOverlay: c.request.AllowOverlayLinks,
	})
	refused := map[string]*plan.Refusal{}
	for i := range refusals {
		refused[refusals[i].Path] = &refusals[i]
	}
	for i := range changes {
		first.add(&changes[i])
	}
	var errs []error
	var all []*groups
	for _, v := range w.all {
		c.Changes += v.changes
		all = append(all, &v.groups)
		errs = append(errs, v.err)
		if v.sink != nil && v.err == nil {
			errs = append(errs, v.sink.flush())
		}
		for _, t := range append(v.touched, v.several...) {
			if r := refused[t.planned]; r != nil && t.Fate == Changes {
				t.Fate, t.Text, t.Hint = LeftAlone, r.Text, linkHint(r)
			}
			if t.Fate != Changes || c.request.wants(&t) {
				c.Touched = append(c.Touched, t)
			}
		}
	}
	if p != nil {
		p.Groups = sumGroups(all, p.session.db, p.Header.Rules)
	}
	return firstOf(errs)
}

func linkHint(r *plan.Refusal) string {
	switch r.Why {
	case plan.OutsideLinks:
		return "--allow-outside-links"
	case plan.OverlayLink:
		return "--allow-overlay-links"
	}
	return ""
}

// Run carries the changes out. Afterwards Touched tells what has become of each.
func (c *Changing) Run(ctx context.Context) (*Applied, error) {
	if c.Prepared == nil || c.Changes == 0 {
		return &Applied{}, nil
	}
	a, err := c.Prepared.Run(ctx, nil)
	if a != nil {
		c.settle(a)
	}
	return a, err
}

// settle marks what was not changed.
func (c *Changing) settle(a *Applied) {
	if len(a.Items) == 0 {
		return
	}
	items := map[string]*apply.Item{}
	for i := range a.Items {
		if !a.Items[i].Outcome.Good() {
			items[a.Items[i].Path] = &a.Items[i]
		}
	}
	told := map[string]bool{}
	for i := range c.Touched {
		t := &c.Touched[i]
		if item := items[t.planned]; item != nil && (t.Fate == Changes || t.again) {
			t.Before = item.Before
			fail(t, item)
			told[t.planned] = true
		}
	}
	maps.DeleteFunc(items, func(planned string, _ *apply.Item) bool { return told[planned] })
	for _, item := range items {
		t := Touched{Operand: -1, Path: c.shown(item.Path), Kind: item.Kind, Before: item.Before, After: item.Wanted, planned: item.Path}
		fail(&t, item)
		c.Touched = append(c.Touched, t)
	}
	sortTouched(c.Touched)
}

func fail(t *Touched, item *apply.Item) {
	t.Fate, t.Err, t.Text = NotChanged, item.Err, item.Cause
	if t.Text == "" {
		t.Text = item.Outcome.String()
	}
}

// shown is a path of the plan as its operand has it.
func (c *Changing) shown(planned string) string {
	absolute := path.Join(c.anchor, planned)
	for i := range c.opened {
		o := &c.opened[i]
		if absolute == o.path() {
			return o.given
		}
		if below, ok := strings.CutPrefix(absolute, strings.TrimSuffix(o.path(), "/")+"/"); ok {
			return strings.TrimRight(o.given, "/") + "/" + below
		}
	}
	return absolute
}

// Found is the state of an object, or of what a symbolic link leads to.
func Found(path string) (entry.State, mode.Kind, error) {
	if path == "" {
		return entry.State{}, mode.Unknown, syscall.ENOENT
	}
	root, err := files.Open(path)
	if err != nil {
		return entry.State{}, mode.Unknown, err
	}
	defer root.Close()
	e, err := root.Entry(entry.Stat)
	if err == nil && e.Kind != mode.Directory && strings.HasSuffix(path, "/") {
		return entry.State{}, mode.Unknown, syscall.ENOTDIR
	}
	return e.State, e.Kind, err
}
