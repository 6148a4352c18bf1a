package plan_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"ward/acl"
	"ward/acl/nfs4"
	"ward/entry"
	"ward/ident"
	"ward/legacy/dos"
	"ward/mode"
	"ward/plan"
)

var emptyIsNil = cmpopts.EquateEmpty()

func drawID() *rapid.Generator[entry.Identity] {
	return rapid.Custom(func(t *rapid.T) entry.Identity {
		return entry.Identity{
			Device: rapid.Uint64().Draw(t, "device"), Inode: rapid.Uint64().Draw(t, "inode"),
			Birth: rapid.Int64().Draw(t, "birth"), HandleType: rapid.Int32().Draw(t, "type"),
			Handle: string(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "handle")),
		}
	})
}

func drawState() *rapid.Generator[entry.State] {
	rights := rapid.Map(rapid.IntRange(0, 7), func(i int) mode.Rights { return mode.Rights(i) })
	lists := rapid.Custom(func(t *rapid.T) acl.List {
		if rapid.Bool().Draw(t, "none") {
			return nil
		}
		r := func() mode.Rights { return rights.Draw(t, "rights") }
		return list(r(), r(), r(), r(), r())
	})
	return rapid.Custom(func(t *rapid.T) entry.State {
		return entry.State{
			Mode:    mode.Mode(rapid.IntRange(0, 0o7777).Draw(t, "mode")),
			UID:     ident.UID(rapid.Uint32Range(0, 1<<32-2).Draw(t, "uid")),
			GID:     ident.GID(rapid.Uint32Range(0, 3).Draw(t, "gid")),
			ACL:     lists.Draw(t, "acl"),
			Default: lists.Draw(t, "default"),
			Caps:    string(rapid.SliceOfN(rapid.Byte(), 0, 24).Draw(t, "caps")),
			Flags:   entry.Flags(rapid.Uint32().Draw(t, "flags")),
			NFS4:    drawNFS4().Draw(t, "nfs4"),
			DOS:     drawDOS().Draw(t, "dos"),
		}
	})
}

// drawNFS4 is a list in one of the attributes that hold one, or none.
func drawNFS4() *rapid.Generator[entry.Stored] {
	return rapid.Custom(func(t *rapid.T) entry.Stored {
		list := nfs4.FromMode(mode.Mode(rapid.IntRange(0, 0o777).Draw(t, "mode")), mode.Regular, nfs4.RFC8881)
		switch rapid.IntRange(0, 2).Draw(t, "form") {
		case 1:
			value, err := list.Encode()
			if err != nil {
				t.Fatal(err)
			}
			return entry.Store(nfs4.Xattr, value)
		case 2:
			value, err := list.EncodeTrueNAS()
			if err != nil {
				t.Fatal(err)
			}
			return entry.Store(nfs4.TrueNASXattr, value)
		}
		return ""
	})
}

// drawDOS is DOS attributes in one of the places where they are, or none.
func drawDOS() *rapid.Generator[entry.Stored] {
	return rapid.Custom(func(t *rapid.T) entry.Stored {
		a := dos.Attributes(rapid.Uint32().Draw(t, "attributes"))
		places := append([]string{""}, entry.DOSPlaces()...)
		switch place := places[rapid.IntRange(0, len(places)-1).Draw(t, "place")]; place {
		case "":
			return ""
		case dos.SambaXattr:
			value, err := dos.Samba{Version: 5, Valid: dos.ValidAttributes, Stored: a}.Encode()
			if err != nil {
				t.Fatal(err)
			}
			return entry.Store(place, value)
		default:
			return entry.Store(place, a.Encode())
		}
	})
}

func drawChange(rules int) *rapid.Generator[plan.Change] {
	names := rapid.Custom(func(t *rapid.T) string {
		name := string(rapid.SliceOfN(rapid.ByteRange(1, 255), 1, 12).Draw(t, "name"))
		return strings.ReplaceAll(strings.ReplaceAll(name, "/", "-"), ".", "_")
	})
	return rapid.Custom(func(t *rapid.T) plan.Change {
		path := "."
		if parts := rapid.SliceOfN(names, 0, 4).Draw(t, "path"); len(parts) > 0 {
			path = strings.Join(parts, "/")
		}
		return plan.Change{
			Path: path, Kind: mode.Kind(rapid.IntRange(1, 7).Draw(t, "kind")), ID: drawID().Draw(t, "id"),
			Links: rapid.Uint32().Draw(t, "links"), Known: entry.Facts(rapid.IntRange(0, 511).Draw(t, "known")),
			Changed: rapid.Int64().Draw(t, "changed"),
			Before:  drawState().Draw(t, "before"), After: drawState().Draw(t, "after"),
			Rules: rapid.SliceOfN(rapid.IntRange(0, rules-1), 0, 3).Draw(t, "rules"),
		}
	})
}

