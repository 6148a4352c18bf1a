package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"ward/finding"
	"ward/lint"
	"ward/lint/read"
	"ward/lint/source"
	"ward/policy"
)

// LintRequest asks for permission mistakes in source code.
type LintRequest struct {
	Roots        []string // directories or files
	Rules        []string // ids of the only rules that count; nil: those of Policy, or the default ones
	Every        bool     // rules that are silent by default too
	Exclude      []string // globs of paths that are left out with all below them
	Known        string   // file of accepted findings; "" for none
	ChangedSince string   // only files that differ from this revision of git; "" for all
	Policy       string   // file with a lint section; "": ward.yaml of the current directory, if there is one
	Jobs         int      // how many workers; 0: one for each processor
}

// Linted is the answer of a linting.
type Linted struct {
	Findings  []LintFinding   // in the order of paths and lines
	Every     []*finding.Rule // that were asked
	Files     int64           // that were read
	Bytes     int64
	Notes     []LintNote // files that were not read, or not whole, in the order of paths
	Accepted  int64
	Expired   []Known
	Unmatched []Known
	Warnings  policy.Problems
	Unseen    Unseen
	Duration  time.Duration
}

// A LintFinding is a finding in its place.
type LintFinding struct {
	lint.Finding
	Path        string // as the request named it, or below what it named, with slashes
	Real        string // to open it by
	From, To    Position
	Source      string // the line it begins on
	Fingerprint string // stays the same when lines move
}

// Position is a line and a column, both from 1; columns count bytes.
type Position struct{ Line, Column int }

// A LintNote is why a file was not judged, or not whole.
type LintNote struct{ Path, Text string }

// Complete reports whether everything was looked at.
func (l *Linted) Complete() bool { return l.Unseen.Count == 0 }

// AtLeast counts the findings of a severity or above.
func (l *Linted) AtLeast(s finding.Severity) (n int64) {
	for i := range l.Findings {
		if l.Findings[i].Severity >= s {
			n++
		}
	}
	return n
}

// Lint reads source code and says what it does wrong to permissions. What cannot be
// read is in the answer; an error is that there is no answer.
func Lint(ctx context.Context, q LintRequest, progress Progress) (*Linted, error) {
	started := now()
	l, err := newLinting(ctx, q)
	if err != nil {
		return nil, err
	}
	var done atomic.Int64
	stop := watch(progress, "read", &done, 0)
	err = l.run(ctx, q.Roots, &done)
	stop()
	if err != nil {
		return nil, err
	}
	a := l.finish(q)
	a.Duration = now().Sub(started)
	return a, nil
}

// linting is a linting under way.
type linting struct {
	front    read.FrontEnds
	options  lint.Options
	settings policy.Linting
	exclude  policy.Paths
	known    *knownFile
	changed  map[string]bool // real paths; nil: every file counts
	jobs     int
	walked   Unseen // directories that the walk could not read
	answer   *Linted
}

func newLinting(ctx context.Context, q LintRequest) (*linting, error) {
	l := &linting{front: read.All(), jobs: q.Jobs, answer: &Linted{}}
	var err error
	if l.settings, err = l.policy(ctx, q.Policy); err != nil {
		return nil, err
	}
	if err := l.choose(q); err != nil {
		return nil, err
	}
	if l.exclude, err = policy.ParsePaths(append(policy.DefaultExcludes(), q.Exclude...)); err != nil {
		return nil, &RequestError{Problem: "--exclude: " + err.Error()}
	}
	if l.known, err = loadKnown(ctx, q.Known); err != nil {
		return nil, err
	}
	if q.ChangedSince != "" {
		l.changed, err = changedSince(ctx, q.ChangedSince, q.Roots)
	}
	return l, err
}

// ownPolicy is the policy whose lint section counts where none is named.
const ownPolicy = "ward.yaml"

