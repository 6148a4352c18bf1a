package app

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"ward/account"
	"ward/entry"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/internal/host/installed"
	"ward/internal/host/state"
	"ward/internal/spill"
	"ward/mode"
	"ward/packages"
	"ward/plan"
	"ward/policy"
	"ward/repair"
)

// RepairRequest asks for a tree to be brought back to what a reference says.
type RepairRequest struct {
	RunOptions
	Root string

	// From is where the reference comes from: "" or "packages", "log" or the id of a
	// run, or a file with a manifest.
	From string

	Loosen    []string // paths relative to the root below which rights may be given back
	LoosenAll bool
	Guess     repair.Certainty // the least certainty of guesses that are carried out; NoGuess: none
	Only      []string         // globs of the only paths that count
	Exclude   []string         // globs of what is left out with all below it

	Debs     []string // directories with further .deb files
	Download bool     // have apt-get fetch the packages that are not at hand
}

// Repair is what a repair found and decided, beside its plan.
type Repair struct {
	From       string   // what the reference is made of, in words
	Known      int      // objects that it knows
	Notes      []string // what else is worth knowing about it
	Problems   []string // what of it could not be read
	NotAtHand  []string // packages whose modes are not known
	Missing    Left     // objects of the reference that are not there
	Privileged Left     // files with privileges: what becomes of them
	Tighter    Left     // less than the reference, and left
	Unknown    Left     // known to no source
	OtherKind  Left     // of another kind than the reference says
	NoOwner    Left     // whose owner the system does not have
	Unopened   Left     // directories that are no business of the reference's
	Narrow     []Narrowed
	Grants     int   // files that get privileges in the end
	Again      int64 // names of files with several that are looked at again in the end
	Rails      []string

	RightPrivileged int64 // files with privileges that are as they should be
}

// Whole reports whether everything that the reference knows is as it says once the
// plan is carried out.
func (r *Repair) Whole() bool {
	if r.Tighter.Count+r.OtherKind.Count+r.NoOwner.Count+int64(len(r.Problems)) > 0 {
		return false
	}
	for i := range r.Privileged.First {
		if f := r.Privileged.First[i].Fate; f != Granted && f != Narrows {
			return false
		}
	}
	return true
}

// Left is objects of one kind of outcome: the first of them, and how many.
type Left struct {
	First []LeftOne // at most maxLeft, by path
	Count int64
}

// LeftOne is one of them.
type LeftOne struct {
	Path   string
	Kind   mode.Kind
	Found  entry.State
	Wanted entry.State // what the reference, or a guess, says
	Source string      // which
	Guess  *repair.Guess
	Fate   GrantFate // of privileged files
	Text   string    // why, where that is worth a word
}

// GrantFate is what becomes of a file with privileges.
type GrantFate uint8

// The fates of privileged files.
const (
	NotPrivileged GrantFate = iota
	Granted                 // it gets its privileges back, last of all
	Narrows                 // it has them, and is brought back otherwise
	Altered                 // its content is not the package's: it gets nothing
	Unchecked               // its content could not be checked: it gets nothing
	LeftTighter             // it has less than the package gives it
	InDoubt                 // a maintainer script says something else than the package
)

// String says it in words.
func (f GrantFate) String() string {
	return [...]string{
		"", "gets its privileges back last, its content being right", "is brought back", "its content is not the package's",
		"its content could not be checked", "has less than the package gives it", "package and maintainer script disagree",
	}[f]
}

// Narrowed is a directory at the top of a tree below which much is tighter than it
// should be, by the mode that most of it has.
type Narrowed struct {
	Top    string
	Mode   mode.Mode // that most have
	Same   int64     // how many have it
	Counts int64     // how many are tighter
}

// maxLeft bounds how many objects of one outcome are kept.
const maxLeft = 20000

func (l *Left) add(x LeftOne) {
	l.Count++
	if len(l.First) < maxLeft {
		l.First = append(l.First, x)
	}
}

