package accounts

import (
	"os"
	"strconv"
	"strings"

	"ward/ident"
)

// loginUID reads what pam_loginuid(8) wrote at login; 4294967295 is "not set".
func loginUID() ident.UID {
	text, err := os.ReadFile("/proc/self/loginuid")
	if err != nil {
		return ident.NoUID
	}
	uid, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
	if err != nil {
		return ident.NoUID
	}
	return ident.UID(uid)
}

// capabilities reads the effective set of this process. Without /proc it is what
// the user id suggests.
func capabilities() ident.Capabilities {
	text, err := os.ReadFile("/proc/thread-self/status")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if hex, ok := strings.CutPrefix(line, "CapEff:"); ok {
				if set, err := ident.ParseCapabilities(strings.TrimSpace(hex)); err == nil {
					return set
				}
			}
		}
	}
	return capabilitiesOf(os.Geteuid())
}
