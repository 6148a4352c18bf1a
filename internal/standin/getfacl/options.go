// Package getfacl is getfacl of the acl package: its options, its text, its messages
// and its exit statuses. What it reads it reads by descriptor, and its recursion
// follows symbolic links only with -L.
package getfacl

import (
	"fmt"
	"strings"

	"ward/internal/getopt"
	"ward/internal/standin"
	"ward/internal/standin/acltext"
)

// Release is the release of the acl package that this is.
const Release = "2.3.2"

// options are those of one call.
type options struct {
	access, def bool // which lists
	absolute    bool // -p
	bare        bool // -c: no header
	skipBase    bool
	table       bool
	numeric     bool
	effective   acltext.Effective
	align       bool

	recursive, logical, physical, oneFS bool
}

// The options that have no letter, and what help and version are called.
const oneFileSystem = 256

const (
	letters      = "aceEsRLPtpndvh"
	posixLetters = "d"
)

// noPosix are the letters of options that POSIXLY_CORRECT takes away, also by their
// long names. -n is not among them.
const noPosix = "aceEsRLPtp"

var longOptions = []getopt.Long{
	{Name: "access", Value: 'a'},
	{Name: "omit-header", Value: 'c'},
	{Name: "all-effective", Value: 'e'},
	{Name: "no-effective", Value: 'E'},
	{Name: "skip-base", Value: 's'},
	{Name: "recursive", Value: 'R'},
	{Name: "logical", Value: 'L'},
	{Name: "physical", Value: 'P'},
	{Name: "tabular", Value: 't'},
	{Name: "absolute-names", Value: 'p'},
	{Name: "numeric", Value: 'n'},
	{Name: "one-file-system", Value: oneFileSystem},
	{Name: "default", Value: 'd'},
	{Name: "version", Value: 'v'},
	{Name: "help", Value: 'h'},
}

func shortOptions(posix bool) string {
	if posix {
		return posixLetters
	}
	return letters
}

// usageError is a command line that is answered by the usage; message comes before it.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

// parse reads the command line up to an option that ends it: then last is 'v' or 'h'.
func parse(i *standin.Invocation) (o options, operands []string, last int, err error) {
	o = options{effective: acltext.Limited, align: !i.Posix && i.Terminal}
	spec := getopt.Spec{Short: shortOptions(i.Posix), Long: longOptions}
	p := spec.Parser(i.Args, i.Posix)
	for p.Next() {
		option := p.Option().Value
		switch {
		case option == 'v' || option == 'h':
			return o, nil, option, nil
		case i.Posix && option < oneFileSystem && strings.IndexByte(noPosix, byte(option)) >= 0:
			return o, nil, 0, &usageError{}
		}
		o.set(option)
	}
	if p.Err() != nil {
		return o, nil, 0, &usageError{fmt.Sprintf("%s: %v\n", i.Name, p.Err())}
	}
	if !o.access && !o.def {
		o.access, o.def = true, !i.Posix
	}
	operands = p.Operands()
	if len(operands) == 0 {
		if !i.Posix {
			return o, nil, 0, &usageError{}
		}
		operands = []string{"-"}
	}
	return o, operands, 0, nil
}

func (o *options) set(option int) {
	switch option {
	case 'a':
		o.access = true
	case 'd':
		o.def = true
	case 'c':
		o.bare = true
	case 'e':
		o.effective = acltext.Always
	case 'E':
		o.effective = acltext.Never
	case 'R':
		o.recursive = true
	case 'L':
		o.logical, o.physical = true, false
	case 'P':
		o.physical, o.logical = true, false
	case 's':
		o.skipBase = true
	case 'p':
		o.absolute = true
	case 't':
		o.table = true
	case 'n':
		o.numeric = true
	case oneFileSystem:
		o.oneFS = true
	}
}

func usage(i *standin.Invocation) string {
	return fmt.Sprintf("Usage: %s [-%s] file ...\nTry `%s --help' for more information.\n",
		i.Base(), shortOptions(i.Posix), i.Base())
}

func help(i *standin.Invocation) string {
	text := helpText
	if i.Posix {
		text = posixHelpText
	}
	return fmt.Sprintf("%s %s -- get file access control lists\nUsage: %s [-%s] file ...\n",
		i.Base(), Release, i.Base(), shortOptions(i.Posix)) + text + endOfHelp
}

const posixHelpText = `  -d, --default           display the default access control list
`

const helpText = `  -a, --access            display the file access control list only
  -d, --default           display the default access control list only
  -c, --omit-header       do not display the comment header
  -e, --all-effective     print all effective rights
  -E, --no-effective      print no effective rights
  -s, --skip-base         skip files that only have the base entries
  -R, --recursive         recurse into subdirectories
  -L, --logical           logical walk, follow symbolic links
  -P, --physical          physical walk, do not follow symbolic links
  -t, --tabular           use tabular output format
  -n, --numeric           print numeric user/group identifiers
      --one-file-system   skip files on different filesystems
  -p, --absolute-names    don't strip leading '/' in pathnames
`

const endOfHelp = `  -v, --version           print version and exit
  -h, --help              this help text
`
