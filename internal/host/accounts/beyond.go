package accounts

import (
	"os"

	"ward/account"
)

// Beyond asks the running system's name service about names and ids that its files
// do not have: sssd, LDAP, a domain. Each question has a limit of time, and a
// service that is silent is not asked again.
func Beyond() account.Outside { return live() }

// ReadFile is an account file of the system whose tree lies at root; nil where there
// is none. No symbolic link leads out of the tree.
func ReadFile(root, name string) ([]byte, error) {
	if root == "" {
		root = "/"
	}
	tree, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	return readIn(tree, name)
}
