package config

import (
	"strings"

	"ward/lint/bits"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// A module is what the linter knows of a module of Ansible: where its path and its
// modes stand.
type module struct {
	verb  effect.Verb
	kind  mode.Kind
	paths []string // keys of the path, the first that is there counts
	data  string   // the key of what is written
	makes mode.Mode
}

// modules is those that set modes, by their name without a collection.
func modules() map[string]module {
	dest, either := []string{"dest"}, []string{"path", "dest", "destfile", "name"}
	written := mode.Request(mode.Regular)
	return map[string]module{
		"file":       {effect.Chmod, mode.Unknown, either, "", 0},
		"copy":       {effect.Create, mode.Regular, dest, "content", written},
		"template":   {effect.Create, mode.Regular, dest, "", written},
		"assemble":   {effect.Create, mode.Regular, dest, "", written},
		"get_url":    {effect.Create, mode.Regular, dest, "", written},
		"uri":        {effect.Create, mode.Regular, dest, "", written},
		"unarchive":  {effect.Copy, mode.Unknown, dest, "", 0},
		"archive":    {effect.Create, mode.Regular, dest, "", written},
		"lineinfile": {effect.Create, mode.Regular, either, "line", 0}, "blockinfile": {effect.Create, mode.Regular, either, "block", 0},
		"replace":  {effect.Chmod, mode.Regular, either, "", 0},
		"ini_file": {effect.Create, mode.Regular, either, "", 0}, "xml": {effect.Chmod, mode.Regular, either, "", 0},
		"htpasswd":           {effect.Create, mode.Regular, []string{"path", "dest"}, "", 0},
		"apt_repository":     {effect.Create, mode.Regular, []string{"filename"}, "", 0},
		"yum_repository":     {effect.Create, mode.Regular, []string{"name"}, "", 0},
		"deb822_repository":  {effect.Create, mode.Regular, []string{"name"}, "", 0},
		"synchronize":        {effect.Copy, mode.Unknown, dest, "", 0},
		"iso_create":         {effect.Create, mode.Regular, []string{"dest_iso"}, "", 0},
		"openssl_privatekey": {effect.Create, mode.Regular, []string{"path"}, "", 0}, "openssl_certificate": {effect.Create, mode.Regular, []string{"path"}, "", 0},
		"x509_certificate": {effect.Create, mode.Regular, []string{"path"}, "", 0}, "openssl_csr": {effect.Create, mode.Regular, []string{"path"}, "", 0},
		"openssh_keypair": {effect.Create, mode.Regular, []string{"path"}, "", 0}, "openssl_dhparam": {effect.Create, mode.Regular, []string{"path"}, "", 0},
		"openssl_pkcs12": {effect.Create, mode.Regular, []string{"path"}, "", 0}, "java_keystore": {effect.Create, mode.Regular, dest, "", 0},
		"command": {}, "shell": {}, "raw": {},
	}
}

// short is the name of a module without its collection.
func short(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// isAnsible tells whether a document is a playbook or a list of tasks.
func isAnsible(d *node) bool {
	known := modules()
	for _, item := range d.list() {
		if item.kind != mapping {
			return false
		}
		if item.has("hosts", "import_playbook", "block") {
			return true
		}
		for _, p := range item.pairs {
			if _, ok := known[short(p.key.text)]; ok && (item.has("name") || p.value.kind == mapping) {
				return true
			}
		}
	}
	return false
}

// ansible reads plays and tasks, in blocks too. A play and a block are functions.
func (r *reader) ansible(d *node) {
	known := modules()
	for _, item := range d.list() {
		r.task(item, known)
	}
}

func (r *reader) task(t *node, known map[string]module) {
	if t.kind != mapping {
		return
	}
	outer := r.root
	defer func() { r.root = outer }()
	if b := t.key("become"); b != nil {
		user := t.key("become_user").string()
		r.root = b.isTrue() && (user == "" || user == "root")
	}
	for _, p := range t.pairs {
		switch p.key.text {
		case "tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always":
			leave := r.enter(p.value, p.key.text)
			for _, inner := range p.value.list() {
				r.task(inner, known)
			}
			leave()
		case "action", "local_action":
			r.action(t, p.value, known)
		default:
			if m, ok := known[short(p.key.text)]; ok {
				r.module(p.key.Span, p.key.text, m, r.arguments(p.value, t.key("args")))
			}
		}
	}
}

// action reads a task of the old form: the module's name is the first word.
func (r *reader) action(t, value *node, known map[string]module) {
	if value.kind == mapping {
		name := value.key("module").string()
		if m, ok := known[short(name)]; ok {
			r.module(t.Span, name, m, value)
		}
		return
	}
	name, _, _ := strings.Cut(strings.TrimSpace(value.text), " ")
	if m, ok := known[short(name)]; ok {
		at := strings.Index(value.text, name) + len(name)
		r.module(t.Span, name, m, words(value.part(at, len(value.text))))
	}
}

// arguments is what a module is given: a mapping, or a text of key=value words, or a
// command with a mapping beside it.
func (r *reader) arguments(value, args *node) *node {
	if value.kind == mapping {
		return value
	}
	given := words(value)
	given.pairs = append(given.pairs, args.entries()...)
	return given
}

// part is a piece of a scalar, a string in any case.
func (n *node) part(from, to int) *node {
	p := &node{text: n.text[from:to], quoted: true, Span: n.Span}
	if len(n.offsets) == len(n.text) && to > from {
		p.offsets = n.offsets[from:to]
		p.Span = source.Span{Start: p.offsets[0], End: p.offsets[to-from-1] + 1}
	}
	return p
}

// words takes "src=a dest=b" apart; what is none of that is the value of "cmd".
func words(n *node) *node {
	m := &node{Span: n.Span, kind: mapping}
	free := false
	for i := 0; i < len(n.text); {
		if n.text[i] <= ' ' {
			i++
			continue
		}
		start := i
		i = wordEnd(n.text, i)
		key, value, ok := strings.Cut(n.text[start:i], "=")
		if !ok || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_") != "" {
			free = true
			continue
		}
		from, to := start+len(key)+1, i
		if len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			from, to = from+1, to-1
		}
		m.pairs = append(m.pairs, pair{&node{text: key}, n.part(from, to)})
	}
	if free {
		m.pairs = append(m.pairs, pair{&node{text: "cmd"}, n})
	}
	return m
}

