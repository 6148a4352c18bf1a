package faults_test

import (
	"strings"
	"testing"

	"ward/account"
	"ward/account/faults"
)

// judgeBytes judges files of any bytes at all. Each fault has a rule, words, and room
// on a screen.
func judgeBytes(t *testing.T, passwd, group, shadow, gshadow string) []faults.Fault {
	t.Helper()
	sh, gsh := account.ReadShadow("/etc/shadow", []byte(shadow)), account.ReadGroupShadow("/etc/gshadow", []byte(gshadow))
	s := faults.System{
		Limits: account.DefaultLimits(),
		Users:  account.ReadPasswd("/etc/passwd", []byte(passwd)),
		Groups: account.ReadGroup("/etc/group", []byte(group)),
		Shadow: &sh, GShadow: &gsh,
	}
	found := faults.Judge(&s).Faults
	for _, f := range found {
		if f.Rule == nil || f.What == "" {
			t.Errorf("a fault without rule or words: %+v", f)
		}
		for word := range strings.SplitSeq(f.What+" "+f.Member, " ") {
			if len(word) > 400 {
				t.Errorf("%s: a word of %d bytes", f.Rule.ID, len(word))
			}
		}
	}
	return found
}

// A line of bytes that are no text, long enough to be cut in the message, once stopped
// the program: there is no letter at which to cut it.
func TestALongLineThatIsNoText(t *testing.T) {
	junk := strings.Repeat("\x80", 2000)
	for _, files := range [][4]string{
		{junk + ":x:1:1::/:/bin/sh\n"}, {"", junk + ":x:7:\n"}, {"", "", junk + ":*:1::::::\n"}, {"", "", "", junk + ":!::\n"},
	} {
		if found := judgeBytes(t, files[0], files[1], files[2], files[3]); len(found) == 0 {
			t.Errorf("nothing is wrong with %.20q", files)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("root:x:0:0:root:/root:/bin/sh\r\n", "root:x:0:\n+::\n", "root:*:19000:0:99999:7:::\n", "root:*::\n")
	f.Add(":::::::::\n", strings.Repeat("\x80", 500)+":x:7:\n", "\x00", "a:b:c:d:e\n")
	f.Fuzz(func(t *testing.T, passwd, group, shadow, gshadow string) {
		judgeBytes(t, passwd, group, shadow, gshadow)
	})
}
