package app

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	aclmac "ward/acl/macos"
	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/legacy/racf"
	"ward/legacy/vms"
	"ward/mode"
	"ward/notation"
	"ward/translate"
)

func TestRowsOfNames(t *testing.T) {
	for _, c := range []struct {
		name, row string
		want      translate.Principal
		wrong     string
	}{
		{
			"all names of a user", "user joe JOE uid=1001 sid=S-1-5-21-1-2-3-1001 uic=[10,5]",
			translate.Principal{Sort: translate.User, Name: "joe", ID: 1001, HasID: true, SID: "S-1-5-21-1-2-3-1001", UIC: "[10,5]"},
			"",
		},
		{"a name with blanks", `group "Domain Users" gid=100 # everybody`, translate.Principal{Sort: translate.Group, Name: "Domain Users", ID: 100, HasID: true}, ""},
		{"no name", "user uid=5 sid=S-1-5-18", translate.Principal{Sort: translate.User, ID: 5, HasID: true, SID: "S-1-5-18"}, ""},
		{"a comment", "# nothing", translate.Principal{}, ""},
		{"neither user nor group", "joe uid=5", translate.Principal{}, "user or group"},
		{"a gid of a user", "user joe gid=5", translate.Principal{}, "uid for users"},
		{"no number", "user joe uid=x", translate.Principal{}, "a number is wanted"},
		{"no SID", "user joe sid=S-1", translate.Principal{}, "SID"},
		{"an open quote", `user "joe`, translate.Principal{}, "does not end"},
		{"nobody", "user", translate.Principal{}, "names nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			row, _, err := parseNamesake(c.row)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("error %v, want %q", err, c.wrong)
				}
				return
			}
			if err != nil || row.principal != c.want {
				t.Errorf("%+v, %v; want %+v", row.principal, err, c.want)
			}
		})
	}
}

