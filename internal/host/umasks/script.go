package umasks

import (
	"strings"

	"ward/mode"
)

// command finds umask as a command of its own in a line of shell.
var command = expression(`(?:^|[;&|({]|\b(?:then|else|do|exec|command|builtin)\b)\s*umask\s+(?:-S\s+)?("[^"]*"|'[^']*'|[^\s;&|)}#]+)`)

// opens and closes count what a command may stand in: a condition, a function.
var (
	opens  = expression(`(?:^|[;&|]|\b(?:then|else|do)\b)\s*(?:if|case|for|while|until|select)\b|\(\)\s*\{|\bfunction\s+\S+\s*\{`)
	closes = expression(`(?:^|[;\s])(?:fi|esac|done|endif|end)\b`)
	brace  = expression(`^\s*\}`)
	short  = expression(`\|\||&&`)
)

// script adds every umask that a shell script sets.
func (c *chain) script(file string, origin Origin, forWhom string) bool {
	text, ok := c.read(file)
	if !ok {
		return false
	}
	depth := 0
	numbered(text, func(n int, line string) {
		line = uncommented(line)
		inside := depth
		depth += len(opens().FindAllString(line, -1)) - len(closes().FindAllString(line, -1))
		if brace().MatchString(line) {
			depth--
		}
		depth = max(depth, 0)
		for _, m := range command().FindAllStringSubmatch(line, -1) {
			maybe := inside > 0 || depth > 0 || opens().MatchString(line) || short().MatchString(line)
			c.add(c.shellSource(Source{Origin: origin, File: file, Line: n, Text: line, For: forWhom, Maybe: maybe}, m[1]))
		}
	})
	return true
}

// uncommented cuts off a comment, which begins with a # behind a blank.
func uncommented(line string) string {
	if i := strings.Index(line, " #"); i >= 0 {
		return strings.TrimSpace(line[:i])
	}
	return line
}

func (c *chain) shellSource(s Source, argument string) Source {
	argument = strings.Trim(argument, `"'`)
	mask, err := mode.ParseUmask(argument, c.Mask)
	switch {
	case strings.ContainsAny(argument, "$`"):
		s.Maybe, s.Note = true, "its value is computed when it runs"
	case err != nil:
		s.Note = "the shell refuses it"
	default:
		s.Sets, s.Mask = true, mask
		if s.Maybe {
			s.Note = "only in some cases: it stands in a condition or a function"
		}
	}
	return s
}
