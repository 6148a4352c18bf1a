package models_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	aclmac "ward/acl/macos"
	"ward/internal/host/models"
	"ward/internal/requires"
	"ward/legacy/amiga"
	"ward/legacy/dos"
	legacymac "ward/legacy/macos"
	"ward/legacy/vms"
	"ward/mode"
)

// member is one of an archive that a test makes.
type member struct {
	name     string
	host     uint8
	external uint32
	extra    []byte
	content  []byte
}

// archive writes the members. Package zip has one set of extra fields for the local
// header and the central directory.
func archive(t *testing.T, members ...member) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{
			Name: m.name, CreatorVersion: uint16(m.host)<<8 | 20, ExternalAttrs: m.external, Extra: m.extra,
			CRC32: crc32.ChecksumIEEE(m.content), CompressedSize64: uint64(len(m.content)), UncompressedSize64: uint64(len(m.content)),
		}
		body, err := w.CreateRaw(h)
		if err == nil {
			_, err = body.Write(m.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "made.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func extraField(id uint16, data []byte) []byte {
	out := binary.LittleEndian.AppendUint16(nil, id)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(data)))
	return append(out, data...)
}

func one(t *testing.T, path, name string) *models.Object {
	t.Helper()
	all, err := models.GatherZip(path, []string{name})
	if err != nil || len(all) != 1 {
		t.Fatalf("%s: %d objects, %v", name, len(all), err)
	}
	return all[0]
}

// Members of hosts with permissions of their own show as zipinfo shows them.
func TestMembersAsZipinfoShowsThem(t *testing.T) {
	requires.Tool(t, "zipinfo")
	var members []member
	for i, external := range []uint32{0x004d0000, 0x06ff0000, 0x040f0000, 0x080f0000, 0x00000000, 0x020a0000} {
		members = append(members, member{name: fmt.Sprintf("amiga%d", i), host: amiga.ZipHost, external: external})
	}
	for i, m := range []uint32{0o100755, 0o100640, 0o100777, 0o100000, 0o100750} {
		members = append(members, member{name: fmt.Sprintf("vms%d", i), host: 2, external: m << 16})
	}
	for i := range uint32(64) {
		members = append(members, member{name: fmt.Sprintf("dos%d.exe", i), host: dos.ZipFAT, external: i &^ 0x18})
	}
	for i, m := range []uint32{0o100644, 0o104755, 0o102755, 0o120777, 0o101777} {
		members = append(members, member{name: fmt.Sprintf("unix%d", i), host: 3, external: m << 16})
	}
	path := archive(t, members...)
	out, err := exec.CommandContext(t.Context(), "zipinfo", "-s", "-h", path).CombinedOutput()
	if err != nil {
		t.Fatalf("zipinfo: %v\n%s", err, out)
	}
	shown := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) > 7 {
			shown[f[len(f)-1]] = line
		}
	}
	all, err := models.GatherZip(path, nil)
	if err != nil || len(all) != len(members) {
		t.Fatalf("%d objects, %v", len(all), err)
	}
	for i, o := range all {
		if got := column(o, members[i].external); got == "" || !strings.HasPrefix(shown[o.Member], got) {
			t.Errorf("%s, external attributes %#08x: %q, zipinfo has %q", o.Member, members[i].external, got, shown[o.Member])
		}
	}
}

// column is the first one of zipinfo -s, made of what was found.
func column(o *models.Object, external uint32) string {
	if o.HasMode {
		return o.Mode.Format(o.Kind)
	}
	for _, f := range o.Found {
		switch v := f.Value.(type) {
		case amiga.Protection:
			return amiga.FormatZipinfo(external)[:1] + v.Flags().Format()
		case vms.Security:
			return v.Protection.FormatZipinfo()
		case dos.Attributes:
			return v.FormatZipinfo(o.Member)
		}
	}
	return ""
}

// What zip of this machine writes: a mode, and owner and group in the field ux.
func TestRealZip(t *testing.T) {
	requires.Tool(t, "zip")
	dir := t.TempDir()
	file := filepath.Join(dir, "f")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "real.zip")
	cmd := exec.CommandContext(t.Context(), "zip", "-q", path, "f")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("zip: %v\n%s", err, out)
	}
	o := one(t, path, "f")
	if !o.HasMode || o.Mode != 0o640 || o.Kind != mode.Regular || o.Host != "Unix" ||
		!o.HasOwner || int(o.UID) != os.Getuid() || int(o.GID) != os.Getgid() || len(o.Found) != 0 {
		t.Errorf("%+v", o)
	}
}

