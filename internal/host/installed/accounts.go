package installed

import (
	"errors"

	"ward/account"
)

// Accounts are the users and groups of the system's own files; nil where it has none.
func (s *System) Accounts() (*account.Database, error) {
	passwd, err := s.read("etc/passwd")
	group, err2 := s.read("etc/group")
	if err := errors.Join(err, err2); err != nil || len(passwd)+len(group) == 0 {
		return nil, err
	}
	users, _ := account.ParsePasswd(passwd)
	groups, _ := account.ParseGroup(group)
	return account.New(users, groups), nil
}
