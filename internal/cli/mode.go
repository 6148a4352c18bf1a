package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ward/internal/app"
	"ward/internal/report"
	"ward/mode"
)

const modeLong = `Reads a mode in any spelling and says it in all others, in words for a file and
for a directory, with what is odd about it and what a umask makes of it.

    750  0750  0o750  00750             octal, with a type too: 0100644
    rwxr-x---  -rwsr-sr-x  drwxrwxrwt+  as ls shows it
    u=rwx,g=rx,o=                       chmod clauses that leave nothing as is
    S_IRUSR|S_IWUSR                     the constants of C
    dgrwxr-x---  2147484141             Go's fs.FileMode, printed and as number
    ./file                              the mode that a file has

With --from each EXPR is what chmod is told, and the answer is what it makes of
that mode. Without a type in the text the answer is for a file and for a
directory.`

const modeExample = `  ward mode 2750
  ward mode -rwsr-xr-x
  ward mode --from 0644 u+sx,go+x       # what chmod would make of it
  ward mode --from ./f --umask 077 +x
  ward mode --diff 0755 0750            # who loses what
  ward mode --decimal 420
  ward mode --to octal rwxr-x---        # for scripts`

type modeOptions struct {
	app.ModesRequest
	kind, format, to string
	diff             bool
}

// newModeCommand parses its options itself: modes such as -rwxr-xr-x and -x begin
// with a dash and are none.
func newModeCommand(c *console) *cobra.Command {
	var o modeOptions
	cmd := &cobra.Command{
		Use:   "mode EXPR...",
		Short: "Say a mode in every spelling, in words, with what is odd about it",
		Long: exits(modeLong,
			"0  said, or with --diff: the same",
			"1  with --diff: the modes differ",
			"2  a text that is no mode and no file, or another mistake",
			"3  a file could not be looked at"),
		Example:            modeExample,
		DisableFlagParsing: true,
		ValidArgsFunction:  completeMode,
		RunE: func(cmd *cobra.Command, args []string) error {
			texts, help, err := modeArgs(cmd, args, &o)
			if help || err != nil {
				return helpOr(cmd, err)
			}
			o.Texts = texts
			return runMode(cmd, c, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.From, "from", "", "apply each EXPR to this `MODE`, or to that of a file, as chmod does")
	f.StringVar(&o.kind, "kind", "", "of what the mode is: `TYPE` is file, directory, fifo, socket …")
	f.StringVar(&o.Umask, "umask", "", "count with the umask `MASK` instead of that of this process")
	f.BoolVar(&o.Decimal, "decimal", false, "numbers are decimal: 420 is 0644")
	f.BoolVar(&o.diff, "diff", false, "compare two modes: who gains and who loses what")
	f.StringVar(&o.to, "to", "", "print only the mode: `SPELLING` is octal, ls, symbolic, constants or go")
	f.StringVarP(&o.format, "format", "f", "text", "how to answer: `FORMAT` is text or json")
	f.BoolP("help", "h", false, "help for mode")
	return cmd
}

func helpOr(cmd *cobra.Command, err error) error {
	if err != nil {
		return usage(cmd, err)
	}
	return cmd.Help()
}

// shield stands before arguments that begin with a dash and are no options. No
// argument can hold it.
const shield = "\x00"

// modeArgs takes the options out of the arguments.
func modeArgs(cmd *cobra.Command, args []string, o *modeOptions) (texts []string, help bool, err error) {
	cmd.DisableFlagParsing = false
	defer func() { cmd.DisableFlagParsing = true }()
	shielded := make([]string, len(args))
	options := true
	for i, arg := range args {
		options = options && arg != "--"
		if options && isModeArgument(arg) {
			arg = shield + arg
		}
		shielded[i] = arg
	}
	if err := cmd.ParseFlags(shielded); err != nil {
		return nil, false, err
	}
	for _, value := range [...]*string{&o.From, &o.kind, &o.Umask, &o.to, &o.format} {
		*value = strings.TrimPrefix(*value, shield)
	}
	for _, text := range cmd.Flags().Args() {
		texts = append(texts, strings.TrimPrefix(text, shield))
	}
	help, err = cmd.Flags().GetBool("help")
	if err == nil && !help {
		err = wanted(cobra.MinimumNArgs(1))(cmd, texts)
	}
	return texts, help, err
}

// isModeArgument tells a mode that begins with a dash from an option.
func isModeArgument(arg string) bool {
	if !strings.HasPrefix(arg, "-") {
		return false
	}
	_, spelling := mode.ParseSpelling(arg)
	_, expression := mode.ParseExpr(arg)
	return spelling == nil || expression == nil
}

func runMode(cmd *cobra.Command, c *console, o modeOptions) error {
	if err := o.check(cmd); err != nil {
		return err
	}
	if o.diff {
		return runModeDiff(c, o)
	}
	m, err := app.ReadModes(o.ModesRequest)
	if m == nil {
		return err
	}
	if writing := writeModes(c, m, o); writing != nil {
		return fmt.Errorf("write the answer: %w", writing)
	}
	return err
}

func (o *modeOptions) check(cmd *cobra.Command) error {
	if err := oneOf(cmd, "format", o.format, "text", "json"); err != nil {
		return err
	}
	if o.to != "" {
		if err := oneOf(cmd, "to", o.to, modeSpellings...); err != nil {
			return err
		}
	}
	if o.kind == "" {
		return nil
	}
	var err error
	if o.Kind, err = mode.ParseKind(o.kind); err != nil {
		return usage(cmd, err)
	}
	return nil
}

var modeSpellings = []string{"octal", "ls", "symbolic", "constants", "go"}

func writeModes(c *console, m *app.Modes, o modeOptions) error {
	switch {
	case o.to != "":
		return report.ModesBrief(c.out, m, o.to)
	case o.format == "json":
		return report.ModesJSON(c.out, m)
	}
	return report.ModesText(c.out, m, c.style)
}

func runModeDiff(c *console, o modeOptions) error {
	compared, err := app.CompareModes(o.ModesRequest)
	if err != nil {
		return err
	}
	if err := answer(c, o.format, compared, report.ModeDifference, report.ModeDifferenceJSON); err != nil {
		return err
	}
	if !compared.Same() {
		return verdict(exitFindings)
	}
	return nil
}

// completeMode completes options, which cobra leaves to commands that parse their
// own, and their values; modes and files are the shell's.
func completeMode(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		switch args[len(args)-1] {
		case "--to":
			return modeSpellings, cobra.ShellCompDirectiveNoFileComp
		case "--format", "-f":
			return []string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp
		case "--kind":
			return []string{"file", "directory", "symlink", "fifo", "socket", "char-device", "block-device"}, cobra.ShellCompDirectiveNoFileComp
		}
	}
	if strings.HasPrefix(word, "--") {
		return []string{"--decimal", "--diff", "--format", "--from", "--help", "--kind", "--to", "--umask"}, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}
