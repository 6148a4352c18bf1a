package nt

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
)

// ntfsACL is where ntfs-3g shows the descriptor of a file.
const ntfsACL = "system.ntfs_acl"

// onNTFS runs a test in a mount namespace with a small NTFS.
func onNTFS(t *testing.T, test func(t *testing.T, dir string)) {
	t.Helper()
	requires.Root(t)
	testfs.InMountNamespace(t, func(t *testing.T) { test(t, testfs.NTFS(t, "permissions")) })
}

func sddl(t *testing.T, text string) Descriptor {
	t.Helper()
	d, err := ParseSDDL(text, SDDLOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// store gives a file a descriptor.
func store(path string, d Descriptor) error {
	b, err := d.EncodeAs(NTFS3GLayout)
	if err != nil {
		return err
	}
	return unix.Setxattr(path, ntfsACL, b, 0)
}

func stored(t *testing.T, path string) Descriptor {
	t.Helper()
	b := make([]byte, 64<<10) // with less than it needs ntfs-3g answers EIO
	n, err := unix.Getxattr(path, ntfsACL, b)
	if err != nil {
		t.Fatalf("%s of %s: %v", ntfsACL, path, err)
	}
	d, err := Decode(b[:n])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func create(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func modeOf(t *testing.T, path string) uint32 {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	return st.Mode & 0o7777
}

// W21: the modes that ntfs-3g makes of descriptors, which it gives back as they were.
func TestW21ModesOfNTFS3G(t *testing.T) {
	onNTFS(t, func(t *testing.T, dir string) {
		f := filepath.Join(dir, "f")
		create(t, f)
		for _, c := range []struct {
			sddl string
			mode uint32
		}{
			{"O:BAG:BAD:(D;;0x2;;;WD)(A;;0x1f01ff;;;WD)", 0o555},
			{"O:BAG:BAD:(A;;0x1f01ff;;;WD)(D;;0x2;;;WD)", 0o555}, // it knows no order
			{"O:BAG:BAD:(A;;0x1f01ff;;;WD)", 0o777},
			{"O:BAG:BAD:(A;;0x1200a9;;;WD)", 0o755},
			{"O:BAG:BAD:(A;;0x120089;;;BA)", 0o740},
			{"O:BAG:BAD:", 0o700},
			{"O:BAG:BAD:(A;;GA;;;WD)", 0o700}, // nor generic rights
			{"O:BAG:BAD:(A;;0x1f01ff;;;AU)", 0o777},
			{"O:BAG:BUD:(A;;0x1f01ff;;;BU)", 0o770},
		} {
			want := sddl(t, c.sddl)
			if err := store(f, want); err != nil {
				t.Errorf("%s: %v", c.sddl, err)
				continue
			}
			if got := stored(t, f); !got.Equal(want) {
				t.Errorf("%s is given back as %+v", c.sddl, got)
			}
			if got := modeOf(t, f); got != c.mode {
				t.Errorf("%s: mode %04o, want %04o", c.sddl, got, c.mode)
			}
		}
	})
}

// What ntfs-3g stores for a mode today is what FromMode says; where that declines
// there are entries that deny.
func TestNTFS3GStoresModes(t *testing.T) {
	onNTFS(t, func(t *testing.T, dir string) {
		f, d := filepath.Join(dir, "f"), filepath.Join(dir, "d")
		create(t, f)
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, ids := range [][2]uint32{{0, 0}, {1001, 1002}, {1001, 0}, {0, 1002}, {1001, 1001}} {
			declined := 0
			for m := range mode.Mode(0o1000) {
				m |= m & 7 << 9 // special bits too
				for _, path := range []string{f, d} {
					if !storesMode(t, path, path == d, m, ids) {
						declined++
					}
				}
			}
			t.Logf("%d:%d: %d of 1024 modes are declined", ids[0], ids[1], declined)
		}
	})
}

// storesMode compares one mode, and reports whether FromMode knows it.
func storesMode(t *testing.T, path string, dir bool, m mode.Mode, ids [2]uint32) bool {
	t.Helper()
	if err := errors.Join(unix.Chown(path, int(ids[0]), int(ids[1])), unix.Chmod(path, uint32(m))); err != nil {
		t.Fatal(err)
	}
	want, ok := FromMode(m, dir, NTFS3GUser(ids[0]), NTFS3GGroup(ids[1]))
	got := stored(t, path)
	denies := false
	for _, e := range got.DACL.Entries {
		denies = denies || e.Type == Deny && e.Flags&InheritOnly == 0
	}
	if ok && !got.Equal(want) || !ok && !denies && ids[0] != 0 && ids[1] != 0 { // it denies administrators nothing
		t.Errorf("%s %s %d:%d: ntfs-3g stores\n%+v\nwe\n%+v (%t)", path, m.Octal(), ids[0], ids[1], got.DACL, want.DACL, ok)
	}
	return ok
}

// Whatever descriptor ntfs-3g accepts, it gives back, and ntfssecaudit reads it as
// this package does.
func TestNTFS3GKeepsDescriptors(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "ntfssecaudit")
	testfs.InMountNamespace(t, func(t *testing.T) {
		image := testfs.NTFSImage(t)
		r := rand.New(rand.NewPCG(21, 3))
		var kept []Descriptor
		t.Run("written", func(t *testing.T) {
			dir := testfs.MountNTFS(t, image, "permissions")
			for i := 0; len(kept) < 60 && i < 3000; i++ {
				d := plainDescriptor(r)
				f := filepath.Join(dir, fmt.Sprint("f", len(kept)))
				create(t, f)
				if err := store(f, d); err != nil {
					continue
				}
				if got := stored(t, f); !got.Equal(d) {
					t.Errorf("%+v is given back as %+v", d, got)
				}
				kept = append(kept, d)
			}
		})
		if len(kept) < 60 {
			t.Fatalf("ntfs-3g accepted only %d descriptors", len(kept))
		}
		for i, d := range kept {
			audited(t, image, fmt.Sprint("f", i), d)
		}
	})
}

// plainDescriptor is a descriptor of files of ordinary accounts, without entries that
// only Windows' newer programs know.
func plainDescriptor(r *rand.Rand) Descriptor {
	someone := func() SID {
		return []SID{Everyone(), Administrators(), System(), NTFS3GUser(1001), NTFS3GUser(1002), NTFS3GGroup(1002), NewSID(5, 11), NewSID(5, 21, 9, 9, 9, 1000), NewSID(3, 0)}[r.IntN(9)]
	}
	d := Descriptor{Control: SelfRelative | DACLPresent, Owner: someone(), Group: someone(), DACL: &ACL{Revision: Revision}}
	if r.IntN(3) == 0 {
		d.Control |= DACLProtected
	}
	for range 1 + r.IntN(6) {
		e := ACE{Type: Allow, Flags: Flags(r.IntN(32)), Mask: Mask(r.Uint32()) & (FileAll | Mask(0xf<<28)), SID: someone()}
		if r.IntN(3) == 0 {
			e.Type = Deny
		}
		d.DACL.Entries = append(d.DACL.Entries, e)
	}
	return d
}

// audited compares what ntfssecaudit says of a file with a descriptor.
func audited(t *testing.T, image, name string, d Descriptor) {
	t.Helper()
	out, err := exec.Command("ntfssecaudit", "-vv", image, name).Output()
	if err != nil {
		t.Fatalf("ntfssecaudit: %v\n%s", err, out)
	}
	first := func(pattern string) string {
		m := regexp.MustCompile(`(?m)` + pattern).FindSubmatch(out)
		if m == nil {
			t.Fatalf("ntfssecaudit says nothing of %s:\n%s", pattern, out)
		}
		return string(m[1])
	}
	if owner, group := first(`^Windows owner (\S+)$`), first(`^Windows group (\S+)$`); owner != d.Owner.String() || group != d.Group.String() {
		t.Errorf("%s: ntfssecaudit sees owner %s and group %s, we %s and %s", name, owner, group, d.Owner, d.Group)
	}
	if got := first(`^    flags    (0x\S+)$`); got != fmt.Sprintf("%#x", uint16(d.Control)) {
		t.Errorf("%s: ntfssecaudit sees flags %s, we %#x", name, got, uint16(d.Control))
	}
	if got := first(`^    ACE cnt  (\d+)$`); got != strconv.Itoa(len(d.DACL.Entries)) {
		t.Errorf("%s: ntfssecaudit sees %s entries, we %d", name, got, len(d.DACL.Entries))
	}
	entry := regexp.MustCompile(`(?s)ACE \d+ at .*?type     (\d+).*?flags    (0x\S+).*?Acc rgts (0x\S+)`)
	var got, want []string
	for _, m := range entry.FindAllSubmatch(out, -1) {
		got = append(got, string(bytes.Join(m[1:4], []byte(" "))))
	}
	for _, e := range d.DACL.Entries {
		want = append(want, fmt.Sprintf("%d %#x %#x", e.Type, uint8(e.Flags), uint32(e.Mask)))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s: ntfssecaudit sees\n%s\nwe\n%s\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"), out)
	}
}

// The SIDs that ntfs-3g gives users are those that ntfsusermap finds on its files.
func TestNTFSUserMapFindsTheSIDs(t *testing.T) {
	requires.Root(t)
	requires.Tool(t, "ntfsusermap")
	testfs.InMountNamespace(t, func(t *testing.T) {
		image := testfs.NTFSImage(t)
		t.Run("written", func(t *testing.T) {
			f := filepath.Join(testfs.MountNTFS(t, image, "permissions"), "f")
			create(t, f)
			if err := unix.Chown(f, 1001, 1002); err != nil {
				t.Fatal(err)
			}
		})
		dir := t.TempDir()
		cmd := exec.Command("ntfsusermap", image)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader("bob\nstaff\n\n\n")
		out, _ := cmd.CombinedOutput() // its status is 1 though it did what it should
		mapping, err := os.ReadFile(filepath.Join(dir, "UserMapping"))
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, want := range []string{"\nbob:bob:" + NTFS3GUser(1001).String() + "\n", "\n:staff:" + NTFS3GGroup(1002).String() + "\n"} {
			if !strings.Contains("\n"+string(mapping), want) {
				t.Errorf("want %q in\n%s", want, mapping)
			}
		}
	})
}

// For lists that owner, group and everybody have, in the order of Windows, ntfs-3g
// lets each user read and write what Decide lets him.
func TestNTFS3GDecidesAlike(t *testing.T) {
	onNTFS(t, func(t *testing.T, dir string) {
		r := rand.New(rand.NewPCG(21, 5))
		f := filepath.Join(dir, "f")
		create(t, f)
		questions, allowed := 0, 0
		for range 11200 {
			d := sharedDescriptor(r)
			if err := store(f, d); err != nil {
				t.Fatalf("%+v: %v", d, err)
			}
			for _, who := range []struct{ uid, gid int }{{1001, 1002}, {1003, 1002}, {1004, 1005}} {
				s := Subject{User: NTFS3GUser(uint32(who.uid)), Groups: []Group{{SID: NTFS3GGroup(uint32(who.gid))}, {SID: Everyone()}, {SID: NewSID(5, 11)}}}
				for _, q := range []struct {
					flags int
					mask  Mask
				}{{unix.O_RDONLY, ReadData}, {unix.O_WRONLY, WriteData}, {unix.O_RDWR, ReadData | WriteData}} {
					want := d.Decide(s, q.mask, Object{}).Allowed
					got := opens(t, f, who.uid, who.gid, q.flags)
					questions++
					if got {
						allowed++
					}
					if got != want {
						text, _ := d.FormatSDDL(SDDLOptions{})
						t.Fatalf("%s: %d:%d opens with %#x: ntfs-3g says %t, we %t", text, who.uid, who.gid, q.flags, got, want)
					}
				}
			}
		}
		t.Logf("%d questions, %d allowed", questions, allowed)
		if allowed == 0 || allowed == questions {
			t.Error("all answers are the same")
		}
	})
}

// sharedDescriptor has entries for its owner, its group and everybody, those that
// deny first. ntfs-3g does not ask for entries that deny the group when the owner is
// a member of it, so that there are none.
func sharedDescriptor(r *rand.Rand) Descriptor {
	owner, group := NTFS3GUser(1001), NTFS3GGroup(1002)
	d := Descriptor{Control: SelfRelative | DACLPresent | DACLProtected, Owner: owner, Group: group, DACL: &ACL{Revision: Revision}}
	add := func(t Type, s SID, always Mask) {
		rights := []Mask{ReadData, WriteData | AppendData, ReadData | WriteData | AppendData, Execute}[r.IntN(4)]
		d.DACL.Entries = append(d.DACL.Entries, ACE{Type: t, Flags: NoPropagate, Mask: rights | always, SID: s})
	}
	if r.IntN(3) == 0 {
		add(Deny, owner, 0)
	}
	if r.IntN(4) == 0 {
		add(Deny, Everyone(), 0)
	}
	add(Allow, owner, WriteOwner|ReadControl)
	if r.IntN(3) > 0 {
		add(Allow, group, ReadControl)
	}
	if r.IntN(3) > 0 {
		add(Allow, Everyone(), ReadControl)
	}
	return d
}

// opens tells whether a user may open a file.
func opens(t *testing.T, path string, uid, gid, flags int) bool {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	asUser(t, uid, gid)
	fd, err := unix.Open(path, flags, 0)
	asUser(t, 0, 0)
	switch {
	case err == nil:
		unix.Close(fd)
	case !errors.Is(err, syscall.EACCES):
		t.Fatalf("open %s as %d: %v", path, uid, err)
	}
	return err == nil
}

// asUser changes what this thread opens files as. Its supplementary groups are root's
// (0), which the descriptors do not name.
func asUser(t *testing.T, uid, gid int) {
	t.Helper()
	for _, call := range []struct{ number, id uintptr }{{unix.SYS_SETFSGID, uintptr(gid)}, {unix.SYS_SETFSUID, uintptr(uid)}} {
		if _, _, e := unix.RawSyscall(call.number, call.id, 0, 0); e != 0 {
			t.Fatal(e)
		}
	}
}
