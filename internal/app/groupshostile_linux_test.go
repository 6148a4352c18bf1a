package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// smallSystem is a tree with three accounts, whose files can be spoiled.
func smallSystem(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	must(t, os.Mkdir(filepath.Join(root, "etc"), 0o755))
	for name, text := range map[string]string{
		"passwd":  "root:x:0:0::/:/bin/sh\ndaemon:x:1:1::/:/bin/false\nann:x:1000:1000::/home/ann:/bin/sh\n",
		"group":   "root:x:0:\ndaemon:x:1:\ndev:x:50:ann\nann:x:1000:\n",
		"shadow":  "root:*:1::::::\ndaemon:*:1::::::\nann:*:1::::::\n",
		"gshadow": "root:*::\ndaemon:*::\ndev:*::ann\nann:*::\n",
		"t":       "group dev = ann daemon\n",
	} {
		must(t, os.WriteFile(filepath.Join(root, "etc", name), []byte(text), 0o600))
	}
	return root
}

func spoil(t *testing.T, root, name string, how func(string) string) {
	t.Helper()
	path := filepath.Join(root, "etc", name)
	text, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, []byte(how(string(text))), 0o600))
}

// What cannot be read is told of with the file of the tree and the line, briefly, and
// stops the compilation where the template is concerned.
func TestCompileNamesTheLineThatCannotBeRead(t *testing.T) {
	dos := func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
	for name, x := range map[string]struct {
		file string
		how  func(string) string
		want string
	}{
		"a member's account": {"passwd", dos, "/etc/passwd:2:1: error: it ends with a carriage return"},
		"groups":             {"group", dos, "/etc/group:1:1: error: it ends with a carriage return"},
		"shadows of groups":  {"gshadow", dos, "/etc/gshadow:1:1: error: it ends with a carriage return"},
		"bytes of no UTF-8":  {"group", func(s string) string { return s + "caf\xe9:x:60:\n" }, "/etc/group:5:1: error: it holds bytes that are no UTF-8"},
		"empty fields":       {"group", func(s string) string { return s + "::60:\n" }, "/etc/group:5:1: error: the name is empty"},
		"a member of 1 MB":   {"t", func(string) string { return "group dev = " + strings.Repeat("a", 1_000_000) + "\n" }, "(1000000 bytes)"},
		"a file of nothing":  {"group", func(string) string { return strings.Repeat("\x01\n", 100_000) }, "/etc/group:101:1: error: there are more mistakes like these"},
	} {
		t.Run(name, func(t *testing.T) {
			root := smallSystem(t)
			spoil(t, root, x.file, x.how)
			_, err := GroupsCompile(context.Background(), GroupsCompileRequest{Template: filepath.Join(root, "etc/t"), Root: root})
			if err == nil || !strings.Contains(err.Error(), x.want) || strings.HasPrefix(x.want, "/") && !strings.Contains(err.Error(), root+x.want) {
				t.Fatalf("the error is %.300v, want %q", err, x.want)
			}
			if len(err.Error()) > 40_000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
	t.Run("no group file", func(t *testing.T) {
		root := smallSystem(t)
		must(t, os.Remove(filepath.Join(root, "etc/group")))
		_, err := GroupsCompile(context.Background(), GroupsCompileRequest{Template: filepath.Join(root, "etc/t"), Root: root})
		if err == nil || !strings.Contains(err.Error(), root+"/etc/group is not there") {
			t.Errorf("the error is %v", err)
		}
	})
}

// A file that was saved under DOS is one fault a line: what hangs on the accounts in it
// is not called missing, and no command would make them a second time.
func TestLinesThatCannotBeReadAreTheOnlyFault(t *testing.T) {
	for _, file := range []string{"passwd", "group"} {
		root := smallSystem(t)
		spoil(t, root, file, func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") })
		for _, rule := range checked(t, root) {
			switch rule {
			case "missing-group", "dangling-member", "shadow-only", "gshadow-only", "no-shadow", "no-gshadow":
				t.Errorf("%s saved under DOS: %s", file, rule)
			}
		}
	}
	root := smallSystem(t)
	spoil(t, root, "passwd", func(s string) string { return s + "big:x:0:0:" + strings.Repeat("a", 1_000_000) + "::\n" })
	if !strings.Contains(strings.Join(checked(t, root), " "), "long-line") {
		t.Error("a line of 1 MB is nothing")
	}
	spoil(t, root, "group", func(s string) string { return s + "big:x:60:" + strings.Repeat("a", 1_000_000) + "\n" })
	checked(t, root)
}

// checked is the rules that are broken. What people read of them stays short.
func checked(t *testing.T, root string) (rules []string) {
	t.Helper()
	a, err := GroupsCheck(context.Background(), GroupsCheckRequest{Root: root}, nil)
	must(t, err)
	for f, err := range a.Findings {
		must(t, err)
		rules = append(rules, strings.TrimPrefix(f.Rule.ID, "accounts/"))
		if n := len(f.What) + len(strings.Join(f.Fix, " ")) + len(f.Member); n > 2000 {
			t.Errorf("%s: %d bytes", f.Rule.ID, n)
		}
		if strings.HasPrefix(strings.Join(f.Fix, " "), "install") {
			t.Errorf("%q would follow a link out of the tree", f.Fix)
		}
	}
	return rules
}
