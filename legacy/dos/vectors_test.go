package dos_test

import (
	"encoding/hex"
	"errors"
	"testing"

	"ward/legacy/dos"
	"ward/mode"
)

const rhsa = dos.ReadOnly | dos.Hidden | dos.System | dos.Archive

func TestMattrib(t *testing.T) {
	for _, c := range []struct {
		name                 string
		a                    dos.Attributes
		line, packed, replay string
	}{
		{"D1: all four", rhsa, "  A  SHR     ", "ASHR", "+h +s"},
		{"D1: none", 0, "             ", "", "-a"},
		{"D2: read-only alone", dos.ReadOnly, "       R     ", "R", "-a"},
		{"a directory that is archived", dos.Directory | dos.Archive, "  A          ", "A", "+a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.a.FormatMattrib(); got != c.line {
				t.Errorf("mattrib: %q, want %q", got, c.line)
			}
			if got := c.a.FormatPacked(); got != c.packed {
				t.Errorf("mattrib -X: %q, want %q", got, c.packed)
			}
			if got := c.a.Replay().Format(); got != c.replay {
				t.Errorf("mattrib -p: %q, want %q", got, c.replay)
			}
			a, path, err := dos.ParseMattrib(c.line + "::/A.TXT")
			if err != nil || a != c.a&rhsa || path != "::/A.TXT" {
				t.Errorf("ParseMattrib: %v, %q, %v", a, path, err)
			}
		})
	}
}

func TestDirent(t *testing.T) {
	entry := []byte("A       TXT\x27                    ")
	a, err := dos.Decode(entry[dos.DirentOffset : dos.DirentOffset+1])
	if err != nil || a != rhsa { // D1
		t.Errorf("%v, %v", a, err)
	}
	if a, _ := dos.Decode([]byte{0x0f}); !a.IsLongName() {
		t.Errorf("%v should be a part of a long name", a)
	}
}

// D3 and D4: what zipinfo and unzip make of members.
func TestZip(t *testing.T) {
	for _, c := range []struct {
		name     string
		external uint32
		host     uint8
		member   string
		listed   string
		unzipped mode.Mode // after a umask of 022
	}{
		{"D3: none", 0, dos.ZipFAT, "f", "-rw----", 0o644},
		{"D3: read-only", 1, dos.ZipFAT, "f", "-r-----", 0o444},
		{"D3: hidden", 2, dos.ZipFAT, "f", "-rw--h-", 0o644},
		{"D3: system", 4, dos.ZipFAT, "f", "-rw---s", 0o644},
		{"D3: archive", 0x20, dos.ZipFAT, "f", "-rw-a--", 0o644},
		{"D3: read-only and archive", 0x21, dos.ZipFAT, "f", "-r--a--", 0o444},
		{"D3: all four", 0x27, dos.ZipFAT, "f", "-r--ahs", 0o444},
		{"D3: directory", 0x10, dos.ZipFAT, "d/", "drwx---", 0o755},
		{"D3: label", 8, dos.ZipFAT, "v", "Vrw----", 0o644},
		{"D3: program", 0x20, dos.ZipFAT, "a.exe", "-rwxa--", 0o644},
		{"D4: Unix bits that agree", 0x81a40020, dos.ZipFAT, "f", "-rw-a--", 0o644},
		{"D5: Windows, read-only", 0x21, dos.ZipNTFSInfoZIP, "f", "-r--a--", 0o444},
		{"D5: Windows, Unix bits do not count", 0x81a40021, dos.ZipNTFS, "f", "-r--a--", 0o444},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := dos.FromZip(c.external)
			if got := a.FormatZipinfo(c.member); got != c.listed {
				t.Errorf("listed as %q, want %q", got, c.listed)
			}
			if got := dos.Unzipped(c.external, c.host, c.member).Under(0o022); got != c.unzipped {
				t.Errorf("unzipped as %v, want %v", got.Octal(), c.unzipped.Octal())
			}
			if got := a.ToZip(c.external); got != c.external {
				t.Errorf("ToZip: %#x", got)
			}
		})
	}
}

