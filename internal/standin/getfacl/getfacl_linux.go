package getfacl

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"syscall"

	"ward/account"
	"ward/ident"
	"ward/internal/host/accounts"
	"ward/internal/host/sys"
	"ward/internal/standin"
	"ward/internal/standin/aclobject"
	"ward/internal/standin/acltext"
	"ward/internal/standin/inorder"
	"ward/mode"
)

// Run is one call. It returns the exit status: 0, 1 where something could not be
// read, 2 for a wrong command line.
func Run(i *standin.Invocation) int {
	o, operands, last, err := parse(i)
	var mistake *usageError
	switch {
	case errors.As(err, &mistake):
		_, _ = io.WriteString(i.Err, mistake.message+usage(i))
		return 2
	case last == 'h':
		_, _ = io.WriteString(i.Out, help(i))
		return 0
	case last == 'v':
		_, _ = fmt.Fprintf(i.Out, "%s %s (ward %s)\n", i.Base(), Release, i.Version)
		return 0
	}
	return newCall(i, o).run(operands)
}

// call is what the workers of one call share.
type call struct {
	options
	invocation *standin.Invocation
	system     *aclobject.System
	accounts   func() *account.Database
	out        *bufio.Writer
	messages   *warnings
	root       [2]uint32 // the device of the operand that is walked
	failures   atomic.Int64
}

func newCall(i *standin.Invocation, o options) *call {
	c := &call{
		options: o, invocation: i, system: aclobject.NewSystem(), out: bufio.NewWriterSize(i.Out, 64<<10),
		messages: &warnings{to: i.Err, line: []byte(i.Base() + ": Removing leading '/' from absolute path names\n")},
	}
	c.accounts = sync.OnceValue(func() *account.Database {
		db, err := accounts.Load()
		if err != nil {
			return account.New(nil, nil)
		}
		return db
	})
	return c
}

func (c *call) run(operands []string) int {
	err := c.operands(operands)
	if flushed := c.out.Flush(); err == nil {
		err = flushed
	}
	if ctx := c.invocation.Context; ctx != nil && ctx.Err() != nil {
		return 1
	}
	if err != nil {
		_, _ = fmt.Fprintf(c.invocation.Err, "%s: write error: %s\n", c.invocation.Base(), standin.Reason(err))
		return 1
	}
	if c.failures.Load() > 0 {
		return 1
	}
	return 0
}

// operands shows one after the other. The error is that of writing.
func (c *call) operands(operands []string) error {
	v, stdin := c.visitor(), acltext.NewLines(c.invocation.In)
	for _, operand := range operands {
		show := func() error { return c.operand(v, operand) }
		if operand == "-" {
			show = func() error { return c.eachLine(v, stdin) }
		}
		if err := show(); err != nil {
			return err
		}
	}
	return nil
}

// eachLine takes operands from standard input, one a line. Empty lines are none.
func (c *call) eachLine(v *visitor, in *acltext.Lines) error {
	for {
		line, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			c.failures.Add(1)
			_, _ = fmt.Fprintf(c.messages, "%s: Standard input: %s\n", c.invocation.Base(), standin.Reason(err))
			return nil
		case line == "":
			continue
		}
		if err := c.operand(v, line); err != nil {
			return err
		}
	}
}

// operand shows what the user named, and what is below it. The error is that of
// writing.
func (c *call) operand(v *visitor, path string) error {
	var out inorder.Output
	fd := v.top(path, &out)
	if err := c.write(&out); err != nil || fd < 0 {
		return err
	}
	return inorder.Walk(fd, path+"/", inorder.Options{
		Context: c.invocation.Context, Out: c.out, Messages: c.messages, Visitor: func() inorder.Visitor { return c.visitor() },
	})
}

func (c *call) write(out *inorder.Output) error {
	err := out.Write(c.out, c.messages)
	if err == nil && c.invocation.Terminal {
		err = c.out.Flush()
	}
	return err
}

// warnings passes messages on, the one about leading slashes once.
type warnings struct {
	to   io.Writer
	line []byte
	said atomic.Bool
}

func (w *warnings) Write(text []byte) (int, error) {
	for line := range bytes.Lines(text) {
		if !bytes.Equal(line, w.line) {
			_, _ = w.to.Write(line)
		} else if w.said.CompareAndSwap(false, true) {
			_, _ = w.to.Write(line)
		}
	}
	return len(text), nil
}

