package translate

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"ward/mode"
)

// conversions are the worked examples; those with a T are numbered as in the project's
// table of vectors for translation.
func TestWorkedExamples(t *testing.T) {
	for _, c := range []struct {
		name, from, text, to string
		kind                 mode.Kind
		opts                 Options
		want                 string
		losses               []string // each is a part of one
	}{
		{"amiga ----rwed → unix", "amiga", "----rwed", "unix", mode.Regular, Options{}, "0700", []string{"delete lost"}},
		{"A8: amiga with bits of the group", "amiga", "----rw-d,group=r", "unix", mode.Regular, Options{}, "0640", []string{"delete lost"}},
		{"amiga1 has one user, who is everybody", "amiga1", "-rw-d", "unix", mode.Regular, Options{}, "0666", []string{"everyone else: write attributes, change permissions narrowed"}},
		{"vms (S:RWED,O:RWED,G:RE,W) → unix", "vms", "(S:RWED,O:RWED,G:RE,W)", "unix", mode.Regular, Options{}, "0750", []string{"delete lost", "the system"}},
		{"NT SDDL → nfs4", "nt", "O:BAG:BAD:(D;;0x2;;;WD)(A;;FA;;;WD)", "nfs4", mode.Regular, Options{}, "A::OWNER@:cC,D::EVERYONE@:w,A::EVERYONE@:rwaDdxtTnNcCoy", nil},
		{"T1 safe", "posix", "u::rw,u:1001:rw,g::r,m::r,o::-", "unix", mode.Regular, Options{}, "0640", []string{"user 1001: read, read named attributes narrowed (Unix cannot name user 1001)", "user 1001: what is said of it lost"}},
		{"T2 safe", "posix", "u::rw,g::r,g:1002:rw,m::rw,o::-", "unix", mode.Regular, Options{}, "0640", []string{"group 1002: read, write, append,"}},
		{"T2 as stat shows it", "posix", "u::rw,g::r,g:1002:rw,m::rw,o::-", "unix", mode.Regular, Options{AllowWidening: true}, "0660", []string{"the owning group: write, append widened"}},
		{"T3 safe: what joe may not, nobody else may", "posix", "u::rw,u:1001:---,g::r,m::r,o::r", "unix", mode.Regular, Options{}, "0600", []string{"everyone else: read narrowed (else user 1001 could, too)"}},
		{"T3 as stat shows it", "posix", "u::rw,u:1001:---,g::r,m::r,o::r", "unix", mode.Regular, Options{AllowWidening: true}, "0644", []string{"user 1001: read widened"}},
		{"T4: who is in two groups may both at once", "posix", "u::rw,g::-,g:1:r,g:2:w,m::rw,o::-", "nfs4", mode.Regular, Options{}, "", []string{"who is in group 1 and in group 2: all of it in one request lost"}},
		{"T5: categories of OpenVMS overlap", "unix", "0077", "vms", mode.Regular, Options{}, "(S,O,G,W)", []string{"everyone else: read, write, append, execute narrowed (else the owner could, too)"}},
		{"T5 with widening", "unix", "0077", "vms", mode.Regular, Options{AllowWidening: true}, "(S,O,G:RWED,W:RWED)", []string{"the owner: read, write, append, execute widened"}},
		{"R brings E, so that who had no x gets no R", "unix", "0640", "vms", mode.Regular, Options{}, "(S:WD,O:WD,G,W)", []string{"the owner: read narrowed (OpenVMS would let execute as well)"}},
		{"V13: the usual counterpart", "unix", "0640", "vms", mode.Regular, Options{AllowWidening: true}, "(S:RWD,O:RWD,G:R,W)", []string{"the owner: execute widened", "the owning group: execute widened"}},
		{"levels are for those who are known by name", "unix", "0600", "racf", mode.Regular, Options{}, "", []string{"narrowed (RACF has to know the owner by name)"}},
		{"T6", "vms", "(S:RWED,O,G:RE,W:R)", "unix", mode.Regular, Options{}, "0555", []string{"delete"}},
		{"T7 safe: nobody may read whom nobody could tell from joe", "nfs4", "A::OWNER@:rwa,D::1001:r,A::EVERYONE@:rwa", "unix", mode.Regular, Options{}, "0622", []string{"everyone else: read narrowed (else user 1001 could, too)"}},
		{"T8 in order", "nt", "D:(D;;0x2;;;WD)(A;;FA;;;WD)", "unix", mode.Regular, Options{}, "0555", []string{"append narrowed", "delete, take ownership lost"}},
		{"T8 the other way round", "nt", "D:(A;;FA;;;WD)(D;;0x2;;;WD)", "unix", mode.Regular, Options{}, "0777", []string{"delete, take ownership lost"}},
		{"T10", "dos", "-H-A", "unix", mode.Regular, Options{}, "0777", []string{"hidden lost", "archive lost"}},
		{"T11", "amiga", "-s--r---", "unix", mode.Regular, Options{}, "0400", []string{"script lost"}},
		{"T13: UPDATE would let read", "unix", "0200", "racf", mode.Regular, Options{}, "", []string{"the owner: write, append,"}},
		{"T15: setuid", "unix", "4755", "nfs4", mode.Regular, Options{}, "", []string{"setuid lost"}},
		{"T15: setuid is carried where it can be", "unix", "4755", "posix", mode.Regular, Options{}, "# flags: s--\nuser::rwx\ngroup::r-x\nother::r-x\n", nil},
		{"T16", "posix", "u::rwx,g::rx,o::-,d:u::rwx,d:g::rx,d:o::-", "unix", mode.Directory, Options{}, "0750", []string{"what the directory hands down lost"}},
		{"T17: appending alone", "nfs4", "A::OWNER@:ra", "posix", mode.Regular, Options{}, "", []string{"the owner: append narrowed"}},
		{"T18: removing from a directory alone", "nt", "D:(A;;0x61;;;OW)", "unix", mode.Directory, Options{}, "0500", []string{"the owner: delete children narrowed"}},
		{"entries for files alone", "nfs4", "A:f:OWNER@:rwaDxtTnNcCoy", "nt", mode.Directory, Options{Strict: true}, "D:(A;OI;0x1e01ff;;;OW)", nil},
		{"and where there are no such", "nfs4", "A:f:OWNER@:rwaDxtTnNcCoy", "posix", mode.Directory, Options{}, "user::rwx\ngroup::---\nother::---\n", []string{"inheritance of entry 1 lost"}},
		{"audits go from one list to the other", "nfs4", "U:F:EVERYONE@:w,A::OWNER@:rwaxtTnNcCoy", "nt", mode.Regular, Options{Strict: true}, "", nil},
		{"a directory's default list → nfs4", "posix", "u::rwx,g::rx,o::-,d:u::rwx,d:g::rx,d:o::-", "nfs4", mode.Directory, Options{}, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := Context{Kind: c.kind}
			o, err := Parse(c.from, c.text, ctx)
			if err != nil {
				t.Fatal(err)
			}
			o.Owner, o.Group = UserID(1000), GroupID(100)
			if c.from == "nt" {
				o.Owner, o.Group = Principal{}, Principal{}
			}
			res, err := Convert(o, c.to, c.opts)
			if err != nil {
				t.Fatal(err)
			}
			text, err := Format(res.Object, c.to, ctx)
			if err != nil {
				t.Fatal(err)
			}
			if c.want != "" && text != c.want {
				t.Errorf("got %q, want %q", text, c.want)
			}
			for _, want := range c.losses {
				if !slices.ContainsFunc(res.Losses, func(l Loss) bool { return strings.Contains(l.String(), want) }) {
					t.Errorf("%q is not among the losses of %q: %v", want, text, res.Losses)
				}
			}
			if c.losses == nil && slices.ContainsFunc(res.Losses, func(l Loss) bool { return l.Effect != Lost }) {
				t.Errorf("losses of %q: %v", text, res.Losses)
			}
		})
	}
}

