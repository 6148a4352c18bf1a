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
	"ward/mode"
)

const predictLong = `Says which owner, group, mode and access lists something would have if WHO made
it, and why: the umask or a default list, a setgid directory or a mount with grpid,
what the kernel drops and what the program sets afterwards. Whether WHO may make it
at all is said too. Nothing is made.

    create PATH         open(2) with O_CREAT; --mode is what the program asks for
    mkdir PATH          mkdir(2)
    mknod PATH          a fifo; --kind names another
    symlink PATH        symlink(2)
    copy SOURCE PATH    cp; -p and -a as cp has them
    move SOURCE PATH    mv, on the same file system or to another
    install PATH        install -m MODE -o OWNER -g GROUP
    extract PATH        tar -x of a member with --mode, --owner, --group; -p as tar has it
    replace FILE        a new file is written beside it and renamed over it, as most
                        programs save; with -p one that keeps what it can (sed -i)

PATH is a directory, or a name in one. WHO is as for ward explain. Where no umask is
given, it is that of the process, or the one that login sessions of the user have
(ward umask --sources says where that comes from).

The programs are those of GNU: coreutils 9, tar 1.34, sed 4.9.`

const predictExample = `  ward predict create /srv/shared --as bob
  ward predict mkdir /srv/shared/new --umask 077
  ward predict copy -p /etc/app.conf /srv/app --as deploy
  ward predict install /usr/local/bin -m 2755 -g games --as root
  ward predict replace /etc/app/config.yaml`

type predictOptions struct {
	q               app.PredictRequest
	format, kind    string
	owner, notOwner bool
}

func newPredictCommand(c *console) *cobra.Command {
	var o predictOptions
	var names []string
	for _, m := range app.Makings() {
		names = append(names, string(m))
	}
	cmd := &cobra.Command{
		Use:   "predict " + strings.Join(names[:2], "|") + "|... [SOURCE] PATH",
		Short: "Foresee owner, group, mode and ACL of what somebody would make",
		Long: exits(predictLong,
			"0  this would be made",
			"1  it would be refused",
			"2  a mistake in the command line, or an unknown user",
			"3  something could not be looked at, or whether it is allowed cannot be told"),
		Example: predictExample,
		Args:    wanted(cobra.MinimumNArgs(1)),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return names, cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runPredict(cmd, c, &o, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.q.As, "as", "self", "for `WHO`: a user, uid:gid[:gid,…], pid:N or self")
	f.StringVarP(&o.q.Umask, "umask", "u", "", "under this `MASK`, in octal or as what it leaves: u=rwx,g=rx,o=")
	f.StringVarP(&o.q.Mode, "mode", "m", "", "the `MODE` that is asked for, installed, or in the archive")
	f.StringVarP(&o.q.Owner, "owner", "o", "", "install: the `USER` to own it; extract: the owner in the archive")
	f.StringVarP(&o.q.Group, "group", "g", "", "likewise the `GROUP`")
	f.StringVar(&o.kind, "kind", "", "extract and mknod: `KIND` is file, directory, symlink, fifo, socket …")
	f.BoolVarP(&o.q.Preserve, "preserve", "p", false, "copy, extract, replace: keep what the option -p keeps")
	f.BoolVarP(&o.q.Archive, "archive", "a", false, "copy: keep all that cp -a keeps")
	f.BoolVar(&o.owner, "same-owner", false, "extract: give it to the owner in the archive, as tar does for root")
	f.BoolVar(&o.notOwner, "no-same-owner", false, "extract: as root too, leave it to who extracts")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	_ = cmd.RegisterFlagCompletionFunc("as", completeWho)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// predictFlags says which options mean something for which ways of making.
func predictFlags() map[string][]app.Making {
	return map[string][]app.Making{
		"mode":          {app.CreateFile, app.MakeDir, app.MakeNode, app.InstallFile, app.ExtractFile},
		"owner":         {app.InstallFile, app.ExtractFile},
		"group":         {app.InstallFile, app.ExtractFile},
		"kind":          {app.MakeNode, app.ExtractFile},
		"preserve":      {app.CopyFile, app.ExtractFile, app.ReplaceFile},
		"archive":       {app.CopyFile},
		"same-owner":    {app.ExtractFile},
		"no-same-owner": {app.ExtractFile},
	}
}

func runPredict(cmd *cobra.Command, c *console, o *predictOptions, args []string) error {
	if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
		return err
	}
	if err := o.parse(cmd, args); err != nil {
		return err
	}
	p, err := app.Predict(o.q)
	if err != nil {
		return err
	}
	if err := answer(c, o.format, p, report.PredictText, report.PredictJSON); err != nil {
		return err
	}
	switch p.Answer() {
	case access.Denied:
		return verdict(exitFindings)
	case access.Unknown:
		return verdict(exitIncomplete)
	}
	return nil
}

func (o *predictOptions) parse(cmd *cobra.Command, args []string) error {
	q := &o.q
	q.What = app.Making(args[0])
	if !slices.Contains(app.Makings(), q.What) {
		return usage(cmd, fmt.Errorf("%q is no way of making something: expect create, mkdir, mknod, symlink, copy, move, install, extract or replace", args[0]))
	}
	for name, of := range predictFlags() {
		if cmd.Flags().Changed(name) && !slices.Contains(of, q.What) {
			return usage(cmd, fmt.Errorf("--%s means nothing for %s", name, q.What))
		}
	}
	if err := errors.Join(notEmpty(cmd, "umask", "mode", "owner", "group", "as"), apart(cmd, "same-owner", "no-same-owner")); err != nil {
		return err
	}
	paths := args[1:]
	if want := pathsOf(q.What); len(paths) != want {
		return usage(cmd, fmt.Errorf("%s takes %s, not %d", q.What, [...]string{"", "one path", "two paths, SOURCE and where it goes"}[want], len(paths)))
	}
	if q.What.HasSource() {
		q.Source = paths[0]
	}
	q.Path = paths[len(paths)-1]
	if o.kind != "" {
		k, err := mode.ParseKind(o.kind)
		if err != nil {
			return usage(cmd, fmt.Errorf("--kind: %w", err))
		}
		q.Kind = k
	}
	if o.owner || o.notOwner {
		q.SameOwner = &o.owner
	}
	return nil
}

func pathsOf(m app.Making) int {
	if m.HasSource() {
		return 2
	}
	return 1
}

// apart refuses two options together.
func apart(cmd *cobra.Command, a, b string) error {
	if cmd.Flags().Changed(a) && cmd.Flags().Changed(b) {
		return usage(cmd, fmt.Errorf("--%s and --%s mean nothing together", a, b))
	}
	return nil
}
