package app

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/account"
	"ward/account/faults"
	"ward/internal/requires"
)

// complaints is what pwck and grpck say, each with the rules that say the same. The
// name stands in the line itself or in the question that follows it.
var complaints = []struct {
	words string
	rules []string
}{
	{`^invalid (?:password|group) file entry\ndelete line '([^:']*)`, []string{"malformed-line"}},
	{`^duplicate password entry\ndelete line '([^:]*)`, []string{"duplicate-user"}},
	{`^duplicate group entry\ndelete line '([^:]*)`, []string{"duplicate-group"}},
	{`^invalid group name '([^']*)'`, []string{"unusable-name", "long-name"}},
	{`^user '([^']*)': no group`, []string{"missing-group"}},
	{`^user '([^']*)': directory`, []string{"home-missing"}},
	{`^user '([^']*)': program`, []string{"missing-shell", "malformed-line"}},
	{`^user (\S*): last password change in the future`, []string{"future-password"}},
	{`^user (\S*) has an entry in /etc/shadow, but its password field`, []string{"readable-hash"}},
	{`^no matching password file entry in /etc/shadow\nadd user '([^']*)'`, []string{"no-shadow", "malformed-line"}},
	{`^no matching password file entry in /etc/passwd\ndelete line '([^:]*)`, []string{"shadow-only"}},
	{`^no matching group file entry in /etc/gshadow\nadd group '([^']*)'`, []string{"no-gshadow"}},
	{`^no matching group file entry in /etc/group\ndelete line '([^:]*)`, []string{"gshadow-only"}},
	{`^(?:shadow )?group (\S*): no user`, []string{"dangling-member", "spaced-member"}},
	{`^shadow group (\S*): no administrative user`, []string{"dangling-admin"}},
	{`^'[^']*' is a member of the '([^']*)' group in`, []string{"differing-members", "spaced-member", "duplicate-group"}},
}

// theirs are rules that pwck and grpck have as well: whatever ward says by them, they
// say too.
var theirs = []string{
	"malformed-line", "duplicate-user", "duplicate-group", "long-name", "missing-group", "home-missing", "missing-shell",
	"future-password", "no-shadow", "shadow-only", "no-gshadow", "gshadow-only", "dangling-member", "spaced-member",
	"dangling-admin", "differing-members",
}

// excused are complaints that ward does not share, by what the system itself does:
// libc passes comments over, and services have no home to miss.
func excused(s *accountsTree, rule, name string) bool {
	if rule == "malformed-line" && strings.HasPrefix(name, "#") {
		return true
	}
	users := account.ReadPasswd("passwd", []byte(s.text["passwd"]))
	for l := range users.Records {
		if l.Value.Name == name && rule == "home-missing" {
			return !faults.LogsIn(l.Value.Shell) || l.Value.UID < 1000
		}
	}
	return false
}

func TestGroupsCheckAgreesWithPwckAndGrpck(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "pwck", "grpck")
	s := prepared(t, plantedFaults(), nearMisses())
	found, _ := findingsIn(t, s.root)
	var ours []string // rule and name, members left out
	for _, f := range found {
		rule, name, _ := strings.Cut(f, " ")
		name, _, _ = strings.Cut(name, ":")
		ours = append(ours, rule+" "+name)
	}
	var said []string
	for _, program := range []string{"pwck", "grpck"} {
		out, _ := exec.Command(program, "-r", "-R", s.root).CombinedOutput() // 2: there are complaints
		said = append(said, understand(t, s, string(out), ours)...)
	}
	var missed []string
	for _, f := range ours {
		rule, _, _ := strings.Cut(f, " ")
		if slices.Contains(theirs, rule) && !slices.Contains(said, f) {
			missed = append(missed, f)
		}
	}
	if d := cmp.Diff([]string(nil), missed); d != "" {
		t.Errorf("pwck and grpck do not say:\n%s", d)
	}
	t.Logf("%d complaints of pwck and grpck are shared", len(said))
}

// understand turns complaints into findings of ours, and fails for one that is not
// among them.
func understand(t *testing.T, s *accountsTree, text string, ours []string) (said []string) {
	t.Helper()
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		known := line == "" || regexp.MustCompile(`\? No$|no changes$`).MatchString(line)
		for _, c := range complaints {
			m := regexp.MustCompile(c.words).FindStringSubmatch(text)
			if m == nil {
				continue
			}
			known = true
			shared := slices.ContainsFunc(c.rules, func(rule string) bool {
				f := rule + " " + m[1]
				if slices.Contains(ours, f) {
					said = append(said, f)
					return true
				}
				return excused(s, rule, m[1])
			})
			if !shared {
				t.Errorf("ward does not say what they do: %q", strings.Join(strings.SplitN(text, "\n", 3)[:2], " "))
			}
		}
		if !known {
			t.Errorf("a complaint that the test does not know: %q", line)
		}
		text = rest
	}
	return said
}
