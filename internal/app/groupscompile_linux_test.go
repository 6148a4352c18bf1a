package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ward/internal/host/accounts"
	"ward/internal/requires"
)

// compileTree is a system with a group file of some size, and two templates for it.
func compileTree(t *testing.T) (root, one, two string) {
	s := newAccountsTree(t)
	for i := range 200 {
		s.group(fmt.Sprintf("g%03d", i), 5000+i, "ann")
	}
	s.write()
	one, two = filepath.Join(s.root, "one"), filepath.Join(s.root, "two")
	var a, b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&a, "group g%03d = ann bob\n", i)
		fmt.Fprintf(&b, "group g%03d = @crew\n", i)
	}
	must(t, os.WriteFile(one, []byte(a.String()), 0o600))
	must(t, os.WriteFile(two, []byte(b.String()+"metagroup crew = cat ann\ngroup extra 5300 = @crew\n"), 0o600))
	return s.root, one, two
}

// texts are the two files as they are.
func texts(t *testing.T, root string) (group, gshadow string) {
	t.Helper()
	g, err := os.ReadFile(filepath.Join(root, "etc/group"))
	must(t, err)
	s, err := os.ReadFile(filepath.Join(root, "etc/gshadow"))
	must(t, err)
	return string(g), string(s)
}

func compileInto(root, file string, hook func(string)) error {
	c, err := GroupsCompile(context.Background(), GroupsCompileRequest{Template: file, Root: root, hook: hook})
	if err != nil {
		return err
	}
	return c.Write()
}

func TestGroupsCompileKeepsModeOwnerAndTheOldFile(t *testing.T) {
	requires.Root(t)
	root, one, _ := compileTree(t)
	group := filepath.Join(root, "etc/group")
	must(t, os.Chown(group, 0, 100))
	must(t, os.Chmod(group, 0o664))
	old, oldShadow := texts(t, root)
	must(t, compileInto(root, one, nil))
	now, _ := texts(t, root)
	if now == old || !strings.Contains(now, "g007:x:5007:ann,bob\n") || !strings.HasPrefix(now, "root:x:0:\n") {
		t.Errorf("group is\n%s", now)
	}
	for name, want := range map[string]string{"group-": old, "gshadow-": oldShadow} {
		kept, err := os.ReadFile(filepath.Join(root, "etc", name))
		if err != nil || string(kept) != want {
			t.Errorf("%s: %v\n%s", name, err, kept)
		}
	}
	for _, name := range []string{"group", "group-"} {
		info, err := os.Stat(filepath.Join(root, "etc", name))
		must(t, err)
		if st := info.Sys().(*syscall.Stat_t); info.Mode().Perm() != 0o664 || st.Gid != 100 {
			t.Errorf("%s is %v of group %d", name, info.Mode(), st.Gid)
		}
	}
	again, err := GroupsCompile(context.Background(), GroupsCompileRequest{Template: one, Root: root})
	if must(t, err); len(again.Changes) > 0 {
		t.Errorf("a second compile changes %v", again.Changes)
	}
	leftovers(t, root)
}

// leftovers fails for locks and unfinished files.
func leftovers(t *testing.T, root string) {
	t.Helper()
	names, err := os.ReadDir(filepath.Join(root, "etc"))
	must(t, err)
	for _, n := range names {
		if strings.HasSuffix(n.Name(), ".lock") && n.Name() != ".pwd.lock" || strings.HasPrefix(n.Name(), ".ward-") {
			t.Errorf("%s is left", n.Name())
		}
	}
}

const compileChild = "WARD_TEST_COMPILE_CHILD"

// TestGroupsCompileChild is the process that the tests below kill.
func TestGroupsCompileChild(t *testing.T) {
	words := strings.Fields(os.Getenv(compileChild))
	if len(words) == 0 {
		return // it is no test of its own
	}
	root, stop, templates := words[0], words[1], words[2:]
	for n := 0; ; n++ {
		must(t, compileInto(root, templates[n%len(templates)], func(step string) {
			if strings.ReplaceAll(step, " ", "-") == stop {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}))
		if stop != "forever" {
			return
		}
	}
}

func child(root, stop string, templates ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^TestGroupsCompileChild$")
	cmd.Env = append(os.Environ(), compileChild+"="+strings.Join(append([]string{root, stop}, templates...), " "))
	return cmd
}

// Killed at every step, each file is the old or the new one, whole, and the next run
// finishes it in spite of the locks that are left.
func TestGroupsCompileKilledAtEveryStep(t *testing.T) {
	requires.Root(t)
	root, one, two := compileTree(t)
	must(t, compileInto(root, one, nil))
	oldGroup, oldShadow := texts(t, root)
	must(t, compileInto(root, two, nil))
	newGroup, newShadow := texts(t, root)
	steps := []string{
		"start", "locked", "group:-locked", "group:-kept", "group:-half-written", "group:-replaced",
		"gshadow:-locked", "gshadow:-kept", "gshadow:-half-written", "gshadow:-replaced",
	}
	for _, step := range steps {
		must(t, os.WriteFile(filepath.Join(root, "etc/group"), []byte(oldGroup), 0o644))
		must(t, os.WriteFile(filepath.Join(root, "etc/gshadow"), []byte(oldShadow), 0o640))
		err := child(root, step, two).Run()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("%s: the child was not killed: %v", step, err)
		}
		group, shadow := texts(t, root)
		if group != oldGroup && group != newGroup || shadow != oldShadow && shadow != newShadow {
			t.Errorf("%s: neither the old nor the new file:\n%s\n%s", step, group, shadow)
		}
		must(t, compileInto(root, two, nil))
		if group, shadow = texts(t, root); group != newGroup || shadow != newShadow {
			t.Errorf("%s: the next run did not finish it", step)
		}
	}
	t.Logf("killed at %d steps", len(steps))
}

