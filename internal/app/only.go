package app

import (
	"fmt"

	"ward/entry"
	"ward/finding"
	"ward/mode"
	"ward/policy"
)

// onlyPath is one of the patterns of the only paths that count, and whether
// anything that was looked at fits it: a typing mistake would pass for a clean tree.
type onlyPath struct {
	glob string
	path policy.Paths
	fits bool
}

// onlyPaths is for patterns that have been found to be right.
func onlyPaths(globs []string) []onlyPath {
	var all []onlyPath
	for _, glob := range globs {
		if path, err := policy.ParsePaths([]string{glob}); err == nil {
			all = append(all, onlyPath{glob: glob, path: path})
		}
	}
	return all
}

// meet notes which patterns an entry fits.
func (v *visitor) meet(e *entry.Entry) {
	path := e.Path()
	for i := range v.wanted {
		w := &v.wanted[i]
		w.fits = w.fits || w.path.Match(path, e.Kind == mode.Directory)
	}
}

// fitted adds what a worker met.
func (b *rulebook) fitted(worker []onlyPath) {
	for i := range worker {
		b.wanted[i].fits = b.wanted[i].fits || worker[i].fits
	}
}

// idle warns of patterns that fitted nothing in all trees, if all was looked at.
func (b *rulebook) idle(complete bool) policy.Problems {
	var problems policy.Problems
	for _, w := range b.wanted {
		if complete && !w.fits {
			problems = append(problems, policy.Problem{
				File: "ward", Severity: finding.Warning,
				Message: fmt.Sprintf("--only %q fits nothing in what was checked", w.glob),
				Hint:    "patterns begin at the root of the tree; **/ stands for any directory",
			})
		}
	}
	return problems
}
