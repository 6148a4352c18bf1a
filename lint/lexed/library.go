package lexed

import (
	"ward/lint/effect"
	"ward/lint/meaning"
	"ward/lint/source"
	"ward/mode"
)

// The flags of open, as this package needs to tell them apart; their numbers differ
// from system to system and do not matter.
const (
	readOnly  = 0
	writeOnly = 1
	readWrite = 2
	creates   = 1 << 6
	exclusive = 1 << 7
	truncates = 1 << 9
	appends   = 1 << 10
)

// openFlags is the flags of open by the names that POSIX gives them.
func openFlags() map[string]uint64 {
	return map[string]uint64{
		"O_RDONLY": readOnly, "O_WRONLY": writeOnly, "O_RDWR": readWrite, "O_CREAT": creates, "O_EXCL": exclusive,
		"O_TRUNC": truncates, "O_APPEND": appends, "O_CLOEXEC": 0, "O_NOFOLLOW": 0, "O_NONBLOCK": 0, "O_SYNC": 0, "O_DIRECTORY": 0,
		"O_NOCTTY": 0, "O_BINARY": 0, "O_LARGEFILE": 0, "O_DSYNC": 0, "O_NDELAY": 0, "O_NOINHERIT": 0,
	}
}

// under is names with a prefix.
func under(prefix string, names map[string]uint64) map[string]uint64 {
	all := make(map[string]uint64, len(names))
	for name, n := range names {
		all[prefix+name] = n
	}
	return all
}

// every is the bits of a function that keeps them all: a conversion.
const every = ^uint64(0)

// refine looks at what a table cannot say.
type refine = func(s *meaning.Scope, c *source.Call, e *effect.Effect) bool

// opensWith drops the mode of an open that creates nothing by its flags, which stand at
// a position.
func opensWith(flags meaning.Place) refine {
	return func(s *meaning.Scope, c *source.Call, e *effect.Effect) bool {
		given := c.Arg(flags.Position-1, flags.Name)
		if given == nil {
			return false
		}
		v := s.Value(given, c.Function)
		e.Exclusive, e.Truncates = v.Has(exclusive), v.Has(truncates)
		if v.Lacks(creates) {
			e.Verb, e.Mode, e.Default = effect.Load, effect.Mode{}, false
		}
		return true
	}
}

// takes is an API on a path, with a mode behind it.
func takes(callee string, verb effect.Verb, kind mode.Kind, path, given meaning.Place) meaning.API {
	return meaning.API{Callee: callee, Verb: verb, Kind: kind, Path: path, Mode: given}
}

// byDefault is the API with what it does where no mode is given.
func byDefault(a meaning.API, m mode.Mode) meaning.API {
	a.Default, a.Defaulted = m, true
	return a
}

// masked is the API, of whose mode the umask takes away.
func masked(a meaning.API) meaning.API {
	a.Masked = true
	return a
}

// following is the API, which goes through symlinks.
func following(a meaning.API) meaning.API {
	a.Follows = true
	return a
}

// only is the API where more is looked at.
func only(a meaning.API, r refine) meaning.API {
	a.Refine = r
	return a
}

// handled is the API on a descriptor.
func handled(a meaning.API) meaning.API {
	a.Handle = true
	return a
}

// truncating is the API, which empties what exists.
func truncating(a meaning.API) meaning.API {
	a.Truncates = true
	return a
}

// recursive is the API, which reaches everything below.
func recursive(a meaning.API) meaning.API {
	a.Recursive = true
	return a
}

// between is an API on two paths.
func between(callee string, verb effect.Verb, path, target meaning.Place) meaning.API {
	return meaning.API{Callee: callee, Verb: verb, Path: path, Target: target}
}
