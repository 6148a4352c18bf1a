package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ward/access"
	"ward/ident"
	"ward/internal/app"
	"ward/mode"
)

// withOptions are the flags that say more about an action, where it changes the
// answer.
type withOptions struct {
	open         []string
	mode, kind   string
	owner, group string
	attribute    string
	now          bool
	swap, keep   bool
}

func (o *withOptions) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&o.open, "open", nil, "open with these `FLAGS`: "+strings.Join(openNames(), ", "))
	f.StringVar(&o.mode, "mode", "", "the `MODE` that chmod, create, mkdir or mknod asks for")
	f.StringVar(&o.kind, "kind", "", "what mknod makes: `KIND` is fifo, socket, file, char-device or block-device")
	f.StringVar(&o.owner, "owner", "", "the new owner of chown, a `USER`")
	f.StringVar(&o.group, "group", "", "the new group of chown or chgrp, a `GROUP`")
	f.StringVar(&o.attribute, "attribute", "", "the `NAME` that setxattr sets (default \"user.test\")")
	f.BoolVar(&o.now, "now", false, "utime sets the present time, as touch does")
	f.BoolVar(&o.swap, "swap", false, "rename exchanges the two names")
	f.BoolVar(&o.keep, "keep", false, "rename replaces nothing")
	_ = cmd.RegisterFlagCompletionFunc("open", cobra.FixedCompletions(openNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions([]string{"fifo", "socket", "file", "char-device", "block-device"}, cobra.ShellCompDirectiveNoFileComp))
}

// openFlags are the flags of open(2) in the order of help.
var openFlags = []struct {
	name string
	flag access.OpenFlags
}{
	{"O_CREAT", access.OCreat},
	{"O_EXCL", access.OExcl},
	{"O_TRUNC", access.OTrunc},
	{"O_APPEND", access.OAppend},
	{"O_NOATIME", access.ONoAtime},
	{"O_PATH", access.OPath},
	{"O_DIRECTORY", access.ODirectory},
	{"O_NOFOLLOW", access.ONoFollow},
	{"O_TMPFILE", access.OTmpfile},
}

func openNames() []string {
	names := make([]string, len(openFlags))
	for i, f := range openFlags {
		names[i] = f.name
	}
	return names
}

// parse is what an action brings with it. A flag that says nothing about the action
// is a mistake, as it would not change the answer that somebody hopes it does.
func (o *withOptions) parse(cmd *cobra.Command, a access.Action) (access.With, error) {
	w := access.With{UID: ident.NoUID, GID: ident.NoGID, Attr: o.attribute, Now: o.now, Swap: o.swap, Keep: o.keep}
	for flag, actions := range map[string][]access.Action{
		"open":      {access.Reading, access.Writing, access.Updating, access.Appending, access.Listing, access.Creating},
		"mode":      {access.ChangingMode, access.Creating, access.MakingDir, access.MakingNode},
		"kind":      {access.MakingNode},
		"owner":     {access.ChangingOwner},
		"group":     {access.ChangingOwner, access.ChangingGroup},
		"attribute": {access.SettingAttribute},
		"now":       {access.SettingTimes},
		"swap":      {access.Renaming},
		"keep":      {access.Renaming},
	} {
		if cmd.Flags().Changed(flag) && !slices.Contains(actions, a) {
			return w, usage(cmd, fmt.Errorf("--%s says nothing about %s", flag, a))
		}
	}
	if a == access.SettingAttribute && w.Attr == "" {
		w.Attr = "user.test"
	}
	for _, step := range []func(*cobra.Command, access.Action, *access.With) error{o.parseOpen, o.parseModes, o.parseIDs} {
		if err := step(cmd, a, &w); err != nil {
			return w, err
		}
	}
	return w, nil
}

func (o *withOptions) parseOpen(cmd *cobra.Command, _ access.Action, w *access.With) error {
	for _, name := range o.open {
		upper := strings.ToUpper(name)
		if !strings.HasPrefix(upper, "O_") {
			upper = "O_" + upper
		}
		i := slices.IndexFunc(openFlags, func(f struct {
			name string
			flag access.OpenFlags
		},
		) bool {
			return f.name == upper
		})
		if i < 0 {
			return usage(cmd, fmt.Errorf("--open %q: must be of %s", name, strings.Join(openNames(), ", ")))
		}
		w.Open |= openFlags[i].flag
	}
	return nil
}

func (o *withOptions) parseModes(cmd *cobra.Command, a access.Action, w *access.With) (err error) {
	w.Mode = 0o666
	if a == access.MakingDir {
		w.Mode = 0o777
	}
	if o.mode != "" {
		if w.Mode, err = mode.Parse(o.mode); err != nil {
			return usage(cmd, fmt.Errorf("--mode: %w", err))
		}
	}
	if a == access.MakingNode {
		w.Kind = mode.FIFO
	}
	if o.kind != "" {
		if w.Kind, err = mode.ParseKind(o.kind); err != nil {
			return usage(cmd, fmt.Errorf("--kind: %w", err))
		}
	}
	return nil
}

func (o *withOptions) parseIDs(cmd *cobra.Command, a access.Action, w *access.With) (err error) {
	if o.owner != "" || o.group != "" {
		w.UID, w.GID, err = app.ParseOwner(o.owner, o.group)
		if err != nil {
			return err
		}
	}
	switch {
	case a == access.ChangingOwner && o.owner == "" && o.group == "":
		return usage(cmd, fmt.Errorf("chown to whom? Say --owner USER"))
	case a == access.ChangingGroup && o.group == "":
		return usage(cmd, fmt.Errorf("chgrp to which group? Say --group GROUP"))
	}
	return nil
}
