package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// asWard in the environment makes the test binary be ward itself.
const asWard = "WARD_TEST_AS_WARD"

func TestMain(m *testing.M) {
	if os.Getenv(asWard) != "" {
		os.Exit(Main())
	}
	os.Exit(m.Run())
}

// Every command with right and wrong input. The scripts are txtar archives in the
// language of testscript, as far as this file knows it.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			newScript(t, file).run()
		})
	}
}

// script is a script under way.
type script struct {
	*testing.T
	file           string
	lines          []string
	dir            string
	work           string // the folder it began in
	stdout, stderr string // of the last command
}

// newScript unpacks a script into a folder of its own.
func newScript(t *testing.T, file string) *script {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	comment, archive := unpack(string(text))
	s := &script{T: t, file: file, lines: strings.Split(comment, "\n"), dir: t.TempDir()}
	s.work = s.dir
	for name, content := range archive {
		s.check(os.MkdirAll(filepath.Dir(s.path(name)), 0o755))
		s.check(os.WriteFile(s.path(name), []byte(content), 0o644))
	}
	return s
}

// unpack splits a txtar archive into its comment and its files.
func unpack(text string) (comment string, files map[string]string) {
	marker := regexp.MustCompile(`(?m)^-- (.+) --\n?`)
	files = map[string]string{}
	at := marker.FindAllStringSubmatchIndex(text, -1)
	if at == nil {
		return text, files
	}
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		files[text[m[2]:m[3]]] = text[m[1]:end]
	}
	return text[:at[0][0]], files
}

func (s *script) run() {
	for i, line := range s.lines {
		words := split(line)
		if len(words) == 0 {
			continue
		}
		negated := words[0] == "!"
		if negated {
			words = words[1:]
		}
		if err := s.command(words[0], words[1:], negated); err != nil {
			s.Fatalf("%s:%d: %s: %v\n-- stdout\n%s-- stderr\n%s", s.file, i+1, line, err, s.stdout, s.stderr)
		}
	}
}

// split takes a line apart: '…' quotes, # begins a comment.
func split(line string) (words []string) {
	for _, m := range regexp.MustCompile(`^#.*|\s#.*|'((?:[^']|'')*)'|[^\s']+`).FindAllStringSubmatch(line, -1) {
		switch {
		case strings.HasPrefix(strings.TrimSpace(m[0]), "#"):
			return words
		case m[0][0] == '\'':
			words = append(words, strings.ReplaceAll(m[1], "''", "'"))
		default:
			words = append(words, m[0])
		}
	}
	return words
}

func (s *script) command(name string, args []string, negated bool) error {
	switch name {
	case "status":
		return s.ward(args[0], args[1:])
	case "exec":
		return s.exec(args, negated)
	case "stdout":
		return match(s.stdout, args[0], negated)
	case "stderr":
		return match(s.stderr, args[0], negated)
	case "mode":
		return s.modes(args[0], args[1:])
	case "cd":
		s.dir = s.path(args[0])
		return nil
	}
	return s.change(name, args)
}

// change is the commands that make something.
func (s *script) change(name string, args []string) error {
	switch name {
	case "chmod":
		return s.shell(append([]string{"chmod"}, args...))
	case "mkdir":
		return os.MkdirAll(s.path(args[0]), 0o755)
	case "mv":
		return os.Rename(s.path(args[0]), s.path(args[1]))
	case "cp":
		text, err := os.ReadFile(s.path(args[0]))
		return errors.Join(err, os.WriteFile(s.path(args[1]), text, 0o644))
	case "symlink": // symlink link -> target
		return os.Symlink(args[2], s.path(args[0]))
	case "link": // link name -> file
		return os.Link(s.path(args[2]), s.path(args[0]))
	}
	return fmt.Errorf("unknown command %q", name)
}

// ward runs ward and compares its exit status.
func (s *script) ward(want string, args []string) error {
	if got := fmt.Sprint(s.start(s.wardCommand(args))); got != want {
		return fmt.Errorf("exit status %s, want %s", got, want)
	}
	return nil
}

func (s *script) wardCommand(args []string) *exec.Cmd {
	self, err := os.Executable()
	s.check(err)
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), asWard+"=1", "WARD_STATE_DIR="+filepath.Join(s.work, ".state"))
	return cmd
}

func (s *script) exec(args []string, negated bool) error {
	cmd := exec.Command(args[0], args[1:]...)
	if args[0] == "ward" {
		cmd = s.wardCommand(args[1:])
	}
	if status := s.start(cmd); (status != 0) != negated {
		return fmt.Errorf("exit status %d", status)
	}
	return nil
}

func (s *script) shell(args []string) error { return s.exec(args, false) }

func (s *script) start(cmd *exec.Cmd) (status int) {
	var out, errOut bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, &out, &errOut
	err := cmd.Run()
	s.stdout, s.stderr = out.String(), errOut.String()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

func match(text, pattern string, negated bool) error {
	re, err := regexp.Compile("(?m)" + pattern)
	switch {
	case err != nil:
		return err
	case re.MatchString(text) == negated && negated:
		return fmt.Errorf("%q is there", pattern)
	case re.MatchString(text) == negated:
		return fmt.Errorf("%q is not there", pattern)
	}
	return nil
}

// modes compares modes as octal digits.
func (s *script) modes(want string, files []string) error {
	for _, name := range files {
		got, err := exec.Command("stat", "-c", "%04a", s.path(name)).Output()
		if err != nil {
			return err
		}
		if strings.TrimSpace(string(got)) != want {
			return fmt.Errorf("%s has mode %s", name, got)
		}
	}
	return nil
}

func (s *script) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.dir, name)
}

func (s *script) check(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}
