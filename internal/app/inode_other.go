//go:build !unix

package app

import (
	"os"

	"ward/entry"
)

// sameInode cannot tell on systems without inodes.
func sameInode(os.FileInfo, entry.Identity) bool { return false }