// D6, and what Samba's own encoder wrote for each version.
func TestSamba(t *testing.T) {
	const created = 0x1d4f54cf65a0000 // 5af64cf5d401 with two bytes of zeros before it
	for _, c := range []struct {
		name, value string
		version     uint16
		created     uint64
	}{
		{"version 1", "30783232000001000100000022000000000000000000000000000000000000000000000000000000" + "00005af64cf5d401" + "0000000000000000", 1, created},
		{"version 3", "3078323200000300030000001100000022000000000000000000000000000000000000000000000000005af64cf5d4010000000000000000", 3, created},
		{"version 4", "0000040004000000510000002200000000005af64cf5d40100005af64cf5d401", 4, created},
		{"version 5", "0000050005000000110000002200000000005af64cf5d401", 5, created},
		{"the text alone", "3078323200", 0, 0},
		{"the text alone, without its end", "30783232", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			value, err := hex.DecodeString(c.value)
			if err != nil {
				t.Fatal(err)
			}
			s, err := dos.DecodeSamba(value)
			if err != nil {
				t.Fatal(err)
			}
			a, err := s.Attributes()
			if err != nil || a != dos.Hidden|dos.Archive || s.Version != c.version || s.CreateTime != c.created {
				t.Errorf("%+v: %v, %v", s, a, err)
			}
			back, err := s.Encode()
			if err != nil || hex.EncodeToString(back) != c.value && c.value != "30783232" {
				t.Errorf("back: %x, %v, want %s", back, err, c.value)
			}
			if changed, err := s.With(dos.ReadOnly).Attributes(); err != nil || changed != dos.ReadOnly {
				t.Errorf("With: %v, %v", changed, err)
			}
		})
	}
}

func TestSambaRefuses(t *testing.T) {
	for _, c := range []struct{ name, value string }{
		{"nothing", ""},
		{"no number", "abc"},
		{"an end too soon", "0x22\x00\x00\x03\x00\x03\x00\x00\x00\x11"},
		{"a version of the future", "\x00\x00\x09\x00\x09\x00"},
		{"two versions", "\x00\x00\x04\x00\x05\x00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var form *dos.FormError
			if s, err := dos.DecodeSamba([]byte(c.value)); !errors.As(err, &form) {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}

// D7, without the refusal to stat system files afterwards, which is not the value's.
func TestSetOnNTFS(t *testing.T) {
	for _, wanted := range []dos.Attributes{0x20, 0x21, 0x22, 0x01, 0x80, 0x100, 0x2000} {
		if got := dos.Normal.SetOnNTFS(wanted); got != wanted {
			t.Errorf("%v became %v", wanted, got)
		}
	}
	if got := dos.Normal.SetOnNTFS(dos.Encrypted); got != dos.Normal {
		t.Errorf("encrypted: %v", got)
	}
}

func TestFAT(t *testing.T) {
	umask := dos.Mount{FileMask: 0o022, DirMask: 0o022}
	plain := dos.Mount{FileMask: 0o133, DirMask: 0o022}
	tight := dos.Mount{FileMask: 0o177, DirMask: 0o077}
	for _, c := range []struct {
		name  string
		mount dos.Mount
		a     dos.Attributes
		file  string
		want  mode.Mode
	}{
		{"D9: directory", tight, dos.Directory, "d", 0o700},
		{"D9: file", tight, dos.Archive, "f", 0o600},
		{"D9: read-only file", tight, dos.ReadOnly, "f", 0o400},
		{"read-only directory", umask, dos.Directory | dos.ReadOnly, "d", 0o755},
		{"read-only directory, rodir", dos.Mount{ReadOnlyDirs: true}, dos.Directory | dos.ReadOnly, "d", 0o555},
		{"no program, showexec", dos.Mount{ShowExec: true}, 0, "A.TXT", 0o666},
		{"program, showexec", dos.Mount{ShowExec: true}, 0, "A.EXE", 0o777},
		{"hidden, system and archive", umask, dos.Hidden | dos.System | dos.Archive, "f", 0o755},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.mount.Mode(c.a, c.file); got != c.want {
				t.Errorf("%s, want %s", got.Octal(), c.want.Octal())
			}
		})
	}
	for _, c := range []struct {
		name  string
		mount dos.Mount
		a     dos.Attributes
		to    mode.Mode
		want  dos.Attributes
		err   error
	}{
		{"D8: 0644 where x is shown", umask, dos.ReadOnly, 0o644, dos.ReadOnly, dos.ErrNotInAttributes},
		{"D8: quiet", dos.Mount{FileMask: 0o022, Quiet: true}, dos.ReadOnly, 0o644, dos.ReadOnly, nil},
		{"D8: 0444 sets read-only", plain, dos.Archive, 0o444, dos.Archive | dos.ReadOnly, nil},
		{"0644 clears it", plain, dos.Archive | dos.ReadOnly, 0o644, dos.Archive, nil},
		{"what the mask hides does not count", plain, dos.ReadOnly, 0o666, 0, nil},
		{"write for the group alone", dos.Mount{FileMask: 0o111}, 0, 0o464, 0, dos.ErrNotInAttributes},
		{"setuid", plain, 0, 0o4644, 0, dos.ErrNotInAttributes},
		{"a directory holds no read-only", umask, dos.Directory, 0o555, dos.Directory, dos.ErrNotInAttributes},
		{"a directory holds it with rodir", dos.Mount{ReadOnlyDirs: true}, dos.Directory, 0o555, dos.Directory | dos.ReadOnly, nil},
		{"a directory keeps what Windows marks", umask, dos.Directory | dos.ReadOnly, 0o755, dos.Directory | dos.ReadOnly, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.mount.Chmod(c.a, "f", c.to)
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("%v, %v; want %v, %v", got, err, c.want, c.err)
			}
		})
	}
}

