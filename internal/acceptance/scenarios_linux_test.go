package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
	"ward/internal/testfs"
)

// S12: a group's shared tree.
func TestGroupShare(t *testing.T) {
	onHost(t, func(t *testing.T) {
		requires.Tool(t, "git")
		root := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "share"), 0o755)
		file(t, filepath.Join(root, "docs/plan.txt"), "plan\n", 0o600)
		file(t, filepath.Join(root, "bin/run"), "#!/bin/sh\n", 0o700)
		shell(t, `cd "$1" && git init -q . && git add docs && git -c user.name=x -c user.email=x@x commit -qm x && chmod -R go-rwx .git`, root)
		git := snapshot(t, filepath.Join(root, ".git"))
		p := policyFile(t,
			`{name: directories, match: {type: dir}, require: {mode: "02775", group: dev, acl: "d:u::rwx,d:g::rwx,d:o::rx"}}`,
			`{name: files, match: {type: file, not: {content: [shebang, elf]}}, require: {mode: "0664", group: dev}}`,
			`{name: programs, match: {type: file, content: [shebang, elf]}, require: {mode: "0775", group: dev}}`,
		)
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
		wantMode(t, root, 0o2775)
		wantMode(t, filepath.Join(root, "docs"), 0o2775)
		wantMode(t, filepath.Join(root, "docs/plan.txt"), 0o664)
		wantMode(t, filepath.Join(root, "bin/run"), 0o775)
		wantSnapshot(t, filepath.Join(root, ".git"), git)
		ward(t, "plan", "--exit-code", "-p", p, root).wants(t, 0)
		for _, umask := range []string{"022", "077"} {
			must(t, shellAs(t, alice, alice, []uint32{dev}, `umask "$2"; echo x > "$1/docs/$2"; mkdir "$1/docs/d$2"`, root, umask))
			must(t, shellAs(t, bob, bob, []uint32{dev}, `echo y >> "$1/docs/$2"; touch "$1/docs/d$2/f"`, root, umask))
		}
	})
}

// S13: a change of owner or group clears setuid and capabilities in the kernel;
// what was root's own, or what a rule decided, comes back.
func TestChangeOfOwnerOfAPrivilegedProgram(t *testing.T) {
	for _, c := range []struct{ name, rule, undone string }{
		{"another group", `{name: all, match: {type: file}, require: {group: dev}}`, ""},
		{"another owner", `{name: all, match: {type: file}, require: {owner: app}}`, "the setuid bit goes"},
		{"another owner, and the bit decided", `{name: all, match: {type: file}, require: {owner: app, mode: "04755"}}`, "the setuid bit goes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			onHost(t, func(t *testing.T) {
				requires.Tool(t, "setcap")
				root := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree"), 0o755)
				program := file(t, filepath.Join(root, "program"), "\x7fELF", 0o4755)
				shell(t, `setcap cap_net_bind_service=ep "$1"`, program)
				before := snapshot(t, root)
				p := policyFile(t, c.rule)
				planned := ward(t, "plan", "-p", p, root).wants(t, 0, "program")
				said := strings.Join(strings.Fields(planned.out), " ")
				want := "the kernel takes the setuid bit and the file capabilities away with the change of " + strings.TrimPrefix(c.name, "another ")[:5]
				if !strings.Contains(said, want) {
					t.Errorf("want %q said:\n%v", want, planned)
				}
				ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
				wantMode(t, program, 0o4755)
				if !strings.Contains(facts(t, program), "security.capability") {
					t.Error("the capability is lost")
				}
				undone := ward(t, "undo", "--yes").wants(t, 0, c.undone)
				if c.undone == "" {
					wantSnapshot(t, root, before)
					return
				}
				// The file was a user's meanwhile, who may have put anything into
				// it: it comes back as root's, and without what would run it as root.
				if got := facts(t, program); got != "100755 0:0" {
					t.Errorf("undone to %s\n%v", got, undone)
				}
			})
		})
	}
}

// A user's planted 4755 file must not become root's 4755 file.
func TestPlantedSetuidIsNotHandedToRoot(t *testing.T) {
	onHost(t, func(t *testing.T) {
		root := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree"), 0o755)
		program := file(t, filepath.Join(root, "program"), "\x7fELF", 0o755)
		must(t, unix.Chown(program, alice, alice))
		must(t, unix.Chmod(program, 0o4755))
		p := policyFile(t, `{name: roots, match: {type: file}, require: {owner: root, group: root}}`)
		ward(t, "plan", "-p", p, root).wants(t, 0, "setuid")
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
		wantMode(t, program, 0o755)
	})
}

