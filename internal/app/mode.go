package app

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"ward/acl"
	"ward/entry"
	"ward/internal/host/sys"
	"ward/mode"
)

// ModesRequest asks what modes say.
type ModesRequest struct {
	Texts   []string  // modes in any spelling, chmod expressions, paths
	From    string    // a mode or a path whose mode chmod expressions change; "": there is none
	Kind    mode.Kind // of what the modes are; Unknown: as the text says, else a file and a directory
	Umask   string    // as the shell's umask takes it; "": that of this process
	Decimal bool      // numbers are decimal
}

// Modes is what they say.
type Modes struct {
	Answers []ModeAnswer
	Umask   Umask
}

// Umask is a umask that counts.
type Umask struct {
	Mask  mode.Mode
	Known bool // false where this system does not tell it
	Given bool // it was asked for, and is not that of this process
}

// ModeAnswer is what one text says.
type ModeAnswer struct {
	Text     string
	Notation string         // "octal", "ls", "chmod expression", "path" …
	Suffix   byte           // that ls put behind it; 0 for none
	Results  []ModeResult   // one, or two where an expression makes different modes of a file and a directory
	Others   []mode.Reading // what else the text may be taken for
	ACL      acl.List       // of a path
	Masked   bool           // the umask has kept bits from the result
	Namesake bool           // there is also a file of that name
}

// ModeResult is a mode, and of what.
type ModeResult struct {
	Mode  mode.Mode
	Kinds []mode.Kind
	From  *mode.Mode // what an expression changed; nil for a mode that stands by itself
}

// ReadModes reads modes. What could be read comes with the errors about the rest,
// each a *RequestError or about a path.
func ReadModes(q ModesRequest) (*Modes, error) {
	r, err := newModeReader(q)
	if err != nil {
		return nil, err
	}
	m := &Modes{Umask: r.umask}
	var wrong []error
	for _, text := range q.Texts {
		a, err := r.read(text)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		m.Answers = append(m.Answers, a)
	}
	return m, errors.Join(wrong...)
}

// ModesCompared is two modes, and what the second does that the first does not.
type ModesCompared struct {
	From, To ModeAnswer
	Kinds    []mode.Kind // of what they are compared
}

// Same tells whether they are the same mode for everything.
func (c *ModesCompared) Same() bool {
	for _, k := range c.Kinds {
		if c.From.For(k) != c.To.For(k) {
			return false
		}
	}
	return true
}

// For is the mode for an object of that kind.
func (a *ModeAnswer) For(k mode.Kind) mode.Mode {
	for _, r := range a.Results {
		for _, of := range r.Kinds {
			if of == k {
				return r.Mode
			}
		}
	}
	return a.Results[0].Mode
}

// CompareModes reads two modes and compares them. A chmod expression as the second
// counts from the first.
func CompareModes(q ModesRequest) (*ModesCompared, error) {
	if len(q.Texts) != 2 {
		return nil, &RequestError{Problem: "two modes are compared: say the one before and the one after"}
	}
	r, err := newModeReader(q)
	if err != nil {
		return nil, err
	}
	c := &ModesCompared{}
	if c.From, err = r.read(q.Texts[0]); err != nil {
		return nil, err
	}
	if r.from == nil && len(c.From.Results) == 1 && !q.Decimal && isExpression(q.Texts[1]) {
		first := c.From.Results[0]
		r.from = &startingMode{mode: first.Mode, kinds: first.Kinds}
	}
	if c.To, err = r.read(q.Texts[1]); err != nil {
		return nil, err
	}
	c.Kinds = commonKinds(c.From.kinds(), c.To.kinds())
	return c, nil
}

func (a *ModeAnswer) kinds() []mode.Kind {
	var all []mode.Kind
	for _, r := range a.Results {
		all = append(all, r.Kinds...)
	}
	return all
}

// commonKinds is the narrower of two sets of kinds.
func commonKinds(a, b []mode.Kind) []mode.Kind {
	if len(b) < len(a) {
		return b
	}
	return a
}

// isExpression tells a change from a mode that stands by itself.
func isExpression(text string) bool {
	_, change := mode.ParseExpr(text)
	_, alone := mode.ParseSpelling(text)
	return change == nil && alone != nil
}

// modeReader reads the texts of one request.
type modeReader struct {
	kind    mode.Kind
	decimal bool
	from    *startingMode
	umask   Umask
}

// startingMode is what expressions change.
type startingMode struct {
	mode  mode.Mode
	kinds []mode.Kind
}

