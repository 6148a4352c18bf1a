package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ward/translate"
)

// ModelQuestion asks whether somebody may do something by the rules of a model.
type ModelQuestion struct {
	Source PermissionSource
	Model  string // an id; "": that of the permissions
	As     string // WHO[:GROUP,GROUP…]: see parseModelSubject
	Action string // words of ModelActions, with commas
}

// ModelAnswer is the answer about one set of permissions.
type ModelAnswer struct {
	Permissions
	Text    string
	Subject translate.Subject
	As      string
	Action  string
	Wanted  translate.Rights
	Verdict translate.Verdict
	Steps   []ModelStep // the entries of an ordered list, up to the last that was looked at
	Entries int         // how many entries there are
}

// ModelStep is one entry, and what it did.
type ModelStep struct {
	Entry   int // from 0; -1 for a category of a protection code
	Text    string
	Effect  string // "is for somebody else", "allows read", "denies write"
	Decided bool   // it gave or took something
}

// modelAction is a word for rights.
type modelAction struct {
	Word   string
	Rights translate.Rights
}

// modelActions are the words for rights, those of ward explain where it has one.
var modelActions = []modelAction{
	{"read", translate.Read},
	{"list", translate.Read},
	{"write", translate.Write},
	{"create", translate.Write},
	{"append", translate.Append},
	{"mkdir", translate.Append},
	{"update", translate.Read | translate.Write},
	{"execute", translate.Execute},
	{"search", translate.Execute},
	{"delete", translate.Delete},
	{"delete-child", translate.DeleteChild},
	{"stat", translate.ReadAttributes},
	{"utime", translate.WriteAttributes},
	{"getxattr", translate.ReadNamed},
	{"setxattr", translate.WriteNamed},
	{"getfacl", translate.ReadACL},
	{"chmod", translate.WriteACL},
	{"setfacl", translate.WriteACL},
	{"chown", translate.TakeOwnership},
}

// ModelActions are the words that a ModelQuestion's Action takes.
func ModelActions() []string {
	words := make([]string, len(modelActions))
	for i, a := range modelActions {
		words[i] = a.Word
	}
	return words
}

func parseModelAction(text string) (r translate.Rights, err error) {
	for word := range strings.SplitSeq(text, ",") {
		i := slices.IndexFunc(modelActions, func(a modelAction) bool { return a.Word == strings.ToLower(word) })
		if i < 0 {
			return 0, &RequestError{Problem: fmt.Sprintf("%q is no action here", word), Hint: "one of " + strings.Join(ModelActions(), ", ") + "; several with commas are one request"}
		}
		r |= modelActions[i].Rights
	}
	return r, nil
}

const subjectForm = "owner, group, other, system, or WHO[:GROUP,…], where WHO and GROUP are names, numbers, SIDs or UICs"

// parseModelSubject reads who asks: owner, group (somebody in the owning group), other
// (who is none of them), system (root, SYSTEM, an administrator), or a user; behind a
// colon groups, of which "group" is the owning one.
func (r *permissionReader) parseModelSubject(text string) (translate.Subject, error) {
	who, groups, _ := strings.Cut(text, ":")
	var s translate.Subject
	switch who {
	case "":
		return s, &RequestError{Problem: "--as is empty", Hint: subjectForm}
	case "owner":
		s.Owner = true
	case "group":
		s.OwningGroup = true
	case "other", "anybody", "everyone", "self":
		if who == "self" {
			return s, &RequestError{Problem: "self is nobody in another model", Hint: "--as takes " + subjectForm}
		}
	case "system", "root":
		s.System = true
	default:
		s.User = r.namesakes.Complete(parsePrincipal(translate.User, strings.TrimPrefix(who, "user=")))
	}
	for name := range splitOutside(groups) {
		if name == "group" {
			s.OwningGroup = true
			continue
		}
		s.Groups = append(s.Groups, r.namesakes.Complete(parsePrincipal(translate.Group, strings.TrimPrefix(name, "group="))))
	}
	return s, nil
}

// splitOutside yields the parts between commas that stand outside of brackets.
func splitOutside(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		depth, start := 0, 0
		for i, c := range text + "," {
			switch {
			case c == '[':
				depth++
			case c == ']':
				depth--
			case c == ',' && depth <= 0:
				if part := (text + ",")[start:i]; part != "" && !yield(part) {
					return
				}
				start = i + 1
			}
		}
	}
}

// ExplainModel decides by a model's own rules, for every argument. What could be
// decided comes with the errors about the rest.
func ExplainModel(q ModelQuestion) ([]ModelAnswer, error) {
	wanted, err := parseModelAction(q.Action)
	if err != nil {
		return nil, err
	}
	if q.Source.Which == "" && q.Source.From == "" {
		q.Source.Which = q.Model
	}
	r, err := newPermissionReader(q.Source)
	if err != nil {
		return nil, err
	}
	who, err := r.parseModelSubject(q.As)
	if err != nil {
		return nil, err
	}
	sources, wrong := r.sources()
	var all []ModelAnswer
	for _, p := range sources {
		a, err := r.explain(q, p, who, wanted)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, a)
	}
	return all, errors.Join(wrong...)
}

func (r *permissionReader) explain(q ModelQuestion, p Permissions, who translate.Subject, wanted translate.Rights) (ModelAnswer, error) {
	if q.Model != "" {
		m, _, err := findModel(q.Model)
		if err != nil {
			return ModelAnswer{}, err
		}
		if m.Value != p.Model.Value {
			return ModelAnswer{}, &RequestError{Problem: fmt.Sprintf("%q has permissions of the model %s, not %s", p.Source, p.Model.ID, m.ID), Hint: "`ward convert --to " + m.ID + "` would say what they come to there"}
		}
		p = p.withModel(m)
	}
	a := ModelAnswer{Permissions: p, Subject: who, As: q.As, Action: q.Action, Wanted: wanted}
	a.Subject = knownOwner(p.Object, who)
	var err error
	if a.Text, err = translate.Format(p.Object, p.Notation, p.Context); err != nil {
		return a, fmt.Errorf("write %q as %s: %w", p.Source, p.Notation, err)
	}
	if a.Verdict, err = translate.Decide(p.Object, a.Subject, wanted, r.namesakes); err != nil {
		return a, fmt.Errorf("decide about %q: %w", p.Source, err)
	}
	a.Steps, err = r.steps(&a)
	return a, err
}

// knownOwner marks a user who is the owner, and who is in the owning group.
func knownOwner(o translate.Object, s translate.Subject) translate.Subject {
	s.Owner = s.Owner || samePrincipal(s.User, o.Owner)
	for _, g := range s.Groups {
		s.OwningGroup = s.OwningGroup || samePrincipal(g, o.Group)
	}
	return s
}

func samePrincipal(a, b translate.Principal) bool {
	return a.HasID && b.HasID && a.ID == b.ID || a.SID != "" && a.SID == b.SID || a.UIC != "" && a.UIC == b.UIC ||
		a.GUID != "" && a.GUID == b.GUID || a.Name != "" && strings.EqualFold(a.Name, b.Name)
}
