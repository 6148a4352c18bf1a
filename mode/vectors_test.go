package mode_test

import (
	"testing"

	"ward/mode"
)

// The vectors U1 to U37 are of GNU chmod, as it was seen to do or as its own tests say
// (tests/chmod/setgid.sh for U37); U36 is of a command line, and tested with chmod's.
func TestExprVectorsByNumber(t *testing.T) {
	const refused = mode.Mode(1 << 15)
	for _, v := range []struct {
		number, expr  string
		umask         mode.Mode
		kind          mode.Kind
		before, after mode.Mode
	}{
		{"U1", "644", 0o022, mode.Directory, 0o2755, 0o2644},
		{"U2", "00644", 0o022, mode.Directory, 0o6755, 0o0644},
		{"U3", "=644", 0o022, mode.Directory, 0o6755, 0o0644},
		{"U4", "+0111", 0o077, mode.Regular, 0o4600, 0o4711},
		{"U5", "-7000", 0o022, mode.Directory, 0o7755, 0o0755},
		{"U6", "2755", 0o022, mode.Directory, 0o4755, 0o6755},
		{"U7", "02755", 0o022, mode.Directory, 0o4755, 0o2755},
		{"U8", "755,u+x", 0o0, mode.Regular, 0o0644, refused},
		{"U9", "=755,u+s", 0o0, mode.Regular, 0o0644, 0o4755},
		{"U10", "", 0o0, mode.Regular, 0o0644, refused},
		{"U11", "=", 0o022, mode.Regular, 0o7777, 0o0000},
		{"U12", "=", 0o022, mode.Directory, 0o7777, 0o6000},
		{"U13", "u=", 0o0, mode.Regular, 0o7777, 0o3077},
		{"U14", "o=", 0o0, mode.Regular, 0o7777, 0o6770},
		{"U15", "u+t", 0o0, mode.Regular, 0o0755, 0o0755},
		{"U16", "o+t", 0o0, mode.Regular, 0o0755, 0o1755},
		{"U17", "o=rx", 0o0, mode.Directory, 0o1777, 0o0775},
		{"U18", "+s", 0o777, mode.Regular, 0o0755, 0o6755},
		{"U19", "+rwxst", 0o777, mode.Regular, 0o0000, 0o7000},
		{"U20", "u+x,a+X", 0o0, mode.Regular, 0o0644, 0o0755},
		{"U21", "a-x,a+X", 0o0, mode.Regular, 0o0755, 0o0644},
		{"U22", "a-X", 0o0, mode.Regular, 0o0755, 0o0644},
		{"U23", "u=u", 0o0, mode.Regular, 0o4750, 0o0750},
		{"U24", "a=g", 0o0, mode.Regular, 0o4750, 0o0555},
		{"U25", "g=u", 0o0, mode.Directory, 0o2750, 0o2770},
		{"U26", "ug=o", 0o0, mode.Regular, 0o7654, 0o1444},
		{"U27", "g=ur", 0o0, mode.Regular, 0o0700, refused},
		{"U28", "g=u-w", 0o0, mode.Regular, 0o0750, 0o0750},
		{"U29", "u=r+w-x", 0o0, mode.Regular, 0o0777, 0o0677},
		{"U30", "a=r=w", 0o0, mode.Regular, 0o0777, 0o0222},
		{"U31", "=u", 0o022, mode.Regular, 0o0700, 0o0755},
		{"U32", "=g", 0o077, mode.Regular, 0o0750, 0o0500},
		{"U33", "=rw", 0o022, mode.Directory, 0o7777, 0o6644},
		{"U34", "4755", 0o0, mode.Directory, 0o2700, 0o6755},
		{"U35", "0", 0o0, mode.Directory, 0o6755, 0o6000},
		{"U35", "00000", 0o0, mode.Directory, 0o6755, 0o0000},
		{"U37", "+", 0o022, mode.Directory, 0o2755, 0o2755},
		{"U37", "-", 0o022, mode.Directory, 0o2755, 0o2755},
		{"U37", "755", 0o022, mode.Directory, 0o2755, 0o2755},
		{"U37", "0755", 0o022, mode.Directory, 0o2755, 0o2755},
		{"U37", "+2000", 0o022, mode.Directory, 0o2755, 0o2755},
		{"U37", "-5022", 0o022, mode.Directory, 0o2755, 0o2755},
		{"U37", "=7777,-5022", 0o022, mode.Directory, 0o2755, 0o2755},
		{"U37", "g-s", 0o022, mode.Directory, 0o2755, 0o0755},
		{"U37", "00755", 0o022, mode.Directory, 0o2755, 0o0755},
		{"U37", "000755", 0o022, mode.Directory, 0o2755, 0o0755},
		{"U37", "=755", 0o022, mode.Directory, 0o2755, 0o0755},
		{"U37", "-2000", 0o022, mode.Directory, 0o2755, 0o0755},
		{"U37", "-7022", 0o022, mode.Directory, 0o2755, 0o0755},
	} {
		e, err := mode.ParseExpr(v.expr)
		if v.after == refused {
			if err == nil {
				t.Errorf("%s: %q is taken", v.number, v.expr)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", v.number, err)
			continue
		}
		if got := e.Apply(v.before, v.kind, v.umask); got != v.after {
			t.Errorf("%s: %q under %s makes %s of %s, want %s", v.number, v.expr, v.umask.Octal(), got.Octal(), v.before.Octal(), v.after.Octal())
		}
	}
}

func TestListingVectorsByNumber(t *testing.T) {
	for _, v := range []struct {
		number string
		st     uint32
		want   string
	}{
		{"U38", 0o104755, "-rwsr-xr-x"},
		{"U39", 0o102745, "-rwxr-Sr-x"},
		{"U40", 0o101644, "-rw-r--r-T"},
	} {
		m, k := mode.FromStat(v.st)
		if got := m.Format(k); got != v.want {
			t.Errorf("%s: %s, want %s", v.number, got, v.want)
		}
	}
}
