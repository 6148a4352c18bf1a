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

// takes is the options of a command that have a value: letters, then long names with
// the letters that they stand for.
func takes(command string) (letters string, long [][2]string) {
	switch command {
	case "install":
		return "mogtSZ", [][2]string{{"mode", "m"}, {"owner", "o"}, {"group", "g"}, {"target-directory", "t"}, {"suffix", "S"}}
	case "mkdir", "mkfifo", "mknod":
		return "mZ", [][2]string{{"mode", "m"}}
	case "chmod", "chown", "chgrp":
		return "", [][2]string{{"reference", "reference"}, {"from", "from"}}
	case "cp", "mv", "ln":
		return "tS", [][2]string{{"target-directory", "t"}, {"suffix", "S"}, {"preserve", "preserve"}, {"no-preserve", "no-preserve"}}
	case "mktemp":
		return "p", [][2]string{{"tmpdir", "p"}, {"suffix", "suffix"}}
	}
	return "", nil
}

func letterOf(name string, long [][2]string) (letter string, ok bool) {
	for _, l := range long {
		if l[0] == name {
			return l[1], true
		}
	}
	return "", false
}

// parseOptions takes a command line apart. Options that look like modes (chmod -x) are
// operands.
func parseOptions(words []effect.Operand, name string) arguments {
	a := arguments{set: map[string]bool{}, values: map[string]effect.Operand{}}
	letters, longs := takes(name)
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
			letter, known := letterOf(long, longs)
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
			i = a.letters(words, i, letters)
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
