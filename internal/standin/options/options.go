// Package options is the options that chmod, chown and chgrp have in common, and what
// they mean.
package options

import (
	"ward/internal/getopt"
	"ward/internal/standin"
	"ward/internal/standin/fts"
)

// Shared is what a command line says with them.
type Shared struct {
	Recurse      bool
	Links        fts.Links
	Follow       standin.Follow
	Silent       bool
	Verbosity    standin.Verbosity
	PreserveRoot bool

	// More is the values of options that the caller had added, in order.
	More []getopt.Option
}

// The values of long options that have no letter.
const (
	Dereference = 256 + iota
	From
	NoPreserveRoot
	PreserveRoot
	Reference
	Help
	Version

	// Own is where the values of a caller's own options may begin.
	Own = 512
)

// Take takes an option, and reports whether it is one of these, or a caller's own.
func (s *Shared) Take(o getopt.Option) bool {
	switch o.Value {
	case 'H':
		s.Links = fts.Arguments
	case 'L':
		s.Links = fts.Logical
	case 'P':
		s.Links = fts.Physical
	case 'h':
		s.Follow = standin.Never
	case Dereference:
		s.Follow = standin.Always
	case NoPreserveRoot, PreserveRoot:
		s.PreserveRoot = o.Value == PreserveRoot
	case 'R':
		s.Recurse = true
	case 'c':
		s.Verbosity = standin.Changes
	case 'f':
		s.Silent = true
	case 'v':
		s.Verbosity = standin.Every
	default:
		if o.Value < Own {
			return false
		}
		s.More = append(s.More, o)
	}
	return true
}

// Settle has -R -P change links themselves. It tells of --dereference with them, which
// cannot be, and answers false.
func (s *Shared) Settle(p *standin.Program) bool {
	if !s.Recurse || s.Links != fts.Physical {
		return true
	}
	if s.Follow == standin.Always {
		p.Fail("-R --dereference requires either -H or -L")
		return false
	}
	s.Follow = standin.Never
	return true
}
