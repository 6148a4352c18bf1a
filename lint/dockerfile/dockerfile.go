// Package dockerfile reads Dockerfiles and Containerfiles for the linter: what their
// instructions do to the permissions of an image. The parser is its own: BuildKit's is
// exact too, and brings 45 packages.
package dockerfile

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"

	"ward/lint/bits"
	"ward/lint/effect"
	"ward/lint/shell"
	"ward/lint/source"
	"ward/mode"
)

// Telling are words of which every Dockerfile has one that does something to
// permissions.
func Telling() []string {
	return []string{"RUN", "run", "COPY", "copy", "ADD", "add", "ENTRYPOINT", "CMD"}
}

// Read is what a Dockerfile does. Each stage is a function, and each RUN one in it:
// neither umask nor variables go from one to the next. The modes that git has for what
// is copied are taken from f.Tracked, for names relative to the folder of f, which is
// taken for the context of the build.
//
// An effect of the verb Execute is the program that the image starts; its Mode is given
// where the file is from this Dockerfile and its mode is known there.
func Read(f *source.File) *effect.Script {
	p := parser{text: f.Text}
	r := reader{script: &effect.Script{File: f}, stages: map[string]stage{}, function: -1}
	instructions := p.parse()
	r.script.Comments = p.comments
	if f.Dialect == "" {
		f.Dialect = p.syntax
	}
	for i := range instructions {
		r.instruction(&instructions[i])
	}
	return r.script
}

// A reader turns instructions into effects.
type reader struct {
	script   *effect.Script
	stages   map[string]stage // by name and number
	now      stage
	name     string // of the stage
	count    int
	function int // of the stage
}

// A stage is what is known of an image while it is built.
type stage struct {
	user    string
	changed bool // USER was there
	folder  string
	files   []placed
}

// A placed is a file that an instruction put into the image.
type placed struct {
	path  string
	mode  bits.Value
	owner string
	by    source.Span // the instruction's keyword
	mark  source.Span // the --chmod there, if any
}

// root tells whether commands run as root, as far as this file says.
func (s *stage) root() bool {
	user, _, _ := strings.Cut(s.user, ":")
	return user == "" || user == "root" || user == "0"
}

// absolute is a path of the image.
func (s *stage) absolute(p string) string {
	if path.IsAbs(p) || s.folder == "" && strings.HasPrefix(p, "$") {
		return path.Clean(p)
	}
	return path.Join("/", s.folder, p)
}

func (r *reader) instruction(in *instruction) {
	if r.function < 0 && in.keyword != "FROM" && in.keyword != "ARG" {
		r.from(&instruction{Span: in.Span})
	}
	switch in.keyword {
	case "FROM":
		r.from(in)
	case "USER":
		r.now.user, r.now.changed = strings.TrimSpace(in.rest), true
	case "WORKDIR":
		if w := in.words(); len(w) > 0 {
			r.now.folder = r.now.absolute(w[0].text)
		}
	case "RUN":
		r.run(in)
	case "COPY", "ADD":
		r.copies(in)
	case "ENTRYPOINT", "CMD":
		r.executes(in, in.rest, in.at)
	case "HEALTHCHECK":
		if first, rest, at := firstWord(in.rest, in.at); strings.EqualFold(first, "CMD") {
			r.executes(in, rest, at)
		}
	}
}

// from begins a stage, which has what the one has that it is made from.
func (r *reader) from(in *instruction) {
	r.keep()
	words := in.words()
	r.now, r.name = stage{}, ""
	if len(words) > 0 {
		r.now = r.stages[strings.ToLower(words[0].text)]
		r.now.files = slices.Clone(r.now.files)
	}
	if len(words) > 2 && strings.EqualFold(words[1].text, "as") {
		r.name = strings.ToLower(words[2].text)
	}
	r.script.Functions = append(r.script.Functions, source.Function{Span: in.Span, Name: r.name, Outer: -1})
	r.function = len(r.script.Functions) - 1
}

// keep stores the stage that ends.
func (r *reader) keep() {
	if r.function < 0 {
		return
	}
	r.stages[strconv.Itoa(r.count)] = r.now
	r.count++
	if r.name != "" {
		r.stages[r.name] = r.now
	}
}

