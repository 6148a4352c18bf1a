package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ward/account"
	"ward/finding"
	"ward/plan"
	"ward/policy"
	"ward/policy/packs"
)

// DefaultPack judges where no policy is named.
const DefaultPack = "baseline"

// PolicyError is mistakes in a policy file, or in what a command line asks of it.
type PolicyError struct{ Problems policy.Problems }

func (e *PolicyError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// RequestError is a request that names something that does not exist: a pack, a
// rule, a pattern.
type RequestError struct {
	Problem string
	Hint    string // what to do about it; "" when there is nothing to say
	Err     error  // nil, or the cause
}

func (e *RequestError) Error() string {
	switch {
	case e.Err == nil:
		return e.Problem
	case e.Problem == "": // the cause says it all
		return e.Err.Error()
	}
	return e.Problem + ": " + e.Err.Error()
}

func (e *RequestError) Unwrap() error { return e.Err }

// rulebook is every policy that judges a tree, its rules numbered through.
type rulebook struct {
	judging  Judging
	policies []*policy.Policy
	refs     []plan.PolicyRef
	own      []bool // by policy: somebody's own file, and no pack
	starts   []int  // by policy: the number of its first rule
	rules    []policy.Rule
	chosen   []bool // by rule: it counts
	accounts *account.Database
	only     policy.Paths
	wanted   []onlyPath
	exclude  policy.Paths
	warnings policy.Problems
}

// loadRulebook reads the policies that a request names.
func loadRulebook(ctx context.Context, j Judging, accounts *account.Database) (*rulebook, error) {
	b := &rulebook{judging: j, accounts: accounts}
	if len(j.Policies)+len(j.Packs) == 0 {
		j.Packs = []string{DefaultPack}
	}
	if err := b.load(ctx, j.Packs, j.Policies); err != nil {
		return nil, err
	}
	return b, b.choose(j)
}

func (b *rulebook) load(ctx context.Context, packs, files []string) error {
	for _, name := range packs {
		if err := b.addPack(name); err != nil {
			return err
		}
	}
	for _, file := range files {
		if err := b.addFile(ctx, file); err != nil {
			return err
		}
	}
	return nil
}

func (b *rulebook) addPack(name string) error {
	p, err := packs.Load(name)
	if err != nil {
		return &RequestError{Problem: fmt.Sprintf("there is no pack %q", name), Hint: "the packs are: " + strings.Join(packs.Names(), ", ")}
	}
	text, err := packs.Source(name)
	if err != nil {
		return err
	}
	b.add(p, plan.PolicyRef{Name: name, Digest: digest(text)}, false)
	return nil
}

func (b *rulebook) addFile(ctx context.Context, file string) error {
	text, err := readFile(ctx, readPolicy, file)
	if err != nil {
		return err
	}
	p, problems := policy.Parse(file, text)
	if problems.Broken() {
		return &PolicyError{problems}
	}
	b.warnings = append(b.warnings, problems...)
	b.add(p, plan.PolicyRef{Name: file, Digest: digest(text)}, true)
	return nil
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// maxPolicy bounds a policy file: what is larger is something else.
const maxPolicy = 16 << 20

// readPolicy is what is being done, for errors.
const readPolicy = "read policy"

// readFile reads a policy, or another file that a person wrote. A named pipe is
// refused, since it may be that nobody ever writes into it; the pipe that a shell
// makes of <(command) is read to its end.
func readFile(ctx context.Context, purpose, name string) ([]byte, error) {
	text, err := readInput(ctx, name)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, &RequestError{Problem: purpose, Err: err}
	}
	return text, nil
}

func readInput(ctx context.Context, name string) ([]byte, error) {
	if info, err := os.Lstat(name); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		return nil, fmt.Errorf("%q is a named pipe: name a file, or write <(command)", name)
	}
	f, err := os.OpenFile(name, os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	defer context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(now()) })() // only a pipe can keep one waiting
	text, err := io.ReadAll(io.LimitReader(f, maxPolicy+1))
	if err == nil && len(text) > maxPolicy {
		err = fmt.Errorf("%q is larger than 16 MiB", name)
	}
	return text, err
}

