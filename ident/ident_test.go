package ident_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"ward/ident"
)

func ExampleSubject_InGroup() {
	ann := ident.Subject{UID: 1000, GID: 1000, Groups: []ident.GID{4, 27}}
	fmt.Println(ann.InGroup(1000), ann.InGroup(27), ann.InGroup(0))
	// Output: true true false
}

func ExampleParseCapabilities() {
	set, err := ident.ParseCapabilities("CAP_DAC_OVERRIDE,cap_fowner")
	fmt.Println(set, set.Has(ident.CapFOwner), set.Has(ident.CapChown), err)
	// Output: cap_dac_override,cap_fowner true false <nil>
}

func TestCapabilityNumbersAreTheKernels(t *testing.T) {
	for want, c := range map[int]ident.Capability{
		0: ident.CapChown, 1: ident.CapDACOverride, 2: ident.CapDACReadSearch, 3: ident.CapFOwner,
		4: ident.CapFSetID, 9: ident.CapLinuxImmutable, 21: ident.CapSysAdmin, 27: ident.CapMknod,
		31: ident.CapSetFCap, 40: ident.CapCheckpointRestore,
	} {
		if int(c) != want {
			t.Errorf("%v is %d, the kernel's number is %d", c, c, want)
		}
	}
	if got := ident.CapCheckpointRestore.String(); got != "cap_checkpoint_restore" {
		t.Errorf("last name is %s", got)
	}
}

func TestParseCapabilities(t *testing.T) {
	for in, want := range map[string]ident.Capabilities{
		"":                        0,
		"none":                    0,
		"all":                     ident.AllCapabilities,
		"000001ffffffffff":        ident.AllCapabilities,
		"0x2":                     ident.Set(ident.CapDACOverride),
		"chown dac_read_search":   ident.Set(ident.CapChown, ident.CapDACReadSearch),
		"Cap_Chown,cap_63":        ident.Set(ident.CapChown, 63),
		"cap_chown,cap_chown":     ident.Set(ident.CapChown),
		"cap_dac_override,fowner": ident.Set(ident.CapDACOverride, ident.CapFOwner),
	} {
		if got, err := ident.ParseCapabilities(in); err != nil || got != want {
			t.Errorf("ParseCapabilities(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"cap_nothing", "chown,,x", "cap_64", "0xzz"} {
		if got, err := ident.ParseCapabilities(in); err == nil {
			t.Errorf("ParseCapabilities(%q) = %v, want an error", in, got)
		}
	}
}

func TestCapabilitiesParseBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := ident.Capabilities(rapid.Uint64().Draw(t, "set"))
		back, err := ident.ParseCapabilities(set.String())
		if err != nil || back != set {
			t.Fatalf("%v parses to %v, %v", set, back, err)
		}
	})
}