// A level of RACF contains those below it: r without x has none that is not wider.
func TestLevelsOfRACF(t *testing.T) {
	o, _ := Parse("unix", "0640", Context{})
	o.Owner, o.Group = Principal{Sort: User, Name: "JOE"}, Principal{Sort: Group, Name: "STAFF"}
	for _, c := range []struct {
		opts         Options
		joe, staff   string
		effect, part string
	}{
		{Options{}, "NONE", "NONE", "the owner: read, write, append narrowed", "RACF would let execute as well"},
		{Options{AllowWidening: true}, "UPDATE", "READ", "the owner: execute widened", "the owning group: execute widened"},
	} {
		res, err := Convert(o, "racf", c.opts)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := Format(res.Object, "racf", Context{})
		if !strings.Contains(text, "ID(JOE) ACCESS("+c.joe+")") || !strings.Contains(text, "ID(STAFF) ACCESS("+c.staff+")") {
			t.Errorf("%+v: %s", c.opts, text)
		}
		var said strings.Builder
		for _, l := range res.Losses {
			said.WriteString(l.String() + "\n")
		}
		if !strings.Contains(said.String(), c.effect) || !strings.Contains(said.String(), c.part) {
			t.Errorf("%+v: %s", c.opts, said.String())
		}
	}
}

