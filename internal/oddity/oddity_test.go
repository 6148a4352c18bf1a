package oddity_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/acl"
	aclmac "ward/acl/macos"
	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/ident"
	"ward/internal/oddity"
	"ward/legacy/amiga"
	"ward/legacy/dos"
	"ward/legacy/hpux"
	"ward/legacy/racf"
	"ward/legacy/vms"
	"ward/mode"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		kind  mode.Kind
		want  []string // "sort entry: start of the problem"
	}{
		{"nothing odd about a trivial list", nfs4List(t, "A::OWNER@:rwatTnNcCoy,A:g:GROUP@:rtncy,A::EVERYONE@:rtncy"), mode.Regular, nil},
		{
			"a denial behind what everybody may", nfs4List(t, "A::EVERYONE@:rw,D::bob@example.org:w"), mode.Regular,
			[]string{"too-late 1: it never takes effect: what it denies entry 0 allows before it"},
		},
		{
			"a denial of which a part comes too late", nfs4List(t, "A::bob@example.org:r,D::bob@example.org:rw"), mode.Regular,
			[]string{"too-late 1: of what it denies, entry 0 allows before it: read_data"},
		},
		{"a denial before is in time", nfs4List(t, "D::bob@example.org:w,A::EVERYONE@:rw"), mode.Regular, nil},
		{
			"what everybody may somebody may once more", nfs4List(t, "A::EVERYONE@:rw,A::bob@example.org:r"), mode.Regular,
			[]string{"idle 1: it never takes effect: entry 0 decides it all before it"},
		},
		{
			"two entries together hide a third", nfs4List(t, "A::bob@example.org:r,D::bob@example.org:w,A::bob@example.org:rw"), mode.Regular,
			[]string{"idle 2: it never takes effect: entries 0, 1 decide it all"},
		},
		{"a user is not the group of that name", nfs4List(t, "A::staff@example.org:r,A:g:staff@example.org:r"), mode.Regular, nil},
		{"an entry that is only inherited decides nothing here", nfs4List(t, "A:fdi:EVERYONE@:rw,D::bob@example.org:w"), mode.Directory, nil},
		{"no right at all", nfs4List(t, "A::bob@example.org:"), mode.Regular, []string{"idle 0: it names no right"}},
		{
			"unknown bits of NFSv4",
			nfs4.ACL{Entries: []nfs4.Entry{{Rights: nfs4.ReadData | 1<<30, Flags: 1 << 20, Who: nfs4.Special(nfs4.Everyone)}}},
			mode.Regular,
			[]string{"unknown 0: it has rights that nobody knows: 0x40000000", "unknown 0: it has flags that nobody knows: 0x100000"},
		},

		{
			"Windows, allowed before denied", ntList(t, "O:BAG:BAD:(A;;FA;;;WD)(D;;0x2;;;BU)"), mode.Regular,
			[]string{"order 1: the list is not in canonical order", "too-late 1: it never takes effect: what it denies entry 0 allows"},
		},
		{
			"Windows, generic rights are what they stand for", ntList(t, "O:BAG:BAD:(A;;GA;;;WD)(A;;FR;;;BU)"), mode.Regular,
			[]string{"idle 1: it never takes effect: entry 0 decides it all"},
		},
		{"Windows, no list", ntList(t, "O:BAG:BA"), mode.Regular, []string{"unusual -1: there is no DACL"}},
		{"Windows, unknown bits", ntList(t, "O:BAG:BAD:(A;;0x1f09ff;;;WD)"), mode.Regular, []string{"unknown 0: it has rights that nobody knows: 0x800"}},
		{"Windows, a condition decides only where it holds", ntList(t, `O:BAG:BAD:(XA;;FA;;;WD;(@User.a == 1))(A;;FR;;;BU)`), mode.Regular, nil},

		{
			"macOS, a denial is looked at with the whole request", macList(t, "user:joe allow read", "everyone deny read,write"), mode.Regular,
			[]string{"order -1: the list is not in the order"},
		},
		{
			"macOS, what is allowed to the same one before", macList(t, "everyone allow read", "user:joe deny read,write"), mode.Regular,
			[]string{"order -1: the list", "too-late 1: it denies what entry 0 allows before it: read_data. A request for that alone is allowed"},
		},
		{"macOS, inheritance on a file", macList(t, "everyone allow read,file_inherit"), mode.Regular, []string{"unusual 0: it has flags to hand it down"}},

		{"POSIX, the mask", posix(t, "u::rw-,u:1001:rwx,g::r--,m::r--,o::---"), mode.Regular, []string{"unusual 1: the mask leaves r-- of its rwx"}},
		{
			"POSIX, an empty mask", posix(t, "u::rw-,u:1001:rwx,g::---,m::---,o::r--"), mode.Regular,
			[]string{"unusual -1: the mask is empty", "unusual 1: the mask leaves --- of its rwx"},
		},
		{"POSIX, the owner by name", posix(t, "u::rw-,u:1000:r--,g::r--,m::r--,o::---"), mode.Regular, []string{"idle 1: it never takes effect: the owner is asked by user:: alone"}},
		{
			"POSIX, no mask",
			oddity.POSIX{Access: acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: 6}, {Tag: acl.User, ID: 5, Rights: 4}, {Tag: acl.GroupObj, ID: acl.NoID}, {Tag: acl.Other, ID: acl.NoID}}},
			mode.Regular,
			[]string{"refused 3: "},
		},

		{"mode", mode.Mode(0o4666), mode.Regular, []string{"unusual -1: everybody may change it", "unusual -1: others than its owner", "unusual -1: setuid on a file that nobody"}},
		{
			"VMS, the world has more than the owner",
			vms.Security{Owner: vms.Identifier{UIC: vms.NewUIC(8, 1)}, Protection: vmsCode(t, "S:RWED,O:,G:RWED,W:R")},
			mode.Regular,
			[]string{"unusual -1: OWNER is given less than a category that it is in as well: it has RWED all the same"},
		},
		{"VMS, an entry behind one that fits everybody", vms.Security{
			Owner: vms.Identifier{UIC: vms.NewUIC(8, 1)}, Protection: vms.DefaultProtection,
			ACL: vmsACL(t, "(IDENTIFIER=[*,*],ACCESS=READ)(IDENTIFIER=BATCH,ACCESS=NONE)"),
		}, mode.Regular, []string{"idle 1: it never takes effect: entry 0 fits everybody"}},
		{"VMS, an entry that asks for more", vms.Security{
			Owner: vms.Identifier{UIC: vms.NewUIC(8, 1)}, Protection: vms.DefaultProtection,
			ACL: vmsACL(t, "(IDENTIFIER=STAFF+BATCH,ACCESS=NONE)(IDENTIFIER=STAFF,ACCESS=READ)"),
		}, mode.Regular, nil},
		{"HP-UX, twice the same", hpux.ACL{{User: hpux.Name("a"), Rights: 4}, {User: hpux.Name("a"), Rights: 2}}, mode.Regular, []string{"refused 1: it speaks of a.% again"}},
		{"RACF only warns", racf.Profile{Name: "A.B", Warning: true}, mode.Regular, []string{"unusual -1: the profile only warns"}},
		{
			"RACF, strangers have more than users",
			racf.Profile{Name: "A.B", UACC: racf.Update, Access: []racf.Permit{{ID: "*", Level: racf.Read}}},
			mode.Regular,
			[]string{"unusual 0: defined users have READ by ID(*), and those that are not defined UPDATE by UACC"},
		},
		{"Amiga, a script that cannot be read", amiga.Script | amiga.DenyRead, mode.Regular, []string{"unusual -1: it is marked as a script"}},
		{"DOS, a read-only directory", dos.ReadOnly, mode.Directory, []string{"unusual -1: read-only on a directory"}},
		{"DOS, normal and more", dos.Normal | dos.Hidden, mode.Regular, []string{"unusual -1: normal means"}},
		{"DOS, unknown", dos.Attributes(1 << 31), mode.Regular, []string{"unknown -1: it has attributes that nobody knows: 0x80000000"}},
		{"no permissions at all", "text", mode.Regular, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := oddity.Of(c.value, oddity.Object{Kind: c.kind, UID: 1000, HasUID: true})
			if len(got) != len(c.want) {
				t.Fatalf("%d oddities, want %d: %+v", len(got), len(c.want), got)
			}
			for i, o := range got {
				sort, rest, _ := strings.Cut(c.want[i], " ")
				entry, problem, _ := strings.Cut(rest, ": ")
				if o.Sort.String() != sort || entry != itoa(o.Entry) || !strings.HasPrefix(o.Problem, problem) {
					t.Errorf("%s %d: %s; want %s", o.Sort, o.Entry, o.Problem, c.want[i])
				}
			}
		})
	}
}

