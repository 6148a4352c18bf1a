package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// module is its path, which `make rename` changes.
var module = modulePath()

func modulePath() string {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		panic(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimPrefix(line, "module ")
}

// source is one file of the module that is no test.
type source struct {
	folder, name string // the folder relative to the root of the module
	file         *ast.File
	set          *token.FileSet
}

func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", path.Join(s.folder, s.name), s.set.Position(n.Pos()).Line)
}

// sources parses every Go file of the module, whatever system it is for.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return leaveOut(name, d)
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(name))
		all = append(all, source{filepath.ToSlash(folder), d.Name(), file, set})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d files were found", len(all))
	}
	return all
}

// leaveOut skips what is no part of the module: hidden folders, test data, and
// modules of their own.
func leaveOut(name string, d fs.DirEntry) error {
	if name == root {
		return nil
	}
	_, err := os.Stat(filepath.Join(name, "go.mod"))
	if err == nil || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") {
		return fs.SkipDir
	}
	return nil
}

// place is where a package stands in the list: its position, and its layer.
func place(folder string) (position int, name string, ok bool) {
	for _, l := range layers {
		for _, p := range l.packages {
			if p == folder {
				return position, l.name, true
			}
			position++
		}
	}
	return 0, "", false
}

func TestEveryPackageIsListed(t *testing.T) {
	found := map[string]bool{}
	for _, s := range sources(t) {
		found[s.folder] = true
		if _, _, ok := place(s.folder); !ok {
			t.Errorf("%s is not in the list of packages", s.folder)
		}
	}
	for _, l := range layers {
		for _, p := range l.packages {
			if !found[p] && !hasTests(p) {
				t.Errorf("%s is listed and has no code", p)
			}
		}
	}
}

func hasTests(folder string) bool {
	files, _ := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	return len(files) > 0
}

func TestPackagesImportOnlyThoseBeforeThem(t *testing.T) {
	for _, s := range sources(t) {
		from, layer, _ := place(s.folder)
		for _, imp := range s.file.Imports {
			folder, ours := ourFolder(imp)
			if !ours {
				continue
			}
			to, toLayer, ok := place(folder)
			switch {
			case !ok:
				t.Errorf("%s: imports %s, which is not in the list", s.at(imp), folder)
			case toLayer == tests && layer != tests:
				t.Errorf("%s: %s is for tests only", s.at(imp), folder)
			case to >= from:
				t.Errorf("%s: %s may not import %s, which comes after it", s.at(imp), s.folder, folder)
			}
		}
	}
}

func ourFolder(imp *ast.ImportSpec) (string, bool) {
	p := importPath(imp)
	if p == module {
		return ".", true
	}
	return strings.CutPrefix(p, module+"/")
}

func importPath(imp *ast.ImportSpec) string {
	p, err := strconv.Unquote(imp.Path.Value)
	if err != nil {
		panic(err) // the parser accepted it
	}
	return p
}

func TestBannedImports(t *testing.T) {
	for _, s := range sources(t) {
		_, layer, _ := place(s.folder)
		for _, imp := range s.file.Imports {
			for _, ban := range bans {
				if slices.Contains(ban.except, s.folder) || ban.layers != nil && !slices.Contains(ban.layers, layer) {
					continue
				}
				if slices.ContainsFunc(ban.what, func(what string) bool { return isBelow(importPath(imp), what) }) {
					t.Errorf("%s: imports %s: %s", s.at(imp), imp.Path.Value, ban.why)
				}
			}
		}
	}
}

func isBelow(p, what string) bool { return p == what || strings.HasPrefix(p, what+"/") }

func TestBannedCalls(t *testing.T) {
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			name, ok := qualified(n)
			if !ok {
				return true
			}
			for _, ban := range bannedCalls {
				if slices.Contains(ban.names, name) && !slices.Contains(ban.except, s.folder) {
					t.Errorf("%s: %s: %s", s.at(n), name, ban.why)
				}
			}
			return true
		})
	}
}

// qualified is the name of a selector on a plain identifier: "time.Now".
func qualified(n ast.Node) (string, bool) {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	return x.Name + "." + sel.Sel.Name, true
}

func TestNoInit(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: a package has no init: what it does happens when it is called", s.at(f))
			}
		}
	}
}

// The bits of fs.FileMode beyond the nine lie elsewhere than those of chmod(2):
// converting 04755 by value loses setuid. mode.FromFileMode and Mode.FileMode
// translate them.
func TestModesAreNotConvertedByValue(t *testing.T) {
	for _, s := range sources(t) {
		if s.folder == "mode" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			name, _ := qualified(call.Fun)
			switch name {
			case "os.FileMode", "fs.FileMode":
				if _, literal := call.Args[0].(*ast.BasicLit); !literal {
					t.Errorf("%s: %s of a value: use mode.Mode.FileMode", s.at(call), name)
				}
			case "mode.Mode":
				if asksFileMode(call.Args[0]) {
					t.Errorf("%s: mode.Mode of an fs.FileMode: use mode.FromFileMode", s.at(call))
				}
			}
			return true
		})
	}
}

// asksFileMode tells whether an expression is x.Mode() or x.Perm().
func asksFileMode(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && (sel.Sel.Name == "Mode" || sel.Sel.Name == "Perm") && len(call.Args) == 0
}

// The darwin, freebsd and windows builds are real code for the library and for
// everything that judges; the rest must at least compile there.
func TestItBuildsForOtherSystems(t *testing.T) {
	for _, goos := range []string{"darwin", "freebsd", "windows"} {
		t.Run(goos, func(t *testing.T) {
			cmd := exec.Command("go", "build", "./...")
			cmd.Dir = root
			cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestEveryDependencyHasItsReason(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/decisions/001-dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	for p, at := range foreignImports(t) {
		if !slices.ContainsFunc(prefixes(p), func(m string) bool { return strings.Contains(string(page), "`"+m+"`") }) {
			t.Errorf("%s imports %s, of which docs/decisions/001-dependencies.md says nothing", at, p)
		}
	}
}

// foreignImports is every import from another module, tests' included, with a file
// that has it.
func foreignImports(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return leaveOut(name, d)
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, imp := range file.Imports {
			host, _, _ := strings.Cut(importPath(imp), "/")
			if _, ours := ourFolder(imp); strings.Contains(host, ".") && !ours {
				all[importPath(imp)] = name
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// prefixes is an import path and every path above it.
func prefixes(p string) []string {
	var all []string
	for ; strings.Contains(p, "/"); p = path.Dir(p) {
		all = append(all, p)
	}
	return all
}

func TestArchitecturePageShowsTheList(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, l := range layers {
		want = append(want, "── "+l.name)
		want = append(want, l.packages...)
	}
	if got := listOf(string(page)); !slices.Equal(got, want) {
		t.Errorf("ARCHITECTURE.md lists\n%s\nthe test lists\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// listOf reads the first word of each line in the fenced block that begins with
// the vocabulary, a layer's line up to its colon.
func listOf(page string) []string {
	_, block, _ := strings.Cut(page, "```\n── "+vocabulary)
	block, _, _ = strings.Cut("── "+vocabulary+block, "```")
	var list []string
	for line := range strings.Lines(block) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "── "):
			name, _, _ := strings.Cut(line, ":")
			list = append(list, name)
		default:
			word := strings.Fields(line)[0]
			list = append(list, cleanFolder(word))
		}
	}
	return list
}

func cleanFolder(word string) string {
	if word == "ward.go" {
		return "."
	}
	return strings.TrimSuffix(word, "/")
}
