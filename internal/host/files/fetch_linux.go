package files

import (
	"fmt"

	"ward/entry"
	"ward/internal/host/sys"
	"ward/mode"
	"ward/tree"
)

// Fetch implements tree.Reader.
func (r *reader) Fetch(e *entry.Entry, want entry.Facts) error {
	if e.Dir == nil {
		s := r.root.subject()
		return s.fetch(e, want)
	}
	if want&entry.Stat != 0 {
		if err := r.lookAgain(e); err != nil {
			return err
		}
	}
	want = r.fetchByName(e, want&^(entry.Stat|e.Known))
	if want == entry.Content && r.onlyTrusted(e.Dir) && r.readByName(e) {
		return nil
	}
	if want == 0 {
		return nil
	}
	return r.fetchHeld(e, want)
}

// onlyTrusted tells whether nobody but root and the runner can put another object
// under a name in the directory: then the name may be opened at once, for it still
// is the regular file that was looked at.
func (r *reader) onlyTrusted(d *entry.Dir) bool {
	const othersWrite = mode.GroupWrite | mode.OtherWrite
	return r.pace == sys.Prompt && d.Mode != 0 && d.Mode&othersWrite == 0 && (d.UID == 0 || d.UID == r.root.runner)
}

// readByName reads the content of a regular file with as few calls as there can
// be. If anything is out of the ordinary it says no, and the careful way is taken.
func (r *reader) readByName(e *entry.Entry) bool {
	if e.Kind != mode.Regular {
		return false
	}
	fd, err := sys.OpenNameAt(r.fd, r.terminated(e.Name), sys.Read|sys.Quietly, r.pace)
	if err != nil {
		return false
	}
	defer sys.ClosePaced(fd, r.pace)
	if err := sys.StatHeldPaced(fd, &r.st, r.pace); err != nil || !looksLike(&r.st, e) {
		return false
	}
	kind, err := sniff(fd, int64(r.st.Size))
	if err != nil {
		return false
	}
	r.root.opened.Add(1)
	e.Content = kind
	e.Known |= entry.Content
	return true
}

func (r *reader) lookAgain(e *entry.Entry) error {
	if err := sys.StatName(r.fd, r.terminated(e.Name), &r.st, sys.Patient); err != nil {
		return err
	}
	setStat(e, &r.st)
	return nil
}

// The attributes that one call can rule out, their names with a NUL behind them.
var byName = []struct {
	fact      entry.Facts
	attribute []byte
	kinds     func(mode.Kind) bool
	lack      func(*reader, *entry.Entry, *byte) bool
}{
	{entry.AccessACL, []byte(sys.AccessACL + "\x00"), func(k mode.Kind) bool { return k != mode.Symlink }, (*reader).lacks},
	{entry.DefaultACL, defaultACL, func(k mode.Kind) bool { return k == mode.Directory }, (*reader).lacksDefault},
	{entry.Caps, []byte(sys.Capability + "\x00"), func(k mode.Kind) bool { return k == mode.Regular }, (*reader).lacks},
}

// fetchByName rules out by one call each what most entries do not have, and leaves
// the rest to be read from the object itself.
func (r *reader) fetchByName(e *entry.Entry, want entry.Facts) (rest entry.Facts) {
	rest = want
	for i := range byName {
		b := &byName[i]
		if want&b.fact == 0 {
			continue
		}
		if !b.kinds(e.Kind) || b.lack(r, e, &b.attribute[0]) {
			e.Known |= b.fact
			rest &^= b.fact
		}
	}
	return rest
}

func (r *reader) lacks(e *entry.Entry, attribute *byte) bool {
	return r.root.calls.Xattrat == sys.There &&
		absent(sys.HasAttributeName(r.fd, r.terminated(e.Name), attribute, r.pace))
}

// fetchHeld fetches facts from the very object. Once descriptors have run out, one
// reader at a time takes the two that this needs: each has a directory open, and
// if all of them waited for more, none would give any back.
func (r *reader) fetchHeld(e *entry.Entry, want entry.Facts) error {
	if r.root.held.Load() > 0 {
		if err := r.fetchOnce(e, want); !outOfDescriptors(err) {
			return err
		}
	}
	r.release()
	r.root.scarce.Lock()
	defer r.root.scarce.Unlock()
	_, err := r.patiently(func() (int, error) {
		e.Denied &^= want
		return 0, r.fetchOnce(e, want&^e.Known)
	})
	return err
}

// fetchOnce holds the object of an entry, makes sure that it is the one that was
// looked at, and reads the facts from it.
func (r *reader) fetchOnce(e *entry.Entry, want entry.Facts) error {
	s := subject{root: r.root}
	fd, err := sys.OpenName(r.fd, r.terminated(e.Name), sys.Hold)
	if err == nil {
		defer sys.Close(fd)
		err = sys.StatHeld(fd, &s.st)
	}
	if err == nil && !looksLike(&s.st, e) {
		err = tree.ErrChanged
	}
	if err != nil {
		e.Denied |= want
		return fmt.Errorf("open it: %w", err)
	}
	s.held = fd
	s.byName = func(how sys.How) (int, error) { return sys.OpenName(r.fd, r.terminated(e.Name), how) }
	return s.fetch(e, want)
}

func looksLike(st *sys.Stat, e *entry.Entry) bool {
	var now entry.Entry
	setStat(&now, st)
	return now.ID.Inode == e.ID.Inode && now.ID.Device == e.ID.Device && now.Kind == e.Kind
}
