package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"ward/lint"
	"ward/lint/effect"
	"ward/lint/read"
	"ward/lint/source"
	"ward/policy"
)

// lintWorker judges batches, and keeps what it finds until hand.
type lintWorker struct {
	*linting
	known    *knownFile
	findings []LintFinding
	notes    []LintNote
	failed   Unseen
	files    int64
	bytes    int64
}

// hand gives what the worker found to the linting; the caller holds its lock.
func (w *lintWorker) hand(l *linting) {
	l.answer.Findings = append(l.answer.Findings, w.findings...)
	l.answer.Notes = append(l.answer.Notes, w.notes...)
	l.answer.Files += w.files
	l.answer.Bytes += w.bytes
	l.answer.Unseen.merge(&w.failed)
	l.known.merge(w.known)
}

// mostTogether is how many bytes of files are read together. Directories with more were
// written by programs, which do without constants.
const mostTogether = 16 << 20

// judge reads the files of one directory and judges those that count.
func (w *lintWorker) judge(b batch) {
	var all []*source.File
	var real []string
	size := 0
	for _, rel := range b.files {
		f := w.file(b.root, rel)
		if f == nil {
			continue
		}
		all = append(all, f)
		real = append(real, filepath.Join(b.root, rel))
		if size += len(f.Text); size > mostTogether {
			w.together(b.root, all, real)
			all, real, size = nil, nil, 0
		}
	}
	w.together(b.root, all, real)
}

// together judges files that see each other's constants.
func (w *lintWorker) together(root string, all []*source.File, real []string) {
	for i, script := range w.front.Package(all) {
		if w.counts(real[i]) {
			w.script(script, root, real[i], all)
		}
	}
}

// script keeps what the rules find in one file.
func (w *lintWorker) script(s *effect.Script, root, real string, siblings []*source.File) {
	for _, n := range s.Notes[:min(len(s.Notes), 1)] {
		w.note(s.File.Path, n.Text)
	}
	rel, err := filepath.Rel(root, real)
	if err != nil {
		rel = real
	}
	for _, f := range lint.Check(s, w.options) {
		if w.known.accepts(f.Rule.ID, filepath.ToSlash(rel), root, false) {
			continue
		}
		if f.Fix != nil && lint.Simulate(&f, w.among(siblings)) != nil {
			f.Fix = nil
		}
		w.findings = append(w.findings, placed(f, real))
	}
}

// among reads a file that stands in the place of the one of the same path.
func (w *lintWorker) among(siblings []*source.File) func(*source.File) *effect.Script {
	return func(mended *source.File) *effect.Script {
		files := make([]*source.File, 0, len(siblings))
		at := 0
		for _, f := range siblings {
			if f.Language != mended.Language {
				continue
			}
			if f.Path == mended.Path {
				at, f = len(files), mended
			}
			files = append(files, f)
		}
		return w.front.Package(files)[at]
	}
}

// placed is a finding with its lines. It is the last that needs the file's text.
func placed(f lint.Finding, real string) LintFinding {
	l := LintFinding{Finding: f, Path: f.File.Path, Real: real}
	l.From.Line, l.From.Column = f.File.Position(f.Start)
	l.To.Line, l.To.Column = f.File.Position(max(f.Start, f.End))
	l.Source, _ = f.File.Line(f.Start)
	return l
}

func (w *lintWorker) note(path, text string) {
	w.notes = append(w.notes, LintNote{path, text})
}

// MaxLinted is how large a file may be that is linted. What is larger was made by a
// program.
const MaxLinted = 2 << 20

// file reads a file, if it is in a language that the linter knows and worth reading.
func (w *lintWorker) file(root, rel string) *source.File {
	path, name := filepath.Join(root, rel), shown(root, rel)
	f, err := os.OpenFile(path, os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		w.fail(path, err)
		return nil
	}
	defer f.Close()
	head := make([]byte, 1024)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		w.fail(path, err)
		return nil
	}
	head = head[:n]
	language, dialect, ok := read.For(filepath.ToSlash(rel), head)
	if _, can := w.front[language]; !ok || !can || bytes.IndexByte(head, 0) >= 0 {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(f, MaxLinted+1))
	text = append(head, text...)
	switch {
	case err != nil:
		w.fail(path, err)
		return nil
	case len(text) > MaxLinted:
		w.note(name, fmt.Sprintf("not read: larger than %d MiB", MaxLinted>>20))
		return nil
	case minified(language, text):
		w.note(name, "not read: minified")
		return nil
	}
	w.files++
	w.bytes += int64(len(text))
	return &source.File{Path: name, Language: language, Dialect: dialect, Zone: w.zone(filepath.ToSlash(rel), head), Text: text}
}

func (w *lintWorker) fail(path string, err error) {
	if errors.Is(err, fs.ErrNotExist) { // removed since its directory was read
		return
	}
	if whole, failed := filepath.Abs(path); failed == nil {
		path = whole
	}
	w.failed.add(path, err)
}

// zone is what a file is for: what the policy says, or what its path does.
func (w *lintWorker) zone(rel string, head []byte) source.Zone {
	for _, z := range w.settings.Zones {
		if z.Paths.Match(rel, false) {
			for i, name := range policy.LintZones() {
				if name == z.Name {
					return source.Zone(i)
				}
			}
		}
	}
	return read.ZoneOf(rel, head)
}

// minified tells whether a script has lines that nobody writes by hand.
func minified(l source.Language, text []byte) bool {
	if l != source.JavaScript && l != source.TypeScript || len(text) < 4096 {
		return false
	}
	start := text[:min(len(text), 64<<10)]
	return len(start)/(bytes.Count(start, []byte("\n"))+1) > 400
}