// TestRACFNamesT12: whom a mapping knows for a user gets a user's entry.
func TestRACFNamesT12(t *testing.T) {
	o, err := Parse("racf", "ADDSD 'SYS1.DATA' UACC(NONE)\nPERMIT 'SYS1.DATA' ID(JOE) ACCESS(NONE)\nPERMIT 'SYS1.DATA' ID(STAFF) ACCESS(READ)\n", Context{})
	if err != nil {
		t.Fatal(err)
	}
	res, err := Convert(o, "posix", Options{Mapping: people()})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := Format(res.Object, "setfacl", Context{})
	if want := "u::---,u:1001:---,g::---,g:101:r-x,m::r-x,o::---"; text != want {
		t.Errorf("got %q, want %q\n%v", text, want, res.Losses)
	}
}

// TestModesThereAndBackT9: all nine bits come back from every model that has a place for
// them, 0604 (T9) among them, and all twelve where special bits have one.
func TestModesThereAndBackT9(t *testing.T) {
	for _, c := range []struct {
		through string
		bits    mode.Mode
	}{
		{"posix", mode.All},
		{"posix-freebsd", mode.All},
		{"posix-solaris", mode.All},
		{"hpux", mode.All},
		{"zos", mode.All},
		{"macos", mode.All},
		{"nfs4", mode.Permissions},
		{"nfs4-zfs", mode.Permissions},
		{"nfs4-freebsd", mode.Permissions},
		{"nt", mode.Permissions},
	} {
		t.Run(c.through, func(t *testing.T) {
			for m := mode.Mode(0); m <= c.bits; m++ {
				o := Object{Model: "unix", Kind: mode.Regular, Owner: owen(), Group: users(), Value: m}
				there, err := Convert(o, c.through, Options{Mapping: people()})
				if err != nil {
					t.Fatal(err)
				}
				back, err := Convert(there.Object, "unix", Options{Mapping: people()})
				if err != nil || back.Object.Value != m {
					t.Fatalf("%s becomes %v and comes back as %v, %v", m.Octal(), there.Object.Value, back.Object.Value, err)
				}
			}
		})
	}
}

// TestMasksOfNFS4AndWindowsAgree: each bit of a mask goes there and comes back.
func TestMasksOfNFS4AndWindowsAgree(t *testing.T) {
	for _, r := range (All | 0x600).each() {
		o, err := Parse("nt", "O:BAG:BAD:", Context{})
		if err != nil {
			t.Fatal(err)
		}
		made := ntModel{}.descriptor(draft{}, []Entry{{Principal: Principal{Sort: Everyone}, Rights: r}})
		o.Value = made
		there, err := Convert(o, "nfs4", Options{})
		if err != nil {
			t.Fatal(err)
		}
		back, err := Convert(there.Object, "nt", Options{})
		if err != nil {
			t.Fatal(err)
		}
		a, _ := ntModel{}.facts(back.Object)
		if len(a.order) == 0 || a.order[len(a.order)-1].Rights != r {
			t.Errorf("%#x comes back as %v", uint32(r), a.order)
		}
	}
}

func TestRefusals(t *testing.T) {
	o, _ := Parse("unix", "0640", Context{})
	_, err := Convert(o, "dos", Options{})
	var refused *RefusedError
	if !errors.As(err, &refused) || refused.Strict || !strings.Contains(err.Error(), "everyone else: read, execute widened") {
		t.Errorf("DOS lets everybody read: %v", err)
	}
	if res, err := Convert(o, "dos", Options{AllowWidening: true}); err != nil || len(res.Losses) == 0 {
		t.Errorf("widening was allowed: %v %v", res, err)
	}
	o, _ = Parse("unix", "4755", Context{})
	if _, err := Convert(o, "nfs4", Options{Strict: true}); !errors.As(err, &refused) || !refused.Strict || len(refused.Losses) != 1 {
		t.Errorf("setuid would be lost: %v", err)
	}
	var unknown *ModelError
	if _, err := Convert(o, "vax", Options{}); !errors.As(err, &unknown) || len(unknown.Known) < 10 {
		t.Errorf("no such model: %v", err)
	}
	if _, err := Convert(Object{Model: "unix", Value: 7}, "posix", Options{}); !errors.As(err, &unknown) {
		t.Errorf("no such value: %v", err)
	}
}
