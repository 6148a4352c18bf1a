package acceptance

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"ward/internal/testfs"
)

var update = flag.Bool("update", false, "write what the commands of the README print into it")

const readme = "../../README.md"

// session is one command of the README with what it prints, in a fenced block.
var session = regexp.MustCompile("(?m)^```console\n\\$ (ward .*)\n((?s:.*?))```$")

var policyBlock = regexp.MustCompile("(?m)^```yaml\n((?s:.*?))```$")

// The README's commands are run as they stand there, on the tree that it describes,
// and print what it says.
func TestReadmeShowsTheTruth(t *testing.T) {
	onHost(t, func(t *testing.T) {
		testfs.Bind(t, testfs.Image(t, testfs.Tmpfs, 0), "/srv")
		deployReadme(t)
		t.Chdir(t.TempDir())
		text, err := os.ReadFile(readmePath)
		must(t, err)
		commands := 0
		now := session.ReplaceAllStringFunc(string(text), func(block string) string {
			commands++
			command := session.FindStringSubmatch(block)[1]
			r := ward(t, strings.Fields(command)[1:]...)
			return "```console\n$ " + command + "\n" + strings.TrimRight(r.out+r.err, "\n") + "\n```"
		})
		if commands < 5 {
			t.Errorf("only %d commands were found", commands)
		}
		for _, policy := range policyBlock.FindAllStringSubmatch(string(text), -1) {
			p := file(t, filepath.Join(t.TempDir(), "ward.yaml"), policy[1], 0o644)
			ward(t, "policy", "check", p).wants(t, 0, "no mistakes")
		}
		if *update {
			must(t, os.WriteFile(readmePath, []byte(now), 0o644))
			return
		}
		if diff := cmp.Diff(timeless(string(text)), timeless(now)); diff != "" {
			t.Errorf("the README says otherwise (- it says, + it is; go test ./internal/acceptance -run Readme -update):\n%s", diff)
		}
	})
}

// readmePath is absolute: the commands run in another directory.
var readmePath = func() string {
	path, err := filepath.Abs(readme)
	if err != nil {
		panic(err)
	}
	return path
}()

func deployReadme(t *testing.T) {
	t.Helper()
	const root = "/srv/app"
	dir(t, root, 0o755)
	file(t, root+"/bin/start.sh", "#!/bin/sh\nexec ./app\n", 0o644)
	file(t, root+"/conf/server.key", privateKey, 0o644)
	file(t, root+"/conf/app.yaml", "listen: 443\n", 0o644)
	dir(t, root+"/upload", 0o777)
	must(t, unix.Chmod(root, 0o755))
}

// timeless takes out what differs from run to run and from machine to machine.
func timeless(text string) string {
	for pattern, with := range map[string]string{
		`\d+\.\d\d s`:              "0.00 s",
		`\d{8}T\d{6}Z-[0-9a-f]{4}`: "RUN",
		`lets in .*`:               "lets in others",
		`\d+ users`:                "N users",
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, with)
	}
	return text
}
