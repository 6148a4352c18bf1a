package lint_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"ward/lint"
	"ward/lint/read"
	"ward/lint/source"
)

var relabel = flag.Bool("relabel", false, "add unlabelled findings in real code to testdata/real.txt")

const labels = "testdata/real.txt"

// Every default finding in the Go toolchain's library and in the modules that ward is
// built of is labelled. Trees are pinned by their version: modules by go.mod; another
// toolchain than the one that is labelled says nothing. A label is right, or wrong where a reviewer would
// reject the finding.
func TestRealCode(t *testing.T) {
	known, trees := readLabels(t)
	files, rejected := 0, 0
	var fresh []string
	here := realTrees(t)
	for _, name := range trees {
		if here[name] == "" && strings.Contains(name, "@") {
			t.Errorf("%s: %s is labelled, and go.mod has another version: label it anew with -relabel", labels, name)
		}
	}
	for name, dir := range here {
		if !slices.Contains(trees, name) && !*relabel {
			continue
		}
		n, places := defaultFindings(t, dir)
		files += n
		for _, place := range places {
			switch verdict := known[name+" "+place]; {
			case verdict == "":
				t.Errorf("%s: not labelled: %s", name, place)
				fresh = append(fresh, fmt.Sprintf("%s %s ?", name, place))
			case verdict == "wrong" && !strings.Contains(place, "test"):
				rejected++
			}
			delete(known, name+" "+place)
		}
		for gone := range known {
			if strings.HasPrefix(gone, name+" ") {
				t.Errorf("labelled, and not found: %s", gone)
			}
		}
	}
	if *relabel {
		appendLabels(t, fresh)
	}
	if files == 0 {
		t.Error("no tree was read")
	}
	t.Logf("%d files, %d findings outside tests that a reviewer would reject", files, rejected)
	if rejected > files/5000 {
		t.Errorf("%d rejected in %d files: at most one in 5,000", rejected, files)
	}
}

func readLabels(t *testing.T) (verdicts map[string]string, trees []string) {
	t.Helper()
	text, err := os.ReadFile(labels)
	if err != nil {
		t.Fatal(err)
	}
	verdicts = map[string]string{}
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		switch words := strings.Fields(line); {
		case len(words) == 2 && words[0] == "tree":
			trees = append(trees, words[1])
		case len(words) == 4 && (words[3] == "right" || words[3] == "wrong"):
			verdicts[strings.Join(words[:3], " ")] = words[3]
		case len(words) > 0:
			t.Errorf("%s: %q", labels, line)
		}
	}
	return verdicts, trees
}

func appendLabels(t *testing.T, lines []string) {
	t.Helper()
	text, err := os.ReadFile(labels)
	if err == nil {
		err = os.WriteFile(labels, append(text, strings.Join(lines, "\n")+"\n"...), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// realTrees is the folders of the toolchain's library and of the modules that are here.
func realTrees(t *testing.T) map[string]string {
	t.Helper()
	trees := map[string]string{runtime.Version(): filepath.Join(goCommand(t, "env", "GOROOT"), "src")}
	for line := range strings.Lines(goCommand(t, "list", "-deps", "-f", "{{with .Module}}{{.Path}}@{{.Version}} {{.Dir}}{{end}}", "ward/...")) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "ward@") {
			continue
		}
		if name, dir, ok := strings.Cut(line, " "); ok {
			trees[name] = dir
		}
	}
	return trees
}

func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), "go", args...)
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly")
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Fatalf("go %s: %s", strings.Join(args, " "), failed.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// defaultFindings lints the Go files and scripts of a tree by the default rules.
func defaultFindings(t *testing.T, root string) (n int, places []string) {
	t.Helper()
	front := read.All()
	together := map[string][]*source.File{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		language, dialect, ok := read.For(rel, nil)
		if !ok || language != source.Go && language != source.Shell {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || len(text) > 2<<20 {
			return err
		}
		dir := filepath.Dir(rel)
		together[dir] = append(together[dir], &source.File{Path: rel, Language: language, Dialect: dialect, Zone: read.ZoneOf(rel, text[:min(len(text), 1024)]), Text: text})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, files := range together {
		n += len(files)
		for _, script := range front.Package(files) {
			for _, f := range lint.Check(script, lint.Options{}) {
				line, _ := f.File.Position(f.Start)
				places = append(places, fmt.Sprintf("%s:%d %s", f.File.Path, line, f.Rule.ID))
			}
		}
	}
	slices.Sort(places)
	return n, places
}
