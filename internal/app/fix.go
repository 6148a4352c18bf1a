package app

import (
	"path/filepath"

	"ward/plan"
	"ward/policy"
)

// fix is the command that mends what a rule finds in a tree: everything, or only
// the object at a path.
func (b *rulebook) fix(rule uint16, root, path string) []string {
	words := []string{"ward", "apply"}
	words = append(words, b.source(rule)...)
	words = append(words, "--rule", b.rules[rule].ID)
	if b.rules[rule].Fix == policy.Ask {
		words = append(words, "--also", b.rules[rule].ID)
	}
	if path != "" {
		words = append(words, "--only", policy.Literal(path))
	}
	place := root
	if path != "" {
		place = Place(root, path)
	}
	for _, guarded := range []string{root, place} {
		if b.guards(guarded) {
			words = append(words, "--allow-system", guarded)
		}
		if place == root {
			break
		}
	}
	return append(words, root)
}

func (b *rulebook) guards(abs string) bool { return plan.Rails{}.Root(abs) != "" }

// source is the options that name the policy of a rule.
func (b *rulebook) source(rule uint16) []string {
	i := b.policyOf(rule)
	name := b.refs[i].Name
	switch {
	case !b.own[i] && name == DefaultPack:
		return nil
	case !b.own[i]:
		return []string{"--pack", name}
	}
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	return []string{"-p", name}
}

// policyOf is the number of the policy that a rule belongs to.
func (b *rulebook) policyOf(rule uint16) int {
	i := len(b.starts) - 1
	for b.starts[i] > int(rule) {
		i--
	}
	return i
}
