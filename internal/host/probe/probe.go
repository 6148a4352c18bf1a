// Package probe finds out what really holds of permissions on a file system, by
// making files in one of its directories, changing them, and looking at what became
// of them. It works in a folder of its own that nobody else may enter, and removes
// it at the end, whatever happens.
//
// Linux only: elsewhere the answer is errors.ErrUnsupported.
package probe

import (
	"fmt"
	"time"

	"ward/account"
	"ward/ident"
	"ward/mode"
)

// Options say how a directory is probed. The zero value is what Run documents.
type Options struct {
	Now      func() time.Time // the clock; must not be nil
	Patience time.Duration    // how long a change may take to show; 0: five seconds
	Rounds   int              // how often each call is timed; 0: 51
}

func (o Options) patience() time.Duration {
	if o.Patience <= 0 {
		return 5 * time.Second
	}
	return o.Patience
}

func (o Options) rounds() int {
	if o.Rounds <= 0 {
		return 51
	}
	return o.Rounds
}

// Result is what holds in a directory. account.CannotTell stands for what could not be
// found out; Notes say why.
type Result struct {
	Dir string

	Caller ident.UID // who probed
	Owner  ident.UID // whom his files belong to: another where a server maps him
	Group  ident.GID

	Trials []Trial       // of modes
	Late   time.Duration // until the last change of a mode showed; 0: at once

	GivesAway        account.Answer // chown to another user
	SetgidGroup      account.Answer // what is made in a setgid directory has its group
	SetgidHandedDown account.Answer // a directory made there is setgid as well
	AccessLists      account.Answer // an access list is kept and limits the mode
	DefaultLists     account.Answer // a default list is kept and inherited
	Capabilities     account.Answer // security.capability is kept
	UserAttributes   account.Answer // user.* is kept
	InodeFlags       account.Answer // chattr's flags can be read
	HardLinks        account.Answer
	Symlinks         account.Answer
	CaseMatters      account.Answer // "a" and "A" are two names
	WriteClears      account.Answer // setuid falls when somebody without CAP_FSETID writes

	Create, Stat, Chmod, Remove time.Duration // medians

	Notes []string
}

// Trial is a mode that was asked for, and what became of it.
type Trial struct {
	Kind   mode.Kind
	Asked  mode.Mode
	Got    mode.Mode
	Refuse string        // what chmod answered, "" where it accepted
	Late   time.Duration // until it showed; 0: at once

	seen bool // Got is what was found
}

// Stuck reports whether the mode is what was asked for.
func (t Trial) Stuck() bool { return t.Refuse == "" && t.Got == t.Asked }

// ModesStick reports whether every mode was kept.
func (r *Result) ModesStick() bool {
	for _, t := range r.Trials {
		if !t.Stuck() {
			return false
		}
	}
	return true
}

// Lost is the bits that were asked for in some trial and not kept, and Added those
// that nobody asked for.
func (r *Result) Lost() (lost, added mode.Mode) {
	for _, t := range r.Trials {
		lost |= t.Asked &^ t.Got
		added |= t.Got &^ t.Asked
	}
	return lost, added
}

// Squashed reports whether files of the caller belong to somebody else.
func (r *Result) Squashed() bool { return r.Owner != r.Caller }

func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// LeftError says that what a probe made could not be removed.
type LeftError struct {
	Path string
	Err  error
}

func (e *LeftError) Error() string { return fmt.Sprintf("remove %q: %v", e.Path, e.Err) }
func (e *LeftError) Unwrap() error { return e.Err }
