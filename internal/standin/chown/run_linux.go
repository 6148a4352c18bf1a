package chown

import (
	"errors"
	"runtime"
	"sync/atomic"

	"ward/account"
	"ward/internal/host/accounts"
	"ward/internal/host/sys"
	"ward/internal/standin"
	"ward/internal/standin/fts"
)

// Run is chown, with the arguments behind its name. It returns the exit status.
func Run(p *standin.Program, args []string) int { return run(p, args, Caller{}) }

// RunGroup is chgrp in the same way.
func RunGroup(p *standin.Program, args []string) int { return run(p, args, Caller{Group: true}) }

func run(p *standin.Program, args []string, c Caller) int {
	c.Accounts, c.Owner = accounts.Load, ownerOf
	r, status, ok := Parse(p, args, c)
	if ok {
		status = r.Run(p)
	}
	return p.Finish(status)
}

func ownerOf(path string) (uid, gid uint32, err error) {
	var st sys.Stat
	if err := sys.StatTarget(sys.AtCWD, nulTerminated(path), &st); err != nil {
		return 0, 0, err
	}
	return st.Uid, st.Gid, nil
}

func nulTerminated(s string) *byte { return &append([]byte(s), 0)[0] }

// Run changes the files of a request.
func (r *Request) Run(p *standin.Program) int {
	c := &changer{Request: r, program: p, runner: standin.Who()}
	if r.Recurse && r.PreserveRoot {
		c.root = new(sys.Stat)
		if err := sys.StatName(sys.AtCWD, nulTerminated("/"), c.root, sys.Patient); err != nil {
			p.FailOf(err, "failed to get attributes of %s", p.Quoting.Name("/"))
			return 1
		}
	}
	if r.Verbosity != standin.Quiet {
		db, err := accounts.Load()
		if err != nil {
			p.Fail("%v", err)
			return 1
		}
		c.accounts = db
	}
	workers := 1
	if r.Recurse && r.Verbosity == standin.Quiet {
		workers = runtime.GOMAXPROCS(0)
	}
	o := fts.Options{Links: r.Links, Recurse: r.Recurse, Workers: workers}
	fts.Walk(r.Files, o, func() fts.Visitor { return c })
	if c.failed.Load() {
		return 1
	}
	return 0
}

// changer is a run. It may be used by several workers.
type changer struct {
	*Request
	program  *standin.Program
	runner   standin.Runner
	accounts *account.Database // where files are told about
	root     *sys.Stat         // "/", where it is to be left alone
	failed   atomic.Bool
}

// outcome is what became of one file.
type outcome struct {
	st    *sys.Stat // as it was; nil where nothing is known
	ok    bool
	tried bool // it was to be changed
}

// Visit implements fts.Visitor. Directories come last, as owners of them may lose
// the right to look into them.
func (c *changer) Visit(e *fts.Entry) (skip bool) {
	switch {
	case e.What == fts.Directory && c.Recurse:
		return c.isRoot(e.Path, &e.Stat)
	case e.What == fts.Done && !c.Recurse:
		return false
	}
	o := c.look(e)
	if o.ok && (e.What == fts.Done || e.What == fts.Cycle || e.What == fts.Directory) && c.isRoot(e.Path, o.st) {
		return false
	}
	if o.tried {
		c.change(e, &o)
	}
	if c.Verbosity != standin.Quiet {
		c.describe(e, &o)
	}
	if !o.ok {
		c.failed.Store(true)
	}
	return !c.Recurse
}

// isRoot reports whether an object is "/" and to be left alone, and says so.
func (c *changer) isRoot(path func() string, st *sys.Stat) bool {
	if c.root == nil || !sys.SameObject(c.root, st) {
		return false
	}
	c.program.WarnOfRoot(path())
	c.failed.Store(true)
	return true
}

