package policy

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ward/acl/nfs4"
	"ward/entry"
	"ward/legacy/dos"
	"ward/mode"
)

// listed is a file with a list of NFS 4 as an NFS client shows it, and with DOS
// attributes.
func listed(t testing.TB, k mode.Kind, list string, a dos.Attributes) *entry.Entry {
	t.Helper()
	e := file("f", k, 0o644)
	e.Known |= entry.NFS4 | entry.DOS
	parsed, err := nfs4.Parse(list, nfs4.Linux, k)
	if err != nil {
		t.Fatal(err)
	}
	value, err := parsed.Encode()
	if err != nil {
		t.Fatal(err)
	}
	e.NFS4 = entry.Store(nfs4.Xattr, value)
	e.DOS = entry.Store(dos.NTFSXattr, a.Encode())
	return e
}

// wanted is what an outcome makes of both, and who decided it.
func wanted(t testing.TB, k mode.Kind, o Outcome) string {
	t.Helper()
	list, err := o.Desired.NFS4.NFS4ACL()
	if err != nil {
		t.Fatal(err)
	}
	text, err := list.Format(nfs4.Linux, k)
	if err != nil {
		t.Fatal(err)
	}
	a, err := o.Desired.DOS.DOSAttributes()
	if err != nil {
		t.Fatal(err)
	}
	said := text + " " + a.Format()
	for _, d := range o.Decided {
		said += " r" + string(rune('0'+d.Rule)) + ":"
		if d.NFS4 {
			said += "nfs4"
		}
		if d.DOS != 0 {
			said += d.DOS.Format()
		}
	}
	return said
}

func TestFoldOfOtherModels(t *testing.T) {
	const base = "A::OWNER@:rwt,A:g:GROUP@:rt,A::EVERYONE@:t"
	for _, test := range []struct {
		name  string
		kind  mode.Kind
		list  string
		dos   dos.Attributes
		rules []string
		want  string
	}{
		{"an entry comes to the front", mode.Regular, base, 0x20, []string{`{require: {nfs4: "A::bob@x:r"}}`}, "A::bob@x:r," + base + " ---A r0:nfs4"},
		{"it is there already", mode.Regular, base + ",A::bob@x:r", 0x20, []string{`{require: {nfs4: "A::bob@x:r"}}`}, base + ",A::bob@x:r ---A"},
		{"with other rights it is replaced", mode.Regular, base + ",A::bob@x:rw", 0x20, []string{`{require: {nfs4: "A::bob@x:r"}}`}, "A::bob@x:r," + base + " ---A r0:nfs4"},
		{"a denial is another entry", mode.Regular, base + ",A::bob@x:r", 0x20, []string{`{require: {nfs4: "D::bob@x:w"}}`}, "D::bob@x:w," + base + ",A::bob@x:r ---A r0:nfs4"},
		{"the order counts", mode.Regular, "A::a@x:r,D::b@x:r", 0x20, []string{`{require: {nfs4: ["D::b@x:r", "A::a@x:r"]}}`}, "D::b@x:r,A::a@x:r ---A r0:nfs4"},
		{"exactly", mode.Regular, base, 0x20, []string{`{require: {nfs4: "exactly A::OWNER@:rwt"}}`}, "A::OWNER@:rwt ---A r0:nfs4"},
		{"exactly that", mode.Regular, base, 0x20, []string{`{require: {nfs4: "exactly ` + base + `"}}`}, base + " ---A"},
		{"flags of directories stay away from files", mode.Regular, base, 0x20, []string{`{require: {nfs4: "A:fd:bob@x:r"}}`}, "A::bob@x:r," + base + " ---A r0:nfs4"},
		{"and come to directories", mode.Directory, base, 0x20, []string{`{match: {type: dir}, require: {nfs4: "A:fd:bob@x:r"}}`}, "A:fd:bob@x:r," + base + " ---A r0:nfs4"},
		{"each rule decides its entries", mode.Regular, base, 0x20, []string{`{require: {nfs4: "A::bob@x:r"}}`, `{require: {nfs4: "A::al@x:r"}}`}, "A::al@x:r,A::bob@x:r," + base + " ---A r0:nfs4 r1:nfs4"},
		{"the last rule decides an entry", mode.Regular, base, 0x20, []string{`{require: {nfs4: "A::bob@x:rw"}}`, `{require: {nfs4: "A::bob@x:r"}}`}, "A::bob@x:r," + base + " ---A r1:nfs4"},
		{"an exception keeps the list", mode.Regular, base, 0x20, []string{`{require: {nfs4: "A::bob@x:rw"}}`, `{require: {nfs4: "A::bob@x:r"}, except: [{path: f, reason: x}]}`}, base + " ---A"},
		{"attributes", mode.Regular, base, 0x22, []string{`{require: {dos: "+r-h"}}`}, base + " R--A r0:RH--"},
		{"attributes that are so", mode.Regular, base, 0x21, []string{`{require: {dos: "+r-h"}}`}, base + " R--A"},
		{"the last rule decides an attribute", mode.Regular, base, 0x20, []string{`{require: {dos: "+r+h"}}`, `{require: {dos: "-r"}}`}, base + " -H-A r0:-H--"},
		{"an exception keeps attributes", mode.Regular, base, 0x22, []string{`{require: {dos: "+r-h"}, except: [{path: f, reason: x}]}`}, base + " -H-A"},
		{"NTFS has a word for none", mode.Regular, base, 0x20, []string{`{require: {dos: "-a"}}`}, base + " ----,normal r0:---A"},
		{"symbolic links have neither", mode.Symlink, base, 0x20, []string{`{match: {type: symlink}, require: {owner: root, nfs4: "A::bob@x:r", dos: "+r"}}`}, base + " ---A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := listed(t, test.kind, test.list, test.dos)
			o, need := worker(t, Binding{}, test.rules...).Judge(e)
			if got := wanted(t, test.kind, o); got != test.want || need != 0 {
				t.Errorf("got  %s (needs %d)\nwant %s", got, need, test.want)
			}
			if o.Compliant != (len(o.Decided) == 0) {
				t.Errorf("compliant is %t", o.Compliant)
			}
		})
	}
}