func (l *linting) policy(ctx context.Context, file string) (policy.Linting, error) {
	if file == "" {
		if _, err := os.Lstat(ownPolicy); errors.Is(err, fs.ErrNotExist) {
			return policy.Linting{}, nil
		}
		file = ownPolicy
	}
	text, err := readFile(ctx, readPolicy, file)
	if err != nil {
		return policy.Linting{}, err
	}
	p, problems := policy.Parse(file, text)
	if problems.Broken() {
		return policy.Linting{}, &PolicyError{problems}
	}
	return p.Linting(), nil
}

// choose notes which rules count, and how grave they are.
func (l *linting) choose(q LintRequest) error {
	catalogue := lint.Catalogue()
	ids := make([]string, len(catalogue))
	for i, r := range catalogue {
		ids[i] = r.ID
	}
	for _, id := range q.Rules {
		if !slices.Contains(ids, id) {
			return &RequestError{Problem: fmt.Sprintf("there is no rule %q", id), Hint: cmp.Or(policy.DidYouMean(id, ids), "`ward rules` lists them")}
		}
	}
	said := map[string]policy.LintRule{}
	for _, r := range l.settings.Rules {
		if !slices.Contains(ids, r.ID) {
			l.answer.Warnings = append(l.answer.Warnings, policy.Problem{
				File: l.settings.File, Line: r.Line, Column: r.Column, Severity: finding.Warning,
				Message: "there is no rule " + r.ID, Hint: policy.DidYouMean(r.ID, ids),
			})
		}
		said[r.ID] = r
	}
	l.options = lint.Options{Rules: []*lint.Rule{}, Severity: map[string]finding.Severity{}, Quiet: l.quiet()}
	for _, r := range catalogue {
		s, spoken := said[r.ID]
		if s.Set {
			l.options.Severity[r.ID] = s.Severity
		}
		on := !r.OptIn || q.Every
		if spoken {
			on = !s.Off
		}
		if len(q.Rules) > 0 {
			on = slices.Contains(q.Rules, r.ID)
		}
		if on {
			l.options.Rules = append(l.options.Rules, r)
			l.answer.Every = append(l.answer.Every, &r.Rule)
		}
	}
	return nil
}

func (l *linting) quiet() map[source.Zone]bool {
	if l.settings.Quiet == nil {
		return nil
	}
	quiet := map[source.Zone]bool{}
	for i, name := range policy.LintZones() {
		quiet[source.Zone(i)] = slices.Contains(l.settings.Quiet, name)
	}
	return quiet
}

// finish sorts what the workers found.
func (l *linting) finish(q LintRequest) *Linted {
	a := l.answer
	a.Unseen.merge(&l.walked)
	slices.SortStableFunc(a.Findings, func(x, y LintFinding) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Start, y.Start), cmp.Compare(x.Rule.ID, y.Rule.ID))
	})
	slices.SortStableFunc(a.Notes, func(x, y LintNote) int { return cmp.Compare(x.Path, y.Path) })
	fingerprint(a.Findings)
	whole := a.Complete() && len(q.Rules)+len(q.Exclude) == 0 && l.changed == nil
	for i, e := range l.known.entries {
		switch {
		case l.known.hits[i] > 0 && e.expired:
			a.Expired = append(a.Expired, e.Known)
		case l.known.hits[i] > 0:
			a.Accepted += l.known.hits[i]
		case whole:
			a.Unmatched = append(a.Unmatched, e.Known)
		}
	}
	return a
}

// fingerprint gives each finding a name that does not change when lines are put in
// before it: what it says of which text, and the how-manieth of its like in the file.
func fingerprint(found []LintFinding) {
	seen := map[string]int{}
	for i := range found {
		f := &found[i]
		about := strings.Join([]string{f.Rule.ID, f.Path, strings.Join(strings.Fields(f.Source), " ")}, "\x00")
		seen[about]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", about, seen[about]))
		f.Fingerprint = hex.EncodeToString(sum[:16])
	}
}

// shown is a path as reports name it.
func shown(root, rel string) string {
	if rel == "." {
		return filepath.ToSlash(root)
	}
	return filepath.ToSlash(filepath.Join(root, rel))
}
