package racf

import (
	"fmt"
	"strings"
)

const (
	longestDataset = 44
	longestGeneral = 246
)

// Dataset is the class of data sets.
const Dataset = "DATASET"

// ParseDatasetName reads the name of a data set: qualifiers of one to eight letters,
// digits, "#", "@", "$" and "-" that do not start with a digit or "-", 44 characters in
// all. Case does not matter: the name comes back in upper case.
func ParseDatasetName(s string) (string, error) {
	if err := checkDataset(s, false, false); err != nil {
		return "", err
	}
	return strings.ToUpper(s), nil
}

// ParseDatasetProfile reads the name of a data set profile, in which "%" stands for a
// character, and "*" at the end of a qualifier and, with enhanced generic naming (EGN),
// once a qualifier "**" for more (RACF Command Language Reference, naming considerations
// for data set profiles). The first qualifier is a user or a group, without generics.
func ParseDatasetProfile(s string, egn bool) (string, error) {
	if err := checkDataset(s, true, egn); err != nil {
		return "", err
	}
	return strings.ToUpper(s), nil
}

func checkDataset(s string, generic, egn bool) error {
	if len(s) > longestDataset {
		return syntaxError(s, longestDataset, "the name is longer than 44 characters", "")
	}
	at, doubles := 0, 0
	for i, q := range strings.Split(s, ".") {
		if q == "**" && generic {
			doubles++
		}
		bad, problem, hint := checkQualifier(q, generic && i > 0, egn && doubles == 1)
		if problem != "" {
			return syntaxError(s, at+bad, problem, hint)
		}
		at += len(q) + 1
	}
	return nil
}

// checkQualifier says what is wrong with a qualifier, and where.
func checkQualifier(q string, generic, double bool) (at int, problem, hint string) {
	switch {
	case q == "":
		return 0, "a qualifier is empty", ""
	case q == "**" && generic && double, q == "*" && generic:
		return 0, "", ""
	case q == "**" && generic:
		return 0, `"**" is not permitted here`, "it stands once in a name, and needs SETROPTS EGN"
	case len(q) > 8:
		return 8, fmt.Sprintf("the qualifier %q is longer than 8 characters", q), ""
	}
	for i := range len(q) {
		switch {
		case isNameByte(q[i], i == 0):
		case !strings.ContainsRune("*%", rune(q[i])):
			return i, fmt.Sprintf("%q may not stand here", q[i:i+1]), ""
		case !generic:
			return i, "the first qualifier and names of data sets have no generics", "the first qualifier is a user or a group"
		case q[i] == '*' && i != len(q)-1:
			return i, `"*" stands at the end of a qualifier`, ""
		}
	}
	return 0, "", ""
}

func isNameByte(b byte, first bool) bool {
	switch {
	case 'A' <= b && b <= 'Z', 'a' <= b && b <= 'z', b == '#', b == '@', b == '$':
		return true
	}
	return !first && ('0' <= b && b <= '9' || b == '-')
}

// IsGeneric reports whether a name of a profile has generic characters.
func IsGeneric(name string) bool { return strings.ContainsAny(name, "*%&") }

// HighLevel is the first qualifier.
func HighLevel(name string) string {
	first, _, _ := strings.Cut(name, ".")
	return first
}
