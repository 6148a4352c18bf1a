package cli

import (
	"fmt"
	"os"
	"strings"

	"ward/acl"
	"ward/entry"
	"ward/internal/app"
	"ward/internal/getopt"
	"ward/internal/report"
	"ward/internal/standin"
	"ward/internal/standin/chmod"
	"ward/internal/standin/fts"
	"ward/mode"
)

const chmodHelp = `      --dirs MODE         in place of MODE: for directories,
      --files MODE        … for regular files,
      --scripts MODE      … and for those of them that begin with #!
      --acl HOW           mask: where there is an access list the group bits are
                          its mask, as always (the default); effective: they are
                          the owning group's, and whoever is named keeps what he
                          has
`

// chmodRequest is a command line of ward chmod.
type chmodRequest struct {
	chmod.Request
	changeOptions
	umask     mode.Mode
	kinds     map[int]mode.Expr // by optDirs, optFiles, optScripts
	effective bool
}

// wardChmod is `ward chmod`, with the arguments behind its name.
func wardChmod(p *standin.Program, args []string) int {
	longs := append(changeLongs(),
		getopt.Long{Name: "dirs", Argument: getopt.Required, Value: optDirs},
		getopt.Long{Name: "files", Argument: getopt.Required, Value: optFiles},
		getopt.Long{Name: "scripts", Argument: getopt.Required, Value: optScripts},
		getopt.Long{Name: "acl", Argument: getopt.Required, Value: optACL})
	r, status, ok := chmod.Parse(p, args, chmod.Caller{
		Options: longs, Help: changeHelp + chmodHelp, Mode: modeFound, Without: byKind, Hint: swapped(p),
	})
	if ok {
		status = runWardChmod(p, r)
	}
	return p.Finish(status)
}

func modeFound(path string) (mode.Mode, error) {
	s, _, err := app.Found(path)
	return s.Mode, err
}

// byKind reports whether the modes come with --dirs, --files and --scripts.
func byKind(more []getopt.Option) bool {
	for _, o := range more {
		if o.Value == optDirs || o.Value == optFiles || o.Value == optScripts {
			return true
		}
	}
	return false
}

// swapped notices `chmod FILE MODE`.
func swapped(p *standin.Program) func(string, []string) string {
	return func(text string, files []string) string {
		if len(files) != 1 {
			return ""
		}
		if _, err := mode.ParseExpr(files[0]); err != nil {
			return ""
		}
		if _, err := os.Lstat(text); err != nil {
			return ""
		}
		return "the mode comes first: " + report.Shell([]string{"ward", "chmod", files[0], text})
	}
}

func runWardChmod(p *standin.Program, parsed chmod.Request) int {
	r := chmodRequest{Request: parsed, kinds: map[int]mode.Expr{}, umask: p.Umask()}
	for _, o := range parsed.More {
		if err := r.take(o); err != nil {
			p.Fail("%v", err)
			return p.TryHelp()
		}
	}
	if r.Recurse && (r.Links == fts.Logical || r.Follow == standin.Always) {
		p.Fail("ward changes nothing in a tree through symbolic links: -L and --dereference are not there with -R")
		return 1
	}
	r.warn(p)
	t := &teller{
		program: p, verbosity: r.Verbosity, silent: r.Silent, options: r.changeOptions,
		failing: "changing permissions of %s", fates: r.tell, lost: lostMode,
		dangling: func(t *teller, x *app.Touched) {
			t.program.Fail("cannot operate on dangling symlink %s", t.program.Quoting.Name(x.Path))
		},
	}
	return changeFiles(t, r.change())
}

// take reads one of ward's own options.
func (r *chmodRequest) take(o getopt.Option) error {
	switch o.Value {
	case optDirs, optFiles, optScripts:
		e, err := mode.ParseExpr(o.Arg)
		if err != nil {
			return fmt.Errorf("--%s: %w", o.Long, err)
		}
		r.kinds[o.Value] = e
		return nil
	case optACL:
		if o.Arg != "mask" && o.Arg != "effective" {
			return fmt.Errorf("--acl is mask or effective, not %q", o.Arg)
		}
		r.effective = o.Arg == "effective"
		return nil
	}
	return r.changeOptions.take(o)
}

func (r *chmodRequest) change() app.ChangeRequest {
	q := app.ChangeRequest{
		Command: "chmod", Words: r.words(), Recurse: r.Recurse, Edit: r.edit,
		Plain: r.Verbosity == standin.Quiet && !r.Naive && !r.dry && !r.json,
	}
	for _, f := range r.Files {
		q.Operands = append(q.Operands, app.ChangeOperand{Path: f, Itself: r.Follow == standin.Never})
	}
	return q
}

// words is the request for the log.
func (r *chmodRequest) words() string {
	text := []string{"chmod"}
	if r.Recurse {
		text = append(text, "-R")
	}
	switch {
	case r.Reference:
		text = append(text, r.Change.String())
	case r.Text != "":
		text = append(text, r.Text)
	}
	for _, k := range []struct {
		option int
		name   string
	}{{optDirs, "--dirs"}, {optFiles, "--files"}, {optScripts, "--scripts"}} {
		if e, ok := r.kinds[k.option]; ok {
			text = append(text, k.name, e.String())
		}
	}
	return strings.Join(text, " ")
}

