package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const assertLong = `Compares one object with what it is expected to be and says, one line each, what
does not hold. Silence means that all of it holds. For scripts and tests.

    mode=0600            exactly this mode; also rw-r-----, u=rw,go= and the like
    mode=go-w            a chmod expression holds when applying it changes nothing
    mode=atmost:0640     no bit beyond these;  mode=atleast:0500  at least these
    owner=app group=dev  by name or number
    acl=u:bob:r          entries as for setfacl -m;  acl=none  no list
    type=file            or dir, symlink, fifo, socket, char-device, block-device

A symbolic link is not followed unless --follow is given.`

const assertExample = `  ward assert /etc/app/server.key mode=0600 owner=app group=app type=file
  ward assert /srv/www mode=atmost:0755 || exit 1`

func newAssertCommand(c *console) *cobra.Command {
	var follow bool
	cmd := &cobra.Command{
		Use:   "assert PATH ATTRIBUTE=VALUE...",
		Short: "Test the mode, owner, group, ACL or type of one path",
		Long: exits(assertLong,
			"0  everything holds",
			"1  something does not: what, is on standard output",
			"2  a mistake in the command line",
			"3  the path could not be looked at"),
		Example:           assertExample,
		Args:              wanted(cobra.MinimumNArgs(2)),
		ValidArgsFunction: completeAssert,
		RunE: func(_ *cobra.Command, args []string) error {
			return runAssert(c, app.AssertRequest{Path: args[0], Wants: args[1:], Follow: follow})
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "L", false, "follow a symbolic link")
	return cmd
}

func runAssert(c *console, q app.AssertRequest) error {
	a, err := app.Assert(q)
	if err != nil {
		return err
	}
	if err := report.AssertText(c.out, a); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	if len(a.Misses) > 0 {
		return verdict(exitFindings)
	}
	return nil
}

// completeAssert completes a path, and then what can be expected of it.
func completeAssert(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var names []string
	for _, a := range app.AssertAttributes() {
		names = append(names, a+"=")
	}
	return names, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}
