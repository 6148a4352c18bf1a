package lint

import (
	"bytes"
	"fmt"
	"slices"

	"ward/lint/effect"
	"ward/lint/source"
)

// Apply is a text with edits made in it. They must not overlap.
func Apply(text []byte, edits []Edit) []byte {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b Edit) int { return a.Start - b.Start })
	var out bytes.Buffer
	done := 0
	for _, e := range edits {
		out.Write(text[done:e.Start])
		out.WriteString(e.New)
		done = e.End
	}
	out.Write(text[done:])
	return out.Bytes()
}

// Simulate has the file of a finding read again with the finding's fix made, and tells
// what is wrong with the result: the mode that is executed then is not the one that was
// promised, or the rule finds the same again. read is the front end.
func Simulate(f *Finding, read func(*source.File) *effect.Script) error {
	mended := *f.File
	file := &source.File{
		Path: mended.Path, Language: mended.Language, Dialect: mended.Dialect, Zone: mended.Zone,
		Text: Apply(f.File.Text, f.Fix.Edits),
	}
	script := read(file)
	again := counterpart(script, f)
	if again == nil {
		return fmt.Errorf("nothing there does what %s did", f.Effect.API)
	}
	if m, ok := again.Exact(); f.Fix.Promised && (!ok || m != f.Fix.Mode) {
		return fmt.Errorf("it sets %s, not %s", executedText(again), f.Fix.Mode.Octal())
	}
	for range f.Rule.Judge(script, again) {
		return fmt.Errorf("%s finds the same again", f.Rule.ID)
	}
	return nil
}

// counterpart is the effect of a finding as it stands after its fix: edits before it
// have moved it, edits within it may have changed how many there are.
func counterpart(s *effect.Script, f *Finding) *effect.Effect {
	start := f.Effect.Start
	for _, e := range f.Fix.Edits {
		if e.Start < start {
			start += len(e.New) - (e.End - e.Start)
		}
	}
	var best *effect.Effect
	for i := range s.Effects {
		e := &s.Effects[i]
		if e.Start != start || e.Verb != f.Effect.Verb || e.API != f.Effect.API {
			continue
		}
		if best == nil || e.Path.Name == f.Effect.Path.Name {
			best = e
		}
	}
	return best
}
