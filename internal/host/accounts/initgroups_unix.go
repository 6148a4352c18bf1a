//go:build unix && !darwin

package accounts

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"ward/ident"
)

// InitGroups asks the system's name service for the groups that a login of the user
// would get, those of LDAP and domains too (getent(1), initgroups(3)), within the time
// that one question may take. asked is false where no such program is there.
func InitGroups(user string) (groups []ident.GID, asked bool, err error) {
	program, ok := getentProgram()
	if !ok {
		return nil, false, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--", "initgroups", user)
	cmd.Env = []string{"LC_ALL=C"}
	cmd.WaitDelay = patience
	text, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("no answer in %s", patience)
		}
		return nil, true, fmt.Errorf("ask getent for the groups of %q: %w", user, err)
	}
	return parseInitGroups(string(text)), true, nil
}

// parseInitGroups reads "NAME  GID GID …".
func parseInitGroups(text string) (groups []ident.GID) {
	for i, word := range strings.Fields(text) {
		if id, err := strconv.ParseUint(word, 10, 32); err == nil && i > 0 {
			groups = append(groups, ident.GID(id))
		}
	}
	return groups
}
