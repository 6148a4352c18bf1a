// Package effect is what a program, script or configuration file does to permissions:
// the one language that every front end of the linter translates into and that every
// rule reads. A rule on "a directory without x" is written once, and holds for
// os.MkdirAll in Go, mkdir -m in a shell, a task of Ansible and a line of tmpfiles.d.
package effect

import (
	"ward/lint/bits"
	"ward/lint/source"
	"ward/mode"
)

// A Script is one file as a sequence of effects, in the order of its text.
type Script struct {
	File      *source.File
	Effects   []Effect
	Functions []source.Function
	Comments  []source.Comment
	Notes     []source.Note
}

// A Verb is what an effect does.
type Verb uint8

// The verbs.
const (
	Nothing   Verb = iota
	Chmod          // sets the mode of something that exists
	Create         // opens or writes a file that may be made by it
	Mkdir          // makes a directory
	MkdirAll       // makes a directory and those above it
	Mknod          // makes a fifo, a device, a socket
	Umask          // sets the mask of the process
	Chown          // sets owner or group
	Rename         // puts one name in the place of another
	Copy           // makes a file from another
	Remove         // takes a name away
	Inspect        // asks for mode or existence
	Compare        // compares a mode with a value
	Convert        // makes a number of a text that is a mode
	Print          // writes a mode out as text
	Convey         // gives a mode to an archive header, a message, another program
	Execute        // runs a file
	Temporary      // makes a private temporary file or directory
	Load           // reads a file
	Compute        // computes a mode without using it yet
)

// An Effect is one thing that a file does to permissions.
type Effect struct {
	source.Span
	Verb Verb
	API  string // what does it, as people know it: os.Chmod, "chmod", ansible.builtin.file

	Path   Operand // the object
	Target Operand // of Rename, Copy, Chown of a link …: the other one
	Mode   Mode    // what is asked for; of Umask the mask
	Data   Operand // what is written, as far as it is known

	Kind     mode.Kind // what the object is, where API or Path tell; Unknown otherwise
	Function int       // index in Script.Functions; -1 at the top
	Call     *source.Call

	Masked    bool // the umask takes bits away from the mode
	Recursive bool // and everything below
	Follows   bool // through symlinks
	Exclusive bool // fails if the object exists
	Truncates bool // an existing object keeps its mode and loses its contents
	Checked   bool // its result is looked at
	AsRoot    bool // certainly runs as root: sudo, a package's script, RUN
	Deferred  bool // when the function ends
	Guarded   bool // only on Windows, or only where the object's mode is known to be different
	Default   bool // the mode is not written there: it is what the API gives
	Handle    bool // by descriptor, not by path
}

// An Operand is a path or some data.
type Operand struct {
	source.Span
	Known string // the text, as far as it is a literal; joined parts with unknown ones left out
	Whole bool   // Known is all of it
	Name  string // the variable or expression it stands in, as written: two effects with the same are on the same object
}

// A Mode is a mode as somebody wrote it, and as it is executed.
type Mode struct {
	source.Span
	Given    bool       // there is one
	Written  string     // the source text
	Value    bits.Value // the number that the language makes of it, before the system looks at it
	Numbers  []Number   // the literals in it
	Symbolic string     // an expression of chmod ("u+x") where that is what was given
	Layout   Layout
	Text     bool // a string, which the API reads as octal
	Variable bool // depends on something that is not known here
	Steps    []Step
	Parsed   []Parse  // texts that were read as numbers in it
	Spelling Spelling // how a mode is written there
}

// A Parse is a text that a program reads as a number.
type Parse struct {
	source.Span
	By   string // strconv.Atoi
	Base int    // 0: by its prefix
}

// A Spelling is how a mode is written as a number at one place.
type Spelling uint8

// The spellings.
const (
	AsLanguage  Spelling = iota // as the file's language writes octal numbers
	Octal                       // 0644 and 4755, as commands and most formats take it
	ZeroOctal                   // 0644 and 04755, where the zero makes it octal
	QuotedOctal                 // "0644", where the bare digits are read otherwise
	Decimal                     // 420
)

// A Step is one operation in the computation of a mode, with what it was given.
type Step struct {
	source.Span
	Op          string // as source.Expr has it
	Left, Right bits.Value
}

// A Layout is where a number has its special bits.
type Layout uint8

// The layouts.
const (
	POSIX  Layout = iota // 04000, 02000, 01000, and the type in the four bits above
	GoMode               // fs.FileMode: the low nine bits, setuid and others far above
)

// A Number is a literal in a mode.
type Number struct {
	source.Span
	Text    string // as written, with its quotes taken off
	Radix   int    // in which the language reads it: 8, 10, 16, 2
	Quoted  bool
	Named   string // the constant by which it came; the literal itself stands at Span
	Value   uint64
	Foreign bool // Span is in another file of the package
}

// Executed is the twelve bits that reach the object: what the language drops is gone
// (Go's os functions ignore 04000, 02000 and 01000), what the umask may take away is
// still there. A bit that is not known is in neither result.
func (e *Effect) Executed() (set, clear mode.Mode) {
	v := e.Mode.Value
	if e.Mode.Layout == GoMode {
		return goMode(v.Ones(), v.Zeros())
	}
	return mode.Mode(v.Ones()) & mode.All, mode.Mode(v.Zeros()) & mode.All
}

// Exact is the executed mode where all its bits are known.
func (e *Effect) Exact() (m mode.Mode, ok bool) {
	set, clear := e.Executed()
	return set, e.Mode.Given && set|clear == mode.All
}

// The places of setuid, setgid and sticky in Go's fs.FileMode (io/fs: ModeSetuid …).
const (
	goSetuid = 1 << 23
	goSetgid = 1 << 22
	goSticky = 1 << 20
)

func goMode(ones, zeros uint64) (set, clear mode.Mode) {
	set, clear = mode.Mode(ones)&mode.Permissions, mode.Mode(zeros)&mode.Permissions
	for bit, m := range map[uint64]mode.Mode{goSetuid: mode.SetUID, goSetgid: mode.SetGID, goSticky: mode.Sticky} {
		switch {
		case ones&bit != 0:
			set |= m
		case zeros&bit != 0:
			clear |= m
		}
	}
	return set, clear
}

// Function is the effects of the innermost function that e stands in, in order; those
// of the file's top level if it stands in none.
func (s *Script) Function(e *Effect) []*Effect {
	var same []*Effect
	for i := range s.Effects {
		if s.Effects[i].Function == e.Function {
			same = append(same, &s.Effects[i])
		}
	}
	return same
}

// Before is the effects that come before e in its function and in those around it, the
// top level included, but for those that wait for the end of theirs.
func (s *Script) Before(e *Effect) []*Effect {
	var before []*Effect
	for i := range s.Effects {
		one := &s.Effects[i]
		if one.Start < e.Start && !one.Deferred && (one.Function < 0 || s.Within(e.Function, one.Function)) {
			before = append(before, one)
		}
	}
	return before
}

// Within tells whether function stands in the function outer, or is it. Nothing
// stands in the top level, -1, where effects share nothing but the file.
func (s *Script) Within(function, outer int) bool {
	for function != outer && function >= 0 {
		function = s.Functions[function].Outer
	}
	return function == outer && outer >= 0
}
