package lexed_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ward/lint/lexed"
	"ward/lint/source"
)

// A peerFile is the calls of one file as the language's own parser sees them.
type peerFile struct {
	Path      string
	Text      string // where the parser did not read Path itself
	Calls     []peerCall
	Formatted []string // the names of those whose places the parser does not tell
}

type peerCall struct {
	Start, End int
	Name       string      // the last component
	Args       [][2]string // name and value: i42, stext, nname, b for bytes, * or ?
}

func (c peerCall) String() string { return fmt.Sprintf("%d-%d %s%q", c.Start, c.End, c.Name, c.Args) }

// peerFiles is what a program says of the files whose names it is given.
func peerFiles(t *testing.T, files []string, program string, args ...string) []peerFile {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n") + "\n")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, complaints.String())
	}
	var all []peerFile
	for line := range bytes.Lines(out) {
		var f peerFile
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatalf("%s: %v: %.200s", program, err, line)
		}
		if f.Text == "" {
			text, err := os.ReadFile(f.Path)
			if err != nil {
				t.Fatal(err)
			}
			f.Text = string(text)
		}
		all = append(all, f)
	}
	return all
}

// value is an argument as peers write it.
func value(a source.Arg, text string) [2]string {
	e := a.Value
	switch {
	case a.Flat:
		return [2]string{a.Name, "*"}
	case e.Kind == source.Number:
		return [2]string{a.Name, fmt.Sprint("i", e.Value)}
	case e.Kind == source.Text:
		return [2]string{a.Name, "s" + e.Text}
	case e.Kind == source.Name:
		return [2]string{a.Name, "n" + strings.Join(strings.Fields(text[e.Start:e.End]), "")}
	}
	return [2]string{a.Name, "?"}
}

func lastName(callee string) string { return callee[strings.LastIndexByte(callee, '.')+1:] }

// agree holds a dialect against the language's own parser: the same calls at the same
// places, with the same arguments. It returns how many there were.
func agree(t *testing.T, d *lexed.Dialect, language source.Language, peers []peerFile) (calls int) {
	t.Helper()
	wrong := 0
	for _, f := range peers {
		unit := d.Parse(&source.File{Path: f.Path, Language: language, Text: []byte(f.Text)})
		want := map[int]peerCall{}
		for _, c := range f.Calls {
			want[c.End] = c
		}
		calls += len(f.Calls) + len(f.Formatted)
		unplaced := slices.Clone(f.Formatted)
		for _, c := range unit.Calls {
			got := peerCall{Start: c.Start, End: c.End, Name: lastName(c.Callee)}
			for _, a := range c.Args {
				got.Args = append(got.Args, value(a, f.Text))
			}
			if strings.HasPrefix(got.Name, "__builtin_") {
				delete(want, c.End) // clang makes something else of some
				continue
			}
			peer, ok := want[c.End]
			delete(want, c.End)
			if strings.HasPrefix(f.Text[c.Start:], peer.Name) && ok {
				got.Name = peer.Name // another name than an import's own
			}
			if !ok {
				if i := slices.Index(unplaced, got.Name); i >= 0 {
					unplaced = slices.Delete(unplaced, i, i+1)
					continue
				}
				wrong = complain(t, wrong, "%s:%d: here only: %v: %.100q", f.Path, lineOf(f.Text, c.Start), got, f.Text[c.Start:c.End])
			} else if !alike(got, peer) {
				wrong = complain(t, wrong, "%s:%d:\n here %v\nthere %v", f.Path, lineOf(f.Text, c.Start), got, peer)
			}
		}
		for _, c := range want {
			wrong = complain(t, wrong, "%s:%d: there only: %v", f.Path, lineOf(f.Text, c.Start), c)
		}
		for _, name := range unplaced {
			wrong = complain(t, wrong, "%s: there only: %s", f.Path, name)
		}
	}
	if wrong > 0 {
		t.Errorf("%d calls differ", wrong)
	}
	t.Logf("%d calls in %d files are alike", calls-wrong, len(peers))
	return calls
}

func complain(t *testing.T, before int, format string, args ...any) int {
	t.Helper()
	if before < 25 {
		t.Errorf(format, args...)
	}
	return before + 1
}

// alike tells whether two calls are the same.
func alike(a, b peerCall) bool {
	if a.Start != b.Start || a.Name != b.Name || len(a.Args) != len(b.Args) {
		return false
	}
	for i := range a.Args {
		x, y := a.Args[i], b.Args[i]
		if strings.HasPrefix(x[1], "n") && strings.HasPrefix(y[1], "n") {
			x[1], y[1] = lastWord(x[1]), lastWord(y[1])
		}
		if x != y && !(y[1] == "b" && strings.HasPrefix(x[1], "s")) {
			return false
		}
	}
	return true
}

// lastWord is the last part of a name, without what stands before it: (type)a->b.
func lastWord(name string) string { return name[strings.LastIndexAny(name[1:], ".>()*:\\")+2:] }

func lineOf(text string, offset int) int {
	return 1 + strings.Count(text[:min(offset, len(text))], "\n")
}

// filesBelow is the files below folders whose names end so, at most that many, spread
// evenly. All of them with WARD_LINT_ORACLE=all in the environment.
func filesBelow(t *testing.T, most int, ends []string, folders ...string) []string {
	t.Helper()
	var all []string
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err != nil {
				return fs.SkipDir // not there, or not to be read
			}
			if !d.Type().IsRegular() {
				return nil
			}
			if slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(path, end) }) {
				if i, err := d.Info(); err == nil && i.Size() < 1<<20 && i.Size() > 0 {
					all = append(all, path)
				}
			}
			return nil
		})
	}
	if len(all) <= most || os.Getenv("WARD_LINT_ORACLE") == "all" {
		return all
	}
	var some []string
	for i := range most {
		some = append(some, all[i*len(all)/most])
	}
	return some
}
