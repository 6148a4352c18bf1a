package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ward/account/faults"
	"ward/lint"
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
	everything := len(q.Policies)+len(q.Packs) == 0
	if everything {
		q.Packs = packs.Names()
	}
	b := &rulebook{}
	if err := b.load(ctx, q.Packs, q.Policies); err != nil {
		return nil, err
	}
	own, code := accountRules(), lintRules()
	if everything {
		b.rules = append(b.rules, own.Rules...)
		b.rules = append(b.rules, code.Rules...)
	}
	for _, id := range q.IDs {
		if !slices.ContainsFunc(b.rules, func(r policy.Rule) bool { return r.ID == id }) {
			return nil, &RequestError{Problem: fmt.Sprintf("there is no rule %q", id), Hint: b.similar(id)}
		}
	}
	var lists []RuleList
	all := make([]RuleList, 0, len(b.policies)+1)
	for i, p := range b.policies {
		all = append(all, RuleList{Name: b.refs[i].Name, Title: p.Title, Rules: p.Rules()})
	}
	if everything {
		all = append(all, own, code)
	}
	for _, l := range all {
		if len(q.IDs) > 0 {
			l.Rules = slices.DeleteFunc(l.Rules, func(r policy.Rule) bool { return !slices.Contains(q.IDs, r.ID) })
		}
		if len(l.Rules) > 0 {
			lists = append(lists, l)
		}
	}
	return lists, nil
}

// accountRules is the rules of `ward groups check`, which no policy holds.
func accountRules() RuleList {
	l := RuleList{Name: "accounts", Title: "accounts, groups and homes, judged by ward groups check"}
	for _, r := range faults.Rules() {
		l.Rules = append(l.Rules, policy.Rule{
			Rule: r, Name: strings.TrimPrefix(r.ID, "accounts/"), Forbid: true,
			Selects: "accounts of a system: ward groups check", Advice: "each finding says what to do, and the command where one can",
		})
	}
	return l
}

// lintRules is the rules of `ward lint`, which no policy holds.
func lintRules() RuleList {
	l := RuleList{Name: "lint", Title: "source code, scripts and configuration, judged by ward lint"}
	for _, r := range lint.Catalogue() {
		selects := "code in every language that ward lint reads"
		if r.Languages != nil {
			names := make([]string, len(r.Languages))
			for i, language := range r.Languages {
				names[i] = string(language)
			}
			selects = "code in " + strings.Join(names, ", ")
		}
		if !r.Anywhere {
			selects += "; not tests, examples and code of others"
		}
		if r.OptIn {
			selects += "; only if asked for, by --rule, --all or ward.yaml"
		}
		l.Rules = append(l.Rules, policy.Rule{
			Rule: r.Rule, Name: strings.TrimPrefix(r.ID, "lint/"), Forbid: true, Selects: selects,
			Advice: "ward lint says what was probably meant, and --fix writes it where that is sure",
		})
	}
	return l
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
