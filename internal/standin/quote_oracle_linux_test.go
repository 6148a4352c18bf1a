package standin_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ward/internal/requires"
	"ward/internal/standin"
)

// chmod of GNU names every file that is not there, between its quotes; an invalid
// mode is quoted like a word.
func TestQuotingOracleChmod(t *testing.T) {
	requires.Tool(t, "chmod")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := namesFor(t, rand.New(rand.NewPCG(seed, 0)), "chmod")
	for _, locale := range []string{"C", "C.UTF-8"} {
		q := standin.Quoting{UTF8: locale == "C.UTF-8"}
		for range 40 {
			all := make([]string, 200)
			want := ""
			for i := range all {
				for all[i] == "" || all[i] == "." || all[i] == ".." {
					all[i] = random.one()
				}
				want += "chmod: cannot access " + q.Name(all[i]) + ": No such file or directory\n"
			}
			if got := chmodSays(t, locale, append([]string{"--", "644"}, all...)); got != want {
				t.Fatalf("seed %d, %s: %s", seed, locale, firstDifference(want, got))
			}
		}
		for range 200 {
			word := "z" + random.one()
			want := "chmod: invalid mode: " + q.Word(word) + "\nTry 'chmod --help' for more information.\n"
			if got := chmodSays(t, locale, []string{"--", word, "f"}); got != want {
				t.Fatalf("seed %d, %s: got\n%swant\n%s", seed, locale, got, want)
			}
		}
	}
}

// ls quotes names as messages do where it may leave the quotes out.
func TestBareQuotingOracleLs(t *testing.T) {
	requires.Tool(t, "ls")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := namesFor(t, rand.New(rand.NewPCG(seed, 0)), "ls")
	for range 300 {
		name := random.one()
		if strings.Contains(name, "/") || name == "" {
			continue
		}
		dir := t.TempDir()
		if err := os.WriteFile(dir+"/"+name, nil, 0o600); err != nil {
			continue // a name such as "."
		}
		c := exec.Command("ls", "-1A", "--quoting-style=shell-escape", dir)
		c.Env = []string{"LC_ALL=C"}
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := (standin.Quoting{}).Bare(name); got != strings.TrimSuffix(string(out), "\n") {
			t.Fatalf("seed %d: %q: got %s, ls says %s", seed, name, got, out)
		}
	}
}

func chmodSays(t *testing.T, locale string, args []string) string {
	t.Helper()
	c := exec.Command("chmod", args...)
	c.Env = []string{"LC_ALL=" + locale}
	c.Dir = t.TempDir()
	var errs bytes.Buffer
	c.Stderr = &errs
	_ = c.Run()
	return errs.String()
}

func firstDifference(want, got string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return "got " + g[i] + ", want " + strings.Join(w[min(i, len(w)):min(i+1, len(w))], "")
		}
	}
	return "got less than wanted"
}

// names generates names of the hard kind.
type names struct {
	*rand.Rand
	all bool // none is left out
}

// namesFor leaves out those that have a single quote and end in something that cannot be
// printed, where coreutils before 9.6 is asked: it begins them in the middle of an
// escape, and no shell reads them back.
func namesFor(t *testing.T, r *rand.Rand, program string) names {
	return names{r, requires.ReleaseOf(t, program).Since(9, 6)}
}

func (n names) one() string {
	for {
		name := anyName(n.Rand)
		end := name[len(name)-1]
		if n.all || !strings.Contains(name, "'") || ' ' <= end && end <= '~' {
			return name
		}
	}
}

func anyName(r *rand.Rand) string {
	pieces := []string{
		"a", "b", "Z", "7", "0", " ", "'", "'", `"`, `\`, "$", "`", "!", "#", "~", "{", "}", "=", "&", "(", ")", "*", ";", "<", ">", "[", "]", "^", "|", "?",
		"%", "+", ",", "-", ".", ":", "_", "@", "\n", "\t", "\a", "\x1b", "\x7f", "é", "\xc3", "\xff", "‘", "’", "漢", "\u200b",
	}
	var b strings.Builder
	for range 1 + r.IntN(5) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}
