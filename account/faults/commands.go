package faults

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ward/account"
	"ward/ident"
	"ward/mode"
)

func number(id uint32) string { return strconv.FormatUint(uint64(id), 10) }

// shadow is a command of the shadow suite for the system's tree.
func (r *review) shadow(program string, args ...string) []string {
	words := []string{program}
	switch {
	case r.Root == "" || r.Root == "/":
	case program == "gpasswd":
		words = append(words, "-Q", r.Root)
	default:
		words = append(words, "-R", r.Root)
	}
	return append(words, args...)
}

// inside is a command that follows links: in another system's tree only that system's
// own root keeps them in it.
func (r *review) inside(words ...string) []string {
	if r.Root == "" || r.Root == "/" {
		return words
	}
	return append([]string{"chroot", r.Root}, words...)
}

// place is a path of the system as the one who mends it sees it.
func (r *review) place(path string) string {
	path = strings.TrimPrefix(path, "/")
	if r.Root == "" || r.Root == "/" {
		return "/" + path
	}
	return strings.TrimSuffix(r.Root, "/") + "/" + path
}

// leave takes a user out of a group.
func (r *review) leave(user, group string) []string { return r.shadow("gpasswd", "-d", user, group) }

// chmod is the command that gives an object a mode.
func (r *review) chmod(o Object, m mode.Mode) []string {
	return []string{"ward", "chmod", m.Octal(), r.place(o.Path)}
}

// freeUID is the first id of people that nobody has.
func (r *review) freeUID() string {
	for id := r.Limits.UIDMin; id < r.Limits.UIDMax; id++ {
		if _, ok := r.uids[ident.UID(id)]; !ok {
			return number(id)
		}
	}
	return ""
}

// freeGID is the first group id that no group has, among the system's if system.
func (r *review) freeGID(system bool) string {
	taken := func(id uint32) bool { _, ok := r.gids[ident.GID(id)]; return ok }
	if system {
		for id := r.Limits.SysGIDMax; id > 0; id-- {
			if !taken(id) {
				return number(id)
			}
		}
	}
	for id := r.Limits.GIDMin; id < r.Limits.GIDMax; id++ {
		if !taken(id) {
			return number(id)
		}
	}
	return ""
}

// nologin is the program that refuses logins on this system.
func (r *review) nologin() string {
	for _, path := range []string{"/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/usr/bin/false"} {
		if r.Programs[path] {
			return path
		}
	}
	return "/usr/sbin/nologin"
}

// LogsIn reports whether a shell lets somebody in. An empty one is /bin/sh
// (passwd(5)).
func LogsIn(shell string) bool {
	base := shell[strings.LastIndexByte(shell, '/')+1:]
	switch base {
	case "nologin", "false", "true", "sync", "shutdown", "halt", "git-shell", "rssh", "scponly", "nopassword":
		return false
	}
	return true
}

// human reports whether an account is somebody's who works with it.
func (r *review) human(u *account.Entry) bool {
	return uint32(u.UID) >= r.Limits.UIDMin && uint32(u.UID) <= r.Limits.UIDMax && LogsIn(u.Shell)
}

// systemUser reports whether an account is the system's, by the host's own limits.
// Root stands for himself.
func (r *review) systemUser(uid ident.UID) bool { return uid != 0 && uint32(uid) <= r.Limits.SysUIDMax }

func (r *review) systemGroup(gid ident.GID) bool { return uint32(gid) <= r.Limits.SysGIDMax }

// members lists who is in a group by any of its lines, and who has it as his
// primary one.
func (r *review) members(gid ident.GID) []string {
	names := slices.Concat(r.primary[gid], r.named[gid])
	slices.Sort(names)
	return slices.Compact(names)
}

// usable reports whether somebody can log in with the password of a shadow field.
func usable(field string) bool {
	return field == "" || len(field) > 2 && field[0] != '!' && field[0] != '*'
}

// few names the first of a long list.
func few(names []string) string {
	const most = 6
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}
