package macos_test

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"ward/legacy/macos"
	"ward/mode"
)

func bytesOf(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// C1 to C3 and C5: what hattrib of hfsutils wrote to the catalog, and Linux shows of it.
func TestHFSFile(t *testing.T) {
	for _, c := range []struct {
		name, record string
		locked       bool
		finder       macos.FinderFlags
		want         mode.Mode
	}{
		{"C1: locked", "0200 01 00 54455854 74747874 0000", true, 0, 0o444},
		{"C2: invisible", "0200 00 00 54455854 74747874 4000", false, macos.Invisible, 0o644},
		{"C3: unlocked", "0200 00 00 54455854 74747874 0000", false, 0, 0o644},
		{"in use and locked", "0200 81 00 54455854 74747874 0000", true, 0, 0o444},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := macos.DecodeHFSFile(bytesOf(t, c.record))
			if err != nil || f.Locked() != c.locked || f.Finder.Flags != c.finder || string(f.Finder.Type[:]) != "TEXT" || f.Mode(0o022) != c.want {
				t.Errorf("%+v, %v, %s", f, err, f.Mode(0o022).Octal())
			}
		})
	}
	for _, in := range []string{"", "0100 00 00 54455854 74747874 0000", "0200 00 00 54455854 74747874 00"} {
		var form *macos.FormError
		if f, err := macos.DecodeHFSFile(bytesOf(t, in)); !errors.As(err, &form) {
			t.Errorf("%q: %+v, %v", in, f, err)
		}
	}
}

// C4: hcopy -m of a locked and of an invisible file.
func TestMacBinary(t *testing.T) {
	header := make([]byte, 128)
	copy(header[65:], "TEXTttxt")
	if m, err := macos.DecodeMacBinary(header); err != nil || m.Protected || m.Finder.Flags != 0 {
		t.Errorf("C4: %+v, %v", m, err)
	}
	header[73], header[101], header[81] = 0x40, 0x40, 1
	if m, err := macos.DecodeMacBinary(header); err != nil || !m.Protected || m.Finder.Flags != macos.Invisible|macos.Shared {
		t.Errorf("C4: %+v, %v", m, err)
	}
	var form *macos.FormError
	header[74] = 1
	if _, err := macos.DecodeMacBinary(header); !errors.As(err, &form) || form.Offset != 74 {
		t.Errorf("no header: %v", err)
	}
	if _, err := macos.DecodeMacBinary(header[:127]); !errors.As(err, &form) {
		t.Errorf("a short header: %v", err)
	}
}

// C6: flags of HFS+.
func TestBSDInfo(t *testing.T) {
	for _, c := range []struct {
		name, info string
		want       macos.BSDFlags
		words      string
	}{
		{"C6: the owner's", "000001f5 00000014 00 02 81a4 00000001", 0x2, "uchg"},
		{"C6: the superuser's", "000001f5 00000014 02 00 81a4 00000001", 0x20000, "schg"},
		{"both", "000001f5 00000014 05 09 81a4 00000001", 0x50009, "nodump,opaque,arch,sappnd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, err := macos.DecodeBSDInfo(bytesOf(t, c.info))
			if err != nil || i.Flags() != c.want || i.Flags().Format() != c.words || i.Owner != 501 || i.Group != 20 || i.Mode() != 0o644 {
				t.Errorf("%+v, %v: %s", i, err, i.Flags())
			}
			if got := hex.EncodeToString(i.Encode()); got != strings.ReplaceAll(c.info, " ", "") {
				t.Errorf("back: %s", got)
			}
		})
	}
	if i, lost := (macos.BSDInfo{}).WithFlags(macos.Hidden | macos.UserImmutable); lost != macos.Hidden || i.Flags() != macos.UserImmutable {
		t.Errorf("%+v, %v", i, lost)
	}
}

