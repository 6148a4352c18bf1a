package mode

import "fmt"

// Created is the mode of a new object for which a program asked with m, under a
// umask: open(2), mkdir(2), mknod(2). mkdir ignores setuid and setgid in the
// request (vfs_mkdir in fs/namei.c). A default list of the directory it is made in
// takes the place of the umask, and a setgid directory hands setgid down to
// directories; neither enters here.
func (m Mode) Created(k Kind, umask Mode) Mode {
	if k == Directory {
		m &^= setID
	}
	return m.Under(umask) & All
}

// Request is what programs ask for when they have no wish of their own: 0777 for
// directories and 0666 for everything else.
func Request(k Kind) Mode {
	if k == Directory {
		return Permissions
	}
	return 0o666
}

// UmaskFor is the umask under which a new object of that kind, asked for in the
// usual way (Request), has the mode m. There is none for a mode with special bits,
// nor for a file with an x, which no umask gives.
func (m Mode) UmaskFor(k Kind) (umask Mode, ok bool) {
	if m&^Request(k) != 0 {
		return 0, false
	}
	umask = Permissions &^ m
	for _, class := range [...]Mode{0o700, 0o070, 0o007} {
		if k != Directory && m&class != 0 {
			umask &^= class & Execute // nobody asks for it: the usual masks leave it
		}
	}
	return umask, true
}

// ParseUmask reads what the shell's umask takes: an octal mask ("027"), or the
// rights that it leaves ("u=rwx,g=rx,o="), which count from the present mask. It
// has nine bits. Errors are of type *SyntaxError.
func ParseUmask(s string, present Mode) (Mode, error) {
	if s != "" && digit(s[0]) {
		m, err := parseOctal(s, 0)
		if err == nil && m > Permissions {
			err = syntaxError(s, 0, "a umask has nine bits: 0777 at most", "")
		}
		if err != nil {
			return 0, err
		}
		return m, nil
	}
	e, err := ParseExpr(s)
	if err != nil {
		return 0, err
	}
	left := e.Apply(Permissions&^present, Regular, 0)
	if left > Permissions {
		return 0, syntaxError(s, 0, "a umask has no special bits", "")
	}
	return Permissions &^ left, nil
}

// FormatUmask is a mask as the shell's `umask -S` shows it: the rights that it
// leaves, "u=rwx,g=rx,o=" for 027.
func FormatUmask(mask Mode) string {
	left := Permissions &^ mask
	return fmt.Sprintf("u=%s,g=%s,o=%s", left.Owner().letters(), left.Group().letters(), left.Other().letters())
}
