package accounts

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ward/account"
	"ward/ident"
)

// sources are those that nsswitch.conf(5) names for users and for groups.
type sources struct{ users, groups source }

// source is where the accounts of one kind come from, beside the file.
type source struct {
	systemd bool // nss-systemd: root, nobody, and users made up for running units
	beyond  bool // anything else: sss, ldap, winbind, nis, …

	lent ranges // ids without account that belong to users' containers
}

// The ids that nss-systemd gives names to without a file (systemd's
// docs/UIDS-GIDS.md): systemd-homed's, and those of units with DynamicUser=.
var systemdRanges = [...][2]uint32{{60001, 60513}, {61184, 65519}}

const nobody = 65534

func readSources(root string) (sources, error) {
	text, err := read(root, "etc/nsswitch.conf")
	if err != nil {
		return sources{}, fmt.Errorf("read the sources of accounts: %w", err)
	}
	s := parseSources(text)
	if hasRecords(root) { // static accounts in JSON that only nss-systemd reads
		s.users.beyond = s.users.beyond || s.users.systemd
		s.groups.beyond = s.groups.beyond || s.groups.systemd
	}
	if s.users.lent, err = readRanges(root, "etc/subuid"); err != nil {
		return sources{}, err
	}
	if s.groups.lent, err = readRanges(root, "etc/subgid"); err != nil {
		return sources{}, err
	}
	return s, nil
}

// parseSources reads nsswitch.conf. A database that it does not mention comes
// from the files alone.
func parseSources(text []byte) sources {
	var s sources
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		database, names, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(database) {
		case "passwd":
			s.users = parseSource(names)
		case "group":
			s.groups = parseSource(names)
		}
	}
	return s
}

func parseSource(names string) source {
	var s source
	for rest := names; rest != ""; {
		before, after, _ := strings.Cut(rest, "[") // [NOTFOUND=return] and the like
		for _, name := range strings.Fields(before) {
			switch name {
			case "files", "compat":
			case "systemd":
				s.systemd = true
			default:
				s.beyond = true
			}
		}
		_, rest, _ = strings.Cut(after, "]")
	}
	return s
}

// hasRecords reports whether nss-systemd has user records to read (nss-systemd(8)).
func hasRecords(root string) bool {
	for _, dir := range [...]string{"etc/userdb", "run/userdb", "run/host/userdb", "usr/lib/userdb"} {
		if names, err := os.ReadDir(filepath.Join(root, dir)); err == nil && len(names) > 0 {
			return true
		}
	}
	return false
}

// complete gives the database what the sources have beyond the files.
func (s sources) complete(files *account.Database, outside account.Outside) *account.Database {
	if s.users.empty() && s.groups.empty() {
		return files
	}
	return files.Beyond(account.Outside{
		User: func(key string) (account.User, account.Answer) {
			return s.users.user(key, outside.User)
		},
		Group: func(key string) (account.Group, account.Answer) {
			return s.groups.group(key, outside.Group)
		},
	})
}

func (s source) empty() bool { return !s.systemd && !s.beyond && len(s.lent) == 0 }

func (s source) user(key string, ask func(string) (account.User, account.Answer)) (account.User, account.Answer) {
	if id, ok := s.synthetic(key, "nobody"); ok {
		return account.User{Name: synthName(id, "nobody"), UID: ident.UID(id), GID: ident.GID(id)}, account.Yes
	}
	return answer(s, key, ask)
}

func (s source) group(key string, ask func(string) (account.Group, account.Answer)) (account.Group, account.Answer) {
	if id, ok := s.synthetic(key, "nogroup"); ok {
		return account.Group{Name: synthName(id, "nogroup"), GID: ident.GID(id)}, account.Yes
	}
	return answer(s, key, ask)
}

// answer asks where an answer is to be had, and knows what silence means.
func answer[T any](s source, key string, ask func(string) (T, account.Answer)) (T, account.Answer) {
	var none T
	id, numeric := parseID(key)
	transient := numeric && s.systemd && inSystemdRange(id)
	switch {
	case numeric && s.lent.contain(id):
		return none, account.CannotTell
	case numeric && !s.beyond && !transient, !s.systemd && !s.beyond:
		return none, account.No
	case ask == nil:
		return none, account.CannotTell
	}
	found, yes := ask(key)
	if yes == account.No && transient {
		return none, account.CannotTell // the unit whose user it was may run again
	}
	return found, yes
}

// synthetic reports whether nss-systemd makes the account up itself: root and
// nobody, which it knows even where the files lack them.
func (s source) synthetic(key, nobodyName string) (id uint32, ok bool) {
	switch {
	case !s.systemd:
		return 0, false
	case key == "0" || key == "root":
		return 0, true
	case key == number(nobody) || key == nobodyName:
		return nobody, true
	}
	return 0, false
}

func synthName(id uint32, nobodyName string) string {
	if id == 0 {
		return "root"
	}
	return nobodyName
}
