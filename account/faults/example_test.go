package faults_test

import (
	"fmt"
	"testing"

	"ward/account"
	"ward/account/faults"
)

func ExampleJudge() {
	s := faults.System{
		Limits: account.DefaultLimits(),
		Users:  account.ReadPasswd("/etc/passwd", []byte("root:x:0:0:root:/root:/bin/sh\nann:x:1000:100::/home/ann:/bin/sh\n")),
		Groups: account.ReadGroup("/etc/group", []byte("root:x:0:\nusers:x:100:\ndocker:x:998:ann,zoe\n")),
		Powers: []faults.Power{{Path: "/run/docker.sock", GID: 998, Why: "whoever reaches it can mount / into a container"}},
	}
	for _, f := range faults.Judge(&s).Faults {
		fmt.Printf("%s:%d: %s\n  %s\n  %q\n", f.Path, f.Line, f.Rule.ID, f.What, f.Fix)
	}
	// Output:
	// etc/group:3: accounts/dangling-member
	//   docker names "zoe", whom no source of accounts knows
	//   ["gpasswd" "-d" "zoe" "docker"]
	// etc/group:3: accounts/equals-root
	//   ann is in docker, which can open /run/docker.sock: whoever reaches it can mount / into a container
	//   ["gpasswd" "-d" "ann" "docker"]
}

// While another source of accounts cannot be asked, nobody is called unknown: it is
// said that he could not be found out about.
func TestSourcesThatAreSilent(t *testing.T) {
	s := faults.System{
		Limits: account.DefaultLimits(),
		Switch: account.ParseSwitch([]byte("passwd: files sss\ngroup: files sss\n")),
		Users:  account.ReadPasswd("/etc/passwd", []byte("root:x:0:0::/root:/bin/sh\nann:x:1000:4711::/home/ann:/usr/sbin/nologin\n")),
		Groups: account.ReadGroup("/etc/group", []byte("root:x:0:\ndev:x:2000:ann,zoe\n")),
	}
	a := faults.Judge(&s)
	if len(a.Faults) != 0 || fmt.Sprint(a.Asked) != "[group id 4711 zoe]" {
		t.Errorf("%v; asked %v", a.Faults, a.Asked)
	}
	s.Outside.User = func(name string) (account.User, account.Answer) { return account.User{}, account.No }
	s.Outside.Group = func(string) (account.Group, account.Answer) { return account.Group{}, account.Yes }
	a = faults.Judge(&s)
	if len(a.Faults) != 1 || a.Faults[0].Rule.ID != "accounts/dangling-member" || len(a.Asked) != 0 {
		t.Errorf("%v; asked %v", a.Faults, a.Asked)
	}
}

func TestParseSudoers(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"all":                   {"%sudo ALL=(ALL:ALL) ALL", "[{f 1 sudo false}]"},
		"as root":               {"%wheel ALL=(root) ALL", "[{f 1 wheel false}]"},
		"as somebody else":      {"%web ALL=(www-data) ALL", "[]"},
		"without runas":         {"%sudo ALL=ALL", "[{f 1 sudo false}]"},
		"without a password":    {"%ops ALL=(ALL) NOPASSWD: ALL", "[{f 1 ops true}]"},
		"a password after all":  {"%ops ALL=(ALL) NOPASSWD: /bin/ls, PASSWD: ALL", "[{f 1 ops false}]"},
		"one command":           {"%ops ALL=(ALL) NOPASSWD: /bin/ls", "[]"},
		"a user":                {"ann ALL=(ALL) ALL", "[]"},
		"an alias":              {"User_Alias A = ann, %dev : B = %ops\nA, B ALL=(ALL) ALL", "[{f 2 dev false} {f 2 ops false}]"},
		"an id":                 {"%#27 ALL=(ALL) ALL", "[{f 1 #27 false}]"},
		"a line that goes on":   {"# c\n%sudo \\\n ALL=(ALL) ALL", "[{f 2 sudo false}]"},
		"defaults and comments": {"Defaults:%sudo !lecture\n#%sudo ALL=(ALL) ALL", "[]"},
	} {
		if got := fmt.Sprint(faults.ParseSudoers("f", []byte(c.text), map[string][]string{}).Rules); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	s := faults.ParseSudoers("/etc/sudoers", []byte("@includedir sudoers.d\n#include /etc/more\n"), nil)
	if fmt.Sprint(s.Dirs, s.Includes) != "[/etc/sudoers.d] [/etc/more]" {
		t.Errorf("%+v", s)
	}
}

func TestParseSu(t *testing.T) {
	for text, want := range map[string]string{
		"auth sufficient pam_rootok.so":                      "{su false false 0 }",
		"auth required pam_wheel.so":                         "{su true false 1 }",
		"# x\nauth requisite pam_wheel.so use_uid group=adm": "{su true false 2 adm}",
		"auth sufficient /lib/security/pam_wheel.so trust":   "{su false true 1 }",
		"#auth required pam_wheel.so":                        "{su false false 0 }",
		"auth required pam_wheel.so deny group=nosu":         "{su false false 0 }",
		"account required pam_wheel.so":                      "{su false false 0 }",
	} {
		if got := fmt.Sprint(faults.ParseSu("su", []byte(text))); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
