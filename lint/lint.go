// Package lint judges what source code does to permissions. The front ends below it
// translate files into effects (ward/lint/effect); the rules here read nothing else,
// so that each is written once for all languages.
package lint

import (
	"slices"

	"ward/finding"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// A Rule looks at one effect among those of its file and says what is wrong with it.
type Rule struct {
	finding.Rule
	OptIn     bool              // silent unless asked for
	Anywhere  bool              // speaks in tests and examples too
	Misread   bool              // says that another mode was meant: rules after it do not judge this one
	Languages []source.Language // nil: all
	Judge     func(s *effect.Script, e *effect.Effect) []Finding
}

// A Finding is one mistake at one place.
type Finding struct {
	Rule     *Rule
	File     *source.File
	Severity finding.Severity // the rule's, less in tests and examples
	source.Span

	What     string    // a sentence: "os.MkdirAll is given 755, a decimal number"
	Executed string    // the mode as it is executed: "0363"; "" where it is not known whole
	Kind     mode.Kind // for its ls form
	Meant    string    // the literal that was probably meant, in the file's language
	Gains    []string  // who may do more than was probably wanted
	Loses    []string  // who may do less
	Graver   bool      // one step above the rule's severity here
	Advice   string    // what to do where no edit can be offered
	Related  []source.Span
	Fix      *Fix
	Effect   *effect.Effect // what it is about
}

// A Fix is edits that mend a finding.
type Fix struct {
	Safe     bool // changes nothing but what the rule is about; otherwise somebody must agree
	Words    string
	Edits    []Edit // do not overlap, in the order of the text
	Promised bool   // Mode is what is executed after it
	Mode     mode.Mode
}

// An Edit puts New in the place of a Span.
type Edit struct {
	source.Span
	New string
}

// Options choose among the rules.
type Options struct {
	Rules    []*Rule                     // nil: those of the catalogue that are not opt-in
	Severity map[string]finding.Severity // by rule id
	Quiet    map[source.Zone]bool        // zones in which only rules that hold anywhere speak; nil: all but production
}

// Check is what the rules find in s, in the order of the text. Findings that the file
// suppresses by a comment are left out.
func Check(s *effect.Script, o Options) []Finding {
	var found []Finding
	rules := slices.DeleteFunc(slices.Clone(o.rules()), func(r *Rule) bool { return !r.speaks(s.File, o) })
	for i := range s.Effects {
		e := &s.Effects[i]
		for _, r := range rules {
			these := r.Judge(s, e)
			for _, f := range these {
				f.Rule, f.File, f.Effect = r, s.File, e
				f.Severity = o.severity(r, s.File.Zone, f.Graver)
				found = append(found, f)
			}
			if r.Misread && len(these) > 0 {
				break
			}
		}
	}
	found = unsuppressed(found, s)
	slices.SortStableFunc(found, func(a, b Finding) int { return a.Start - b.Start })
	return found
}

func (o Options) rules() []*Rule {
	if o.Rules != nil {
		return o.Rules
	}
	return byDefault()
}

// speaks tells whether the rule is for that language and that zone.
func (r *Rule) speaks(f *source.File, o Options) bool {
	if r.Languages != nil && !slices.Contains(r.Languages, f.Language) {
		return false
	}
	return r.Anywhere || !o.quiet(f.Zone)
}

func (o Options) quiet(z source.Zone) bool {
	if o.Quiet == nil {
		return z != source.Production
	}
	return o.Quiet[z]
}

// severity is one step less outside production, where a mistake does less harm.
func (o Options) severity(r *Rule, z source.Zone, graver bool) finding.Severity {
	s := r.Severity
	if graver && s < finding.Critical {
		s++
	}
	if set, ok := o.Severity[r.ID]; ok {
		s = set
	}
	if z != source.Production && s > finding.Info {
		s--
	}
	return s
}
