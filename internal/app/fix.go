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
	return append(append(words, b.reach(path == "")...), root)
}

// reach is the options that make a command see what the check saw; of a whole tree,
// also not more than it saw.
func (b *rulebook) reach(whole bool) (options []string) {
	if b.judging.Deep {
		options = append(options, "--deep")
	}
	if b.judging.CrossMounts {
		options = append(options, "--cross-mounts")
	}
	if !whole {
		return options
	}
	for _, glob := range b.judging.Only {
		options = append(options, "--only", glob)
	}
	for _, glob := range b.judging.Exclude {
		options = append(options, "--exclude", glob)
	}
	return options
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
