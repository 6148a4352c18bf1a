package cli

import (
	"ward/entry"
	"ward/ident"
	"ward/internal/app"
	"ward/internal/host/accounts"
	"ward/internal/standin"
	"ward/internal/standin/chown"
	"ward/internal/standin/fts"
	"ward/mode"
)

// chownRequest is a command line of ward chown or ward chgrp.
type chownRequest struct {
	chown.Request
	changeOptions
	command string
}

// wardChown is `ward chown`, with the arguments behind its name.
func wardChown(p *standin.Program, args []string) int {
	return wardOwners(p, args, chown.Caller{}, "chown")
}

// wardChgrp is `ward chgrp` in the same way.
func wardChgrp(p *standin.Program, args []string) int {
	return wardOwners(p, args, chown.Caller{Group: true}, "chgrp")
}

func wardOwners(p *standin.Program, args []string, c chown.Caller, command string) int {
	c.Options, c.Help = changeLongs(), changeHelp
	c.Accounts, c.Owner = accounts.Load, ownerFound
	parsed, status, ok := chown.Parse(p, args, c)
	if ok {
		status = runWardOwners(p, &chownRequest{Request: parsed, command: command})
	}
	return p.Finish(status)
}

func ownerFound(path string) (uid, gid uint32, err error) {
	s, _, err := app.Found(path)
	return uint32(s.UID), uint32(s.GID), err
}

func runWardOwners(p *standin.Program, r *chownRequest) int {
	for _, o := range r.More {
		if err := r.take(o); err != nil {
			p.Fail("%v", err)
			return p.TryHelp()
		}
	}
	if r.Recurse && r.Links == fts.Logical {
		p.Fail("ward changes nothing in a tree through symbolic links: -L is not there with -R")
		return 1
	}
	failing := "changing ownership of %s"
	if r.To.UID == chown.Unchanged {
		failing = "changing group of %s"
	}
	t := &teller{
		program: p, verbosity: r.Verbosity, silent: r.Silent, options: r.changeOptions,
		failing: failing, fates: r.tell, lost: r.lost, anyLink: !r.Recurse || r.Links != fts.Arguments,
		dangling: func(t *teller, x *app.Touched) {
			t.program.FailOf(x.Err, "cannot dereference %s", t.program.Quoting.Name(x.Path))
		},
	}
	return changeFiles(t, r.change())
}

func (r *chownRequest) change() app.ChangeRequest {
	q := app.ChangeRequest{
		Command: r.command, Words: r.command + " " + r.To.Words(), Recurse: r.Recurse, Edit: r.edit,
		Plain: r.Verbosity == standin.Quiet && !r.dry && !r.json,
	}
	enter := r.Recurse && r.Links == fts.Arguments
	for _, f := range r.Files {
		q.Operands = append(q.Operands, app.ChangeOperand{Path: f, Itself: !r.Referent, Enter: enter})
	}
	return q
}

// edit gives an entry its owners, where it has those that --from asks for. What the
// kernel clears of set-id bits and capabilities is the plan's business.
func (r *chownRequest) edit(e *entry.Entry) (after entry.State, decided mode.Mode, need entry.Facts) {
	after = e.State
	if !r.From.Match(uint32(e.UID), uint32(e.GID)) {
		return after, 0, 0
	}
	if r.To.UID != chown.Unchanged {
		after.UID = ident.UID(r.To.UID)
	}
	if r.To.GID != chown.Unchanged {
		after.GID = ident.GID(r.To.GID)
	}
	return after, 0, 0
}

func (r *chownRequest) tell(t *teller, x *app.Touched) {
	outcome := chown.Retained
	switch {
	case x.Fate == app.Changes && r.dry:
		outcome = chown.WouldChange
	case x.Fate == app.Changes:
		outcome = chown.Changed
	}
	if outcome == chown.WouldChange || t.verbosity == standin.Every || outcome == chown.Changed && t.verbosity == standin.Changes {
		t.program.Say("%s\n", r.To.Describe(outcome, t.program.Quoting.Name(x.Path), t.names.UserName(x.Before.UID), t.names.GroupName(x.Before.GID)))
	}
}

func (r *chownRequest) lost(t *teller, x *app.Touched, seen bool) {
	outcome := chown.Failed
	if !seen || x.Kind == mode.Unknown {
		outcome = chown.Unseen
	}
	t.program.Say("%s\n", r.To.Describe(outcome, t.program.Quoting.Name(x.Path), t.names.UserName(x.Before.UID), t.names.GroupName(x.Before.GID)))
}
