package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/legacy/dos"
)

// Everything that ward can change, there and back, on every file system.
func TestEveryFactComesBack(t *testing.T) {
	for _, kind := range testfs.AllFileSystems() {
		t.Run(string(kind), func(t *testing.T) {
			onHost(t, func(t *testing.T) {
				requires.Tool(t, "setfacl", "setcap")
				root := dir(t, filepath.Join(testfs.Image(t, kind, 0), "tree"), 0o755)
				file(t, filepath.Join(root, "d/f"), "x", 0o640)
				file(t, filepath.Join(root, "d/program"), "\x7fELF", 0o2755)
				shell(t, `setfacl -m u:bob:rw,m::rw "$1/d/f"; setfacl -m d:u:bob:rwx "$1/d"
					setcap cap_net_raw=ep "$1/d/program"; ln -s f "$1/d/link"; mkfifo "$1/d/fifo"`, root)
				before := snapshot(t, root)
				p := policyFile(t,
					`{name: dirs, match: {type: dir}, require: {mode: "0750", owner: app, group: dev, acl: "u:alice:rx,m::rx,d:u::rwx,d:g::rx,d:o::-"}}`,
					`{name: files, match: {type: file, not: {path: ["**/program"]}}, require: {mode: "0700", owner: alice, group: app, acl: none}}`,
					`{name: programs, match: {type: file, path: ["**/program"]}, require: {mode: "o-x", group: dev}}`,
				)
				ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
				wantMode(t, filepath.Join(root, "d/f"), 0o700)
				wantMode(t, filepath.Join(root, "d/program"), 0o2754)
				ward(t, "plan", "--exit-code", "-p", p, root).wants(t, 0)
				ward(t, "undo", "--yes").wants(t, 0)
				wantSnapshot(t, root, before)
			})
		})
	}
}

// A btrfs subvolume is another file system under the same mount.
func TestSubvolumesAreOtherFileSystems(t *testing.T) {
	onHost(t, func(t *testing.T) {
		requires.Tool(t, "btrfs")
		root := testfs.Image(t, testfs.Btrfs, 0)
		shell(t, `btrfs -q subvolume create "$1/sub"`, root)
		inside := file(t, filepath.Join(root, "sub/f"), "", 0o666)
		outside := file(t, filepath.Join(root, "f"), "", 0o666)
		p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "go-w"}}`)
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
		wantMode(t, inside, 0o666)
		wantMode(t, outside, 0o644)
		ward(t, "apply", "--yes", "-p", p, filepath.Join(root, "sub")).wants(t, 0)
		wantMode(t, inside, 0o644)
	})
}

// On overlayfs a change to one of several hard links copies it up and leaves the
// other names behind: refused unless asked for.
func TestHardLinksOnOverlay(t *testing.T) {
	onHost(t, func(t *testing.T) {
		top := testfs.Image(t, testfs.Tmpfs, 0)
		lower := dir(t, filepath.Join(top, "lower"), 0o755)
		file(t, filepath.Join(lower, "tree/one"), "", 0o666)
		must(t, os.Link(filepath.Join(lower, "tree/one"), filepath.Join(lower, "tree/two")))
		file(t, filepath.Join(lower, "tree/alone"), "", 0o666)
		root := filepath.Join(testfs.OverlayOn(t, top).Merged, "tree")
		p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "go-w"}}`)
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 3, "overlay")
		wantMode(t, filepath.Join(root, "one"), 0o666)
		wantMode(t, filepath.Join(root, "alone"), 0o644)
	})
}

func TestHardLinks(t *testing.T) {
	onHost(t, func(t *testing.T) {
		top := testfs.Image(t, testfs.Ext4, 0)
		root := dir(t, filepath.Join(top, "tree"), 0o755)
		inside := file(t, filepath.Join(root, "a"), "", 0o666)
		must(t, os.Link(inside, filepath.Join(root, "b")))
		foreign := file(t, filepath.Join(top, "foreign"), "", 0o666)
		must(t, os.Link(foreign, filepath.Join(root, "linked")))
		p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "go-w"}}`)
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 3, "linked")
		wantMode(t, inside, 0o644)
		wantMode(t, foreign, 0o666)

		clash := dir(t, filepath.Join(top, "clash"), 0o755)
		x := file(t, filepath.Join(clash, "x.key"), "", 0o666)
		must(t, os.Link(x, filepath.Join(clash, "x.txt")))
		p = policyFile(t, `{name: keys, match: {path: ["*.key"]}, require: {mode: "0600"}}`, `{name: texts, match: {path: ["*.txt"]}, require: {mode: "0644"}}`)
		ward(t, "apply", "--yes", "-p", p, clash).wants(t, 3, "x.key", "x.txt")
		wantMode(t, x, 0o666)
	})
}

// A file system that accepts a change and does something else is told apart.
func TestLyingFileSystems(t *testing.T) {
	for _, c := range []struct {
		name  string
		lie   testfs.Lie
		exit  int
		says  string
		after uint32
	}{
		{"honest", testfs.Honest, 0, "", 0o640},
		{"ignores it", testfs.Ignores, 3, "accepted by the file system and not done", 0o666},
		{"shows it late", testfs.Delays, 0, "verified after a delay", 0o640},
		{"changes another bit", testfs.Alters, 3, "0641", 0o641},
	} {
		t.Run(c.name, func(t *testing.T) {
			onHost(t, func(t *testing.T) {
				root, below := testfs.LyingFS(t, c.lie)
				file(t, filepath.Join(below, "d/f"), "", 0o666)
				p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "0640"}}`)
				ward(t, "apply", "--yes", "-p", p, filepath.Join(root, "d")).wants(t, c.exit, c.says)
				wantMode(t, filepath.Join(root, "d/f"), c.after)
			})
		})
	}
}

