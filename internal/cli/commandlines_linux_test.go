package cli

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ward/internal/requires"
)

// Generated command lines of chmod, chown and chgrp, with options of every kind on a tree
// with links that lead to files, to directories, around and nowhere: what they print, the
// status, and what they leave are those of the installed ones, for root and for a user.
// Options that the installed release has not yet are left out. WARD_COMMAND_LINES sets how
// many there are, and WARD_COMMAND_SEED repeats a run.
func TestStandInsOracleCommandLines(t *testing.T) {
	requires.Root(t)
	release := besideInstalled(t)
	requires.Tool(t, "bash", "chmod", "chown", "chgrp", "setpriv", "find")
	seed := fromEnvironment(t, "WARD_COMMAND_SEED", time.Now().UnixNano())
	lines := int(fromEnvironment(t, "WARD_COMMAND_LINES", 100))
	t.Logf("seed %d, compared with coreutils %v", seed, release)
	for _, who := range []string{"", "setpriv --reuid=65534 --regid=65534 --groups=65534,2"} {
		g := commandLines{rand.New(rand.NewPCG(uint64(seed), uint64(len(who)))), release.Since(9, 5)}
		script := g.script(who, lines)
		want := commandLinesRun(t, script, os.Getenv("PATH"))
		got := commandLinesRun(t, script, links(t, "chmod", "chown", "chgrp")+":"+os.Getenv("PATH"))
		if len(want) != lines+1 || len(got) != len(want) {
			t.Fatalf("%d and %d outcomes", len(got), len(want))
		}
		for i := range want {
			if want[i] != got[i] {
				command, _, _ := strings.Cut(want[i], "\n")
				t.Fatalf("seed %d, %s %s (-installed, +ward):\n%s", seed, who, command,
					cmp.Diff(strings.Split(want[i], "\n"), strings.Split(got[i], "\n")))
			}
		}
	}
}

func fromEnvironment(t *testing.T, variable string, otherwise int64) int64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// commandLinesRun is what a script said of each line.
func commandLinesRun(t *testing.T, script, path string) []string {
	t.Helper()
	dir := filepath.Join(openDir(t), "w")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("bash", "-c", script)
	c.Dir = dir
	c.Env = append(os.Environ(), "PATH="+path, asWard+"=1")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	return strings.Split(unknownOwner.ReplaceAllString(out.String(), "${1}somebody"), "\n$ ")
}

// unknownOwner is what chown -v says of the owner of a link that leads nowhere: GNU's
// tells what happens to be in memory.
var unknownOwner = regexp.MustCompile(`(?m)^((?:out: )?failed to change (?:ownership|group) of '[^']*(?:dang|loop|sn)' from )\S+`)

// commandLines makes scripts.
type commandLines struct {
	*rand.Rand
	later bool // than 9.4
}

func (g commandLines) pick(of ...string) string { return of[g.IntN(len(of))] }

// script has n command lines; each is told with what it printed and left. Errors are
// sorted: those of a tree come in no order.
func (g commandLines) script(who string, n int) string {
	var b strings.Builder
	b.WriteString(`export LC_ALL=C; umask 022
mkdir -p t/d/e t/d/k out; touch t/f t/g "t/a b" t/d/x t/d/e/y out/o; cd t
ln -s f lf; ln -s d ld; ln -s nope dang; ln -s loop loop; ln -s ../f d/lf; ln -s . d/here; ln -s ../../../out d/k/out; ln -s e d/le
find .. -exec chown -h 65534:65534 {} +
tell() { sort ../err; sed 's/^/out: /' ../out.txt; find .. ! -name err ! -name out.txt -printf '%p %m %U %G\n' | sort; }
`)
	for range n {
		line := g.command()
		fmt.Fprintf(&b, "printf '\\n$ %%s\\n' %s; %s %s >../out.txt 2>../err; echo rc $?; tell\n", shellQuoted(line), who, line)
	}
	return b.String()
}

func shellQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func (g commandLines) command() string {
	if g.IntN(12) == 0 {
		return "chmod " + g.pick("-R", "-Rv", "-v", "-Rc", "-Rf") + " " + g.pick("600", "=", "a-x", "u=r", "0") + " " + g.pick("d", "f", "d/e", "d/k", "lf")
	}
	name := g.pick("chmod", "chmod", "chown", "chown", "chgrp")
	words := []string{name}
	what := g.what(name)
	operands := g.operands()
	if g.IntN(6) == 0 {
		what = "--reference=" + g.operand()
	}
	for range g.IntN(4) {
		words = append(words, g.option(name))
	}
	words = append(append(words, what), operands...)
	if g.IntN(6) == 0 {
		words = append(words, g.option(name))
	}
	return strings.Join(words, " ")
}

func (g commandLines) what(name string) string {
	switch name {
	case "chmod":
		// None takes the owner's x from a directory that a link in it may lead to: GNU
		// looks the name up again after the change, and then does not find it.
		return g.pick("u+x", "go-rwx", "755", "0750", "00700", "2755", "u=rwx,go=u-w", "+t", "g+s", "-w", "u+rwX", "o=g", "u-s,+w", "77777")
	case "chgrp":
		if g.later && g.IntN(8) == 0 {
			return g.pick("+0", "' 5'") // which were called so, and not 0 and 5
		}
		return g.pick("2", "root", "daemon", "12345", "nosuchgroup", "''", "65534", "4294967294")
	}
	return g.pick("root", "daemon:bin", ":2", "daemon:", "12345:54321", "0:0", ":", "nosuchuser", "root:nosuch", "8:bin", "bin:9", "+8:", "65534:65534", "daemon.bin", "+1:+2", ":root", "65534")
}

func (g commandLines) option(name string) string {
	options := []string{"-R", "-R", "-R", "-v", "-v", "-c", "-f", "--recursive", "--verbose", "--changes", "--silent", "--quiet", "--rec", "--preserve-root", "--no-preserve-root", "-Rv", "-vR"}
	if name != "chmod" || g.later {
		options = append(options, "-h", "-H", "-L", "-P", "-RH", "-RL", "-RP", "-RPv", "-RLc", "-RHh", "-RLh", "--dereference", "--no-dereference", "--deref", "--no-deref")
	}
	if name == "chown" || name == "chgrp" && g.later {
		options = append(options, "--from="+g.pick("root", "65534", ":2", ":65534", "daemon:bin", "65534:65534", "nosuch", ":", "0"))
	}
	return options[g.IntN(len(options))]
}

func (g commandLines) operands() []string {
	all := make([]string, 1+g.IntN(2))
	for i := range all {
		all[i] = g.operand()
	}
	return all
}

func (g commandLines) operand() string {
	return g.pick("f", "g", "d", "d", "d", "lf", "ld", "ld", "dang", "loop", "'a b'", "d/x", "d/e", "d/le", "d/k", "d/k/out", "d/", "ld/", "lf/", "nope", ".", "./d//e", "d/here")
}
