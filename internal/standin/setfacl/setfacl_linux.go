package setfacl

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"ward/account"
	"ward/acl"
	"ward/ident"
	"ward/internal/getopt"
	"ward/internal/host/accounts"
	"ward/internal/standin"
	"ward/internal/standin/aclobject"
	"ward/internal/standin/acltext"
	"ward/internal/standin/inorder"
)

// Run is one call. It returns the exit status: 0, 1 where something could not be
// changed, 2 for a wrong command line.
func Run(i *standin.Invocation) int {
	c := newCall(i)
	status := c.run()
	if err := c.out.Flush(); err != nil {
		c.message("%s: write error: %s\n", i.Base(), standin.Reason(err))
		return max(status, 1)
	}
	return status
}

// call is one call of setfacl, and what has been read of its command line.
type call struct {
	*standin.Invocation
	system   *aclobject.System
	accounts func() *account.Database
	in       *bufio.Reader
	out      *bufio.Writer

	commands []command
	restores []string // dumps that wait for the options behind them
	sawFiles bool
	promote  bool // -d
	mask     mask
	test     bool

	recursive, logical, physical bool

	failures atomic.Int64
	warned   bool // about --restore with -L
	twins    twins
}

func newCall(i *standin.Invocation) *call {
	return &call{
		Invocation: i, system: aclobject.NewSystem(),
		in: bufio.NewReader(i.In), out: bufio.NewWriterSize(i.Out, 32<<10),
		accounts: sync.OnceValue(func() *account.Database {
			db, err := accounts.Load()
			if err != nil {
				return account.New(nil, nil)
			}
			return db
		}),
	}
}

// message prints to standard error as it is.
func (c *call) message(format string, args ...any) { _, _ = fmt.Fprintf(c.Err, format, args...) }

// end is an exit status that ends the call, its message said.
type end int

func (end) Error() string { return "" }

const (
	fine    = end(0)
	failed  = end(1)
	misused = end(2)
)

func (c *call) usage() error {
	c.message("%s", usage(c.Invocation))
	return misused
}

// run obeys the command line from left to right: files are changed as they come.
func (c *call) run() int {
	p := spec(c.Posix).Parser(c.Args, c.Posix)
	for p.Next() {
		if err := c.option(p.Option()); err != nil {
			return status(err)
		}
	}
	if p.Err() != nil {
		return status(c.usage())
	}
	if err := c.restoreFiles(); err != nil {
		return status(err)
	}
	for _, file := range p.Operands() {
		if err := c.file(file); err != nil {
			return status(err)
		}
	}
	if !c.sawFiles {
		return status(c.usage())
	}
	return c.sofar()
}

// sofar is the status if nothing else happens.
func (c *call) sofar() int {
	if c.failures.Load() > 0 {
		return 1
	}
	return 0
}

func status(err error) int {
	var ended end
	if errors.As(err, &ended) {
		return int(ended)
	}
	return 1
}

func (c *call) option(o getopt.Option) error {
	if len(c.restores) > 0 && forRestoring(o.Value) {
		c.flag(o.Value)
		return nil
	}
	if err := c.restoreFiles(); err != nil {
		return err
	}
	if o.Value != getopt.Operand && c.sawFiles {
		c.commands, c.sawFiles = nil, false
	}
	switch o.Value {
	case getopt.Operand:
		return c.file(o.Arg)
	case 'b':
		c.add(command{do: removeNames}, command{do: removeEntire, def: true})
	case 'k':
		c.add(command{do: removeEntire, def: true})
	case 'm', 'x', optionSet:
		return c.entries(o.Value, o.Arg)
	case 'M', 'X', optionSetFile:
		return c.entriesOf(o.Value, o.Arg)
	case optionRestore:
		c.sawFiles, c.restores = true, append(c.restores, o.Arg)
	case 'v':
		_, _ = fmt.Fprintf(c.out, "%s %s (ward %s)\n", c.Base(), Release, c.Version)
		return fine
	case 'h':
		_, _ = c.out.WriteString(help(c.Invocation))
		return fine
	default:
		c.flag(o.Value)
	}
	return nil
}

// forRestoring reports whether an option counts for a --restore before it, as all do since
// 2.4; in 2.3 what stood there was obeyed after the restore, and then called wrong.
func forRestoring(option int) bool {
	return option == 'L' || option == 'P' || option == optionTest
}

