package acceptance

import (
	"regexp"
	"testing"

	"ward/internal/requires"
)

// The page about groups prepares a small system and shows what ward says of it.
func TestGroupsPageShowsTheTruth(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "mkfifo")
	timeless := func(s string) string { return regexp.MustCompile(`[\d.]+ s\n`).ReplaceAllString(s, "0 s\n") }
	page{file: "groups.md", test: "GroupsPage", blocks: lesson, answer: answered, commands: 6, timeless: timeless}.holds(t)
}
