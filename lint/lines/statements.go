package lines

import (
	"strings"

	"ward/lint/bits"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// A line of tmpfiles.d by its type: what it does, and the mode that it gives if none
// stands there (tmpfiles.d(5)).
type tmpfilesType struct {
	verb    effect.Verb
	kind    mode.Kind
	request mode.Mode
}

func tmpfilesTypes() map[byte]tmpfilesType {
	folder := tmpfilesType{effect.Mkdir, mode.Directory, 0o755}
	file := tmpfilesType{effect.Create, mode.Regular, 0o644}
	return map[byte]tmpfilesType{
		'd': folder, 'D': folder, 'v': folder, 'q': folder, 'Q': folder,
		'e': {effect.Chmod, mode.Directory, 0}, 'z': {effect.Chmod, mode.Unknown, 0}, 'Z': {effect.Chmod, mode.Unknown, 0},
		'f': file, 'F': file, 'C': {effect.Copy, mode.Unknown, 0},
		'p': {effect.Mknod, mode.FIFO, 0o644}, 'c': {effect.Mknod, mode.CharDevice, 0o644}, 'b': {effect.Mknod, mode.BlockDevice, 0o644},
	}
}

// tmpfiles reads tmpfiles.d(5): type, path, mode, user, group, age, argument.
func (r *reader) tmpfiles() {
	types := tmpfilesTypes()
	for _, line := range r.statements("#") {
		f := line.fields()
		if len(f) < 2 || f[0].text == "" {
			continue
		}
		t, ok := types[f[0].text[0]]
		if !ok {
			continue
		}
		e := effect.Effect{Span: line.Span, Verb: t.verb, API: f[0].text + " of tmpfiles.d", Path: f[1].operand(), Kind: t.kind, Default: true}
		e.Recursive = f[0].text[0] == 'Z'
		if t.request != 0 {
			e.Mode = effect.Mode{Given: true, Value: bits.Of(uint64(t.request))}
		}
		if len(f) > 2 && f[2].text != "-" && f[2].text != "" {
			r.tmpfilesMode(&e, f[2])
		}
		r.givenTo(e, f, 3)
		r.add(e)
	}
}

// tmpfilesMode is the mode of a line: "~" before it takes away what is not there, ":"
// makes it count for new objects only.
func (r *reader) tmpfilesMode(e *effect.Effect, w word) {
	digits := w.part(len(w.text)-len(strings.TrimLeft(w.text, "~:")), len(w.text))
	masked := strings.Contains(w.text[:len(w.text)-len(digits.text)], "~")
	e.Mode, e.Default = effect.TextMode(digits.Span, digits.text, e.Kind), false
	if masked {
		e.Mode.Value, e.Mode.Numbers, e.Mode.Text = bits.Value{}, nil, false
		e.Mode.Variable = true
	}
}

// givenTo adds who an object is given to: the user and the group from the i-th field
// on.
func (r *reader) givenTo(e effect.Effect, f []word, i int) {
	for _, w := range f[min(i, len(f)):min(i+2, len(f))] {
		if w.text != "-" && w.text != "root" && w.text != "0" {
			e.Verb, e.Mode, e.Data = effect.Chown, effect.Mode{}, w.operand()
			r.add(e)
			return
		}
	}
}

// udev reads udev(7): MODE="0660", and the commands of RUN.
func (r *reader) udev() {
	for _, line := range r.statements("#") {
		for key, value := range pairs(line) {
			switch {
			case key == "MODE":
				r.made("MODE=", word{}, value, mode.CharDevice, effect.Mknod)
			case strings.HasPrefix(key, "RUN") && strings.Contains(value.text, "/"):
				r.commands(value, "RUN")
			}
		}
	}
}

// pairs goes over KEY="value", KEY=="value" and KEY+="value" of a line of udev. Keys
// that compare are left out.
func pairs(line word) func(yield func(string, word) bool) {
	return func(yield func(string, word) bool) {
		for at := 0; at < len(line.text); {
			open := strings.IndexByte(line.text[at:], '"')
			if open < 0 {
				return
			}
			open += at
			end := strings.IndexByte(line.text[open+1:], '"')
			if end < 0 {
				return
			}
			end += open + 1
			before := strings.TrimSpace(strings.TrimLeft(line.text[at:open], ", \t\\\r\n"))
			key := strings.TrimRight(before, "+:-=!")
			assigns := !strings.HasSuffix(before, "==") && !strings.HasSuffix(before, "!=")
			if assigns && !yield(strings.TrimSpace(key), line.part(open+1, end)) {
				return
			}
			at = end + 1
		}
	}
}

// logrotate reads logrotate(8): create and createolddir in a block, which is a
// function, and the scripts.
func (r *reader) logrotate() {
	var paths []word
	var script *source.Span
	for _, line := range r.lines() {
		f := line.trimmed().fields()
		switch {
		case script != nil:
			if len(f) > 0 && f[0].text == "endscript" {
				text := string(r.script.File.Text[script.Start:line.Start])
				r.commands(word{source.Span{Start: script.Start, End: line.Start}, text}, "script")
				script = nil
			}
		case len(f) == 0 || strings.HasPrefix(f[0].text, "#"):
		case f[0].text == "create" || f[0].text == "createolddir":
			r.created(f, paths)
		case isScript(f[0].text):
			script = &source.Span{Start: line.End, End: line.End}
		case f[0].text == "}":
			paths, r.function = nil, -1
		default:
			paths = r.paths(line, f, paths)
		}
	}
}

// lines is the lines of the file as they are; comments are kept.
func (r *reader) lines() []word {
	var all []word
	at := 0
	for line := range strings.Lines(string(r.script.File.Text)) {
		body := strings.TrimRight(line, "\r\n")
		if trimmed := strings.TrimLeft(body, " \t"); strings.HasPrefix(trimmed, "#") {
			from := at + len(body) - len(trimmed)
			r.script.Comments = append(r.script.Comments, source.Comment{Span: source.Span{Start: from, End: at + len(body)}, Text: trimmed[1:]})
		}
		all = append(all, word{source.Span{Start: at, End: at + len(line)}, line})
		at += len(line)
	}
	return all
}

func isScript(text string) bool {
	switch text {
	case "prerotate", "postrotate", "firstaction", "lastaction", "preremove":
		return true
	}
	return false
}

// paths collects the names before a block, and begins its function where it opens.
func (r *reader) paths(line word, f, paths []word) []word {
	for _, w := range f {
		if name := strings.TrimSuffix(w.text, "{"); strings.HasPrefix(name, "/") {
			paths = append(paths, w.part(0, len(name)))
		}
	}
	if strings.HasSuffix(strings.TrimSpace(line.text), "{") {
		r.script.Functions = append(r.script.Functions, source.Function{Span: line.Span, Outer: -1})
		r.function = len(r.script.Functions) - 1
	}
	return paths
}

// created is "create 0640 user group" and "createolddir 0750 user group"; the mode may
// be left out.
func (r *reader) created(f, paths []word) {
	if len(f) < 2 || f[1].text == "" || f[1].text[0] < '0' || f[1].text[0] > '9' {
		return
	}
	if len(paths) == 0 {
		paths = []word{{}}
	}
	for _, p := range paths {
		e := effect.Effect{Span: f[0].Span, Verb: effect.Create, API: f[0].text + " of logrotate", Kind: mode.Regular}
		if p.text != "" {
			e.Path = p.operand()
		}
		if f[0].text == "createolddir" {
			e.Verb, e.Kind, e.Path = effect.Mkdir, mode.Directory, effect.Operand{}
		}
		e.Mode = effect.TextMode(f[1].Span, f[1].text, e.Kind)
		if e.Path.Name != "" {
			r.givenTo(e, f, 2)
		}
		r.add(e)
		if e.Verb == effect.Mkdir {
			return
		}
	}
}

// sudoers reads the umask of sudoers(5), which replaces that of the user only with
// umask_override.
func (r *reader) sudoers() {
	overrides := strings.Contains(string(r.script.File.Text), "umask_override")
	for _, line := range r.statements("#") {
		f := line.fields()
		if len(f) < 2 || !strings.HasPrefix(f[0].text, "Defaults") || !overrides {
			continue
		}
		at := strings.Index(line.text, "umask")
		if at < 0 || strings.HasPrefix(line.text[at:], "umask_") {
			continue
		}
		value := line.part(at+len("umask"), len(line.text)).trimmed()
		if !strings.HasPrefix(value.text, "=") {
			continue
		}
		value = value.part(1, len(value.text)).trimmed()
		if end := strings.IndexAny(value.text, ", \t"); end >= 0 {
			value = value.part(0, end)
		}
		r.add(effect.Effect{Span: value.Span, Verb: effect.Umask, API: "umask of sudoers", Mode: effect.TextMode(value.Span, value.text, mode.Unknown)})
	}
}
