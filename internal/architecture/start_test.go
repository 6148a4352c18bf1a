package architecture

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// Commands that stand in for chmod and its like start thousands of times a minute in
// scripts. So nothing is computed before main: no table filled, no expression
// compiled. A slice or an array of constants is in the program's image already.
func TestNothingIsComputedBeforeMain(t *testing.T) {
	for _, s := range sources(t) {
		if _, layer, _ := place(s.folder); layer == tests || layer == tools || s.folder == "internal/cli/gen" || strings.HasSuffix(s.name, "_test.go") {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "init" && d.Recv == nil {
					t.Errorf("%s: an init function runs in every start", s.at(d))
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					s.holdVariables(t, d)
				}
			}
		}
	}
}

// free are calls whose result costs nothing worth speaking of: sentinels, and
// what waits for its first use.
var free = map[string]bool{"errors.New": true, "sync.OnceValue": true, "sync.OnceFunc": true, "expression": true, "fmt.Errorf": true, "bits.Len": true, "len": true}

func (s source) holdVariables(t *testing.T, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		for _, value := range spec.(*ast.ValueSpec).Values {
			ast.Inspect(value, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncLit:
					return false
				case *ast.CompositeLit:
					if _, isMap := n.Type.(*ast.MapType); isMap {
						t.Errorf("%s: a map is filled in every start; a function or an array is not", s.at(n))
					}
				case *ast.CallExpr:
					if name := called(n); name != "" && !free[name] {
						t.Errorf("%s: %s is called in every start", s.at(n), name)
					}
				}
				return true
			})
		}
	}
}

// called is the name of what is called, "" for a conversion to a type that has none.
func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
		return f.Sel.Name
	}
	return ""
}