func TestFieldsOfOtherSystems(t *testing.T) {
	// Field 0x000c: a CRC, tag 21 with the UIC [1,4], tag 22 with (S:RWED,O:RWED,G:RE,W).
	attributes, err := vms.Attributes{List: []vms.Attribute{{Tag: vms.TagUIC, Data: vms.NewUIC(1, 4).Encode()}, {Tag: vms.TagProtection, Data: vms.DefaultProtection.Encode()}}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	sd, err := sddl(t, "O:BAG:BAD:PAI(A;;FA;;;BA)(A;OICI;0x1200a9;;;WD)").Encode()
	if err != nil {
		t.Fatal(err)
	}
	path := archive(t,
		member{name: "LOGIN.COM", host: 2, external: 0o100750 << 16, extra: extraField(0x000c, attributes)},
		member{name: "stored.txt", host: 11, external: 0x21, extra: extraField(0x4453, ntExtra(t, sd, zip.Store))},
		member{name: "packed.txt", host: 11, external: 0x20, extra: extraField(0x4453, ntExtra(t, sd, zip.Deflate))},
		member{name: "damaged.txt", host: 11, external: 0x20, extra: extraField(0x4453, append(ntExtra(t, sd[:len(sd)-1], zip.Store), 7))},
		member{name: "asi", host: 3, external: 0o100600 << 16, extra: extraField(0x756e, append([]byte{0, 0, 0, 0, 0x80, 0x81, 0, 0, 0, 0}, 0xe9, 3, 0xea, 3))},
		member{name: "wide", host: 3, external: 0o100600 << 16, extra: extraField(0x7875, []byte{1, 4, 0xe9, 3, 1, 0, 4, 0xea, 3, 0, 0})},
	)
	login := byCarrier(one(t, path, "LOGIN.COM"))
	if got, ok := login["extra field 0x000c"].Value.(vms.Security); !ok || got.Protection != vms.DefaultProtection || got.Owner.UIC != vms.NewUIC(1, 4) {
		t.Errorf("LOGIN.COM: %+v", login)
	}
	for _, name := range []string{"stored.txt", "packed.txt"} {
		if f := byCarrier(one(t, path, name))["extra field 0x4453"]; f.Err != nil || !same(f.Value, sddl(t, "O:BAG:BAD:PAI(A;;FA;;;BA)(A;OICI;0x1200a9;;;WD)")) {
			t.Errorf("%s: %v, %v", name, f.Value, f.Err)
		}
	}
	if f := byCarrier(one(t, path, "damaged.txt"))["extra field 0x4453"]; f.Err == nil || f.Value != nil {
		t.Errorf("damaged.txt: %v, %v", f.Value, f.Err)
	}
	if o := one(t, path, "asi"); !o.HasOwner || o.UID != 1001 || o.GID != 1002 {
		t.Errorf("asi: %+v", o)
	}
	if o := one(t, path, "wide"); !o.HasOwner || o.UID != 0x103e9 || o.GID != 1002 {
		t.Errorf("wide: %+v", o)
	}
}

// ntExtra is the field of Info-ZIP for Windows with a descriptor.
func ntExtra(t *testing.T, sd []byte, method uint16) []byte {
	t.Helper()
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(sd)))
	out = append(out, 0)
	out = binary.LittleEndian.AppendUint16(out, method)
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(sd))
	if method == zip.Store {
		return append(out, sd...)
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err == nil {
		_, err = w.Write(sd)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return append(out, packed.Bytes()...)
}

// Files that lie beside others speak of them, in archives and on disks.
func TestFilesBeside(t *testing.T) {
	// An AppleDouble file with one entry: Macintosh file info, the lock set.
	locked := unhex(t, "0005160700020000"+"00000000000000000000000000000000"+"0001"+"0000000a"+"00000026"+"00000004"+"00000001")
	uaem := []byte("-s--rw-d 2015-06-01 12:00:00.00 hello\n")
	path := archive(t,
		member{name: "prefs/", host: 3, external: 0o040755 << 16},
		member{name: "prefs/Startup", host: 3, external: 0o100644 << 16},
		member{name: "prefs/Startup.uaem", host: 3, external: 0o100644 << 16, content: uaem},
		member{name: "Letter", host: 3, external: 0o100644 << 16},
		member{name: "__MACOSX/._Letter", host: 3, external: 0o100644 << 16, content: locked},
	)
	if f := byCarrier(one(t, path, "prefs/Startup"))["Startup.uaem"]; f.Value != amiga.Script|amiga.DenyExecute {
		t.Errorf("Startup: %v, %v", f.Value, f.Err)
	}
	if f := byCarrier(one(t, path, "Letter"))["__MACOSX/._Letter, Macintosh file info"]; f.Value != (legacymac.File{Locked: true}) {
		t.Errorf("Letter: %v, %v", f.Value, f.Err)
	}
	if o := one(t, path, "prefs"); o.Kind != mode.Directory || o.Mode != 0o755 {
		t.Errorf("a directory without its slash: %+v", o)
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{"a": nil, "a.uaem": uaem, "._a": locked, "b": nil, "b.uaem": []byte("no"), "c": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, err := models.Gather(filepath.Join(dir, "a"), false)
	if err != nil {
		t.Fatal(err)
	}
	found := byCarrier(a)
	if found["a.uaem"].Value != amiga.Script|amiga.DenyExecute || found["._a, Macintosh file info"].Value != (legacymac.File{Locked: true}) {
		t.Errorf("a: %+v", a.Found)
	}
	if b, err := models.Gather(filepath.Join(dir, "b"), false); err != nil || byCarrier(b)["b.uaem"].Err == nil {
		t.Errorf("b: %+v, %v", b, err)
	}
	if c, err := models.Gather(filepath.Join(dir, "c"), false); err != nil || len(c.Found) != 0 {
		t.Errorf("c: %+v, %v", c, err)
	}
}

// A list of Mac OS X as macOS' own archiver packs it: an extended attribute in the
// AppleDouble file of the member.
func TestListInAppleDouble(t *testing.T) {
	text := "!#acl 1\ngroup:ABCDEFAB-CDEF-ABCD-EFAB-CDEF0000000C:everyone:12:deny:delete\n"
	path := archive(t,
		member{name: "Folder/", host: 3, external: 0o040755 << 16},
		member{name: "__MACOSX/._Folder", host: 3, external: 0o100644 << 16, content: appleDouble(legacymac.ACLTextXattr, text)},
	)
	f := byCarrier(one(t, path, "Folder"))["__MACOSX/._Folder, "+legacymac.ACLTextXattr]
	sec, ok := f.Value.(aclmac.Filesec)
	if !ok || f.Err != nil || sec.ACL.FormatExternal() != text {
		t.Errorf("%+v", f)
	}
}

// appleDouble is a "._" file with the Finder's information and one attribute in it
// (bsd/vfs/vfs_xattr.c in xnu).
func appleDouble(name, value string) []byte {
	const entryAt, headerAt = 120, 84
	dataAt := (entryAt + 11 + len(name) + 1 + 3) &^ 3
	b := make([]byte, dataAt+len(value))
	put := func(at int, words ...uint32) {
		for i, w := range words {
			binary.BigEndian.PutUint32(b[at+4*i:], w)
		}
	}
	put(0, 0x00051607, 0x00020000)
	binary.BigEndian.PutUint16(b[24:], 2)
	put(26, 9, 50, uint32(len(b)-50), 2, uint32(len(b)), 0)
	put(headerAt, 0x41545452, 0, uint32(len(b)), uint32(dataAt), uint32(len(value)), 0, 0, 0)
	binary.BigEndian.PutUint16(b[headerAt+34:], 1)
	put(entryAt, uint32(dataAt), uint32(len(value)))
	b[entryAt+10] = byte(len(name) + 1)
	copy(b[entryAt+11:], name)
	copy(b[dataAt:], value)
	return b
}

func TestWhatIsNoArchiveAndNoMember(t *testing.T) {
	path := archive(t, member{name: "a", host: 3})
	all, err := models.GatherZip(path, []string{"a", "b"})
	if len(all) != 1 || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `"b"`) {
		t.Errorf("%d objects, %v", len(all), err)
	}
	if err := os.WriteFile(path, []byte("no archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := models.GatherZip(path, nil); !errors.Is(err, zip.ErrFormat) {
		t.Errorf("no archive: %v", err)
	}
	if _, err := models.GatherZip(path+"x", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := models.Gather(path+"x", false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no path: %v", err)
	}
}

// Whatever the bytes of an archive are, looking at it ends, and errors are told.
func FuzzGatherZip(f *testing.F) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if _, err := w.CreateRaw(&zip.FileHeader{Name: "a", CreatorVersion: 1 << 8, Extra: extraField(0x4453, []byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})}); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(dir, fmt.Sprint(os.Getpid()))
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := models.GatherZip(path, nil)
		if err == nil && all == nil {
			return // an archive without members
		}
		for _, o := range all {
			for _, found := range o.Found {
				if found.Err == nil && found.Value == nil {
					t.Errorf("%q: neither value nor error", found.Carrier)
				}
			}
		}
	})
}