// What a file system does not keep is a finding, with words, and never compliance;
// what could not be looked at is said to be so.
func TestOtherModelsThatAreNotThere(t *testing.T) {
	w := worker(t, Binding{}, `{require: {nfs4: "A::bob@x:r"}}`, `{require: {dos: "+r"}}`)
	e := file("f", mode.Regular, 0o644)
	if _, need := w.Judge(e); need != entry.NFS4|entry.DOS {
		t.Errorf("needs %d", need)
	}
	e.Known |= entry.NFS4 | entry.DOS
	o, _ := w.Judge(e)
	if o.Compliant || len(o.Decided) != 2 {
		t.Fatalf("%+v", o)
	}
	for i, want := range []string{"keeps no NFSv4 list", "keeps no DOS attributes"} {
		var lack *LackError
		if !errors.As(o.Decided[i].Refused, &lack) || !strings.Contains(lack.Error(), want) {
			t.Errorf("rule %d: %v", i, o.Decided[i].Refused)
		}
	}
	e.Known, e.Denied = e.Known&^(entry.NFS4|entry.DOS), entry.NFS4|entry.DOS
	if o, _ := w.Judge(e); o.Compliant || o.Unknown != entry.NFS4|entry.DOS {
		t.Errorf("denied facts: %+v", o)
	}
}

// ntfs-3g would make another kind of object of a system file without content.
func TestSystemFilesOfNTFSAreNotMade(t *testing.T) {
	w := worker(t, Binding{}, `{require: {dos: "+s"}}`, `{match: {type: dir}, require: {dos: "+s"}}`)
	for size, made := range map[int64]bool{0: false, 1: false, 2: true} {
		e := listed(t, mode.Regular, "A::OWNER@:r", 0x20)
		e.Size = size
		o, _ := w.Judge(e)
		if len(o.Decided) != 1 || (o.Decided[0].Refused == nil) != made || (o.Desired.DOS != e.DOS) != made {
			t.Errorf("%d bytes: %+v", size, o)
		}
	}
	if o, _ := w.Judge(listed(t, mode.Directory, "A::OWNER@:r", 0x20)); len(o.Decided) != 1 || o.Decided[0].DOS != dos.System {
		t.Errorf("a directory: %+v", o)
	}
}

