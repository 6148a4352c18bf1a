package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"ward/lint/bits"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// statements reads a list of statements that stand in function.
func (r *reader) statements(list []*syntax.Stmt, function int) {
	for _, s := range list {
		r.statement(s, function)
	}
}

// statement reads a statement and all that stands in it. A subshell is a function of
// its own: its umask ends with it.
func (r *reader) statement(s *syntax.Stmt, function int) {
	if s == nil {
		return
	}
	first := len(r.script.Effects)
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		r.command(c, s, function)
	case *syntax.FuncDecl:
		name := ""
		if c.Name != nil {
			name = c.Name.Value
		}
		r.statement(c.Body, r.function(c, name, function))
	case *syntax.Subshell:
		r.statements(c.Stmts, r.function(c, "", function))
	case *syntax.Block:
		r.statements(c.Stmts, function)
	case *syntax.IfClause:
		r.branches(c, function)
	case *syntax.WhileClause:
		r.statements(c.Cond, function)
		r.statements(c.Do, function)
	case *syntax.ForClause:
		r.statements(c.Do, function)
	case *syntax.CaseClause:
		for _, item := range c.Items {
			r.statements(item.Stmts, function)
		}
	case *syntax.BinaryCmd:
		r.statement(c.X, function)
		r.statement(c.Y, function)
	case *syntax.TestDecl:
		r.statement(c.Body, r.function(c, "", function))
	case *syntax.TimeClause:
		r.statement(c.Stmt, function)
	}
	r.redirections(s, function, first)
	r.substitutions(s, function)
}

func (r *reader) branches(c *syntax.IfClause, function int) {
	for ; c != nil; c = c.Else {
		r.statements(c.Cond, function)
		r.statements(c.Then, function)
	}
}

func (r *reader) function(n syntax.Node, name string, outer int) int {
	r.script.Functions = append(r.script.Functions, source.Function{Span: r.span(n), Name: name, Outer: outer})
	return len(r.script.Functions) - 1
}

// substitutions reads the commands in $(…) of a simple command: those of others are met
// on the way down.
func (r *reader) substitutions(s *syntax.Stmt, function int) {
	call, ok := s.Cmd.(*syntax.CallExpr)
	if !ok {
		return
	}
	syntax.Walk(call, func(n syntax.Node) bool {
		if sub, ok := n.(*syntax.CmdSubst); ok {
			r.statements(sub.Stmts, r.function(sub, "", function))
			return false
		}
		return true
	})
}

// redirections is the files that a statement's > makes. What is written there is what
// the command is.
func (r *reader) redirections(s *syntax.Stmt, function, first int) {
	for _, d := range s.Redirs {
		if d.Op != syntax.RdrOut && d.Op != syntax.RdrClob && d.Op != syntax.AppOut && d.Op != syntax.RdrAll {
			continue
		}
		path := r.operand(d.Word)
		if strings.HasPrefix(path.Known, "/dev/") || d.N != nil && d.N.Value == "2" {
			continue
		}
		made := effect.Effect{
			Span: r.span(d), Verb: effect.Create, API: ">", Path: path, Kind: mode.Regular, Function: function,
			Masked: true, Default: true, Truncates: d.Op != syntax.AppOut, Follows: true,
			Mode: effect.Mode{Given: true, Value: bits.Of(uint64(mode.Request(mode.Regular)))},
			Data: effect.Operand{Span: r.span(s), Name: r.script.File.At(r.span(s))},
		}
		if call, ok := s.Cmd.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			made.Data.Known = r.line(call.Args)
		}
		r.script.Effects = append(r.script.Effects, effect.Effect{})
		copy(r.script.Effects[first+1:], r.script.Effects[first:])
		r.script.Effects[first] = made
	}
}

// line is the words of a command with a space between.
func (r *reader) line(words []*syntax.Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i], _ = r.text(w.Parts, 0)
	}
	return strings.Join(texts, " ")
}

// command reads a simple command: what stands before the real one (sudo, env, xargs)
// is looked through.
func (r *reader) command(c *syntax.CallExpr, s *syntax.Stmt, function int) {
	words := make([]effect.Operand, len(c.Args))
	for i, w := range c.Args {
		words[i] = r.operand(w)
	}
	e := effect.Effect{Span: r.span(s), Function: function}
	if end := len(c.Args); end > 0 {
		e.Span = source.Span{Start: r.span(c).Start, End: r.span(c.Args[end-1]).End}
	}
	r.words(words, e)
}

// words reads a command of which only the words are known.
func (r *reader) words(words []effect.Operand, e effect.Effect) {
	words, e.AsRoot = r.unwrapped(words, e.AsRoot)
	if len(words) == 0 {
		return
	}
	name := path.Base(words[0].Known)
	if name == "find" {
		r.find(words[1:], e)
		return
	}
	if read, ok := r.commands[name]; ok {
		e.API = name
		read(r, parseOptions(words[1:], name), e)
	}
}

// wrappers are commands that run another one, with the options of theirs that take a
// word of its own.
func wrappers() map[string]string {
	return map[string]string{
		"sudo": "ugpCDhRrTt", "doas": "uC", "env": "uCS", "command": "", "exec": "a", "nice": "n", "ionice": "cn", "nohup": "",
		"time": "fo", "timeout": "ks", "xargs": "IEnPLsda", "busybox": "", "setsid": "", "chroot": "", "stdbuf": "ioe", "run": "",
	}
}

// unwrapped is the command inside sudo, env and the like, and whether it runs as root.
func (r *reader) unwrapped(words []effect.Operand, root bool) ([]effect.Operand, bool) {
	for len(words) > 0 {
		name := path.Base(words[0].Known)
		takes, ok := r.wrappers[name]
		if !ok {
			return words, root
		}
		root = root || name == "sudo" || name == "doas"
		words = words[1:]
		for len(words) > 0 && (strings.HasPrefix(words[0].Known, "-") || strings.Contains(words[0].Known, "=")) {
			option := words[0].Known
			words = words[1:]
			if len(option) == 2 && strings.Contains(takes, option[1:]) && len(words) > 0 {
				words = words[1:]
			}
			if option == "--" {
				break
			}
		}
		if (name == "timeout" || name == "chroot") && len(words) > 0 {
			words = words[1:]
		}
	}
	return words, root
}

// find reads the command after -exec, which is run on what find finds; -type tells
// what that is.
func (r *reader) find(words []effect.Operand, e effect.Effect) {
	for i := 0; i < len(words); i++ {
		switch words[i].Known {
		case "-type":
			if i+1 < len(words) {
				e.Kind = map[string]mode.Kind{"d": mode.Directory, "f": mode.Regular, "l": mode.Symlink}[words[i+1].Known]
			}
		case "-exec", "-execdir", "-ok", "-okdir":
			end := i + 1
			for end < len(words) && words[end].Known != ";" && words[end].Known != "+" {
				end++
			}
			r.words(words[i+1:end], e)
			i = end
		}
	}
}