func TestNamesOnSeveralSystems(t *testing.T) {
	file := filepath.Join(t.TempDir(), "people")
	if err := os.WriteFile(file, []byte("user joe uid=1001 sid=S-1-5-21-1-2-3-1001\n\ngroup staff STAFF gid=50\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows, err := readNamesakes(file, []string{"user ann uic=[10,5]"})
	if err != nil {
		t.Fatal(err)
	}
	n := namesakes{rows: rows, sids: sambaSIDs}
	for _, c := range []struct{ given, want translate.Principal }{
		{translate.UserID(1001), translate.Principal{Sort: translate.User, Name: "joe", ID: 1001, HasID: true, SID: "S-1-5-21-1-2-3-1001"}},
		{translate.Principal{Sort: translate.Either, SID: "S-1-5-21-1-2-3-1001"}, translate.Principal{Sort: translate.User, Name: "joe", ID: 1001, HasID: true, SID: "S-1-5-21-1-2-3-1001"}},
		{translate.Principal{Sort: translate.Group, Name: "STAFF"}, translate.Principal{Sort: translate.Group, Name: "STAFF", ID: 50, HasID: true, SID: "S-1-22-2-50"}},
		{translate.Principal{Sort: translate.User, UIC: "[10,5]"}, translate.Principal{Sort: translate.User, Name: "ann", UIC: "[10,5]"}},
		{translate.Principal{Sort: translate.Either, SID: "S-1-22-1-77"}, translate.Principal{Sort: translate.User, ID: 77, HasID: true, SID: "S-1-22-1-77"}},
		{translate.Principal{Sort: translate.Group, SID: "S-1-22-1-77"}, translate.Principal{Sort: translate.Group, SID: "S-1-22-1-77"}},
		{translate.Principal{Sort: translate.Either, SID: nt.NTFS3GGroup(9).String()}, translate.Principal{Sort: translate.Group, ID: 9, HasID: true, SID: nt.NTFS3GGroup(9).String()}},
		{translate.GroupID(1001), translate.Principal{Sort: translate.Group, ID: 1001, HasID: true, SID: "S-1-22-2-1001"}},
		{translate.Principal{Sort: translate.Everyone}, translate.Principal{Sort: translate.Everyone}},
	} {
		if got := n.Complete(c.given); got != c.want {
			t.Errorf("%+v is %+v, want %+v", c.given, got, c.want)
		}
	}
	if err := os.WriteFile(file, []byte("user joe\nusr ann\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readNamesakes(file, nil); err == nil || !strings.Contains(err.Error(), "people:2: ") {
		t.Errorf("a mistake in the second row: %v", err)
	}
}

func TestPlaceOfAMistake(t *testing.T) {
	for _, c := range []struct {
		input  string
		offset int
		want   string
	}{
		{"----rwex", 7, "odd\n    ----rwex\n           ^"},
		{"a\nbxc\nd", 3, "odd\n    bxc\n     ^"},
	} {
		wrong := notation.SyntaxError{Input: c.input, Offset: c.offset, Problem: "odd"}
		err := error(&TextError{wrong})
		if err.Error() != c.want {
			t.Errorf("%q at %d:\n%v\nwant\n%s", c.input, c.offset, err, c.want)
		}
		var inner *notation.SyntaxError
		if !errors.As(err, &inner) || *inner != wrong {
			t.Errorf("%q: the mistake itself is lost: %v", c.input, inner)
		}
	}
}

func TestTextOfWindows(t *testing.T) {
	for _, raw := range []string{"D:(A;;FA;;;WD)", "\ufeffD:(A;;FA;;;WD)", "\xff\xfe" + wide("D:(A;;FA;;;WD)"), wide("D:(A;;FA;;;WD)")} {
		if got := decodeText([]byte(raw)); got != "D:(A;;FA;;;WD)" {
			t.Errorf("%q is %q", raw, got)
		}
	}
}

func wide(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(s[i])
		b.WriteByte(0)
	}
	return b.String()
}

func TestWhoAsks(t *testing.T) {
	r := &permissionReader{}
	user := func(name string) translate.Principal { return translate.Principal{Sort: translate.User, Name: name} }
	for _, c := range []struct {
		text string
		want translate.Subject
	}{
		{"owner", translate.Subject{Owner: true}},
		{"other:group", translate.Subject{OwningGroup: true}},
		{"system", translate.Subject{System: true}},
		{"user=owner", translate.Subject{User: user("owner")}},
		{"joe:staff,100", translate.Subject{User: user("joe"), Groups: []translate.Principal{{Sort: translate.Group, Name: "staff"}, translate.GroupID(100)}}},
		{"[10,5]:[20,*],BATCH", translate.Subject{User: translate.Principal{Sort: translate.User, UIC: "[10,5]"}, Groups: []translate.Principal{{Sort: translate.Group, UIC: "[20,*]"}, {Sort: translate.Group, Name: "BATCH"}}}},
	} {
		got, err := r.parseModelSubject(c.text)
		if err != nil || got.User != c.want.User || got.Owner != c.want.Owner || got.OwningGroup != c.want.OwningGroup ||
			got.System != c.want.System || !slices.Equal(got.Groups, c.want.Groups) {
			t.Errorf("%s is %+v, %v; want %+v", c.text, got, err, c.want)
		}
	}
	for _, text := range []string{"", "self"} {
		if _, err := r.parseModelSubject(text); err == nil {
			t.Errorf("%q is somebody", text)
		}
	}
}

// The entries that are shown come to the verdict that the model's own rules give.
func TestStepsComeToTheVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := translate.Object{Kind: mode.Regular, Owner: translate.UserID(1), Group: translate.GroupID(1)}
		switch rapid.SampledFrom([]string{"nfs4", "nt", "macos"}).Draw(t, "model") {
		case "nfs4":
			o.Model, o.Value = "nfs4", nfs4.ACL{Entries: rapid.SliceOfN(rapid.Custom(stepsNFS4), 0, 5).Draw(t, "list")}
		case "nt":
			d := nt.Descriptor{Control: nt.DACLPresent, Owner: nt.NewSID(22, 1, 1), Group: nt.NewSID(22, 2, 1), DACL: &nt.ACL{Entries: rapid.SliceOfN(rapid.Custom(stepsNT), 0, 5).Draw(t, "list")}}
			o.Model, o.Value = "nt", d
		case "macos":
			o.Model, o.Value = "macos", translate.MacOS{ACL: aclmac.ACL{Entries: rapid.SliceOfN(rapid.Custom(stepsMacOS), 0, 5).Draw(t, "list")}}
		}
		r := &permissionReader{namesakes: namesakes{sids: sambaSIDs}}
		a := ModelAnswer{Permissions: Permissions{Object: o}, Wanted: translate.Rights(rapid.Uint32Range(1, 7).Draw(t, "wanted"))}
		a.Subject = rapid.SampledFrom([]translate.Subject{
			{Owner: true}, {OwningGroup: true}, {}, {User: translate.UserID(2)}, {User: translate.UserID(2), Groups: []translate.Principal{translate.GroupID(2)}},
		}).Draw(t, "subject")
		var err error
		if a.Verdict, err = translate.Decide(o, a.Subject, a.Wanted, r.namesakes); err != nil {
			t.Fatal(err)
		}
		steps, err := r.steps(&a)
		if err != nil {
			t.Fatal(err)
		}
		denied, given := false, translate.Rights(0)
		for _, s := range steps {
			denied = denied || strings.HasPrefix(s.Effect, "denies ")
			for _, right := range []translate.Rights{translate.Read, translate.Write, translate.Append} {
				if words, ok := strings.CutPrefix(s.Effect, "allows "); ok && slices.Contains(strings.Split(words, ", "), right.String()) {
					given |= right
				}
			}
		}
		if allowed := !denied && given == a.Wanted; allowed != a.Verdict.Allowed {
			t.Errorf("the entries come to %v, the verdict is %v (%s): %+v", allowed, a.Verdict.Allowed, a.Verdict.Reason, steps)
		}
	})
}

