// Command gen writes the manual pages and completion scripts of ward into the
// directory that it is given, docs of the repository.
package main

import (
	"fmt"
	"os"

	"ward/internal/cli"
)

//go:generate go run . ../../../docs

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen DIRECTORY")
		os.Exit(2)
	}
	if err := write(os.Args[1], cli.Commands()); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
