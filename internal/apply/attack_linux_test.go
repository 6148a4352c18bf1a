package apply_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"ward/account"
	"ward/entry"
	"ward/internal/apply"
	"ward/internal/host/files"
	"ward/internal/host/target"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/plan"
	"ward/policy"
	"ward/tree"
)

// The owner of a tree attacks while root applies a policy to it. Each attack is
// first shown to beat an apply that works by path.

var hostile = testfs.User{UID: 4001, GID: 4001}

// rounds of each attack; there are five.
const rounds = 4000

// attacks are what the owner does, again and again. tree is his, outside is not.
var attacks = map[string]func(tree, outside string) error{
	"directory": func(tree, outside string) error {
		return swap(filepath.Join(tree, "d"), filepath.Join(tree, "link-to-directory"))
	},
	"file": func(tree, outside string) error {
		return swap(filepath.Join(tree, "d", "f"), filepath.Join(tree, "link-to-file"))
	},
	"hardlink": func(tree, outside string) error {
		stage, f := filepath.Join(tree, "stage"), filepath.Join(tree, "d", "f")
		if err := os.Link(filepath.Join(outside, "f"), stage); err != nil {
			return err
		}
		if err := swap(stage, f); err != nil {
			return err
		}
		if err := swap(stage, f); err != nil {
			return err
		}
		return os.Remove(stage)
	},
	"plant": func(tree, outside string) error {
		f := filepath.Join(tree, "d", "f")
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.WriteFile(f, []byte("#!/bin/sh\n"), 0o755); err != nil {
			return err
		}
		err := syscall.Chmod(f, 0o4755)
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
			return nil // root was faster
		}
		return err
	},
}

// swap exchanges two names in one step.
func swap(a, b string) error {
	return unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
}

// attacker runs until it is killed. Arguments: the attack, the tree, outside.
func attacker(args []string) error {
	for {
		if err := attacks[args[0]](args[1], args[2]); err != nil {
			return err
		}
	}
}

// victim is a tree of the hostile user's, and root's files outside it.
type victim struct{ tree, outside string }

func newVictim(t *testing.T, outsideMode os.FileMode) victim {
	t.Helper()
	base := testfs.ReachableDir(t)
	v := victim{filepath.Join(base, "tree"), filepath.Join(base, "outside")}
	must(t, os.MkdirAll(filepath.Join(v.tree, "d"), 0o755))
	must(t, os.Mkdir(v.outside, 0o755))
	write(t, filepath.Join(v.tree, "d", "f"), 0o644)
	must(t, os.Symlink(v.outside, filepath.Join(v.tree, "link-to-directory")))
	must(t, os.Symlink(filepath.Join(v.outside, "f"), filepath.Join(v.tree, "link-to-file")))
	for _, p := range paths(t, v.tree) {
		must(t, os.Lchown(filepath.Join(v.tree, p), int(hostile.UID), int(hostile.GID)))
	}
	v.restore(t, outsideMode)
	return v
}

// restore puts root's file back.
func (v victim) restore(t *testing.T, m os.FileMode) {
	t.Helper()
	f := filepath.Join(v.outside, "f")
	if _, err := os.Lstat(f); err != nil {
		write(t, f, m)
	}
	must(t, os.Chown(f, 0, 0))
	must(t, os.Chmod(f, m))
}

// handedOut is what the owner gained: anything outside that changed, the directory
// itself included, or a program of root's in his tree that is set to run as root.
func (v victim) handedOut(t *testing.T, want map[string]entry.State) string {
	if d := cmp.Diff(want, snapshot(t, v.outside)); d != "" {
		return "outside was changed (-want +got):\n" + d
	}
	var st syscall.Stat_t
	err := syscall.Lstat(filepath.Join(v.tree, "d", "f"), &st)
	if err == nil && st.Uid == 0 && st.Mode&(syscall.S_ISUID|syscall.S_ISGID) != 0 && st.Nlink == 1 {
		return fmt.Sprintf("root's program in his tree has mode %o", st.Mode)
	}
	return ""
}

// byPath applies as programs often do: it walks names and changes names.
func byPath(dir string, owned bool) {
	_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			changeByName(p, owned)
		}
		return nil
	})
}

func changeByName(p string, owned bool) {
	var st syscall.Stat_t
	switch {
	case syscall.Lstat(p, &st) != nil:
	case owned:
		_ = os.Chown(p, 0, 0)
		_ = syscall.Chmod(p, st.Mode&0o7777) // the chown cleared the special bits
	default:
		_ = os.Chmod(p, 0o600)
	}
}

