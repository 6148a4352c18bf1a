package chmod

import (
	"fmt"
	"runtime"
	"sync/atomic"

	"ward/internal/host/sys"
	"ward/internal/standin"
	"ward/internal/standin/fts"
	"ward/mode"
)

// Run is the whole command, with the arguments behind its name. It returns the exit
// status.
func Run(p *standin.Program, args []string) int {
	r, status, ok := Parse(p, args, Caller{Mode: modeOf})
	if ok {
		status = r.Run(p)
	}
	return p.Finish(status)
}

// modeOf is the mode of a file, or of what a symbolic link leads to.
func modeOf(path string) (mode.Mode, error) {
	var st sys.Stat
	if err := sys.StatTarget(sys.AtCWD, nulTerminated(path), &st); err != nil {
		return 0, err
	}
	m, _ := mode.FromStat(uint32(st.Mode))
	return m, nil
}

func nulTerminated(s string) *byte { return &append([]byte(s), 0)[0] }

// Run changes the files of a request.
func (r *Request) Run(p *standin.Program) int {
	c := &changer{Request: r, program: p, runner: standin.Who(), calls: sys.Probe()}
	if !r.Reference {
		c.umask = p.Umask()
	}
	if proc, err := sys.OpenProc(); err == nil {
		defer proc.Close()
		c.proc = proc
	}
	if r.Recurse && r.PreserveRoot {
		if err := c.findRoot(); err != nil {
			p.FailOf(err, "failed to get attributes of %s", p.Quoting.Name("/"))
			return 1
		}
	}
	o := fts.Options{Links: r.Links, Recurse: r.Recurse, Workers: r.workers()}
	fts.Walk(r.Files, o, func() fts.Visitor { return c })
	if c.failed.Load() {
		return 1
	}
	return 0
}

// workers is one where the order shows, in what is said or in what comes of an
// expression that does more when it is applied to another name of the same file.
func (r *Request) workers() int {
	if !r.Recurse || r.Verbosity != standin.Quiet || r.Naive {
		return 1
	}
	if _, _, again := r.Change.Unsettled(); again {
		return 1
	}
	return runtime.GOMAXPROCS(0)
}

// changer is a run. It may be used by several workers.
type changer struct {
	*Request
	program *standin.Program
	runner  standin.Runner
	umask   mode.Mode
	calls   sys.Calls
	proc    *sys.Proc // nil where there is none
	root    *sys.Stat // "/", where it is to be left alone
	failed  atomic.Bool
}

func (c *changer) findRoot() error {
	c.root = new(sys.Stat)
	return sys.StatName(sys.AtCWD, nulTerminated("/"), c.root, sys.Patient)
}

// status is what became of one file, in the order in which GNU chmod compares them.
type status uint8

const (
	unseen status = iota
	failed
	notApplied
	unchanged
	succeeded
)

// outcome is what became of one file.
type outcome struct {
	status   status
	old, new mode.Mode
	kind     mode.Kind
}

// Visit implements fts.Visitor.
func (c *changer) Visit(e *fts.Entry) (skip bool) {
	if e.What == fts.Done {
		return false
	}
	st, o := c.look(e)
	if o.status == notApplied {
		if c.root != nil && sys.SameObject(c.root, st) {
			c.program.WarnOfRoot(e.Path())
			c.failed.Store(true)
			return true
		}
		c.change(e, st, &o)
	}
	if c.Verbosity != standin.Quiet {
		c.describe(e, &o)
	}
	if o.status >= unchanged && c.Naive {
		c.surprise(e, &o)
	}
	if o.status < notApplied {
		c.failed.Store(true)
	}
	return !c.Recurse
}

// look finds what is to be changed, and says what is in its way.
func (c *changer) look(e *fts.Entry) (*sys.Stat, outcome) {
	q := c.program.Quoting
	switch e.What {
	case fts.Missing:
		c.failOf(e.Err, "cannot access %s", e, q.Name)
		return nil, outcome{}
	case fts.Unreadable:
		c.failOf(e.Err, "cannot read directory %s", e, q.Name)
		return nil, outcome{}
	case fts.Dangling:
		if c.Follow != standin.Never {
			if !c.Silent {
				c.program.Fail("cannot operate on dangling symlink %s", q.Name(e.Path()))
			}
			return nil, outcome{}
		}
	case fts.Link:
		if c.Follow == standin.Always {
			st := new(sys.Stat)
			if err := e.Target(st); err != nil {
				c.failOf(err, "cannot dereference %s", e, q.Name)
				return nil, outcome{}
			}
			return st, outcome{status: notApplied}
		}
	}
	return &e.Stat, outcome{status: notApplied}
}

