package policy

import (
	"fmt"
	"strings"
)

// Paths is a set of path patterns in the language of policy files, for those who
// choose paths outside of a policy. It is immutable; its zero value holds none.
type Paths struct{ patterns []pattern }

// ParsePaths reads patterns. The error names the first that is wrong.
func ParsePaths(globs []string) (Paths, error) {
	var s Paths
	for _, text := range globs {
		p, err := parsePattern(text)
		if err != nil {
			return Paths{}, fmt.Errorf("path pattern %q: %w", text, err)
		}
		s.patterns = append(s.patterns, p)
	}
	return s, nil
}

// Empty reports whether there are no patterns.
func (s Paths) Empty() bool { return len(s.patterns) == 0 }

// Match reports whether one of the patterns fits a path, relative to the root of
// the tree ("." for the root itself); dir tells that it is a directory's. A
// pattern that fits a directory does not thereby fit what lies in it.
func (s Paths) Match(path string, dir bool) bool {
	for i := range s.patterns {
		if p := &s.patterns[i]; (dir || !p.dirOnly) && p.fits(path) {
			return true
		}
	}
	return false
}

func (p *pattern) fits(path string) bool {
	if len(p.parts) == 0 || path == "." {
		return len(p.parts) == 0 && path == "."
	}
	return fitParts(p.parts, path)
}

// fitParts fits the parts to the components of a path, all of them.
func fitParts(parts []part, path string) bool {
	for {
		name, rest, more := strings.Cut(path, "/")
		if parts[0].name.match(name) && (len(parts) == 1 && !more || len(parts) > 1 && more && fitParts(parts[1:], rest)) {
			return true
		}
		if !parts[0].anywhere || !more {
			return false
		}
		path = rest
	}
}

// Literal is the pattern that fits exactly one path.
func Literal(path string) string {
	var b strings.Builder
	for i := range len(path) {
		if strings.IndexByte(`*?[\`, path[i]) >= 0 || i == 0 && path[i] == '!' {
			b.WriteByte('\\')
		}
		b.WriteByte(path[i])
	}
	return b.String()
}
