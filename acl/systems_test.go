package acl_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"ward/acl"
	"ward/ident"
	"ward/mode"
)

// twoNames knows joe and adm, as the vectors name them.
type twoNames struct{}

func (twoNames) User(name string) (uint32, bool)  { return 77, name == "joe" }
func (twoNames) Group(name string) (uint32, bool) { return 4, name == "adm" }
func (twoNames) UserName(id ident.UID) string {
	return map[ident.UID]string{77: "joe", 71: "lp"}[id]
}
func (twoNames) GroupName(ident.GID) string { return "adm" }

func TestSolarisTextS1(t *testing.T) {
	const text = "user::rw-,user:lp:--x,group::r--,mask:r--,other:r--,defaultuser::rwx,defaultuser:joe:r--,defaultgroup::r-x,defaultgroup:adm:r--,defaultmask:rwx,defaultother:---"
	access, def, err := acl.ParseSolaris(text[:18]+"--x:71"+text[21:], twoNames{})
	if err != nil {
		t.Fatal(err)
	}
	if len(access)+len(def) != 11 {
		t.Errorf("%d entries, not 11", len(access)+len(def))
	}
	if got := access.FormatSolaris(def, twoNames{}); got != text {
		t.Errorf("%q comes back as %q", text, got)
	}
}