func (c *call) flag(option int) {
	switch option {
	case 'n':
		c.mask = keepMask
	case optionMask:
		c.mask = forceMask
	case 'd':
		c.promote = true
	case 'R':
		c.recursive = true
	case 'L':
		c.logical, c.physical = true, false
	case 'P':
		c.physical, c.logical = true, false
	case optionTest:
		c.test = true
	}
}

func (c *call) add(cs ...command) { c.commands = append(c.commands, cs...) }

// grammar is how the entries of an option are read.
func (c *call) grammar(removing bool) *grammar {
	g := &grammar{plain: c.Posix, promote: c.promote, names: resolver{c}}
	if removing {
		g.do, g.rights = remove, withoutRights
		if c.Posix {
			g.rights = anyRights
		}
	}
	return g
}

// resolver looks names up, and the accounts only if a name is asked for.
type resolver struct{ call *call }

func (r resolver) User(name string) (uint32, bool)  { return r.call.accounts().IDs().User(name) }
func (r resolver) Group(name string) (uint32, bool) { return r.call.accounts().IDs().Group(name) }

// entries obeys -m, -x and --set.
func (c *call) entries(option int, text string) error {
	letter := byte(option) // --set is told as -s
	g := c.grammar(letter == 'x')
	cs, at, ok := g.list(text)
	if !ok {
		if at >= len(text) {
			c.message("%s: Option -%c incomplete\n", c.Base(), letter)
		} else {
			c.message("%s: Option -%c: Invalid argument near character %d\n", c.Base(), letter, at+1)
		}
		c.explainEntries(g, text)
		return misused
	}
	c.replacing(option == optionSet, cs)
	return nil
}

// replacing adds commands, which with --set begin with an empty list: each list that
// there are entries for.
func (c *call) replacing(all bool, cs []command) {
	if all {
		for _, def := range [...]bool{false, true} {
			if slices.ContainsFunc(cs, func(c command) bool { return c.def == def }) {
				c.add(command{do: removeEntire, def: def})
			}
		}
	}
	c.add(cs...)
}

// entriesOf obeys -M, -X and --set-file.
func (c *call) entriesOf(option int, file string) error {
	in, where := io.Reader(c.in), "standard input"
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			c.message("%s: %s: %s\n", c.Base(), acltext.Quote(file, acltext.InPath), standin.Reason(err))
			return misused
		}
		defer func() { _ = f.Close() }()
		in, where = f, "file "+acltext.Quote(file, acltext.InPath)
	}
	lines := acltext.NewLines(in)
	g := c.grammar(option == 'X')
	cs, err := g.lines(lines, false)
	if err != nil {
		c.message("%s: %s in line %d of %s\n", c.Base(), standin.Reason(err), lines.Read, where)
		c.explainUnknown(g)
		return misused
	}
	c.replacing(option == optionSetFile, cs)
	return nil
}

// file changes a file, or those that standard input names for "-".
func (c *call) file(path string) error {
	if len(c.commands) == 0 {
		return c.usage()
	}
	c.sawFiles = true
	if path != "-" {
		return c.tree(path)
	}
	lines := acltext.NewLines(c.in)
	for {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			c.failures.Add(1)
			c.message("%s: Standard input: %s\n", c.Base(), standin.Reason(err))
			return nil
		}
		if err := c.tree(line); err != nil {
			return err
		}
	}
}

// tree changes a file, and with -R what is below.
func (c *call) tree(path string) error {
	v := c.visitor()
	var out inorder.Output
	fd := v.top(path, &out)
	err := out.Write(c.out, c.Err)
	if err == nil && fd >= 0 {
		err = inorder.Walk(fd, path+"/", inorder.Options{
			Context: c.Context, Out: c.out, Messages: c.Err, Visitor: func() inorder.Visitor { return c.visitor() },
		})
	}
	if err != nil {
		return failed
	}
	if c.Terminal {
		_ = c.out.Flush()
	}
	return nil
}

// names are the accounts' names as they stand in entries.
func (c *call) names() acltext.Names {
	return acltext.Names{
		User:  func(id uint32) string { return acltext.Quote(c.accounts().UserName(ident.UID(id)), acltext.InEntry) },
		Group: func(id uint32) string { return acltext.Quote(c.accounts().GroupName(ident.GID(id)), acltext.InEntry) },
	}
}

// twins serialises the changes of one object that is met by two names.
type twins [64]sync.Mutex

func (t *twins) of(o *aclobject.Object) *sync.Mutex { return &t[o.Stat.Ino%uint64(len(t))] }

var _ acl.Resolver = resolver{}
