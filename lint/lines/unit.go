package lines

import (
	"path"
	"strings"

	"ward/lint/bits"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// TellingUnits is Telling for units of systemd.
func TellingUnits() []string {
	return []string{"Mode", "UMask", "chmod", "chown", "install", "mkdir", "Directory"}
}

// directories is where systemd makes the directories that a service names, by the
// setting (systemd.exec(5)).
var directories = [...]struct{ setting, under string }{
	{"RuntimeDirectory", "/run"},
	{"StateDirectory", "/var/lib"},
	{"CacheDirectory", "/var/cache"},
	{"LogsDirectory", "/var/log"},
	{"ConfigurationDirectory", "/etc"},
}

// A setting is key=value in a unit, of which the last one counts.
type setting struct {
	key   string
	value word
}

// ReadUnit is what a unit of systemd does. Modes are octal there whatever they begin
// with.
func ReadUnit(f *source.File) *effect.Script {
	r := newReader(f)
	settings := map[string][]setting{}
	var section string
	for _, s := range r.statements("#;") {
		if strings.HasPrefix(s.text, "[") {
			section = strings.Trim(s.text, "[] ")
			continue
		}
		key, _, ok := strings.Cut(s.text, "=")
		if !ok {
			continue
		}
		value := s.part(len(key)+1, len(s.text)).trimmed()
		key = strings.TrimSpace(key)
		settings[section] = append(settings[section], setting{key, value})
	}
	for _, section := range []string{"Service", "Socket", "Mount", "Swap", "Automount", "Path"} {
		if all := settings[section]; len(all) > 0 {
			r.section(all)
		}
	}
	return r.script
}

// section reads one section, which is a function.
func (r *reader) section(all []setting) {
	r.script.Functions = append(r.script.Functions, source.Function{Span: all[0].value.Span, Outer: -1})
	r.function = len(r.script.Functions) - 1
	user := last(all, "User").text
	r.root = (user == "" || user == "root" || user == "0") && !isUserUnit(r.script.File.Path)
	for _, s := range all {
		switch {
		case s.value.text == "":
		case s.key == "UMask":
			r.add(effect.Effect{Span: s.value.Span, Verb: effect.Umask, API: "UMask=", Mode: effect.TextMode(s.value.Span, s.value.text, mode.Unknown)})
		case s.key == "SocketMode":
			r.made("SocketMode=", last(all, "ListenStream"), s.value, mode.Socket, effect.Create)
		case s.key == "DirectoryMode":
			r.made("DirectoryMode=", word{}, s.value, mode.Directory, effect.MkdirAll)
		case strings.HasPrefix(s.key, "Exec") && s.key != "ExecPaths":
			r.exec(s)
		}
	}
	for _, d := range directories {
		r.directory(all, d.setting, d.under)
	}
}

func isUserUnit(p string) bool {
	return strings.Contains(p, "systemd/user/") || strings.Contains(p, ".config/systemd/")
}

// last is the value of a setting that counts; an empty one takes those before away.
func last(all []setting, key string) word {
	var found word
	for _, s := range all {
		if s.key == key {
			found = s.value
		}
	}
	return found
}

// directory is what one of the settings of directories makes, or mends where it is
// there already. A mode that another one
// replaces, and one without a directory, has an effect without a path.
func (r *reader) directory(all []setting, name, under string) {
	modes, names := name+"Mode", last(all, name).fields()
	counts := last(all, modes)
	for _, s := range all {
		if s.key == modes && s.value.text != "" && (len(names) == 0 || s.value != counts) {
			r.made(modes+"=", word{}, s.value, mode.Directory, effect.Mkdir)
		}
	}
	for _, n := range names {
		one, _, _ := strings.Cut(n.text, ":")
		n.text = path.Join(under, one)
		if counts.text != "" {
			r.made(modes+"=", n, counts, mode.Directory, effect.Mkdir)
			continue
		}
		e := effect.Effect{Span: n.Span, Verb: effect.Mkdir, API: name + "=", Path: n.operand(), Kind: mode.Directory, Default: true}
		e.Mode = effect.Mode{Given: true, Value: bits.Of(0o755)}
		r.add(e)
	}
}

func (r *reader) made(api string, at, m word, k mode.Kind, verb effect.Verb) {
	e := effect.Effect{Span: m.Span, Verb: verb, API: api, Kind: k, Mode: effect.TextMode(m.Span, m.text, k)}
	if at.text != "" {
		e.Path = at.operand()
	}
	r.add(e)
}

// exec reads a command line. The marks before it (systemd.service(5)) may give it all
// rights, whatever User= says.
func (r *reader) exec(s setting) {
	text := s.value.text
	command := s.value.part(len(text)-len(strings.TrimLeft(text, "@-:+!|")), len(text))
	outer := r.root
	defer func() { r.root = outer }()
	r.root = r.root || strings.ContainsAny(text[:len(text)-len(command.text)], "+!")
	r.commands(command, s.key)
}