// Every system call of an apply and of its undo, with the newest calls and with
// them refused: nothing is written by a path but a descriptor's own.
func TestNothingIsWrittenByPath(t *testing.T) {
	for _, c := range []struct {
		name    string
		refused []string
		errno   unix.Errno
	}{
		{"newest calls", nil, 0},
		{"newest calls unknown", testfs.NewestCalls(), unix.ENOSYS},
		{"newest calls forbidden", testfs.NewestCalls(), unix.EPERM},
		{"no handles", []string{"name_to_handle_at", "open_by_handle_at"}, unix.EPERM},
	} {
		t.Run(c.name, func(t *testing.T) {
			onHost(t, func(t *testing.T) {
				traceRoundTrip := func(t *testing.T) { traceApplyAndUndo(t) }
				if c.refused == nil {
					traceRoundTrip(t)
					return
				}
				testfs.WithSyscallsRefused(t, c.refused, c.errno, traceRoundTrip)
			})
		})
	}
}

// Lists of NFS 4 are written through descriptors too, and so they come back.
func TestListsAreNotWrittenByPath(t *testing.T) {
	onHost(t, func(t *testing.T) {
		mount, _ := testfs.NFS4FS(t, false)
		root := dir(t, filepath.Join(mount, "tree"), 0o755)
		f := file(t, filepath.Join(root, "a/b/f"), "x", 0o640)
		file(t, filepath.Join(root, "12"), "x", 0o666) // looks like a descriptor's number
		before := lists(t, root)
		p := policyFile(t,
			`{name: bob, match: {type: dir}, require: {nfs4: "A::bob@example.org:rxtncy"}}`,
			`{name: own, match: {type: file}, require: {mode: "0600"}}`)
		traced(t, 0, "apply", "--yes", "-p", p, root)
		wantMode(t, f, 0o600)
		if lists(t, root) == before {
			t.Error("the lists were not changed")
		}
		traced(t, 0, "undo", "--yes")
		if got := lists(t, root); got != before {
			t.Errorf("undone:\n%swas:\n%s", got, before)
		}
	})
}

func traceApplyAndUndo(t *testing.T) {
	requires.Tool(t, "setfacl", "setcap")
	root := dir(t, filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree"), 0o777)
	file(t, filepath.Join(root, "a/b/f"), "x", 0o666)
	file(t, filepath.Join(root, "a/program"), "\x7fELF", 0o4755)
	file(t, filepath.Join(root, "12"), "", 0o666) // looks like a descriptor's number
	shell(t, `setfacl -m u:bob:rw "$1/a/b/f"; setfacl -m d:u:bob:rwx "$1/a"; setcap cap_net_raw=ep "$1/a/program"
		mkfifo -m 666 "$1/fifo"; ln -s f "$1/a/link"`, root)
	samba := sambaFile(t, filepath.Join(root, "a/b/f"), 0x20)
	before := snapshot(t, root)
	p := policyFile(t,
		`{name: sealed, match: {path: "**/b/f"}, require: {dos: "+r"}}`,
		`{name: all, match: {type: [file, dir, fifo]}, require: {mode: "go-w", group: dev}}`,
		`{name: owners, match: {type: [file, dir, fifo], not: {path: ["**/program"]}}, require: {owner: app}}`,
		`{name: lists, match: {type: dir}, require: {acl: "u:alice:rx,m::rx,d:u::rwx,d:g::rx,d:o::-"}}`,
		`{name: no-lists, match: {type: file}, require: {acl: none}}`,
		`{name: links, match: {type: symlink}, require: {owner: app}}`,
	)
	traced(t, 0, "apply", "--yes", "-p", p, root)
	wantMode(t, filepath.Join(root, "12"), 0o644)
	if string(attribute(t, filepath.Join(root, "a/b/f"), dos.SambaXattr)) == samba {
		t.Error("the DOS attributes were not changed")
	}
	traced(t, 0, "undo", "--yes")
	wantSnapshot(t, root, before)
	if string(attribute(t, filepath.Join(root, "a/b/f"), dos.SambaXattr)) != samba {
		t.Error("the DOS attributes are not as they were")
	}
}

// traced runs ward and fails the test on any write by path outside of ward's own
// state directory.
func traced(t *testing.T, exit int, args ...string) {
	t.Helper()
	run := testfs.TraceWrites(t, testfs.Program{Args: append([]string{os.Getenv(binaryVariable)}, args...)})
	if run.Exit != exit {
		t.Fatalf("ward %v: exit %d, want %d\n%s", args, run.Exit, exit, run.Output)
	}
	written := 0
	for _, c := range run.Calls {
		if c.Result == 0 {
			written++
		}
	}
	if written == 0 {
		t.Errorf("ward %v: the trace saw no change at all", args)
	}
	for _, c := range testfs.PathWrites(run.Calls, "/var/lib/ward", "/dev/null") {
		t.Errorf("ward %v writes by path: %v", args, c)
	}
	t.Log(fmt.Sprint(len(run.Calls), " calls that write"))
}