func stepsNFS4(t *rapid.T) nfs4.Entry {
	return nfs4.Entry{
		Type:   rapid.SampledFrom([]nfs4.Type{nfs4.Allow, nfs4.Deny, nfs4.Audit}).Draw(t, "type"),
		Flags:  rapid.SampledFrom([]nfs4.Flags{0, nfs4.IdentifierGroup, nfs4.FileInherit | nfs4.InheritOnly}).Draw(t, "flags"),
		Rights: nfs4.Rights(rapid.Uint32Range(0, 7).Draw(t, "rights")),
		Who:    rapid.SampledFrom([]nfs4.Who{nfs4.Special(nfs4.Owner), nfs4.Special(nfs4.Group), nfs4.Special(nfs4.Everyone), nfs4.Number(1), nfs4.Number(2)}).Draw(t, "who"),
	}
}

func stepsNT(t *rapid.T) nt.ACE {
	return nt.ACE{
		Type:  rapid.SampledFrom([]nt.Type{nt.Allow, nt.Deny}).Draw(t, "type"),
		Flags: rapid.SampledFrom([]nt.Flags{0, nt.ObjectInherit | nt.InheritOnly}).Draw(t, "flags"),
		Mask:  nt.Mask(rapid.Uint32Range(0, 7).Draw(t, "mask")),
		SID:   rapid.SampledFrom([]nt.SID{nt.Everyone(), nt.NewSID(22, 1, 1), nt.NewSID(22, 2, 1), nt.NewSID(22, 1, 2), nt.NewSID(22, 2, 2)}).Draw(t, "sid"),
	}
}

func stepsMacOS(t *rapid.T) aclmac.Entry {
	return aclmac.Entry{
		Kind:   rapid.SampledFrom([]aclmac.Kind{aclmac.Allow, aclmac.Deny, aclmac.Audit}).Draw(t, "kind"),
		Flags:  rapid.SampledFrom([]aclmac.Flags{0, aclmac.FileInherit | aclmac.OnlyInherit}).Draw(t, "flags"),
		Rights: rapid.SampledFrom([]aclmac.Rights{0, aclmac.ReadData, aclmac.WriteData, aclmac.ReadData | aclmac.AppendData, aclmac.GenericRead}).Draw(t, "rights"),
		Who: rapid.SampledFrom([]aclmac.Who{
			aclmac.Everyone(),
			{GUID: aclmac.UserGUID(1)},
			{GUID: aclmac.GroupGUID(1)},
			{GUID: aclmac.UserGUID(2)},
			{GUID: aclmac.GroupGUID(2)},
		}).Draw(t, "who"),
	}
}

