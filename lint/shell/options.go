package shell

import (
	"strings"

	"ward/lint/effect"
)

// arguments is a command line taken apart as getopt would.
type arguments struct {
	set      map[string]bool           // options that are given, by their letter or long name
	values   map[string]effect.Operand // those that take a value
	operands []effect.Operand
}

// taking is the options with values of each command: letters, then long names.
var taking = map[string]struct {
	letters string
	long    map[string]string // to the letter
}{
	"install": {"mogtSZ", map[string]string{"mode": "m", "owner": "o", "group": "g", "target-directory": "t", "suffix": "S"}},
	"mkdir":   {"mZ", map[string]string{"mode": "m"}},
	"mkfifo":  {"mZ", map[string]string{"mode": "m"}},
	"mknod":   {"mZ", map[string]string{"mode": "m"}},
	"chmod":   {"", map[string]string{"reference": "reference"}},
	"chown":   {"", map[string]string{"reference": "reference", "from": "from"}},
	"chgrp":   {"", map[string]string{"reference": "reference"}},
	"cp":      {"tS", map[string]string{"target-directory": "t", "suffix": "S", "preserve": "preserve", "no-preserve": "no-preserve"}},
	"mv":      {"tS", map[string]string{"target-directory": "t", "suffix": "S"}},
	"ln":      {"tS", map[string]string{"target-directory": "t", "suffix": "S"}},
	"mktemp":  {"p", map[string]string{"tmpdir": "p", "suffix": "suffix"}},
	"tee":     {"", nil},
	"umask":   {"", nil},
	"rm":      {"", nil},
}

// parseOptions takes a command line apart. Options that look like modes (chmod -x) are
// operands.
func parseOptions(words []effect.Operand, name string) arguments {
	a := arguments{set: map[string]bool{}, values: map[string]effect.Operand{}}
	takes := taking[name]
	for i := 0; i < len(words); i++ {
		w := words[i].Known
		switch {
		case w == "--":
			a.operands = append(a.operands, words[i+1:]...)
			return a
		case len(w) < 2 || w[0] != '-' || name == "chmod" && strings.Trim(w[1:], "rwxXstugo,+-=01234567") == "":
			a.operands = append(a.operands, words[i])
		case strings.HasPrefix(w, "--"):
			long, _, joined := strings.Cut(w[2:], "=")
			letter, known := takes.long[long]
			switch {
			case !known:
				a.set[long] = true
			case joined:
				a.values[letter] = after(words[i], len(long)+3)
			case i+1 < len(words) && long != "preserve":
				i++
				a.values[letter] = words[i]
			}
		default:
			i = a.letters(words, i, takes.letters)
		}
	}
	return a
}

// letters reads a group of one-letter options, and the word after it if the last one
// takes it; it returns the place of the last word that it used.
func (a *arguments) letters(words []effect.Operand, i int, takes string) int {
	w := words[i].Known
	for j := 1; j < len(w); j++ {
		letter := w[j : j+1]
		a.set[letter] = true
		if !strings.Contains(takes, letter) {
			continue
		}
		if j+1 < len(w) {
			a.values[letter] = after(words[i], j+1)
		} else if i+1 < len(words) {
			i++
			a.values[letter] = words[i]
		}
		break
	}
	return i
}

// after is the rest of a word from its n-th byte on. Its place is right where the word
// is written without quotes before that.
func after(w effect.Operand, n int) effect.Operand {
	w.Known = w.Known[min(n, len(w.Known)):]
	w.Start += n
	if n <= len(w.Name) {
		w.Name = w.Name[n:]
	}
	return w
}