func newModeReader(q ModesRequest) (*modeReader, error) {
	r := &modeReader{kind: q.Kind, decimal: q.Decimal, umask: processUmask()}
	if q.Umask != "" {
		mask, err := mode.ParseUmask(q.Umask, r.umask.Mask)
		if err != nil {
			return nil, &RequestError{Problem: "umask", Err: err}
		}
		r.umask = Umask{Mask: mask, Known: true, Given: true}
	}
	if q.From == "" {
		return r, nil
	}
	start, err := r.start(q.From)
	if err != nil {
		return nil, fmt.Errorf("the mode to start from: %w", err)
	}
	first := start.Results[0]
	r.from = &startingMode{mode: first.Mode, kinds: first.Kinds}
	return r, nil
}

// start reads the mode that expressions change. A path is followed, as chmod does.
func (r *modeReader) start(text string) (ModeAnswer, error) {
	a, err := r.read(text)
	if err == nil && a.Results[0].Kinds[0] == mode.Symlink && a.Notation == fromPath {
		return r.look(text, true)
	}
	return a, err
}

func processUmask() Umask {
	mask, err := sys.Umask()
	return Umask{Mask: mode.Mode(mask) & mode.Permissions, Known: err == nil}
}

// read reads one text: an expression where there is a mode to start from, else a
// mode, else the name of something that is there.
func (r *modeReader) read(text string) (ModeAnswer, error) {
	if r.from != nil && !r.decimal {
		if e, err := mode.ParseExpr(text); err == nil {
			return r.change(text, e), nil
		}
	}
	if named(text) {
		return r.look(text, false)
	}
	s, err := r.spelling(text)
	if err == nil {
		_, there := lookAt(text, false, entry.Stat)
		return ModeAnswer{
			Text: text, Notation: s.Notation.String(), Suffix: s.Suffix, Others: s.Others, Namesake: there == nil,
			Results: []ModeResult{{Mode: s.Mode, Kinds: r.kinds(s.Kind)}},
		}, nil
	}
	a, missing := r.look(text, false)
	if missing == nil || errors.Is(missing, fs.ErrPermission) {
		return a, missing
	}
	return ModeAnswer{}, &RequestError{Err: err, Hint: r.hint(text)}
}

// named tells a path from everything else by its slash.
func named(text string) bool { return strings.Contains(text, "/") || text == "." || text == ".." }

func (r *modeReader) spelling(text string) (mode.Spelling, error) {
	if r.decimal && text != "" && strings.Trim(text, "0123456789") == "" {
		return mode.ParseDecimal(text)
	}
	return mode.ParseSpelling(text)
}

// hint says what to do about a text that is no mode and no file.
func (r *modeReader) hint(text string) string {
	switch {
	case isExpression(text):
		return "--from MODE says what it is to change; --from PATH takes the mode that a file has"
	case strings.ContainsAny(text, "89") && strings.Trim(text, "0123456789") == "":
		return "--decimal reads decimal numbers"
	}
	return "there is no file of that name either"
}

// kinds is of what a mode is explained: of what was asked for, else of what the
// text says, else of files and directories.
func (r *modeReader) kinds(said mode.Kind) []mode.Kind {
	switch {
	case r.kind != mode.Unknown:
		return []mode.Kind{r.kind}
	case said != mode.Unknown:
		return []mode.Kind{said}
	}
	return []mode.Kind{mode.Regular, mode.Directory}
}

// fromPath is the notation of a mode that something has.
const fromPath = "path"

func (r *modeReader) look(path string, follow bool) (ModeAnswer, error) {
	e, err := lookAt(path, follow, entry.Stat)
	if err != nil {
		return ModeAnswer{}, err
	}
	a := ModeAnswer{Text: path, Notation: fromPath, Results: []ModeResult{{Mode: e.Mode, Kinds: []mode.Kind{e.Kind}}}}
	if listed, err := lookAt(path, follow, entry.AccessACL); err == nil && len(listed.ACL) > 0 {
		a.ACL, a.Suffix = listed.ACL, '+'
	}
	return a, nil
}

// change applies an expression for each kind, and joins results that are equal.
func (r *modeReader) change(text string, e mode.Expr) ModeAnswer {
	a := ModeAnswer{Text: text, Notation: "chmod expression"}
	kinds := r.from.kinds
	if r.kind != mode.Unknown {
		kinds = []mode.Kind{r.kind}
	}
	for _, k := range kinds {
		m := e.Apply(r.from.mode, k, r.umask.Mask)
		a.Masked = a.Masked || m != e.Apply(r.from.mode, k, 0)
		if last := len(a.Results) - 1; last >= 0 && a.Results[last].Mode == m {
			a.Results[last].Kinds = append(a.Results[last].Kinds, k)
			continue
		}
		a.Results = append(a.Results, ModeResult{Mode: m, Kinds: []mode.Kind{k}, From: &r.from.mode})
	}
	return a
}
