package setfacl

import (
	"errors"
	"io"
	"strings"

	"ward/acl"
	"ward/internal/standin/acltext"
	"ward/mode"
)

// record is what a dump of getfacl says of one object.
type record struct {
	path     string
	hasPath  bool
	uid, gid uint32 // acl.NoID where the dump says nothing, or names nobody known
	special  mode.Mode
	commands []command
}

// syntaxError is a mistake in a dump, or in a file of entries.
type syntaxError struct {
	line  int // from 1; 0 where the original tells none
	cause error
}

func (e *syntaxError) Error() string { return e.cause.Error() }
func (e *syntaxError) Unwrap() error { return e.cause }

// errInvalid stands for EINVAL.
var errInvalid = errors.New("Invalid argument") //nolint:staticcheck // it is strerror's text

// dump reads records.
type dump struct {
	lines   *acltext.Lines
	grammar grammar
}

func newDump(in io.Reader, names acl.Resolver) *dump {
	return &dump{lines: acltext.NewLines(in), grammar: grammar{names: names}}
}

// next reads a record: comments, and then entries up to an empty line. At the end of
// the dump, and before entries without comments, the error is io.EOF. other errors
// are *syntaxError. A record without a path comes without entries.
func (d *dump) next() (record, error) {
	r := record{uid: acl.NoID, gid: acl.NoID}
	some, err := d.comments(&r)
	switch {
	case err != nil:
		return record{}, &syntaxError{cause: err}
	case !some:
		return record{}, io.EOF
	case !r.hasPath:
		return r, nil
	}
	r.commands, err = d.grammar.lines(d.lines, true)
	if err != nil {
		return record{}, &syntaxError{line: d.lines.Read, cause: err}
	}
	return r, nil
}

// comments reads lines that begin with "#", with any blank lines between them.
func (d *dump) comments(r *record) (some bool, err error) {
	for {
		c, err := d.lines.Skip()
		if err != nil || c != '#' {
			return some, err
		}
		line, err := d.lines.Next()
		if err != nil {
			return some, err
		}
		some = true
		if !d.comment(r, strings.TrimLeft(line[1:], " \t\n\r")) {
			return false, errInvalid
		}
	}
}

// comment obeys one; false if it is said twice or wrongly. Most comments say nothing.
func (d *dump) comment(r *record, text string) bool {
	key, value, ok := strings.Cut(text, ":")
	if !ok {
		return true
	}
	if key == "file" {
		if r.hasPath {
			return false
		}
		r.path, r.hasPath = acltext.Unquote(withoutBlank(value)), true
		return true
	}
	value = strings.TrimLeft(value, " \t\n\r")
	switch key {
	case "owner":
		return d.owner(&r.uid, value, false)
	case "group":
		return d.owner(&r.gid, value, true)
	case "flags":
		return flags(&r.special, value)
	}
	return true
}

// withoutBlank leaves out the one blank that getfacl prints before a path. Further ones
// are the path's own; acl before 2.4 took them away, and restored another object.
func withoutBlank(path string) string {
	if path != "" && strings.IndexByte(" \t\n\r", path[0]) >= 0 {
		return path[1:]
	}
	return path
}

// owner sets an id that has not been set. A name that nobody has sets none.
func (d *dump) owner(id *uint32, name string, group bool) bool {
	if *id != acl.NoID {
		return false
	}
	if found, ok := lookUp(acltext.Unquote(name), group, d.grammar.names); ok {
		*id = found
	}
	return true
}

// flags reads "sst" with "-" for what is not set.
func flags(m *mode.Mode, text string) bool {
	if len(text) != 3 {
		return false
	}
	var special mode.Mode
	for i := range len(text) {
		switch text[i] {
		case "sst"[i]:
			special |= 0o4000 >> i
		case '-':
		default:
			return false
		}
	}
	*m = special
	return true
}

// lines reads entries, one a line; comments are passed over. In a dump they end at
// an empty line.
func (g *grammar) lines(in *acltext.Lines, dump bool) ([]command, error) {
	var cs []command
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			return cs, nil
		}
		if err != nil {
			return nil, err
		}
		text := strings.TrimLeft(line, " \t\n\r")
		switch {
		case text == "" && dump:
			return cs, nil
		case text == "" || text[0] == '#':
			continue
		}
		c, ok := g.line(text)
		if !ok {
			return nil, errInvalid
		}
		cs = append(cs, c)
	}
}
