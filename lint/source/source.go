// Package source is source code as the linter sees it, whatever its language: the
// calls, assignments, functions and comments of one file, with where they stand. The
// front ends, one package each below lint, make it from text.
package source

import (
	"sort"

	"ward/mode"
)

// A Language is a programming language or file format, by the name that people and
// the lint section of ward.yaml use.
type Language string

// The languages.
const (
	Go         Language = "go"
	Python     Language = "python"
	Shell      Language = "shell" // sh, bash, mksh, bats: Script.Dialect tells
	Dockerfile Language = "dockerfile"
	JavaScript Language = "javascript"
	TypeScript Language = "typescript"
	C          Language = "c"
	CPlusPlus  Language = "c++"
	Rust       Language = "rust"
	Java       Language = "java"
	Kotlin     Language = "kotlin"
	Groovy     Language = "groovy"
	Ruby       Language = "ruby"
	PHP        Language = "php"
	Perl       Language = "perl"
	YAML       Language = "yaml"
	JSON       Language = "json"
	Terraform  Language = "terraform"
	Puppet     Language = "puppet"
	Systemd    Language = "systemd"
	Lines      Language = "lines"   // tmpfiles.d, sudoers, udev, logrotate …: one statement a line
	Makefile   Language = "make"    // recipes
	Packaging  Language = "package" // rpm spec, debian/*
	GitIndex   Language = "git"     // modes in the index
)

// A Zone is what a file is for. Rules on what is too open are silent outside
// Production: a test may want a world-writable file.
type Zone uint8

// The zones.
const (
	Production Zone = iota
	Test
	Fixture
	Example
	Vendored
	Generated
)

// String is the zone's name in ward.yaml and in reports.
func (z Zone) String() string {
	return [...]string{"production", "test", "fixture", "example", "vendored", "generated"}[z]
}

// A File is one file to be judged. Lines are found when the first position is asked
// for, so a File must not be used by two goroutines at once.
type File struct {
	Path     string // as reports name it
	Language Language
	Dialect  string // "bats", "ansible", "kubernetes" …; "" where there is but one
	Zone     Zone
	Text     []byte

	// Tracked is the mode that git has for the file called name, relative to the
	// folder of this one. Nil, or ok false: not known.
	Tracked func(name string) (m mode.Mode, ok bool)

	lines []int // where each line begins
}

// A Span is a part of a file's text, in bytes: from Start up to but without End. The
// zero Span is that nothing is known of the place.
type Span struct{ Start, End int }

// At is what stands at s; "" where that is no part of the text.
func (f *File) At(s Span) string {
	if s.Start < 0 || s.End > len(f.Text) || s.Start > s.End {
		return ""
	}
	return string(f.Text[s.Start:s.End])
}

// Position is the line and the column of an offset, both from 1; columns count bytes,
// as compilers do.
func (f *File) Position(offset int) (line, column int) {
	if f.lines == nil {
		f.lines = append(f.lines, 0)
		for i, c := range f.Text {
			if c == '\n' {
				f.lines = append(f.lines, i+1)
			}
		}
	}
	line = sort.SearchInts(f.lines, offset+1)
	return line, offset - f.lines[line-1] + 1
}

// Line is the text of the line that offset is on, without its end, and where it begins.
func (f *File) Line(offset int) (text string, start int) {
	line, _ := f.Position(offset)
	start = f.lines[line-1]
	end := len(f.Text)
	if line < len(f.lines) {
		end = f.lines[line] - 1
	}
	return string(f.Text[start:end]), start
}
