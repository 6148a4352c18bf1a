package cli

import (
	"context"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const lsLong = `Lists paths, or what is in directories, one line each: the mode in octal and as
ls -l shows it, owner, group, what decides beside the mode, and the name. Beside
the mode are: whom the access list names, with the rights that the mask leaves
(u:bob:r-x), and what it leaves the owning group (g::r--), since the group bits
of the mode are then the mask; "default" for a default list; capabilities; inode
flags.

Names are sorted by their bytes. Names that could deceive or command a terminal
are written as $'...', which a shell reads back. The umask and the locale change
nothing.`

const lsExample = `  ward ls
  ward ls -a /etc/ssl
  ward ls -R --format json /srv/app`

type lsOptions struct {
	app.LsRequest
	format string
}

func newLsCommand(c *console) *cobra.Command {
	var o lsOptions
	cmd := &cobra.Command{
		Use:   "ls [PATH...]",
		Short: "List modes, owners, access lists and flags, a line for each entry",
		Long: exits(lsLong,
			"0  listed",
			"2  a mistake in the command line",
			"3  something could not be looked at: what, is on standard error"),
		Example: lsExample,
		Args:    wanted(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
				return err
			}
			o.Paths = args
			return runLs(cmd.Context(), c, o)
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&o.All, "all", "a", false, "names that begin with a dot too")
	f.BoolVarP(&o.Directories, "directory", "d", false, "directories themselves, not what is in them")
	f.BoolVarP(&o.Recursive, "recursive", "R", false, "what is below directories too; no symbolic link is followed")
	f.BoolVarP(&o.Follow, "follow", "L", false, "follow symbolic links among the paths")
	f.BoolP("long", "l", false, "changes nothing: every listing is long")
	_ = f.MarkHidden("long") // it is there, since hands type -la
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	return cmd
}

func runLs(ctx context.Context, c *console, o lsOptions) error {
	if o.format == "json" {
		return runLsJSON(ctx, c, o)
	}
	text := report.NewLsText(c.out, c.style, len(o.Paths) > 1 || o.Recursive)
	unseen, err := app.Ls(ctx, o.LsRequest, text.Write)
	if err != nil {
		return err
	}
	return c.incomplete(unseen)
}

func runLsJSON(ctx context.Context, c *console, o lsOptions) error {
	document := report.NewLsJSON(c.out)
	unseen, err := app.Ls(ctx, o.LsRequest, document.Write)
	if err != nil {
		return err
	}
	if err := document.Close(unseen.Count == 0); err != nil {
		return err
	}
	return c.incomplete(unseen)
}

// incomplete says what a listing lacks.
func (c *console) incomplete(u *app.Unseen) error {
	if u.Count == 0 {
		return nil
	}
	c.unseen("not looked at", u)
	return verdict(exitIncomplete)
}
