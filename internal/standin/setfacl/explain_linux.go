package setfacl

import (
	"errors"
	"fmt"
	"strconv"
	"syscall"

	"ward/access"
	"ward/acl"
	"ward/internal/host/mounts"
	"ward/internal/standin/aclobject"
	"ward/internal/standin/inorder"
)

// explain says a line of ward's own behind a message of the original.
func (c *call) explain(format string, args ...any) {
	if c.Explain {
		c.message("ward: %s\n", fmt.Sprintf(format, args...))
	}
}

// explainEntries says what is wrong with the entries of an option.
func (c *call) explainEntries(g *grammar, text string) {
	if !c.Explain {
		return
	}
	var mistake *acl.SyntaxError
	_, err := acl.ParseSpec(text, resolver{c})
	switch {
	case g.unknown != "":
		c.explainUnknown(g)
	case g.do == put && errors.As(err, &mistake) && mistake.Hint != "":
		c.explain("%s: %s", mistake.Problem, mistake.Hint)
	case g.do == put && errors.As(err, &mistake):
		c.explain("%s", mistake.Problem)
	}
}

// explainUnknown names the account that nobody knows.
func (c *call) explainUnknown(g *grammar) {
	if g.unknown == "" {
		return
	}
	what := "user"
	if g.unknownGroup {
		what = "group"
	}
	c.explain("there is no %s %s", what, strconv.Quote(g.unknown))
}

// explainStore says why a file system has refused a list.
func (v *visitor) explainStore(path string, o *aclobject.Object, err error, out *inorder.Output) {
	var refused *storeError
	if !v.Explain || !errors.As(err, &refused) {
		return
	}
	switch {
	case aclobject.Unsupported(err):
		out.Message(fmt.Sprintf("ward: %s lies on %s, which keeps no access lists\n", strconv.Quote(path), where(o)))
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.E2BIG), errors.Is(err, syscall.ERANGE):
		out.Message(fmt.Sprintf("ward: %s lies on %s, which does not hold a list of %d entries\n",
			strconv.Quote(path), where(o), len(refused.list)))
	}
}

// where names the file system of an object.
func where(o *aclobject.Object) string {
	table, err := mounts.Load()
	var m *access.Mount
	if err == nil {
		m, _ = table.Holding(o.FD(), o.Stat.Mnt_id)
	}
	if m == nil {
		return "a file system"
	}
	return fmt.Sprintf("the file system %s mounted at %s", m.FSType, strconv.Quote(m.Point))
}
