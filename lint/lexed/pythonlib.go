package lexed

import (
	"maps"
	"strings"

	"ward/lint/effect"
	"ward/lint/meaning"
	"ward/lint/source"
	"ward/mode"
)

// PythonLibrary is what Python's standard library means for permissions (The Python
// Standard Library: os, pathlib, shutil, tempfile, stat).
func PythonLibrary() *meaning.Language {
	names := under("stat.", permissionBits())
	maps.Copy(names, under("os.", openFlags()))
	names["True"], names["False"] = 1, 0
	return &meaning.Language{
		Names: names,
		Masks: map[string]uint64{"int": every, "stat.S_IMODE": 0o7777, "stat.S_IFMT": 0o170000},
		Joins: map[string]bool{"os.path.join": true, "path.join": true, "pathlib.Path": true, "pathlib.PurePath": true, "os.fspath": true, "str": true},
		APIs:  meaning.Index(append(append(pythonModes(), pythonPaths()...), pythonOthers()...)...),
	}
}

// PythonTelling is the words of which a Python file has one if it does anything to
// permissions.
func PythonTelling() []string {
	return []string{"chmod", "mkdir", "makedirs", "umask", "mkfifo", "mknod", "open(", "touch(", "write_text", "write_bytes", "S_I", "mkstemp"}
}

// pythonModes is the functions of os that take modes.
func pythonModes() []meaning.API {
	at := meaning.At
	return []meaning.API{
		only(following(takes("os.chmod", effect.Chmod, mode.Unknown, at(0, "path"), at(1, "mode"))), pythonFollows),
		handled(takes("os.fchmod", effect.Chmod, mode.Unknown, at(0, "fd"), at(1, "mode"))),
		takes("os.lchmod", effect.Chmod, mode.Unknown, at(0, "path"), at(1, "mode")),
		masked(byDefault(takes("os.mkdir", effect.Mkdir, mode.Directory, at(0, "path"), at(1, "mode")), 0o777)),
		masked(byDefault(takes("os.makedirs", effect.MkdirAll, mode.Directory, at(0, "name"), at(1, "mode")), 0o777)),
		only(masked(byDefault(takes("os.open", effect.Create, mode.Regular, at(0, "path"), at(2, "mode")), 0o777)), opensWith(at(1, "flags"))),
		masked(byDefault(takes("os.mkfifo", effect.Mknod, mode.FIFO, at(0, "path"), at(1, "mode")), 0o666)),
		masked(byDefault(takes("os.mknod", effect.Mknod, mode.Unknown, at(0, "path"), at(1, "mode")), 0o600)),
		{Callee: "os.umask", Verb: effect.Umask, Mode: at(0, "")},
	}
}

// pythonPaths is the methods of pathlib.Path, and those of other modules that imitate os
// (paramiko, pyfakefs): they take the path first.
func pythonPaths() []meaning.API {
	at, of := meaning.At, meaning.Of()
	var all []meaning.API
	for _, a := range []meaning.API{
		following(takes(".chmod", effect.Chmod, mode.Unknown, of, at(0, "mode"))),
		takes(".lchmod", effect.Chmod, mode.Unknown, of, at(0, "mode")),
		only(masked(byDefault(takes(".mkdir", effect.Mkdir, mode.Directory, of, at(0, "mode")), 0o777)), pythonParents),
		masked(byDefault(takes(".touch", effect.Create, mode.Regular, of, at(0, "mode")), 0o666)),
	} {
		inner := a.Refine
		all = append(all, only(a, func(s *meaning.Scope, c *source.Call, e *effect.Effect) bool {
			n, exact := e.Mode.Value.Exact()
			return pathFirst(s, c) < 0 && !(exact && n < 0o100 && n != 0) && (inner == nil || inner(s, c, e)) && (e.Default || e.Mode.Given)
		}))
		path := a
		path.Path, path.Mode, path.Defaulted = at(0, ""), at(1, "mode"), false
		all = append(all, only(path, func(s *meaning.Scope, c *source.Call, e *effect.Effect) bool {
			return pathFirst(s, c) > 0 && e.Mode.Given
		}))
	}
	write := masked(truncating(byDefault(meaning.API{Verb: effect.Create, Kind: mode.Regular, Path: of, Data: at(0, "data")}, 0o666)))
	for _, callee := range []string{".write_text", ".write_bytes"} {
		write.Callee = callee
		all = append(all, write)
	}
	return all
}