// applyOnce is one whole run of ward: walk, plan, apply.
func applyOnce(t *testing.T, dir string, judge *policy.Judge, counts map[string]int) {
	t.Helper()
	r, err := files.Open(dir)
	must(t, err)
	defer r.Close()
	m := &memory{header: plan.Header{Root: dir, Created: time.Now().UnixNano()}}
	a := newAdder(m, m.header)
	must(t, r.Walk(context.Background(), tree.Options{Workers: 1}, func() tree.Visitor {
		w := judge.Worker()
		return &planner{judge: w, differ: plan.NewDiffer(dir, w, judge.Rules(), plan.Options{}), adder: a}
	}))
	refused, err := a.finish()
	must(t, err)
	counts["refused"] += len(refused)
	res, err := apply.Run(context.Background(), m, unsynced{target.Of(r)}, apply.Options{Workers: 1, Patience: []time.Duration{}})
	must(t, err)
	for _, o := range apply.Outcomes() {
		counts[o.String()] += res.Of(o)
	}
}

func judgeOf(t *testing.T, rule string) *policy.Judge {
	t.Helper()
	p, problems := policy.Parse("attack.yaml", []byte("version: 1\nrules:\n  - "+rule+"\n"))
	if p == nil {
		t.Fatal(problems)
	}
	j, problems := p.Bind(policy.Binding{Accounts: account.New([]account.User{{Name: "root"}}, []account.Group{{Name: "root"}})})
	if j == nil {
		t.Fatal(problems)
	}
	return j
}

const (
	private  = `{name: private, match: {type: file}, require: {mode: "0600"}}`
	rootsOwn = `{name: roots, match: {type: file}, require: {owner: root, group: root}}`
)

func TestAttacks(t *testing.T) {
	requires.Root(t)
	for _, c := range []struct {
		name, attack, rule string
		outside            os.FileMode
		hardlinks          string // fs.protected_hardlinks; "" as it is
	}{
		{"a directory becomes a symlink", "directory", private, 0o644, ""},
		{"a file becomes a symlink", "file", private, 0o644, ""},
		{"a foreign file is linked in, hard links unprotected", "hardlink", private, 0o644, "0"},
		{"a foreign file is linked in, hard links protected", "hardlink", private, 0o666, "1"},
		{"a setuid file is planted", "plant", rootsOwn, 0o644, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.hardlinks != "" {
				setSysctl(t, "/proc/sys/fs/protected_hardlinks", c.hardlinks)
			}
			v := newVictim(t, c.outside)
			want := snapshot(t, v.outside)
			a := testfs.Start(t, hostile, "attacker", c.attack, v.tree, v.outside)

			beaten := 0
			for start := time.Now(); beaten == 0; {
				byPath(v.tree, c.attack == "plant")
				if v.handedOut(t, want) != "" {
					beaten++
				}
				if time.Since(start) > 20*time.Second {
					t.Fatal("the attack does not even beat an apply by path")
				}
			}
			v.restore(t, c.outside)
			_ = os.Remove(filepath.Join(v.tree, "d", "f")) // what the apply by path handed out
			if c.attack != "plant" {
				_, _ = a.Stop()
				must(t, os.RemoveAll(v.tree))
				v = newVictim(t, c.outside)
				want = snapshot(t, v.outside)
				a = testfs.Start(t, hostile, "attacker", c.attack, v.tree, v.outside)
			}

			counts := map[string]int{}
			judge := judgeOf(t, c.rule)
			for i := range rounds {
				applyOnce(t, v.tree, judge, counts)
				if gain := v.handedOut(t, want); gain != "" {
					t.Fatalf("round %d: %s", i, gain)
				}
				if c.attack != "plant" {
					loosen(v) // so that there is something to do again
				}
			}
			out, err := a.Stop()
			if err != nil {
				t.Fatalf("the attacker gave up: %v\n%s", err, out)
			}
			if counts["verified"] == 0 {
				t.Errorf("nothing was ever changed: %v", counts)
			}
			if counts["refused"]+counts["changed-since"]+counts["gone"] == 0 {
				t.Errorf("the attack never met an apply: %v", counts)
			}
			t.Logf("%d rounds: %s", rounds, strings.TrimSpace(fmt.Sprint(counts)))
		})
	}
}

// loosen gives the tree's own file the mode that the rule takes away. It may be
// anywhere in the tree; what is not the owner's is left alone.
func loosen(v victim) {
	for _, name := range []string{"d/f", "link-to-file", "link-to-directory/f", "stage"} {
		p := filepath.Join(v.tree, name)
		fd, err := unix.Openat2(unix.AT_FDCWD, p, &unix.OpenHow{Flags: unix.O_PATH | unix.O_NOFOLLOW, Resolve: unix.RESOLVE_NO_SYMLINKS})
		if err != nil {
			continue
		}
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil && st.Uid == hostile.UID && st.Mode&unix.S_IFMT == unix.S_IFREG {
			_ = unix.Fchmodat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), 0o644, 0)
		}
		_ = unix.Close(fd)
	}
}

func setSysctl(t *testing.T, name, value string) {
	t.Helper()
	requires.Feature(t, requires.Sysctls)
	old, err := os.ReadFile(name)
	must(t, err)
	must(t, os.WriteFile(name, []byte(value), 0))
	t.Cleanup(func() { must(t, os.WriteFile(name, old, 0)) })
}
