package mode

import (
	"fmt"
	"io/fs"
	"strings"
)

// ParseGo reads what the String method of Go's fs.FileMode writes: "-rw-r--r--",
// "dgrwxr-x---", "urwxr-xr-x". Letters for type and special bits, of which there
// may be several, stand before nine letters of rights, which never hold s or t.
// Errors are of type *SyntaxError.
func ParseGo(s string) (Mode, Kind, error) {
	const letters = "dalTLDpSugct?" // the order of fs.FileMode's bits from the highest
	split := len(s) - 9
	if split < 1 {
		return 0, Unknown, syntaxError(s, 0, "is no mode as Go writes it: want letters of type and nine of rights", "")
	}
	perm, err := parseRights(s, split)
	if err != nil {
		return 0, Unknown, err
	}
	if perm&Special != 0 {
		return 0, Unknown, syntaxError(s, split, "has s or t among its rights, where Go never puts them", "")
	}
	f := fs.FileMode(perm)
	if s[:split] == "-" {
		split = 0
	}
	last := -1
	for at, c := range []byte(s[:split]) {
		i := strings.IndexByte(letters, c)
		if i <= last {
			return 0, Unknown, syntaxError(s, at, quotedAt(s, at)+" cannot stand there in a mode as Go writes it", "")
		}
		last = i
		f |= 1 << (31 - i)
	}
	m, k := FromFileMode(f)
	return m, k, nil
}

// GoSyntax is the mode as Go source writes it. Go keeps setuid, setgid and sticky
// outside the twelve bits: os.Chmod(name, 0o4755) sets 0755, and what was meant is
// "fs.ModeSetuid|0o755".
func (m Mode) GoSyntax() string {
	text := ""
	for _, special := range [...]struct {
		bit  Mode
		name string
	}{{SetUID, "fs.ModeSetuid|"}, {SetGID, "fs.ModeSetgid|"}, {Sticky, "fs.ModeSticky|"}} {
		if m&special.bit != 0 {
			text += special.name
		}
	}
	return fmt.Sprintf("%s0o%03o", text, uint16(m&Permissions))
}
