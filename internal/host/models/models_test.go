package models_test

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/acl/nt"
	"ward/internal/host/models"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func byCarrier(o *models.Object) map[string]models.Found {
	found := map[string]models.Found{}
	for _, f := range o.Found {
		found[f.Carrier] = f
	}
	return found
}

func sddl(t *testing.T, text string) nt.Descriptor {
	t.Helper()
	d, err := nt.ParseSDDL(text, nt.SDDLOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// same compares values by what they say; Samba gives every list the later revision.
func same(a, b any) bool {
	if d, ok := a.(nt.Descriptor); ok {
		return inWords(d) == inWords(b)
	}
	return cmp.Equal(a, b)
}

func inWords(v any) string {
	if d, ok := v.(nt.Descriptor); ok {
		text, err := d.FormatSDDL(nt.SDDLOptions{})
		return fmt.Sprint(text, err)
	}
	return fmt.Sprint(v)
}