func (l *Left) merge(o *Left) {
	l.Count += o.Count
	l.First = append(l.First, o.First...)
	slices.SortFunc(l.First, func(a, b LeftOne) int { return comparePaths(a.Path, b.Path) })
	l.First = l.First[:min(len(l.First), maxLeft)]
}

// The rules of a repair's plan: why a change is made.
const (
	ruleGrant = iota
	rulePackage
	ruleTmpfiles
	ruleOverride
	ruleManifest
	ruleJournal
	ruleGuess
)

func repairRules() []plan.RuleRef {
	return []plan.RuleRef{
		{ID: "repair/privileged", Title: "privileges go back to files whose content is right", Reason: "set-id bits and capabilities are lost with every chmod and chown", Severity: "critical"},
		{ID: "repair/package", Title: "as the package has it", Severity: "warning"},
		{ID: "repair/tmpfiles", Title: "as tmpfiles.d makes it when the system starts", Severity: "warning"},
		{ID: "repair/statoverride", Title: "as dpkg-statoverride has it", Severity: "warning"},
		{ID: "repair/manifest", Title: "as the manifest has it", Severity: "warning"},
		{ID: "repair/journal", Title: "as ward left it", Severity: "warning"},
		{ID: "repair/guess", Title: "as it probably should be", Reason: "no package knows it; the guess was asked for", Severity: "info"},
	}
}

// repairing is a repair about to be planned.
type repairing struct {
	request RepairRequest
	root    *files.Root
	system  *installed.System
	db      *account.Database // of the tree
	host    *account.Database // of the running system: whose homes are guarded
	ref     *repair.Reference
	judge   *repair.Judge
	only    policy.Paths
	exclude policy.Paths
	rails   plan.Rails
	pseudo  map[string]bool
	result  *Repair
	planned *Planned
	grants  []grantee
	again   []string // names of files that the second run looks at again
	started time.Time

	met []bool // by the number in the reference: the walk has met it

	mayLookAgain bool // there is a first run, after which directories may be safe
}

// RepairPlan is a repair with all of its changes at hand. Close it after use.
type RepairPlan struct {
	*SortedPlan
	Repair

	// SecondRun says that a further plan follows, for privileges and for files with
	// several names.
	SecondRun bool
}