// wordEnd is where the word that begins at i ends: at a blank outside quotes and braces.
func wordEnd(text string, i int) int {
	quote, depth := byte(0), 0
	for ; i < len(text) && (quote != 0 || depth > 0 || text[i] > ' '); i++ {
		switch c := text[i]; {
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		}
	}
	return i
}

// module adds the effects of one task.
func (r *reader) module(at source.Span, name string, m module, args *node) {
	switch short(name) {
	case "command", "shell", "raw":
		r.shell(args.key("cmd"), name)
		return
	}
	if m.verb == effect.Nothing || windows(args) {
		return
	}
	e := made(name, at, effect.Operand{}, effect.Mode{}, m.kind)
	e.Verb, e.AsRoot = m.verb, r.root
	e.Span.End = max(at.End, args.End)
	for _, key := range m.paths {
		if p := args.key(key); p != nil && e.Path.Name == "" {
			e.Path = operand(p)
		}
	}
	if c := args.key(m.data); m.data != "" && c != nil {
		e.Data = operand(c)
	}
	r.owner(e, args)
	if short(name) == "file" && !r.state(&e, args) {
		return
	}
	if name := e.Path.Known; e.Verb == effect.Create && strings.HasSuffix(name, "/") {
		e.Kind = mode.Unknown
	}
	r.directoryMode(e, args)
	e.Mode = r.number.mode(args.key("mode"), e.Kind)
	e.Recursive = args.key("recurse").isTrue()
	e.Follows = !e.Recursive || args.key("follow").isTrue()
	if !e.Mode.Given && args.key("mode") == nil && m.makes != 0 {
		e.Mode = effect.Mode{Given: true, Value: bits.Of(uint64(m.makes))}
		e.Default, e.Masked = true, true
	}
	r.add(e)
}

// directoryMode is the mode that copy gives the directories below.
func (r *reader) directoryMode(e effect.Effect, args *node) {
	d := args.key("directory_mode")
	if d == nil {
		return
	}
	e.Verb, e.Kind, e.API = effect.Mkdir, mode.Directory, e.API+" directory_mode"
	e.Mode = r.number.mode(d, mode.Directory)
	r.add(e)
}

// owner adds who the file is given to.
func (r *reader) owner(e effect.Effect, args *node) {
	who := args.key("owner")
	if who == nil {
		who = args.key("group")
	}
	if who == nil {
		return
	}
	e.Verb, e.Data, e.Mode = effect.Chown, operand(who), effect.Mode{}
	e.Recursive = args.key("recurse").isTrue()
	r.add(e)
}

// state is what the file module does, by its state; false where it sets no mode.
func (r *reader) state(e *effect.Effect, args *node) bool {
	switch args.key("state").string() {
	case "directory":
		e.Verb, e.Kind = effect.MkdirAll, mode.Directory
		if args.key("recurse").isTrue() {
			e.Verb, e.Kind = effect.Chmod, mode.Unknown
		}
	case "touch":
		e.Verb, e.Kind = effect.Create, mode.Regular
	case "link":
		return false
	case "absent":
		e.Verb = effect.Remove
		r.add(*e)
		return false
	}
	return true
}

// windows tells whether a path is one of Windows, where modes mean nothing.
func windows(args *node) bool {
	p := args.key("dest").string() + args.key("path").string()
	return len(p) > 1 && p[1] == ':' || strings.Contains(p, `\`)
}
