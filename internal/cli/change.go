package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"ward/acl"
	"ward/internal/app"
	"ward/internal/getopt"
	"ward/internal/host/state"
	"ward/internal/report"
	"ward/internal/standin"
	"ward/mode"
)

// ward chmod, chown and chgrp: the commands of those names with rails, a journal and
// options of their own. They are read and told as the originals, and carried out as
// ward apply is.

// changeOptions are the options that the three have beyond the originals'.
type changeOptions struct {
	app.RunOptions
	dry     bool
	exclude []string
	json    bool
}

const (
	optDryRun = 512 + iota
	optExclude
	optFormat
	optAllowSystem
	optAllowAncestor
	optAllowOutsideLinks
	optAllowOverlayLinks
	optDirs
	optFiles
	optScripts
	optACL
)

func changeLongs() []getopt.Long {
	return []getopt.Long{
		{Name: "dry-run", Value: optDryRun},
		{Name: "exclude", Argument: getopt.Required, Value: optExclude},
		{Name: "format", Argument: getopt.Required, Value: optFormat},
		{Name: "allow-system", Argument: getopt.Required, Value: optAllowSystem},
		{Name: "allow-ancestor", Argument: getopt.Required, Value: optAllowAncestor},
		{Name: "allow-outside-links", Value: optAllowOutsideLinks},
		{Name: "allow-overlay-links", Value: optAllowOverlayLinks},
	}
}

const changeHelp = `Of ward's own:
      --dry-run           say what would change, and change nothing
      --exclude GLOB      with -R: leave out what fits below FILE; repeatable
      --format FORMAT     text or json
      --allow-system DIR  allow this directory of the system; repeatable
      --allow-ancestor DIR
                          trust this directory above a FILE though others may
                          write it; repeatable
      --allow-outside-links
                          change files that have names elsewhere
      --allow-overlay-links
                          change one of several names on overlayfs
`

// take reads one of them. An error is a mistake on the command line.
func (o *changeOptions) take(option getopt.Option) error {
	switch option.Value {
	case optDryRun:
		o.dry = true
	case optExclude:
		o.exclude = append(o.exclude, option.Arg)
	case optFormat:
		if option.Arg != "text" && option.Arg != "json" {
			return fmt.Errorf("--format is text or json, not %q", option.Arg)
		}
		o.json = option.Arg == "json"
	case optAllowSystem:
		o.AllowSystem = append(o.AllowSystem, option.Arg)
	case optAllowAncestor:
		o.AllowAncestor = append(o.AllowAncestor, option.Arg)
	case optAllowOutsideLinks:
		o.AllowOutsideLinks = true
	case optAllowOverlayLinks:
		o.AllowOverlayLinks = true
	}
	return nil
}

// teller says what became of a change in the words of the original.
type teller struct {
	program   *standin.Program
	verbosity standin.Verbosity
	silent    bool
	options   changeOptions
	names     acl.Names

	fates    func(t *teller, x *app.Touched) // of AsWanted and Changes
	failing  string                          // "changing permissions of %s"
	dangling func(t *teller, x *app.Touched)
	anyLink  bool                                       // dangling tells of links that lead where nobody gets, too
	lost     func(t *teller, x *app.Touched, seen bool) // -v, of what could not be changed
	failed   bool
}

// changeFiles prepares a change, carries it out and tells of it. The result is the
// exit status.
func changeFiles(t *teller, q app.ChangeRequest) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	q.RunOptions, q.Exclude, q.Dry = t.options.RunOptions, t.options.exclude, t.options.dry
	q.Waiting = func(h state.Holder) { waitingFor(t.program, h) }
	c, err := app.PrepareChange(ctx, q)
	if err != nil {
		return t.stop(err)
	}
	var applied *app.Applied
	if !q.Dry {
		applied, err = c.RunThrough(ctx)
	}
	t.names = c.Names
	if t.options.json {
		t.document(c, q, applied)
	} else {
		for i := range c.Touched {
			t.tell(&c.Touched[i])
		}
	}
	if applied != nil && applied.Others > 0 {
		t.program.Fail("%d more could not be changed; `ward log %s` has all of them", applied.Others, applied.ID)
		t.failed = true
	}
	if err := errors.Join(err, c.Close()); err != nil {
		return t.stop(err)
	}
	if t.failed {
		return 1
	}
	return 0
}

