//go:build !linux

package accounts

import (
	"os"

	"ward/ident"
)

func loginUID() ident.UID { return ident.NoUID }

// capabilities are Linux's; elsewhere uid 0 has what they stand for.
func capabilities() ident.Capabilities { return capabilitiesOf(os.Geteuid()) }