// Categories and entries of OpenVMS come to the verdict of its rules too.
func TestStepsOfVMS(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := vms.Security{Owner: vms.Identifier{UIC: vms.NewUIC(0o200, 1)}, Protection: vms.Protection(rapid.Uint16().Draw(t, "code"))}
		for _, who := range rapid.SliceOfN(rapid.SampledFrom([]string{"[200,1]", "[300,*]", "BATCH", "[*,*]"}), 0, 3).Draw(t, "identifiers") {
			id, err := vms.ParseIdentifier(who)
			if err != nil {
				t.Fatal(err)
			}
			e := vms.ACE{Identifiers: []vms.Identifier{id}, Access: vms.Access(rapid.Uint32Range(0, 15).Draw(t, "access"))}
			if rapid.Bool().Draw(t, "default") {
				e.Options = vms.Default
			}
			s.ACL = append(s.ACL, e)
		}
		r := &permissionReader{}
		a := ModelAnswer{Permissions: Permissions{Object: translate.Object{Model: "vms", Kind: mode.Regular, Value: s}}}
		a.Wanted = rapid.SampledFrom([]translate.Rights{translate.Read, translate.Write, translate.Read | translate.Write, translate.Delete, translate.Execute}).Draw(t, "wanted")
		a.Subject = rapid.SampledFrom([]translate.Subject{
			{Owner: true}, {}, {System: true}, {User: translate.Principal{Sort: translate.User, UIC: "[200,7]"}}, {User: translate.Principal{Sort: translate.User, UIC: "[300,7]"}},
		}).Draw(t, "subject")
		var err error
		if a.Verdict, err = translate.Decide(a.Object, a.Subject, a.Wanted, nil); err != nil {
			t.Fatal(err)
		}
		steps, err := r.steps(&a)
		if err != nil {
			t.Fatal(err)
		}
		allowed := slices.ContainsFunc(steps, func(s ModelStep) bool { return s.Decided && strings.HasPrefix(s.Effect, "allows ") })
		if allowed != a.Verdict.Allowed {
			t.Errorf("the steps come to %v, the verdict is %v (%s): %+v", allowed, a.Verdict.Allowed, a.Verdict.Reason, steps)
		}
	})
}

// Files that hold several objects, or bytes, are read where their model has such.
func TestFilesWithSeveralObjects(t *testing.T) {
	d, err := nt.ParseSDDL("O:BAG:BAD:(A;;FA;;;BA)", nt.SDDLOptions{})
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	dacl := d
	dacl.Owner, dacl.Group = nt.SID{}, nt.SID{}
	saved, err := nt.EncodeIcaclsFile([]nt.Saved{{Path: "a.txt", Descriptor: dacl}, {Path: `b\c.txt`, Descriptor: dacl}}, nt.SDDLOptions{})
	if err != nil {
		t.Fatal(err)
	}
	profile := racf.Profile{Class: racf.Dataset, Name: "SYS1.DATA", UACC: racf.Read, Owner: "SYS1"}
	unload, err := racf.EncodeRecords(profile.Records(), racf.Coding{RDW: true, EBCDIC: true})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, c := range []struct {
		from    string
		content []byte
		want    []string // carriers
	}{
		{"nt", bytes, []string{""}},
		{"nt", saved, []string{"a.txt", `b\c.txt`}},
		{"racf", unload, []string{"DATASET SYS1.DATA"}},
	} {
		path := filepath.Join(dir, "file")
		if err := os.WriteFile(path, c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := ShowPermissions(PermissionSource{From: c.from, Args: []string{path}, Names: PrincipalNames{Numeric: true}})
		if err != nil || len(all) != len(c.want) {
			t.Errorf("%s: %d objects, %v; want %q", c.from, len(all), err, c.want)
			continue
		}
		for i, s := range all {
			if s.Carrier != c.want[i] || s.Model.ID != c.from || s.Text == "" || len(s.Access) == 0 {
				t.Errorf("%s: %+v", c.from, s)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), bytes[:10], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ShowPermissions(PermissionSource{From: "nt", Args: []string{filepath.Join(dir, "file")}}); err == nil {
		t.Error("half a descriptor is read")
	}
}