// C7 and C8: whether AppleDouble says that a file is locked.
func TestAppleDouble(t *testing.T) {
	const header = "00051607 00020000 00000000000000000000000000000000 0001 0000000a 00000026 "
	for _, c := range []struct {
		name, file   string
		locked, said bool
	}{
		{"C7: locked", header + "00000004 00000001", true, true},
		{"C8: unlocked", header + "00000004 00000000", false, true},
		{"C8: another length", header + "00000003 000001", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := bytesOf(t, c.file)
			f, err := macos.DecodeApple(b)
			if err != nil {
				t.Fatal(err)
			}
			if locked, said := f.Locked(); locked != c.locked || said != c.said {
				t.Errorf("%v, %v", locked, said)
			}
			if back, err := f.Encode(); err != nil || string(back) != string(b) {
				t.Errorf("back: %x, %v", back, err)
			}
		})
	}
	for _, c := range []struct {
		name, file string
		offset     int
	}{
		{"too short", "00051607", 4},
		{"another magic", strings.Replace(header, "00051607", "00051608", 1) + "00000000", 0},
		{"an entry too few", header, 34},
		{"an entry beyond the end", header + "00000005 00000001", 26},
		{"an entry far away", strings.Replace(header, "00000026", "ffffffff", 1) + "ffffffff", 26},
	} {
		var form *macos.FormError
		if f, err := macos.DecodeApple(bytesOf(t, c.file)); !errors.As(err, &form) || form.Offset != c.offset {
			t.Errorf("%s: %+v, %v", c.name, f, err)
		}
	}
}

// dotUnderscore is a "._" file as Mac OS X writes it, with one attribute.
func dotUnderscore(name, value string) []byte {
	be := binary.BigEndian
	b := be.AppendUint32(nil, 0x00051607)
	b = append(be.AppendUint32(b, 0x00020000), "Mac OS X        "...)
	entries := attrEnd(name)
	b = be.AppendUint16(b, 2)
	for _, n := range []int{9, 50, entries + len(value) - 50, 2, entries + len(value), 0} {
		b = be.AppendUint32(b, uint32(n))
	}
	b = append(b, make([]byte, 34)...) // C9: Finder information at 50, and two bytes more
	for _, n := range []int{0x41545452, 0, entries + len(value), entries, len(value), 0, 0, 0} {
		b = be.AppendUint32(b, uint32(n))
	}
	b = be.AppendUint16(be.AppendUint16(b, 0), 1)
	b = be.AppendUint32(be.AppendUint32(b, uint32(entries)), uint32(len(value)))
	b = append(be.AppendUint16(b, 0), byte(len(name)+1)) // C10: with the zero byte
	b = append(append(b, name...), 0)
	return append(append(b, make([]byte, entries-len(b))...), value...)
}

func attrEnd(name string) int { return (120 + 11 + len(name) + 1 + 3) &^ 3 }

// C9 and C10: extended attributes in "._" files.
func TestXattrs(t *testing.T) {
	const list = "!#acl 1\ngroup:ABCDEFAB-CDEF-ABCD-EFAB-CDEF0000000C:everyone:12:deny:delete\n"
	b := dotUnderscore(macos.ACLTextXattr, list)
	if b[84] != 'A' || b[130] != 19 {
		t.Fatalf("C9 and C10: the file of the test is wrong: %q", b)
	}
	xattrs, err := macos.DecodeXattrs(b)
	if err != nil || len(xattrs) != 1 || xattrs[0].Name != "com.apple.acl.text" || string(xattrs[0].Value) != list {
		t.Errorf("C9: %+v, %v", xattrs, err)
	}
	for _, c := range []struct {
		name string
		at   int
		to   byte
	}{{"a value beyond the end", 120, 1}, {"a name without an end", 130, 18}, {"a name beyond the end", 130, 255}, {"an entry too many", 119, 40}} {
		broken := append([]byte(nil), b...)
		broken[c.at] = c.to
		var form *macos.FormError
		if x, err := macos.DecodeXattrs(broken); !errors.As(err, &form) {
			t.Errorf("%s: %+v, %v", c.name, x, err)
		}
	}
	b[84] = 'B'
	if x, err := macos.DecodeXattrs(b); x != nil || err != nil {
		t.Errorf("without attributes: %+v, %v", x, err)
	}
}

