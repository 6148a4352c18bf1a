package account_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/account"
)

func ExampleReadGroup() {
	f := account.ReadGroup("/etc/group", []byte("# by hand\ndev:x:2000:ann, bob\nhalf:x\n+nis\n"))
	for _, l := range f.Lines {
		fmt.Printf("%d %d %q%s\n", l.Number, l.Kind, l.Value.Members, l.Problem)
	}
	// Output:
	// 1 2 []
	// 2 0 ["ann" "bob"]
	// 3 4 []2 fields, want 4
	// 4 3 []
}

func ExampleParseLimits() {
	l := account.ParseLimits([]byte("UID_MIN 500\nUMASK 027\n# HOME_MODE 0700\nUSERGROUPS_ENAB yes\n"))
	fmt.Println(l.UIDMin, l.SysUIDMax, l.HomeMode.Octal(), l.HomeLine, l.UserGroups)
	// Output: 500 499 0750 2 true
}

func ExampleParseSwitch() {
	s := account.ParseSwitch([]byte("passwd: files [NOTFOUND=return] sss # x\n"))
	fmt.Println(s.Sources("passwd"), s.Sources("group"))
	// Output: [files sss] [files]
}

// Lines that no tool writes are told, and why.
func TestHostileLines(t *testing.T) {
	long := "wide:x:5:" + strings.Repeat("a,", 1<<19)
	for name, c := range map[string]struct{ line, want string }{
		"empty fields":        {":::", "the name is empty"},
		"no id":               {"g:x::", `"" is no group id`},
		"a negative id":       {"g:x:-1:", `"-1" is no group id`},
		"the id -1":           {"g:x:4294967295:", `"4294967295" is no group id`},
		"too many fields":     {"g:x:1::", "5 fields, want 4"},
		"DOS":                 {"g:x:1:\r", "it ends with a carriage return: the file was saved with the line ends of DOS, and the last field is not what it seems"},
		"an escape":           {"g:x:1:a\x1b[31m", "it holds the control character 0x1b at byte 8"},
		"no UTF-8":            {"g:x:1:\xff", "it holds bytes that are no UTF-8"},
		"a line of megabytes": {long, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := account.ReadGroup("/etc/group", []byte(c.line+"\n"))
			if got := f.Lines[0].Problem; got != c.want || (f.Lines[0].Kind == account.Broken) != (c.want != "") {
				t.Errorf("got %q (%d), want %q", got, f.Lines[0].Kind, c.want)
			}
		})
	}
}

func TestNameProblem(t *testing.T) {
	for name, want := range map[string]string{
		"ann": "", "first.last": "", "pc01$": "", "Über": "", "": "it is empty", "4711": "it is taken for an id", "..": "it is a directory",
		"-x": "it is taken for an option", "+x": "its first character means something else", "a b": `" " ends it`, "a:b": `":" ends it`,
		"a\xff": "it is no UTF-8", "a\x07": `"\a" ends it`,
	} {
		if got := account.NameProblem(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// Whatever stands in a file, its lines are the file, and records say what they hold.
func FuzzLines(f *testing.F) {
	f.Add("root:x:0:0:root:/root:/bin/sh\n+::::::\n# c\n\nbad\nlast:x:5:5:::")
	f.Add("g:x:1:a,b, c\r\ng2:!:a:b\n100000:1:65536\n")
	f.Fuzz(func(t *testing.T, text string) {
		passwd := account.ReadPasswd("p", []byte(text))
		group := account.ReadGroup("g", []byte(text))
		shadow := account.ReadShadow("s", []byte(text))
		gshadow := account.ReadGroupShadow("gs", []byte(text))
		ranges := account.ReadRanges("r", []byte(text))
		for _, again := range []string{passwd.Format(), group.Format(), shadow.Format(), gshadow.Format(), ranges.Format()} {
			if d := cmp.Diff(text, again); d != "" {
				t.Fatal(d)
			}
		}
		for l := range group.Records {
			if l.Value.Name == "" || strings.ContainsRune(l.Value.Name, ':') {
				t.Fatalf("%+v", l)
			}
		}
	})
}
