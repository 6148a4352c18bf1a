package cli

import (
	"bufio"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const manifestLong = `Writes down what everything below ROOT (default: the current directory) is: type,
mode, owner and group by number and name, access lists, file capabilities, flags, and
where links lead; of set-id programs, or with --sha256 of all files, a checksum of the
content. ` + "`ward repair --from FILE ROOT`" + ` brings all of that back.

The form is mtree(5), which bsdtar and the mtree of BSD read. It is the same for the
same tree, so that two manifests can be compared with diff.`

const manifestExample = `  ward manifest / -o /root/system.mtree
  ward manifest --sha256 /srv/app | gpg --clearsign >app.mtree.asc
  diff <(ward manifest /srv/a) <(ward manifest /srv/b)
  ward repair --from /root/system.mtree /`

type manifestOptions struct {
	app.ManifestRequest
	out string
}

func newManifestCommand(c *console) *cobra.Command {
	var o manifestOptions
	cmd := &cobra.Command{
		Use:   "manifest [ROOT]",
		Short: "Write down modes and owners, for the day they are needed",
		Long: exits(manifestLong,
			"0  the whole tree is in the manifest",
			"2  a mistake in the command line",
			"3  something could not be looked at, and is not in it"),
		Example: manifestExample,
		Args:    wanted(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Root = rootOf(args)
			return runManifest(cmd, c, &o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.out, "out", "o", "", "write to this `FILE`, which is whole or not there")
	f.BoolVar(&o.SHA256, "sha256", false, "with a checksum of every file's content")
	f.StringArrayVar(&o.Exclude, "exclude", nil, "leave out what fits this `GLOB`, with all below it; repeatable")
	f.BoolVar(&o.CrossMounts, "cross-mounts", false, "enter other file systems")
	jobsFlag(cmd, &o.Jobs)
	_ = cmd.MarkFlagFilename("out")
	return cmd
}

func runManifest(cmd *cobra.Command, c *console, o *manifestOptions) error {
	progress := c.progress()
	defer progress.stop()
	var m *app.Manifested
	write := func(w io.Writer) (err error) {
		out := bufio.NewWriterSize(w, 1<<16)
		if m, err = app.WriteManifest(cmd.Context(), o.ManifestRequest, out, progress); err != nil {
			return err
		}
		return out.Flush()
	}
	var err error
	if o.out == "" {
		err = write(c.out)
	} else {
		err = app.SaveManifest(o.out, write)
	}
	progress.stop()
	if err != nil {
		return err
	}
	return manifestVerdict(c, m, o.out)
}

func manifestVerdict(c *console, m *app.Manifested, file string) error {
	var said error
	if file != "" {
		said = report.ManifestText(c.out, m, file, c.style)
	}
	c.unseen("not in the manifest", &m.Unseen)
	if m.Unseen.Count > 0 {
		return errors.Join(said, verdict(exitIncomplete))
	}
	return said
}
