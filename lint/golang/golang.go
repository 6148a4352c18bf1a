// Package golang reads Go for the linter, with the standard library's parser. Types are
// not checked: a file must be understood without what it imports.
package golang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"

	"ward/lint/meaning"
	"ward/lint/source"
)

// Parser reads Go files of which only the calls matter that a language means something
// by, and what is put into those.
func Parser(language *meaning.Language) func(*source.File) *source.Unit {
	return func(f *source.File) *source.Unit {
		return parse(f, func(method string) bool { _, ok := language.APIs[method]; return ok })
	}
}

// Parse is what stands in a Go file. What the parser cannot read is a note, and what
// it read before is there.
func Parse(f *source.File) *source.Unit {
	return parse(f, func(string) bool { return true })
}

func parse(f *source.File, wanted func(method string) bool) *source.Unit {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, f.Path, f.Text, parser.ParseComments|parser.SkipObjectResolution)
	unit := &source.Unit{File: f}
	if err != nil {
		unit.Notes = append(unit.Notes, source.Note{Text: err.Error()})
	}
	if tree == nil {
		return unit
	}
	r := &reader{unit: unit, base: set.File(tree.FileStart).Base(), imports: imports(tree), deferred: map[*ast.CallExpr]bool{}, ignored: map[*ast.CallExpr]bool{}, combined: map[ast.Expr]bool{}, wanted: wanted, calls: map[*ast.CallExpr]*source.Call{}}
	unit.Package = tree.Name.Name
	r.comments(tree)
	ast.Walk(visitor{r, -1}, tree)
	return unit
}

// A reader turns one syntax tree into a unit.
type reader struct {
	unit     *source.Unit
	base     int
	deferred map[*ast.CallExpr]bool
	ignored  map[*ast.CallExpr]bool // statements of their own
	combined map[ast.Expr]bool      // operands of & and shifts
	wanted   func(method string) bool
	calls    map[*ast.CallExpr]*source.Call // that were read already: a chain is met at each of its levels
	imports  map[string]string              // the names by which packages are called here, to their own
}

// imports is the packages that a file calls by a name that may not be their own, as
// the last component of their path.
func imports(tree *ast.File) map[string]string {
	names := map[string]string{}
	for _, i := range tree.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		own := path[strings.LastIndexByte(path, '/')+1:]
		if i.Name != nil {
			names[i.Name.Name] = own
		} else {
			names[own] = own
		}
	}
	return names
}

func (r *reader) comments(tree *ast.File) {
	for _, group := range tree.Comments {
		for _, c := range group.List {
			text := strings.TrimSuffix(strings.TrimLeft(c.Text, "/*"), "*/")
			r.unit.Comments = append(r.unit.Comments, source.Comment{Span: r.span(c), Text: text})
		}
	}
}

// span is where a node stands. The parser places what is missing behind the end.
func (r *reader) span(n ast.Node) source.Span {
	size := len(r.unit.File.Text)
	return source.Span{Start: min(int(n.Pos())-r.base, size), End: min(int(n.End())-r.base, size)}
}

// A visitor walks the tree within one function.
type visitor struct {
	*reader
	function int
}

// Visit implements ast.Visitor.
func (v visitor) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return v.enter(n, n.Name.Name)
	case *ast.FuncLit:
		return v.enter(n, "")
	case *ast.DeferStmt:
		v.deferred[n.Call] = true
	case *ast.ExprStmt:
		if call, ok := n.X.(*ast.CallExpr); ok {
			v.ignored[call] = true
		}
	case *ast.BinaryExpr:
		v.combines(n)
	case *ast.CallExpr:
		if v.wanted(called(n)) {
			v.unit.Calls = append(v.unit.Calls, v.call(n))
		}
	case *ast.GenDecl:
		v.declaration(n)
	case *ast.AssignStmt:
		v.assignment(n)
	}
	return v
}

// combines marks what is masked or shifted.
func (v visitor) combines(n *ast.BinaryExpr) {
	switch n.Op {
	case token.AND, token.AND_NOT, token.SHL, token.SHR:
		v.combined[ast.Unparen(n.X)], v.combined[ast.Unparen(n.Y)] = true, true
	}
}

// called is the last component of what a call calls.
func called(n *ast.CallExpr) string {
	switch f := n.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

func (v visitor) enter(n ast.Node, name string) ast.Visitor {
	v.unit.Functions = append(v.unit.Functions, source.Function{Span: v.span(n), Name: name, Outer: v.function})
	return visitor{v.reader, len(v.unit.Functions) - 1}
}

// declaration is the constants and variables of one declaration. A constant without a
// value repeats the expression before it, which only iota would change.
func (v visitor) declaration(d *ast.GenDecl) {
	if d.Tok != token.CONST && d.Tok != token.VAR {
		return
	}
	for _, spec := range d.Specs {
		value, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, name := range value.Names {
			if i >= len(value.Values) {
				break
			}
			v.assign(value, name.Name, value.Values[i], "", d.Tok == token.CONST)
		}
	}
}

func (v visitor) assignment(s *ast.AssignStmt) {
	op := strings.TrimSuffix(strings.TrimSuffix(s.Tok.String(), "="), ":")
	for i, left := range s.Lhs {
		name := v.dotted(left)
		if name == "" {
			continue
		}
		if len(s.Rhs) == len(s.Lhs) || i == 0 { // the first of several results is the value
			v.assign(s, name, s.Rhs[i], op, false)
			continue
		}
		v.unit.Assigns = append(v.unit.Assigns, source.Assign{Span: v.span(s), Name: name, Function: v.function})
	}
}

func (v visitor) assign(n ast.Node, name string, value ast.Expr, op string, constant bool) {
	v.unit.Assigns = append(v.unit.Assigns, source.Assign{
		Span: v.span(n), Name: name, Value: v.expr(value), Op: op, Const: constant, Function: v.function,
	})
}

// dotted is a name with its packages, by their own names; "" for anything else.
func (r *reader) dotted(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		if own, ok := r.imports[e.Name]; ok {
			return own
		}
		return e.Name
	case *ast.SelectorExpr:
		if x := r.dotted(e.X); x != "" {
			return x + "." + e.Sel.Name
		}
	case *ast.ParenExpr:
		return r.dotted(e.X)
	}
	return ""
}
