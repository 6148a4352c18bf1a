package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ward/access"
	"ward/internal/app"
	"ward/internal/report"
)

const explainLong = `Says whether somebody may do something to a path, and why: the verdict first, then
the rule that gave it, every component of the way with what it says, what stands
outside the permissions, and the narrowest changes that would allow it. Each of
those was tried by deciding again with the change made; they are ranked by how many
others they let in, of the users that this machine lists and of running processes.

WHO is a user name (as after login), uid:gid or uid:gid:gid,gid, pid:N (a running
process with its real ids, groups, capabilities, namespaces and root directory) or
self, which is the default.

ACTION is one of

    read write update append      open a file (update is both; append is O_APPEND)
    execute                       start a program, with what runs it
    list search chdir stat        directories, and looking at anything
    create mkdir mknod symlink    a new name
    delete                        unlink or rmdir
    rename link                   two paths
    chmod chown chgrp utime       what only owners may
    setxattr setfacl truncate
    connect                       to a socket

Nothing is changed and nothing is opened for it. Symbolic links are followed where
the action's system call follows them.`

const explainExample = `  ward explain read /srv/app/config.yaml
  ward explain --as www-data read /srv/www/index.html
  ward explain --as pid:812 write /var/lib/app/data
  ward explain --as 1000:1000:27 execute ./deploy.sh
  ward explain --as bob --stop write /srv/share/report.txt
  ward explain --as root --open O_CREAT write /tmp/shared.log`

type explainOptions struct {
	as, format string
	quiet      bool
	stop       bool
	with       withOptions
}

func newExplainCommand(c *console) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain ACTION PATH...",
		Short: "Say whether somebody may do something to a path, why, and what would allow it",
		Long: exits(explainLong,
			"0  allowed, every path",
			"1  denied, or impossible for another reason",
			"2  a mistake in the command line, or an unknown user",
			"3  it cannot be decided from what could be seen"),
		Example:           explainExample,
		Args:              wanted(cobra.MinimumNArgs(1)),
		ValidArgsFunction: completeActions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(oneOf(cmd, "format", o.format, "text", "json"), notEmpty(cmd, "as")); err != nil {
				return err
			}
			return runExplain(cmd, c, o, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.as, "as", "self", "for `WHO`: a user, uid:gid[:gid,…], pid:N or self")
	f.BoolVar(&o.stop, "stop", false, "look for the narrowest change that ends the access")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "say nothing; the exit status is the answer")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	o.with.add(cmd)
	_ = cmd.RegisterFlagCompletionFunc("as", completeWho)
	return cmd
}

func runExplain(cmd *cobra.Command, c *console, o explainOptions, args []string) error {
	requests, err := accessRequests(cmd, o.as, &o.with, args)
	if err != nil {
		return err
	}
	status := exitFine
	var wrong []error
	for i, q := range requests {
		q.Stop, q.Brief = o.stop, o.quiet
		a, err := app.ExplainAccess(q)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		status = max(status, accessStatus(a))
		if err := showAccess(c, o, a, i > 0); err != nil {
			return fmt.Errorf("write the answer: %w", err)
		}
	}
	if status != exitFine {
		wrong = append(wrong, verdict(status))
	}
	return errors.Join(wrong...)
}

func showAccess(c *console, o explainOptions, a *app.AccessAnswer, again bool) error {
	switch {
	case o.quiet:
		return nil
	case o.format == "json":
		return report.AccessJSON(c.out, a)
	case again:
		fmt.Fprintln(c.out)
	}
	return report.AccessText(c.out, a, c.style)
}

// accessStatus: what stands outside and decides as well leaves the answer open.
func accessStatus(a *app.AccessAnswer) int {
	switch {
	case a.Refused() != nil:
		return exitFindings
	case a.Sure == app.Open:
		return exitIncomplete
	case a.Verdict.Answer == access.Denied:
		return exitFindings
	}
	return exitFine
}

// accessRequests makes a request of each path, or one of two.
func accessRequests(cmd *cobra.Command, as string, with *withOptions, args []string) ([]app.AccessRequest, error) {
	action, err := parseAction(cmd, args[0])
	if err != nil {
		return nil, err
	}
	paths := args[1:]
	w, err := with.parse(cmd, action)
	if err != nil {
		return nil, err
	}
	q := app.AccessRequest{As: as, Action: action, With: w}
	switch {
	case len(paths) == 0:
		return nil, usage(cmd, fmt.Errorf("%s what? A path is missing", action))
	case action.TwoPaths() && len(paths) != 2:
		return nil, usage(cmd, fmt.Errorf("%s takes two paths, the old name and the new one", action))
	case action.TwoPaths():
		q.Path, q.Target = paths[0], paths[1]
		return []app.AccessRequest{q}, nil
	}
	requests := make([]app.AccessRequest, len(paths))
	for i, path := range paths {
		requests[i] = q
		requests[i].Path = path
	}
	return requests, nil
}

// otherWords are what people call the actions besides.
func otherWords() map[string]string {
	return map[string]string{
		"exec": "execute", "run": "execute", "x": "execute", "r": "read", "w": "write", "rw": "update", "unlink": "delete",
		"rm": "delete", "rmdir": "delete", "remove": "delete", "mv": "rename", "move": "rename", "ln": "link", "cd": "chdir",
		"enter": "search", "touch": "utime", "open": "read", "ls": "list", "setacl": "setfacl", "bind": "create",
	}
}

func parseAction(cmd *cobra.Command, word string) (access.Action, error) {
	if other, ok := otherWords()[word]; ok {
		word = other
	}
	a, err := access.ParseAction(word)
	if err == nil {
		return a, nil
	}
	if strings.ContainsAny(word, "/.") {
		return 0, usage(cmd, fmt.Errorf("the action comes first: ward %s read %s", cmd.Name(), report.Path(word)))
	}
	return 0, usage(cmd, err)
}

func completeActions(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var names []string
	for _, a := range access.Actions() {
		names = append(names, a.String())
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeWho completes users of the machine.
func completeWho(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names := slices.Concat([]string{"self\tthis process", "pid:\ta running process"}, app.UserNames())
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
