package state

import (
	"os"
	"strconv"
	"strings"
)

// Who is the person behind a run, as far as the system tells.
type Who struct {
	UID      int    `json:"uid"`                 // effective
	SudoUser string `json:"sudo-user,omitempty"` // SUDO_USER
	LoginUID *int   `json:"login-uid,omitempty"` // set at login and never after (/proc/self/loginuid)
	Host     string `json:"host,omitempty"`
}

// Whoami is the person behind this process.
func Whoami() Who {
	host, _ := os.Hostname() // "" is said as "not known"
	return Who{UID: os.Geteuid(), SudoUser: os.Getenv("SUDO_USER"), LoginUID: loginUID(), Host: host}
}

// loginUID is nil where there is none: another system, a daemon's child.
func loginUID() *int {
	b, err := os.ReadFile("/proc/self/loginuid")
	if err != nil {
		return nil
	}
	uid, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 32)
	if err != nil || uid == 1<<32-1 {
		return nil
	}
	id := int(uid)
	return &id
}