// pathFirst is 1 if the first argument is certainly no mode and another follows, -1 if
// the first argument may be a mode.
func pathFirst(s *meaning.Scope, c *source.Call) int {
	if len(c.Args) < 2 || c.Args[0].Name != "" || c.Args[0].Flat || c.Args[1].Name != "" && c.Args[1].Name != "mode" {
		return -1
	}
	if v := s.Value(&c.Args[0].Value, c.Function); v.Ones()|v.Zeros() != 0 {
		return -1
	}
	return 1
}

// pythonParents is mkdir(parents=True): those above are made too.
func pythonParents(s *meaning.Scope, c *source.Call, e *effect.Effect) bool {
	if s.Value(c.Arg(1, "parents"), c.Function).Has(1) {
		e.Verb = effect.MkdirAll
	}
	return len(c.Args) <= 3
}

// pythonFollows is follow_symlinks=False.
func pythonFollows(s *meaning.Scope, c *source.Call, e *effect.Effect) bool {
	if follow := c.Arg(-1, "follow_symlinks"); follow != nil && s.Value(follow, c.Function).Lacks(1) {
		e.Follows = false
	}
	return true
}

// pythonOthers is what touches files without a mode.
func pythonOthers() []meaning.API {
	at := meaning.At
	all := []meaning.API{
		between("os.rename", effect.Rename, at(0, "src"), at(1, "dst")), between("os.replace", effect.Rename, at(0, "src"), at(1, "dst")),
		between("shutil.move", effect.Rename, at(0, "src"), at(1, "dst")),
		between("shutil.copy", effect.Copy, at(0, "src"), at(1, "dst")), between("shutil.copy2", effect.Copy, at(0, "src"), at(1, "dst")),
		between("shutil.copyfile", effect.Copy, at(0, "src"), at(1, "dst")), recursive(between("shutil.copytree", effect.Copy, at(0, "src"), at(1, "dst"))),
		byDefault(meaning.API{Callee: "tempfile.mkstemp", Verb: effect.Temporary, Kind: mode.Regular}, 0o600),
		byDefault(meaning.API{Callee: "tempfile.NamedTemporaryFile", Verb: effect.Temporary, Kind: mode.Regular}, 0o600),
		byDefault(meaning.API{Callee: "tempfile.TemporaryFile", Verb: effect.Temporary, Kind: mode.Regular}, 0o600),
		byDefault(meaning.API{Callee: "tempfile.mkdtemp", Verb: effect.Temporary, Kind: mode.Directory}, 0o700),
		byDefault(meaning.API{Callee: "tempfile.TemporaryDirectory", Verb: effect.Temporary, Kind: mode.Directory}, 0o700),
	}
	for _, name := range []string{"os.remove", "os.unlink", "os.rmdir"} {
		all = append(all, meaning.API{Callee: name, Verb: effect.Remove, Path: at(0, "path")})
	}
	all = append(all, recursive(meaning.API{Callee: "shutil.rmtree", Verb: effect.Remove, Path: at(0, "path")}))
	for _, name := range []string{"os.chown", "os.fchown", "shutil.chown"} {
		all = append(all, following(meaning.API{Callee: name, Verb: effect.Chown, Path: at(0, "path")}))
	}
	all = append(all, meaning.API{Callee: "os.lchown", Verb: effect.Chown, Path: at(0, "path")})
	for _, name := range []string{"os.stat", "os.access", "os.path.exists", "os.path.isfile", "os.path.isdir"} {
		all = append(all, following(meaning.API{Callee: name, Verb: effect.Inspect, Path: at(0, "path")}))
	}
	all = append(all, meaning.API{Callee: "os.lstat", Verb: effect.Inspect, Path: at(0, "path")})
	for _, name := range []string{"open", "io.open", "codecs.open", "builtins.open", "aiofiles.open"} {
		all = append(all, only(masked(byDefault(meaning.API{Callee: name, Verb: effect.Create, Kind: mode.Regular, Path: at(0, "file")}, 0o666)), pythonOpens))
	}
	return all
}

// pythonOpens is the built-in open, whose second argument tells what for: it makes a
// file with w, a and x. With an opener it is the opener that does.
func pythonOpens(s *meaning.Scope, c *source.Call, e *effect.Effect) bool {
	if c.Arg(-1, "opener") != nil {
		return false
	}
	given := c.Arg(1, "mode")
	how := effect.Operand{Known: "r", Whole: true}
	if given != nil {
		how = s.Operand(given, c)
	}
	e.Exclusive, e.Truncates = strings.Contains(how.Known, "x"), strings.Contains(how.Known, "w")
	if !strings.ContainsAny(how.Known, "wax") {
		e.Verb, e.Mode, e.Default, e.Masked = effect.Load, effect.Mode{}, false, false
	}
	return how.Whole
}
