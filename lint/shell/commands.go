package shell

import (
	"strconv"
	"strings"

	"ward/lint/bits"
	"ward/lint/effect"
	"ward/mode"
)

// A command adds the effects of one command line to the script.
type command func(r *reader, a arguments, e effect.Effect)

// commands is those that touch permissions, by name.
func commands() map[string]command {
	return map[string]command{
		"chmod": chmod, "chown": chown, "chgrp": chown, "mkdir": mkdir, "install": install, "umask": umask,
		"mkfifo": mkfifo, "mktemp": mktemp, "cp": copies, "mv": moves, "rm": removes, "tee": tee,
		"touch": touch,
	}
}

func (r *reader) add(e effect.Effect) { r.script.Effects = append(r.script.Effects, e) }

// modeOf is the mode that a word of a shell gives, which the command reads as octal or
// as symbolic clauses.
func modeOf(w effect.Operand, k mode.Kind) effect.Mode {
	m := effect.Mode{Span: w.Span, Given: true, Written: w.Name, Text: true}
	if !w.Whole || w.Known == "" {
		m.Variable = true
		return m
	}
	if n, err := strconv.ParseUint(w.Known, 8, 32); err == nil {
		m.Value = bits.Of(n)
		m.Numbers = []effect.Number{{Span: w.Span, Text: w.Known, Radix: 8, Value: n}}
		return m
	}
	if strings.Trim(w.Known, "0123456789abcdefxoABCDEFXO") == "" && strings.ContainsAny(w.Known[:1], "0123456789") {
		m.Numbers = []effect.Number{{Span: w.Span, Text: w.Known, Radix: 8}}
		return m
	}
	m.Symbolic = w.Known
	if e, err := mode.ParseExpr(w.Known); err == nil {
		set, clear := e.Always(k)
		m.Value = bits.Some(uint64(set), uint64(set|clear))
	}
	return m
}

func chmod(r *reader, a arguments, e effect.Effect) {
	if len(a.operands) == 0 || a.values["reference"].Name != "" {
		return
	}
	e.Verb, e.Recursive = effect.Chmod, a.set["R"] || a.set["recursive"]
	e.Follows = !e.Recursive || a.set["L"]
	e.Mode = modeOf(a.operands[0], e.Kind)
	e.Masked = forNobody(e.Mode.Symbolic)
	if len(a.operands) == 1 {
		r.add(e)
		return
	}
	for _, path := range a.operands[1:] {
		e.Path = path
		r.add(e)
	}
}

// forNobody tells whether clauses name no class: from those the umask takes bits away
// (POSIX, chmod: "if who is omitted").
func forNobody(clauses string) bool {
	for clause := range strings.SplitSeq(clauses, ",") {
		if clause == "" || !strings.ContainsAny(clause[:1], "+-=") {
			return false
		}
	}
	return true
}

func chown(r *reader, a arguments, e effect.Effect) {
	e.Verb, e.Recursive = effect.Chown, a.set["R"] || a.set["recursive"]
	e.Follows = !a.set["h"] && !a.set["no-dereference"] && (!e.Recursive || a.set["L"])
	if len(a.operands) < 2 {
		return
	}
	e.Data = a.operands[0]
	for _, path := range a.operands[1:] {
		e.Path = path
		r.add(e)
	}
}

func mkdir(r *reader, a arguments, e effect.Effect) {
	e.Verb, e.Kind = effect.Mkdir, mode.Directory
	if a.set["p"] || a.set["parents"] {
		e.Verb = effect.MkdirAll
	}
	e = withMode(a, e, mode.Request(mode.Directory))
	for _, path := range a.operands {
		e.Path = path
		r.add(e)
	}
}

// withMode is e with the mode of -m, which no umask narrows, or with the one that the
// command asks for by itself.
func withMode(a arguments, e effect.Effect, request mode.Mode) effect.Effect {
	if given, ok := a.values["m"]; ok {
		e.Mode = modeOf(given, e.Kind)
		return e
	}
	e.Mode = effect.Mode{Given: true, Value: bits.Of(uint64(request))}
	e.Default, e.Masked = true, true
	return e
}

