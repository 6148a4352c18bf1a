// Package packs holds the policies that ship inside ward.
package packs

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"ward/policy"
)

//go:embed *.yaml
var files embed.FS

// Names lists the packs in alphabetical order.
func Names() []string {
	entries, _ := files.ReadDir(".")
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	slices.Sort(names)
	return names
}

// Source is the text of a pack, which is a policy file like any other.
func Source(name string) ([]byte, error) {
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("unknown pack %q: there is %s", name, strings.Join(Names(), ", "))
	}
	return files.ReadFile(name + ".yaml")
}

// Load is a pack, parsed.
func Load(name string) (*policy.Policy, error) {
	src, err := Source(name)
	if err != nil {
		return nil, err
	}
	p, problems := policy.Parse("pack:"+name, src)
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("pack %s: %w", name, err)
	}
	return p, nil
}
