package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"ward"
	"ward/account"
	"ward/account/template"
	"ward/finding"
	"ward/ident"
	"ward/internal/host/accounts"
	"ward/policy"
)

// GroupsCompileRequest asks for the groups of a template to become those of a system.
type GroupsCompileRequest struct {
	Template string
	Root     string // of the system's tree; "" or "/": the running one
	template.Options

	hook func(step string) // for tests that stop the process there
}

// GroupsCompiled is what a template would change. Write does it.
type GroupsCompiled struct {
	Root     string
	Template string
	Changes  []template.Change
	Groups   int      // of the template
	Nested   int      // groups and metagroups that others name
	Doubts   []string // why the template should not be trusted, in words
	Cached   []string // programs that keep groups in mind, as commands that make them forget

	request  GroupsCompileRequest
	template *template.Template
}

// GroupsCompile reads a template and works out what it would change. Nothing is
// written. Mistakes in the template, and in the files of the system, are a
// *PolicyError.
func GroupsCompile(ctx context.Context, q GroupsCompileRequest) (*GroupsCompiled, error) {
	root, err := systemRoot(q.Root)
	if err != nil {
		return nil, err
	}
	t, err := loadTemplate(ctx, q.Template)
	if err != nil {
		return nil, err
	}
	c := &GroupsCompiled{Root: root, Template: q.Template, request: q, template: t}
	compiled, _, err := c.compile()
	if err != nil {
		return nil, err
	}
	c.Changes = compiled.Changes
	c.count()
	c.Doubts = distrust(t.Files)
	if isRunning(root) {
		c.Cached = caches()
	}
	return c, nil
}

// loadTemplate reads a template with all that it includes.
func loadTemplate(ctx context.Context, file string) (*template.Template, error) {
	t, err := template.Parse(file, func(name string) ([]byte, error) {
		return readFile(ctx, "read a template of groups", filepath.FromSlash(name))
	})
	return t, asPolicyError(err)
}

// asPolicyError gives mistakes in a template the form that those of policies have.
func asPolicyError(err error) error {
	var problems template.Problems
	if !errors.As(err, &problems) {
		return err
	}
	var all policy.Problems
	for _, p := range problems {
		message := p.Message
		if p.At.Via != nil {
			message += fmt.Sprintf(" (the macro is used at %s:%d)", p.At.Via.File, p.At.Via.Line)
		}
		all = append(all, policy.Problem{File: p.At.File, Line: p.At.Line, Column: p.At.Column, Severity: finding.Error, Message: message, Hint: p.Hint})
	}
	return &PolicyError{all}
}

// compile works the template into the files as they are now. shadowed tells that there
// is a gshadow.
func (c *GroupsCompiled) compile() (compiled *template.Compiled, shadowed bool, err error) {
	base, err := accountBase(c.Root)
	if err != nil {
		return nil, false, err
	}
	compiled, err = template.Compile(c.template, base, c.request.Options)
	return compiled, base.GShadow != nil, asPolicyError(err)
}

// accountBase is the files of a system that a template is compiled into.
func accountBase(root string) (*template.Base, error) {
	g := &accountFacts{root: root, options: lookupIn(root)}
	if err := g.files(); err != nil {
		return nil, err
	}
	if !g.there("etc/group") {
		return nil, &RequestError{
			Problem: fmt.Sprintf("%s is not there", filepath.Join(root, "etc/group")),
			Hint:    "groups go into a file that is there, and keep its mode and owner: make an empty one first",
		}
	}
	for _, missed := range g.unseen.First {
		if filepath.Base(missed.Path) == "gshadow" { // the other files are no template's matter
			return nil, fmt.Errorf("read %q: %w", missed.Path, missed.Err)
		}
	}
	if isRunning(root) {
		g.system.Outside = accounts.Beyond()
	}
	g.named()
	users := map[string]bool{}
	primary := map[ident.GID][]string{}
	for l := range g.system.Users.Records {
		users[l.Value.Name] = true
		primary[l.Value.GID] = append(primary[l.Value.GID], l.Value.Name)
	}
	return &template.Base{
		Group: g.system.Groups, GShadow: g.system.GShadow,
		Primary: func(gid ident.GID) []string { return primary[gid] },
		User: func(name string) account.Answer {
			if users[name] {
				return account.Yes
			}
			return g.beyond(name)
		},
		Unread: unread(&g.system.Users),
	}, nil
}

// there reports whether a file that accounts stand in exists.
func (g *accountFacts) there(name string) bool {
	text, err := g.read(name)
	return err == nil && text != nil
}

// named gives the account files the names under which they are to be found from here,
// for messages.
func (g *accountFacts) named() {
	for _, path := range []*string{&g.system.Users.Path, &g.system.Groups.Path} {
		*path = filepath.Join(g.root, *path)
	}
	if g.system.GShadow != nil {
		g.system.GShadow.Path = filepath.Join(g.root, g.system.GShadow.Path)
	}
}

// unread tells of the lines of passwd that cannot be read, by the names they begin with.
func unread(users *account.File[account.Entry]) func(string) (template.Problem, bool) {
	broken := map[string]template.Problem{}
	for _, l := range users.Lines {
		if l.Kind != account.Broken {
			continue
		}
		name, _, _ := strings.Cut(l.Text(), ":")
		broken[name] = template.Problem{At: template.Position{File: users.Path, Line: l.Number, Column: 1}, Message: l.Problem, Hint: "mend the line first: ward groups check says what is wrong"}
	}
	return func(name string) (template.Problem, bool) {
		p, ok := broken[name]
		return p, ok
	}
}

