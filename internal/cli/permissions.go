package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/mode"
)

// sourceOptions are the options of commands that take permissions of any model.
type sourceOptions struct {
	app.PermissionSource
	kind string
}

const sourceHelp = `Without --from each argument is a path, of which every list is found that this system
shows: modes and POSIX lists, the attributes of NFS (system.nfs4_acl), of NTFS
(system.ntfs_acl), SMB (system.cifs_ntsd) and Samba (security.NTACL), attributes
of FAT, and files beside the file (NAME.uaem of Amiga emulators, ._NAME of Macs).
With --in ARCHIVE the arguments are members of that zip archive.

With --from MODEL each argument is a text in one of that model's notations, a
file that holds one, or "-" for standard input. ` + "`ward models`" + ` lists models and notations.`

func (o *sourceOptions) add(cmd *cobra.Command) {
	o.addInput(cmd)
	f := cmd.Flags()
	f.StringVar(&o.Facts.Owner, "owner", "", "the object's owner: a name, number, SID or UIC is `WHO`")
	f.StringVar(&o.Facts.Group, "group", "", "its owning group is `WHO`")
	f.StringVar(&o.kind, "kind", "", "what texts are about: `TYPE` is file or directory")
	f.StringVar(&o.Facts.Mode, "mode", "", "the `MODE` beside lists that stand beside one (macOS, HP-UX)")
	_ = cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions([]string{"file", "directory"}, cobra.ShellCompDirectiveNoFileComp))
}

// addInput adds the options that say what is read, without those about the object.
func (o *sourceOptions) addInput(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.From, "from", "", "arguments are texts in this `NOTATION`, a model's or its own id")
	f.StringVar(&o.In, "in", "", "arguments are members of this zip `ARCHIVE`")
	f.StringVar(&o.Which, "which", "", "of several that are found, those of this `MODEL`")
	f.BoolVarP(&o.Follow, "follow", "L", false, "follow symbolic links")
	f.StringVar(&o.Names.Map, "map", "", "names of the same ones on several systems, in `FILE`")
	f.StringArrayVar(&o.Names.Same, "same", nil, "one `ROW` of such a file: user joe uid=1001 sid=S-1-…")
	f.StringVar(&o.Names.SIDs, "sids", "", "give numbers the SIDs that `WHOSE` has for them: samba or ntfs-3g")
	f.StringVar(&o.Names.Domain, "domain", "", "the `SID` of the domain that DA and DU in SDDL stand for")
	f.BoolVarP(&o.Names.Numeric, "numeric", "n", false, "look no accounts of this machine up; numbers stay numbers")
	_ = cmd.RegisterFlagCompletionFunc("from", completeModels(false))
	_ = cmd.RegisterFlagCompletionFunc("which", completeModels(false))
	_ = cmd.RegisterFlagCompletionFunc("sids", cobra.FixedCompletions([]string{"samba", "ntfs-3g"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.MarkFlagFilename("in", "zip")
	_ = cmd.MarkFlagFilename("map")
	cmd.MarkFlagsMutuallyExclusive("from", "in")
	cmd.MarkFlagsMutuallyExclusive("from", "which")
}

// completeModels completes ids of models and notations, and of command forms too.
func completeModels(forms bool) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return app.ModelIDs(forms), cobra.ShellCompDirectiveNoFileComp
	}
}

// source is the request with its arguments.
func (o *sourceOptions) source(cmd *cobra.Command, c *console, args []string) (app.PermissionSource, error) {
	s := o.PermissionSource
	s.Args, s.Stdin = args, c.in
	if err := notEmpty(cmd, "from", "in", "which", "owner", "group", "kind", "mode", "map", "sids", "domain"); err != nil {
		return s, err
	}
	switch o.kind {
	case "":
	case "file", "directory", "dir":
		k, err := mode.ParseKind(o.kind)
		if err != nil {
			return s, usage(cmd, err)
		}
		s.Facts.Kind = k
	default:
		return s, usage(cmd, fmt.Errorf("--kind %q: must be file or directory", o.kind))
	}
	if s.From == "" && s.In == "" {
		return s, mistakenText(cmd, args)
	}
	return s, nil
}

// mistakenText says of an argument that is no path, and looks like a text, that its
// notation has to be told.
func mistakenText(cmd *cobra.Command, args []string) error {
	for _, arg := range args {
		if _, err := os.Lstat(arg); err == nil || !strings.ContainsAny(arg, "():;=,@") && !strings.HasPrefix(arg, "--") {
			continue
		}
		return usage(cmd, fmt.Errorf("%q is no path; a text needs --from, which says in what notation it is", arg))
	}
	return nil
}

// someArguments wants at least one, except for all members of an archive.
func someArguments(o *sourceOptions) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if o.In != "" && len(args) == 0 {
			return nil
		}
		return cobra.MinimumNArgs(1)(cmd, args)
	}
}

func completeFormats(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp
}
