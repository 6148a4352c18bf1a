package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const umaskLong = `Says which umask a process has and what it makes of the modes that programs ask for;
in a directory with a default list, what that list makes of them in its place. The
umask is read and never set.

With --sources it says where the umask of a user's login sessions, or of a systemd
unit, is set: login.defs, pam_umask with GECOS fields, the start files of the shell,
sudoers, sftp-server, crontabs, UMask= of a unit with its drop-ins, and scripts that
units start; each with file and line, and which one is left in the end. Nothing is
run for it: what stands in a condition is marked as open.`

const umaskExample = `  ward umask                       # yours, and what it makes of files
  ward umask 0666 --umask 027      # 0640
  ward umask --pid 812 --in /srv/shared
  ward umask --sources --as www-data
  ward umask --sources --unit nginx.service`

type umaskOptions struct {
	q       app.UmaskRequest
	s       app.UmaskSourcesRequest
	sources bool
	format  string
}

func newUmaskCommand(c *console) *cobra.Command {
	var o umaskOptions
	cmd := &cobra.Command{
		Use:   "umask [MODE...]",
		Short: "Say what a umask makes of new files, and where it is set",
		Long: exits(umaskLong,
			"0  said",
			"2  a mistake in the command line, an unknown user, unit or process",
			"3  something could not be looked at"),
		Example: umaskExample,
		Args:    wanted(cobra.ArbitraryArgs),
		RunE:    func(cmd *cobra.Command, args []string) error { return runUmask(cmd, c, &o, args) },
	}
	f := cmd.Flags()
	f.IntVar(&o.q.PID, "pid", 0, "the umask of process `N`, not yours")
	f.StringVarP(&o.q.Umask, "umask", "u", "", "this `MASK` in its place: 027, or what it leaves: u=rwx,g=rx,o=")
	f.StringVar(&o.q.In, "in", "", "what becomes of them in the directory `DIR`")
	f.BoolVar(&o.sources, "sources", false, "say where the umask is set")
	f.StringVar(&o.s.As, "as", "", "with --sources: in login sessions of `USER` (default: yours)")
	f.StringVar(&o.s.Unit, "unit", "", "with --sources: of the systemd unit `NAME`")
	f.StringVar(&o.s.Root, "root", "", "with --sources: of the system whose tree lies at `DIR`")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	_ = cmd.MarkFlagDirname("in")
	_ = cmd.MarkFlagDirname("root")
	_ = cmd.RegisterFlagCompletionFunc("as", completeWho)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runUmask(cmd *cobra.Command, c *console, o *umaskOptions, args []string) error {
	if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
		return err
	}
	if err := o.check(cmd, args); err != nil {
		return err
	}
	show, complete, err := o.answer(c)
	if err != nil {
		return err
	}
	if err := show(c.out); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	if !complete {
		return verdict(exitIncomplete)
	}
	return nil
}

// check refuses options that mean nothing together.
func (o *umaskOptions) check(cmd *cobra.Command, args []string) error {
	only := []string{"as", "unit", "root"}
	why := "means something with --sources only"
	if o.sources {
		only, why = []string{"umask", "in"}, "means nothing with --sources"
		if len(args) > 0 {
			return usage(cmd, fmt.Errorf("--sources takes no modes"))
		}
	}
	for _, name := range only {
		if cmd.Flags().Changed(name) {
			return usage(cmd, fmt.Errorf("--%s %s", name, why))
		}
	}
	if err := errors.Join(notEmpty(cmd, "umask", "in", "as", "unit", "root"), apart(cmd, "as", "unit"), apart(cmd, "pid", "sources")); err != nil {
		return err
	}
	if cmd.Flags().Changed("pid") && o.q.PID <= 0 {
		return usage(cmd, fmt.Errorf("--pid %d: processes are numbered from 1", o.q.PID))
	}
	if len(args) > 0 {
		o.q.Modes = args
	}
	return nil
}

// answer is how to write the answer, and whether everything was seen that has a say in
// it.
func (o *umaskOptions) answer(c *console) (show func(io.Writer) error, complete bool, err error) {
	json := o.format == "json"
	if o.sources {
		s, err := app.FindUmaskSources(o.s)
		if err != nil {
			return nil, false, err
		}
		return func(w io.Writer) error {
			if json {
				return report.UmaskSourcesJSON(w, s)
			}
			return report.UmaskSourcesText(w, s, c.style)
		}, len(s.Found.Unread) == 0, nil
	}
	a, err := app.AskUmask(o.q)
	if err != nil {
		return nil, false, err
	}
	return func(w io.Writer) error {
		if json {
			return report.UmaskJSON(w, a)
		}
		return report.UmaskText(w, a, c.style)
	}, true, nil
}
