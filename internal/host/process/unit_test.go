package process

import (
	"testing"

	"ward/ident"
)

func TestUnitOf(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       Unit
	}{
		{"a session", "0::/user.slice/user-1000.slice/session-3.scope\n", Unit{"session-3.scope", "3", ident.NoUID}},
		{"a service", "0::/system.slice/nginx.service\n", Unit{"nginx.service", "", ident.NoUID}},
		{"a user's service", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.service\n", Unit{"app-x.service", "", 1000}},
		{"controllers of their own", "12:pids:/user.slice\n1:name=systemd:/system.slice/ssh.service\n0::/\n", Unit{"ssh.service", "", ident.NoUID}},
		{"no systemd", "0::/\n", Unit{"", "", ident.NoUID}},
		{"nothing", "", Unit{"", "", ident.NoUID}},
	} {
		if got := unitOf(c.text); got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
