// Package cli is ward's command line: flags become requests to internal/app, and
// results are handed to internal/report. Each command is one file; exit statuses
// and hints for people are one table each.
package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Main runs ward with the arguments, streams and environment of the process, and
// returns its exit status.
func Main() int {
	if run := standIn(os.Args[0]); run != nil {
		return run(newProgram(os.Args[0]), os.Args[1:])
	}
	if len(os.Args) > 1 {
		if run := wardForm(os.Args[1]); run != nil {
			return run(newProgram("ward "+os.Args[1]), os.Args[2:])
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends at once
	c := newConsole(os.Stdin, os.Stdout, os.Stderr)
	return run(ctx, c, os.Args[1:])
}

func run(ctx context.Context, c *console, args []string) int {
	err := execute(ctx, c, args)
	c.fail(err)
	return exitStatus(err)
}

// execute makes the tree of all commands only where one of them is needed that is in it.
func execute(ctx context.Context, c *console, args []string) error {
	if acl := aclForm(args); acl != nil {
		return runACL(ctx, c, acl, args)
	}
	root := newRootCommand(c)
	root.SetArgs(args)
	return root.ExecuteContext(ctx)
}

// Commands is the tree of commands, for generators of documents.
func Commands() *cobra.Command {
	return newRootCommand(newConsole(os.Stdin, os.Stdout, os.Stderr))
}
