package lexed

import (
	"maps"
	"slices"
	"strings"

	"ward/lint/effect"
	"ward/lint/meaning"
	"ward/lint/source"
	"ward/mode"
)

// CLibrary is what POSIX's C library means for permissions, and what GLib adds to it.
func CLibrary() *meaning.Language {
	names := permissionBits()
	maps.Copy(names, openFlags())
	maps.Copy(names, map[string]uint64{"ACCESSPERMS": 0o777, "ALLPERMS": 0o7777, "DEFFILEMODE": 0o666, "O_TMPFILE": creates | exclusive, "O_PATH": 0})
	return &meaning.Language{
		Names: names,
		APIs:  meaning.Index(slices.Concat(cModes(), cOpens(), cPaths())...),
	}
}

// CTelling is the words of which a file in C has one if it does anything to permissions.
func CTelling() []string {
	return []string{"chmod", "mkdir", "umask", "mkfifo", "mknod", "creat", "open", "mkstemp", "mkostemp", "mkdtemp", "S_I"}
}

// cModes is the functions that take a mode.
func cModes() []meaning.API {
	at := func(n int) meaning.Place { return meaning.At(n, "") }
	all := []meaning.API{
		following(takes("chmod", effect.Chmod, mode.Unknown, at(0), at(1))),
		following(takes("g_chmod", effect.Chmod, mode.Unknown, at(0), at(1))),
		takes("lchmod", effect.Chmod, mode.Unknown, at(0), at(1)),
		handled(takes("fchmod", effect.Chmod, mode.Unknown, at(0), at(1))),
		following(takes("fchmodat", effect.Chmod, mode.Unknown, at(1), at(2))),
		masked(takes("mkdir", effect.Mkdir, mode.Directory, at(0), at(1))),
		masked(takes("g_mkdir", effect.Mkdir, mode.Directory, at(0), at(1))),
		masked(takes("mkdirat", effect.Mkdir, mode.Directory, at(1), at(2))),
		masked(takes("g_mkdir_with_parents", effect.MkdirAll, mode.Directory, at(0), at(1))),
		masked(takes("mkfifo", effect.Mknod, mode.FIFO, at(0), at(1))),
		masked(takes("mkfifoat", effect.Mknod, mode.FIFO, at(1), at(2))),
		masked(takes("mknod", effect.Mknod, mode.Unknown, at(0), at(1))),
		masked(takes("mknodat", effect.Mknod, mode.Unknown, at(1), at(2))),
		{Callee: "umask", Verb: effect.Umask, Mode: at(0)},
	}
	for i, a := range all {
		if want := max(a.Path.Position, a.Mode.Position); a.Verb != effect.Umask {
			all[i].Refine = atLeast(want)
		}
	}
	return all
}

// atLeast drops a function of the same name with fewer arguments: a program's own.
func atLeast(arguments int) refine {
	return func(_ *meaning.Scope, c *source.Call, _ *effect.Effect) bool { return len(c.Args) >= arguments }
}

// cOpens is the functions that open and may make a file.
func cOpens() []meaning.API {
	at := func(n int) meaning.Place { return meaning.At(n, "") }
	var all []meaning.API
	for _, name := range []string{"open", "open64", "g_open"} {
		all = append(all, only(masked(takes(name, effect.Create, mode.Regular, at(0), at(2))), opensWith(at(1))))
	}
	for _, name := range []string{"openat", "openat64"} {
		all = append(all, only(masked(takes(name, effect.Create, mode.Regular, at(1), at(3))), opensWith(at(2))))
	}
	for _, name := range []string{"creat", "creat64", "g_creat"} {
		all = append(all, masked(truncating(takes(name, effect.Create, mode.Regular, at(0), at(1)))))
	}
	for _, name := range []string{"fopen", "fopen64", "g_fopen"} {
		all = append(all, only(masked(byDefault(meaning.API{Callee: name, Verb: effect.Create, Kind: mode.Regular, Path: at(0)}, 0o666)), cOpensStream))
	}
	for _, name := range []string{"mkstemp", "mkostemp", "mkstemps", "mkostemps"} {
		all = append(all, byDefault(meaning.API{Callee: name, Verb: effect.Temporary, Kind: mode.Regular, Path: at(0)}, 0o600))
	}
	return append(all, byDefault(meaning.API{Callee: "mkdtemp", Verb: effect.Temporary, Kind: mode.Directory, Path: at(0)}, 0o700))
}

// cOpensStream is fopen, whose second argument tells what for.
func cOpensStream(s *meaning.Scope, c *source.Call, e *effect.Effect) bool {
	how := s.Operand(c.Arg(1, ""), c)
	e.Exclusive, e.Truncates = strings.Contains(how.Known, "x"), strings.Contains(how.Known, "w")
	if !strings.ContainsAny(how.Known, "wa") {
		e.Verb, e.Mode, e.Default, e.Masked = effect.Load, effect.Mode{}, false, false
	}
	return how.Whole
}

// cPaths is the functions on paths that take no mode.
func cPaths() []meaning.API {
	at := func(n int) meaning.Place { return meaning.At(n, "") }
	all := []meaning.API{
		between("rename", effect.Rename, at(0), at(1)), between("renameat", effect.Rename, at(1), at(3)), between("renameat2", effect.Rename, at(1), at(3)),
		following(meaning.API{Callee: "chown", Verb: effect.Chown, Path: at(0)}),
		{Callee: "lchown", Verb: effect.Chown, Path: at(0)},
		handled(meaning.API{Callee: "fchown", Verb: effect.Chown, Path: at(0)}), following(meaning.API{Callee: "fchownat", Verb: effect.Chown, Path: at(1)}),
		{Callee: "lstat", Verb: effect.Inspect, Path: at(0)},
		{Callee: "unlinkat", Verb: effect.Remove, Path: at(1)},
	}
	for _, name := range []string{"unlink", "remove", "rmdir"} {
		all = append(all, meaning.API{Callee: name, Verb: effect.Remove, Path: at(0)})
	}
	for _, name := range []string{"stat", "access", "euidaccess"} {
		all = append(all, following(meaning.API{Callee: name, Verb: effect.Inspect, Path: at(0)}))
	}
	for _, name := range []string{"execl", "execlp", "execle", "execv", "execvp", "execve", "execvpe"} {
		all = append(all, meaning.API{Callee: name, Verb: effect.Execute, Path: at(0)})
	}
	return all
}