func itoa(n int) string {
	if n < 0 {
		return "-1"
	}
	return string(rune('0' + n))
}

func nfs4List(t *testing.T, text string) nfs4.ACL {
	t.Helper()
	a, err := nfs4.Parse(text, nfs4.Linux, mode.Directory)
	check(t, err)
	return a
}

func ntList(t *testing.T, text string) nt.Descriptor {
	t.Helper()
	d, err := nt.ParseSDDL(text, nt.SDDLOptions{})
	check(t, err)
	return d
}

func macList(t *testing.T, entries ...string) (a aclmac.ACL) {
	t.Helper()
	for _, text := range entries {
		e, err := aclmac.ParseEntry(text)
		check(t, err)
		if strings.HasPrefix(text, "everyone") {
			e.Who = aclmac.Everyone()
		}
		a.Entries = append(a.Entries, e)
	}
	return a
}

func posix(t *testing.T, text string) oddity.POSIX {
	t.Helper()
	access, def, err := acl.ParseText(text, nil)
	check(t, err)
	return oddity.POSIX{Access: access, Default: def}
}

func vmsCode(t *testing.T, text string) vms.Protection {
	t.Helper()
	p, err := vms.ParseProtection(text, vms.File)
	check(t, err)
	return p
}

func vmsACL(t *testing.T, text string) vms.ACL {
	t.Helper()
	l, err := vms.ParseACL(text, vms.File)
	check(t, err)
	return l
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What never takes effect can go: without it everybody has what he had.
func TestIdleEntriesCanGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := nfs4.ACL{Entries: rapid.SliceOfN(rapid.Custom(anyEntry), 1, 6).Draw(t, "entries")}
		object := nfs4.Object{Owner: 1, Group: 1, Kind: mode.Directory}
		for _, o := range oddity.Of(list, oddity.Object{Kind: mode.Directory}) {
			if o.Sort != oddity.Idle && !strings.HasPrefix(o.Problem, "it never takes effect") {
				continue
			}
			without := nfs4.ACL{Entries: slices.Delete(slices.Clone(list.Entries), o.Entry, o.Entry+1)}
			for uid := range ident.UID(4) {
				for gid := range ident.GID(3) {
					s := nfs4.Subject{IDs: ident.Subject{UID: uid, GID: gid}}
					if before, after := list.Effective(s, object), without.Effective(s, object); before != after {
						t.Errorf("%s: uid %d, gid %d has %s with entry %d, %s without", list, uid, gid, before, o.Entry, after)
					}
				}
			}
		}
	})
}