// run reads the commands of a RUN, in the form of a shell, of a list, or below it.
func (r *reader) run(in *instruction) {
	list, isList := asList(in.rest)
	commands := strings.TrimSpace(in.rest)
	switch {
	case isList:
		r.list(in, list)
	case len(in.here) == 1 && strings.HasPrefix(commands, "<<") && len(strings.Fields(commands)) == 1:
		if h := in.here[0]; !strings.HasPrefix(h.text, "#!") || shellFirst(h.text) {
			r.shell(in, h.text, h.Start)
		}
	case len(in.here) > 0:
		end := in.End
		r.shell(in, in.rest+string(r.script.File.Text[in.at+len(in.rest):end]), in.at)
	default:
		r.shell(in, in.rest, in.at)
	}
	r.forget(in)
}

// shellFirst tells whether a text says that a shell runs it.
func shellFirst(text string) bool {
	line, _, _ := strings.Cut(text, "\n")
	return strings.HasSuffix(strings.TrimSpace(line), "sh") || strings.Contains(line, "sh -")
}

func (r *reader) shell(in *instruction, text string, at int) {
	inner := shell.Commands(&source.File{Path: r.script.File.Path, Language: source.Shell, Text: []byte(text)}, text, 0)
	r.embed(in, inner, func(i int) int { return at + i })
}

// list reads a command in the form of a list: that of a shell after -c, or one that is
// run as it stands. In both the bytes are where they stand in the file, but for what
// JSON escapes, which is not read.
func (r *reader) list(in *instruction, words []string) {
	if strings.ContainsAny(strings.ReplaceAll(in.rest, "\\\n", ""), "\\`$") {
		return
	}
	if len(words) > 2 && strings.HasSuffix(words[0], "sh") && strings.HasPrefix(words[1], "-") && strings.HasSuffix(words[1], "c") {
		if i := strings.Index(in.rest, words[2]); i >= 0 {
			r.shell(in, words[2], in.at+i)
		}
		return
	}
	r.shell(in, unlisted(in.rest), in.at)
}

// unlisted is a JSON list as a shell writes it, with as many bytes.
func unlisted(list string) string {
	text, inside := []byte(list), false
	for i, c := range text {
		switch {
		case c == '"':
			inside = !inside
		case !inside && (c == '[' || c == ',' || c == ']'):
			text[i] = ' '
		}
	}
	return string(text)
}

func (r *reader) embed(in *instruction, inner *effect.Script, offset func(int) int) {
	where := source.Function{Span: in.Span, Name: "RUN", Outer: r.function}
	r.script.Embed(inner, where, offset, func(e *effect.Effect) {
		e.AsRoot = e.AsRoot || r.now.root()
		if _, isList := asList(in.rest); isList {
			e.Mode.Span = r.unquoted(e.Mode.Span)
			for i := range e.Mode.Numbers {
				e.Mode.Numbers[i].Span = r.unquoted(e.Mode.Numbers[i].Span)
			}
		}
		if e.Path.Whole && e.Path.Known != "" && !path.IsAbs(e.Path.Known) && r.now.folder != "" {
			e.Path.Known = r.now.absolute(e.Path.Known)
		}
	})
}

// unquoted is a place without the quotes of JSON, which stay when it is edited.
func (r *reader) unquoted(s source.Span) source.Span {
	if text := r.script.File.At(s); len(text) > 1 && text[0] == '"' {
		return source.Span{Start: s.Start + 1, End: s.End - 1}
	}
	return s
}

// forget drops what is known of files that a RUN names or may reach.
func (r *reader) forget(in *instruction) {
	text := string(r.script.File.Text[in.Start:in.End])
	wide := strings.Contains(text, "chmod") && strings.ContainsAny(text, "*$?") || strings.Contains(text, " -R") ||
		strings.Contains(text, "--recursive") || strings.Contains(text, "find ") || strings.Contains(text, "xargs")
	r.now.files = slices.DeleteFunc(r.now.files, func(f placed) bool {
		return wide || strings.Contains(text, path.Base(f.path))
	})
}

