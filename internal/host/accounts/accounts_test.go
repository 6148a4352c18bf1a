package accounts

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"ward/account"
	"ward/ident"
)

func ExampleLoad() {
	db, err := Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(db.UserName(0), db.KnowsUser(0))
	// Output: root yes
}

func TestParseSources(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"Debian", "# comment\npasswd:         files systemd\ngroup:          files systemd\nhosts: files dns\n", "{{true false []} {true false []}}"},
		{"no file", "", "{{false false []} {false false []}}"},
		{"sssd", "passwd: sss files\ngroup: files [SUCCESS=merge] sss [NOTFOUND=return] systemd # x\n", "{{false true []} {true true []}}"},
		{"actions are no sources", "passwd:files [NOTFOUND=return UNAVAIL=continue]\ngroup:compat", "{{false false []} {false false []}}"},
	} {
		if got := fmt.Sprint(parseSources([]byte(c.text))); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// system makes a tree with the files of an etc directory.
func system(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const ann = "ann:x:1000:1000::/home/ann:/bin/sh\n"

func TestLoadFromKnowsWhatItCannotTell(t *testing.T) {
	type files = map[string]string
	type answers = map[ident.UID]account.Answer
	for _, c := range []struct {
		name  string
		files files
		want  answers
	}{
		{
			"files only",
			files{"etc/passwd": ann, "etc/nsswitch.conf": "passwd: files\n"},
			answers{1000: account.Yes, 0: account.No, 4711: account.No, 62000: account.No},
		},
		{"no files at all", files{}, answers{0: account.No}},
		{
			"systemd makes up root, nobody and users of units",
			files{"etc/passwd": ann, "etc/nsswitch.conf": "passwd: files systemd\n"},
			answers{1000: account.Yes, 0: account.Yes, 65534: account.Yes, 4711: account.No, 62000: account.CannotTell, 60100: account.CannotTell},
		},
		{
			"user records",
			files{"etc/passwd": ann, "etc/nsswitch.conf": "passwd: files systemd\n", "etc/userdb/x.user": "{}"},
			answers{1000: account.Yes, 4711: account.CannotTell},
		},
		{
			"a domain",
			files{"etc/passwd": ann, "etc/nsswitch.conf": "passwd: files sss\n"},
			answers{1000: account.Yes, 0: account.CannotTell, 4711: account.CannotTell},
		},
		{
			"ids lent to containers",
			files{"etc/passwd": ann, "etc/subuid": "ann:100000:65536\nbad\nx:y:z\n"},
			answers{1000: account.Yes, 99999: account.No, 100000: account.CannotTell, 165535: account.CannotTell, 165536: account.No},
		},
		{
			"compat with a line that includes NIS",
			files{"etc/passwd": ann + "+::::::\n", "etc/nsswitch.conf": "passwd: compat\n"},
			answers{1000: account.Yes, 4711: account.CannotTell},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, err := LoadFrom(system(t, c.files))
			if err != nil {
				t.Fatal(err)
			}
			for uid, want := range c.want {
				if got := db.KnowsUser(uid); got != want {
					t.Errorf("user %d: %v, want %v", uid, got, want)
				}
			}
		})
	}
}

// fakeGetent is a getent(1) that knows one user and one group and counts its calls.
func fakeGetent(t *testing.T, body string) (program, log string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("getent(1) is a program of Unix")
	}
	dir := t.TempDir()
	program, log = filepath.Join(dir, "getent"), filepath.Join(dir, "log")
	script := "#!/bin/sh\necho \"$*\" >>" + log + "\n" + body
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return program, log
}

func TestDomainIsAskedOnceForEachKey(t *testing.T) {
	program, log := fakeGetent(t, `case "$2 $3" in
"passwd 4711"|"passwd dora") echo 'dora:*:4711:4711::/home/dora:/bin/sh';;
"group 4711") echo 'remote:*:4711:ann,dora';;
*) exit 2;;
esac`)
	root := system(t, map[string]string{"etc/passwd": ann, "etc/nsswitch.conf": "passwd: files sss\ngroup: files sss\n"})
	db, err := load(root, newGetent(program).outside(), false)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if db.UserName(4711) != "dora" || db.KnowsUser(4712) != account.No || db.UserName(1000) != "ann" {
			t.Error("wrong answers about users")
		}
		if members := db.MembersOf(4711); len(members) != 2 || members[1].UID != 4711 {
			t.Errorf("members %v", members)
		}
	}
	calls, err := os.ReadFile(log)
	if want := "-- passwd 4711\n-- passwd 4712\n-- group 4711\n-- passwd dora\n"; err != nil || string(calls) != want {
		t.Errorf("asked %q (%v), want %q", calls, err, want)
	}
}

func TestDomainThatIsDownIsLeftAlone(t *testing.T) {
	program, log := fakeGetent(t, "exit 1")
	root := system(t, map[string]string{"etc/nsswitch.conf": "passwd: files sss\n"})
	db, err := load(root, newGetent(program).outside(), false)
	if err != nil {
		t.Fatal(err)
	}
	for uid := range ident.UID(50) {
		if got := db.KnowsUser(1000 + uid); got != account.CannotTell {
			t.Fatalf("user %d: %v", 1000+uid, got)
		}
	}
	calls, err := os.ReadFile(log)
	if want := "-- passwd 1000\n-- passwd 1001\n-- passwd 1002\n"; err != nil || string(calls) != want {
		t.Errorf("asked %q (%v), want %q", calls, err, want)
	}
}

func TestRunner(t *testing.T) {
	t.Setenv("SUDO_USER", "ann")
	r := Runner()
	if r.Subject.UID != ident.UID(os.Geteuid()) || r.SudoUser != "ann" {
		t.Errorf("got %+v", r)
	}
	if os.Geteuid() == 0 && !r.Subject.Has(ident.CapChown) && runtime.GOOS != "linux" {
		t.Error("root has its capabilities")
	}
}