func TestSetOnFAT(t *testing.T) {
	if got, err := dos.Attributes(0).SetOnFAT(0x3f, false); got != 0x27 || err != nil { // D10
		t.Errorf("D10: %v, %v", got, err)
	}
	if _, err := dos.Directory.SetOnFAT(dos.Hidden, true); !errors.Is(err, dos.ErrRootDirectory) {
		t.Errorf("the root: %v", err)
	}
}

func TestSambaMap(t *testing.T) {
	all := dos.SambaMap{Archive: true, System: true, Hidden: true}
	for m := range mode.Mode(0o1000) {
		a := all.FromMode(m)
		if back := all.FromMode(all.ToMode(a, 0o666)); back != a {
			t.Fatalf("%s: %v, and back %v", m.Octal(), a, back)
		}
	}
	if a := (dos.SambaMap{Archive: true}).FromMode(0o755); a != dos.Archive {
		t.Errorf("0755: %v", a)
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in     string
		want   dos.Attributes
		format string
	}{
		{"", 0, "----"},
		{"-", 0, "----"},
		{"RHSA", rhsa, "RHSA"},
		{"a r", dos.ReadOnly | dos.Archive, "R--A"},
		{"0x21", 0x21, "R--A"},
		{"R--A, Compressed", 0x821, "R--A,compressed"},
		{"0x80000001", 0x80000001, "R---,0x80000000"},
	} {
		t.Run(c.in, func(t *testing.T) {
			a, err := dos.Parse(c.in)
			if err != nil || a != c.want || a.Format() != c.format {
				t.Errorf("%#x %q, %v; want %#x %q", uint32(a), a.Format(), err, uint32(c.want), c.format)
			}
		})
	}
	for _, c := range []struct {
		in     string
		offset int
	}{{"RHX", 2}, {"R,0xg", 2}, {"R,hidden!", 2}, {"0x123456789", 0}} {
		var syntax *dos.SyntaxError
		if _, err := dos.Parse(c.in); !errors.As(err, &syntax) || syntax.Offset < c.offset {
			t.Errorf("%q: %v", c.in, err)
		}
	}
}

func TestParseChange(t *testing.T) {
	for _, c := range []struct{ in, want string }{{"+r -h +S", "+r -h +s"}, {"+rs-h", "+r -h +s"}, {"+r -r", "-r"}, {"", ""}} {
		change, err := dos.ParseChange(c.in)
		if err != nil || change.Format() != c.want {
			t.Errorf("%q: %q, %v", c.in, change.Format(), err)
		}
	}
	for _, in := range []string{"r", "+x", "+", "+r h", "-r -", "+ r"} {
		var syntax *dos.SyntaxError
		if c, err := dos.ParseChange(in); !errors.As(err, &syntax) {
			t.Errorf("%q: %v, %v", in, c, err)
		}
	}
}
