package apply_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ward/entry"
	"ward/internal/apply"
	"ward/internal/host/files"
	"ward/internal/host/state"
	"ward/internal/host/target"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/plan"
)

// A run and its undo are recorded on disks that remember every write. Then the
// power is cut at moments of that past, also in the middle of a sync: the disks as
// they were then are mounted, and what is found must be what ward promises.
// docs/decisions/010-power-loss.md says what this can show and what it cannot.

// powerLossSettings is from the environment: WARD_POWER_SEED repeats a run,
// WARD_POWER_CUTS is the number of cuts for each file system and layout, "all" for
// every moment.
func powerLossSettings(t *testing.T) (seed uint64, cuts int) {
	t.Helper()
	seed, cuts = rand.Uint64(), 12
	if s := os.Getenv("WARD_POWER_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		must(t, err)
		seed = n
	}
	switch s := os.Getenv("WARD_POWER_CUTS"); s {
	case "":
	case "all":
		cuts = 1 << 30
	default:
		n, err := strconv.Atoi(s)
		must(t, err)
		cuts = n
	}
	return seed, cuts
}

var powerLossOn = []struct {
	kind testfs.FileSystem
	need requires.Need
	size int64
}{
	{testfs.Ext4, requires.Ext4, 16 << 20},
	{testfs.XFS, requires.XFS, 320 << 20},
	{testfs.Btrfs, requires.Btrfs, 128 << 20},
}

// Wherever the power is cut, a run that has begun is known, its resume ends in
// exactly what was planned and its undo in exactly what was there; a run that is
// not known changed nothing, and one that says it is complete is.
func TestPowerLoss(t *testing.T) {
	requires.Root(t)
	testfs.InMountNamespace(t, func(t *testing.T) {
		seed, cuts := powerLossSettings(t)
		t.Logf("WARD_POWER_SEED=%d", seed)
		for _, on := range powerLossOn {
			for _, disks := range []int{1, 2} {
				t.Run(fmt.Sprintf("%s/disks=%d", on.kind, disks), func(t *testing.T) {
					requires.Feature(t, on.need)
					p := newPowerLoss(t, on.kind, on.size, disks, seed)
					p.record(t, tellAll)
					p.cutPower(t, cuts)
					again := p.stopped(t)
					again.record(t, tellResume)
					again.cutPower(t, cuts/2)
				})
			}
		}
	})
}

// powerLoss is a tree and a state directory, on one disk or on two.
type powerLoss struct {
	kind   testfs.FileSystem
	images []string // as they are before the run
	cut    []string // as a cut left them
	mounts []string
	random *rand.Rand
	replay *testfs.Replay
	again  *testfs.Replay // of the same, to go to another moment
}

func newPowerLoss(t *testing.T, kind testfs.FileSystem, size int64, disks int, seed uint64) *powerLoss {
	t.Helper()
	p := &powerLoss{kind: kind, random: rand.New(rand.NewPCG(seed, uint64(disks)))}
	memory := testfs.Image(t, testfs.Tmpfs, 1<<30)
	for i := range disks {
		name := func(s string) string { return filepath.Join(memory, s+strconv.Itoa(i)) }
		p.images, p.cut, p.mounts = append(p.images, name("image")), append(p.cut, name("cut")), append(p.mounts, name("mount"))
		testfs.NewImage(t, kind, p.images[i], size)
		must(t, os.Mkdir(p.mounts[i], 0o755))
	}
	unmount := p.mount(t, p.images)
	must(t, os.Mkdir(p.tree(), 0o755))
	makeTree(t, p.tree())
	r, err := files.Open(p.tree())
	must(t, err)
	for path, s := range at(0) {
		put(t, r, path, s)
	}
	must(t, r.Close())
	unmount()
	return p
}

func (p *powerLoss) tree() string     { return filepath.Join(p.mounts[0], "tree") }
func (p *powerLoss) stateDir() string { return filepath.Join(p.mounts[len(p.mounts)-1], "ward") }