// copies reads COPY and ADD.
func (r *reader) copies(in *instruction) {
	words := in.words()
	if list, ok := asList(in.rest); ok {
		words = nil
		for _, text := range list {
			words = append(words, word{Span: source.Span{Start: in.at, End: in.End}, text: text})
		}
	}
	if len(words) < 2 {
		return
	}
	to := words[len(words)-1]
	sources := words[:len(words)-1]
	for _, from := range sources {
		r.copied(in, from, to, len(sources) > 1)
	}
}

// copied is one source of a COPY.
func (r *reader) copied(in *instruction, from, to word, several bool) {
	name := path.Base(from.text)
	here, isHere := in.heredoc(from.text)
	if isHere {
		name = here.name
	}
	e := effect.Effect{
		Span: in.Span, Verb: effect.Copy, API: in.keyword, Function: r.function, AsRoot: true,
		Data: operand(from), Path: operand(to), Recursive: isFolder(from.text), Follows: true,
	}
	if isHere {
		e.Data.Known, e.Kind = here.text, mode.Regular
	}
	e.Path.Known = r.now.absolute(to.text)
	if isFolder(from.text) {
		e.Path.Known = path.Clean(e.Path.Known) // what lies in it goes there
	} else if several || strings.HasSuffix(to.text, "/") || to.text == "." || isHere && e.Path.Known == "/" {
		e.Path.Known = path.Join(e.Path.Known, name)
	}
	e.Path.Whole = !strings.Contains(to.text, "$")
	e.Mode = r.modeOf(in, from, isHere)
	e.Default = in.flag("chmod") == nil
	if isRegular(from.text) && !isHere {
		e.Kind = mode.Regular
	}
	if chmod := in.flag("chmod"); chmod != nil {
		e.API += " --chmod"
	}
	r.script.Effects = append(r.script.Effects, e)
	if !in.onbuild {
		r.place(in, &e)
	}
}

// place remembers a file and its mode.
func (r *reader) place(in *instruction, e *effect.Effect) {
	r.now.files = slices.DeleteFunc(r.now.files, func(f placed) bool {
		return f.path == e.Path.Known || strings.HasPrefix(f.path, strings.TrimSuffix(e.Path.Known, "/")+"/")
	})
	if e.Recursive || !e.Path.Whole || !e.Mode.Given || e.Mode.Variable {
		return
	}
	p := placed{path: e.Path.Known, mode: e.Mode.Value, by: source.Span{Start: in.Start, End: in.Start + len(in.keyword)}, mark: e.Mode.Span}
	if owner := in.flag("chown"); owner != nil {
		p.owner = owner.value
	}
	r.now.files = append(r.now.files, p)
}

// heredoc is the text below that a word announces.
func (in *instruction) heredoc(word string) (heredoc, bool) {
	name, ok := strings.CutPrefix(word, "<<")
	name = strings.Trim(strings.TrimPrefix(name, "-"), `"'`)
	for _, h := range in.here {
		if ok && h.name == name {
			return h, true
		}
	}
	return heredoc{}, false
}

func operand(w word) effect.Operand {
	return effect.Operand{Span: w.Span, Known: w.text, Whole: !strings.Contains(w.text, "$"), Name: w.text}
}

// isFolder tells by its name that a source is a directory.
func isFolder(name string) bool {
	return name == "." || name == ".." || strings.HasSuffix(name, "/") || strings.HasSuffix(name, "/.")
}

// isRegular tells by its name that a source is a file: it has an extension.
func isRegular(name string) bool {
	ext := path.Ext(name)
	return len(ext) > 1 && len(ext) < 6 && !strings.ContainsAny(name, "*?[") && !strings.HasPrefix(path.Base(name), ".")
}

