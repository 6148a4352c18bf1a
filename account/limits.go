package account

import (
	"strconv"
	"strings"

	"ward/mode"
)

// Limits is what login.defs(5) says about ids and homes. Its zero value is not
// useful: DefaultLimits is.
type Limits struct {
	UIDMin, UIDMax       uint32 // of people
	GIDMin, GIDMax       uint32
	SysUIDMax, SysGIDMax uint32 // of the system; from 1 on

	HomeMode   mode.Mode // of new homes: HOME_MODE, or what UMASK leaves
	HomeLine   int       // where it says so; 0: nowhere
	Umask      mode.Mode
	UserGroups bool // USERGROUPS_ENAB

	// MaxMembers is MAX_MEMBERS_PER_GROUP: a group with more of them goes on in
	// another line with the same name and id. 0: it does not.
	MaxMembers int
}

// DefaultLimits is what holds where login.defs says nothing.
func DefaultLimits() Limits {
	return Limits{
		UIDMin: 1000, UIDMax: 60000, GIDMin: 1000, GIDMax: 60000, SysUIDMax: 999, SysGIDMax: 999,
		HomeMode: 0o755, Umask: 0o022,
	}
}

// ParseLimits reads login.defs(5). What it does not say, or says unreadably, is as
// in DefaultLimits.
func ParseLimits(text []byte) Limits {
	l := DefaultLimits()
	set, lines := settings(text)
	number := func(key string, to *uint32, otherwise uint32) {
		*to = otherwise
		if n, err := strconv.ParseUint(set[key], 0, 32); err == nil {
			*to = uint32(n)
		}
	}
	number("UID_MIN", &l.UIDMin, l.UIDMin)
	number("UID_MAX", &l.UIDMax, l.UIDMax)
	number("GID_MIN", &l.GIDMin, l.GIDMin)
	number("GID_MAX", &l.GIDMax, l.GIDMax)
	number("SYS_UID_MAX", &l.SysUIDMax, l.UIDMin-1)
	number("SYS_GID_MAX", &l.SysGIDMax, l.GIDMin-1)
	if m, err := mode.ParseUmask(set["UMASK"], 0); err == nil && set["UMASK"] != "" {
		l.Umask, l.HomeMode, l.HomeLine = m, 0o777&^m, lines["UMASK"]
	}
	if m, err := strconv.ParseUint(set["HOME_MODE"], 8, 12); err == nil {
		l.HomeMode, l.HomeLine = mode.Mode(m), lines["HOME_MODE"]
	}
	l.UserGroups = strings.EqualFold(set["USERGROUPS_ENAB"], "yes")
	l.MaxMembers, _ = strconv.Atoi(set["MAX_MEMBERS_PER_GROUP"])
	return l
}

// settings is lines of a word and its value.
func settings(text []byte) (set map[string]string, lines map[string]int) {
	set, lines = map[string]string{}, map[string]int{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line, _, _ = strings.Cut(line, "#")
		if f := strings.Fields(line); len(f) >= 2 {
			set[f[0]], lines[f[0]] = strings.Trim(f[1], `"`), n
		}
	}
	return set, lines
}

// Switch is what nsswitch.conf(5) says: for each database its sources, in order.
type Switch map[string][]string

// ParseSwitch reads nsswitch.conf(5); actions in brackets are passed over.
func ParseSwitch(text []byte) Switch {
	s := Switch{}
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		database, rest, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		var sources []string
		for rest != "" {
			var before string
			before, rest, _ = strings.Cut(rest, "[")
			sources = append(sources, strings.Fields(before)...)
			_, rest, _ = strings.Cut(rest, "]")
		}
		s[strings.TrimSpace(database)] = sources
	}
	return s
}

// Sources lists where a database comes from; "files" alone where nothing is said.
func (s Switch) Sources(database string) []string {
	if sources, ok := s[database]; ok {
		return sources
	}
	return []string{"files"}
}
