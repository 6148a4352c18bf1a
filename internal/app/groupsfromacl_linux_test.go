package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"ward/account"
	"ward/ident"
	"ward/internal/requires"
	"ward/internal/testfs"
)

// aclVillage is users and groups that no machine has.
func aclVillage() *account.Database {
	var users []account.User
	groups := []account.Group{
		{Name: "dev", GID: 62000, Members: []string{"u1", "u2"}},
		{Name: "ops", GID: 62001, Members: []string{"u3"}},
		{Name: "root"},
	}
	for i := 1; i <= 5; i++ {
		name := fmt.Sprintf("u%d", i)
		users = append(users, account.User{Name: name, UID: ident.UID(61100 + i), GID: ident.GID(61100 + i)})
		groups = append(groups, account.Group{Name: name, GID: ident.GID(61100 + i)})
	}
	return account.New(append(users, account.User{Name: "root"}), groups)
}

// kernelSays asks the kernel what a user may do to each path: it runs test(1) as him.
func kernelSays(t *testing.T, db *account.Database, paths []string) []string {
	t.Helper()
	var all []string
	subjects := []ident.UID{61101, 61102, 61103, 61104, 61105, 61199}
	for _, uid := range subjects {
		s := db.Subject(uid)
		gid := s.GID
		if gid == ident.NoGID {
			gid = ident.GID(uid)
		}
		var groups []uint32
		for _, g := range s.Groups {
			groups = append(groups, uint32(g))
		}
		script := `for p; do r=; for q in r w x; do test -$q "$p" && r=$r$q; done; echo "$r $p"; done`
		cmd := exec.Command("/bin/sh", append([]string{"-c", script, "sh"}, paths...)...)
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), Groups: groups}}
		out, err := cmd.Output()
		must(t, err)
		for line := range strings.Lines(string(out)) {
			all = append(all, fmt.Sprintf("%d: %s", uid, strings.TrimSpace(line)))
		}
	}
	return all
}

// The kernel decides for every subject and every object before and after the proposal
// is carried out: nobody's access is another one, but for those that are listed. The
// way back keeps it too, and undo brings the lists back.
func TestFromACLKeepsEverybodysAccess(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "setfacl", "getfacl")
	testfs.InMountNamespace(t, func(t *testing.T) {
		base := testfs.Image(t, testfs.Ext4, 0)
		t.Setenv("WARD_STATE_DIR", t.TempDir())
		random := rand.New(rand.NewPCG(7, 11))
		replaced, stayed := int64(0), 0
		for round := range 6 {
			dir := filepath.Join(base, fmt.Sprint("tree", round))
			paths := aclTree(t, random, dir)
			db := aclVillage()
			before := kernelSays(t, db, paths)
			lists := getfacl(t, dir)

			a, err := proposeGroups(context.Background(), FromACLRequest{Root: dir}, db, account.DefaultLimits())
			must(t, err)
			for _, out := range a.Proposal.Outcomes {
				if len(out.Differences) > 0 {
					t.Errorf("%s: %v", out.First, out.Differences)
				}
				if out.Stays == "" {
					replaced += out.Count
				} else if len(out.State.ACL) > 0 {
					stayed++
				}
			}
			takeBack(t, carry(t, a).ID)
			if now := getfacl(t, dir); now != lists {
				t.Errorf("round %d: undo left %s, want %s", round, now, lists)
			}
			carry(t, a)
			replacedNow := getfacl(t, dir)
			after := kernelSays(t, a.Names, paths)
			if !slices.Equal(before, after) {
				t.Errorf("round %d: access changed:\n%s", round, strings.Join(differing(before, after), "\n"))
			}
			for _, g := range a.Proposal.Groups {
				back, err := proposeGroups(context.Background(), FromACLRequest{Root: dir, Back: g.Name}, a.Names, account.DefaultLimits())
				must(t, err)
				carry(t, back)
				if now := kernelSays(t, a.Names, paths); !slices.Equal(before, now) {
					t.Errorf("round %d: the way back from %s changed access:\n%s", round, g.Name, strings.Join(differing(before, now), "\n"))
				}
			}
			if replacedNow == lists {
				t.Error("nothing was carried out")
			}
		}
		if replaced < 20 || stayed == 0 {
			t.Errorf("%d replaced, %d stayed: the trees try too little", replaced, stayed)
		}
		t.Logf("lists of %d objects replaced and put back; %d patterns stayed", replaced, stayed)
	})
}

func differing(a, b []string) (lines []string) {
	for i := range a {
		if a[i] != b[i] {
			lines = append(lines, a[i]+" -> "+b[i])
		}
	}
	return lines
}

// carry carries a proposal out.
func carry(t *testing.T, a *FromACL) *Applied {
	t.Helper()
	c, err := PrepareChange(context.Background(), a.Change(RunOptions{}))
	must(t, err)
	applied, err := c.RunThrough(context.Background())
	must(t, err)
	for _, x := range c.Touched {
		if x.Fate > Changes {
			t.Errorf("%s: %s %v", x.Path, x.Text, x.Err)
		}
	}
	must(t, c.Close())
	return applied
}

// takeBack undoes a run.
func takeBack(t *testing.T, id string) {
	t.Helper()
	p, err := PrepareUndo(t.Context(), UndoRequest{ID: id})
	must(t, err)
	_, err = p.Run(t.Context(), nil)
	must(t, err)
	must(t, p.Close())
}

func getfacl(t *testing.T, dir string) string {
	t.Helper()
	out, err := exec.Command("getfacl", "-R", "-n", "-p", dir).Output()
	must(t, err)
	return string(out)
}

// aclTree makes files and directories with random lists below an open directory.
func aclTree(t *testing.T, random *rand.Rand, dir string) (paths []string) {
	t.Helper()
	must(t, os.Mkdir(dir, 0o755))
	rights := []string{"---", "r--", "rw-", "rwx", "r-x", "--x"}
	one := func() string { return rights[random.IntN(len(rights))] }
	for i := range 12 {
		path := filepath.Join(dir, fmt.Sprintf("o%02d", i))
		if i%4 == 3 {
			must(t, os.Mkdir(path, 0o755))
		} else {
			must(t, os.WriteFile(path, nil, 0o644))
		}
		must(t, os.Chown(path, []int{0, 61101, 61104}[random.IntN(3)], []int{0, 62000, 62001, 61102}[random.IntN(4)]))
		same := one()
		spec := []string{"u::" + one(), "o::" + []string{"---", "---", "r--", same}[random.IntN(4)], "g::" + []string{"---", same}[random.IntN(2)]}
		for u := range 5 {
			if random.IntN(2) == 0 {
				spec = append(spec, fmt.Sprintf("u:%d:%s", 61101+u, []string{same, same, same, same, same, same, one()}[random.IntN(7)]))
			}
		}
		if random.IntN(2) == 0 {
			spec = append(spec, "g:62000:"+same)
		}
		out, err := exec.Command("setfacl", "-m", strings.Join(spec, ","), path).CombinedOutput()
		if err != nil {
			t.Fatalf("setfacl %v: %v %s", spec, err, out)
		}
		if i%4 == 3 && random.IntN(2) == 0 {
			must(t, exec.Command("setfacl", "-d", "-m", strings.Join(spec, ","), path).Run())
		}
		paths = append(paths, path)
	}
	return paths
}
