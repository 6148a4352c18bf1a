package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"ward/entry"
	"ward/internal/host/accounts"
	"ward/internal/host/state"
	"ward/mode"
	"ward/plan"
)

// Prepared is a plan in the journal, ready to be carried out on a tree that is
// held for it. Either Run it or not; then Close it.
type Prepared struct {
	Planned
	Command string // "apply", "undo", "chmod" …
	Undoes  string // the run that is taken back
	Resumes bool   // a run that was cut off is finished

	session   *session
	journal   *state.Journal
	continues string // the run that this one goes on with
	kept      bool   // the journal stays
}

// ID is the run's, by which it can be undone.
func (p *Prepared) ID() string { return p.journal.Run().ID }

// Close gives the tree back, and forgets a plan that was not carried out.
func (p *Prepared) Close() error {
	var err error
	switch {
	case p.journal == nil:
	case p.kept:
		err = p.journal.Close()
	default:
		err = p.journal.Discard()
	}
	return errors.Join(err, p.session.Close())
}

// ApplyRequest asks for a tree to be mended.
type ApplyRequest struct {
	Judging
	RunOptions
	Root string
}

// PrepareApply plans what would mend a tree.
func PrepareApply(ctx context.Context, q ApplyRequest, progress Progress) (*Prepared, error) {
	q.RunOptions.Jobs = q.Judging.Jobs
	return prepare(ctx, q.Root, q.RunOptions, state.Run{Command: "apply"}, func(p *Prepared) error {
		request := PlanRequest{Judging: q.Judging, PlanOptions: q.PlanOptions, Root: q.Root}
		return p.planTree(ctx, request, progress)
	})
}

// prepare opens a session on a tree without an unfinished run, and has its plan
// made.
func prepare(ctx context.Context, root string, o RunOptions, run state.Run, fill func(*Prepared) error) (*Prepared, error) {
	s, err := openSession(ctx, root, o)
	if err != nil {
		return nil, err
	}
	p := &Prepared{session: s, Command: run.Command, Undoes: run.Undoes, continues: run.Continues}
	err = p.noneUnfinished()
	if err == nil {
		err = fill(p)
	}
	if err == nil && p.Changes > 0 {
		err = s.writable()
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Prepared) noneUnfinished() error {
	run, err := p.session.unfinished()
	if run != nil && run.ID != p.Undoes && (run.Undoes == "" || run.Undoes != p.Undoes) {
		return &UnfinishedError{p.session.root.Path(), *run}
	}
	return err
}

// begin starts the journal under a header.
func (p *Prepared) begin(h plan.Header) (err error) {
	run := state.Run{Command: p.Command, Undoes: p.Undoes, Continues: p.continues, Who: state.Whoami()}
	p.journal, err = p.session.dir.Begin(run, h, now())
	return err
}

func (p *Prepared) planTree(ctx context.Context, q PlanRequest, progress Progress) error {
	g := planning{root: p.session.root, request: q, db: p.session.db, sinks: func(h plan.Header) (func() sink, error) {
		err := p.begin(h)
		return func() sink { return newBlockSink(p.journal, h) }, err
	}}
	planned, err := g.run(ctx, progress)
	if planned != nil {
		p.Planned = *planned
	}
	return err
}

// ApplyFileRequest asks for a saved plan to be carried out.
type ApplyFileRequest struct {
	RunOptions
	File string
}

// IsPlan reports whether a file begins as saved plans do.
func IsPlan(name string) bool { return begins(name, `{"ward-plan":`) }

// PrepareFile makes a saved plan ready. The file must be nobody's to write but the
// runner's and root's: it says what is changed with the runner's rights.
func PrepareFile(ctx context.Context, q ApplyFileRequest) (*Prepared, error) {
	f, err := os.Open(q.File)
	if err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	defer f.Close()
	if err := trusted(f); err != nil {
		return nil, err
	}
	r, err := plan.NewReader(q.File, f)
	if err != nil {
		return nil, &RequestError{Problem: "read the plan", Err: err}
	}
	return prepare(ctx, r.Header.Root, q.RunOptions, state.Run{Command: "apply"}, func(p *Prepared) error {
		if err := p.sameRoot(r.Header.RootID); err != nil {
			return err
		}
		return p.copyPlan(r)
	})
}

// sameRoot makes sure that the path still leads to the tree that was planned for.
func (p *Prepared) sameRoot(id entry.Identity) error {
	e, err := p.session.root.Entry(entry.Stat | entry.Handle)
	if err != nil {
		return err
	}
	if !plan.SameObject(id, e.ID) && !plan.SameAfterRestart(id, e.ID) {
		return &RefusedError{Path: p.session.root.Path(), Problem: "it is another directory than the one that was planned for: make the plan again"}
	}
	p.Tree = Tree{Root: p.session.root.Path(), Single: e.Kind != mode.Directory}
	return nil
}

// copyPlan puts a saved plan into the journal. The rails hold for it too.
func (p *Prepared) copyPlan(r *plan.Reader) error {
	if err := p.begin(r.Header); err != nil {
		return err
	}
	p.Header, p.Started, p.Names = r.Header, now(), p.session.db
	fill := newFilling(p)
	for {
		c, err := r.Next()
		if errors.Is(err, io.EOF) {
			return fill.end()
		}
		if err != nil {
			return &RequestError{Problem: "read the plan", Err: err}
		}
		if err := fill.add(&c); err != nil {
			return err
		}
	}
}

// filling puts changes that were planned earlier into a journal.
type filling struct {
	prepared *Prepared
	sink     blockSink
	rails    plan.Rails
	groups   groups
}

func newFilling(p *Prepared) *filling {
	return &filling{prepared: p, sink: newBlockSink(p.journal, p.Header), rails: p.session.rails()}
}

func (f *filling) add(c *plan.Change) error {
	p := f.prepared
	set, number := f.groups.rules.of(c.Rules, 0)
	c.Rules = set
	why := f.rails.Object(path.Join(p.Tree.Root, c.Path), c.Kind, c.Before.Mode)
	if why != "" && !p.session.options.anyRail {
		p.Refused.add(plan.Refusal{
			Path: c.Path, Kind: c.Kind, Why: plan.Rail, Rules: set, Text: why,
			Hint: "name it with --allow-system if that is meant",
		})
		return nil
	}
	p.Changes++
	shown := p.Header.Effective(c)
	f.groups.add(&shown, number)
	return f.sink.add(c)
}

func (f *filling) end() error {
	p := f.prepared
	p.Groups = sumGroups([]*groups{&f.groups}, p.session.db, p.Header.Rules)
	p.Duration = now().Sub(p.Started)
	return f.sink.flush()
}

// trusted refuses a plan that somebody else could have written.
func trusted(f *os.File) error {
	e, err := heldFile(f)
	if err != nil {
		return err
	}
	runner := accounts.Runner().Subject.UID
	switch {
	case e.UID != 0 && e.UID != runner:
		return &RefusedError{Path: f.Name(), Problem: "the plan belongs to another user"}
	case e.Mode&(mode.GroupWrite|mode.OtherWrite) != 0:
		return &RefusedError{Path: f.Name(), Problem: fmt.Sprintf("others may write the plan (mode %s): look at it, then chmod go-w it", e.Mode.Octal())}
	}
	return nil
}