// edit is the mode that an entry is to have, and its access list with it.
func (r *chmodRequest) edit(e *entry.Entry) (after entry.State, decided mode.Mode, need entry.Facts) {
	after = e.State
	if e.Kind == mode.Symlink {
		return after, 0, 0
	}
	change, need := r.expression(e)
	if need != 0 {
		return after, 0, need
	}
	m := change.Apply(e.Mode, e.Kind, r.umask)
	if m == e.Mode {
		return after, 0, 0
	}
	if len(e.ACL) > 0 && r.effective {
		after.ACL = keepEffective(e.ACL, m)
		after.Mode = after.ACL.Mode(m)
	} else {
		after.Mode, after.ACL = m, e.ACL.WithMode(m)
	}
	return after, mode.All, 0
}

// expression is the one for an entry's kind; the zero one changes nothing.
func (r *chmodRequest) expression(e *entry.Entry) (mode.Expr, entry.Facts) {
	if len(r.kinds) == 0 {
		return r.Change, 0
	}
	if e.Kind == mode.Directory {
		return r.kinds[optDirs], 0
	}
	if e.Kind != mode.Regular {
		return mode.Expr{}, 0
	}
	scripts, wanted := r.kinds[optScripts]
	switch {
	case !wanted:
	case e.Known&entry.Content == 0 && e.Denied&entry.Content == 0:
		return mode.Expr{}, entry.Content
	case e.Content&entry.Shebang != 0:
		return scripts, 0
	}
	return r.kinds[optFiles], 0
}

// keepEffective gives the owning group the group bits of m, and leaves everybody who
// is named what the mask lets through now.
func keepEffective(l acl.List, m mode.Mode) acl.List {
	kept := make(acl.List, 0, len(l))
	mask := m.Group()
	for _, e := range l {
		switch e.Tag {
		case acl.UserObj:
			e.Rights = m.Owner()
		case acl.GroupObj:
			e.Rights = m.Group()
		case acl.Other:
			e.Rights = m.Other()
		case acl.User, acl.Group:
			e.Rights = l.Effective(e)
			mask |= e.Rights
		}
		kept = append(kept, e)
	}
	for i := range kept {
		if kept[i].Tag == acl.Mask {
			kept[i].Rights = mask
		}
	}
	return kept
}

// tell tells of a file that is as wanted, or is now.
func (r *chmodRequest) tell(t *teller, x *app.Touched) {
	p := t.program
	name := p.Quoting.Name(x.Path)
	switch {
	case x.Kind == mode.Symlink:
		if t.verbosity == standin.Every {
			p.Say("neither symbolic link %s nor referent has been changed\n", name)
		}
		return
	case x.Fate == app.Changes && r.dry:
		p.Say("mode of %s would change from %s to %s\n", name, modeWords(x.Before, x.Kind), modeWords(x.After, x.Kind))
	case x.Fate == app.Changes && t.verbosity != standin.Quiet:
		p.Say("mode of %s changed from %s to %s\n", name, modeWords(x.Before, x.Kind), modeWords(x.After, x.Kind))
	case x.Fate == app.AsWanted && t.verbosity == standin.Every:
		p.Say("mode of %s retained as %s\n", name, modeWords(x.After, x.Kind))
	}
	if naive := r.Change.Apply(x.Before.Mode, x.Kind, 0); r.Naive && x.After.Mode&^naive != 0 {
		p.Fail("%s: new permissions are %s, not %s", p.Quoting.Bare(x.Path), x.After.Mode.Format(x.Kind)[1:], naive.Format(x.Kind)[1:])
		t.failed = true
	}
}

func modeWords(s entry.State, k mode.Kind) string {
	return fmt.Sprintf("%04o (%s)", uint16(s.Mode), s.Mode.Format(k)[1:])
}

// lostMode tells, for -v, of a file that was not changed.
func lostMode(t *teller, x *app.Touched, seen bool) {
	name := t.program.Quoting.Name(x.Path)
	if !seen || x.Kind == mode.Unknown {
		t.program.Say("%s could not be accessed\n", name)
		return
	}
	t.program.Say("failed to change mode of %s from %s to %s\n", name, modeWords(x.Before, x.Kind), modeWords(x.After, x.Kind))
}

// warn says what was probably meant instead of a suspicious number.
func (r *chmodRequest) warn(p *standin.Program) {
	if r.Silent || r.Text == "" || r.Text[0] < '0' || r.Text[0] > '9' {
		return
	}
	for _, path := range r.Files[:min(len(r.Files), 16)] {
		_, kind, err := app.Found(path)
		if err != nil {
			continue
		}
		if text := r.suspicion(kind); text != "" {
			p.Fail("warning: %s: %s", p.Quoting.Bare(path), text)
			return
		}
	}
}

// suspicion is what is odd about the number for an object of that kind.
func (r *chmodRequest) suspicion(k mode.Kind) string {
	m := r.Change.Apply(0, k, 0)
	for _, s := range m.Suspicions(k) {
		switch {
		case s.Name == "spelling":
			return fmt.Sprintf("%s: %s", m.Octal(), s.Problem)
		case k == mode.Directory && m&mode.OwnerExecute == 0 && r.Recurse:
			return fmt.Sprintf("%s takes the x from directories, and nobody can enter them; did you mean --dirs %s --files %s?",
				m.Octal(), searchable(m).Octal(), m.Octal())
		case k == mode.Directory && m&mode.OwnerExecute == 0:
			return fmt.Sprintf("%s takes the x from a directory, and nobody can enter it; did you mean %s?", m.Octal(), searchable(m).Octal())
		}
	}
	return ""
}

// searchable adds x wherever there is r.
func searchable(m mode.Mode) mode.Mode { return m | (m&mode.Read)>>2 }
