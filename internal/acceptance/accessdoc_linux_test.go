package acceptance

import (
	"regexp"
	"testing"

	"ward/internal/requires"
)

// lesson is a fenced block of docs/access.md: what is prepared, or a command with what
// it prints.
var lesson = regexp.MustCompile("(?m)^```(?:sh\n(?s:(.*?))|console\n\\$ (ward .*)\n(?s:.*?))```$")

// The page about access prepares its own tree and shows what ward says of it.
func TestAccessPageShowsTheTruth(t *testing.T) {
	requires.Tool(t, "setfacl", "setcap", "install")
	page{file: "access.md", test: "AccessPage", blocks: lesson, answer: answered, commands: 15, timeless: ofNoMachine}.holds(t)
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
