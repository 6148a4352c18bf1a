// Package chown is chown(1) and chgrp(1) as GNU coreutils 9.10 has them: their
// options, their messages, their statuses.
package chown

import (
	"ward/account"
	"ward/internal/getopt"
	"ward/internal/standin"
	"ward/internal/standin/fts"
	"ward/internal/standin/options"
)

// Unchanged is the id that stands for leaving it as it is.
const Unchanged = ^uint32(0)

// Owners is a pair of ids, each perhaps Unchanged, and what they are called in
// messages: a name as it was given, "" for ids, and whether there is one at all.
type Owners struct {
	UID, GID          uint32
	User, Group       string
	HasUser, HasGroup bool // a name or an empty one stands in messages

	userNamed, groupNamed bool // by a name, not by a number
}

// Request is a command line, read.
type Request struct {
	To       Owners
	From     Owners // ids that a file must have; Unchanged: any
	Files    []string
	Referent bool // symbolic links stand for what they lead to
	options.Shared
}

func longOptions() []getopt.Long {
	return []getopt.Long{
		{Name: "recursive", Value: 'R'},
		{Name: "changes", Value: 'c'},
		{Name: "dereference", Value: options.Dereference},
		{Name: "from", Argument: getopt.Required, Value: options.From},
		{Name: "no-dereference", Value: 'h'},
		{Name: "no-preserve-root", Value: options.NoPreserveRoot},
		{Name: "preserve-root", Value: options.PreserveRoot},
		{Name: "quiet", Value: 'f'},
		{Name: "silent", Value: 'f'},
		{Name: "reference", Argument: getopt.Required, Value: options.Reference},
		{Name: "verbose", Value: 'v'},
		{Name: "help", Value: options.Help},
		{Name: "version", Value: options.Version},
	}
}

// Caller is which of the two commands it is, and what it may have beyond that.
type Caller struct {
	Group    bool // chgrp
	Options  []getopt.Long
	Help     string
	Accounts func() (*account.Database, error)
	Owner    func(path string) (uid, gid uint32, err error) // of the file of --reference
}

// Parse reads a command line. Where there is nothing to be done any more ok is
// false, all has been said, and status is how to end.
func Parse(p *standin.Program, args []string, c Caller) (r Request, status int, ok bool) {
	l := &line{program: p, caller: c}
	l.request.From = Owners{UID: Unchanged, GID: Unchanged}
	l.request.To = l.request.From
	spec := getopt.Spec{Short: "HLPRcfhv", Long: append(longOptions(), c.Options...)}
	parser := spec.Parser(args, p.Posix)
	for parser.Next() {
		if l.option(parser.Option()) {
			return Request{}, l.status, false
		}
	}
	if err := parser.Err(); err != nil {
		p.Fail("%v", err)
		return Request{}, p.TryHelp(), false
	}
	l.request.Files = parser.Operands()
	if status, ok = l.finish(); !ok {
		return Request{}, status, false
	}
	return l.request, 0, true
}

// line is a command line while it is read.
type line struct {
	program      *standin.Program
	caller       Caller
	request      Request
	reference    string
	hasReference bool
	accounts     *account.Database
	status       int // of a line that ended early
}

// option takes one option. ended tells that nothing is to be done any more; status is
// then how to end.
func (l *line) option(o getopt.Option) (ended bool) {
	r := &l.request
	if r.Take(o) {
		return false
	}
	switch o.Value {
	case options.Reference:
		l.reference, l.hasReference = o.Arg, true
	case options.From:
		l.status = 1
		return !l.from(o.Arg)
	case options.Help:
		l.program.Say("%s", l.help())
		return true
	case options.Version:
		l.program.Say("%s", l.program.VersionText(l.command()))
		return true
	}
	return false
}

func (l *line) command() string {
	if l.caller.Group {
		return "chgrp"
	}
	return "chown"
}

// finish looks at what the options come to, and finds the owners and the files among
// the operands, in the order in which GNU chown notices what is wrong.
func (l *line) finish() (status int, ok bool) {
	p, r := l.program, &l.request
	if !r.Settle(p) {
		return 1, false
	}
	if !r.Recurse {
		r.Links = fts.Physical
	}
	r.Referent = r.Follow != standin.Never
	least := 2
	if l.hasReference {
		least = 1
	}
	if n := len(r.Files); n < least {
		if n == 0 {
			p.Fail("missing operand")
		} else {
			p.Fail("missing operand after %s", p.Quoting.Word(r.Files[n-1]))
		}
		return p.TryHelp(), false
	}
	return 1, l.owners()
}

// owners finds out who is to own the files.
func (l *line) owners() bool {
	r := &l.request
	if l.hasReference {
		return l.ofReference()
	}
	text := r.Files[0]
	r.Files = r.Files[1:]
	if l.caller.Group {
		return l.group(text)
	}
	if !l.spec(text, &r.To) {
		return false
	}
	if r.To.groupNamed && !r.To.userNamed {
		r.To.User, r.To.HasUser = "", true // ":GROUP" in messages, even where a user has a number
	}
	return true
}

func (l *line) ofReference() bool {
	uid, gid, err := l.caller.Owner(l.reference)
	if err != nil {
		l.program.FailOf(err, "failed to get attributes of %s", l.program.Quoting.Name(l.reference))
		return false
	}
	db, ok := l.database()
	if !ok {
		return false
	}
	to := &l.request.To
	to.GID, to.Group, to.HasGroup = gid, groupName(db, gid), true
	if !l.caller.Group {
		to.UID, to.User, to.HasUser = uid, userName(db, uid), true
	}
	return true
}

// database is the accounts, read when they are first needed.
func (l *line) database() (*account.Database, bool) {
	if l.accounts == nil {
		db, err := l.caller.Accounts()
		if err != nil {
			l.program.Fail("%v", err)
			return nil, false
		}
		l.accounts = db
	}
	return l.accounts, true
}

// from reads an OWNER:GROUP of --from: what an earlier one asked for stays, unless this
// one has it, too.
func (l *line) from(text string) bool {
	earlier, r := l.request.From, &l.request
	ok := l.spec(text, &r.From)
	if r.From.UID == Unchanged {
		r.From.UID = earlier.UID
	}
	if r.From.GID == Unchanged {
		r.From.GID = earlier.GID
	}
	return ok
}

// spec reads OWNER:GROUP, and tells what is wrong with it.
func (l *line) spec(text string, to *Owners) bool {
	db, ok := l.database()
	if !ok {
		return false
	}
	owners, dotted, err := ParseOwners(text, db)
	quoted := l.program.Quoting.Word(text)
	if err != nil {
		l.program.Fail("%v: %s", err, quoted)
		return false
	}
	if dotted {
		l.program.Fail("warning: '.' should be ':': %s", quoted)
	}
	*to = owners
	return true
}

// group reads chgrp's GROUP: since coreutils 9.5 as chown reads :GROUP.
func (l *line) group(text string) bool {
	db, ok := l.database()
	if !ok {
		return false
	}
	owners, _, err := ParseOwners(":"+text, db)
	if err != nil {
		l.program.Fail("%v: %s", err, l.program.Quoting.Word(text))
		return false
	}
	l.request.To = owners
	return true
}
