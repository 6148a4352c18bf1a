package process

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/access"
	"ward/ident"
)

const recorded = `Name:	nginx
Umask:	0027
State:	S (sleeping)
Uid:	33	33	33	34
Gid:	35	33	33	36
Groups:	4 27 
VmSize:	    3060 kB
CapEff:	0000000000000402
CapBnd:	000001ffffffffff
NoNewPrivs:	1
Seccomp:	2
`

func TestParseStatus(t *testing.T) {
	got, err := parseStatus(recorded)
	want := status{
		name: "nginx", uids: [4]uint32{33, 33, 33, 34}, gids: [4]uint32{35, 33, 33, 36}, groups: []ident.GID{4, 27},
		caps: ident.Set(ident.CapDACOverride, ident.CapNetBindService), bounding: ident.AllCapabilities, umask: 0o027, hasUmask: true,
		noNewPrivs: true, seccomp: 2, memory: true,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(status{})); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for name, text := range map[string]string{
		"empty":           "",
		"no capabilities": strings.Replace(recorded, "CapEff", "CapXXX", 1),
		"three ids":       strings.Replace(recorded, "33	33	33	34", "33	33	33", 1),
		"ids beyond":      strings.Replace(recorded, "33	33	33	34", "33	33	33	4294967296", 1),
		"groups":          strings.Replace(recorded, "4 27", "4 x", 1),
		"umask":           strings.Replace(recorded, "0027", "0999", 1),
	} {
		if _, err := parseStatus(text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestParseMap(t *testing.T) {
	got, err := parseMap("         0       1000          1\n         1     100000      65536\n")
	want := []ident.Range{{Inside: 0, Outside: 1000, Count: 1}, {Inside: 1, Outside: 100000, Count: 65536}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for _, text := range []string{"1 2\n", "a b c\n", "1 2 3 4", "-1 2 3"} {
		if _, err := parseMap(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
	if id, ok := inside(got, 100010); !ok || id != 11 {
		t.Errorf("inside is %d", id)
	}
	if _, ok := inside(got, 999); ok {
		t.Error("999 is mapped")
	}
}

func FuzzParseStatus(f *testing.F) {
	f.Add(recorded)
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = parseStatus(text)
		_, _ = parseMap(text)
	})
}

// What cannot be had on this machine: labels as other machines show them.
func TestConfinedByRecordedLabels(t *testing.T) {
	selinux := modules{names: []string{"capability", "selinux"}, enforcing: true}
	apparmor := modules{names: []string{"capability", "landlock", "apparmor"}}
	for name, c := range map[string]struct {
		label string
		m     modules
		want  string // By, or ""
	}{
		"nothing":             {"", apparmor, ""},
		"AppArmor, free":      {"unconfined\n", apparmor, ""},
		"AppArmor, enforced":  {"/usr/sbin/nginx (enforce)\n", apparmor, "AppArmor"},
		"AppArmor, complains": {"/usr/sbin/nginx (complain)\n", apparmor, ""},
		"AppArmor, stacked":   {"lxc//&:lxc-ns:unconfined (enforce)", apparmor, "AppArmor"},
		"SELinux, confined":   {"system_u:system_r:httpd_t:s0\x00", selinux, "SELinux"},
		"SELinux, free":       {"unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023\x00", selinux, ""},
		"SELinux, permissive": {"system_u:system_r:httpd_t:s0\x00", modules{names: selinux.names}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			by := ""
			for _, c := range confined(7, &status{}, c.label, c.m) {
				by += c.By
			}
			if by != c.want {
				t.Errorf("got %q, want %q", by, c.want)
			}
		})
	}
	all := confined(7, &status{seccomp: 2, noNewPrivs: true}, "", apparmor)
	if len(all) != 2 || all[0].By != "seccomp" || !all[0].Certain || all[1].By != "Landlock" || all[1].Certain {
		t.Errorf("%v", all)
	}
	var none []access.Confinement
	if diff := cmp.Diff(none, confined(7, &status{noNewPrivs: true}, "", selinux)); diff != "" {
		t.Error(diff)
	}
}
