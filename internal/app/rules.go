package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ward/policy"
	"ward/policy/packs"
)

// RulesRequest asks for the rules of policies: of all packs where none is named.
type RulesRequest struct {
	Policies []string // policy files
	Packs    []string
	IDs      []string // only these; nil: all
}

// RuleList is the rules of one policy.
type RuleList struct {
	Name  string // of the pack, or the file
	Title string
	Rules []policy.Rule
}

// Rules lists rules. An id that no rule has is a *RequestError.
func Rules(ctx context.Context, q RulesRequest) ([]RuleList, error) {
	if len(q.Policies)+len(q.Packs) == 0 {
		q.Packs = packs.Names()
	}
	b := &rulebook{}
	if err := b.load(ctx, q.Packs, q.Policies); err != nil {
		return nil, err
	}
	for _, id := range q.IDs {
		if !slices.ContainsFunc(b.rules, func(r policy.Rule) bool { return r.ID == id }) {
			return nil, &RequestError{Problem: fmt.Sprintf("there is no rule %q", id), Hint: b.similar(id)}
		}
	}
	var lists []RuleList
	for i, p := range b.policies {
		l := RuleList{Name: b.refs[i].Name, Title: p.Title, Rules: p.Rules()}
		if len(q.IDs) > 0 {
			l.Rules = slices.DeleteFunc(l.Rules, func(r policy.Rule) bool { return !slices.Contains(q.IDs, r.ID) })
		}
		if len(l.Rules) > 0 {
			lists = append(lists, l)
		}
	}
	return lists, nil
}

// similar names the rules that somebody may have meant.
func (b *rulebook) similar(id string) string {
	name := id[strings.LastIndexByte(id, '/')+1:]
	var near []string
	for _, r := range b.rules {
		if r.Name == name || name != "" && strings.Contains(r.Name, name) {
			near = append(near, r.ID)
		}
	}
	if near == nil {
		return "`ward rules` lists them"
	}
	return "did you mean " + strings.Join(near, " or ") + "?"
}
