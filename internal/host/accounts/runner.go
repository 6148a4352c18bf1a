package accounts

import (
	"os"

	"ward/ident"
)

// Identity is who runs this process, for the journal and for safety checks.
type Identity struct {
	Subject  ident.Subject // effective ids, groups and capabilities
	UID      ident.UID     // the real user id
	SudoUser string        // who called sudo or doas, by their own word; "" when nobody did
	LoginUID ident.UID     // who logged in, kept by the kernel across su and sudo; ident.NoUID where it is not known
}

// Runner is who runs this process. On Windows, which has no such ids, they are
// ident.NoUID and ident.NoGID.
func Runner() Identity {
	return Identity{
		Subject:  subject(),
		UID:      ident.UID(os.Getuid()), // -1 is NoUID
		SudoUser: firstSet("SUDO_USER", "DOAS_USER"),
		LoginUID: loginUID(),
	}
}

func subject() ident.Subject {
	s := ident.Subject{UID: ident.UID(os.Geteuid()), GID: ident.GID(os.Getegid()), Caps: capabilities()}
	groups, _ := os.Getgroups() // an error means there are none to tell
	for _, g := range groups {
		s.Groups = append(s.Groups, ident.GID(g))
	}
	return s
}

func firstSet(names ...string) string {
	for _, name := range names {
		if v := os.Getenv(name); v != "" {
			return v
		}
	}
	return ""
}

func capabilitiesOf(euid int) ident.Capabilities {
	if euid == 0 {
		return ident.AllCapabilities
	}
	return 0
}