func (p *powerLoss) mount(t *testing.T, images []string) (unmount func()) {
	t.Helper()
	var undo []func()
	for i := range images {
		undo = append(undo, testfs.MountImage(t, p.kind, images[i], p.mounts[i]))
	}
	return func() {
		t.Helper()
		for _, f := range undo {
			f()
		}
	}
}

// What has surely happened when the power is cut, as marks in the recording.
const (
	applyCommitted = "apply committed"
	applyComplete  = "apply complete"
	undoCommitted  = "undo committed"
	undoComplete   = "undo complete"
)

// record lets a story happen on recorded disks, with writeback of this and that
// between its steps.
func (p *powerLoss) record(t *testing.T, story story) {
	t.Helper()
	var media, more []string
	for _, image := range p.images {
		media, more = append(media, image+".medium"), append(more, image+".again")
		must(t, testfs.CopyDisk(image, image+".medium"))
		must(t, testfs.CopyDisk(image, image+".again"))
	}
	disks := testfs.Record(t, "recorder", p.images...)
	var recorded []string
	for i := range p.images {
		recorded = append(recorded, disks.Image(i))
	}
	unmount := p.mount(t, recorded)
	must(t, p.live(disks, story))
	unmount()
	events, err := disks.Stop()
	must(t, err)
	p.replay, p.again = testfs.NewReplay(events, media...), testfs.NewReplay(events, more...)
}

// story is what happens before the power is cut. It tells step of what it does.
type story func(r *files.Root, d *state.Dir, step func(string)) error

func (p *powerLoss) live(disks *testfs.Disks, story story) error {
	r, err := files.Open(p.tree())
	if err != nil {
		return err
	}
	defer r.Close()
	d, err := state.Open(p.stateDir())
	if err != nil {
		return err
	}
	w, err := newWriteback(p)
	if err != nil {
		return err
	}
	defer w.close()
	step := func(name string) {
		err = errors.Join(err, disks.Mark(name), w.some())
	}
	lock, lockErr := d.Lock(context.Background(), holder(r), state.LockOptions{})
	if lockErr != nil {
		return lockErr
	}
	told := story(r, d, step)
	return errors.Join(err, told, lock.Unlock())
}

// tellAll is a run and its undo.
func tellAll(r *files.Root, d *state.Dir, step func(string)) error {
	id, err := tellApply(r, d, step)
	if err != nil {
		return err
	}
	return tellUndo(r, d, id, step)
}

// tellResume is the rest of a run that was cut off.
func tellResume(r *files.Root, d *state.Dir, step func(string)) error {
	runs, err := d.Unfinished()
	if err != nil || len(runs) == 0 {
		return err // it was complete already
	}
	return resume(r, d, runs[0].ID, step)
}

func holder(r *files.Root) state.Holder {
	e, _ := r.Entry(entry.Stat) // a root that was opened
	return state.Holder{Place: state.Place{Root: r.Path(), Chain: []entry.Identity{e.ID}}}
}

// tellApply plans and applies as ward does, and tells step what happens.
func tellApply(r *files.Root, d *state.Dir, step func(string)) (id string, err error) {
	root, err := r.Entry(entry.Stat | entry.Handle)
	if err != nil {
		return "", err
	}
	time.Sleep(50 * time.Millisecond) // what was changed just now is left alone
	now := time.Now()
	h := plan.Header{Root: r.Path(), RootID: root.ID, Created: now.UnixNano()}
	j, err := d.Begin(state.Run{Command: "apply"}, h, now)
	if err != nil {
		return "", err
	}
	defer j.Close()
	step("apply begun")
	a := newAdder(j, h)
	if err := addAll(r, a); err != nil {
		return "", err
	}
	if _, err := a.finish(); err != nil {
		return "", err
	}
	step("apply planned")
	return j.Run().ID, carryOut(j, r, step, applyCommitted, applyComplete)
}

