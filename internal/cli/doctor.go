package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"ward/access"
	"ward/internal/app"
	"ward/internal/report"
)

const doctorLong = `Goes through everything that an experienced administrator would look at when an
access fails, in that order and on one page: the way to the path and what each
component says, who asks (as the database has him, and as the running process is),
the mounts, what stands outside the permissions; then the narrowest change that mends
it, a command that fails in the same way with the very ids and does no harm, and the
assertion and the rule of a policy that would have noticed it.

With --from-log it finds out of a log what was refused: messages of shells, coreutils,
Python, Go, Java, Node, PHP, nginx, Apache, systemd, docker, git, rsync, strace and
others that name a path. Whose access it was is asked of the running program of that
name, or given with --as.

WHO and ACTION are those of ward explain.`

const doctorExample = `  ward doctor /srv/www/index.html --as www-data read
  ward doctor --as pid:812 write /var/lib/app/data
  ward doctor --from-log /var/log/nginx/error.log
  journalctl -u app | ward doctor --from-log - --as app`

type doctorOptions struct {
	as, format string
	log, cwd   string
	most       int
	with       withOptions
}

func newDoctorCommand(c *console) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor PATH ACTION",
		Short: "Find out on one page why an access fails, and what to do",
		Long: exits(doctorLong,
			"0  allowed, as far as permissions go",
			"1  denied; of a log: something in it is still denied",
			"2  a mistake in the command line, an unknown user, a log without refusals",
			"3  it cannot be decided from what could be seen"),
		Example:           doctorExample,
		Args:              wanted(cobra.ArbitraryArgs),
		ValidArgsFunction: completeDoctor,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
				return err
			}
			if err := notEmpty(cmd, "as", "from-log", "cwd"); err != nil {
				return err
			}
			if cmd.Flags().Changed("from-log") {
				return runDoctorLog(cmd, c, &o, args)
			}
			return runDoctor(cmd, c, &o, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.as, "as", "self", "for `WHO`: a user, uid:gid[:gid,…], pid:N or self")
	f.StringVar(&o.log, "from-log", "", "look into what this `FILE` says was refused; - is standard input")
	f.StringVar(&o.cwd, "cwd", "", "with --from-log: relative paths count from `DIR`")
	f.IntVar(&o.most, "most", 10, "with --from-log: look into `N` different refusals")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json (one line for each diagnosis)")
	o.with.add(cmd)
	_ = cmd.RegisterFlagCompletionFunc("as", completeWho)
	_ = cmd.MarkFlagFilename("from-log")
	_ = cmd.MarkFlagDirname("cwd")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// completeDoctor completes the path first, then the action.
func completeDoctor(cmd *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return completeActions(cmd, nil, text)
	}
	return nil, cobra.ShellCompDirectiveDefault
}

func runDoctor(cmd *cobra.Command, c *console, o *doctorOptions, args []string) error {
	for _, name := range []string{"cwd", "most"} {
		if cmd.Flags().Changed(name) {
			return usage(cmd, fmt.Errorf("--%s means something with --from-log only", name))
		}
	}
	args, err := actionFirst(cmd, args)
	if err != nil {
		return err
	}
	requests, err := accessRequests(cmd, o.as, &o.with, args)
	if err != nil {
		return err
	}
	d, err := app.Diagnose(requests[0])
	if err != nil {
		return err
	}
	if err := showDiagnosis(c, o, d); err != nil {
		return err
	}
	if status := accessStatus(d.AccessAnswer); status != exitFine {
		return verdict(status)
	}
	return nil
}

// actionFirst puts the action before the path: people say either first.
func actionFirst(cmd *cobra.Command, args []string) ([]string, error) {
	switch {
	case len(args) < 2:
		return nil, usage(cmd, errors.New("a path and an action are wanted: ward doctor PATH ACTION"))
	case isAction(args[0]):
	case isAction(args[1]):
		args = append([]string{args[1], args[0]}, args[2:]...)
	default:
		_, err := parseAction(cmd, args[1])
		return nil, err
	}
	a, err := access.ParseAction(args[0])
	if err == nil && len(args) > 2 && !a.TwoPaths() {
		return nil, usage(cmd, errors.New("one path at a time: the answer fills a page"))
	}
	return args, nil
}

func isAction(word string) bool {
	_, err := access.ParseAction(word)
	return err == nil
}

func showDiagnosis(c *console, o *doctorOptions, d *app.Diagnosis) error {
	if err := answer(c, o.format, d, report.DoctorText, report.DoctorJSON); err != nil {
		return err
	}
	return nil
}

func runDoctorLog(cmd *cobra.Command, c *console, o *doctorOptions, args []string) error {
	switch {
	case len(args) > 0:
		return usage(cmd, errors.New("--from-log takes the path and the action from the log"))
	case o.most < 1:
		return usage(cmd, fmt.Errorf("--most %d: must be 1 at least", o.most))
	}
	q := app.LogRequest{Name: o.log, Cwd: o.cwd, Most: o.most}
	if o.log == "-" {
		q.Name = "standard input"
	}
	if cmd.Flags().Changed("as") {
		q.As = o.as
	}
	// Opening and reading wait as long as a pipe has nothing to say. They are left alone
	// when a signal comes: nothing is changed, and the program is at its end.
	diagnosed := make(chan error, 1)
	var found *app.LogDiagnosis
	go func() {
		var err error
		found, err = diagnoseLog(c, o.log, q)
		diagnosed <- err
	}()
	select {
	case <-cmd.Context().Done():
		return cmd.Context().Err()
	case err := <-diagnosed:
		if err != nil {
			return err
		}
		return showLog(c, o, found)
	}
}

func diagnoseLog(c *console, name string, q app.LogRequest) (*app.LogDiagnosis, error) {
	log, err := openLog(c, name)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	q.Log = log
	return app.DiagnoseLog(q)
}

func openLog(c *console, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(c.in), nil
	}
	return os.Open(name)
}

func showLog(c *console, o *doctorOptions, found *app.LogDiagnosis) error {
	status := exitFine
	for i, d := range found.Diagnoses {
		if i > 0 && o.format == "text" {
			fmt.Fprintln(c.out)
		}
		if err := showDiagnosis(c, o, d); err != nil {
			return err
		}
		status = max(status, accessStatus(d.AccessAnswer))
	}
	if err := report.DoctorPassed(c.err, found, c.style); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	if len(found.Passed) > 0 && status == exitFine {
		status = exitIncomplete
	}
	if status != exitFine {
		return verdict(status)
	}
	return nil
}
