package lookup

import (
	"errors"
	"testing"
	"testing/fstest"
)

// What the kernel shows of three formats, as qemu-user-static, OpenJDK and Mono
// register them, and of one that is turned off.
func registered() fstest.MapFS {
	const dir = "proc/sys/fs/binfmt_misc/"
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return fstest.MapFS{
		dir + "status": file("enabled\n"), dir + "register": file(""),
		dir + "qemu-aarch64": file("enabled\ninterpreter /usr/bin/qemu-aarch64-static\nflags: \noffset 0\n" +
			"magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n"),
		dir + "fixed": file("enabled\ninterpreter /usr/bin/held\nflags: OCF\noffset 4\nmagic abcd\n"),
		dir + "jar":   file("enabled\ninterpreter /usr/bin/jexec\nflags: \nextension .jar\n"),
		dir + "off":   file("disabled\ninterpreter /usr/bin/off\nflags: \noffset 0\nmagic 4d5a\n"),
	}
}

func TestForeignFormats(t *testing.T) {
	list, err := foreignFormats(registered())
	if err != nil || len(list) != 3 {
		t.Fatalf("%d formats, %v", len(list), err)
	}
	for _, c := range []struct {
		name, head  string
		interpreter string // "" where none is found
		held        bool
	}{
		{"/srv/arm", "\x7fELF\x02\x01\x01\x03\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\xb7\x00more", "/usr/bin/qemu-aarch64-static", false},
		{"/srv/x86", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00more", "", false},
		{"/srv/app.jar", "PK\x03\x04", "/usr/bin/jexec", false},
		{"/srv/app.jar.old", "PK\x03\x04", "", false},
		{"/srv/held", "1234\xab\xcd", "", true},
		{"/srv/short", "1234\xab", "", false},
		{"/srv/windows", "MZ", "", false},
	} {
		f, err := foreignFor(list, c.name, []byte(c.head))
		switch {
		case err != nil:
			t.Errorf("%s: %v", c.name, err)
		case (f != nil) != (c.interpreter != "" || c.held):
			t.Errorf("%s: found %+v", c.name, f)
		case f != nil && f.format().interpreter != c.interpreter:
			t.Errorf("%s: %+v", c.name, f.format())
		}
	}
}

func TestForeignFormatsThatDoNotCount(t *testing.T) {
	root := registered()
	root["proc/sys/fs/binfmt_misc/status"].Data = []byte("disabled\n")
	if list, err := foreignFormats(root); err != nil || list != nil {
		t.Errorf("turned off: %v %v", list, err)
	}
	if list, err := foreignFormats(fstest.MapFS{}); err != nil || list != nil {
		t.Errorf("not mounted: %v %v", list, err)
	}
	two := []foreign{{interpreter: "/a", extension: "x"}, {interpreter: "/b", extension: "x"}}
	if _, err := foreignFor(two, "/f.x", nil); !errors.Is(err, errAmbiguous) {
		t.Errorf("which of two counts: %v", err)
	}
	for _, bad := range []string{"", "enabled\n", "enabled\ninterpreter /a\nmagic 0\n", "enabled\ninterpreter /a\nmagic 00\nmask 0000\n"} {
		if f, ok := parseForeign(bad); ok {
			t.Errorf("%q is %+v", bad, f)
		}
	}
}
