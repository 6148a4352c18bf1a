package probe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"ward/account"
	"ward/ident"
	"ward/internal/host/sys"
	"ward/mode"
)

// Run probes a directory, which the caller must be able to write to. Everything is
// made in a new folder of it that is removed at the end, also when the context is
// cancelled. By default a change of mode may take five seconds to show, and each
// call is timed 51 times.
//
// Where the folder could not be removed the error is a *LeftError beside the result.
func Run(ctx context.Context, dir string, o Options) (r *Result, err error) {
	parent, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer parent.Close()
	name := fmt.Sprintf(".ward-probe-%08x", rand.Uint32())
	if err := parent.Mkdir(name, 0o700); err != nil {
		return nil, at(dir, err)
	}
	p := prober{ctx: ctx, o: o, r: &Result{Dir: dir, Caller: ident.UID(os.Geteuid())}}
	defer func() {
		if left := p.clean(parent, name); left != nil {
			err = errors.Join(err, &LeftError{filepath.Join(dir, name), left})
		}
	}()
	if p.root, err = parent.OpenRoot(name); err != nil {
		return nil, at(dir, err)
	}
	defer p.root.Close()
	if err := p.run(); err != nil {
		return nil, at(dir, err)
	}
	return p.r, nil
}

// at gives an error the path that the caller knows.
func at(dir string, err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		return &fs.PathError{Op: inner.Op, Path: filepath.Join(dir, inner.Path), Err: inner.Err}
	}
	return err
}

type prober struct {
	ctx  context.Context
	o    Options
	root *os.Root // the probe's own folder
	r    *Result
}

// clean removes the folder. What a trial has made inaccessible to its owner is
// opened first.
func (p *prober) clean(parent *os.Root, name string) error {
	if err := parent.RemoveAll(name); err == nil {
		return nil
	}
	for _, t := range directoryTrials() {
		_ = parent.Chmod(filepath.Join(name, trialName(t)), 0o700)
	}
	return parent.RemoveAll(name)
}

func (p *prober) run() error {
	for _, step := range []func() error{
		p.owner, p.modes, p.chown, p.setgid, p.lists, p.attributes, p.names, p.clearing, p.times,
	} {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	return p.ctx.Err()
}

// make creates a file and looks at it.
func (p *prober) make(name string) (*os.File, error) {
	return p.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}

func (p *prober) makeDir(name string) (*os.File, error) {
	if err := p.root.Mkdir(name, 0o700); err != nil {
		return nil, err
	}
	return p.root.Open(name)
}

// look is a fresh look at a name, as another program would have it.
func (p *prober) look(name string) (mode.Mode, *syscall.Stat_t, error) {
	info, err := p.root.Lstat(name)
	if err != nil {
		return 0, nil, err
	}
	m, _ := mode.FromFileMode(info.Mode())
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, nil, fmt.Errorf("look at %q: no owner is known", name)
	}
	return m, st, nil
}

func (p *prober) owner() error {
	f, err := p.make("owner")
	if err != nil {
		return err
	}
	defer f.Close()
	_, st, err := p.look("owner")
	if err != nil {
		return err
	}
	p.r.Owner, p.r.Group = ident.UID(st.Uid), ident.GID(st.Gid)
	return nil
}

// fileTrials try every bit set and every bit clear, alone and with others.
func fileTrials() []Trial {
	var all []Trial
	for _, m := range []mode.Mode{0, 0o777, 0o640, 0o111, 0o222, 0o444, 0o4755, 0o2755, 0o1644, 0o2644, 0o6711} {
		all = append(all, Trial{Kind: mode.Regular, Asked: m})
	}
	return all
}

func directoryTrials() []Trial {
	var all []Trial
	for _, m := range []mode.Mode{0o700, 0o777, 0o1777, 0o2775, 0o3770, 0o511, 0} {
		all = append(all, Trial{Kind: mode.Directory, Asked: m})
	}
	return all
}

func trialName(t Trial) string { return t.Kind.String() + t.Asked.Octal() }

