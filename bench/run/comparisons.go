package main

import (
	"fmt"
	"os"
	"strings"
)

// comparisons is what ward promises, in the order of the table.
func (b *bench) comparisons() []comparison {
	check := func(args ...string) func(int) []string {
		return always(append(append([]string{b.ward, "check"}, args...), b.tree)...)
	}
	baseline := check("--pack", "baseline")
	return []comparison{
		{name: "check --pack baseline : the least a walk can cost", ward: baseline, peer: always(b.floor, b.tree), goal: 1.3},
		{name: "check --pack baseline : find -perm -0002", ward: baseline, peer: always("find", b.tree, "-perm", "-0002"), goal: 1},
		{name: "check --pack baseline : bfs -perm -0002", ward: baseline, peer: always("bfs", b.tree, "-perm", "-0002"), goal: 1},
		{name: "apply, nothing to change : chmod -R", ward: b.apply("complying"), peer: always("chmod", "-R", complying, b.tree), goal: 1. / 3},
		{name: "apply, every mode changes : chmod -R", ward: b.alternating(), peer: b.alternatingChmod(), goal: 1, peerFirst: true},
		{name: "apply, every mode changes : chmod -R; sync -f", ward: b.alternating(), peer: b.alternatingDurableChmod(), peerFirst: true},
		{name: "apply, every mode changes : the least a safe change can cost", ward: b.alternating(), peer: b.alternatingFloor(), peerFirst: true},
		{name: "check, 1,000 rules : one rule", ward: check("-p", b.path("thousand.yaml")), peer: check("-p", b.path("one.yaml")), goal: 1.2},
	}
}

func always(args ...string) func(int) []string {
	return func(int) []string { return args }
}

func (b *bench) apply(policy string) func(int) []string {
	return always(b.ward, "apply", "--yes", "-p", b.path(policy+".yaml"), b.tree)
}

// Two expressions that between them change every mode of the tree, there and
// back, and one with which the tree complies in either state.
const (
	narrow    = "u=rwX,g=rX,o="
	wide      = "u=rwX,g=rX,o=rX"
	complying = "u+rwX,go-w"
)

// alternating narrows in even rounds and widens in odd ones. The peer does the
// other half, so that each run finds every mode to be changed.
func (b *bench) alternating() func(int) []string {
	return func(round int) []string {
		if round%2 == 0 {
			return b.apply("narrow")(round)
		}
		return b.apply("wide")(round)
	}
}

func (b *bench) alternatingChmod() func(int) []string {
	return func(round int) []string {
		if round%2 == 0 {
			return []string{"chmod", "-R", wide, b.tree}
		}
		return []string{"chmod", "-R", narrow, b.tree}
	}
}

// alternatingDurableChmod ends, as an apply does, when all is on disk.
func (b *bench) alternatingDurableChmod() func(int) []string {
	chmod := b.alternatingChmod()
	return func(round int) []string {
		args := chmod(round)
		return []string{"sh", "-c", `chmod -R "$1" "$2" && sync -f "$2"`, "sh", args[2], args[3]}
	}
}

func (b *bench) alternatingFloor() func(int) []string {
	return func(round int) []string {
		if round%2 == 0 {
			return []string{b.path("changefloor"), "wide", b.tree}
		}
		return []string{b.path("changefloor"), "narrow", b.tree}
	}
}

func (b *bench) writePolicies() error {
	for name, text := range map[string]string{
		"complying": modePolicy(complying), "narrow": modePolicy(narrow), "wide": modePolicy(wide),
		"one": manyRules(1), "thousand": manyRules(1000),
	} {
		if err := os.WriteFile(b.path(name+".yaml"), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// The trees are whole: nothing is left out, as chmod leaves nothing out.
const head = "version: 1\ndefault-excludes: false\nrules:\n"

func modePolicy(expression string) string {
	return head + fmt.Sprintf("  - {name: all, match: {type: [file, dir]}, require: {mode: %q}}\n", expression)
}

// tops are directories at the top of the tree (bench/maketree).
var tops = strings.Fields("arch block certs crypto documentation drivers fs include init kernel lib mm net scripts sound tools")

// manyRules are a third literal names, a third suffixes and a third globs below a
// directory, few of which ever match: what a large site's policy looks like.
func manyRules(n int) string {
	var s strings.Builder
	s.WriteString(head)
	for i := range n {
		pattern := ""
		switch i % 3 {
		case 0:
			pattern = fmt.Sprintf("**/literal-%d.conf", i)
		case 1:
			pattern = fmt.Sprintf("**/*.suffix%d", i)
		case 2:
			pattern = fmt.Sprintf("/%s/**/x%d*", tops[i%len(tops)], i)
		}
		fmt.Fprintf(&s, "  - {name: rule-%d, match: {type: file, path: [%q]}, require: {mode: \"o-w\"}}\n", i, pattern)
	}
	return s.String()
}