// modeOf is the mode that a copied file gets: that of --chmod, 0644 for a text below,
// 0600 for what ADD fetches, otherwise the one that it has in the context, which git
// tells.
func (r *reader) modeOf(in *instruction, from word, isHere bool) effect.Mode {
	if f := in.flag("chmod"); f != nil {
		return chmodMode(f)
	}
	known := func(m mode.Mode) effect.Mode {
		return effect.Mode{Given: true, Value: bits.Of(uint64(m))}
	}
	switch {
	case isHere:
		return known(0o644)
	case in.flag("from") != nil:
		return r.fromStage(in.flag("from").value, from.text)
	case in.keyword == "ADD" && strings.Contains(from.text, "://") && !strings.HasSuffix(from.text, ".git"):
		return known(0o600)
	case r.script.File.Tracked != nil && !strings.ContainsAny(from.text, "$*?["):
		if m, ok := r.script.File.Tracked(path.Clean(strings.TrimPrefix(from.text, "/"))); ok {
			return known(m)
		}
	}
	return effect.Mode{}
}

func (r *reader) fromStage(name, file string) effect.Mode {
	from, ok := r.stages[strings.ToLower(name)]
	if !ok {
		return effect.Mode{}
	}
	for _, f := range from.files {
		if f.path == path.Join("/", file) {
			return effect.Mode{Given: true, Value: f.mode}
		}
	}
	return effect.Mode{}
}

// chmodMode is the value of --chmod: octal digits, or clauses since version 1.14 of
// the syntax.
func chmodMode(f *flag) effect.Mode {
	if strings.Contains(f.value, "$") || f.value == "" {
		return effect.Mode{Span: f.Span, Given: true, Written: f.value, Text: true, Variable: true}
	}
	return effect.TextMode(f.Span, f.value, mode.Unknown)
}

// asList is an argument in the form of a JSON list.
func asList(text string) ([]string, bool) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\\\n", "  "))
	var list []string
	if !strings.HasPrefix(text, "[") || json.Unmarshal([]byte(text), &list) != nil {
		return nil, false
	}
	return list, len(list) > 0
}

// executes reads what an image starts.
func (r *reader) executes(in *instruction, rest string, at int) {
	program, ok := programOf(rest)
	if !ok || in.onbuild {
		return
	}
	trimmed := strings.TrimSpace(rest)
	start := at + strings.Index(rest, trimmed)
	e := effect.Effect{
		Span: source.Span{Start: in.Start, End: start + len(trimmed)}, Verb: effect.Execute, API: in.keyword, Function: r.function,
		Path: effect.Operand{Span: source.Span{Start: start, End: start + len(trimmed)}, Known: program, Whole: true, Name: trimmed},
		Kind: mode.Regular, AsRoot: r.now.root(),
	}
	if f := r.now.find(program); f != nil {
		e.Path.Known = f.path
		e.Mode = effect.Mode{Span: f.mark, Given: true, Value: r.now.usable(f)}
		e.Target = effect.Operand{Span: f.by, Known: f.path, Name: f.path}
		e.Data = effect.Operand{Known: r.now.user}
	}
	r.script.Effects = append(r.script.Effects, e)
}

// usable is the mode of a file as far as it counts for who runs it: a user who is not
// root gets nothing from the bits of an owner that is.
func (s *stage) usable(f *placed) bits.Value {
	owner, group, _ := strings.Cut(f.owner, ":")
	if !s.root() && !strings.Contains(s.user, "$") && group == "" && (owner == "" || owner == "root" || owner == "0") {
		return f.mode.AndNot(bits.Of(uint64(mode.OwnerExecute)))
	}
	return f.mode
}

// programOf is the program that a command starts, if that is sure.
func programOf(rest string) (string, bool) {
	if list, ok := asList(rest); ok {
		return list[0], !strings.Contains(list[0], "$")
	}
	words := strings.Fields(strings.ReplaceAll(rest, "\\\n", "  "))
	if len(words) > 1 && words[0] == "exec" {
		words = words[1:]
	}
	if len(words) == 0 || words[0] == "[" || strings.ContainsAny(words[0], "$;&|<>()=\"'`[") {
		return "", false
	}
	return words[0], true
}

// searched is where a program without a slash is looked for.
var searched = [...]string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}

// find is the file that a program's name stands for.
func (s *stage) find(program string) *placed {
	paths := []string{s.absolute(program)}
	if !strings.Contains(program, "/") {
		paths = nil
		for _, folder := range searched {
			paths = append(paths, path.Join(folder, program))
		}
	}
	for i := range s.files {
		if slices.Contains(paths, s.files[i].path) {
			return &s.files[i]
		}
	}
	return nil
}
