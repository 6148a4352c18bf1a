package app

import (
	"testing"

	"ward/ident"
	"ward/repair"
)

// An id that does not fit in 32 bits is nobody's: cut, 4294967296 would be root.
func TestNumberedOwners(t *testing.T) {
	for word, want := range map[string]repair.Owners{
		"0":          {UID: 0},
		"1001":       {UID: 1001},
		"4294967294": {UID: 4294967294},
		"4294967295": {User: "4294967295", UID: ident.NoUID},
		"4294967296": {User: "4294967296", UID: ident.NoUID},
		"+5":         {User: "+5", UID: ident.NoUID},
		"ann":        {User: "ann", UID: ident.NoUID},
		"":           {User: "", UID: ident.NoUID},
	} {
		if got := numbered(repair.Owners{User: word, UID: ident.NoUID}); got != want {
			t.Errorf("%q: %+v, want %+v", word, got, want)
		}
	}
}
