package mtree

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ward/acl"
	"ward/ident"
	"ward/mode"
	"ward/packages"
)

// MaxLine bounds the length of a line with its continuations.
const MaxLine = 1 << 20

// Reader reads a manifest line by line.
type Reader struct {
	in   *bufio.Reader
	line int // of the last one read
	dir  []string
	set  map[string]string // of /set
}

// NewReader begins to read. A first line "#mtree" is not demanded: BSD writes none.
func NewReader(in io.Reader) *Reader {
	return &Reader{in: bufio.NewReader(in), set: map[string]string{}}
}

// Line is the number of the last line that was read.
func (r *Reader) Line() int { return r.line }

// Next is the next object. It returns io.EOF after the last one; other errors are
// *SyntaxError, or of the underlying reader.
func (r *Reader) Next() (Entry, error) {
	for {
		words, err := r.words()
		if err != nil {
			return Entry{}, err
		}
		e, ok, err := r.entry(words)
		if err != nil {
			return Entry{}, &SyntaxError{r.line, err.Error()}
		}
		if ok {
			return e, nil
		}
	}
}

// words are those of the next line that has some, continuations joined.
func (r *Reader) words() ([]string, error) {
	var text strings.Builder
	for {
		line, err := r.readLine()
		if err != nil {
			return nil, err
		}
		trimmed := strings.TrimSpace(line)
		if text.Len() == 0 && (trimmed == "" || trimmed[0] == '#') {
			if err := r.directive(trimmed); err != nil {
				return nil, &SyntaxError{r.line, err.Error()}
			}
			continue
		}
		if before, more := strings.CutSuffix(trimmed, `\`); more {
			text.WriteString(before + " ")
			if text.Len() > MaxLine {
				return nil, &SyntaxError{r.line, "a line is too long"}
			}
			continue
		}
		text.WriteString(trimmed)
		if words := strings.Fields(text.String()); len(words) > 0 {
			return words, nil
		}
	}
}

// directive reads ward's own comment, a /set of keywords that other programs do not
// know.
func (r *Reader) directive(comment string) error {
	words := strings.Fields(comment)
	if len(words) == 0 || words[0] != Directive {
		return nil
	}
	return r.defaults(words[1:])
}

func (r *Reader) readLine() (string, error) {
	var b []byte
	for {
		part, err := r.in.ReadSlice('\n')
		b = append(b, part...)
		switch {
		case len(b) > MaxLine:
			return "", &SyntaxError{r.line + 1, "a line is too long"}
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(b) == 0:
			return "", io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return "", fmt.Errorf("read line %d: %w", r.line+1, err)
		}
		r.line++
		return string(b), nil
	}
}

// entry reads one line: a command, a step up, or an object.
func (r *Reader) entry(words []string) (e Entry, ok bool, err error) {
	switch words[0] {
	case "/set":
		return e, false, r.defaults(words[1:])
	case "/unset":
		r.unset(words[1:])
		return e, false, nil
	case "..":
		if len(r.dir) == 0 {
			return e, false, errors.New("it leads above the root")
		}
		r.dir = r.dir[:len(r.dir)-1]
		return e, false, nil
	}
	if strings.HasPrefix(words[0], "/") {
		return e, false, fmt.Errorf("%q is no command: there are /set and /unset", words[0])
	}
	name, err := unquote(words[0])
	if err != nil {
		return e, false, err
	}
	if err := r.keywords(&e, words[1:]); err != nil {
		return e, false, err
	}
	full := strings.Contains(words[0], "/")
	e.Path, err = r.place(name, full)
	if err == nil && !full && e.Kind == mode.Directory {
		r.dir = append(r.dir, name)
	}
	return e, err == nil, err
}

// place is the path of a name: as it is where it has a slash, else in the present
// directory. A slash that is escaped belongs to no name.
func (r *Reader) place(name string, full bool) (string, error) {
	if !full && strings.Contains(name, "/") {
		return "", fmt.Errorf("%q is no name", name)
	}
	if !full && len(r.dir) > 0 {
		if name == "." {
			return "", errors.New(`"." in a directory`)
		}
		name = strings.Join(r.dir, "/") + "/" + name
	}
	path, ok := packages.Clean(name)
	if !ok {
		return "", fmt.Errorf("%q is no path in the tree", name)
	}
	return path, nil
}

func (r *Reader) defaults(words []string) error {
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		var probe Entry
		if err := probe.keyword(key, value); err != nil {
			return err
		}
		r.set[key] = value
	}
	return nil
}

func (r *Reader) unset(words []string) {
	for _, w := range words {
		if w == "all" {
			clear(r.set)
		}
		delete(r.set, w)
	}
}

// keywords sets the defaults and then what the line says.
func (r *Reader) keywords(e *Entry, words []string) error {
	own := map[string]bool{}
	for _, w := range words {
		key, _, _ := strings.Cut(w, "=")
		own[key] = true
	}
	for key, value := range r.set {
		if own[key] {
			continue
		}
		if err := e.keyword(key, value); err != nil {
			return err
		}
	}
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		if err := e.keyword(key, value); err != nil {
			return err
		}
	}
	return nil
}

// readable are the keywords of what may be there and not be known.
func readable() map[string]Known {
	return map[string]Known{"acl": ACL, "defaultacl": Default, "caps": Caps, "flags": Flags}
}

// keyword reads one keyword. Those that say nothing of permissions are passed over,
// and so are unknown ones, as mtree(5) grows.
func (e *Entry) keyword(key, value string) (err error) {
	if k, ok := readable()[key]; ok && value == unknown {
		e.Unread |= k
		return nil
	}
	switch key {
	case "type":
		err = e.setKind(value)
	case "mode":
		err = e.setMode(value)
	case "uid", "gid":
		err = e.setID(key, value)
	case "uname", "gname", "link":
		err = e.setName(key, value)
	case "flags":
		e.setFlags(value)
	case "acl", "defaultacl":
		err = e.setList(key, value)
	case "caps":
		err = e.setCaps(value)
	case "size":
		e.Size, err = strconv.ParseInt(value, 10, 64)
		e.Known |= Size
	case "optional":
		e.Optional = true
	case "nochange":
		e.Untracked = true
	case "ignore":
		e.Ignored = true
	default:
		err = e.setDigest(key, value)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func (e *Entry) setKind(value string) error {
	for _, k := range kinds {
		if k.word == value {
			e.Kind = k.kind
			e.Known |= Type
			return nil
		}
	}
	return fmt.Errorf("%q is no type", value)
}

// setMode reads octal digits, or a symbolic mode that says all (setmode(3)).
func (e *Entry) setMode(value string) error {
	if n, err := strconv.ParseUint(value, 8, 16); err == nil && mode.Mode(n) <= mode.All {
		e.Mode = mode.Mode(n)
		e.Known |= Mode
		return nil
	}
	if value == "" || value[0] >= '0' && value[0] <= '9' {
		return fmt.Errorf("%q is no mode", value)
	}
	x, err := mode.ParseExpr(value)
	if err != nil {
		return err
	}
	e.Mode = x.Apply(0, mode.Regular, 0)
	e.Known |= Mode
	return nil
}

func (e *Entry) setID(key, value string) error {
	n, err := strconv.ParseUint(value, 10, 32)
	if err != nil || uint32(n) == ident.NoID {
		return fmt.Errorf("%q is no id", value)
	}
	if key == "uid" {
		e.UID = ident.UID(n)
		e.Known |= UID
		return nil
	}
	e.GID = ident.GID(n)
	e.Known |= GID
	return nil
}

func (e *Entry) setName(key, value string) (err error) {
	if value, err = unquote(value); err != nil {
		return err
	}
	switch key {
	case "uname":
		e.User = value
		e.Known |= User
	case "gname":
		e.Group = value
		e.Known |= Group
	default:
		e.Link = value
		e.Known |= Link
	}
	return nil
}

// setFlags takes the flags that ward knows, and passes over others.
func (e *Entry) setFlags(value string) {
	e.Known |= Flags
	for word := range strings.SplitSeq(value, ",") {
		for _, f := range flags {
			if f.word == word {
				e.Flags |= f.flag
			}
		}
	}
}

func (e *Entry) setList(key, value string) error {
	text, err := unquote(value)
	if err != nil {
		return err
	}
	if text == "none" {
		text = ""
	}
	list, _, err := acl.ParseText(text, nil)
	if err != nil {
		return err
	}
	if key == "acl" {
		e.ACL = list
		e.Known |= ACL
		return nil
	}
	e.Default = list
	e.Known |= Default
	return nil
}

func (e *Entry) setCaps(value string) error {
	text, err := unquote(value)
	if err != nil {
		return err
	}
	e.Known |= Caps
	if digits, ok := strings.CutPrefix(text, "0x"); ok {
		raw, err := hex.DecodeString(digits)
		e.Caps = string(raw)
		return err
	}
	if text == "none" {
		return nil
	}
	c, err := ident.ParseFileCapabilities(text)
	if err != nil {
		return err
	}
	e.Caps = string(c.Encode())
	return nil
}

// setDigest keeps the strongest checksum.
func (e *Entry) setDigest(key, value string) error {
	for i, d := range digests {
		if d.word != key {
			continue
		}
		sum, err := hex.DecodeString(value)
		if err != nil {
			return fmt.Errorf("%q is no checksum", value)
		}
		if e.Known&Digest == 0 || i >= strength(e.Digest.Algorithm) {
			e.Digest = packages.Digest{Algorithm: d.algorithm, Sum: string(sum)}
			e.Known |= Digest
		}
	}
	return nil
}

func strength(algorithm string) int {
	for i, d := range digests {
		if d.algorithm == algorithm {
			return i
		}
	}
	return -1
}

// Is reports whether a text begins as a manifest of this form.
func Is(head []byte) bool {
	text := strings.TrimLeft(string(head), "\n\r\t ")
	if strings.HasPrefix(text, "#mtree") || strings.HasPrefix(text, "/set ") {
		return true
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			if strings.HasPrefix(line, "# file: ") {
				return false
			}
			continue
		}
		words := strings.Fields(line)
		return len(words) > 1 && strings.Contains(words[1], "=") || words[0] == "/set"
	}
	return false
}
