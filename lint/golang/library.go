package golang

import (
	"bytes"
	"slices"
	"strings"

	"ward/lint/effect"
	"ward/lint/meaning"
	"ward/lint/source"
	"ward/mode"
)

// Library is what Go's standard library and golang.org/x/sys mean for permissions.
func Library() *meaning.Language {
	return &meaning.Language{
		Names:  names(),
		Masks:  masks(),
		Parses: map[string]meaning.Place{"strconv.Atoi": {}, "strconv.ParseInt": meaning.At(1, ""), "strconv.ParseUint": meaning.At(1, "")},
		Joins:  map[string]bool{"filepath.Join": true, "path.Join": true},
		APIs:   meaning.Index(slices.Concat(osFunctions(), rawFunctions(), otherFunctions())...),
		Layout: effect.GoMode,
	}
}

// names is the constants. Those of package os and io/fs lie where fs.FileMode has
// them, those of syscall and unix where st_mode has them.
func names() map[string]uint64 {
	all := map[string]uint64{
		"os.O_RDONLY": readOnly, "os.O_WRONLY": writeOnly, "os.O_RDWR": readWrite, "os.O_APPEND": appending,
		"os.O_CREATE": create, "os.O_EXCL": exclusive, "os.O_TRUNC": truncate, "os.O_SYNC": 0,
	}
	for _, pkg := range []string{"os", "fs"} {
		for name, n := range map[string]uint64{
			"ModePerm": 0o777, "ModeDir": 1 << 31, "ModeSymlink": 1 << 27, "ModeNamedPipe": 1 << 25,
			"ModeSocket": 1 << 24, "ModeSetuid": 1 << 23, "ModeSetgid": 1 << 22, "ModeSticky": 1 << 20,
		} {
			all[pkg+"."+name] = n
		}
	}
	for _, pkg := range []string{"syscall", "unix"} {
		for name, n := range map[string]uint64{
			"O_CREAT": create, "O_EXCL": exclusive, "O_TRUNC": truncate, "O_APPEND": appending,
			"O_RDONLY": readOnly, "O_WRONLY": writeOnly, "O_RDWR": readWrite, "O_CLOEXEC": 0, "O_NOFOLLOW": 0,
			"S_ISUID": 0o4000, "S_ISGID": 0o2000, "S_ISVTX": 0o1000,
			"S_IRUSR": 0o400, "S_IWUSR": 0o200, "S_IXUSR": 0o100, "S_IRWXU": 0o700, "S_IREAD": 0o400, "S_IWRITE": 0o200, "S_IEXEC": 0o100,
			"S_IRGRP": 0o040, "S_IWGRP": 0o020, "S_IXGRP": 0o010, "S_IRWXG": 0o070,
			"S_IROTH": 0o004, "S_IWOTH": 0o002, "S_IXOTH": 0o001, "S_IRWXO": 0o007,
			"S_IFREG": 0o100000, "S_IFDIR": 0o040000, "S_IFLNK": 0o120000, "S_IFMT": 0o170000,
		} {
			all[pkg+"."+name] = n
		}
	}
	return all
}

// The flags of os.OpenFile, as this package needs to tell them apart; their numbers
// differ from system to system and do not matter.
const (
	readOnly  = 0
	writeOnly = 1
	readWrite = 2
	appending = 1 << 10
	create    = 1 << 6
	exclusive = 1 << 7
	truncate  = 1 << 9
)

func masks() map[string]uint64 {
	const all = ^uint64(0)
	return map[string]uint64{
		"os.FileMode": all, "fs.FileMode": all, "uint32": 1<<32 - 1, "int": all, "int64": all, "uint64": all, "uint": all, "uintptr": all,
		"uint16": 1<<16 - 1, "int32": 1<<32 - 1, "Perm": 0o777,
	}
}

