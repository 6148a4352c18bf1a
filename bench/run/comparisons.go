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
		{name: "no ward, the least a walk can cost : bfs -perm -0002", ward: always(b.floor, b.tree), peer: always("bfs", b.tree, "-perm", "-0002")},
		{name: "no ward, the least a walk can cost : chmod -R", ward: always(b.floor, b.tree), peer: always("chmod", "-R", complying, b.tree)},
		{name: "apply, nothing to change : chmod -R", ward: b.apply("complying"), peer: always("chmod", "-R", complying, b.tree), goal: 1. / 3},
		{name: "apply, every mode changes : chmod -R", ward: b.alternating(), peer: b.alternatingChmod(), goal: 1, alternates: true},
		{name: "apply, every mode changes : chmod -R; sync -f", ward: b.alternating(), peer: b.alternatingDurableChmod(), alternates: true},
		{name: "apply, every mode changes : the least a safe change can cost", ward: b.alternating(), peer: b.alternatingFloor(), alternates: true},
		{name: "check, 1,000 rules : one rule", ward: check("-p", b.path("thousand.yaml")), peer: check("-p", b.path("one.yaml")), goal: 1.2},
		{name: "reach --no-acl : the least a walk can cost", ward: b.reach("--no-acl"), peer: always(b.floor, b.tree), goal: 1.5, needs: "reach"},
		{name: "reach : the least a walk can cost", ward: b.reach(), peer: always(b.floor, b.tree), goal: 2.5, needs: "reach"},
	}
}

// reach asks for somebody whom the tree does not know: only the bits and lists of
// every entry tell what he may.
func (b *bench) reach(options ...string) func(int) []string {
	return always(append(append([]string{b.ward, "reach", "--as", "65534:65534"}, options...), b.tree)...)
}

// standIns is what the commands that stand in for others promise: ward's own form,
// which keeps a journal of what it changes, and the one called by the name of the
// other, which like it does not.
func (b *bench) standIns() []comparison {
	const (
		read   = "u:65534:r"
		listed = "u:65534:rwX" // rX would be the same as r where nothing is executable
	)
	chmod := func(program ...string) func(string) []string {
		return func(expression string) []string { return append(program, "-R", expression, b.tree) }
	}
	setfacl := func(program ...string) func(string) []string {
		return func(entry string) []string { return append(program, "-R", "-m", entry, b.tree) }
	}
	own, byName, installed := chmod(b.ward, "chmod"), chmod(b.path("chmod")), chmod("chmod")
	return []comparison{
		{name: "ward chmod -R, nothing differs : chmod -R", ward: always(own(complying)...), peer: always(installed(complying)...), goal: 1. / 3, needs: "chmod"},
		{name: "ward as chmod -R, nothing differs : chmod -R", ward: always(byName(complying)...), peer: always(installed(complying)...), goal: 1. / 3, needs: "chmod"},
		{name: "ward chmod -R, every mode differs : chmod -R", ward: turns(own, narrow, wide), peer: turns(installed, wide, narrow), goal: 1 / 1.5, alternates: true, needs: "chmod"},
		{name: "ward as chmod -R, every mode differs : chmod -R", ward: turns(byName, narrow, wide), peer: turns(installed, wide, narrow), goal: 1 / 1.5, alternates: true, needs: "chmod"},
		{name: "ward getfacl -R : getfacl -R", ward: always(b.ward, "getfacl", "-R", b.tree), peer: always("getfacl", "-R", b.tree), goal: 1. / 2, needs: "getfacl"},
		{
			name: "ward setfacl -R -m, every list differs : setfacl -R -m",
			ward: turns(setfacl(b.ward, "setfacl"), read, listed), peer: turns(setfacl("setfacl"), listed, read),
			goal: 1. / 2, alternates: true, needs: "setfacl", after: []string{"setfacl", "-R", "-b", b.tree},
		},
		{name: "start-up: ward chmod --version : chmod --version", ward: always(b.ward, "chmod", "--version"), peer: always("chmod", "--version"), goal: 5, times: 50, needs: "chmod"},
		{name: "start-up: ward getfacl --version : getfacl --version", ward: always(b.ward, "getfacl", "--version"), peer: always("getfacl", "--version"), times: 50, needs: "getfacl"},
	}
}

// turns does one thing in even rounds and the other in odd ones.
func turns(command func(string) []string, even, odd string) func(int) []string {
	return func(round int) []string {
		if round%2 == 0 {
			return command(even)
		}
		return command(odd)
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