// S14: an ancestor that somebody else may write is refused, by name and owner.
func TestAncestorOfAnotherUserIsRefused(t *testing.T) {
	onHost(t, func(t *testing.T) {
		top := testfs.Image(t, testfs.Tmpfs, 0)
		mine := dir(t, filepath.Join(top, "hostile"), 0o755)
		root := dir(t, filepath.Join(mine, "tree"), 0o755)
		f := file(t, filepath.Join(root, "f"), "", 0o666)
		must(t, unix.Chown(mine, alice, alice))
		p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "0644"}}`)
		r := ward(t, "apply", "--yes", "-p", p, root)
		if r.exit == 0 || !r.says(mine) || !r.says("alice") {
			t.Errorf("want a refusal that names %s and alice:\n%v", mine, r)
		}
		wantMode(t, f, 0o666)
		ward(t, "apply", "--yes", "--allow-ancestor", mine, "-p", p, root).wants(t, 0)
		wantMode(t, f, 0o644)
	})
}

// S16: undo meets a symlink where a file was, and brings back 04755.
func TestUndoOverAReplacedFile(t *testing.T) {
	onHost(t, func(t *testing.T) {
		top := testfs.Image(t, testfs.Ext4, 0)
		root := dir(t, filepath.Join(top, "tree"), 0o755)
		outside := file(t, filepath.Join(top, "outside"), "", 0o600)
		program := file(t, filepath.Join(root, "program"), "", 0o4755)
		victim := file(t, filepath.Join(root, "victim"), "", 0o666)
		p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "0640"}}`)
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
		wantMode(t, program, 0o640)
		must(t, os.Remove(victim))
		must(t, os.Symlink(outside, victim))
		before := facts(t, outside)
		ward(t, "undo", "--yes").wants(t, 3, "victim")
		wantMode(t, program, 0o4755)
		if got := facts(t, outside); got != before {
			t.Errorf("outside of the tree: %s became %s", before, got)
		}
	})
}

// S17: shared directories of the system are changed only by their exact name.
func TestRails(t *testing.T) {
	onHost(t, func(t *testing.T) {
		p := policyFile(t, `{name: hardening, match: {type: dir, path: [/]}, require: {mode: "0700"}}`)
		testfs.Bind(t, dir(t, filepath.Join(testfs.Image(t, testfs.Tmpfs, 0), "tmp"), 0o1777), "/var/tmp")
		shared := dir(t, filepath.Join(testfs.Image(t, testfs.Tmpfs, 0), "shared"), 0o1777)
		for _, path := range []string{"/var/tmp", shared} {
			r := ward(t, "apply", "--yes", "-p", p, path)
			if r.exit == 0 || !r.says("--allow-system") {
				t.Errorf("%s: want a refusal that names the option:\n%v", path, r)
			}
			wantMode(t, path, 0o1777)
		}
		ward(t, "apply", "--yes", "-p", p, "--allow-system", shared, shared).wants(t, 0)
		wantMode(t, shared, 0o700)
	})
}

