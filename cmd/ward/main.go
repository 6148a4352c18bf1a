// Command ward finds, mends and undoes wrong file permissions.
package main

import (
	"os"

	"ward/internal/cli"
)

func main() { os.Exit(cli.Main()) }