// osFunctions is package os and those that imitate it. Numbers are of type fs.FileMode.
func osFunctions() []meaning.API {
	var all []meaning.API
	for _, receiver := range []string{"os", ""} {
		method := receiver == "" // of os.Root, afero.Fs and others that imitate it
		for _, a := range []meaning.API{
			{Callee: "Chmod", Verb: effect.Chmod, Path: meaning.At(0, ""), Mode: meaning.At(1, ""), Follows: true},
			{Callee: "Mkdir", Verb: effect.Mkdir, Kind: mode.Directory, Path: meaning.At(0, ""), Mode: meaning.At(1, ""), Masked: true},
			{Callee: "MkdirAll", Verb: effect.MkdirAll, Kind: mode.Directory, Path: meaning.At(0, ""), Mode: meaning.At(1, ""), Masked: true},
			{
				Callee: "OpenFile", Verb: effect.Create, Kind: mode.Regular, Path: meaning.At(0, ""), Mode: meaning.At(2, ""),
				Masked: true, Refine: opens,
			},
			{
				Callee: "WriteFile", Verb: effect.Create, Kind: mode.Regular, Path: meaning.At(0, ""), Data: meaning.At(1, ""),
				Mode: meaning.At(2, ""), Masked: true, Truncates: true,
			},
		} {
			a.Callee = receiver + "." + a.Callee
			if method {
				a.Refine = both(a.Refine, modeIsWhole)
			}
			all = append(all, a)
		}
	}
	return append(all,
		meaning.API{
			Callee: "os.Create", Verb: effect.Create, Kind: mode.Regular, Path: meaning.At(0, ""),
			Default: 0o666, Defaulted: true, Masked: true, Truncates: true,
		},
		meaning.API{Callee: "ioutil.WriteFile", Verb: effect.Create, Kind: mode.Regular, Path: meaning.At(0, ""), Data: meaning.At(1, ""), Mode: meaning.At(2, ""), Masked: true, Truncates: true},
		meaning.API{Callee: "os.Rename", Verb: effect.Rename, Path: meaning.At(0, ""), Target: meaning.At(1, "")},
		meaning.API{Callee: "os.Remove", Verb: effect.Remove, Path: meaning.At(0, "")},
		meaning.API{Callee: "os.RemoveAll", Verb: effect.Remove, Path: meaning.At(0, ""), Recursive: true},
		meaning.API{Callee: ".Chmod", Verb: effect.Chmod, Path: meaning.Of(), Mode: meaning.At(0, ""), Handle: true, Refine: ofOnePath},
		meaning.API{Callee: ".RemoveAll", Verb: effect.Remove, Path: meaning.At(0, ""), Recursive: true, Refine: ofOnePath},
		meaning.API{Callee: ".Remove", Verb: effect.Remove, Path: meaning.At(0, ""), Refine: ofOnePath},
		meaning.API{Callee: "os.Chown", Verb: effect.Chown, Path: meaning.At(0, ""), Follows: true},
		meaning.API{Callee: "os.Lchown", Verb: effect.Chown, Path: meaning.At(0, "")},
		meaning.API{Callee: "os.Stat", Verb: effect.Inspect, Path: meaning.At(0, ""), Follows: true},
		meaning.API{Callee: "os.Lstat", Verb: effect.Inspect, Path: meaning.At(0, "")},
		meaning.API{Callee: "os.ReadFile", Verb: effect.Load, Path: meaning.At(0, ""), Follows: true},
		meaning.API{Callee: "os.CreateTemp", Verb: effect.Temporary, Kind: mode.Regular, Path: meaning.At(0, ""), Default: 0o600, Defaulted: true},
		meaning.API{Callee: "os.MkdirTemp", Verb: effect.Temporary, Kind: mode.Directory, Path: meaning.At(0, ""), Default: 0o700, Defaulted: true},
		meaning.API{Callee: "exec.Command", Verb: effect.Execute, Path: meaning.At(0, "")},
		meaning.API{Callee: "exec.CommandContext", Verb: effect.Execute, Path: meaning.At(1, "")},
	)
}

// rawFunctions is the system calls, whose numbers are those of st_mode.
func rawFunctions() []meaning.API {
	raw := effect.POSIX
	var all []meaning.API
	for _, pkg := range []string{"syscall.", "unix."} {
		for _, a := range []meaning.API{
			{Callee: "Chmod", Verb: effect.Chmod, Path: meaning.At(0, ""), Mode: meaning.At(1, ""), Follows: true},
			{Callee: "Fchmod", Verb: effect.Chmod, Path: meaning.At(0, ""), Mode: meaning.At(1, ""), Handle: true},
			{Callee: "Fchmodat", Verb: effect.Chmod, Path: meaning.At(1, ""), Mode: meaning.At(2, ""), Follows: true},
			{Callee: "Mkdir", Verb: effect.Mkdir, Kind: mode.Directory, Path: meaning.At(0, ""), Mode: meaning.At(1, ""), Masked: true},
			{Callee: "Mkdirat", Verb: effect.Mkdir, Kind: mode.Directory, Path: meaning.At(1, ""), Mode: meaning.At(2, ""), Masked: true},
			{Callee: "Open", Verb: effect.Create, Kind: mode.Regular, Path: meaning.At(0, ""), Mode: meaning.At(2, ""), Masked: true, Refine: opens},
			{Callee: "Openat", Verb: effect.Create, Kind: mode.Regular, Path: meaning.At(1, ""), Mode: meaning.At(3, ""), Masked: true},
			{Callee: "Mkfifo", Verb: effect.Mknod, Kind: mode.FIFO, Path: meaning.At(0, ""), Mode: meaning.At(1, ""), Masked: true},
			{Callee: "Mknod", Verb: effect.Mknod, Path: meaning.At(0, ""), Mode: meaning.At(1, ""), Masked: true},
			{Callee: "Umask", Verb: effect.Umask, Mode: meaning.At(0, "")},
		} {
			a.Callee, a.Layout = pkg+a.Callee, &raw
			all = append(all, a)
		}
	}
	return all
}

