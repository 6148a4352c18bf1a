package acceptance

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/internal/requires"
	"ward/internal/testfs"
)

// The page about groups prepares a small system and shows what ward says of it.
func TestGroupsPageShowsTheTruth(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "mkfifo")
	page, err := filepath.Abs("../../docs/groups.md")
	must(t, err)
	onHost(t, func(t *testing.T) {
		testfs.Bind(t, testfs.Image(t, testfs.Ext4, 0), "/srv")
		shell(t, "rm -rf /srv/*; chmod 755 /srv")
		syscall.Umask(0o022)
		t.Chdir("/srv")
		text, err := os.ReadFile(page)
		must(t, err)
		commands := 0
		now := lesson.ReplaceAllStringFunc(string(text), func(block string) string {
			m := lesson.FindStringSubmatch(block)
			if m[2] == "" {
				shell(t, m[1])
				return block
			}
			commands++
			r := ward(t, strings.Fields(m[2])[1:]...)
			return "```console\n$ " + m[2] + "\n" + strings.TrimRight(r.out+r.err, "\n") + "\n```"
		})
		if commands < 6 {
			t.Errorf("only %d commands were found", commands)
		}
		if *update {
			must(t, os.WriteFile(page, []byte(now), 0o644))
			return
		}
		timeless := func(s string) string { return regexp.MustCompile(`[\d.]+ s\n`).ReplaceAllString(s, "0 s\n") }
		if diff := cmp.Diff(timeless(string(text)), timeless(now)); diff != "" {
			t.Errorf("docs/groups.md says otherwise (- it says, + it is; go test ./internal/acceptance -run GroupsPage -update):\n%s", diff)
		}
	})
}