// S18: what is right costs no write, and a run that was killed goes on or goes back.
func TestKilledApply(t *testing.T) {
	const files = 20_000
	for _, end := range []string{"resume", "undo"} {
		t.Run(end, func(t *testing.T) {
			onHost(t, func(t *testing.T) {
				root := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 512<<20), "tree"), 0o755)
				for i := range files {
					name := filepath.Join(root, fmt.Sprintf("d%03d", i/200), fmt.Sprint(i))
					file(t, name, "", 0o666)
				}
				before := snapshot(t, root)
				p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "0644"}}`)
				done := killWhileChanging(t, root, "apply", "--yes", "-p", p, root)
				t.Logf("killed after %d of %d", done, files)
				ward(t, "apply", "--yes", "-p", p, root).wants(t, 3, "--resume", "undo")
				if end == "resume" {
					ward(t, "apply", "--resume", "--yes", root).wants(t, 0)
					ward(t, "plan", "--exit-code", "-p", p, root).wants(t, 0)
				}
				ward(t, "undo", "--yes").wants(t, 0)
				wantSnapshot(t, root, before)
				if end == "undo" {
					ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
				}
			})
		})
	}
}

// killWhileChanging ends ward by SIGKILL as soon as it has changed something, and
// returns how many files had been changed.
func killWhileChanging(t *testing.T, root string, args ...string) int {
	t.Helper()
	cmd := exec.Command(os.Getenv(binaryVariable), args...)
	must(t, cmd.Start())
	first := filepath.Join(root, "d000")
	for deadline := time.Now().Add(20 * time.Second); changed(first) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("nothing was changed within 20 seconds")
		}
	}
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	n := 0
	dirs, _ := filepath.Glob(filepath.Join(root, "d*"))
	for _, d := range dirs {
		n += changed(d)
	}
	return n
}

func changed(dir string) (n int) {
	names, _ := os.ReadDir(dir)
	for _, name := range names {
		var st syscall.Stat_t
		if syscall.Stat(filepath.Join(dir, name.Name()), &st) == nil && st.Mode&0o022 == 0 {
			n++
		}
	}
	return n
}

func TestWhatIsRightCostsNoWrite(t *testing.T) {
	onHost(t, func(t *testing.T) {
		root := dir(t, filepath.Join(testfs.Image(t, testfs.Tmpfs, 0), "tree"), 0o755)
		for i := range 3000 {
			file(t, filepath.Join(root, "d", fmt.Sprint(i)), "", 0o644)
		}
		wrong := map[string]bool{}
		for i := range 3 {
			wrong[file(t, filepath.Join(root, "d", fmt.Sprint(i*1000)), "", 0o666)] = true
		}
		p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "go-w"}}`)
		traced := testfs.TraceWrites(t, testfs.Program{Args: []string{os.Getenv(binaryVariable), "apply", "--yes", "-p", p, root}})
		if traced.Exit != 0 {
			t.Fatalf("exit %d: %s", traced.Exit, traced.Output)
		}
		changes := 0
		for _, c := range traced.Calls {
			if strings.HasPrefix(c.Name, "fchmod") && strings.HasPrefix(c.Paths[0].Dir, root) {
				changes++
			}
		}
		if changes != len(wrong) {
			t.Errorf("%d modes were changed, want %d", changes, len(wrong))
		}
	})
}

// S19: a mode is read as what it unmistakably says, or refused with what it would
// have meant.
func TestModesInAPolicy(t *testing.T) {
	for _, c := range []struct {
		mode string
		exit int
		says string
	}{
		{"0644", 0, ""},
		{"0o755", 0, ""},
		{`"02775"`, 0, ""},
		{"u=rwX,go=rX", 0, ""},
		{"rwxr-x---", 2, "0750"},
		{"2755", 2, `write "02755"`},
		{"644", 2, `write "0644"`},
		{"755", 2, `write "0755"`},
		{"420", 2, "is 0644 in decimal"},
		{"0888", 2, "8 is no octal digit"},
		{"+x", 2, "write a+x"},
		{"u+s,+t", 2, "without who"},
		{"g=u,u=g", 0, ""},
		{"u=g,g=o,o=u", 2, "does not settle"},
	} {
		t.Run(c.mode, func(t *testing.T) {
			p := policyFile(t, fmt.Sprintf(`{name: all, match: {type: file}, require: {mode: %s}}`, c.mode))
			if strings.Contains(c.mode, ",") && c.mode[0] != '"' {
				p = policyFile(t, fmt.Sprintf(`{name: all, match: {type: file}, require: {mode: "%s"}}`, c.mode))
			}
			ward(t, "policy", "check", p).wants(t, c.exit, c.says)
		})
	}
}

// S23: "at most" is about bits, not numbers.
func TestAtMost(t *testing.T) {
	for _, c := range []struct {
		atMost string
		found  uint32
		exit   int
		after  uint32
	}{
		{"0750", 0o644, 1, 0o640},
		{"0644", 0o600, 0, 0o600},
		{"0640", 0o640, 0, 0o640},
		{"0755", 0o4755, 1, 0o755},
	} {
		t.Run(fmt.Sprintf("%04o at most %s", c.found, c.atMost), func(t *testing.T) {
			onHost(t, func(t *testing.T) {
				root := dir(t, filepath.Join(testfs.Image(t, testfs.Tmpfs, 0), "tree"), 0o755)
				f := file(t, filepath.Join(root, "f"), "", c.found)
				p := policyFile(t, fmt.Sprintf(`{name: files, match: {type: file}, require: {atmost: %q}}`, c.atMost))
				ward(t, "check", "-p", p, root).wants(t, c.exit)
				ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
				wantMode(t, f, c.after)
			})
		})
	}
}
