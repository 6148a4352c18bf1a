package faults

import (
	"strings"

	"ward/account"
)

// halfRead is what lines that cannot be read as a whole seem to say. What they name is
// not taken for missing: the line is the fault, and making the account or group anew
// would be a second one.
type halfRead struct{ names, ids map[string]bool }

func halfReadOf[T any](f *account.File[T]) halfRead {
	h := halfRead{map[string]bool{}, map[string]bool{}}
	for i := range f.Lines {
		l := &f.Lines[i]
		if l.Kind != account.Broken {
			continue
		}
		fields := strings.SplitN(strings.TrimSpace(l.Text()), ":", 4)
		h.names[fields[0]] = true
		if len(fields) > 2 {
			h.ids[fields[2]] = true
		}
	}
	return h
}

// longestArgument is what execve(2) takes: MAX_ARG_STRLEN, with its end.
const longestArgument = 32*4096 - 1

func tooLong(command []string) bool {
	for _, word := range command {
		if len(word) > longestArgument {
			return true
		}
	}
	return false
}
