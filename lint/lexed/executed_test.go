package lexed_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ward/lint/effect"
	"ward/lint/lexed"
	"ward/lint/meaning"
	"ward/lint/source"
	"ward/mode"
)

// A truth is a statement that gives the object "t" a mode.
type truth struct {
	statement string
	object    string // what is there before: "file", "dir" or "" for nothing
}

// executes runs the statements of a language, each in a directory of its own and under
// the umask, and holds the modes that they leave against those that ward reads. program makes
// a whole program of a statement; run runs all programs in the order of their folders.
func executes(t *testing.T, d *lexed.Dialect, library *meaning.Language, language source.Language, truths []truth, program func(string) string, run func(folders []string)) {
	t.Helper()
	var folders []string
	for i, one := range truths {
		folder := filepath.Join(t.TempDir(), fmt.Sprint(i))
		folders = append(folders, folder)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		prepare(t, filepath.Join(folder, "t"), one.object)
		if err := os.WriteFile(filepath.Join(folder, "program"), []byte(program(one.statement)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(folders)
	for i, one := range truths {
		unit := d.Parse(&source.File{Path: "program", Language: language, Text: []byte(program(one.statement))})
		says := said(meaning.Translate(unit, nil, library))
		info, err := os.Lstat(filepath.Join(folders[i], "t"))
		if err != nil {
			t.Errorf("%s: %v", one.statement, err)
			continue
		}
		m, _ := mode.FromFileMode(info.Mode())
		if got := m.Octal(); got != says {
			t.Errorf("%s: leaves %s, ward says %s", one.statement, got, says)
		}
	}
}

func prepare(t *testing.T, path, object string) {
	t.Helper()
	var err error
	switch object {
	case "file":
		err = os.WriteFile(path, nil, 0o600)
	case "dir":
		err = os.Mkdir(path, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// said is the mode that the last effect with one leaves, under the umask before it.
func said(s *effect.Script) string {
	var mask mode.Mode = 0o022
	says := "nothing"
	for i := range s.Effects {
		e := &s.Effects[i]
		m, ok := e.Exact()
		switch {
		case !e.Mode.Given:
		case !ok:
			says = "unknown"
		case e.Verb == effect.Umask:
			mask = m & mode.Permissions
		case e.Masked && e.Verb == effect.Mkdir || e.Verb == effect.MkdirAll:
			says = (m &^ mask &^ mode.SetUID &^ mode.SetGID).Octal() // mkdir(2): only the sticky bit and the permissions
		case e.Masked:
			says = (m &^ mask).Octal()
		default:
			says = m.Octal()
		}
	}
	return says
}

// script runs every program with an interpreter.
func script(t *testing.T, command ...string) func([]string) {
	return func(folders []string) {
		t.Helper()
		for _, folder := range folders {
			cmd := exec.Command("sh", append([]string{"-c", `umask 022; exec "$@"`, "sh"}, append(command, "program")...)...)
			cmd.Dir = folder
			if out, err := cmd.CombinedOutput(); err != nil {
				text, _ := os.ReadFile(filepath.Join(folder, "program"))
				t.Errorf("%v\n%s\n%s", err, text, out)
			}
		}
	}
}

// truths is one statement a line, after the object that it needs.
func truths(text string) []truth {
	var all []truth
	lines := bufio.NewScanner(bytes.NewReader([]byte(text)))
	for lines.Scan() {
		object, statement, ok := strings.Cut(strings.TrimSpace(lines.Text()), ": ")
		if ok {
			all = append(all, truth{statement: statement, object: strings.TrimPrefix(object, "new")})
		}
	}
	return all
}