func addAll(r *files.Root, a *adder) error {
	for p, s := range at(1) {
		known := facts
		if strings.HasPrefix(p, "a/") {
			known |= entry.Handle // of some, as where there is no time of birth
		}
		e, err := look(r, p, known)
		if err != nil {
			return err
		}
		known &= e.Known // a symlink on some file systems has no handle
		ch := plan.Change{Path: p, Kind: e.Kind, ID: e.ID, Links: e.Links, Known: known, Before: e.State, After: s}
		if err := a.add(&ch); err != nil {
			return err
		}
	}
	return nil
}

// tellUndo takes a run back as ward does.
func tellUndo(r *files.Root, d *state.Dir, id string, step func(string)) error {
	old, err := d.Journal(id)
	if err != nil {
		return err
	}
	defer old.Close()
	h := old.Header()
	h.Undo = true
	// Runs are told apart by time; these two follow one another in no time.
	j, err := d.Begin(state.Run{Command: "undo", Undoes: id}, h, old.Run().Started.Add(time.Hour))
	if err != nil {
		return err
	}
	defer j.Close()
	step("undo begun")
	if err := back(old, j, h, nil); err != nil {
		return err
	}
	step("undo planned")
	return carryOut(j, r, step, undoCommitted, undoComplete)
}

func carryOut(j *state.Journal, r *files.Root, step func(string), committed, complete string) error {
	if err := j.Commit(); err != nil {
		return err
	}
	step(committed)
	var got items
	o := apply.Options{Workers: 1, Hook: step, Report: got.add, Stamped: stamping(j), Patience: []time.Duration{}}
	res, err := apply.Run(context.Background(), j, target.Of(r), o)
	if err != nil {
		return err
	}
	if !res.Whole() {
		return fmt.Errorf("not everything is as wanted: %+v: %v", res, &got)
	}
	if err := j.Complete(state.Counts{}); err != nil {
		return err
	}
	step(complete)
	return nil
}

// writeback is what the kernel may do at any time: bring something to the disk.
type writeback struct {
	power *powerLoss
	roots []*os.File // of the mounts
}

func newWriteback(p *powerLoss) (*writeback, error) {
	w := &writeback{power: p}
	for _, dir := range p.mounts {
		f, err := os.Open(dir)
		if err != nil {
			return nil, errors.Join(err, w.close())
		}
		w.roots = append(w.roots, f)
	}
	return w, nil
}