func anyEntry(t *rapid.T) nfs4.Entry {
	who := rapid.SampledFrom([]nfs4.Who{
		nfs4.Special(nfs4.Owner), nfs4.Special(nfs4.Group), nfs4.Special(nfs4.Everyone), nfs4.Number(0), nfs4.Number(1), nfs4.Number(2),
	}).Draw(t, "who")
	return nfs4.Entry{
		Type:   rapid.SampledFrom([]nfs4.Type{nfs4.Allow, nfs4.Deny, nfs4.Audit}).Draw(t, "type"),
		Flags:  rapid.SampledFrom([]nfs4.Flags{0, nfs4.IdentifierGroup, nfs4.FileInherit | nfs4.InheritOnly}).Draw(t, "flags"),
		Rights: nfs4.Rights(rapid.Uint32Range(0, 7).Draw(t, "rights")),
		Who:    who,
	}
}

func TestSorted(t *testing.T) {
	sorted, ok := oddity.Sorted(ntList(t, "O:BAG:BAD:(A;;FA;;;WD)(D;;0x2;;;BU)"))
	if d, isNT := sorted.(nt.Descriptor); !ok || !isNT || d.DACL.Disorder() >= 0 || d.DACL.Entries[0].Type != nt.Deny {
		t.Errorf("Windows: %v, %v", sorted, ok)
	}
	sorted, ok = oddity.Sorted(macList(t, "user:joe allow read", "everyone deny read"))
	if a, isMac := sorted.(aclmac.ACL); !ok || !isMac || !a.Canonical() || a.Entries[0].Kind != aclmac.Deny {
		t.Errorf("macOS: %v, %v", sorted, ok)
	}
	for _, value := range []any{sorted, ntList(t, "O:BAG:BAD:(D;;0x2;;;BU)(A;;FA;;;WD)"), nfs4List(t, "A::EVERYONE@:r"), mode.Mode(0)} {
		if _, ok := oddity.Sorted(value); ok {
			t.Errorf("%v is in order", value)
		}
	}
}
