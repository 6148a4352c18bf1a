package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ward/ident"
	"ward/plan"
)

// Options of a run. The zero value carries out a fresh plan with a worker for each
// processor.
type Options struct {
	Workers int // 0: one for each processor

	// Resume says that objects may be in any state that a part of their steps
	// leaves, as after a crash. A header's Undo implies it.
	Resume bool

	// AllowOutsideLinks changes files that got another name since the plan was
	// made, like the plan's option of that name.
	AllowOutsideLinks bool

	// Patience is how long to wait before each further look at objects that do
	// not read back as wanted. nil: about five seconds in all.
	Patience []time.Duration

	// Distrust reads every known fact again even of objects whose time of
	// change stood still: for file systems whose clock is another machine's.
	Distrust bool

	// Report is told of every item. It is called by one goroutine at a time.
	Report func(Item)

	// Renumbered is told of identities that changed. By one goroutine at a time.
	Renumbered func(Renumbered)

	// Stamped is told of files that lost setuid, setgid or capabilities. By one
	// goroutine at a time.
	Stamped func(Stamp)

	// Runner is who makes the changes: an undo trusts what only he and root may
	// write.
	Runner ident.UID

	// Hook is called with a name at every step, for tests that stop the process
	// there.
	Hook func(name string)
}

func (o Options) patience() []time.Duration {
	if o.Patience != nil {
		return o.Patience
	}
	return []time.Duration{
		50 * time.Millisecond, 150 * time.Millisecond, 300 * time.Millisecond, 500 * time.Millisecond,
		time.Second, time.Second, 2 * time.Second,
	}
}

// Run carries out the plan of the journal, then syncs the target. An error means
// that the run is not complete: the plan could not be read, ctx was done, or the
// sync failed. What could not be changed is no error but an item.
func Run(ctx context.Context, j Journal, t Target, o Options) (Result, error) {
	r := newRun(ctx, j, t, o)
	defer r.close()
	err := r.phases()
	if err == nil {
		err = ctx.Err()
	}
	r.hook("before-sync")
	if serr := t.Sync(); serr != nil {
		err = errors.Join(err, fmt.Errorf("sync what was changed: %w", serr))
	}
	r.hook("synced")
	return r.result(), err
}

// run is one run's shared part. Its workers keep everything else to themselves.
type run struct {
	ctx     context.Context
	journal Journal
	header  plan.Header
	target  Target
	device  renumberedDevice
	options Options
	workers []*worker

	lock sync.Mutex // Report, Renumbered and Stamped
}

func newRun(ctx context.Context, j Journal, t Target, o Options) *run {
	r := &run{ctx: ctx, journal: j, header: j.Header(), target: t, options: o}
	r.device = rootDevice(r.header, t)
	n := o.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	for range n {
		r.workers = append(r.workers, newWorker(r))
	}
	return r
}

func (r *run) close() {
	for _, w := range r.workers {
		w.leave()
	}
}

func (r *run) hook(name string) {
	if r.options.Hook != nil {
		r.options.Hook(name)
	}
}

func (r *run) report(i Item) {
	if r.options.Report == nil {
		return
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.options.Report(i)
}

func (r *run) renumbered(n Renumbered) {
	if r.options.Renumbered == nil {
		return
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.options.Renumbered(n)
}

func (r *run) stamped(s Stamp) {
	if r.options.Stamped == nil {
		return
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.options.Stamped(s)
}

// result sums up, and counts as not reached what no worker met.
func (r *run) result() (sum Result) {
	for _, w := range r.workers {
		sum.add(w.result)
	}
	for i := range r.journal.Blocks() {
		sum.Planned += r.journal.BlockHeader(i).Count
	}
	met := 0
	for _, n := range sum.Counts {
		met += n
	}
	sum.Counts[NotReached] += sum.Planned - met
	return sum
}

// level is the blocks that may be worked on at the same time.
type level struct {
	phase  plan.Phase
	depth  uint16
	blocks []int
}

// levels is the plan's blocks in the order of phases, each phase of directories
// level by level.
func (r *run) levels() []level {
	var all []level
	for i := range r.journal.Blocks() {
		h := r.journal.BlockHeader(i)
		k := slices.IndexFunc(all, func(l level) bool { return l.phase == h.Phase && l.depth == h.Level })
		if k < 0 {
			k = len(all)
			all = append(all, level{phase: h.Phase, depth: h.Level})
		}
		all[k].blocks = append(all[k].blocks, i)
	}
	slices.SortStableFunc(all, func(a, b level) int {
		byDepth := cmp.Compare(a.depth, b.depth)
		if a.phase == plan.Closing {
			byDepth = -byDepth
		}
		return cmp.Or(cmp.Compare(a.phase, b.phase), byDepth)
	})
	return all
}

func (r *run) phases() error {
	levels := r.levels()
	for i, l := range levels {
		r.hook("level")
		if err := r.level(l.blocks); err != nil {
			return err
		}
		if i+1 == len(levels) || levels[i+1].phase != l.phase {
			if err := r.endPhase(); err != nil {
				return err
			}
		}
	}
	return nil
}

// endPhase looks again at what is in doubt, at what did not read back as wanted,
// and for what was not in its place. All may need the directories that the next
// phase closes.
func (r *run) endPhase() error {
	r.settle()
	r.recheck()
	return r.search()
}

// level works on blocks with all workers and waits for them.
func (r *run) level(blocks []int) error {
	var next atomic.Int64
	errs := make([]error, len(r.workers))
	work := func(i int) {
		w := r.workers[i]
		defer w.leave()
		for errs[i] == nil && r.ctx.Err() == nil {
			k := int(next.Add(1)) - 1
			if k >= len(blocks) {
				return
			}
			errs[i] = w.block(blocks[k])
		}
	}
	if len(blocks) == 1 {
		work(0)
		return errs[0]
	}
	var g sync.WaitGroup
	for i := range min(len(r.workers), len(blocks)) {
		g.Go(func() { work(i) })
	}
	g.Wait()
	return errors.Join(errs...)
}
