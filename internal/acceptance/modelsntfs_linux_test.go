package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ward/internal/requires"
	"ward/internal/testfs"
)

// The list that ntfs-3g stores for a mode converts back to that mode, by the rules of
// Windows and not by its own: its SIDs say which users they are.
func TestListsOfNTFSConvertToTheModeThatMadeThem(t *testing.T) {
	requires.Root(t)
	testfs.InMountNamespace(t, func(t *testing.T) {
		file := filepath.Join(testfs.NTFS(t, "permissions"), "file")
		must(t, os.WriteFile(file, nil, 0o600))
		must(t, os.Chown(file, 61101, 61200))
		for _, m := range []os.FileMode{0o640, 0o755, 0o444, 0o600, 0o777, 0o750, 0o664, 0o000, 0o604, 0o070} {
			must(t, os.Chmod(file, m))
			r := ward(t, "convert", "-n", "--which", "nt", "--to", "octal", file)
			if got := strings.TrimSpace(r.out); got != fmt.Sprintf("%04o", m) {
				t.Errorf("a mode of %04o comes back as %s:\n%v", m, got, r)
			}
			ward(t, "acl", "show", "-n", file).wants(t, 0, "system.ntfs_acl: Windows", "the owner (61101)", "system.ntfs_attrib: DOS")
		}
	})
}
