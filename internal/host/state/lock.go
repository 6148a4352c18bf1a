package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ward/entry"
)

// Locks are files in the state directory, one for each run at work. Such a file
// says which tree the run is on, by the identities of its root and of the root's
// ancestors, and is locked (flock) by its process: a process that died holds
// nothing. Two trees overlap when one's root is the other's, or an ancestor of it.
//
// Order: the registry is locked while the others are read and the own one is
// made, and never while waiting for a run.

// Place is a tree as a lock knows it.
type Place struct {
	Root string `json:"root"` // absolute path, for messages
	// Chain is the identities of the root and then of its ancestors up to "/".
	Chain []entry.Identity `json:"chain"`
}

func (p Place) overlaps(o Place) bool {
	return len(p.Chain) > 0 && len(o.Chain) > 0 && (o.has(p.Chain[0]) || p.has(o.Chain[0]))
}

func (p Place) has(id entry.Identity) bool {
	return slices.ContainsFunc(p.Chain, func(q entry.Identity) bool {
		return q.Device == id.Device && q.Inode == id.Inode
	})
}

// Holder is who holds a tree.
type Holder struct {
	PID   int       `json:"pid"`
	Who   Who       `json:"who"`
	Since time.Time `json:"since"`
	Place
}

// BusyError is a tree that another run holds.
type BusyError struct{ Holder Holder }

func (e *BusyError) Error() string {
	return fmt.Sprintf("another run of ward is at work on %q since %s (process %d, uid %d)",
		e.Holder.Root, e.Holder.Since.Format(time.DateTime), e.Holder.PID, e.Holder.Who.UID)
}

// LockOptions say how long to wait for a tree that another run holds.
type LockOptions struct {
	Wait   time.Duration // 0: not at all; less: for ever
	Notice func(Holder)  // called once when there is somebody to wait for; may be nil
}

// Lock is a tree that no other run works on.
type Lock struct{ file *os.File }

// Unlock lets others at the tree.
func (l *Lock) Unlock() error {
	return errors.Join(os.Remove(l.file.Name()), l.file.Close())
}

// Lock takes the tree of h.Place, whose other fields tell those who wait. The
// answer is a *BusyError when the wait is over and another run still holds a tree
// that overlaps.
func (d *Dir) Lock(ctx context.Context, h Holder, o LockOptions) (*Lock, error) {
	if o.Wait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.Wait)
		defer cancel()
	}
	for noticed := false; ; {
		lock, busy, err := d.tryTree(ctx, h)
		if lock != nil || err != nil {
			return lock, err
		}
		if o.Wait == 0 {
			return nil, busy
		}
		if !noticed && o.Notice != nil {
			o.Notice(busy.Holder)
			noticed = true
		}
		if err := pause(ctx); err != nil {
			return nil, errors.Join(busy, err)
		}
	}
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(100 * time.Millisecond):
		return nil
	}
}

// tryTree takes the tree, or tells who has it.
func (d *Dir) tryTree(ctx context.Context, h Holder) (*Lock, *BusyError, error) {
	registry, err := os.OpenFile(filepath.Join(d.locks(), "registry"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("lock the tree: %w", err)
	}
	defer registry.Close()
	if err := flock(ctx, registry); err != nil {
		return nil, nil, fmt.Errorf("lock the tree: %w", err)
	}
	busy, alone, err := d.overlapping(h.Place)
	if busy != nil || err != nil {
		return nil, busy, err
	}
	if alone {
		d.sweep()
	}
	lock, err := d.register(h)
	return lock, nil, err
}

// overlapping is a run at work on a tree that overlaps; alone says that no run is
// at work at all. Files of processes that died are removed on the way.
func (d *Dir) overlapping(p Place) (busy *BusyError, alone bool, err error) {
	names, err := filepath.Glob(filepath.Join(d.locks(), "*.lock"))
	if err != nil {
		return nil, false, fmt.Errorf("lock the tree: %w", err)
	}
	alone = true
	for _, name := range names {
		holder, err := readHolder(name)
		if err != nil {
			return nil, false, err
		}
		if holder != nil && holder.overlaps(p) {
			return &BusyError{*holder}, false, nil
		}
		alone = alone && holder == nil
	}
	return nil, alone, nil
}

// sweep removes journals that were begun and never committed, of processes that
// died: their runs changed nothing. A run begins its journal only while it holds a
// tree, so when nobody holds one, and the registry keeps others from taking one,
// no journal is being written.
func (d *Dir) sweep() {
	names, _ := filepath.Glob(filepath.Join(d.runs(), "*"+suffix))
	for _, name := range names {
		if drafted(name) {
			_ = os.Remove(name) // it stays listed as what it is: not begun
		}
	}
}

// readHolder is nil for a lock that nobody holds any more.
func readHolder(name string) (*Holder, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a lock: %w", err)
	}
	defer f.Close()
	if free, err := tryLock(f); free || err != nil {
		return nil, errors.Join(err, os.Remove(name))
	}
	var h Holder
	b, err := io.ReadAll(f)
	if err == nil {
		err = json.Unmarshal(b, &h)
	}
	if err != nil {
		return nil, fmt.Errorf("read the lock %q: %w", name, err)
	}
	return &h, nil
}

// register makes the own lock. It is whole and locked before the registry is let
// go, so nobody meets it half written.
func (d *Dir) register(h Holder) (*Lock, error) {
	f, err := os.CreateTemp(d.locks(), "*.lock")
	if err != nil {
		return nil, fmt.Errorf("lock the tree: %w", err)
	}
	b, err := json.Marshal(h)
	if err == nil {
		_, err = f.Write(b)
	}
	taken := false
	if err == nil {
		taken, err = tryLock(f)
	}
	if err == nil && !taken {
		err = errors.New("somebody else locked a file just made")
	}
	l := &Lock{f}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the tree: %w", err), l.Unlock())
	}
	return l, nil
}
