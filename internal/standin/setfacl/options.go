// Package setfacl is setfacl of the acl package: its options, its grammar, its
// messages and its exit statuses. What it changes it changes by descriptor;
// recursion and --restore follow symbolic links only with -L.
package setfacl

import (
	"fmt"

	"ward/internal/getopt"
	"ward/internal/standin"
)

// Release is the release of the acl package that this is.
const Release = "2.3.2"

const (
	letters      = "-:bkndvhm:M:x:X:RLP"
	posixLetters = "-:bkndvhm:M:x:X:"
)

// The long options that have no letter.
const (
	optionSet = 's' + 256*iota
	optionSetFile
	optionMask
	optionRestore
	optionTest
)

// longOptions are the same with and without POSIXLY_CORRECT.
var longOptions = []getopt.Long{
	{Name: "set", Argument: getopt.Required, Value: optionSet},
	{Name: "set-file", Argument: getopt.Required, Value: optionSetFile},
	{Name: "mask", Value: optionMask},
	{Name: "recursive", Value: 'R'},
	{Name: "logical", Value: 'L'},
	{Name: "physical", Value: 'P'},
	{Name: "restore", Argument: getopt.Required, Value: optionRestore},
	{Name: "test", Value: optionTest},
	{Name: "modify", Argument: getopt.Required, Value: 'm'},
	{Name: "modify-file", Argument: getopt.Required, Value: 'M'},
	{Name: "remove", Argument: getopt.Required, Value: 'x'},
	{Name: "remove-file", Argument: getopt.Required, Value: 'X'},
	{Name: "default", Value: 'd'},
	{Name: "no-mask", Value: 'n'},
	{Name: "remove-all", Value: 'b'},
	{Name: "remove-default", Value: 'k'},
	{Name: "version", Value: 'v'},
	{Name: "help", Value: 'h'},
}

func spec(posix bool) *getopt.Spec {
	if posix {
		return &getopt.Spec{Short: posixLetters, Long: longOptions}
	}
	return &getopt.Spec{Short: letters, Long: longOptions}
}

func synopsis(posix bool) string {
	if posix {
		return "[-bknd] {-m|-M|-x|-X ... } file ..."
	}
	return "[-bkndRLP] { -m|-M|-x|-X ... } file ..."
}

func usage(i *standin.Invocation) string {
	return fmt.Sprintf("Usage: %s %s\nTry `%s --help' for more information.\n", i.Base(), synopsis(i.Posix), i.Base())
}

func help(i *standin.Invocation) string {
	text := fmt.Sprintf("%s %s -- set file access control lists\nUsage: %s %s\n", i.Base(), Release, i.Base(), synopsis(i.Posix)) + helpEntries
	if i.Posix {
		return text + helpMask + helpEnd
	}
	return text + helpSet + helpMask + helpWalk + helpEnd
}

const helpEntries = `  -m, --modify=acl        modify the current ACL(s) of file(s)
  -M, --modify-file=file  read ACL entries to modify from file
  -x, --remove=acl        remove entries from the ACL(s) of file(s)
  -X, --remove-file=file  read ACL entries to remove from file
  -b, --remove-all        remove all extended ACL entries
  -k, --remove-default    remove the default ACL
`

const helpSet = `      --set=acl           set the ACL of file(s), replacing the current ACL
      --set-file=file     read ACL entries to set from file
      --mask              do recalculate the effective rights mask
`

const helpMask = `  -n, --no-mask           don't recalculate the effective rights mask
  -d, --default           operations apply to the default ACL
`

const helpWalk = "  -R, --recursive         recurse into subdirectories\n" +
	"  -L, --logical           logical walk, follow symbolic links\n" +
	"  -P, --physical          physical walk, do not follow symbolic links\n" +
	"      --restore=file      restore ACLs (inverse of `getfacl -R')\n" +
	"      --test              test mode (ACLs are not modified)\n"

const helpEnd = `  -v, --version           print version and exit
  -h, --help              this help text
`
