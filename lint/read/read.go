// Package read chooses the front end for a file and has it read: what language a file is
// in, what the file is for, and what it does to permissions.
package read

import (
	"bytes"

	"ward/lint/config"
	"ward/lint/dockerfile"
	"ward/lint/effect"
	"ward/lint/golang"
	"ward/lint/lexed"
	"ward/lint/lines"
	"ward/lint/meaning"
	"ward/lint/recipe"
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

	// Declares tells whether a text that is not parsed may declare a constant of that
	// name; nil: only files that are parsed are asked.
	Declares func(text []byte, name string) bool
}

// FrontEnds are the front ends by the language that they read.
type FrontEnds map[source.Language]FrontEnd

// All is the front ends that there are.
func All() FrontEnds {
	library := golang.Library()
	return FrontEnds{
		source.Go:         {Parse: golang.Parser(library), Library: library, Telling: golang.Telling(), Declares: golang.Declares},
		source.Shell:      {Read: shell.Read, Telling: shell.Telling()},
		source.Dockerfile: {Read: dockerfile.Read, Telling: dockerfile.Telling()},
		source.YAML:       {Read: config.Read, Telling: config.Telling()},
		source.C:          {Parse: lexed.C().Parse, Library: lexed.CLibrary(), Telling: lexed.CTelling()},
		source.Python:     {Parse: lexed.Python().Parse, Library: lexed.PythonLibrary(), Telling: lexed.PythonTelling()},
		source.Systemd:    {Read: lines.ReadUnit, Telling: lines.TellingUnits()},
		source.Lines:      {Read: lines.Read, Telling: lines.Telling()},
		source.Makefile:   {Read: recipe.Makefile, Telling: recipe.Telling()},
		source.Packaging:  {Read: recipe.Spec, Telling: recipe.Telling()},
		source.Terraform:  {Read: recipe.Terraform, Telling: recipe.TellingTerraform()},
		source.JSON:       {Read: config.Read, Telling: config.Telling()},
	}
}

// Package is what the files of one directory do, each seeing the constants of those in
// the same language. The scripts are in the order of the files; that of a file in a
// language without a front end has nothing but a note.
func (ends FrontEnds) Package(files []*source.File) []*effect.Script {
	together := map[source.Language]*directory{}
	for _, f := range files {
		end := ends[f.Language]
		if end.Parse == nil {
			continue
		}
		if together[f.Language] == nil {
			together[f.Language] = &directory{end: end, parsed: map[*source.File]*source.Unit{}}
		}
		together[f.Language].add(f)
	}
	for _, d := range together {
		d.pkg = meaning.NewPackage(d.units, d.declaring)
	}
	scripts := make([]*effect.Script, len(files))
	for i, f := range files {
		scripts[i] = ends.script(f, together[f.Language])
	}
	return scripts
}

func (ends FrontEnds) script(f *source.File, d *directory) *effect.Script {
	end, known := ends[f.Language]
	switch {
	case d != nil && d.parsed[f] != nil:
		return meaning.TranslateIn(d.parsed[f], d.pkg, end.Library)
	case end.Read != nil && end.tells(f.Text):
		return end.Read(f)
	case known:
		return &effect.Script{File: f}
	default:
		return &effect.Script{File: f, Notes: []source.Note{{Text: "nothing here reads " + string(f.Language)}}}
	}
}

// A directory is its files in one language.
type directory struct {
	end    FrontEnd
	units  []*source.Unit
	parsed map[*source.File]*source.Unit
	rest   []*source.File // without a telling word, parsed only for their constants
	pkg    *meaning.Package
}

func (d *directory) add(f *source.File) {
	if !d.end.tells(f.Text) {
		d.rest = append(d.rest, f)
		return
	}
	unit := d.end.Parse(f)
	d.units = append(d.units, unit)
	d.parsed[f] = unit
}

// declaring is units of the rest that may declare a constant.
func (d *directory) declaring(name string) []*source.Unit {
	if d.end.Declares == nil {
		return nil
	}
	var units []*source.Unit
	left := d.rest[:0]
	for _, f := range d.rest {
		if d.end.Declares(f.Text, name) {
			units = append(units, d.end.Parse(f))
		} else {
			left = append(left, f)
		}
	}
	d.rest = left
	return units
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
