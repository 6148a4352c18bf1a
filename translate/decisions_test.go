package translate

import (
	"strings"
	"testing"

	"ward/mode"
)

// TestSolarisDecidesS8S9: the groups of one who is in several add up on Solaris, and an
// empty mask leaves the list in force; Linux asks one group for all of it, and does not
// look at a list whose mask is empty.
func TestSolarisDecidesS8S9(t *testing.T) {
	joe := Subject{User: UserID(1001)}
	inBoth := Subject{User: UserID(7), Groups: []Principal{GroupID(1), GroupID(2)}}
	for _, c := range []struct {
		name, text     string
		who            Subject
		wanted         Rights
		solaris, linux bool
	}{
		{"S8: reading and writing at once", "user::rwx,group::---,group:1:r--,group:2:-w-,mask:rwx,other:---", inBoth, Read | Write, true, false},
		{"S8: one after the other", "user::rwx,group::---,group:1:r--,group:2:-w-,mask:rwx,other:---", inBoth, Write, true, true},
		{"S9: a named user under an empty mask", "user::rwx,user:1001:rwx,group::---,mask:---,other:rwx", joe, Read, false, true},
	} {
		for model, want := range map[string]bool{"posix-solaris": c.solaris, "posix": c.linux} {
			o, err := Parse("posix-solaris", c.text, Context{Kind: mode.Regular})
			if err != nil {
				t.Fatal(err)
			}
			o.Model, o.Owner, o.Group = model, UserID(1000), GroupID(100)
			if model == "posix" { // Linux takes other bits from the mode
				v, _ := o.Value.(POSIX)
				v.Mode = v.Access.Mode(v.Mode)
				o.Value = v
			}
			v, err := Decide(o, c.who, c.wanted, nil)
			if err != nil || v.Allowed != want {
				t.Errorf("%s, %s: %v, %v; want %v", c.name, model, v, err, want)
			}
		}
	}
}

// Nobody's number is in a reason: an owner who is not known is called the owner.
func TestReasonsHaveNoStandIns(t *testing.T) {
	for _, m := range Models() {
		o, err := Parse(m.Notations[0].ID, m.Notations[0].Example, Context{Kind: mode.Regular})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []Subject{{Owner: true}, {OwningGroup: true}, {}, {System: true}, {User: UserID(1001)}} {
			for _, wanted := range []Rights{Read, Write, Execute, Read | Write} {
				v, err := Decide(o, s, wanted, nil)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(v.Reason, "40264663") || strings.Contains(v.Reason, "efff0") || strings.Contains(v.Reason, "  ") {
					t.Errorf("%s: %q", m.ID, v.Reason)
				}
			}
		}
	}
}