// PlanRepair says what would bring a tree back, and changes nothing. Privileges are
// granted by a plan of their own, which is what this is once nothing else is to be done.
func PlanRepair(ctx context.Context, q RepairRequest, progress Progress) (*RepairPlan, error) {
	root, err := files.Open(q.Root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	s := &SortedPlan{sorter: spill.New(spill.Options{Create: temporary})}
	r := repairing{request: q, root: root}
	err = r.plan(ctx, progress, func(plan.Header) (func() sink, error) {
		return func() sink { return &sortSink{adder: s.sorter.Adder()} }, nil
	})
	if err != nil {
		return nil, errors.Join(err, s.sorter.Close())
	}
	s.Planned, s.Each = *r.planned, s.each
	return &RepairPlan{s, *r.result, len(r.grants)+len(r.again) > 0}, nil
}

// PreparedRepair is a repair that is ready to be carried out. Close it.
type PreparedRepair struct {
	*Prepared
	Repair

	// Second is the plan of the second run, once it was made.
	Second *Planned

	request RepairRequest
	base    *repairing
	grants  []grantee
	again   []string
}

// PrepareRepair plans what would bring a tree back.
func PrepareRepair(ctx context.Context, q RepairRequest, progress Progress) (*PreparedRepair, error) {
	done := &PreparedRepair{request: q}
	o := q.RunOptions
	o.anyRail = true // every object is asked about
	p, err := prepare(ctx, q.Root, o, state.Run{Command: "repair"}, func(p *Prepared) error {
		r := repairing{request: q, root: p.session.root}
		err := r.plan(ctx, progress, func(h plan.Header) (func() sink, error) {
			err := p.begin(h)
			return func() sink { return newBlockSink(p.journal, h) }, err
		})
		if err != nil {
			return err
		}
		p.Planned, done.Repair, done.grants, done.again, done.base = *r.planned, *r.result, r.grants, r.again, &r
		return nil
	})
	if err != nil {
		return nil, err
	}
	done.Prepared = p
	return done, nil
}

// plan makes the reference and walks the tree.
func (r *repairing) plan(ctx context.Context, progress Progress, sinks func(plan.Header) (func() sink, error)) error {
	r.started, r.result, r.planned = now(), &Repair{}, &Planned{}
	if err := r.prepare(ctx, progress); err != nil {
		return err
	}
	defer r.system.Close()
	if err := r.head(); err != nil {
		return err
	}
	newSink, err := sinks(r.planned.Header)
	if err != nil {
		return err
	}
	return r.walk(ctx, progress, newSink)
}

// head fills in what a plan knows beforehand.
func (r *repairing) head() error {
	e, err := r.root.Entry(entry.Stat | entry.Handle)
	if err != nil {
		return err
	}
	p := r.planned
	p.Started, p.Names = r.started, r.db
	p.Tree = Tree{Root: r.root.Path(), Single: e.Kind != mode.Directory}
	p.Header = plan.Header{Root: r.root.Path(), RootID: e.ID, Created: r.started.UnixNano(), Rules: repairRules()}
	return nil
}

// prepare reads everything that the judge needs.
func (r *repairing) prepare(ctx context.Context, progress Progress) (err error) {
	q := &r.request
	if r.only, err = policy.ParsePaths(q.Only); err != nil {
		return &RequestError{Problem: "--only", Err: err}
	}
	if r.exclude, err = policy.ParsePaths(q.Exclude); err != nil {
		return &RequestError{Problem: "--exclude", Err: err}
	}
	if r.host, err = accounts.Load(); err != nil {
		return err
	}
	if r.system, err = installed.Open(r.root.Path()); err != nil {
		return err
	}
	if err := r.accounts(); err != nil {
		return errors.Join(err, r.system.Close())
	}
	if r.ref, err = r.reference(ctx, progress); err != nil {
		return errors.Join(err, r.system.Close())
	}
	r.rails = plan.Rails{Allowed: absolute(q.AllowSystem), Homes: homes(r.host)}
	r.pseudo = r.root.PseudoMounts()
	r.judge = repair.NewJudge(r.ref, repair.Options{Loosen: q.loosens(), Guess: q.Guess, Accounts: r.db})
	r.result.Known = r.ref.Len()
	return nil
}

// accounts are the tree's own, where it has some.
func (r *repairing) accounts() (err error) {
	r.db = r.host
	if r.root.Path() == "/" {
		return nil
	}
	own, err := r.system.Accounts()
	if own != nil {
		r.db = own
	}
	return err
}

// loosens says which objects may be given rights back.
func (q *RepairRequest) loosens() func(string, bool) bool {
	var tops []string
	for _, p := range q.Loosen {
		tops = append(tops, strings.Trim(path.Clean("/"+p), "/"))
	}
	return func(name string, _ bool) bool {
		if q.LoosenAll {
			return true
		}
		for _, top := range tops {
			if top == "" || name == top || strings.HasPrefix(name, top+"/") {
				return true
			}
		}
		return false
	}
}

// finish adds up what the workers planned.
func (r *repairing) finish(all []*repairVisitor) error {
	for _, v := range all {
		r.sum(v)
	}
	r.mayLookAgain = changesOf(all) > 0
	if err := r.resolve(all); err != nil {
		return err
	}
	r.absent()
	if err := r.settleGrants(all[0], changesOf(all) == 0); err != nil {
		return err
	}
	r.result.Again = int64(len(r.again))
	r.result.Narrow = narrowed(&r.result.Tighter)
	return r.total(all)
}

// resolve takes the changes of objects with several names. Those that lie in
// directories which others may write to wait for the second run, if the first mends
// directories.
func (r *repairing) resolve(all []*repairVisitor) error {
	first := all[0]
	linked, names, at := map[object]bool{}, map[object][]string{}, map[string]object{}
	for i, v := range all {
		if i > 0 {
			first.links.Merge(&v.links)
		}
		maps.Copy(linked, v.linked)
		for o, more := range v.names {
			names[o] = append(names[o], more...)
			for _, name := range more {
				at[name] = o
			}
		}
	}
	changes, refusals := first.links.Resolve(plan.LinkOptions{
		AllowOutside: r.request.AllowOutsideLinks, Overlay: r.root.Filesystem().Overlay, AllowOverlay: r.request.AllowOverlayLinks,
	})
	for i := range changes {
		if linked[objectOf(changes[i].ID)] {
			first.add(&changes[i])
		}
	}
	for _, x := range refusals {
		if x.Why == plan.OutsideLinks && r.mayLookAgain {
			r.again = append(r.again, names[at[x.Path]]...)
			continue
		}
		r.planned.Refused.add(x)
	}
	slices.Sort(r.again)
	return first.err
}

func changesOf(all []*repairVisitor) (n int64) {
	for _, v := range all {
		n += v.changes
	}
	return n
}

// total closes what the workers wrote.
func (r *repairing) total(all []*repairVisitor) error {
	p := r.planned
	var errs []error
	var counted []*groups
	for _, v := range all {
		errs = append(errs, v.err)
		if v.err == nil {
			errs = append(errs, v.sink.flush())
		}
		p.Changes += v.changes
		counted = append(counted, &v.groups)
	}
	p.Groups = sumGroups(counted, r.db, p.Header.Rules)
	p.Opened = r.root.Opened()
	p.Duration = now().Sub(r.started)
	return firstOf(errs)
}

// sum adds what one worker found.
func (r *repairing) sum(v *repairVisitor) {
	p, x := r.planned, r.result
	p.Entries += v.entries
	p.Unseen.merge(&v.unseen)
	p.Refused.merge(&v.refused)
	x.Tighter.merge(&v.tighter)
	x.Unknown.merge(&v.unknown)
	x.OtherKind.merge(&v.otherKind)
	x.NoOwner.merge(&v.noOwner)
	x.Unopened.merge(&v.unopened)
	x.RightPrivileged += v.right
	x.Rails = append(x.Rails, v.railed...)
	slices.Sort(x.Rails)
	r.grants = append(r.grants, v.grants...)
}

// absent lists what the reference knows and the walk did not meet.
func (r *repairing) absent() {
	if !r.only.Empty() || !r.exclude.Empty() {
		return
	}
	for _, name := range r.ref.Paths() {
		w := r.ref.Of(name)
		made := w.Source == repair.Tmpfiles || w.Traits&packages.Ghost != 0 // by the system, when it needs it
		if !r.met[w.Number] && !made {
			r.result.Missing.add(LeftOne{Path: name, Kind: w.Kind, Wanted: w.State, Source: w.Detail})
		}
	}
}

// fewTighter is how many objects below a directory must be tighter to be worth a word
// of their own.
const fewTighter = 10

// narrowed finds the trees that were narrowed as a whole.
func narrowed(l *Left) []Narrowed {
	modes := map[string]map[mode.Mode]int64{}
	for i := range l.First {
		top, _, _ := strings.Cut(l.First[i].Path, "/")
		if modes[top] == nil {
			modes[top] = map[mode.Mode]int64{}
		}
		modes[top][l.First[i].Found.Mode&mode.Permissions]++
	}
	var all []Narrowed
	for top, counts := range modes {
		n := Narrowed{Top: top}
		for m, c := range counts {
			n.Counts += c
			if c > n.Same || c == n.Same && m < n.Mode {
				n.Same, n.Mode = c, m
			}
		}
		if n.Counts >= fewTighter {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b Narrowed) int {
		return cmp.Or(cmp.Compare(b.Counts, a.Counts), cmp.Compare(a.Top, b.Top))
	})
	return all
}