func TestSolarisText(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"S2: two colons are read, one is written", "user::rw-,group::r--,mask::r--,other::r--", "user::rw-,group::r--,mask:r--,other:r--"},
		{"S4: the number counts where the name is unknown", "user::rw-,user:lp:--x:71,group::r--,other:---", "user::rw-,user:71:--x,group::r--,other:---"},
		{"S7: named users need no mask", "user::rw-,user:9:--x,group::r--,other:---", "user::rw-,user:9:--x,group::r--,other:---"},
		{"a comma at the end", "user::rw-,group::r--,other:---,", "user::rw-,group::r--,other:---"},
		{"default: as its own word", "user::rw-,group::r--,other:---,default:user::rwx,default:group::---,default:other:---", "user::rw-,group::r--,other:---,defaultuser::rwx,defaultgroup::---,defaultother:---"},
	} {
		t.Run(c.name, func(t *testing.T) {
			access, def, err := acl.ParseSolaris(c.text, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := access.FormatSolaris(def, nil); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSolarisRefuses(t *testing.T) {
	base := "user::rw-,group::r--,other:---,"
	for _, c := range []struct{ name, text string }{
		{"S5: one letter", "user:7:x," + base},
		{"S5: four letters", "user:7:rwxx," + base},
		{"S6: an entry of ZFS among them", base + "owner@:r::allow"},
		{"S7: a named group without a mask", base + "group:9:r--"},
		{"S11: the same user twice", "user:7:r--,user:7:rw-," + base},
		{"S12: a default list that is not whole", base + "defaultuser::rwx"},
		{"an unknown name", "user:nobodyhere:r--," + base},
		{"the owner with a number", "user::r--:7," + base},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := acl.ParseSolaris(c.text, nil)
			var syntax *acl.SyntaxError
			var invalid *acl.InvalidError
			if !errors.As(err, &syntax) && !errors.As(err, &invalid) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func FuzzParseSolaris(f *testing.F) {
	f.Add("user::rw-,user:9:--x:71,group::r--,mask:r--,other:r--,defaultuser::rwx,defaultgroup::r-x,defaultother:---")
	f.Add("mask::r--,\nother")
	f.Fuzz(func(t *testing.T, text string) {
		access, def, err := acl.ParseSolaris(text, nil)
		if err != nil {
			return
		}
		again, defAgain, err := acl.ParseSolaris(access.FormatSolaris(def, nil), nil)
		if err != nil || !again.Equal(access) || !defAgain.Equal(def) {
			t.Errorf("%q: %v %v comes back as %v %v, %v", text, access, def, again, defAgain, err)
		}
	})
}

// P31: what names have under a mask is written behind two tabs.
func TestFreeBSDShowsWhatIsEffective(t *testing.T) {
	l := acl.List{
		{Tag: acl.UserObj, ID: acl.NoID, Rights: 6},
		{Tag: acl.User, ID: 42, Rights: 7},
		{Tag: acl.GroupObj, ID: acl.NoID, Rights: 4},
		{Tag: acl.Group, ID: 43, Rights: 7},
		{Tag: acl.Mask, ID: acl.NoID, Rights: 7},
		{Tag: acl.Other, ID: acl.NoID, Rights: 4},
	}
	want := "user::rw-\nuser:42:rwx\t\t# effective: ---\ngroup::r--\t\t# effective: ---\ngroup:43:rwx\t\t# effective: ---\nmask::---\nother::---\n"
	text := l.WithMode(0o600).LongFreeBSD(nil, false)
	if text != want {
		t.Errorf("got %q, want %q", text, want)
	}
	back, _, err := acl.ParseText(text, nil)
	if err != nil || !back.Equal(l.WithMode(0o600)) {
		t.Errorf("reads back as %v, %v", back, err)
	}
}

// P32: the umask counts below a default list too.
func TestFreeBSDCreatesUnderUmask(t *testing.T) {
	def := acl.List{{Tag: acl.UserObj, ID: acl.NoID, Rights: 7}, {Tag: acl.GroupObj, ID: acl.NoID, Rights: 7}, {Tag: acl.Mask, ID: acl.NoID, Rights: 7}, {Tag: acl.Other, ID: acl.NoID, Rights: 7}}
	for _, c := range []struct {
		name string
		asks mode.Mode
		want mode.Rights
	}{{"a file", 0o666, 4}, {"a directory", 0o777, 5}} {
		made, _ := def.CreatedFreeBSD(c.asks, 0o022)
		if mask, _ := made.MaskRights(); mask != c.want {
			t.Errorf("%s: mask %v, want %v", c.name, mask, c.want)
		}
	}
}

// P33: -b keeps a mask, -bn does not.
func TestFreeBSDStrips(t *testing.T) {
	l := acl.List{
		{Tag: acl.UserObj, ID: acl.NoID, Rights: 6},
		{Tag: acl.User, ID: 42, Rights: 7},
		{Tag: acl.GroupObj, ID: acl.NoID, Rights: 4},
		{Tag: acl.Mask, ID: acl.NoID, Rights: 7},
		{Tag: acl.Other, ID: acl.NoID, Rights: 4},
	}
	if got := l.StripFreeBSD(false).String(); got != "u::rw-,g::r--,m::r--,o::r--" {
		t.Errorf("-b leaves %s", got)
	}
	if got := l.StripFreeBSD(true).String(); got != "u::rw-,g::r--,o::r--" {
		t.Errorf("-bn leaves %s", got)
	}
}

// S10: on Solaris a default list takes the place of the umask; without one it counts.
func TestSolarisCreates(t *testing.T) {
	def := acl.List{
		{Tag: acl.UserObj, ID: acl.NoID, Rights: 7},
		{Tag: acl.User, ID: 42, Rights: 7},
		{Tag: acl.GroupObj, ID: acl.NoID, Rights: 5},
		{Tag: acl.Mask, ID: acl.NoID, Rights: 7},
		{Tag: acl.Other, ID: acl.NoID, Rights: 4},
	}
	made, m := def.CreatedSolaris(0o1666, 0o077)
	if got := made.String(); m != 0o664 || got != "u::rw-,u:42:rwx,g::r-x,m::rw-,o::r--" {
		t.Errorf("with a default list: %s, %s", m.Octal(), got)
	}
	if made, m := acl.List(nil).CreatedSolaris(0o666, 0o077); made != nil || m != 0o600 {
		t.Errorf("without one: %s, %v", m.Octal(), made)
	}
}

// P34: owner, group and others come first.
func TestLibarchiveOrder(t *testing.T) {
	l, _, err := acl.ParseText("user::rw-,user:joe:r--,group::r--,mask::r--,other::r--", twoNames{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := l.FormatLibarchive(twoNames{}), "user::rw-,group::r--,other::r--,user:joe:r--:77,mask::r--"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestFreeBSDNeverCreatesWider: the umask takes nothing from owner and others that the
// mode asked for would not have taken.
func TestFreeBSDNeverCreatesWider(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		def := acl.FromMode(mode.Mode(rapid.Uint16Range(0, 0o777).Draw(t, "default")))
		asks := mode.Mode(rapid.Uint16Range(0, 0o777).Draw(t, "asked"))
		umask := mode.Mode(rapid.Uint16Range(0, 0o777).Draw(t, "umask"))
		if _, m := def.CreatedFreeBSD(asks, umask); m != asks&^umask&def.Mode(0) {
			t.Fatalf("%v asks %v under %v: %v", def, asks, umask, m)
		}
	})
}
