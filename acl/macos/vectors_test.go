package macos_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/acl/macos"
	"ward/ident"
	"ward/mode"
)

func entry(t testing.TB, s string) macos.Entry {
	t.Helper()
	e, err := macos.ParseEntry(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func list(t testing.TB, specs ...string) macos.ACL {
	t.Helper()
	var a macos.ACL
	for _, s := range specs {
		a.Entries = append(a.Entries, entry(t, s))
	}
	return a
}

func user(uid ident.UID, groups ...ident.GID) macos.Subject {
	return macos.Subject{IDs: ident.Subject{UID: uid, GID: ident.GID(uid), Groups: groups}}
}

// M1: the text and the bytes that libarchive's tests have from a Mac, with their hashes.
func TestTextAndBytesOfAMac(t *testing.T) {
	text := "!#acl 1\ngroup:ABCDEFAB-CDEF-ABCD-EFAB-CDEF0000000C:everyone:12:deny:delete\n"
	raw, err := hex.DecodeString("012cc16d" + strings.Repeat("00", 32) + "00000001" + "00000000" + "abcdefabcdefabcdefabcdef0000000c" + "00000002" + "00000010")
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		b    []byte
		size int
		hash string
	}{"text": {[]byte(text), 75, "882b5793"}, "bytes": {raw, 68, "5fcce06f"}} {
		if sum := sha256.Sum256(c.b); len(c.b) != c.size || hex.EncodeToString(sum[:4]) != c.hash {
			t.Fatalf("the %s of the vector are not copied well: %d, %x", what, len(c.b), sum)
		}
	}
	a, err := macos.ParseExternal(text)
	if err != nil {
		t.Fatal(err)
	}
	f, err := macos.Decode(raw)
	if err != nil || !f.HasACL || !f.ACL.Equal(a) {
		t.Errorf("the bytes are %+v, %v, the text is %+v", f, err, a)
	}
	if got := f.ACL.FormatExternal(); got != text {
		t.Errorf("the bytes print as %q", got)
	}
	if b, err := (macos.Filesec{HasACL: true, ACL: a}).Encode(); err != nil || hex.EncodeToString(b) != hex.EncodeToString(raw) {
		t.Errorf("the text is %x, %v", b, err)
	}
}

func TestGUIDsOfIDs(t *testing.T) {
	if got := macos.UserGUID(501).String(); got != "FFFFEEEE-DDDD-CCCC-BBBB-AAAA000001F5" { // M2
		t.Errorf("M2: %s", got)
	}
	if got := macos.GroupGUID(20).String(); got != "ABCDEFAB-CDEF-ABCD-EFAB-CDEF00000014" { // M3
		t.Errorf("M3: %s", got)
	}
}

func TestExternalText(t *testing.T) {
	a, err := macos.ParseExternal("!#acl 1\nuser:FFFFEEEE-DDDD-CCCC-BBBB-AAAA000001F5:joe:501:allow,inherited,file_inherit:read,write\n") // M4
	if err != nil {
		t.Fatal(err)
	}
	if e := a.Entries[0]; uint32(e.Flags)|uint32(e.Kind) != 0x31 || e.Rights != 0x6 || e.Who.Name != "joe" || e.Who.ID != 501 {
		t.Errorf("M4: %+v", e)
	}
	for in, want := range map[string]struct {
		at int
		of string
	}{
		"":                                  {0, "the first line"},
		"!#acl 1 sometimes\n":               {8, `"sometimes" is no flag`},
		"!#acl 1\nuser:x:::allow:read":      {13, "is no UUID"},
		"!#acl 1\nuser::joe::allow,no:read": {19, `"no" is no flag`},
		"!#acl 1\nuser::joe::permit:read":   {19, "is no kind"},
		"!#acl 1\nuser::joe::allow:reed":    {25, "is no right"},
		"!#acl 1\nuser::joe:allow:read":     {8, "5 fields"},
		"!#acl 1\nuser::joe:a:allow:read":   {18, "is no id"},
		"!#acl 1\nother::joe::allow:read":   {8, "neither user nor group"},
		"!#acl 1\nuser::::allow:read":       {8, "nobody"},
	} {
		_, err := macos.ParseExternal(in)
		checkSyntax(t, in, err, want.at, want.of)
	}
}

func checkSyntax(t *testing.T, in string, err error, at int, problem string) {
	t.Helper()
	var s *macos.SyntaxError
	if !errors.As(err, &s) || !strings.Contains(s.Problem, problem) || s.Offset != at {
		t.Errorf("%q: %v; want %q at %d", in, err, problem, at)
	}
}

// M5.
func TestNoListIsNotAnEmptyOne(t *testing.T) {
	none, err := macos.Filesec{}.Encode()
	if err != nil || hex.EncodeToString(none[36:40]) != "ffffffff" {
		t.Errorf("no list: %x, %v", none, err)
	}
	empty, err := macos.Filesec{HasACL: true}.Encode()
	if err != nil || hex.EncodeToString(empty[36:40]) != "00000000" {
		t.Errorf("an empty list: %x, %v", empty, err)
	}
	for _, want := range []bool{true, false} {
		b := map[bool][]byte{true: empty, false: none}[want]
		if f, err := macos.Decode(b); err != nil || f.HasACL != want {
			t.Errorf("%x: %+v, %v", b, f, err)
		}
	}
}

func TestDecisions(t *testing.T) {
	owner := macos.Object{Owner: 501, Group: 20, Mode: 0o644, Kind: mode.Regular}
	m6 := list(t, "everyone allow read", "everyone deny write")
	for _, c := range []struct {
		n, what string
		a       macos.ACL
		s       macos.Subject
		want    macos.Rights
		o       macos.Object
		reason  macos.Reason
		entry   int
	}{
		{"M6", "read and write", m6, user(7), macos.ReadData | macos.WriteData, owner, macos.DeniedByEntry, 1},
		{"M6", "read", m6, user(7), macos.ReadData, owner, macos.AllowedByEntry, 0},
		{"M6", "a denial of what was allowed", list(t, "everyone allow read", "everyone deny read"), user(7), macos.ReadData | macos.WriteData, owner, macos.DeniedByEntry, 1},
		{"M7", "read", list(t, "group:ABCDEFAB-CDEF-ABCD-EFAB-CDEF00000014 deny write"), user(7, 20), macos.ReadData, macos.Object{Owner: 501, Mode: 0o666, Kind: mode.Regular}, macos.AllowedByMode, -1},
		{"", "the owner writes the list", list(t, "everyone deny writesecurity"), user(501), macos.WriteSecurity, owner, macos.OwnerAlways, -1},
		{"", "the owner writes attributes", macos.ACL{}, user(501), macos.WriteAttributes, macos.Object{Owner: 501, Mode: 0}, macos.OwnerAlways, -1},
		{"", "unless they are denied", list(t, "everyone deny writeattr"), user(501), macos.WriteAttributes, owner, macos.DeniedByEntry, 0},
		{"", "nobody else writes the list", macos.ACL{}, user(7), macos.WriteSecurity, macos.Object{Owner: 501, Mode: 0o777}, macos.OnlyByEntry, -1},
		{"", "attributes are read", macos.ACL{}, user(7), macos.ReadAttributes, macos.Object{Owner: 501}, macos.NoModeNeeded, -1},
		{"", "classes exclude one another", macos.ACL{}, user(501), macos.ReadData, macos.Object{Owner: 501, Mode: 0o077}, macos.DeniedByMode, -1},
		{"", "taking the object brings the list", list(t, "user:FFFFEEEE-DDDD-CCCC-BBBB-AAAA00000007 allow chown"), user(7), macos.ChangeOwner | macos.WriteSecurity, owner, macos.AllowedByEntry, 0},
		{"", "only_inherit", list(t, "everyone deny read,only_inherit"), user(7), macos.ReadData, owner, macos.AllowedByMode, -1},
		{"", "what stands for more", list(t, "everyone deny 0x1000000"), user(7), macos.ReadData, owner, macos.DeniedByEntry, 0},
		{"", "the owner by his group's name", list(t, "group:ABCDEFAB-CDEF-ABCD-EFAB-CDEF0000000A deny read"), user(501), macos.ReadData, owner, macos.DeniedByEntry, 0},
		{"", "the owning group", list(t, "group:ABCDEFAB-CDEF-ABCD-EFAB-CDEF00000010 deny read"), user(7, 20), macos.ReadData, owner, macos.DeniedByEntry, 0},
		{"", "nobody", list(t, "group:ABCDEFAB-CDEF-ABCD-EFAB-CDEFFFFFFFFE deny read"), user(7, 0xfffffffe), macos.ReadData, owner, macos.AllowedByMode, -1},
		{"", "the superuser", list(t, "everyone deny read"), macos.Subject{Privileged: true}, macos.ReadData, owner, macos.ByPrivilege, -1},
		{"", "the superuser executes", macos.ACL{}, macos.Subject{Privileged: true}, macos.Execute, owner, macos.NobodyExecutes, -1},
	} {
		v := c.a.Decide(c.s, c.want, c.o)
		if v.Reason != c.reason || v.Entry != c.entry || v.Allowed != (v.Missing == 0) {
			t.Errorf("%s %s: %+v", c.n, c.what, v)
		}
	}
	named := user(7)
	named.Name, named.GroupNames = "joe", []string{"staff"}
	for s, want := range map[string]bool{"joe allow write": true, "staff allow write": true, "user:staff allow write": false, "group:joe allow write": false} {
		if v := list(t, s).Decide(named, macos.WriteData, owner); v.Allowed != want || v.Doubtful {
			t.Errorf("%s: %+v", s, v)
		}
		if v := list(t, s).Decide(user(7), macos.WriteData, owner); v.Allowed || !v.Doubtful {
			t.Errorf("%s, without a name: %+v", s, v)
		}
	}
}

func TestRemoval(t *testing.T) {
	file := macos.Secured{Object: macos.Object{Owner: 1, Kind: mode.Regular}}
	dir := macos.Secured{Object: macos.Object{Owner: 1, Mode: 0o1777, Kind: mode.Directory}}
	with := func(o macos.Secured, specs ...string) macos.Secured { o.ACL = list(t, specs...); return o }
	plain := dir
	plain.Object.Mode = 0o777
	const joe = "user:FFFFEEEE-DDDD-CCCC-BBBB-AAAA000001F5 "
	for _, c := range []struct {
		n         string
		file, dir macos.Secured
		reason    macos.Reason
		onParent  bool
	}{
		{"M8", with(file, joe+"allow delete"), dir, macos.AllowedByEntry, false},
		{"sticky", file, dir, macos.StickyBit, true},
		{"by mode", file, plain, macos.AllowedByMode, true},
		{"delete_child beats sticky", file, with(dir, joe+"allow delete_child"), macos.AllowedByEntry, true},
		{"delete is denied", with(file, joe+"deny delete"), plain, macos.DeniedByEntry, false},
		{"delete_child is denied", file, with(plain, joe+"deny delete_child"), macos.DeniedByEntry, true},
		{"the object's list has the first word", with(file, joe+"deny delete"), with(plain, joe+"allow delete_child"), macos.DeniedByEntry, false},
		{"and allows too", with(file, joe+"allow delete"), with(plain, joe+"deny delete_child"), macos.AllowedByEntry, false},
		{"no write on the directory", file, with(macos.Secured{Object: macos.Object{Owner: 1, Mode: 0o755, Kind: mode.Directory}}), macos.DeniedByMode, true},
	} {
		if v := c.file.RemoveFrom(c.dir, user(501)); v.Reason != c.reason || v.OnParent != c.onParent {
			t.Errorf("%s: %+v", c.n, v)
		}
	}
}

func TestInheritance(t *testing.T) {
	for _, c := range []struct {
		n, parent string
		kind      mode.Kind
		want      string
	}{
		{"M9", "joe allow read,file_inherit,limit_inherit", mode.Regular, " 0: joe inherited allow read\n"},
		{"M10", "joe allow read,only_inherit,directory_inherit", mode.Directory, " 0: joe inherited allow list,directory_inherit\n"},
		{"", "joe allow read,file_inherit", mode.Directory, ""},
		{"", "joe allow read,file_inherit,directory_inherit,limit_inherit", mode.Directory, " 0: joe inherited allow list\n"},
		{"", "joe allow read", mode.Regular, ""},
	} {
		if got := list(t, c.parent).Create(nil, c.kind).FormatListing(c.kind); got != c.want {
			t.Errorf("%s: %s gives a new %v %q", c.n, c.parent, c.kind, got)
		}
	}
	initial := list(t, "ann deny write", "joe allow read,inherited")
	parent := list(t, "joe allow write,file_inherit")
	if got := parent.Create(&initial, mode.Regular).FormatListing(mode.Regular); got != " 0: ann deny write\n 1: joe inherited allow write\n" {
		t.Errorf("with an initial list: %q", got)
	}
	initial.Flags = macos.NoInherit
	if got := parent.Create(&initial, mode.Regular).FormatListing(mode.Regular); got != " 0: ann deny write\n" {
		t.Errorf("with one that takes nothing: %q", got)
	}
}

// The examples of chmod(1) of macOS 14, "ACL MANIPULATION OPTIONS".
func TestChmodOfTheManual(t *testing.T) {
	var a macos.ACL
	add := func(s string) {
		t.Helper()
		var err error
		if a, err = a.Add(entry(t, s)); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what, want string) {
		t.Helper()
		if d := cmp.Diff(want, a.FormatListing(mode.Regular)); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
	add("admin allow write")
	add("guest deny read")
	add("admin allow delete")
	check("chmod +a", " 0: guest deny read\n 1: admin allow write,delete\n")
	add("User 1:deny:delete")
	a, _ = a.Insert(2, entry(t, "others deny read"))
	check("chmod +a#", " 0: User 1 deny delete\n 1: guest deny read\n 2: others deny read\n 3: admin allow write,delete\n")
	a, _ = a.Replace(1, entry(t, "guest deny read,write"))
	a, err := a.Remove(entry(t, "admin allow write"))
	if err != nil {
		t.Fatal(err)
	}
	a, _ = a.RemoveAt(2)
	check("chmod =a# and -a", " 0: User 1 deny delete\n 1: guest deny read,write\n 2: admin allow delete\n")
	add("admin allow write,inherited")
	add("guest deny write,inherited")
	check("chmod +ai", " 0: User 1 deny delete\n 1: guest deny read,write\n 2: admin allow delete\n 3: guest inherited deny write\n 4: admin inherited allow write\n")
	if !a.Canonical() {
		t.Error("what +a made is not canonical")
	}
	if got := len(a.DropInherited().Entries); got != 3 {
		t.Errorf("chmod -I leaves %d", got)
	}
	if own := a.OwnInherited(); own.Canonical() {
		t.Error("chmod -i leaves denials behind permissions, and is called canonical")
	} else if _, err := own.Add(entry(t, "joe allow read")); !errors.Is(err, macos.ErrNotCanonical) {
		t.Errorf("+a on it: %v", err)
	}
	if _, err := a.Remove(entry(t, "nobody1 allow read")); !errors.Is(err, macos.ErrNoSuchEntry) {
		t.Errorf("removing what is not there: %v", err)
	}
}

func TestEntries(t *testing.T) {
	for in, want := range map[string]string{
		"user:joe allow read,write":                       "user:joe allow read,write",
		"joe allow list,add_file,search":                  "joe allow read,write,execute",
		"group:Domain Users:deny:delete":                  "group:Domain Users:deny delete",
		"group:Domain Users deny delete":                  "group:Domain Users:deny delete",
		"everyone deny delete":                            "group:everyone deny delete",
		"joe inherited allow read":                        "joe allow read,inherited",
		"joe allow read,,write":                           "joe allow read,write",
		"FFFFEEEE-DDDD-CCCC-BBBB-AAAA000001F5 allow read": "FFFFEEEE-DDDD-CCCC-BBBB-AAAA000001F5 allow read",
		"joe allow read,0x8000,flags0x1000":               "joe allow read,0x8000,flags0x1000",
	} {
		if got := entry(t, in).String(); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]struct {
		at int
		of string
	}{
		"joe read":             {0, "neither allow nor deny"},
		"joe allow":            {9, "no rights"},
		"joe allow reed":       {10, `"reed" is no right`},
		"joe allow read,x":     {15, `"x" is no right`},
		" allow read":          {1, "nobody"},
		"user: allow read":     {0, "nobody"},
		"other:joe allow read": {0, "is no name"},
	} {
		_, err := macos.ParseEntry(in)
		if in == " allow read" { // a name is missing altogether
			if err == nil {
				t.Errorf("%q is read", in)
			}
			continue
		}
		checkSyntax(t, in, err, want.at, want.of)
	}
}

const lsOutput = `drwxr-xr-x+ 2 joe  staff  64 Jan  1 10:00 shared
 0: group:everyone deny delete
 1: user:joe inherited allow list,add_file,search,delete,add_subdirectory,delete_child,readattr,writeattr,readextattr,writeextattr,readsecurity,writesecurity,chown,file_inherit,directory_inherit
 2: group:Domain Users inherited deny list
 3: 8D2B5A62-4C3E-4F4B-9B7C-0A1B2C3D4E5F allow list
`

func TestListing(t *testing.T) {
	a, err := macos.ParseListing(lsOutput)
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(lsOutput, "\n")
	if d := cmp.Diff(want, a.FormatListing(mode.Directory)); d != "" {
		t.Error(d)
	}
	if e := a.Entries[1]; e.Rights != 0x3ffe || e.Flags != macos.Inherited|macos.FileInherit|macos.DirectoryInherit {
		t.Errorf("entry 1 is %+v", e)
	}
}

// What is no line of ls -le is a mistake, and not a list without entries.
func TestListingsOfSomethingElse(t *testing.T) {
	for text, entries := range map[string]int{
		"-rw-r--r--+ 1 joe  staff  0 Jan  1 00:00 f\n 0: user:joe allow read\n":           1,
		"drwxr-xr-x@ 2 joe  staff  64 Jan  1 00:00 .\n\tcom.apple.quarantine\t 57 \n":     0,
		"total 8\n-rw-r--r--+ 1 joe  staff  0 Jan  1 00:00 f\n 0: everyone deny delete\n": 1,
		"": 0,
	} {
		if a, err := macos.ParseListing(text); err != nil || len(a.Entries) != entries {
			t.Errorf("%q: %v, %v", text, a, err)
		}
	}
	for text, offset := range map[string]int{"user:joe allow read": 0, " 0: user:joe allow read\nuser:ann deny read": 24, "garbage": 0} {
		var wrong *macos.SyntaxError
		if _, err := macos.ParseListing(text); !errors.As(err, &wrong) || wrong.Offset != offset {
			t.Errorf("%q: %v", text, err)
		}
	}
}