func waitingFor(p *standin.Program, h state.Holder) {
	p.Fail("waiting for process %d, which is changing %s", h.PID, p.Quoting.Name(h.Place.Root))
}

// stop tells what kept everything from being changed.
func (t *teller) stop(err error) int {
	for _, e := range parts(err) {
		if errors.Is(e, context.Canceled) {
			t.program.Fail("interrupted")
			continue
		}
		t.program.Fail("%s", report.Message(e))
		t.program.Hint(hintFor(e))
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	return 1
}

// tell tells of one object.
func (t *teller) tell(x *app.Touched) {
	p := t.program
	name := p.Quoting.Name(x.Path)
	switch x.Fate {
	case app.AsWanted, app.Changes:
		t.fates(t, x)
		t.effective(x)
		return
	case app.LeftAlone:
		p.Fail("%s is left alone: %s", name, report.Printable(x.Text))
		if strings.HasPrefix(x.Hint, "--") {
			p.Hint("if that is meant, say " + report.Printable(x.Hint))
		} else {
			p.Hint(report.Printable(x.Hint))
		}
	case app.NotChanged:
		t.complain(x, t.failing)
	case app.NoAccess:
		if !t.anyLink || x.Kind != mode.Symlink {
			t.complain(x, "cannot access %s")
		} else if !t.silent {
			t.dangling(t, x)
		}
	case app.NoReading:
		t.complain(x, "cannot read directory %s")
		if t.options.dry && x.Opens() && !t.silent {
			p.Hint("the change itself opens it: what it holds is changed too, without --dry-run")
		}
	case app.Leads:
		if !t.silent {
			t.dangling(t, x)
		}
	}
	t.failed = true
	if t.verbosity == standin.Every && (x.Fate != app.LeftAlone || x.Known != 0) {
		t.lost(t, x, x.Fate == app.NotChanged || x.Fate == app.LeftAlone)
	}
}

func (t *teller) complain(x *app.Touched, format string) {
	switch {
	case t.silent:
	case x.Err != nil:
		t.program.FailOf(x.Err, format, t.program.Quoting.Name(x.Path))
	default:
		t.program.Fail(format+": %s", t.program.Quoting.Name(x.Path), report.Printable(x.Text))
	}
}

// effective says whose rights an access list lets through have changed with the
// group bits, which are its mask.
func (t *teller) effective(x *app.Touched) {
	if x.Fate != app.Changes || len(x.Before.ACL) == 0 || t.silent {
		return
	}
	var who []string
	for _, e := range x.Before.ACL {
		if e.Tag != acl.User && e.Tag != acl.Group && e.Tag != acl.GroupObj {
			continue
		}
		before := x.Before.ACL.Effective(e)
		after := mode.Rights(0)
		for _, n := range x.After.ACL {
			if n.Tag == e.Tag && n.ID == e.ID {
				after = x.After.ACL.Effective(n)
			}
		}
		if before != after {
			e.Rights = before
			who = append(who, e.Format(t.names)+" now has "+after.String())
		}
	}
	if len(who) > 0 {
		t.program.Fail("%s: its access list: %s", t.program.Quoting.Bare(x.Path), strings.Join(who, ", "))
	}
}

// document prints all of it as JSON, with -v what was as wanted too.
func (t *teller) document(c *app.Changing, q app.ChangeRequest, a *app.Applied) {
	d := report.Change{Command: q.Command, Request: q.Words, Dry: q.Dry, All: t.verbosity == standin.Every, Reason: standin.Reason}
	if a != nil {
		d.Run = a.ID
	}
	for i := range c.Touched {
		t.failed = t.failed || c.Touched[i].Fate > app.Changes
	}
	var text strings.Builder
	if err := report.ChangeJSON(&text, c, d); err != nil {
		t.program.Fail("%v", err)
		t.failed = true
	}
	t.program.Say("%s", text.String())
}
