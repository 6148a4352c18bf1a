// Package sysusers reads sysusers.d(5): the system users and groups that
// systemd-sysusers makes where they are missing.
package sysusers

import (
	"fmt"
	"strconv"
	"strings"

	"ward/manifest/confd"
)

// Account is a user or a group that a file asks for.
type Account struct {
	Name  string
	Group bool   // a group; else a user with the group of his name
	ID    uint32 // NoID where the system chooses one
	Owner string // the path whose owner gives the id; ""
	Home  string // of a user
	File  string
	Line  int
}

// NoID stands for an id that is not given.
const NoID = 1<<32 - 1

// Parse reads a file: its lines u and g. Lines that cannot be read are reported.
func Parse(name string, text []byte) (all []Account, problems []error) {
	return confd.Parse(name, text, func(words []string, n int) (a Account, ok bool, err error) {
		a, ok, err = parseLine(words)
		a.File, a.Line = name, n
		return a, ok, err
	})
}

func parseLine(words []string) (a Account, ok bool, err error) {
	letter := strings.TrimSuffix(words[0], "!")
	switch letter {
	case "u", "g":
	case "m", "r":
		return a, false, nil
	default:
		return a, false, fmt.Errorf("%q is no type of line", words[0])
	}
	if len(words) < 2 || words[1] == "" || strings.ContainsAny(words[1], ":/") {
		return a, false, fmt.Errorf("there is no name")
	}
	a = Account{Name: words[1], Group: letter == "g", ID: NoID}
	if len(words) > 2 && words[2] != "-" {
		if err := a.setID(words[2]); err != nil {
			return a, false, err
		}
	}
	if len(words) > 4 && words[4] != "-" {
		a.Home = words[4]
	}
	return a, true, nil
}

// setID reads "33", "33:33", "33:www-data" or a path.
func (a *Account) setID(word string) error {
	if strings.HasPrefix(word, "/") {
		a.Owner = word
		return nil
	}
	id, _, _ := strings.Cut(word, ":")
	if id == "-" {
		return nil
	}
	n, err := strconv.ParseUint(id, 10, 32)
	if err != nil || n == NoID {
		return fmt.Errorf("%q is no id", word)
	}
	a.ID = uint32(n)
	return nil
}
