package packages

import "testing"

func TestCleanKeepsPathsInTheSystem(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		ok             bool
	}{
		{"as dpkg lists it", "/usr/bin/su", "usr/bin/su", true},
		{"as tar has it", "./usr/bin/", "usr/bin", true},
		{"the root of dpkg's lists", "/.", ".", true},
		{"the root of an archive", "./", ".", true},
		{"doubled slashes", "usr//share///x", "usr/share/x", true},
		{"above the root", "./../etc/shadow", "", false},
		{"up and down again", "usr/../etc", "", false},
		{"a name with dots", "usr/..x", "usr/..x", true},
		{"nothing", "", "", false},
		{"a name that ends early", "etc/passwd\x00x", "", false},
	} {
		if got, ok := Clean(c.in); got != c.want || ok != c.ok {
			t.Errorf("%s: Clean(%q) = %q, %v", c.name, c.in, got, ok)
		}
	}
}

func TestDigestSaysItsAlgorithm(t *testing.T) {
	if got := (Digest{"md5", "\x01\xab"}).String(); got != "md5:01ab" {
		t.Error(got)
	}
	if got := (Digest{}).String(); got != "" {
		t.Error(got)
	}
}
