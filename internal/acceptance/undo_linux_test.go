package acceptance

import (
	"path/filepath"
	"regexp"
	"testing"

	"golang.org/x/sys/unix"

	"ward/internal/testfs"
)

// runID is the id of the run that a result tells of.
func (r result) runID(t *testing.T) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^run (\S+?)[;,]`).FindStringSubmatch(r.out)
	if m == nil {
		t.Fatalf("no run is named:\n%v", r)
	}
	return m[1]
}

func TestUndoOfAnUndoDoesTheRunAgain(t *testing.T) {
	onHost(t, func(t *testing.T) {
		root := filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree")
		dir(t, root, 0o755)
		script := file(t, filepath.Join(root, "script"), "#!/bin/sh\n", 0o666)
		tool := file(t, filepath.Join(root, "tool"), "x\n", 0o755)
		must(t, unix.Chown(tool, alice, alice))
		must(t, unix.Chmod(tool, 0o4755))
		dir(t, filepath.Join(root, "open"), 0o777)
		before := snapshot(t, root)
		p := policyFile(t,
			`{name: scripts, match: {type: file, content: [shebang]}, require: {mode: "0755"}}`,
			`{name: tools, match: {type: file, path: [/tool]}, require: {owner: root, group: root}}`,
			`{name: directories, match: {type: dir}, require: {mode: "0755"}}`)
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 0)
		after := snapshot(t, root)
		wantMode(t, script, 0o755)
		wantMode(t, tool, 0o755)
		undo := ward(t, "undo", "--yes").wants(t, 0).runID(t)
		wantSnapshot(t, root, before)
		again := ward(t, "undo", "--yes", undo).wants(t, 0, "3 verified").runID(t)
		wantSnapshot(t, root, after)
		ward(t, "undo", "--yes", again).wants(t, 0, "3 verified")
		wantSnapshot(t, root, before)
		ward(t, "undo", "--yes", undo).wants(t, 0, "3 verified")
		// The first run is in force again, so it is the last one that can be taken back.
		ward(t, "undo", "--yes").wants(t, 0, "3 verified")
		wantSnapshot(t, root, before)
		ward(t, "undo", "--yes").wants(t, 3, "no run that could be taken back")
	})
}

func TestUndoBringsNoSetuidToWhatWasWrittenSince(t *testing.T) {
	onHost(t, func(t *testing.T) {
		root := filepath.Join(testfs.Image(t, testfs.Ext4, 0), "tree")
		dir(t, root, 0o755)
		made := func(name string, uid, gid int, m uint32) string {
			p := file(t, filepath.Join(root, name), "original\n", 0o600)
			must(t, unix.Chown(p, uid, gid))
			must(t, unix.Chmod(p, m))
			return p
		}
		written := made("written", 0, dev, 0o4775)
		forged := made("forged", alice, dev, 0o2755) // its owner sets the time of its last write back
		kept := made("kept", 0, dev, 0o4775)
		roots := made("roots", 0, 0, 0o4755)
		p := policyFile(t, `{name: plain, match: {type: file}, require: {mode: "a-s"}}`)
		ward(t, "apply", "--yes", "-p", p, root).wants(t, 0, "4 verified")
		must(t, shellAs(t, bob, bob, []uint32{dev}, `echo evil > "$1"`, written))
		must(t, shellAs(t, alice, alice, []uint32{dev}, `touch -r "$1" /tmp/v.stamp && echo evil > "$1" && touch -r /tmp/v.stamp "$1"; rm -f /tmp/v.stamp`, forged))
		must(t, unix.Chmod(roots, 0o700)) // and back: nobody but root could write it
		must(t, unix.Chmod(roots, 0o755))
		ward(t, "undo", "--yes").wants(t, 3, "tree/written", "tree/forged", "they do not come back")
		wantMode(t, written, 0o775)
		wantMode(t, forged, 0o755)
		wantMode(t, kept, 0o4775)
		wantMode(t, roots, 0o4755)
	})
}

func TestUndoLeavesWhatSomebodyElseHadDone(t *testing.T) {
	onHost(t, func(t *testing.T) {
		root := dir(t, filepath.Join(t.TempDir(), "tree"), 0o755)
		a := file(t, filepath.Join(root, "a"), "", 0o666)
		b := file(t, filepath.Join(root, "b"), "", 0o666)
		p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "0644"}}`)
		saved := filepath.Join(t.TempDir(), "saved.plan")
		ward(t, "plan", "-p", p, "-o", saved, root).wants(t, 0)
		must(t, unix.Chmod(a, 0o644)) // the administrator was faster
		id := ward(t, "apply", "--yes", saved).wants(t, 0, "1 verified, 1 already as wanted").runID(t)
		ward(t, "log", id).wants(t, 0, "already")
		ward(t, "undo", "--yes").wants(t, 0, "took back 1 of 1")
		wantMode(t, a, 0o644)
		wantMode(t, b, 0o666)

		// A run that found everything done is nothing to take back.
		must(t, unix.Chmod(b, 0o644))
		ward(t, "apply", "--yes", saved).wants(t, 0, "2 already as wanted")
		ward(t, "undo", "--yes").wants(t, 3, "no run that could be taken back")
		wantMode(t, b, 0o644)
	})
}

// What was refused was never changed: an undo must not make of it what the plan
// once saw.
func TestUndoLeavesWhatTheRunCouldNotChange(t *testing.T) {
	onHost(t, func(t *testing.T) {
		base := testfs.Image(t, testfs.Ext4, 0)
		locked := file(t, filepath.Join(base, "tree", "locked"), "", 0o666)
		other := file(t, filepath.Join(base, "tree", "other"), "", 0o666)
		shell(t, `chattr +i "$1"`, locked)
		p := policyFile(t, `{name: files, match: {type: file}, require: {mode: "0644"}}`)
		ward(t, "apply", "--yes", "-p", p, filepath.Join(base, "tree")).wants(t, 3, "immutable")
		shell(t, `chattr -i "$1"`, locked)
		must(t, unix.Chmod(locked, 0o644))
		ward(t, "undo", "--yes").wants(t, 0, "took back 1 of 1")
		wantMode(t, locked, 0o644)
		wantMode(t, other, 0o666)
	})
}