// Killed at any moment, the same.
func TestGroupsCompileKilledAtAnyMoment(t *testing.T) {
	requires.Root(t)
	root, one, two := compileTree(t)
	must(t, compileInto(root, two, nil)) // makes the group that both have from then on
	whole := map[string]bool{}
	for _, file := range []string{one, two} {
		must(t, compileInto(root, file, nil))
		group, shadow := texts(t, root)
		whole[group], whole[shadow] = true, true
	}
	met := map[string]int{}
	for range 40 {
		cmd := child(root, "forever", one, two)
		must(t, cmd.Start())
		time.Sleep(time.Duration(20+rand.IntN(60)) * time.Millisecond)
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
		group, shadow := texts(t, root)
		met[group]++
		if !whole[group] || !whole[shadow] {
			t.Fatalf("a file is torn:\n%s\n%s", group, shadow)
		}
	}
	must(t, compileInto(root, one, nil))
	t.Logf("%d different states were met", len(met))
}

// What the shadow suite writes at the same time is never lost, nor what is compiled.
func TestGroupsCompileBesideGroupadd(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "groupadd", "gpasswd")
	root, one, two := compileTree(t)
	const each = 25
	var w sync.WaitGroup
	fail := make(chan string, 200)
	run := func(name string, args ...string) {
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			fail <- fmt.Sprintf("%s %v: %v %s", name, args, err, out)
		}
	}
	w.Add(2)
	go func() {
		defer w.Done()
		for i := range each {
			run("groupadd", "-R", root, "-g", fmt.Sprint(7000+i), fmt.Sprintf("added%d", i))
		}
	}()
	go func() {
		defer w.Done()
		for i := range each {
			run("gpasswd", "-Q", root, "-M", []string{"bob", "cat"}[i%2], "users")
		}
	}()
	done := make(chan struct{})
	go func() { w.Wait(); close(done) }()
	compiled := 0
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			must(t, compileInto(root, []string{one, two}[compiled%2], nil))
			compiled++
		}
	}
	close(fail)
	for message := range fail {
		t.Error(message)
	}
	must(t, compileInto(root, two, nil))
	group, shadow := texts(t, root)
	for i := range each {
		if !strings.Contains(group, fmt.Sprintf("\nadded%d:x:%d:\n", i, 7000+i)) || !strings.Contains(shadow, fmt.Sprintf("\nadded%d:!::\n", i)) {
			t.Errorf("added%d is lost", i)
		}
	}
	if !strings.Contains(group, "\nusers:x:100:bob\n") || !strings.Contains(group, "\ng199:x:5199:cat,ann\n") {
		t.Errorf("group is\n%s", group)
	}
	if compiled < 3 {
		t.Errorf("compiled only %d times beside them", compiled)
	}
	leftovers(t, root)
	t.Logf("compiled %d times beside %d runs of groupadd and gpasswd", compiled, 2*each)
}

// A lock that a living process holds is respected; one that a dead one left is not.
func TestLocksOfTheLivingAndTheDead(t *testing.T) {
	requires.Root(t)
	root, _, _ := compileTree(t)
	lock := filepath.Join(root, "etc/group.lock")
	sleeper := exec.Command("sleep", "60")
	must(t, sleeper.Start())
	must(t, os.WriteFile(lock, []byte(fmt.Sprintf("%d\x00", sleeper.Process.Pid)), 0o600))
	held := make(chan error, 1)
	go func() {
		l, err := accounts.Lock(root, "group")
		if err == nil {
			err = l.Unlock()
		}
		held <- err
	}()
	select {
	case err := <-held:
		t.Errorf("the lock of a living process was taken: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	must(t, sleeper.Process.Kill())
	_ = sleeper.Wait()
	must(t, <-held)
}

// What changed between the look and the writing is not overwritten unseen.
func TestGroupsCompileRefusesWhatWasNotShown(t *testing.T) {
	requires.Root(t)
	root, one, _ := compileTree(t)
	c, err := GroupsCompile(context.Background(), GroupsCompileRequest{Template: one, Root: root})
	must(t, err)
	group, _ := texts(t, root)
	must(t, os.WriteFile(filepath.Join(root, "etc/group"), []byte(strings.Replace(group, "g005:x:5005:ann", "g005:x:5005:cat", 1)), 0o644))
	before, _ := texts(t, root)
	var changed *ChangedMeanwhileError
	if err := c.Write(); !errors.As(err, &changed) {
		t.Errorf("got %v", err)
	}
	if after, _ := texts(t, root); after != before {
		t.Error("it was written all the same")
	}
}

// No link in etc leads the writing elsewhere.
func TestGroupsCompileFollowsNoLink(t *testing.T) {
	requires.Root(t)
	for _, name := range []string{"group", "group-", "group.lock", ".pwd.lock"} {
		root, one, _ := compileTree(t)
		victim := filepath.Join(t.TempDir(), "victim")
		at := filepath.Join(root, "etc", name)
		text := "precious\n"
		if name == "group" {
			old, err := os.ReadFile(at)
			must(t, err)
			text = string(old)
			must(t, os.Remove(at))
		}
		must(t, os.WriteFile(victim, []byte(text), 0o600))
		must(t, os.Symlink(victim, at))
		_ = compileInto(root, one, nil) // whether it refuses or replaces the link
		if got, err := os.ReadFile(victim); err != nil || string(got) != text {
			t.Errorf("%s: the link's target was written: %q", name, got)
		}
	}
}
