// Package meaning turns the calls of a programming language into effects. What differs
// from language to language is a table, Language: which calls touch permissions, where
// their paths and modes stand, and what the names of its library are worth. What is
// alike is here: constants of a file and its package, arithmetic on partly known
// values, paths joined from pieces.
package meaning

import (
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// A Language is what a language's library means.
type Language struct {
	Names  map[string]uint64 // constants: stat.S_IRUSR, os.ModePerm
	Masks  map[string]uint64 // functions of a number that keep some of its bits: os.FileMode (all), stat.S_IMODE (07777)
	Parses map[string]Place  // functions that make a number of a text, with where the base stands; none: 10
	Joins  map[string]bool   // functions that join paths: os.path.join, filepath.Join
	APIs   map[string][]API  // by the last component of the callee: Index makes it
	Layout effect.Layout     // of numbers that APIs take
	Text   bool              // a string where a mode belongs is read as octal (Node)
}

// An API is one function that touches permissions.
type API struct {
	Callee string // os.Chmod; ".chmod" is a method of anything
	Verb   effect.Verb
	Kind   mode.Kind

	Path, Target, Mode, Data Place

	Default   mode.Mode // where Mode is not given
	Defaulted bool      // Default counts
	Layout    *effect.Layout
	Masked    bool
	Recursive bool
	Follows   bool
	Exclusive bool
	Truncates bool
	Handle    bool

	// Refine looks at the other arguments: O_CREAT among the flags, exist_ok.
	// It returns false if the call does not touch permissions after all.
	Refine func(s *Scope, c *source.Call, e *effect.Effect) bool
}

// A Place is where an argument stands: its position from 0 and its name. The zero
// Place is that there is none; First is position 0 without a name.
type Place struct {
	Position int // from 1; 0: only by name
	Name     string
	Receiver bool // what the method is called on
}

// At is the argument at a position, from 0, or of that name.
func At(position int, name string) Place { return Place{Position: position + 1, Name: name} }

// Of is what a method is called on.
func Of() Place { return Place{Receiver: true} }

func (p Place) expr(c *source.Call) *source.Expr {
	switch {
	case p.Receiver:
		return c.Receiver
	case p.Position == 0 && p.Name == "":
		return nil
	default:
		return c.Arg(p.Position-1, p.Name)
	}
}

// Translate is what unit does, by the rules of its language. package is the other
// units whose constants unit sees; it may contain unit itself.
func Translate(unit *source.Unit, pkg []*source.Unit, language *Language) *effect.Script {
	return TranslateIn(unit, NewPackage(pkg, nil), language)
}

// TranslateIn is Translate for one of many units of a package.
func TranslateIn(unit *source.Unit, pkg *Package, language *Language) *effect.Script {
	script := &effect.Script{
		File: unit.File, Functions: unit.Functions, Comments: unit.Comments, Notes: unit.Notes,
	}
	scope := NewScope(unit, pkg, language)
	for _, call := range unit.Calls {
		for i := range language.APIs[method(call.Callee)] {
			api := &language.APIs[method(call.Callee)][i]
			if !api.fits(call) {
				continue
			}
			e := api.effect(scope, call)
			if api.Refine == nil || api.Refine(scope, call, &e) {
				script.Effects = append(script.Effects, e)
				break
			}
		}
	}
	return script
}

// effect is what a call of the API does, before Refine.
func (a *API) effect(s *Scope, c *source.Call) effect.Effect {
	e := effect.Effect{
		Span: c.Span, Verb: a.Verb, API: c.Callee, Kind: a.Kind, Function: c.Function, Call: c, Deferred: c.Deferred,
		Masked: a.Masked, Recursive: a.Recursive, Follows: a.Follows, Exclusive: a.Exclusive,
		Truncates: a.Truncates, Handle: a.Handle,
		Path: s.Operand(a.Path.expr(c), c), Target: s.Operand(a.Target.expr(c), c), Data: s.Operand(a.Data.expr(c), c),
	}
	layout := s.language.Layout
	if a.Layout != nil {
		layout = *a.Layout
	}
	if given := a.Mode.expr(c); given != nil {
		e.Mode = s.Mode(given, c)
		e.Mode.Layout = layout
	} else if a.Defaulted {
		e.Mode = effect.Mode{Given: true, Value: exactly(a.Default), Layout: layout}
		e.Default = true
	}
	return e
}
