// Package read chooses the front end for a file and has it read: what language a file is
// in, what the file is for, and what it does to permissions.
package read

import (
	"bytes"

	"ward/lint/dockerfile"
	"ward/lint/effect"
	"ward/lint/golang"
	"ward/lint/meaning"
	"ward/lint/shell"
	"ward/lint/source"
)

// A FrontEnd makes effects of the files of one language.
type FrontEnd struct {
	// Parse and Library are of a programming language: what stands in a file, and what
	// the calls in it mean.
	Parse   func(*source.File) *source.Unit
	Library *meaning.Language

	// Read is of a format that becomes effects without a unit between.
	Read func(*source.File) *effect.Script

	// Telling are words of which a file has at least one if it does anything to
	// permissions. A file without is not parsed; nil: every file is.
	Telling []string
}

// FrontEnds are the front ends by the language that they read.
type FrontEnds map[source.Language]FrontEnd

// All is the front ends that there are.
func All() FrontEnds {
	return FrontEnds{
		source.Go:         {Parse: golang.Parse, Library: golang.Library(), Telling: golang.Telling()},
		source.Shell:      {Read: shell.Read, Telling: shell.Telling()},
		source.Dockerfile: {Read: dockerfile.Read, Telling: dockerfile.Telling()},
	}
}

// Package is what the files of one directory do, each seeing the constants of those in
// the same language. The scripts are in the order of the files; that of a file in a
// language without a front end has nothing but a note.
func (ends FrontEnds) Package(files []*source.File) []*effect.Script {
	units := map[source.Language][]*source.Unit{}
	parsed := make([]*source.Unit, len(files))
	for i, f := range files {
		end := ends[f.Language]
		if end.Parse == nil || !end.tells(f.Text) {
			continue
		}
		parsed[i] = end.Parse(f)
		units[f.Language] = append(units[f.Language], parsed[i])
	}
	scripts := make([]*effect.Script, len(files))
	for i, f := range files {
		end, known := ends[f.Language]
		switch {
		case parsed[i] != nil:
			scripts[i] = meaning.Translate(parsed[i], units[f.Language], end.Library)
		case end.Read != nil && end.tells(f.Text):
			scripts[i] = end.Read(f)
		case known:
			scripts[i] = &effect.Script{File: f}
		default:
			scripts[i] = &effect.Script{File: f, Notes: []source.Note{{Text: "nothing here reads " + string(f.Language)}}}
		}
	}
	return scripts
}

// Script is what a file does that nothing stands beside.
func (ends FrontEnds) Script(f *source.File) *effect.Script {
	return ends.Package([]*source.File{f})[0]
}

// tells tells whether a text has one of the telling words.
func (end *FrontEnd) tells(text []byte) bool {
	for _, word := range end.Telling {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return end.Telling == nil
}
