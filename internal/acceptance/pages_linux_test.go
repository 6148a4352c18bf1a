package acceptance

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/internal/testfs"
)

// A page is a file of docs/ whose examples are what ward prints.
type page struct {
	file, test string // of docs/, and the name by which its test is run
	blocks     *regexp.Regexp
	answer     func(t *testing.T, block string) (now string, commands int) // a block as it is now
	commands   int                                                         // that there are at the least
	prepare    func(t *testing.T)
	timeless   func(string) string // what differs from run to run taken out
}

// holds runs the page's commands on an empty file system at /srv and compares, or with
// -update writes, what they print.
func (p page) holds(t *testing.T) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../../docs", p.file))
	must(t, err)
	onHost(t, func(t *testing.T) {
		testfs.Bind(t, testfs.Image(t, testfs.Ext4, 0), "/srv")
		shell(t, "rm -rf /srv/*; chmod 755 /srv")
		syscall.Umask(0o022)
		t.Chdir("/srv")
		if p.prepare != nil {
			p.prepare(t)
		}
		text, err := os.ReadFile(path)
		must(t, err)
		commands := 0
		now := p.blocks.ReplaceAllStringFunc(string(text), func(block string) string {
			answer, n := p.answer(t, block)
			commands += n
			return answer
		})
		if commands < p.commands {
			t.Errorf("only %d commands were found", commands)
		}
		if *update {
			must(t, os.WriteFile(path, []byte(now), 0o644))
			return
		}
		was := string(text)
		if p.timeless != nil {
			was, now = p.timeless(was), p.timeless(now)
		}
		if diff := cmp.Diff(was, now); diff != "" {
			t.Errorf("docs/%s says otherwise (- it says, + it is; go test ./internal/acceptance -run %s -update):\n%s", p.file, p.test, diff)
		}
	})
}

// answered is a lesson's block as it is now: what is prepared is done, and what a
// command prints is written under it.
func answered(t *testing.T, block string) (now string, commands int) {
	t.Helper()
	m := lesson.FindStringSubmatch(block)
	if m[2] == "" {
		shell(t, m[1])
		return block, 0
	}
	r := ward(t, strings.Fields(m[2])[1:]...)
	return "```console\n$ " + m[2] + "\n" + strings.TrimRight(r.out+r.err, "\n") + "\n```", 1
}
