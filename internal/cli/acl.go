package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
)

const aclLong = `Shows, checks and converts the permissions of every model: Unix and POSIX lists,
NFSv4, macOS, Windows, DOS, AmigaOS, OpenVMS, RACF and others.`

const aclExample = `  ward acl show /srv/share/report.odt
  ward acl check /srv/share/report.odt
  ward acl convert --to nfs4 /srv/share/report.odt`

func newACLCommand(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "acl",
		Short:   "Show, check and convert the permissions of every model",
		Long:    exits(aclLong, "0  help was shown", "2  no such command"),
		Example: aclExample,
		Args:    noSuchCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	convert := newConvertCommand(c)
	convert.Example = strings.ReplaceAll(convert.Example, "ward convert", "ward acl convert")
	cmd.AddCommand(newACLShowCommand(c), newACLCheckCommand(c), convert)
	return cmd
}

const aclShowLong = `Shows every list of every model that is found on a path, in its own notation, and
what it lets the owner, the owning group, everybody who is named and everybody
else do. Each is decided by its own system's rules; which of several counts is up
to the system that serves the file.

` + sourceHelp

const aclShowExample = `  ward acl show /srv/share/report.odt
  ward acl show --in backup.zip
  ward acl show --in old.zip LOGIN.COM
  ward acl show --from nt 'O:BAG:BAD:(A;;FA;;;BA)(A;;FR;;;WD)'
  ward acl show --which nt --format json /mnt/ntfs/file | jq -r '.lists[].text'`

func newACLShowCommand(c *console) *cobra.Command {
	var o sourceOptions
	var format string
	cmd := &cobra.Command{
		Use:   "show TEXT|PATH...",
		Short: "Show every list on a path, of every model, with effective rights",
		Long: exits(aclShowLong,
			"0  shown",
			"2  a mistake in the command line, an unknown model, a malformed text",
			"3  something could not be read"),
		Example: aclShowExample,
		Args:    wanted(someArguments(&o)),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := shownLists(cmd, c, &o, format, args)
			if all == nil {
				return err
			}
			if writing := answer(c, format, all, report.PermissionsText, report.PermissionsJSON); writing != nil {
				return writing
			}
			return errors.Join(err, unreadable(all))
		},
	}
	o.add(cmd)
	cmd.Flags().StringVarP(&format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	_ = cmd.RegisterFlagCompletionFunc("format", completeFormats)
	return takingTexts(cmd)
}

func shownLists(cmd *cobra.Command, c *console, o *sourceOptions, format string, args []string) ([]app.Shown, error) {
	if err := oneOf(cmd, "format", format, "text", "json"); err != nil {
		return nil, err
	}
	source, err := o.source(cmd, c, args)
	if err != nil {
		return nil, err
	}
	return app.ShowPermissions(source)
}

// unreadable gives the exit status for lists that are there and cannot be read, which
// the answer says.
func unreadable(all []app.Shown) error {
	for i := range all {
		if all[i].Err != nil {
			return verdict(exitIncomplete)
		}
	}
	return nil
}

const aclCheckLong = `Says what is odd about the lists on a path, and what mends it:

    malformed  the bytes are no permissions, and where they cease to be
    refused    the system would not take the list so
    too-late   a denial of what an entry before it has allowed
    order      not in the order that the system's own tools keep
    idle       an entry that never takes effect
    unknown    bits or kinds that nobody knows
    unusual    it works, and is hardly meant

Where it can be mended the mended permissions are shown, with who gains and who
loses by them, and the commands that set them. Nothing is changed.

` + sourceHelp

const aclCheckExample = `  ward acl check /mnt/share/*
  ward acl check --from nt 'D:(A;;FA;;;WD)(D;;0x2;;;BU)'
  ward acl check --from nfs4 list.txt`

func newACLCheckCommand(c *console) *cobra.Command {
	var o sourceOptions
	var format string
	cmd := &cobra.Command{
		Use:   "check TEXT|PATH...",
		Short: "Say what is odd about lists: order, entries without effect, unknown bits",
		Long: exits(aclCheckLong,
			"0  nothing is odd",
			"1  something is odd",
			"2  a mistake in the command line, an unknown model, a malformed text",
			"3  something could not be read"),
		Example: aclCheckExample,
		Args:    wanted(someArguments(&o)),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := shownLists(cmd, c, &o, format, args)
			if all == nil {
				return err
			}
			if writing := answer(c, format, all, report.OdditiesText, report.OdditiesJSON); writing != nil {
				return writing
			}
			return errors.Join(err, oddStatus(all))
		},
	}
	o.add(cmd)
	cmd.Flags().StringVarP(&format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	_ = cmd.RegisterFlagCompletionFunc("format", completeFormats)
	return takingTexts(cmd)
}

func oddStatus(all []app.Shown) error {
	for i := range all {
		if all[i].Err != nil && len(all[i].Odd) == 0 {
			return verdict(exitIncomplete)
		}
	}
	for i := range all {
		if len(all[i].Odd) > 0 {
			return verdict(exitFindings)
		}
	}
	return nil
}
