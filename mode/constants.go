package mode

import (
	"fmt"
	"strings"
)

type constant struct {
	name string
	bits Mode
}

// constants are the names of POSIX.1-2024 <sys/stat.h>, sums before their parts,
// then the names that System V and BSD had before, and those of Go.
var constants = [...]constant{
	{"S_ISUID", SetUID},
	{"S_ISGID", SetGID},
	{"S_ISVTX", Sticky},
	{"S_IRWXU", 0o700},
	{"S_IRUSR", OwnerRead},
	{"S_IWUSR", OwnerWrite},
	{"S_IXUSR", OwnerExecute},
	{"S_IRWXG", 0o070},
	{"S_IRGRP", GroupRead},
	{"S_IWGRP", GroupWrite},
	{"S_IXGRP", GroupExecute},
	{"S_IRWXO", 0o007},
	{"S_IROTH", OtherRead},
	{"S_IWOTH", OtherWrite},
	{"S_IXOTH", OtherExecute},

	{"S_IREAD", OwnerRead},
	{"S_IWRITE", OwnerWrite},
	{"S_IEXEC", OwnerExecute},
	{"S_IRWXUGO", Permissions},
	{"S_IALLUGO", All},
	{"S_IRUGO", Read},
	{"S_IWUGO", Write},
	{"S_IXUGO", Execute},
	{"ACCESSPERMS", Permissions},
	{"ALLPERMS", All},
	{"DEFFILEMODE", 0o666},
	{"S_ISTXT", Sticky},

	{"ModeSetuid", SetUID}, // Go's, which GoSyntax writes
	{"ModeSetgid", SetGID},
	{"ModeSticky", Sticky},
	{"ModePerm", Permissions},
}

const standardConstants = 15

// Constants is the mode as C writes it: "S_IRUSR|S_IWUSR|S_IRGRP". A class that
// may do everything is S_IRWXU, S_IRWXG or S_IRWXO; no bits at all are "0".
func (m Mode) Constants() string {
	var names []string
	rest := m & All
	for _, c := range constants[:standardConstants] {
		if rest&c.bits == c.bits {
			names = append(names, c.name)
			rest &^= c.bits
		}
	}
	if names == nil {
		return "0"
	}
	return strings.Join(names, "|")
}

// parseConstants reads names joined by |, among which octal numbers and the
// names of types (S_IFREG) may stand; types are no part of a mode and left out.
func parseConstants(s string) (Mode, error) {
	var m Mode
	at := 0
	for _, word := range strings.Split(s, "|") {
		name := strings.Trim(word, " \t()")
		bits, ok := constantBits(name)
		if !ok {
			return 0, syntaxError(s, at, fmt.Sprintf("%q is no constant of <sys/stat.h>", name), nearConstant(name))
		}
		m |= bits
		at += len(word) + 1
	}
	return m, nil
}

func constantBits(name string) (Mode, bool) {
	name = unqualified(name)
	for _, c := range constants {
		if c.name == name {
			return c.bits, true
		}
	}
	if _, ok := typeConstant(name); ok {
		return 0, true
	}
	if !strings.HasPrefix(name, "0") {
		return 0, false
	}
	if strings.HasPrefix(name, "0o") {
		m, err := parsePrefixed(name)
		return m, err == nil
	}
	m, err := parseOctal(name, 0)
	return m, err == nil
}

// unqualified is a name without the package that it comes from in Python or Go.
func unqualified(name string) string {
	if from, rest, ok := strings.Cut(name, "."); ok {
		switch from {
		case "stat", "syscall", "unix", "fs", "os":
			return rest
		}
	}
	return name
}

// nearConstant finds the constant that was spelt in small letters.
func nearConstant(name string) string {
	for _, c := range constants {
		if strings.EqualFold(c.name, name) {
			return "write " + c.name
		}
	}
	return ""
}