func TestDecide(t *testing.T) {
	owner, root, other := macos.Subject{Owner: true}, macos.Subject{Superuser: true}, macos.Subject{}
	for _, c := range []struct {
		name   string
		f      macos.File
		s      macos.Subject
		wanted macos.Rights
		by     macos.System
		want   bool
		why    macos.Reason
	}{
		{"C11: a volume that is locked", macos.File{VolumeLocked: macos.Volume(0x8000).Locked()}, root, macos.Write, macos.OSX, false, macos.VolumeIsLocked},
		{"a locked file is read", macos.File{Locked: true}, other, macos.Read, macos.Classic, true, macos.NothingForbids},
		{"a locked file is not written", macos.File{Locked: true}, owner, macos.Write, macos.Classic, false, macos.FileIsLocked},
		{"nor renamed", macos.File{Locked: true}, owner, macos.Rename, macos.Classic, false, macos.FileIsLocked},
		{"but moved", macos.File{Locked: true}, other, macos.Move, macos.Classic, true, macos.NothingForbids},
		{"and unlocked by anybody", macos.File{Locked: true}, other, macos.Unlock, macos.Classic, true, macos.NothingForbids},
		{"HFS locks no directory", macos.File{Locked: true, Directory: true}, other, macos.Delete, macos.Classic, true, macos.NothingForbids},
		{"Mac OS X takes the lock for uchg", macos.File{Locked: true}, root, macos.Move, macos.OSX, false, macos.IsImmutable},
		{"which the owner clears", macos.File{Locked: true}, owner, macos.Unlock, macos.OSX, true, macos.NothingForbids},
		{"and nobody else", macos.File{Locked: true}, other, macos.Unlock, macos.OSX, false, macos.OnlyTheOwner},
		{"schg is the superuser's", macos.File{Flags: macos.SystemImmutable}, owner, macos.Unlock, macos.OSX, false, macos.OnlyTheSuperuser},
		{"in single-user mode", macos.File{Flags: macos.SystemImmutable}, root, macos.Unlock, macos.OSX, false, macos.OnlySingleUser},
		{"append only", macos.File{Flags: macos.UserAppend}, owner, macos.Append, macos.OSX, true, macos.NothingForbids},
		{"append only, to be written", macos.File{Flags: macos.UserAppend}, owner, macos.Append | macos.Write, macos.OSX, false, macos.IsAppendOnly},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := c.f.Decide(c.s, c.wanted, c.by); v.Allowed != c.want || v.Reason != c.why {
				t.Errorf("%+v: %s", v, v.Reason)
			}
		})
	}
}

// C12: what is locked becomes 0444 on Linux, and uchg on HFS+; invisible has no place in
// either.
func TestRoundTrip(t *testing.T) {
	f := macos.HFSFile{Flags: 1, Finder: macos.Finder{Flags: macos.Invisible}}
	if f.Mode(0) != 0o444 {
		t.Errorf("C12: %s", f.Mode(0).Octal())
	}
	i, lost := macos.BSDInfo{}.WithFlags(macos.UserImmutable | macos.Hidden)
	if i.Flags() != macos.UserImmutable || lost != macos.Hidden {
		t.Errorf("C12: %s, lost %s", i.Flags(), lost)
	}
}

func TestParseFlags(t *testing.T) {
	for _, c := range []struct {
		in   string
		want macos.BSDFlags
	}{{"", 0}, {"-", 0}, {"uchg", 2}, {"uimmutable,schg", 0x20002}, {"hidden,0x40", 0x8040}} {
		if got, err := macos.ParseBSDFlags(c.in); err != nil || got != c.want {
			t.Errorf("%q: %v, %v", c.in, got, err)
		}
	}
	var syntax *macos.SyntaxError
	if f, err := macos.ParseFinderFlags("invisible,locked"); !errors.As(err, &syntax) || syntax.Offset != 10 {
		t.Errorf("locked is no flag of the Finder: %v, %v", f, err)
	}
	if f, err := macos.ParseFinderFlags("0x10000"); !errors.As(err, &syntax) {
		t.Errorf("%v, %v", f, err)
	}
	if got := macos.FinderFlags(0x400e); got.Colour() != 7 || got.Format() != "invisible,0xe" {
		t.Errorf("%d, %s", got.Colour(), got)
	}
}
