package cli

import (
	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const statLong = `Shows all that bears on the permissions of each path: the mode in every
spelling, owner and group, the access list with the rights that its mask leaves,
the default list, capabilities, inode flags, the mount and its options, the
SELinux label, and the object's identity. Where there is an access list, the
group bits of the mode are its mask, and that is said.

A symbolic link is not followed unless --follow is given or the path ends in a
slash.`

const statExample = `  ward stat /etc/shadow
  ward stat -L /usr/bin/python3
  ward stat --format json /srv/app | jq -r '.objects[].effective[]'`

func newStatCommand(c *console) *cobra.Command {
	var q app.StatRequest
	var format string
	cmd := &cobra.Command{
		Use:   "stat PATH...",
		Short: "Show all that bears on the permissions of a path",
		Long: exits(statLong,
			"0  shown",
			"2  a mistake in the command line",
			"3  a path, or some of its facts, could not be looked at"),
		Example: statExample,
		Args:    wanted(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf(cmd, "format", format, "text", "json"); err != nil {
				return err
			}
			q.Paths = args
			return runStat(c, q, format)
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&q.Follow, "follow", "L", false, "follow symbolic links")
	f.StringVarP(&format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	return cmd
}

func runStat(c *console, q app.StatRequest, format string) error {
	s, err := app.Stat(q)
	if s == nil {
		return err
	}
	if err := answer(c, format, s, report.StatText, report.StatJSON); err != nil {
		return err
	}
	return err
}
