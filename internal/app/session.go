package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"ward/account"
	"ward/entry"
	"ward/internal/host/accounts"
	"ward/internal/host/files"
	"ward/internal/host/state"
	"ward/plan"
)

// RunOptions are those of everything that changes a tree. The zero value refuses
// whatever is out of the ordinary.
type RunOptions struct {
	PlanOptions
	Jobs          int
	AllowAncestor []string // directories above the root that somebody else may write

	// Waiting is called when another run is at work on the tree and this one
	// waits for it. May be nil.
	Waiting func(state.Holder)

	anyRail bool // directories of the system may be changed, all of them
}

// UnfinishedError is a tree on which an earlier run was cut off.
type UnfinishedError struct {
	Root string
	Run  state.Run
}

func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("an earlier %s of %q was cut off: run %s", e.Run.Command, e.Run.Header.Root, e.Run.ID)
}

// session is a tree held for changing: open, locked, and known to be no rail and
// not exchangeable by others.
type session struct {
	db      *account.Database
	dir     *state.Dir
	root    *files.Root
	lock    *state.Lock
	options RunOptions
}

// openSession takes a tree for changes. Close it.
func openSession(ctx context.Context, path string, o RunOptions) (*session, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	dir, err := openState()
	if err != nil {
		return nil, err
	}
	root, err := files.Open(path)
	if err != nil {
		return nil, err
	}
	s := &session{db: db, dir: dir, root: root, options: o}
	if err := s.enter(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *session) enter(ctx context.Context) error {
	path := s.root.Path()
	if why := s.rails().Root(path); why != "" && !s.options.anyRail {
		return &RefusedError{Path: path, Problem: why, Option: "--allow-system " + path}
	}
	runner := accounts.Runner().Subject.UID
	if err := files.CheckAncestors(s.root, runner, s.db, s.options.AllowAncestor); err != nil {
		refused := &RefusedError{Path: path, Problem: err.Error(), Err: err}
		var a *files.AncestorError
		if errors.As(err, &a) {
			refused.Option = "--allow-ancestor " + a.Path
		}
		return refused
	}
	chain, err := s.chain()
	if err != nil {
		return err
	}
	holder := state.Holder{PID: os.Getpid(), Who: state.Whoami(), Since: now(), Place: state.Place{Root: path, Chain: chain}}
	s.lock, err = s.dir.Lock(ctx, holder, state.LockOptions{Wait: -1, Notice: s.options.Waiting})
	return err
}

func (s *session) rails() plan.Rails {
	return plan.Rails{Allowed: absolute(s.options.AllowSystem), Homes: homes(s.db)}
}

// chain is the identities of the root and of its ancestors up to "/".
func (s *session) chain() ([]entry.Identity, error) {
	e, err := s.root.Entry(entry.Stat)
	if err != nil {
		return nil, err
	}
	chain := []entry.Identity{e.ID}
	for path := s.root.Path(); path != filepath.Dir(path); {
		path = filepath.Dir(path)
		e, err := lookAt(path, true, entry.Stat)
		if err != nil {
			return nil, err
		}
		chain = append(chain, e.ID)
	}
	return chain, nil
}

// Close gives the tree back.
func (s *session) Close() error {
	var err error
	if s.lock != nil {
		err = s.lock.Unlock()
	}
	return errors.Join(err, s.root.Close())
}

// StateVariable names the directory of journals and locks where that is not the
// default: /var/lib/ward for root, else ward in the XDG state directory.
const StateVariable = "WARD_STATE_DIR"

func openState() (*state.Dir, error) { return state.Open(os.Getenv(StateVariable)) }

// unfinished is the last run on this tree, or one that overlaps, that was cut off
// and has not been taken back; nil when there is none.
func (s *session) unfinished() (*state.Run, error) {
	runs, err := openRuns(s.dir)
	for i := range runs {
		if overlap(runs[i].Header.Root, s.root.Path()) {
			return &runs[i], nil
		}
	}
	return nil, err
}

// openRuns lists the unfinished runs that were not taken back, the last one first.
func openRuns(dir *state.Dir) ([]state.Run, error) {
	runs, err := dir.Runs()
	undone := undoneBy(runs)
	var open []state.Run
	for _, r := range runs {
		if r.Stage == state.Planned && undone[r.ID] == "" && (r.Undoes == "" || undone[r.Undoes] == "") {
			open = append(open, r)
		}
	}
	return open, err
}

// undoneBy tells by which complete run each run was taken back. One whose undo was
// itself taken back is in force again. The runs come last first.
func undoneBy(runs []state.Run) map[string]string {
	by := map[string]string{}
	for _, r := range runs {
		if r.Undoes != "" && r.Stage == state.Complete && by[r.ID] == "" && by[r.Undoes] == "" {
			by[r.Undoes] = r.ID
		}
	}
	return by
}

func overlap(a, b string) bool {
	return a == b || strings.HasPrefix(a, strings.TrimSuffix(b, "/")+"/") || strings.HasPrefix(b, strings.TrimSuffix(a, "/")+"/")
}

// writable says early that nothing can be changed: a read-only mount.
func (s *session) writable() error {
	if s.root.Filesystem().ReadOnly {
		return fmt.Errorf("change %q: %w", s.root.Path(), syscall.EROFS)
	}
	return nil
}
