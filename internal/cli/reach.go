package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ward/access"
	"ward/internal/app"
	"ward/internal/report"
)

const reachLong = `Walks a directory and says what of it somebody may read, write, execute or delete:
by modes, owners, access lists, sticky bits, flags and mounts, and by whether each
directory on the way lets him through. Below a directory that he may not search
nothing can be reached, so ward does not look there, and counts it.

With --can the paths are listed: those to which he may do one of the named things.

A user stands for a process of his after login. What runs a program (an interpreter,
a loader) is not looked at; ward explain execute does.`

const reachExample = `  ward reach --as bob /srv
  ward reach --as bob --can write /srv
  ward reach --as www-data --can write,delete /var/www
  ward reach --as pid:812 --can write -0 /var/lib/app | xargs -0 ls -ld`

type reachOptions struct {
	app.ReachRequest
	can    []string
	format string
	paths  bool
	null   bool
}

func newReachCommand(c *console) *cobra.Command {
	var o reachOptions
	cmd := &cobra.Command{
		Use:   "reach --as WHO DIRECTORY",
		Short: "Say what of a tree somebody may read, write, execute or delete",
		Long: exits(reachLong,
			"0  answered",
			"2  a mistake in the command line, or an unknown user",
			"3  something could not be looked at, or not be decided"),
		Example: reachExample,
		Args:    wanted(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(oneOf(cmd, "format", o.format, "text", "json"), notEmpty(cmd, "as")); err != nil {
				return err
			}
			for _, word := range o.can {
				part, ok := access.ParseReach(word)
				if !ok {
					return oneOf(cmd, "can", word, access.EveryReach.Words()...)
				}
				o.List |= part
			}
			if o.List == 0 && (o.paths || o.null) {
				return usage(cmd, fmt.Errorf("which paths? Say --can write, or the like"))
			}
			o.Root = args[0]
			return runReach(cmd.Context(), c, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.As, "as", "self", "for `WHO`: a user, uid:gid[:gid,…], pid:N or self")
	f.StringSliceVar(&o.can, "can", nil, "list what he may read, write, execute or delete; `WHAT` with commas")
	f.BoolVarP(&o.paths, "paths", "p", false, "write the paths alone, one a line")
	f.BoolVarP(&o.null, "null", "0", false, "write the paths alone, ended by NUL, for xargs -0")
	f.BoolVar(&o.WithoutACLs, "no-acl", false, "go by modes alone: quicker, and wrong where there are access lists")
	f.BoolVar(&o.CrossMounts, "cross-mounts", false, "enter other file systems")
	jobsFlag(cmd, &o.Jobs)
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	_ = cmd.RegisterFlagCompletionFunc("as", completeWho)
	_ = cmd.RegisterFlagCompletionFunc("can", cobra.FixedCompletions(access.EveryReach.Words(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runReach(ctx context.Context, c *console, o reachOptions) error {
	progress := c.progress()
	r, err := app.Reach(ctx, o.ReachRequest, progress)
	progress.stop()
	if err != nil {
		return err
	}
	if err := showReach(c, o, r); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	c.unseen("not looked at", &r.Unseen)
	if r.Unseen.Count > 0 || r.Doubts > 0 || r.Door.Answer == access.Unknown {
		return verdict(exitIncomplete)
	}
	return nil
}

func showReach(c *console, o reachOptions, r *app.Reached) error {
	switch {
	case o.null:
		return report.ReachPaths(c.out, r, 0)
	case o.paths:
		return report.ReachPaths(c.out, r, '\n')
	case o.format == "json":
		return report.ReachJSON(c.out, r)
	}
	return report.ReachText(c.out, r, c.style)
}