// visitor shows objects. Each worker has one.
type visitor struct {
	*call
	printer *printer
	buf     []byte
	path    []byte
	stat    sys.Stat
	place   *inorder.Place // the one at hand
	here    func(def bool) ([]byte, error)
}

func (c *call) visitor() *visitor {
	users := func(id uint32) string { return c.accounts().UserName(ident.UID(id)) }
	groups := func(id uint32) string { return c.accounts().GroupName(ident.GID(id)) }
	v := &visitor{
		call: c, buf: make([]byte, 65<<10),
		printer: newPrinter(c.options, c.invocation.Posix, newNames(c.numeric, users, groups)),
	}
	v.here = v.attribute
	return v
}

func (v *visitor) fail(path string, err error, out *inorder.Output) {
	v.failures.Add(1)
	out.Message(v.invocation.Base() + ": " + acltext.Quote(path, acltext.InPath) + ": " + standin.Reason(err) + "\n")
}

// Fail implements inorder.Visitor.
func (v *visitor) Fail(path []byte, err error, out *inorder.Output) { v.fail(string(path), err, out) }

// top shows an operand, and opens it if what is below is wanted too; else -1.
func (v *visitor) top(path string, out *inorder.Output) int {
	name, err := cString(path)
	if err != nil {
		v.fail(path, err, out)
		return -1
	}
	o, err := v.hold(name)
	switch {
	case err != nil:
		v.fail(path, err, out)
		return -1
	case o == nil:
		return -1
	}
	defer o.Close()
	v.held(path, o, out)
	if !v.recursive || !o.Directory() {
		return -1
	}
	v.root = [2]uint32{o.Stat.Dev_major, o.Stat.Dev_minor}
	return v.names(path, o, out)
}

// hold holds an operand. A symbolic link is followed, but not with -P, which leaves
// links out, and not with -R alone, where it is an error.
func (v *visitor) hold(name *byte) (*aclobject.Object, error) {
	o, err := v.system.Hold(sys.AtCWD, name, false)
	if err != nil || !o.Link() {
		return o, err
	}
	o.Close()
	switch {
	case v.physical:
		return nil, nil
	case v.recursive && !v.logical:
		return nil, syscall.ELOOP
	}
	return v.system.Hold(sys.AtCWD, name, true)
}

func (v *visitor) names(path string, o *aclobject.Object, out *inorder.Output) int {
	fd, err := o.Names()
	if err != nil {
		v.fail(path, err, out)
		return -1
	}
	return fd
}

// held shows an object that is held.
func (v *visitor) held(path string, o *aclobject.Object, out *inorder.Output) {
	x := object{path: []byte(path), uid: o.Stat.Uid, gid: o.Stat.Gid, mode: o.Mode()}
	v.object(&x, o.Directory(), func(def bool) ([]byte, error) { return o.Attribute(def, v.buf) }, out)
}

// object reads the lists of an object and shows it.
func (v *visitor) object(x *object, directory bool, read func(def bool) ([]byte, error), out *inorder.Output) {
	var err error
	if v.access {
		x.access, err = v.list(read, false, x.mode)
	}
	if err == nil && v.def && directory {
		x.def, err = v.list(read, true, x.mode)
	}
	if err != nil {
		v.fail(string(x.path), err, out)
		return
	}
	v.show(x, out)
}

func (v *visitor) list(read func(def bool) ([]byte, error), def bool, m mode.Mode) (*known, error) {
	value, err := read(def)
	if err != nil {
		return nil, err
	}
	return v.printer.list(value, def, m)
}

func (v *visitor) show(x *object, out *inorder.Output) {
	if v.skipBase && x.base() {
		return
	}
	var stripped bool
	x.path, stripped = v.printer.shown(x.path)
	if stripped && !v.messages.said.Load() {
		out.Message(string(v.messages.line))
	}
	out.Keep(v.printer.object(out.Buffer(), x))
}

func cString(path string) (*byte, error) {
	if bytes.IndexByte([]byte(path), 0) >= 0 {
		return nil, syscall.EINVAL
	}
	return &append([]byte(path), 0)[0], nil
}
