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

// lesson is a fenced block of docs/access.md: what is prepared, or a command with what
// it prints.
var lesson = regexp.MustCompile("(?m)^```(?:sh\n(?s:(.*?))|console\n\\$ (ward .*)\n(?s:.*?))```$")

// The page about access prepares its own tree and shows what ward says of it.
func TestAccessPageShowsTheTruth(t *testing.T) {
	requires.Tool(t, "setfacl", "setcap", "install")
	page, err := filepath.Abs("../../docs/access.md")
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
		if commands < 15 {
			t.Errorf("only %d commands were found", commands)
		}
		if *update {
			must(t, os.WriteFile(page, []byte(now), 0o644))
			return
		}
		if diff := cmp.Diff(ofNoMachine(string(text)), ofNoMachine(now)); diff != "" {
			t.Errorf("docs/access.md says otherwise (- it says, + it is; go test ./internal/acceptance -run AccessPage -update):\n%s", diff)
		}
	})
}

// ofNoMachine takes out what differs from machine to machine.
func ofNoMachine(text string) string {
	for pattern, with := range map[string]string{
		`[\d,]+ (other )?(user|process|uid)(e?s)?`: "N $1$2",
		`lets in [^\n;]*`:                          "lets in others",
		`(ext4|overlay|xfs|btrfs) on /,`:           "FS on /,",
		`[\d.]+ (µs|ms|s)\b`:                       "0 s",
		`capabilities all( but \S+)?`:              "capabilities all",
		`(?m)^   *capabilities all\n`:              "",
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, with)
	}
	return text
}
