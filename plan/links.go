package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Links gathers the names of objects that have several. One object is one change,
// whichever name a rule met it by, so its names must want the same, and all of
// them must lie in the tree.
//
// Names are counted, and somebody who may write to a directory can cheat: he links
// a foreign file into it and renames that one name while the walk goes on, until
// it was met as often as the file has names. So a name counts only where nobody but
// root and the file's own owner can put one, and once for each directory, however
// often that is met.
//
// A walk keeps one Links for each worker and merges them; a Links is not for
// concurrent use.
type Links struct {
	objects map[linkKey]*linked
}

type linkKey struct{ device, inode uint64 }

// linked is one object as far as its names were met.
type linked struct {
	kind     mode.Kind
	links    uint32 // the most that any look counted
	owner    ident.UID
	names    map[name]ident.UID // met in directories that only their owner, given here, can write to
	shared   string             // the first name in order met where others may write
	change   *Change            // of the first name in order; nil: every name was fine as it is
	content  string             // the first name in order that wants no change
	conflict string             // a name that wants another change than change does
}

// name is a name in a directory, whatever path leads there.
type name struct {
	device, inode uint64
	name          string
}

// Several reports whether an entry's names have to be gathered: it has more than
// one, and is no directory.
func Several(e *entry.Entry) bool { return e.Links > 1 && e.Kind != mode.Directory }

// Content adds a name that wants no change.
func (l *Links) Content(e *entry.Entry) {
	path := e.Path()
	o := l.object(e.ID, e.Links)
	o.kind, o.owner = e.Kind, e.UID
	o.met(e.Dir, path)
	o.content = earlier(o.content, path)
}

// Change adds a name that wants one.
func (l *Links) Change(c *Change) {
	o := l.object(c.ID, c.Links)
	o.kind, o.owner = c.Kind, c.Before.UID
	o.met(c.In, c.Path)
	n := c.Clone()
	n.In = nil // a Links may outlive the walk
	o.want(&n)
}

func (l *Links) object(id entry.Identity, links uint32) *linked {
	if l.objects == nil {
		l.objects = make(map[linkKey]*linked)
	}
	key := linkKey{id.Device, id.Inode}
	o := l.objects[key]
	if o == nil {
		o = new(linked)
		l.objects[key] = o
	}
	o.links = max(o.links, links)
	return o
}

// met counts a name.
func (o *linked) met(d *entry.Dir, path string) {
	const others = mode.GroupWrite | mode.OtherWrite
	if d == nil || d.ID.Inode == 0 || d.Mode&others != 0 {
		o.shared = earlier(o.shared, path)
		return
	}
	if o.names == nil {
		o.names = make(map[name]ident.UID)
	}
	_, last := split(path)
	o.names[name{d.ID.Device, d.ID.Inode, last}] = d.UID
}

// counted is the number of names that nobody can have faked.
func (o *linked) counted() (n uint32) {
	for _, uid := range o.names {
		if uid == 0 || uid == o.owner {
			n++
		}
	}
	return n
}

func (o *linked) want(c *Change) {
	if o.change == nil {
		o.change = c
		return
	}
	if !Same(&o.change.After, &c.After) {
		o.conflict = earlier(o.conflict, max(o.change.Path, c.Path))
	}
	if c.Path < o.change.Path {
		o.change = c
	}
}

// earlier is the lesser of two paths, where "" is none.
func earlier(a, b string) string {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

// Merge adds what another worker gathered. o is not to be used afterwards.
func (l *Links) Merge(o *Links) {
	if l.objects == nil {
		l.objects = o.objects
		return
	}
	for key, theirs := range o.objects {
		ours := l.objects[key]
		if ours == nil {
			l.objects[key] = theirs
			continue
		}
		ours.merge(theirs)
	}
}

func (o *linked) merge(p *linked) {
	if o.names == nil {
		o.names = p.names
	} else {
		maps.Copy(o.names, p.names)
	}
	o.shared = earlier(o.shared, p.shared)
	o.links = max(o.links, p.links)
	o.content = earlier(o.content, p.content)
	o.conflict = earlier(o.conflict, p.conflict)
	if p.change != nil {
		o.want(p.change)
	}
}

// Resolve is the changes that stand and those that are refused, each in the order
// of their paths.
func (l *Links) Resolve(o LinkOptions) (changes []Change, refusals []Refusal) {
	for _, obj := range l.objects {
		if obj.change == nil {
			continue
		}
		if r := obj.refuse(o); r != nil {
			refusals = append(refusals, *r)
			continue
		}
		changes = append(changes, *obj.change)
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(refusals, func(a, b Refusal) int { return cmp.Compare(a.Path, b.Path) })
	return changes, refusals
}

// LinkOptions says what of several names is asked for. The zero value refuses.
type LinkOptions struct {
	AllowOutside bool // change objects that have names outside the tree as well
	Overlay      bool // the tree is on overlayfs
	AllowOverlay bool // change one name on overlayfs, and let the others stay as they are
}

func (o *linked) refuse(options LinkOptions) *Refusal {
	c := o.change
	r := &Refusal{Path: c.Path, Kind: o.kind, Rules: c.Rules}
	switch {
	case o.conflict != "" || o.content != "":
		r.Why = NamesDisagree
		r.Text = fmt.Sprintf("this file is also %s, and a rule wants something else for that name", quote(earlier(o.conflict, o.content)))
		r.Hint = "make the rules agree for all its names, or break the link: cp --preserve=all, then mv over one of them"
	case options.Overlay && !options.AllowOverlay:
		r.Why = OverlayLink
		r.Text = fmt.Sprintf("it has %d names, and overlayfs would change this one and leave the others as they are", o.links)
	case o.counted() < o.links && !options.AllowOutside:
		r.Why = OutsideLinks
		r.Text, r.Hint = o.outside(o.counted())
	default:
		return nil
	}
	return r
}

// outside says why not all names are known to lie in the tree.
func (o *linked) outside(counted uint32) (text, hint string) {
	if o.shared != "" || counted < uint32(len(o.names)) {
		return fmt.Sprintf("it has %d names, at least one of them in a directory where others could have linked a foreign file in", o.links),
			"look at who owns it and at its names (find -xdev -samefile) before allowing it"
	}
	return fmt.Sprintf("it has %d names and only %d of them were met here: the others would change with it", o.links, counted),
		"find the others with find -xdev -samefile"
}

// quote makes a name safe to print in a sentence.
func quote(s string) string { return fmt.Sprintf("%q", s) }