func (w *writeback) close() error {
	var errs []error
	for _, f := range w.roots {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// some brings nothing, most of the time; else a whole file system, one object with
// what its file system writes along, or a part of its metadata.
func (w *writeback) some() error {
	random := w.power.random
	root := w.roots[random.IntN(len(w.roots))]
	switch random.IntN(8) {
	case 0:
		return testfs.SyncFS(root)
	case 1:
		names, err := filepath.Glob(filepath.Join(w.power.stateDir(), "runs", "*"))
		if err != nil || len(names) == 0 {
			return err
		}
		return fsync(names[random.IntN(len(names))])
	case 2, 3:
		objects := []string{"a", "a/b", "a/b/f", "a/g", "h"}
		return fsync(filepath.Join(w.power.tree(), objects[random.IntN(len(objects))]))
	case 4:
		return testfs.WriteBackDevice(root, random.Int64N(16<<20), random.Int64N(16<<20))
	}
	return nil
}

func fsync(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// cutPower cuts the power at the moments that matter most and at random others,
// and looks at each twice.
func (p *powerLoss) cutPower(t *testing.T, cuts int) {
	t.Helper()
	moments := p.moments(cuts)
	for i, n := range moments {
		must(t, p.replay.To(n))
		lost := p.random
		if i%3 == 0 {
			lost = nil // a disk without a cache, or with a battery
		}
		must(t, p.replay.Cut(lost, p.cut...))
		for k, way := range []string{"resume", "undo"} {
			p.restart(t, powerCut{at: n, way: way, shifted: (i+k)%2 == 0})
		}
	}
	t.Logf("%d events were recorded; the power was cut at %d moments", len(p.replay.Events), len(moments))
}

// stopped is the machine after a power cut in the middle of the run.
func (p *powerLoss) stopped(t *testing.T) *powerLoss {
	t.Helper()
	q := *p
	q.images = nil
	for _, name := range p.images {
		q.images = append(q.images, name+".stopped")
	}
	from, to := p.markAt(applyCommitted), p.markAt(applyComplete)
	at := from + p.random.IntN(to-from)
	must(t, p.again.To(at))
	must(t, p.again.Cut(p.random, q.images...))
	t.Logf("the resume of a run that was cut off after event %d is cut off", at)
	return &q
}

// markAt is the number of events until a mark was made.
func (p *powerLoss) markAt(mark string) int {
	return 1 + slices.IndexFunc(p.replay.Events, func(e testfs.Event) bool { return e.Mark == mark })
}

// moments are numbers of events: those at and just before the marks that promise
// something, and a random choice of all others, in order.
func (p *powerLoss) moments(cuts int) []int {
	var chosen, others []int
	for n, e := range p.replay.Events {
		switch e.Mark {
		case applyCommitted, applyComplete, undoCommitted, undoComplete:
			chosen = append(chosen, n+1)
		case "":
			others = append(others, n+1)
		}
	}
	p.random.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	chosen = append(chosen, others[:min(len(others), max(0, cuts-len(chosen)))]...)
	slices.Sort(chosen)
	return chosen
}

// powerCut is one cut and what is done after it.
type powerCut struct {
	at      int
	way     string // "resume" or "undo"
	shifted bool   // file systems have other device numbers than before
}

func (c powerCut) String() string {
	s := fmt.Sprintf("power cut after event %d, %s", c.at, c.way)
	if c.shifted {
		s += ", other device numbers"
	}
	return s
}

// restart mounts the disks as the cut left them and puts things right.
func (p *powerLoss) restart(t *testing.T, c powerCut) {
	t.Helper()
	if c.shifted {
		defer testfs.ShiftDevices(t)()
	}
	var disks []string
	for _, name := range p.cut {
		out := name + "." + c.way
		must(t, testfs.CopyDisk(name, out))
		disks = append(disks, out)
	}
	unmount := p.mount(t, disks)
	err := p.mend(c)
	unmount()
	if err != nil {
		last := "nothing"
		for _, e := range p.replay.Events[:c.at] {
			if e.Mark != "" {
				last = e.Mark
			}
		}
		t.Errorf("%v (the last step before it: %s): %v", c, last, err)
	}
}

// happened reports whether a mark was made before the cut.
func (p *powerLoss) happened(c powerCut, mark string) bool {
	return slices.ContainsFunc(p.replay.Events[:c.at], func(e testfs.Event) bool { return e.Mark == mark })
}

func (p *powerLoss) mend(c powerCut) error {
	r, err := files.Open(p.tree())
	if err != nil {
		return err
	}
	defer r.Close()
	d, err := state.Open(p.stateDir())
	if err != nil {
		return err
	}
	runs, err := d.Runs()
	if err != nil {
		return fmt.Errorf("the runs cannot be listed, so nothing can be run: %w", err)
	}
	lock, err := d.Lock(context.Background(), holder(r), state.LockOptions{})
	if err != nil {
		return err
	}
	return errors.Join(p.promises(c, r, d, runs), lock.Unlock())
}

// stageOf is how far the run of a command came that came the farthest, Drafted when
// there is none.
func stageOf(runs []state.Run, command string) (stage state.Stage, id string) {
	for _, run := range runs {
		if run.Command == command && run.Stage >= stage {
			stage, id = run.Stage, run.ID
		}
	}
	return stage, id
}

// promises checks what is promised of a tree and its journals.
func (p *powerLoss) promises(c powerCut, r *files.Root, d *state.Dir, runs []state.Run) error {
	applied, id := stageOf(runs, "apply")
	undone, undoID := stageOf(runs, "undo")
	if err := p.durable(c, applied, undone); err != nil {
		return err
	}
	switch {
	case undone == state.Complete:
		return is("undone", r, at(0))
	case undone == state.Planned:
		return undoResumed(r, d, undoID)
	case applied == state.Drafted:
		return is("nothing may have changed", r, at(0))
	case applied == state.Complete:
		if err := is("complete", r, at(1)); err != nil || c.way == "resume" {
			return err
		}
	}
	if c.way == "resume" {
		return errors.Join(resume(r, d, id, quiet), is("resumed", r, at(1)), finished(d, "apply"))
	}
	return errors.Join(tellUndo(r, d, id, quiet), is("undone", r, at(0)), finished(d, "undo"))
}

// durable checks that no stage which was reached is lost, and that none is there
// before the one that it builds on.
func (p *powerLoss) durable(c powerCut, applied, undone state.Stage) error {
	for _, reached := range []struct {
		mark      string
		has, want state.Stage
	}{
		{applyCommitted, applied, state.Planned},
		{applyComplete, applied, state.Complete},
		{undoCommitted, undone, state.Planned},
		{undoComplete, undone, state.Complete},
	} {
		if p.happened(c, reached.mark) && reached.has < reached.want {
			return fmt.Errorf("%q was said, and the run is %q", reached.mark, reached.has)
		}
	}
	if undone >= state.Planned && applied != state.Complete {
		return fmt.Errorf("the undo is %q while the run is %q", undone, applied)
	}
	return nil
}

// notWhole is a run that was resumed and left something alone.
type notWhole struct{ items }

func (n *notWhole) Error() string { return "resumed, and not as wanted: " + n.String() }

// undoResumed finishes an undo that was cut off. All is as it was, but for a file
// that had been given back to somebody when the power went: whether he wrote it
// since cannot be known, so what had not returned to it of setuid and capabilities
// does not, and that is said.
func undoResumed(r *files.Root, d *state.Dir, id string) error {
	err := resume(r, d, id, quiet)
	var left *notWhole
	if !errors.As(err, &left) {
		return errors.Join(err, is("undo resumed", r, at(0)), finished(d, "undo"))
	}
	want := at(0)
	for _, item := range left.list {
		if item.Outcome != apply.ChangedSince || !strings.Contains(item.Cause, "they do not come back") {
			return err
		}
		e, err := look(r, item.Path, facts)
		if err != nil {
			return err
		}
		if e.Mode&^(want[item.Path].Mode&0o777) != 0 || e.Caps != "" && e.Caps != want[item.Path].Caps || e.UID == 0 {
			return fmt.Errorf("%s was left with %v", item.Path, e.State)
		}
		delete(want, item.Path)
	}
	return is("undo resumed but for what was told", r, want)
}

// resume finishes a run that was cut off.
func resume(r *files.Root, d *state.Dir, id string, step func(string)) error {
	j, err := d.Journal(id)
	if err != nil {
		return err
	}
	defer j.Close()
	var got items
	o := apply.Options{Workers: 1, Resume: true, Report: got.add, Hook: step, Patience: []time.Duration{}}
	res, err := apply.Run(context.Background(), j, target.Of(r), o)
	if err != nil {
		return err
	}
	if !res.Whole() {
		return &notWhole{got}
	}
	if err := j.Complete(state.Counts{}); err != nil {
		return err
	}
	step(applyComplete)
	return nil
}

func quiet(string) {}

// finished: the last run of the command is complete, and every journal is read.
func finished(d *state.Dir, command string) error {
	runs, err := d.Runs()
	if err != nil {
		return err
	}
	if stage, _ := stageOf(runs, command); stage != state.Complete {
		return fmt.Errorf("the %s is %q", command, stage)
	}
	return nil
}

// is compares a tree with what it must be.
func is(what string, r *files.Root, want map[string]entry.State) error {
	got := map[string]entry.State{}
	for p := range want {
		e, err := look(r, p, facts)
		if err != nil {
			return err
		}
		got[p] = e.State
	}
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("%s (-want +got):\n%s", what, d)
	}
	return nil
}