// failOf tells an error, unless none are to be told.
func (c *changer) failOf(err error, format string, e *fts.Entry, quote func(string) string) {
	if !c.Silent {
		c.program.FailOf(err, format, quote(e.Path()))
	}
}

// change gives a file its mode.
func (c *changer) change(e *fts.Entry, st *sys.Stat, o *outcome) {
	o.old, o.kind = mode.FromStat(uint32(st.Mode))
	o.new = c.Change.Apply(o.old, o.kind, c.umask)
	follow := c.Follow == standin.Always || c.Follow == standin.ByDefault && e.Level == 0
	if o.new == o.old && (follow || !e.Followed) && c.settled(e, st, o) {
		o.status = unchanged
		return
	}
	applied, actual, err := c.write(e, st, follow, o)
	switch {
	case err != nil:
		c.failOf(err, "changing permissions of %s", e, c.program.Quoting.Name)
		o.status = failed
	case !applied:
	case actual == o.old:
		o.status = unchanged
	default:
		o.status = succeeded
	}
}

// settled reports whether chmod(2) would be allowed and change nothing.
func (c *changer) settled(e *fts.Entry, st *sys.Stat, o *outcome) bool {
	return o.kind != mode.Symlink && e.What != fts.Link &&
		c.runner.MayChange(st) && (o.new&mode.SetGID == 0 || c.runner.KeepsSetGID()) &&
		e.Writable()
}

// write changes the very object that was looked at, by a descriptor: its own, or its
// directory's where nobody else could put another in its place. A symbolic link
// has no mode: that is no failure. actual is the mode that came of it, where the
// kernel may leave special bits out and somebody wants to know.
func (c *changer) write(e *fts.Entry, st *sys.Stat, follow bool, o *outcome) (applied bool, actual mode.Mode, err error) {
	if !follow && c.Verbosity == standin.Quiet && c.calls.Fchmodat2 == sys.There &&
		o.kind != mode.Symlink && e.Sure(c.runner.UID()) {
		return true, o.new, e.Chmod(uint32(o.new))
	}
	fd, err := e.Hold(follow)
	if err != nil {
		return false, 0, err
	}
	defer sys.Close(fd)
	var now sys.Stat
	if err := sys.StatHeld(fd, &now); err != nil {
		return false, 0, err
	}
	if now.Mode&sys.TypeMask == sys.TypeLink {
		return false, 0, nil
	}
	if !sys.SameObject(&now, st) {
		// Put in its place a moment ago, or a link where -P looked: judged anew.
		m, kind := mode.FromStat(uint32(now.Mode))
		if e.What != fts.Link {
			o.old, o.kind = m, kind
			o.new = c.Change.Apply(m, kind, c.umask)
		}
	}
	if err := c.calls.ChmodHeld(c.proc, fd, uint32(o.new)); err != nil {
		return false, 0, err
	}
	actual = o.new
	if c.Verbosity != standin.Quiet && o.new&mode.Special != 0 && sys.StatHeld(fd, &now) == nil {
		actual, _ = mode.FromStat(uint32(now.Mode))
	}
	return true, actual, nil
}

// describe tells what became of a file.
func (c *changer) describe(e *fts.Entry, o *outcome) {
	if o.status != succeeded && c.Verbosity != standin.Every {
		return
	}
	p := c.program
	name := p.Quoting.Name(e.Path())
	switch o.status {
	case notApplied:
		p.Say("neither symbolic link %s nor referent has been changed\n", name)
	case unseen:
		p.Say("%s could not be accessed\n", name)
	case unchanged:
		p.Say("mode of %s retained as %s\n", name, words(o.new, o.kind))
	case failed:
		p.Say("failed to change mode of %s from %s to %s\n", name, words(o.old, o.kind), words(o.new, o.kind))
	case succeeded:
		p.Say("mode of %s changed from %s to %s\n", name, words(o.old, o.kind), words(o.new, o.kind))
	}
}

// words is "0644 (rw-r--r--)".
func words(m mode.Mode, k mode.Kind) string {
	return fmt.Sprintf("%04o (%s)", uint16(m), m.Format(k)[1:])
}

// surprise tells that the umask kept bits that "chmod -w" seemed to take.
func (c *changer) surprise(e *fts.Entry, o *outcome) {
	naive := c.Change.Apply(o.old, o.kind, 0)
	if o.new&^naive == 0 {
		return
	}
	p := c.program
	p.Fail("%s: new permissions are %s, not %s", p.Quoting.Bare(e.Path()), o.new.Format(o.kind)[1:], naive.Format(o.kind)[1:])
	o.status = failed
}
