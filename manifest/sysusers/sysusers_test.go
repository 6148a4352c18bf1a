package sysusers

import (
	"slices"
	"testing"
)

func TestParse(t *testing.T) {
	text := "# comment\nu root 0:0 \"Super User\" /root /bin/sh\nu! httpd - \"web\"\ng shadow 42\nm a b\nr - 500-900\nu x /usr/bin/x\nu y 33:www-data\nq z\ng\nu z 4294967295\n"
	all, problems := Parse("x.conf", []byte(text))
	want := []Account{
		{"root", false, 0, "", "/root", "x.conf", 2},
		{"httpd", false, NoID, "", "", "x.conf", 3},
		{"shadow", true, 42, "", "", "x.conf", 4},
		{"x", false, NoID, "/usr/bin/x", "", "x.conf", 7},
		{"y", false, 33, "", "", "x.conf", 8},
	}
	if !slices.Equal(all, want) {
		t.Errorf("%+v", all)
	}
	if len(problems) != 3 || problems[0].Error() != `x.conf:9: "q" is no type of line` {
		t.Errorf("%v", problems)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("u a 1:b \"c d\" /e\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, _ := Parse("x", b)
		for _, a := range all {
			if a.Name == "" {
				t.Error("no name")
			}
		}
	})
}
