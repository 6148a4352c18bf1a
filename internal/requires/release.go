package requires

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Release is the release of a program, as its --version tells it: 9.10 is {9, 10}.
type Release []int

var releaseText = regexp.MustCompile(`(?m)^\S+ (?:\([^)]*\) )?([0-9]+(?:\.[0-9]+)+)`)

// ReleaseOf asks a program that PATH has. Programs that are compared with are looked for
// there, so a test compares with others when PATH begins with their directory.
func ReleaseOf(t testing.TB, program string) Release {
	t.Helper()
	Tool(t, program)
	out, err := exec.Command(program, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	text := releaseText.FindStringSubmatch(string(out))
	if text == nil {
		t.Fatalf("%s --version does not say which release it is: %s", program, out)
	}
	var r Release
	for number := range strings.SplitSeq(text[1], ".") {
		n, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		r = append(r, n)
	}
	return r
}

// Since reports whether a release is that one or a later one.
func (r Release) Since(major, minor int) bool {
	return r[0] > major || r[0] == major && len(r) > 1 && r[1] >= minor
}
