package mode

import "fmt"

// Octal is the mode as four octal digits: "0644", "4755".
func (m Mode) Octal() string {
	return fmt.Sprintf("%04o", uint16(m))
}

// literal is the mode as C and YAML write an octal number: "0644", "04755". It
// reads as the same mode with quotes and without.
func (m Mode) literal() string {
	return fmt.Sprintf("0%03o", uint16(m))
}

// Owner is what the owning user may do.
func (m Mode) Owner() Rights { return Rights(m >> 6 & 7) }

// Group is what members of the owning group may do.
func (m Mode) Group() Rights { return Rights(m >> 3 & 7) }

// Other is what everybody else may do.
func (m Mode) Other() Rights { return Rights(m & 7) }

// String is the rights as ls shows a class: "r-x".
func (r Rights) String() string {
	const letters = "rwx"
	b := [3]byte{'-', '-', '-'}
	for i := range b {
		if r&(R>>i) != 0 {
			b[i] = letters[i]
		}
	}
	return string(b[:])
}

// Under is what a request to create a file with mode m becomes under a umask:
// 0666 under 027 is 0640. The umask has nine bits, so special bits stay. A
// default ACL on the directory takes the place of the umask (acl(5)), and
// mkdir(2) ignores setuid and setgid in the request.
func (m Mode) Under(umask Mode) Mode {
	return m &^ (umask & Permissions)
}

// parseOctal reads s, all of it octal digits, as one mode.
func parseOctal(input string, at int) (Mode, error) {
	var m Mode
	for i := at; i < len(input); i++ {
		if !octalDigit(input[i]) {
			return 0, notOctal(input, i)
		}
		if m = m<<3 | Mode(input[i]-'0'); m > All {
			return 0, tooLarge(input, at)
		}
	}
	return m, nil
}

func octalDigit(c byte) bool { return '0' <= c && c <= '7' }

func digit(c byte) bool { return '0' <= c && c <= '9' }

func notOctal(input string, at int) error {
	if digit(input[at]) {
		return syntaxError(input, at, fmt.Sprintf("%c is no octal digit", input[at]), "")
	}
	return syntaxError(input, at, quotedAt(input, at)+" does not belong to an octal mode", "")
}

// tooLarge says that the number is beyond the twelve bits, and what it is when
// it is a whole st_mode such as git's 100644.
func tooLarge(input string, at int) error {
	e := syntaxError(input, at, "is more than 07777", "")
	var raw uint32
	for i := at; i < len(input) && octalDigit(input[i]); i++ {
		if raw = raw<<3 | uint32(input[i]-'0'); raw > 0o177777 {
			return e
		}
	}
	if m, k := FromStat(raw); k == Regular || k == Directory || k == Symlink {
		e.Problem = fmt.Sprintf("is a type and a mode (st_mode of a %s)", k)
		e.Hint = "write " + m.literal()
	}
	return e
}
