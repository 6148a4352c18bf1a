// Package accounts fills account values from the system's name service, and says
// who runs this process.
//
// The lists are /etc/passwd and /etc/group. Where nsswitch.conf names more
// sources than these, single names and ids that the lists do not have are looked
// up through getent(1) when somebody asks: a binary without cgo cannot load NSS
// modules, and listing a whole domain may take minutes.
package accounts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ward/account"
)

// Load reads the accounts of the running system.
func Load() (*account.Database, error) { return load("/", live(), !filesAreAll) }

// LoadFrom reads the accounts of another system, whose tree lies at root. Nobody
// can be asked about sources beyond its files.
func LoadFrom(root string) (*account.Database, error) { return load(root, account.Outside{}, false) }

// load reads the files below root; outside answers for sources beyond them, of
// which there are some if beyond says so or nsswitch.conf names them.
func load(root string, outside account.Outside, beyond bool) (*account.Database, error) { //nolint:unparam // true on systems whose files are not all
	passwd, err := read(root, "etc/passwd")
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	group, err := read(root, "etc/group")
	if err != nil {
		return nil, fmt.Errorf("read groups: %w", err)
	}
	users, badUsers := account.ParsePasswd(passwd)
	groups, badGroups := account.ParseGroup(group)
	sources, err := readSources(root)
	if err != nil {
		return nil, err
	}
	sources.users.beyond = sources.users.beyond || beyond || includes(badUsers)
	sources.groups.beyond = sources.groups.beyond || beyond || includes(badGroups)
	return sources.complete(account.New(users, groups), outside), nil
}

// includes reports whether one of the lines that account could not use is one of
// compat's, which take in accounts of another source.
func includes(bad []account.Problem) bool {
	for _, p := range bad {
		if p.Includes {
			return true
		}
	}
	return false
}

// read is a file below root; one that does not exist is empty, as it is for libc.
func read(root, name string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(root, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}
