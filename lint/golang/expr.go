package golang

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"

	"ward/lint/source"
)

func (v visitor) call(n *ast.CallExpr) *source.Call {
	if c, ok := v.calls[n]; ok {
		return c
	}
	c := &source.Call{Span: v.span(n), Function: v.function, Deferred: v.deferred[n], Ignored: v.ignored[n], Combined: v.combined[n]}
	v.calls[n] = c
	if c.Callee = v.dotted(n.Fun); c.Callee == "" {
		if method, ok := n.Fun.(*ast.SelectorExpr); ok {
			c.Callee = "." + method.Sel.Name
		}
	}
	if method, ok := n.Fun.(*ast.SelectorExpr); ok && !v.isPackage(method.X) {
		receiver := v.expr(method.X)
		c.Receiver = &receiver
	}
	for i, arg := range n.Args {
		flat := n.Ellipsis.IsValid() && i == len(n.Args)-1
		c.Args = append(c.Args, source.Arg{Value: v.expr(arg), Flat: flat})
	}
	return c
}

func (r *reader) isPackage(e ast.Expr) bool {
	name, ok := e.(*ast.Ident)
	if !ok {
		return false
	}
	_, ok = r.imports[name.Name]
	return ok
}

// expr is an expression as far as modes and paths need it.
func (v visitor) expr(e ast.Expr) source.Expr {
	x := source.Expr{Span: v.span(e)}
	switch e := e.(type) {
	case *ast.BasicLit:
		literal(&x, e)
	case *ast.Ident, *ast.SelectorExpr:
		if x.Text = v.dotted(e); x.Text != "" {
			x.Kind = source.Name
		}
	case *ast.ParenExpr:
		return v.expr(e.X)
	case *ast.UnaryExpr:
		x.Kind, x.Op, x.Parts = source.Unary, e.Op.String(), []source.Expr{v.expr(e.X)}
	case *ast.BinaryExpr:
		x.Kind, x.Op, x.Parts = source.Binary, e.Op.String(), []source.Expr{v.expr(e.X), v.expr(e.Y)}
	case *ast.CallExpr:
		if _, ok := e.Fun.(*ast.ArrayType); ok && len(e.Args) == 1 { // []byte("text")
			return v.expr(e.Args[0])
		}
		x.Kind, x.Call = source.Invocation, v.call(e)
	case *ast.CompositeLit:
		v.elements(&x, e)
	}
	return x
}

// mostElements is how long a literal may be that is looked into: a longer one is data.
const mostElements = 64

func (v visitor) elements(x *source.Expr, e *ast.CompositeLit) {
	if len(e.Elts) > mostElements {
		return
	}
	x.Kind = source.Sequence
	for _, element := range e.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			x.Parts = append(x.Parts, v.expr(element))
			continue
		}
		x.Kind = source.Table
		x.Parts = append(x.Parts, source.Expr{
			Span: v.span(pair), Kind: source.Pair, Text: v.dotted(pair.Key), Parts: []source.Expr{v.expr(pair.Value)},
		})
	}
}

func literal(x *source.Expr, e *ast.BasicLit) {
	switch e.Kind {
	case token.STRING:
		if text, err := strconv.Unquote(e.Value); err == nil {
			x.Kind, x.Text = source.Text, text
		}
	case token.INT:
		if n, err := strconv.ParseUint(e.Value, 0, 64); err == nil {
			x.Kind, x.Text, x.Value, x.Radix = source.Number, e.Value, n, radix(e.Value)
		}
	}
}

// radix is the base in which a Go literal is written (The Go Programming Language
// Specification, Integer literals).
func radix(text string) int {
	if len(text) < 2 || text[0] != '0' {
		return 10
	}
	switch strings.ToLower(text[1:2]) {
	case "x":
		return 16
	case "b":
		return 2
	}
	return 8
}