// add takes a policy that has not been named before. The same text twice would say
// everything twice.
func (b *rulebook) add(p *policy.Policy, ref plan.PolicyRef, own bool) {
	if slices.ContainsFunc(b.refs, func(r plan.PolicyRef) bool { return r.Digest == ref.Digest }) {
		return
	}
	b.policies = append(b.policies, p)
	b.refs = append(b.refs, ref)
	b.own = append(b.own, own)
	b.starts = append(b.starts, len(b.rules))
	b.rules = append(b.rules, p.Rules()...)
}

// choose notes which rules and paths count.
func (b *rulebook) choose(j Judging) error {
	b.chosen = make([]bool, len(b.rules))
	for i := range b.rules {
		b.chosen[i] = len(j.Rules) == 0 || slices.Contains(j.Rules, b.rules[i].ID)
	}
	for _, id := range j.Rules {
		if !slices.ContainsFunc(b.rules, func(r policy.Rule) bool { return r.ID == id }) {
			return &RequestError{Problem: fmt.Sprintf("there is no rule %q in %s", id, b.names()), Hint: b.similar(id)}
		}
	}
	var err error
	if b.only, err = policy.ParsePaths(j.Only); err != nil {
		return &RequestError{Problem: "--only: " + err.Error()}
	}
	b.wanted = onlyPaths(j.Only)
	if b.exclude, err = policy.ParsePaths(j.Exclude); err != nil {
		return &RequestError{Problem: "--exclude: " + err.Error()}
	}
	return nil
}

func (b *rulebook) names() string {
	words := make([]string, len(b.refs))
	for i, ref := range b.refs {
		words[i] = ref.Name
	}
	return strings.Join(words, ", ")
}

// bind makes the judges of one tree.
func (b *rulebook) bind(tree Tree) ([]*policy.Judge, error) {
	binding := policy.Binding{Accounts: b.accounts, Now: now(), Deep: b.judging.Deep, Slots: len(b.policies)}
	if tree.Single {
		binding.RootName = filepath.Base(tree.Root)
	}
	var judges []*policy.Judge
	for i, p := range b.policies {
		binding.Slot = i
		judge, problems := p.Bind(binding)
		if judge == nil {
			return nil, &PolicyError{problems}
		}
		b.warn(problems)
		judges = append(judges, judge)
	}
	return judges, nil
}

// warn adds warnings that have not been given for another tree.
func (b *rulebook) warn(problems policy.Problems) {
	for _, p := range problems {
		if !slices.Contains(b.warnings, p) {
			b.warnings = append(b.warnings, p)
		}
	}
}

// every lists the rules that count, in the order of their files.
func (b *rulebook) every() []*finding.Rule {
	var all []*finding.Rule
	for i := range b.rules {
		if b.chosen[i] {
			all = append(all, &b.rules[i].Rule)
		}
	}
	return all
}

// matches reports whether a path is among those that count.
func (b *rulebook) matches(path string, dir bool) bool {
	return b.only.Empty() || b.only.Match(path, dir)
}

// unused warns of rules of people's own policies, and of patterns, that chose
// nothing in all trees, if all of them were looked at.
func (b *rulebook) unused(matched []bool, complete bool) policy.Problems {
	var problems policy.Problems
	for i, r := range b.rules {
		p := b.policyOf(uint16(i))
		if complete && b.own[p] && b.chosen[i] && !matched[i] {
			problems = append(problems, policy.Problem{
				File: b.refs[p].Name, Line: r.Line, Severity: finding.Warning,
				Message: fmt.Sprintf("rule %q matched nothing in what was checked", r.Name),
			})
		}
	}
	return append(problems, b.idle(complete)...)
}