// otherFunctions is what looks at modes, prints them and hands them on.
func otherFunctions() []meaning.API {
	var all []meaning.API
	for _, name := range []string{"filepath.Walk", "filepath.WalkDir", "fs.WalkDir"} {
		all = append(all, meaning.API{Callee: name, Verb: effect.Inspect, Path: meaning.At(0, ""), Recursive: true})
	}
	for name, at := range map[string]int{"fmt.Sprintf": 0, "fmt.Printf": 0, "fmt.Fprintf": 1, "fmt.Appendf": 1} {
		all = append(all, meaning.API{Callee: name, Verb: effect.Print, Data: meaning.At(at, "")})
	}
	for _, name := range []string{"int64", "uint32", "int32", "int", "uint16", "uint64"} {
		all = append(all, meaning.API{Callee: name, Verb: effect.Convey, Path: meaning.At(0, ""), Refine: ofFileMode})
	}
	return all
}

// ofFileMode keeps the conversions of a whole fs.FileMode: int64(info.Mode()).
func ofFileMode(_ *meaning.Scope, c *source.Call, _ *effect.Effect) bool {
	if len(c.Args) != 1 || c.Combined || c.Args[0].Value.Kind != source.Invocation {
		return false
	}
	inner := c.Args[0].Value.Call
	return inner != nil && len(inner.Args) == 0 && strings.HasSuffix(inner.Callee, ".Mode")
}

// opens drops an OpenFile that creates nothing, and tells what its flags say.
func opens(s *meaning.Scope, c *source.Call, e *effect.Effect) bool {
	flags := s.Value(c.Arg(1, ""), c.Function)
	e.Exclusive, e.Truncates = flags.Has(exclusive), flags.Has(truncate)
	if flags.Lacks(create) {
		e.Verb, e.Mode = effect.Load, effect.Mode{}
	}
	return true
}

// modeIsWhole drops a method that shares its name with one of package os and takes no
// mode at all.
func modeIsWhole(_ *meaning.Scope, c *source.Call, e *effect.Effect) bool {
	return e.Mode.Given && len(c.Args) >= 2 && len(c.Args) <= 3
}

// ofOnePath keeps the methods with one argument: Remove of os.Root, afero.Fs and
// robustio, and Chmod of an open file.
func ofOnePath(_ *meaning.Scope, c *source.Call, _ *effect.Effect) bool { return len(c.Args) == 1 }

func both(a, b func(*meaning.Scope, *source.Call, *effect.Effect) bool) func(*meaning.Scope, *source.Call, *effect.Effect) bool {
	if a == nil {
		return b
	}
	return func(s *meaning.Scope, c *source.Call, e *effect.Effect) bool { return a(s, c, e) && b(s, c, e) }
}

// Telling are words of which every file has one that does something to permissions.
func Telling() []string {
	return []string{
		"Chmod(", "Mkdir(", "MkdirAll(", "OpenFile(", "WriteFile(", "os.Create(", "Umask(", "Fchmod", "Mkdirat(", "Openat(",
		"Mkfifo", "Mknod", "syscall.Open(", "unix.Open(", "Chown(", "chown(", "os.Rename(", ".Mode())",
		"chmod %d", "chmod -R %d", "umask %d", "-m %d", "mode=%d",
	}
}

// Declares tells whether a Go text may declare a constant: whether a line begins with
// the name, or with const and the name, and goes on with a type or a value.
func Declares(text []byte, name string) bool {
	if strings.Contains(name, ".") {
		return false
	}
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte(name))
		if i < 0 {
			return false
		}
		i += at
		at = i + len(name)
		line := bytes.LastIndexByte(text[:i], '\n') + 1
		before := strings.TrimSpace(string(text[line:i]))
		rest, _, _ := bytes.Cut(text[at:min(len(text), at+200)], []byte("\n"))
		if (before == "" || before == "const") && len(rest) > 0 && (rest[0] == ' ' || rest[0] == '=' || rest[0] == '\t') && bytes.IndexByte(rest, '=') >= 0 {
			return true
		}
	}
}