// install gives what it copies 0755 unless told otherwise, whatever the umask.
func install(r *reader, a arguments, e effect.Effect) {
	e.Verb, e.Kind = effect.Copy, mode.Regular
	if a.set["d"] || a.set["directory"] {
		e.Verb, e.Kind = effect.MkdirAll, mode.Directory
	}
	e = withMode(a, e, 0o755)
	e.Masked = false
	targets := a.operands
	if e.Verb == effect.Copy {
		switch into := a.values["t"]; {
		case into.Name != "":
			targets = []effect.Operand{into}
		case len(a.operands) > 1:
			e.Data = a.operands[0]
			targets = a.operands[len(a.operands)-1:]
		}
	}
	for _, path := range targets {
		e.Path = path
		r.add(e)
	}
}

func umask(r *reader, a arguments, e effect.Effect) {
	if len(a.operands) != 1 || a.set["S"] {
		return
	}
	e.Verb = effect.Umask
	e.Mode = modeOf(a.operands[0], mode.Unknown)
	if e.Mode.Symbolic != "" { // names what stays, not what goes
		e.Mode.Value = bits.Value{}
		if m, err := mode.ParseUmask(e.Mode.Symbolic, 0); err == nil {
			e.Mode.Value = bits.Of(uint64(m))
		}
	}
	r.add(e)
}

func mkfifo(r *reader, a arguments, e effect.Effect) {
	e.Verb, e.Kind = effect.Mknod, mode.FIFO
	e = withMode(a, e, mode.Request(mode.FIFO))
	for _, path := range a.operands {
		e.Path = path
		r.add(e)
	}
}

func mktemp(r *reader, a arguments, e effect.Effect) {
	e.Verb, e.Kind, e.Default = effect.Temporary, mode.Regular, true
	request := mode.OwnerRead | mode.OwnerWrite
	if a.set["d"] || a.set["directory"] {
		e.Kind = mode.Directory
		request |= mode.OwnerExecute
	}
	e.Mode = effect.Mode{Given: true, Value: bits.Of(uint64(request))}
	if len(a.operands) > 0 {
		e.Path = a.operands[0]
	}
	r.add(e)
}

// copies is cp, which gives a new file the mode of the old one under the umask.
func copies(r *reader, a arguments, e effect.Effect) {
	e.Verb, e.Recursive = effect.Copy, a.set["r"] || a.set["R"] || a.set["a"] || a.set["recursive"] || a.set["archive"]
	r.fromTo(a, e)
}

func moves(r *reader, a arguments, e effect.Effect) {
	e.Verb = effect.Rename
	r.fromTo(a, e)
}

// fromTo adds an effect for each source; Path is where it goes, as in all that makes
// an object, and Data whence.
func (r *reader) fromTo(a arguments, e effect.Effect) {
	from, into := a.operands, a.values["t"]
	if into.Name == "" {
		if len(from) < 2 {
			return
		}
		from, into = from[:len(from)-1], from[len(from)-1]
	}
	for _, one := range from {
		e.Data, e.Target, e.Path = one, into, into
		if e.Verb == effect.Rename {
			e.Path = one
		}
		r.add(e)
	}
}

func removes(r *reader, a arguments, e effect.Effect) {
	e.Verb, e.Recursive = effect.Remove, a.set["r"] || a.set["R"] || a.set["recursive"]
	for _, path := range a.operands {
		e.Path = path
		r.add(e)
	}
}

// tee and touch make what is not there.
func tee(r *reader, a arguments, e effect.Effect) {
	e.Truncates = !a.set["a"] && !a.set["append"]
	r.made(a, e)
}

func touch(r *reader, a arguments, e effect.Effect) { r.made(a, e) }

func (r *reader) made(a arguments, e effect.Effect) {
	e.Verb, e.Kind, e.Default, e.Masked = effect.Create, mode.Regular, true, true
	e.Mode = effect.Mode{Given: true, Value: bits.Of(uint64(mode.Request(mode.Regular)))}
	for _, path := range a.operands {
		e.Path = path
		r.add(e)
	}
}
