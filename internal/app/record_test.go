package app

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ward/acl"
	"ward/entry"
	"ward/finding"
	"ward/ident"
	"ward/internal/spill"
	"ward/mode"
)

func drawState(t *rapid.T, name string) entry.State {
	list := rapid.Custom(func(t *rapid.T) acl.Entry {
		return acl.Entry{Tag: acl.Tag(rapid.Uint16().Draw(t, "tag")), ID: rapid.Uint32().Draw(t, "id"), Rights: mode.Rights(rapid.IntRange(0, 7).Draw(t, "rights"))}
	})
	lists := rapid.OneOf(rapid.Just([]acl.Entry(nil)), rapid.SliceOfN(list, 1, 4))
	return entry.State{
		Mode: mode.Mode(rapid.IntRange(0, 0o7777).Draw(t, name)), UID: ident.UID(rapid.Uint32().Draw(t, "uid")),
		GID: ident.GID(rapid.Uint32().Draw(t, "gid")), Flags: entry.Flags(rapid.Uint32().Draw(t, "flags")),
		ACL: lists.Draw(t, "acl"), Default: lists.Draw(t, "default"), Caps: rapid.String().Draw(t, "caps"),
		NFS4: entry.Stored(rapid.String().Draw(t, "nfs4")), DOS: entry.Stored(rapid.String().Draw(t, "dos")),
	}
}

func drawRecord(t *rapid.T) record {
	path := rapid.SliceOfN(rapid.ByteRange(1, 255), 1, 20)
	return record{
		severity: finding.Severity(rapid.IntRange(0, 3).Draw(t, "severity")), rule: rapid.Uint16().Draw(t, "rule"),
		tree: rapid.Uint16().Draw(t, "tree"), path: string(path.Draw(t, "path")), kind: mode.Kind(rapid.IntRange(0, 10).Draw(t, "kind")),
		known: entry.Facts(rapid.Uint16().Draw(t, "known")), found: drawState(t, "found"), wanted: drawState(t, "wanted"),
		refused: rapid.String().Draw(t, "refused"),
	}
}

func TestRecordsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawRecord(t)
		got, err := decodeRecord(want.append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(record{})); d != "" {
			t.Fatal(d)
		}
	})
}

func FuzzDecodeRecord(f *testing.F) {
	r := record{path: "a/b", found: entry.State{Caps: "x"}}
	f.Add(r.append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decodeRecord(b)
		if err == nil && !bytes.Equal(r.append(nil), b) {
			again, err := decodeRecord(r.append(nil))
			if d := cmp.Diff(r, again, cmp.AllowUnexported(record{})); err != nil || d != "" {
				t.Errorf("%v %s", err, d)
			}
		}
	})
}

// The bytes of records sort as findings are reported: gravest first, then by rule,
// tree and path.
func TestRecordsSortAsReported(t *testing.T) {
	want := []record{
		{severity: finding.Critical, rule: 9, path: "z"},
		{severity: finding.Warning, rule: 1, tree: 0, path: "a"},
		{severity: finding.Warning, rule: 1, tree: 0, path: "a/b"},
		{severity: finding.Warning, rule: 1, tree: 1, path: "a"},
		{severity: finding.Warning, rule: 300, path: "a"},
		{severity: finding.Info, rule: 0, path: "a"},
	}
	var all [][]byte
	for i := range want {
		all = append(all, want[i].append(nil))
	}
	if !slices.IsSortedFunc(all, bytes.Compare) {
		t.Error("they do not sort so")
	}
}

// What is kept of each rule is the first findings by path, whatever their order.
func TestKeptAreTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := spill.New(spill.Options{Create: temporary, Memory: 200})
		defer s.Close()
		const limit = 3
		k := kept{adder: s.Adder(), limit: limit, first: map[uint16]*least{}, counts: make([]int64, 2)}
		paths := rapid.SliceOfNDistinct(rapid.StringMatching("[a-z]{1,5}"), 0, 30, rapid.ID).Draw(t, "paths")
		for _, p := range paths {
			if err := k.add(&record{rule: 1, path: p}); err != nil {
				t.Fatal(err)
			}
		}
		if err := k.flush(); err != nil {
			t.Fatal(err)
		}
		var got []string
		for b, err := range s.Sorted() {
			if err != nil {
				t.Fatal(err)
			}
			r, _ := decodeRecord(b)
			got = append(got, r.path)
		}
		slices.Sort(paths)
		if want := paths[:min(len(paths), limit)]; !slices.Equal(got, want) {
			t.Fatalf("kept %q, want %q", got, want)
		}
		if k.counts[1] != int64(len(paths)) {
			t.Fatalf("counted %d of %d", k.counts[1], len(paths))
		}
	})
}
