package cli

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"ward/internal/standin"
	"ward/internal/standin/chmod"
	"ward/internal/standin/chown"
)

// standIn is the command that a name calls, or nil: links to ward under these names
// are these commands.
func standIn(name string) func(*standin.Program, []string) int {
	switch strings.TrimSuffix(filepath.Base(name), ".exe") {
	case "chmod":
		return chmod.Run
	case "chown":
		return chown.Run
	case "chgrp":
		return chown.RunGroup
	case "getfacl":
		return getfaclByName
	case "setfacl":
		return setfaclByName
	}
	return nil
}

// wardForm is ward's own form of such a command, or nil: it is found before the tree
// of all commands is made.
func wardForm(name string) func(*standin.Program, []string) int {
	switch name {
	case "chmod":
		return wardChmod
	case "chown":
		return wardChown
	case "chgrp":
		return wardChgrp
	}
	return nil
}

// newProgram is a command of that name on the streams of the process.
func newProgram(name string) *standin.Program {
	p := standin.NewProgram(name, os.Stdout, os.Stderr, term.IsTerminal(int(os.Stdout.Fd())), os.LookupEnv)
	p.Version = versionText()
	return p
}
