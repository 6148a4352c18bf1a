package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ward/internal/app"
)

// The exit statuses of every command.
const (
	exitFine        = 0   // nothing wrong
	exitFindings    = 1   // findings, differences
	exitUsage       = 2   // usage, or a policy that does not parse
	exitIncomplete  = 3   // something could not be read, decided or changed
	exitInterrupted = 130 // stopped by a signal
)

// verdict is an answer that is no success and no failure of the program: it has
// been said, and only the status is left to give.
type verdict int

func (v verdict) Error() string { return "" }

// usageError is a mistake on the command line.
type usageError struct {
	command string
	cause   error
}

func (e *usageError) Error() string { return e.cause.Error() }
func (e *usageError) Unwrap() error { return e.cause }

func usage(cmd *cobra.Command, cause error) error {
	return &usageError{cmd.CommandPath(), cause}
}

// exitStatus is the one place where an error becomes a number.
func exitStatus(err error) int {
	var (
		said     verdict
		mistake  *usageError
		problems *app.PolicyError
		request  *app.RequestError
	)
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &said):
		return int(said)
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &mistake), errors.As(err, &problems), errors.As(err, &request):
		return exitUsage
	}
	return exitIncomplete
}

// errEmpty refuses what "$DIR" is when the variable is not set: taken as a path, it
// would be the current directory.
var errEmpty = errors.New("an argument is empty; is a variable not set?")

// wanted turns the Args of cobra into usage errors.
func wanted(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if slices.Contains(args, "") {
			return usage(cmd, errEmpty)
		}
		if err := notEmpty(cmd, "out", "known", "policy", "root", "allow-system", "allow-ancestor"); err != nil {
			return err
		}
		if err := cmd.ValidateFlagGroups(); err != nil {
			return usage(cmd, err)
		}
		err := check(cmd, args)
		if err != nil && strings.Contains(err.Error(), "arg(s)") { // cobra's own words
			err = fmt.Errorf("%w: the form is %q", err, cmd.UseLine())
		}
		if err != nil {
			return usage(cmd, err)
		}
		return nil
	}
}

// notEmpty refuses options that were given nothing, "$OUT" of a variable that is not
// set: it would be the same as no option. Names that the command does not have count
// for nothing.
func notEmpty(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		f := cmd.Flags().Lookup(name)
		if f == nil || !f.Changed {
			continue
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(interface{ GetSlice() []string }); ok {
			values = list.GetSlice()
		}
		if slices.Contains(values, "") {
			return usage(cmd, fmt.Errorf("--%s is empty; is a variable not set?", name))
		}
	}
	return nil
}