func TestBlockRoundTrip(t *testing.T) {
	var w plan.BlockWriter
	rapid.Check(t, func(rt *rapid.T) {
		want := rapid.SliceOfN(drawChange(9), 1, 20).Draw(rt, "changes")
		for i := range want {
			w.Add(&want[i])
		}
		b := bytes.Clone(w.Finish(plan.Closing, 77))
		r, err := plan.OpenBlock(b)
		if err != nil {
			rt.Fatal(err)
		}
		if r.Header != (plan.BlockHeader{Size: len(b), Count: len(want), Phase: plan.Closing, Level: 77}) {
			rt.Fatalf("header %+v", r.Header)
		}
		var got []plan.Change
		for c := (plan.Change{}); r.Next(&c); {
			got = append(got, c)
		}
		if r.Err() != nil {
			rt.Fatal(r.Err())
		}
		if d := cmp.Diff(want, got, emptyIsNil); d != "" {
			rt.Fatalf("(-want +got):\n%s", d)
		}
		bad := bytes.Clone(b)
		bad[rapid.IntRange(0, len(b)-1).Draw(rt, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		if err := r.Open(bad); err == nil {
			rt.Fatal("a flipped bit went unnoticed")
		}
	})
}

func FuzzBlock(f *testing.F) {
	var w plan.BlockWriter
	w.Add(&plan.Change{Path: "a/b", Before: state(0o644, 0, 0), After: withACL(state(0, 1, 1), list(6, 4, 4, 4, 0)), Rules: []int{1}})
	w.Add(&plan.Change{Path: "a/c", Before: state(0o644, 0, 0), After: state(0o600, 0, 0), Rules: []int{1}})
	f.Add(bytes.Clone(w.Finish(plan.Middle, 0)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < plan.BlockHeaderSize {
			return
		}
		var again plan.BlockWriter
		var got []plan.Change
		r := readAnyway(b)
		if r == nil {
			return
		}
		for c := (plan.Change{}); r.Next(&c); {
			got = append(got, c)
			again.Add(&c)
		}
		if r.Err() != nil || len(got) == 0 {
			return
		}
		back, err := plan.OpenBlock(again.Finish(r.Header.Phase, r.Header.Level))
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			var c plan.Change
			if !back.Next(&c) {
				t.Fatalf("record %d is missing: %v", i, back.Err())
			}
			if d := cmp.Diff(got[i], c, emptyIsNil); d != "" {
				t.Fatalf("record %d:\n%s", i, d)
			}
		}
	})
}

// readAnyway opens a block whatever its checksum, so that fuzzing gets past it.
func readAnyway(b []byte) *plan.BlockReader {
	fixed := plan.Reseal(b)
	r, err := plan.OpenBlock(fixed)
	if err != nil {
		return nil
	}
	return r
}

func header() plan.Header {
	return plan.Header{
		Root: "/srv/caf\xe9", RootID: entry.Identity{Device: 1, Inode: 1 << 60, Birth: 12, Handle: "\x00\xff"},
		Created: 42, Policy: []plan.PolicyRef{{Name: "baseline", Digest: "00"}},
		Rules: []plan.RuleRef{{ID: "baseline/one", Title: "one", Severity: "warning"}, {ID: "baseline/two"}},
	}
}

func save(t interface{ Fatal(...any) }, h plan.Header, changes []plan.Change) []byte {
	var b bytes.Buffer
	w, err := plan.NewWriter(&b, h)
	for i := range changes {
		if err == nil {
			err = w.Add(&changes[i])
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func load(b []byte) (h plan.Header, changes []plan.Change, err error) {
	r, err := plan.NewReader("x.plan", bytes.NewReader(b))
	if err != nil {
		return h, nil, err
	}
	for {
		c, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Header, changes, nil
		}
		if err != nil {
			return h, nil, err
		}
		changes = append(changes, c)
	}
}

func TestFileRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := rapid.SliceOfN(drawChange(2), 0, 8).Draw(rt, "changes")
		b := save(rt, header(), want)
		h, got, err := load(b)
		if err != nil {
			rt.Fatalf("%v\n%s", err, b)
		}
		if d := cmp.Diff(header(), h, emptyIsNil); d != "" {
			rt.Fatal(d)
		}
		if d := cmp.Diff(want, got, emptyIsNil); d != "" {
			rt.Fatal(d)
		}
		if _, _, err := load(b[:rapid.IntRange(0, len(b)-1).Draw(rt, "cut")]); err == nil {
			rt.Fatal("a plan that was cut off is read")
		}
	})
}

func TestFileMistakesHavePositions(t *testing.T) {
	whole := string(save(t, header(), []plan.Change{
		{Path: "a", Kind: mode.Regular, Known: entry.Stat, Before: state(0o644, 0, 0), After: state(0o600, 0, 0), Rules: []int{0}},
	}))
	for _, c := range []struct{ name, old, new, want string }{
		{"not a plan", `{"ward-plan":1`, `{"wurd-plan":1`, "x.plan:1: this is not a plan"},
		{"a later format", `{"ward-plan":1`, `{"ward-plan":9`, "x.plan:1: the plan has format 9"},
		{"edited", `"0600"`, `"0666"`, "x.plan:3: the plan was changed"},
		{"out of the tree", `"path":"a"`, `"path":"../a"`, "x.plan:2: this change is not possible"},
		{"an absolute path", `"path":"a"`, `"path":"/a"`, "x.plan:2: this change is not possible"},
		{"a rule that is not there", `"rules":[0]`, `"rules":[7]`, "x.plan:2: this change is not possible: rule 7"},
		{"a mode that is none", `"0600"`, `"0888"`, `x.plan:2: this change is not possible: after: "0888"`},
		{"an unknown member", `"links":0`, `"lynx":0`, "x.plan:2: this is no change"},
		{"a line less", `{"path"`, "{\"changes\":0}\n{\"path\"", "x.plan:2: the plan was changed"},
		{"something behind", "\"}\n", "\"}\nmore", "x.plan:3: something follows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := strings.LastIndex(whole, c.old)
			_, _, err := load([]byte(whole[:i] + c.new + whole[i+len(c.old):]))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s…", err, c.want)
			}
		})
	}
}

func FuzzFile(f *testing.F) {
	f.Add(save(f, header(), []plan.Change{{Path: "a", Kind: mode.Regular, Before: state(0o644, 0, 0), After: state(0o600, 0, 0)}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, changes, err := load(b)
		if err != nil {
			return
		}
		h2, again, err := load(save(t, h, changes))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(h, h2, emptyIsNil) + cmp.Diff(changes, again, emptyIsNil); d != "" {
			t.Fatal(d)
		}
	})
}
