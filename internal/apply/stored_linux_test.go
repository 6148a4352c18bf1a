package apply_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ward/acl/nfs4"
	"ward/entry"
	"ward/internal/apply"
	"ward/internal/host/files"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/legacy/dos"
	"ward/mode"
	"ward/plan"
)

const storedFacts = entry.Stat | entry.NFS4 | entry.DOS

// stored is a list of NFS 4 in the attribute of the NFS client.
func stored(text string) entry.Stored {
	list, err := nfs4.Parse(text, nfs4.Linux, mode.Regular)
	if err != nil {
		panic(err)
	}
	value, err := list.Encode()
	if err != nil {
		panic(err)
	}
	return entry.Store(nfs4.Xattr, value)
}

// samba is the DOS attributes of a file that Samba serves.
func samba(a dos.Attributes) entry.Stored {
	value, err := dos.Samba{Version: 5, Valid: dos.ValidAttributes | dos.ValidCreateTime, Stored: a, CreateTime: 1 << 56}.Encode()
	if err != nil {
		panic(err)
	}
	return entry.Store(dos.SambaXattr, value)
}

// listStates are the states before, planned, and in the end of a run on a file system
// that makes modes of lists.
func listStates(which int) map[string]entry.State {
	var (
		open   = stored("A::OWNER@:rwatTnNcCy,A::GROUP@:rtncy,A::EVERYONE@:rtncy") // 0644
		bob    = stored("A::bob@example.org:rw,A::OWNER@:rwatTnNcCy,A::EVERYONE@:tcy")
		closed = stored("D::carol@example.org:r,A::OWNER@:rwatTnNcCy,A::GROUP@:tcy,A::EVERYONE@:tcy") // 0600
		plain  = samba(dos.Archive)
		hidden = samba(dos.Archive | dos.Hidden)
	)
	at := func(p [3]entry.State) entry.State { return p[which] }
	return map[string]entry.State{
		"follows": at([3]entry.State{{Mode: 0o644, NFS4: open}, {Mode: 0o644, NFS4: bob}, {Mode: 0o600, NFS4: bob}}),
		"agrees":  at([3]entry.State{{Mode: 0o644, NFS4: open, DOS: plain}, {Mode: 0o600, NFS4: closed, DOS: hidden}, {Mode: 0o600, NFS4: closed, DOS: hidden}}),
		"moves":   at([3]entry.State{{Mode: 0o600, NFS4: closed, UID: 4001}, {Mode: 0o600, NFS4: closed, GID: 4001}, {Mode: 0o600, NFS4: closed, GID: 4001}}),
		"hides":   at([3]entry.State{{Mode: 0o644, NFS4: open, DOS: plain}, {Mode: 0o644, NFS4: open, DOS: hidden}, {Mode: 0o644, NFS4: open, DOS: hidden}}),
	}
}

// listCrasher is crasher on such a file system.
func listCrasher(args []string) error { return crashing(args, listStates(1), storedFacts) }

// Wherever a run that sets lists of NFS 4 and DOS attributes is killed, resuming
// ends in what was planned, with the modes that the server makes of it, and undoing
// in exactly what was there.
func TestKilledAtEveryHookWhereListsAreKept(t *testing.T) {
	requires.Root(t)
	mount, _ := testfs.NFS4FS(t, false)
	for p := range listStates(0) {
		write(t, filepath.Join(mount, p), 0o644)
	}
	killed := kills{
		actor: "lister", dir: mount, hooks: 30, before: listStates(0), after: listStates(2), put: putStored, expect: expectStored,
	}
	killed.atEveryHook(t)
}

func putStored(t testing.TB, r *files.Root, rel string, s entry.State) {
	t.Helper()
	o, err := r.Object(rel)
	must(t, err)
	defer o.Close()
	must(t, o.Chown(s.UID, s.GID))
	must(t, o.Chmod(s.Mode))
	must(t, o.SetStored(s.NFS4))
	if s.DOS != "" {
		must(t, o.SetStored(s.DOS))
	}
}

func expectStored(t *testing.T, r *files.Root, n int, what string, want map[string]entry.State) {
	t.Helper()
	got := map[string]entry.State{}
	for p := range want {
		e, err := look(r, p, storedFacts)
		must(t, err)
		got[p] = e.State
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("hook %d, %s (-want +got):\n%s", n, what, d)
	}
}

// A file system that takes another list than the one it was given, or none, is found
// out; so is one that makes a mode of the list that the plan does not want.
func TestListsAreReadBack(t *testing.T) {
	requires.Root(t)
	mount, _ := testfs.NFS4FS(t, false)
	write(t, filepath.Join(mount, "f"), 0o644)
	r := open(t, mount)
	e, err := look(r, "f", storedFacts|entry.Handle)
	must(t, err)
	m := &memory{header: plan.Header{Root: r.Path(), Created: time.Now().UnixNano(), Rules: []plan.RuleRef{{ID: "test/rule"}}}}
	after := e.State
	after.Mode, after.NFS4 = 0o640, stored("A::OWNER@:rw,A::EVERYONE@:r") // whose mode is 0644
	a := newAdder(m, m.header)
	must(t, a.add(&plan.Change{Path: "f", Kind: e.Kind, ID: e.ID, Links: e.Links, Known: storedFacts, Before: e.State, After: after, Rules: []int{0}}))
	_, err = a.finish()
	must(t, err)
	res, got := run(t, m, r, apply.Options{Patience: []time.Duration{}})
	if res.Whole() || len(got.list) != 1 || got.list[0].Outcome != apply.Altered || got.list[0].Cause != "the file system made mode 0644 of 0640" {
		t.Errorf("%v", got)
	}
	res, got = run(t, reverse(t, m), r, apply.Options{Patience: []time.Duration{}})
	if !res.Whole() {
		t.Errorf("undone: %v", got)
	}
	expectStored(t, r, 0, "undone", map[string]entry.State{"f": e.State})
}
