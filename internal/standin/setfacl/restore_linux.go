package setfacl

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"

	"ward/acl"
	"ward/internal/host/sys"
	"ward/internal/standin"
	"ward/internal/standin/aclobject"
	"ward/internal/standin/acltext"
	"ward/internal/standin/inorder"
	"ward/mode"
)

// restoreFiles obeys the --restore that wait.
func (c *call) restoreFiles() error {
	for _, file := range c.restores {
		if err := c.restoreFile(file); err != nil {
			return err
		}
	}
	c.restores = nil
	return nil
}

func (c *call) restoreFile(file string) error {
	in, name := io.Reader(c.in), ""
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			c.message("%s: %s: %s\n", c.Base(), acltext.Quote(file, acltext.InPath), standin.Reason(err))
			return misused
		}
		defer func() { _ = f.Close() }()
		in, name = f, acltext.Quote(file, acltext.InPath)+": "
	}
	before := c.failures.Load()
	if err := c.restore(newDump(in, resolver{c}), name); err != nil || c.failures.Load() > before {
		return failed
	}
	return nil
}

// restore restores record after record. name is that of the dump as messages have it.
func (c *call) restore(d *dump, name string) error {
	r := &restorer{visitor: c.visitor()}
	for {
		before := d.lines.Read
		found, err := d.next()
		var mistake *syntaxError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &mistake):
			c.mistaken(name, mistake)
			c.explainUnknown(&d.grammar)
			return failed
		case !found.hasPath && name == "":
			c.message("%s: No filename found in line %d of standard input, aborting\n", c.Base(), before)
			return failed
		case !found.hasPath:
			c.message("%s: %sNo filename found in line %d, aborting\n", c.Base(), name, before)
			return failed
		}
		var out inorder.Output
		r.record(&found, &out)
		if err := out.Write(c.out, c.Err); err != nil {
			return failed
		}
	}
}

func (c *call) mistaken(name string, e *syntaxError) {
	switch {
	case e.line == 0 || name == "": // the original tells no line of standard input
		c.message("%s: %s%s\n", c.Base(), name, standin.Reason(e))
	default:
		c.message("%s: %s%s in line %d\n", c.Base(), name, standin.Reason(e), e.line)
	}
}

// restorer restores objects.
type restorer struct {
	*visitor
	owned bool // some object before had setuid or setgid and got another owner
}

// record restores one object: its lists, its owner and group, and last the bits that
// a change of owner clears.
func (r *restorer) record(rec *record, out *inorder.Output) {
	r.warn(out)
	o, err := r.reach(rec.path)
	if err != nil {
		r.unreached(rec.path, err, out)
		return
	}
	defer o.Close()
	err = r.carryOut(newSequence(append(slices.Clip(fresh), rec.commands...)), func() string { return rec.path }, o, out)
	switch {
	case err != nil:
		r.tell(rec.path, o, err, out)
	case !r.test:
		r.owner(rec, o, out)
		r.special(rec, o, out)
	}
}

// fresh empties both lists: a record tells all of them.
var fresh = []command{{do: removeEntire}, {do: removeEntire, def: true}}

// warn says once what the original says since 2.4 of a restore that follows links.
func (r *restorer) warn(out *inorder.Output) {
	if r.logical && !r.warned {
		r.warned = true
		out.Message("Warning: option --restore=file is unsafe without option -P (--physical) as it traverses symbolic links in pathnames\n")
	}
}

// linkError says that a directory of a path is a symbolic link.
type linkError struct {
	dir string
	err error
}

func (e *linkError) Error() string { return e.err.Error() }
func (e *linkError) Unwrap() error { return e.err }

// reach holds what a path leads to. Symbolic links are followed with -L only.
func (r *restorer) reach(path string) (*aclobject.Object, error) {
	if strings.IndexByte(path, 0) >= 0 {
		return nil, syscall.EINVAL
	}
	if r.logical {
		name, _ := cString(path)
		return r.system.Hold(sys.AtCWD, name, true)
	}
	o, err := r.system.HoldPath(path)
	if err == nil && o.Link() {
		o.Close()
		return nil, syscall.ELOOP
	}
	if dir := directoryOf(path); dir != "" && errors.Is(err, syscall.ELOOP) {
		return nil, &linkError{dir, err}
	}
	return o, err
}

// directoryOf is a path without its last component, with a slash behind it.
func directoryOf(path string) string {
	path = strings.TrimRight(path, "/")
	return path[:strings.LastIndexByte(path, '/')+1]
}

func (r *restorer) unreached(path string, err error, out *inorder.Output) {
	var link *linkError
	if errors.As(err, &link) {
		r.say(out, "lookup of directory %s without following symlinks: %s", acltext.Quote(link.dir, acltext.InPath), standin.Reason(err))
		return
	}
	r.fail(path, err, out)
}

// owner gives the object the owner and group of the record, if they differ.
func (r *restorer) owner(rec *record, o *aclobject.Object, out *inorder.Output) {
	uid, gid := rec.uid, rec.gid
	if uid == o.Stat.Uid {
		uid = acl.NoID
	}
	if gid == o.Stat.Gid {
		gid = acl.NoID
	}
	if uid == acl.NoID && gid == acl.NoID {
		return
	}
	if err := o.Chown(uid, gid); err != nil {
		r.say(out, "%s: Cannot change owner/group: %s", acltext.Quote(rec.path, acltext.InPath), standin.Reason(err))
	}
	if o.Mode()&rec.special&0o6000 != 0 {
		r.owned = true // the change has cleared them
	}
}

// special sets setuid, setgid and sticky as the record has them: a record that tells
// nothing has none. The other bits are what the access list has made of them (the
// original takes those from before where the list has given no rights at all).
func (r *restorer) special(rec *record, o *aclobject.Object, out *inorder.Output) {
	if !r.owned && o.Mode()&mode.Special == rec.special {
		return
	}
	if err := o.Chmod(o.Mode()&mode.Permissions | rec.special); err != nil {
		r.say(out, "%s: Cannot change mode: %s", acltext.Quote(rec.path, acltext.InPath), standin.Reason(err))
	}
}
