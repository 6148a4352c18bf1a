package standin

import (
	"context"
	"io"
	"path"
)

// Invocation is how a command was called whose messages are plain lines on standard
// error: those of the acl package.
type Invocation struct {
	Name    string // argv[0]
	Args    []string
	Posix   bool   // POSIXLY_CORRECT is set
	Version string // of ward

	// Explain has ward add a line of its own, which begins with "ward: ", to messages
	// of the original that do not say what was wrong.
	Explain bool

	// Context ends the call when it is done; nil never does.
	Context context.Context

	In       io.Reader
	Out, Err io.Writer
	Terminal bool // Out is one
}

// Invoke is how a program was called with these arguments.
func (p *Program) Invoke(args []string, in io.Reader) *Invocation {
	return &Invocation{
		Name: p.Name, Args: args, Posix: p.Posix, Version: p.Version,
		In: in, Out: p.out, Err: p.err, Terminal: p.terminal,
	}
}

// Base is the name that messages begin with: argv[0] without its directory.
func (i *Invocation) Base() string { return path.Base(i.Name) }
