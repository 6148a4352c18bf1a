package ident

import "testing"

func TestParseFileCapabilitiesReadsWhatGetcapPrints(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"one", "cap_net_raw=ep", "cap_net_raw=ep"},
		{"two", "cap_net_admin,cap_net_raw=eip", "cap_net_admin,cap_net_raw=eip"},
		{"as older getcaps print it", "= cap_net_raw+ep", "cap_net_raw=ep"},
		{"of a namespace", "cap_chown=ep [rootid=1000]", "cap_chown=ep [rootid=1000]"},
		{"permitted only", "cap_chown=p", "cap_chown=p"},
		{"none", "=", "="},
		{"nothing", "", "="},
		{"taken away again", "cap_chown,cap_kill=ep cap_kill-ep", "cap_chown=ep"},
		{"several operators", "cap_chown=ei-e", "cap_chown=i"},
	} {
		got, err := ParseFileCapabilities(c.in)
		if err != nil || got.String() != c.want {
			t.Errorf("%s: %q is %q, %v; want %q", c.name, c.in, got, err, c.want)
		}
	}
	for _, bad := range []string{"cap_chown", "cap_nonsense=ep", "cap_chown=x", "cap_chown=ep cap_kill=p", "cap_chown=ep [rootid=x]"} {
		if got, err := ParseFileCapabilities(bad); err == nil {
			t.Errorf("%q was read as %v", bad, got)
		}
	}
}

func FuzzFileCapabilitiesText(f *testing.F) {
	f.Add("cap_net_raw=ep cap_chown+i")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseFileCapabilities(s)
		if err != nil {
			return
		}
		again, err := ParseFileCapabilities(c.String())
		if err != nil || again != c {
			t.Errorf("%q is %v, which reads as %v, %v", s, c, again, err)
		}
	})
}