// beyond says whether a source beside the files knows a user.
func (g *accountFacts) beyond(name string) account.Answer {
	for _, source := range g.system.Switch.Sources("passwd") {
		switch source {
		case "files", "compat":
		case "systemd":
			if name == "root" || name == "nobody" {
				return account.Yes
			}
		default:
			if g.system.Outside.User == nil {
				return account.CannotTell
			}
			_, answer := g.system.Outside.User(name)
			return answer
		}
	}
	return account.No
}

// count says how much the template holds.
func (c *GroupsCompiled) count() {
	named := map[string]bool{}
	for _, g := range c.template.Groups {
		if !g.Meta {
			c.Groups++
		}
		for _, m := range g.Members {
			if m.Group {
				named[m.Name] = true
			}
		}
	}
	c.Nested = len(named)
}

// distrust says which files of a template others may write: they would decide who is
// in which group.
func distrust(files []string) (doubts []string) {
	for _, file := range files {
		info, err := os.Stat(file)
		if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o022 != 0 {
			doubts = append(doubts, fmt.Sprintf("%s can be written by others (mode %04o), who then decide who is in which group: ward chmod go-w %s", file, info.Mode().Perm(), file))
		}
	}
	return doubts
}

// caches are commands that make programs forget the groups that they keep in mind.
func caches() (commands []string) {
	for socket, command := range map[string]string{"/run/nscd/socket": "nscd -i group", "/var/lib/sss/pipes/nss": "sss_cache -G"} {
		if _, err := os.Stat(socket); err == nil {
			commands = append(commands, command)
		}
	}
	return commands
}

// ChangedMeanwhileError says that what would be written is not what was shown.
type ChangedMeanwhileError struct{ Root string }

func (e *ChangedMeanwhileError) Error() string {
	return "the groups of " + e.Root + " were changed meanwhile, and what the template would change is not what was shown: nothing was written"
}

// Write makes the changes under the system's own locks, in which the files are read
// again. The old files are kept as group- and gshadow-.
func (c *GroupsCompiled) Write() (err error) {
	c.step("start")
	locks, err := accounts.Lock(c.Root, "group", "gshadow")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, locks.Unlock()) }()
	c.step("locked")
	now, shadowed, err := c.compile()
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(now.Changes, c.Changes) {
		return &ChangedMeanwhileError{c.Root}
	}
	if touches(now.Changes, false) {
		if err := c.replace(locks, "group", now.Group); err != nil {
			return err
		}
	}
	if shadowed && touches(now.Changes, true) {
		return c.replace(locks, "gshadow", now.GShadow)
	}
	return nil
}

func touches(changes []template.Change, shadow bool) bool {
	for _, x := range changes {
		if x.Shadow == shadow {
			return true
		}
	}
	return false
}

// replace puts a new file in the place of the old one, which is kept.
func (c *GroupsCompiled) replace(locks *accounts.Locks, name, text string) error {
	c.step(name + ": locked")
	if err := locks.Backup(name); err != nil {
		return err
	}
	c.step(name + ": kept")
	content := io.Reader(strings.NewReader(text))
	if c.request.hook != nil {
		content = &halfway{content, len(text) / 2, func() { c.step(name + ": half written") }}
	}
	if err := ward.Replace(filepath.Join("etc", name), content, ward.ReplaceOptions{Root: c.Root}); err != nil {
		return err
	}
	c.step(name + ": replaced")
	return nil
}

func (c *GroupsCompiled) step(name string) {
	if c.request.hook != nil {
		c.request.hook(name)
	}
}

// halfway calls a function when half of a text has been read.
type halfway struct {
	io.Reader
	rest int
	do   func()
}

func (h *halfway) Read(p []byte) (int, error) {
	if h.rest > 0 && len(p) > h.rest {
		p = p[:h.rest]
	} else if h.rest == 0 && h.do != nil {
		h.do()
		h.do = nil
	}
	n, err := h.Reader.Read(p)
	h.rest = max(0, h.rest-n)
	return n, err
}

// GroupsDecompileRequest asks for a template that makes a group file.
type GroupsDecompileRequest struct {
	Root string
	template.Proposal
}

// GroupsDecompile proposes a template.
func GroupsDecompile(q GroupsDecompileRequest) (string, error) {
	root, err := systemRoot(q.Root)
	if err != nil {
		return "", err
	}
	g := &accountFacts{root: root, options: lookupIn(root)}
	if err := g.files(); err != nil {
		return "", err
	}
	g.named()
	text, err := template.Decompile(g.system.Groups, g.system.GShadow, q.Proposal)
	if err != nil {
		return "", asPolicyError(err)
	}
	return text, proves(text, g)
}

// proves compiles a proposal into the files that it was made of: nothing may change.
func proves(text string, g *accountFacts) error {
	t, err := template.Parse("the proposal", func(string) ([]byte, error) { return []byte(text), nil })
	if err != nil {
		return fmt.Errorf("the proposed template is no template: %w", err)
	}
	c, err := template.Compile(t, &template.Base{Group: g.system.Groups, GShadow: g.system.GShadow}, template.Options{})
	if err != nil {
		return fmt.Errorf("the proposed template cannot be compiled: %w", err)
	}
	if t.OwnsAll {
		return nil // what it leaves out is meant to go
	}
	for _, x := range c.Changes {
		if !x.Shadow {
			return fmt.Errorf("the proposed template would change %s from %q to %q", x.Name, x.Before, x.After)
		}
	}
	return nil
}