// look finds what is to be changed, and says what is in its way.
func (c *changer) look(e *fts.Entry) outcome {
	switch e.What {
	case fts.Missing:
		if c.unlooked(e) {
			return outcome{st: &e.Stat, ok: true, tried: true}
		}
		return c.fail(e, e.Err, "cannot access %s", nil)
	case fts.Unreadable:
		return c.fail(e, e.Err, "cannot read directory %s", nil)
	}
	st := &e.Stat
	if c.Referent && st.Mode&sys.TypeMask == sys.TypeLink {
		st = new(sys.Stat)
		if err := e.Target(st); err != nil {
			// What GNU chown then calls the old owner is memory that nobody has set.
			return c.fail(e, err, "cannot dereference %s", new(sys.Stat))
		}
	}
	return outcome{st: st, ok: true, tried: c.From.Match(st.Uid, st.Gid)}
}

// unlooked reports whether GNU's chown would not have looked at an entry that cannot be
// looked at, and so fails when it changes it: FTS_NOSTAT, for what is listed as no
// directory, where nothing has to be known of it (chown_files, skip_stat of fts_build).
func (c *changer) unlooked(e *fts.Entry) bool {
	return e.Level > 0 && !c.Referent && c.Verbosity == standin.Quiet && c.From.Match(Unchanged, Unchanged) &&
		e.Listed != 0 && e.Listed != sys.DirectoryType && (c.Links != fts.Logical || e.Listed != sys.LinkType)
}

// fail tells an error, unless none are to be told.
func (c *changer) fail(e *fts.Entry, err error, format string, st *sys.Stat) outcome {
	if !c.Silent {
		c.program.FailOf(err, format, c.program.Quoting.Name(e.Path()))
	}
	return outcome{st: st}
}

var errExcluded = errors.New("no longer has the owner that was asked for")

// change gives a file its owners.
func (c *changer) change(e *fts.Entry, o *outcome) {
	if c.settled(e, o.st) {
		return
	}
	err := c.write(e, o.st)
	if err == nil {
		return
	}
	o.ok = false
	switch {
	case errors.Is(err, errExcluded):
		o.tried = false
	case c.Silent:
	case c.To.UID != Unchanged:
		c.program.FailOf(err, "changing ownership of %s", c.program.Quoting.Name(e.Path()))
	default:
		c.program.FailOf(err, "changing group of %s", c.program.Quoting.Name(e.Path()))
	}
}

// settled reports whether chown(2) would be allowed and change nothing. Of a regular
// file it takes set-id bits and capabilities in any case.
func (c *changer) settled(e *fts.Entry, st *sys.Stat) bool {
	return (c.Referent || !e.Followed) && st.Mode&sys.TypeMask == sys.TypeDir && c.To.Match(st.Uid, st.Gid) && c.runner.MayChange(st) && e.Writable()
}

// write changes the very object that was looked at, by a descriptor: its own, or its
// directory's where nobody else could put another in its place.
func (c *changer) write(e *fts.Entry, st *sys.Stat) error {
	if !c.Referent && e.Sure(c.runner.UID()) {
		return e.Chown(c.To.UID, c.To.GID)
	}
	fd, err := e.Hold(c.Referent)
	if err != nil {
		return err
	}
	defer sys.Close(fd)
	lookedAt := c.Referent || !e.Followed // it is not what the link leads to
	if lookedAt && (c.From.UID != Unchanged || c.From.GID != Unchanged) {
		var now sys.Stat
		if err := sys.StatHeld(fd, &now); err != nil {
			return err
		}
		if !sys.SameObject(&now, st) || !c.From.Match(now.Uid, now.Gid) {
			return errExcluded
		}
	}
	return sys.ChownHeld(fd, c.To.UID, c.To.GID)
}

// describe tells what became of a file.
func (c *changer) describe(e *fts.Entry, o *outcome) {
	changed := o.tried && o.ok && !c.To.Match(o.st.Uid, o.st.Gid)
	if !changed && c.Verbosity != standin.Every {
		return
	}
	outcome, user, group := Failed, "", ""
	switch {
	case o.st == nil:
		outcome = Unseen
	case o.ok && !changed:
		outcome = Retained
	case o.ok:
		outcome = Changed
	}
	if o.st != nil {
		user, group = userName(c.accounts, o.st.Uid), groupName(c.accounts, o.st.Gid)
	}
	c.program.Say("%s\n", c.To.Describe(outcome, c.program.Quoting.Name(e.Path()), user, group))
}