// vfat keeps the attributes that say what an object is, and none of its root.
func TestFATKeepsWhatItHas(t *testing.T) {
	w := worker(t, Binding{}, `{match: {type: [file, dir]}, require: {dos: "+r-a"}}`)
	for _, test := range []struct {
		kind          mode.Kind
		inode         uint64
		before, after dos.Attributes
	}{{mode.Regular, 7, dos.Archive, dos.ReadOnly}, {mode.Directory, 7, dos.Directory, dos.Directory | dos.ReadOnly}, {mode.Directory, 1, dos.Directory, dos.Directory}} {
		e := file("f", test.kind, 0o755)
		e.Known, e.ID.Inode = e.Known|entry.DOS, test.inode
		e.DOS = entry.Store(entry.FATPlace, test.before.Encode())
		o, _ := w.Judge(e)
		got, err := o.Desired.DOS.DOSAttributes()
		if err != nil || got != test.after || len(o.Decided) != 1 || (o.Decided[0].Refused != nil) != (test.inode == 1) {
			t.Errorf("%+v: %v, %v, %+v", test, got, err, o.Decided)
		}
	}
}

// Lists of numbers get numbers for names, by the accounts that the policy is bound
// to.
func TestNamesInListsOfNumbers(t *testing.T) {
	w := worker(t, Binding{Now: time.Now()}, `{require: {nfs4: "A::bob:r,A:g:dev:w"}}`)
	e := file("f", mode.Regular, 0o644)
	e.Known |= entry.NFS4
	value, err := nfs4.FromMode(0o644, mode.Regular, nfs4.ZFS).EncodeTrueNAS()
	if err != nil {
		t.Fatal(err)
	}
	e.NFS4 = entry.Store(nfs4.TrueNASXattr, value)
	o, _ := w.Judge(e)
	list, err := o.Desired.NFS4.NFS4ACL()
	if err != nil || list.Entries[0].Who != nfs4.Number(1001) || list.Entries[1].Who != nfs4.Number(2000) {
		t.Errorf("%v, %v", list, err)
	}
	e.State = o.Desired
	if again, _ := w.Judge(e); !again.Compliant {
		t.Errorf("it does not settle: %+v", again)
	}
	stranger := worker(t, Binding{}, `{require: {nfs4: "A::nobodyknows:r"}}`)
	e.NFS4 = entry.Store(nfs4.TrueNASXattr, value)
	if o, _ := stranger.Judge(e); len(o.Decided) != 1 || o.Decided[0].Refused == nil {
		t.Errorf("%+v", o)
	}
}

// Applied to its own result a policy changes nothing, and what is only partly taken
// is between the two.
func TestOtherModelsSettle(t *testing.T) {
	rules := []string{
		`{require: {nfs4: "D::a@x:w,A::b@x:r"}}`, `{require: {nfs4: "A::b@x:rw"}}`, `{require: {nfs4: "exactly A::OWNER@:r,A::c@x:w"}}`,
		`{require: {dos: "+r-h"}}`, `{require: {dos: "-a"}}`, `{require: {dos: "+h+a"}}`,
	}
	entries := []string{"A::a@x:r", "D::a@x:w", "A::b@x:r", "A::b@x:w", "A::OWNER@:r", "A::c@x:w", "A::b@x:rw"}
	rapid.Check(t, func(t2 *rapid.T) {
		chosen := rapid.SliceOfNDistinct(rapid.IntRange(0, len(rules)-1), 1, 4, rapid.ID).Draw(t2, "rules")
		var lines []string
		for _, i := range chosen {
			lines = append(lines, rules[i])
		}
		list := rapid.SliceOfN(rapid.SampledFrom(entries), 1, 5).Draw(t2, "list")
		a := dos.Attributes(rapid.IntRange(0, 7).Draw(t2, "dos")) &^ dos.System
		e := listed(t, mode.Regular, strings.Join(list, ","), (a | 0x20).Canonical())
		w := worker(t, Binding{}, lines...)
		o, _ := w.Judge(e)
		none := w.Partial(e, &o, func(int) bool { return false })
		all := w.Partial(e, &o, func(int) bool { return true })
		if none.NFS4 != e.NFS4 || none.DOS != e.DOS || all.NFS4 != o.Desired.NFS4 || all.DOS != o.Desired.DOS {
			t2.Fatalf("none gives %q %q, all %q %q, wanted %q %q", none.NFS4, none.DOS, all.NFS4, all.DOS, o.Desired.NFS4, o.Desired.DOS)
		}
		if (all.NFS4 != e.NFS4 || all.DOS != e.DOS) == (len(o.Decided) == 0) {
			t2.Fatalf("changed without a decision, or the other way: %+v", o)
		}
		e.State = o.Desired
		if again, _ := w.Judge(e); !again.Compliant {
			t2.Fatalf("it does not settle: %+v", again)
		}
	})
}
