// Package umasks finds where the umask of a user's sessions, or of a systemd unit,
// comes from: login.defs, PAM, GECOS fields, shells' start files, sudoers, crontabs,
// units with their drop-ins, and scripts that units start. It reads the files of the
// running system or of another one whose tree lies somewhere, and runs nothing.
//
// What files say is not all: programs set umasks of their own, and a script may do
// so in ways that cannot be read off it. Where a line's effect is not certain, the
// answer says so.
package umasks

import (
	"errors"
	"io/fs"

	"ward/mode"
)

// Origin is what kind of place sets a umask.
type Origin string

// The origins.
const (
	LoginDefs  Origin = "login.defs"  // UMASK, HOME_MODE and USERGROUPS_ENAB (login.defs(5))
	DefaultLog Origin = "default"     // UMASK= in /etc/default/login
	PAM        Origin = "pam_umask"   // an argument of pam_umask(8)
	Gecos      Origin = "gecos"       // umask= in the user's line of passwd(5)
	Shell      Origin = "shell"       // umask in a shell's start file
	Sudoers    Origin = "sudoers"     // Defaults umask (sudoers(5))
	SFTP       Origin = "sftp-server" // its -u option
	Unit       Origin = "unit"        // UMask= of a unit (systemd.exec(5))
	Cron       Origin = "crontab"     // umask in a command of a crontab
	Script     Origin = "script"      // umask in a script that is started
	BuiltIn    Origin = "built-in"    // what holds where nothing is said
)

// Source is a line that has, or seems to have, a say.
type Source struct {
	Origin Origin
	File   string // path in the system; "" for what is built in
	Line   int    // from 1; 0 for none
	Text   string // the setting as it stands there
	For    string // whom it concerns, where that is not everybody asked about: "sudo", "sftp"

	Sets  bool      // it gives a umask, Mask
	Mask  mode.Mode // valid where Sets
	Maybe bool      // it stands in a condition, or cannot be read off for certain
	Wins  bool      // its umask is the one that is left in the end
	Note  string    // why it does not count, or what else it does; "" for nothing to say
}

// Found is where a umask comes from.
type Found struct {
	Sources []Source // in the order in which they take effect
	Mask    mode.Mode
	Certain bool // no condition and no unread file stands against Mask

	Unread []Unread
}

// Unread is a file that could not be looked at.
type Unread struct {
	File string
	Err  error
}

// usual is the umask that systemd gives to services and sessions, and login(1)
// leaves, where nobody says anything.
const usual mode.Mode = 0o022

// chain gathers sources in their order.
type chain struct {
	tree *tree
	Found
	winner int // index into Sources
	maybe  bool
}

func newChain(t *tree, why string) *chain {
	c := &chain{tree: t}
	c.add(Source{Origin: BuiltIn, Text: "umask 022", Sets: true, Mask: usual, Note: why})
	return c
}

// add appends a source; one that sets a umask for everybody asked about wins over
// those before it, unless it only may count.
func (c *chain) add(s Source) {
	c.Sources = append(c.Sources, s)
	if !s.Sets || s.For != "" {
		c.maybe = c.maybe || s.Maybe && s.For == ""
		return
	}
	if s.Maybe {
		c.maybe = true
		return
	}
	c.winner, c.Mask, c.maybe = len(c.Sources)-1, s.Mask, false
}

// read reads a file; one that is not there is no loss.
func (c *chain) read(path string) ([]byte, bool) {
	text, err := c.tree.read(path)
	if err == nil {
		return text, true
	}
	if !errors.Is(err, fs.ErrNotExist) {
		c.Unread = append(c.Unread, Unread{path, err})
	}
	return nil, false
}

func (c *chain) found() *Found {
	c.Sources[c.winner].Wins = true
	c.Certain = !c.maybe && len(c.Unread) == 0
	return &c.Found
}
