package requires

import "testing"

func TestReleaseComesInOrder(t *testing.T) {
	for _, c := range []struct {
		release      Release
		major, minor int
		want         bool
	}{
		{Release{9, 1}, 9, 5, false},
		{Release{9, 10}, 9, 5, true},
		{Release{9, 5}, 9, 5, true},
		{Release{10, 0}, 9, 5, true},
		{Release{2, 3, 2}, 2, 4, false},
	} {
		if got := c.release.Since(c.major, c.minor); got != c.want {
			t.Errorf("%v since %d.%d: %t", c.release, c.major, c.minor, got)
		}
	}
}

func TestReleaseIsReadFromWhatAProgramSays(t *testing.T) {
	for text, want := range map[string]string{
		"chmod (GNU coreutils) 9.10\nCopyright": "9.10",
		"getfacl 2.3.1\n":                       "2.3.1",
		"setfacl 2.4.0 (ward 1)\n":              "2.4.0",
	} {
		if got := releaseText.FindStringSubmatch(text); got == nil || got[1] != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