// modes asks for all modes first and then watches them show, so that a slow file
// system is waited for once.
func (p *prober) modes() error {
	trials := append(fileTrials(), directoryTrials()...)
	for i := range trials {
		if err := p.try(&trials[i]); err != nil {
			return err
		}
	}
	start := p.o.Now()
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		waited := p.o.Now().Sub(start)
		pending, err := p.watch(trials, waited)
		if err != nil {
			return err
		}
		if pending == 0 || waited > p.o.patience() {
			break
		}
		if err := p.wait(pause); err != nil {
			return err
		}
	}
	p.r.Trials = trials
	return nil
}

func (p *prober) wait(d time.Duration) error {
	select {
	case <-p.ctx.Done():
		return p.ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (p *prober) try(t *Trial) error {
	open := p.make
	if t.Kind == mode.Directory {
		open = p.makeDir
	}
	f, err := open(trialName(*t))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := sys.ChmodOf(int(f.Fd()), uint32(t.Asked)); err != nil {
		t.Refuse = err.Error()
	}
	return nil
}

// watch looks at every trial that does not show yet, and counts those that still do
// not.
func (p *prober) watch(trials []Trial, waited time.Duration) (pending int, err error) {
	for i := range trials {
		t := &trials[i]
		if t.seen && t.Stuck() || t.Refuse != "" {
			continue
		}
		first := !t.seen
		t.seen = true
		if t.Got, _, err = p.look(trialName(*t)); err != nil {
			return 0, err
		}
		switch {
		case !t.Stuck():
			pending++
		case !first: // it did not show at the first look
			t.Late = waited
			p.r.Late = max(p.r.Late, waited)
		}
	}
	return pending, nil
}

// chown tries to give a file to somebody else, as root may.
func (p *prober) chown() error {
	if os.Geteuid() != 0 {
		p.r.note("only root can find out whether files can be given to others")
		return nil
	}
	f, err := p.make("chown")
	if err != nil {
		return err
	}
	defer f.Close()
	const somebody = 65533
	if err := sys.ChownOf(int(f.Fd()), somebody, somebody); err != nil {
		p.r.GivesAway = account.No
		p.r.note("root may not give a file away: %v", err)
		return nil
	}
	_, st, err := p.look("chown")
	if err != nil {
		return err
	}
	p.r.GivesAway = yes(st.Uid == somebody && st.Gid == somebody)
	return nil
}

func yes(is bool) account.Answer {
	if is {
		return account.Yes
	}
	return account.No
}

// setgid makes a file and a directory in a setgid directory of another group than
// the caller's own, if he has one.
func (p *prober) setgid() error {
	d, err := p.makeDir("setgid")
	if err != nil {
		return err
	}
	defer d.Close()
	foreign := p.otherGroup(d)
	if err := sys.ChmodOf(int(d.Fd()), 0o2770); err != nil {
		p.r.note("a directory cannot be made setgid: %v", err)
		p.r.SetgidGroup, p.r.SetgidHandedDown = account.No, account.No
		return nil
	}
	if p.r.Late > 0 {
		if err := p.wait(p.r.Late + time.Second); err != nil {
			return err
		}
	}
	if err := p.root.Mkdir("setgid/inner", 0o700); err != nil {
		return err
	}
	m, inner, err := p.look("setgid/inner")
	if err != nil {
		return err
	}
	_, outer, err := p.look("setgid")
	if err != nil {
		return err
	}
	p.r.SetgidHandedDown = yes(m&mode.SetGID != 0)
	if foreign {
		p.r.SetgidGroup = yes(inner.Gid == outer.Gid)
	} else {
		p.r.note("you are in one group only: whether a setgid directory gives its group cannot be seen")
	}
	return nil
}

// otherGroup gives a directory to a group that is not the caller's first.
func (p *prober) otherGroup(d *os.File) bool {
	groups, err := os.Getgroups()
	if err != nil {
		return false
	}
	if os.Geteuid() == 0 {
		groups = append(groups, 65533)
	}
	for _, g := range groups {
		if g != os.Getegid() && ident.GID(g) != p.r.Group && sys.ChownOf(int(d.Fd()), sys.NoID, uint32(g)) == nil {
			return true
		}
	}
	return false
}
