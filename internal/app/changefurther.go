package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"ward/mode"
)

// A change of modes may open directories that nobody could look into while it was
// planned: `chmod -R u+rwX` on one's own. What they hold is then planned and changed in
// a further run, which says what it continues, and so on down: undo takes them back
// together. Only directories are entered that could not be read before and that the
// change gave more rights; nothing else is looked at again.

// Opens reports whether a directory that could not be read may be readable once it is
// changed.
func (t *Touched) Opens() bool { return t.opens }

// opening are the bits that let somebody into a directory.
const opening = mode.Read | mode.Execute

// mostRounds is how many runs one command may be.
const mostRounds = 64

// subtrees is directories of an operand, by their paths below it.
type subtrees struct {
	way map[string]bool // those and the directories above them; true: one of those
}

func (b *subtrees) add(rel string) {
	b.way[rel] = true
	for rel != "." {
		if i := strings.LastIndexByte(rel, '/'); i >= 0 {
			rel = rel[:i]
		} else {
			rel = "."
		}
		if !b.way[rel] {
			b.way[rel] = false
		}
	}
}

// bearing is where a path lies, seen from the directories.
type bearing uint8

const (
	beside bearing = iota // elsewhere: on no way to one of the directories
	above                 // on the way to one of them, or one of them itself
	inside
)

// bearing tells where an entry lies whose directory is not beside them.
func (b *subtrees) bearing(rel string) bearing {
	if _, ok := b.way[rel]; ok {
		return above
	}
	parent := "."
	if i := strings.LastIndexByte(rel, '/'); i >= 0 {
		parent = rel[:i]
	}
	if one, ok := b.way[parent]; ok && !one {
		return beside
	}
	return inside
}

// triedOne is a directory that a further run was made for.
type triedOne struct {
	operand int
	path    string // below it
}

// RunThrough carries the changes out, and then those below directories that this has
// opened. What is returned is of the first run; ID is that of the last one.
func (c *Changing) RunThrough(ctx context.Context) (*Applied, error) {
	a, err := c.Run(ctx)
	tried := map[triedOne]bool{}
	for rounds := 1; err == nil && rounds < mostRounds; rounds++ {
		q := c.further(tried)
		if q.below == nil {
			break
		}
		q.continues = a.ID
		if err = c.Close(); err != nil { // the tree is locked for one run at a time
			break
		}
		c.Prepared = nil
		var b *Applied
		if b, err = c.round(ctx, q); b != nil && b.ID != "" {
			b.Others += a.Others
			a = b
		}
	}
	return a, err
}

// further asks for what lies in directories that can be read now.
func (c *Changing) further(tried map[triedOne]bool) ChangeRequest {
	q := c.request
	q.below, q.anchor = nil, c.anchor
	bad := map[string]bool{}
	for i := range c.Touched {
		if t := &c.Touched[i]; t.Fate == LeftAlone || t.Fate == NotChanged {
			bad[t.planned] = true
		}
	}
	for i := range c.Touched {
		t := &c.Touched[i]
		if !t.opens || bad[t.planned] || tried[triedOne{t.Operand, t.below}] || !c.readable(t) {
			continue
		}
		tried[triedOne{t.Operand, t.below}] = true
		if q.below == nil {
			q.below = map[int]*subtrees{}
		}
		if q.below[t.Operand] == nil {
			q.below[t.Operand] = &subtrees{way: map[string]bool{}}
		}
		q.below[t.Operand].add(t.below)
	}
	return q
}

// readable reports whether a directory may be looked into by now. It only decides
// whether to try: the walk opens it anew, beneath its operand.
func (c *Changing) readable(t *Touched) bool {
	path := filepath.Join(c.anchor, filepath.FromSlash(t.planned))
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() {
		return false
	}
	_, err = os.Lstat(path + "/.")
	return err == nil
}

// round is a further run: its outcome takes the place of what could not be read.
func (c *Changing) round(ctx context.Context, q ChangeRequest) (*Applied, error) {
	next, err := PrepareChange(ctx, q)
	if err != nil {
		return nil, err
	}
	a, err := next.Run(ctx)
	kept := c.Touched[:0]
	for _, t := range c.Touched {
		if b := q.below[t.Operand]; t.Fate != NoReading || b == nil || !b.way[t.below] {
			kept = append(kept, t)
		}
	}
	c.Touched = append(kept, next.Touched...)
	sortTouched(c.Touched)
	c.Changes += next.Changes
	if closed := next.Close(); err == nil {
		err = closed
	}
	return a, err
}
