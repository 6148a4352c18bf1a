package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"ward/internal/app"
)

// takingTexts lets the arguments of a command be texts that begin with a dash, as the
// protection of an Amiga's file does, without "--" before them. The command then parses
// its options itself.
func takingTexts(cmd *cobra.Command) *cobra.Command {
	run, check, complete := cmd.RunE, cmd.Args, cmd.ValidArgsFunction
	cmd.DisableFlagParsing, cmd.Args = true, nil
	cmd.Flags().BoolP("help", "h", false, "help for "+cmd.Name())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		texts, err := optionsOut(cmd, args)
		if err != nil {
			return usage(cmd, err)
		}
		if help, err := cmd.Flags().GetBool("help"); help || err != nil {
			return helpOr(cmd, err)
		}
		if err := check(cmd, texts); err != nil {
			return err
		}
		return run(cmd, texts)
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if found, directive, ok := completeOption(cmd, args, word); ok {
			return found, directive
		}
		texts, err := optionsOut(cmd, args)
		if complete == nil || err != nil {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return complete(cmd, texts, word)
	}
	return cmd
}

// optionsOut parses the options, and gives the other arguments back.
func optionsOut(cmd *cobra.Command, args []string) ([]string, error) {
	cmd.DisableFlagParsing = false
	defer func() { cmd.DisableFlagParsing = true }()
	shielded := make([]string, len(args))
	from, options := fromOf(args), true
	for i, arg := range args {
		options = options && arg != "--"
		if options && !isValue(cmd, args[:i]) && isText(cmd, arg, from) {
			arg = shield + arg
		}
		shielded[i] = arg
	}
	if err := cmd.ParseFlags(shielded); err != nil {
		return nil, err
	}
	if err := cmd.ValidateFlagGroups(); err != nil { // which a command without parsing has none of
		return nil, err
	}
	var texts []string
	for _, text := range cmd.Flags().Args() {
		texts = append(texts, strings.TrimPrefix(text, shield))
	}
	return texts, nil
}

// fromOf is the notation in which texts are.
func fromOf(args []string) string {
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--from="); ok {
			return value
		}
		if arg == "--from" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// isValue says whether the next argument is the value of the option before it.
func isValue(cmd *cobra.Command, before []string) bool {
	if len(before) == 0 {
		return false
	}
	last := before[len(before)-1]
	f := cmd.Flags().Lookup(strings.TrimPrefix(last, "--"))
	if len(last) == 2 && last[0] == '-' {
		f = cmd.Flags().ShorthandLookup(last[1:])
	}
	return f != nil && last[0] == '-' && f.NoOptDefVal == ""
}

// isText tells a text that begins with a dash from an option: no option begins with
// three of them, and the notation can read it.
func isText(cmd *cobra.Command, arg, from string) bool {
	if len(arg) < 2 || arg[0] != '-' || arg == "--" {
		return false
	}
	if strings.HasPrefix(arg, "---") {
		return true
	}
	flags := cmd.Flags()
	name, _, _ := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
	known := flags.Lookup(name) != nil && strings.HasPrefix(arg, "--") || len(arg) == 2 && flags.ShorthandLookup(arg[1:]) != nil
	return !known && app.IsPermissionText(from, arg)
}

// completeOption completes the value of an option, and names of options, which cobra
// leaves to commands that parse their own.
func completeOption(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective, bool) {
	if len(args) > 0 && isValue(cmd, args) {
		name := strings.TrimLeft(args[len(args)-1], "-")
		if f := cmd.Flags().ShorthandLookup(name[:1]); f != nil && len(name) == 1 {
			name = f.Name
		}
		if complete, ok := cmd.GetFlagCompletionFunc(name); ok {
			found, directive := complete(cmd, args, word)
			return found, directive, true
		}
		return nil, cobra.ShellCompDirectiveDefault, true
	}
	if !strings.HasPrefix(word, "-") {
		return nil, 0, false
	}
	var names []string
	for line := range strings.Lines(cmd.LocalFlags().FlagUsages()) {
		if _, option, ok := strings.Cut(line, "--"); ok {
			name, usage, _ := strings.Cut(strings.TrimSpace(option), " ")
			names = append(names, "--"+name+"\t"+strings.TrimSpace(usage))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp, true
}
