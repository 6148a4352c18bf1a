package amiga_test

import (
	"errors"
	"testing"

	"ward/ident"
	"ward/legacy/amiga"
	"ward/mode"
)

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		name string
		p    amiga.Protection
		want string
	}{
		{"A1", 0, "----rwed"},
		{"A2", 0x45, "-s--r-e-"},
		{"A3: all denied", 0x0f, "--------"},
		{"A3: delete denied", 0x01, "----rwe-"},
		{"A3: read denied", 0x08, "-----wed"},
		{"A3: all letters", 0xf0, "hsparwed"},
		{"A3: all letters, all denied", 0xff, "hspa----"},
		{"archived", 0x10, "---arwed"},
		{"A14: group's bits are not inverted", 0x0800, "----rwed,group=r---"},
		{"others'", 0xb000, "----rwed,other=r-ed"},
		{"bits without a name", 0x80010000, "----rwed,0x80010000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.p.Format(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if back, err := amiga.Parse(c.want); err != nil || back != c.p {
				t.Errorf("%#x, %v", uint32(back), err)
			}
		})
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		want amiga.Protection
	}{
		{"---a----", 0x1f}, // A4
		{"arwed", 0x10}, {"-rw-d", 0x02}, {"r---", 0x07}, {"rwed", 0}, {"RWED", 0}, {"dewr", 0}, {"", 0x0f}, {"srwed,group=r", 0x840},
	} {
		if got, err := amiga.Parse(c.in); err != nil || got != c.want {
			t.Errorf("%q: %#x, %v; want %#x", c.in, uint32(got), err, uint32(c.want))
		}
	}
	for _, c := range []struct {
		in     string
		offset int
	}{{"rwx", 2}, {"rwr", 2}, {"---", 0}, {"----wred", 4}, {"--------\r", 0}, {"-------\r", 7}, {"rwed,all=r", 5}, {"rwed,group=s", 11}, {"rwed,0x1", 5}} {
		var syntax *amiga.SyntaxError
		if p, err := amiga.Parse(c.in); !errors.As(err, &syntax) || syntax.Offset != c.offset {
			t.Errorf("%q: %v, %v", c.in, p, err)
		}
	}
}

// A5 to A7, with what zipinfo and unzip made of them after a umask of 022.
func TestZip(t *testing.T) {
	for _, c := range []struct {
		external uint32
		listed   string
		unzipped mode.Mode
	}{
		{0x00000000, "?--------", 0},
		{0x000f0000, "?----rwed", 0o755},
		{0x000e0000, "?----rwe-", 0o755},
		{0x001f0000, "?---arwed", 0o755},
		{0x008f0000, "?h---rwed", 0o755},
		{0x000a0000, "?----r-e-", 0o555},
		{0x00ff0000, "?hsparwed", 0o755},
		{0x004d0000, "?-s--rw-d", 0o644},
		{0x020f0000, "?----rwed", 0o755},
		{0x040f0000, "-----rwed", 0o755},
		{0x06ff0000, "-hsparwed", 0o755}, // A6
		{0x080f0000, "d----rwed", 0o755},
	} {
		if got := amiga.FormatZipinfo(c.external); got != c.listed {
			t.Errorf("%#x: %q, want %q", c.external, got, c.listed)
		}
		if got := amiga.Unzipped(c.external).Under(0o022); got != c.unzipped {
			t.Errorf("%#x: %s, want %s", c.external, got.Octal(), c.unzipped.Octal())
		}
	}
}

func TestLinux(t *testing.T) {
	for _, c := range []struct {
		name string
		p    amiga.Protection
		kind mode.Kind
		want mode.Mode
	}{
		{"A8: file", 0, mode.Regular, 0o700},
		{"A8: directory", 0, mode.Directory, 0o700},
		{"A8: group", 0x0802, mode.Regular, 0o640},
		{"a directory that is read", 0x8802, mode.Directory, 0o755},
		{"to delete is no bit of a mode", 0x1101, mode.Regular, 0o700},
	} {
		if got := c.p.Mode(c.kind); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.Octal(), c.want.Octal())
		}
	}
	for _, c := range []struct { // A9
		m    mode.Mode
		want amiga.Protection
	}{{0o755, 0xbb00}, {0o644, 0x9902}, {0o400, 0x0006}} {
		if got := amiga.Protection(0).Chmod(c.m); got != c.want {
			t.Errorf("A9: %s: %#x, want %#x", c.m.Octal(), uint32(got), uint32(c.want))
		}
	}
	block := make([]byte, 512)
	copy(block[0x140:], amiga.Protection(0x45).Encode())
	if p, err := amiga.DecodeBlock(block); err != nil || p != 0x45 {
		t.Errorf("block: %v, %v", p, err)
	}
	var form *amiga.FormError
	if _, err := amiga.DecodeBlock(block[:511]); !errors.As(err, &form) {
		t.Errorf("a short block: %v", err)
	}
}

func TestUAEM(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     amiga.UAEM
	}{
		{"A10", "----rw-d 2015-06-01 12:00:00.00 hello", amiga.UAEM{Protection: 0x02, Date: "2015-06-01 12:00:00.00", Comment: "hello"}},
		{"a mark and an end of line", "\ufeff-s--rwed 2015-06-01 12:00:00.00 \r\n", amiga.UAEM{Protection: 0x40, Date: "2015-06-01 12:00:00.00"}},
		{"without a comment", "hspa---- 2015-06-01 12:00:00.00", amiga.UAEM{Protection: 0xff, Date: "2015-06-01 12:00:00.00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := amiga.DecodeUAEM([]byte(c.in)); err != nil || got != c.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	for _, in := range []string{"", "----rwed", "garbage garbage garbage garbage garbage", "----rwed 2015-06-01 12:00:00.00hello"} { // A11
		var form *amiga.FormError
		if got, err := amiga.DecodeUAEM([]byte(in)); !errors.As(err, &form) || got.Protection.Format() != "----rwed" {
			t.Errorf("A11: %q: %+v, %v", in, got, err)
		}
	}
}

func TestUAEFSDB(t *testing.T) {
	record := make([]byte, 600) // A12
	copy(record, "\x01\x00\x00\x00\x45Startup-Sequence")
	copy(record[262:], "startup")
	copy(record[519:], "a comment")
	want := amiga.FSDBRecord{Valid: 1, Protection: 0x45, AmigaName: "Startup-Sequence", HostName: "startup", Comment: "a comment"}
	got, err := amiga.DecodeUAEFSDB(record)
	if err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("A12: %+v, %v", got, err)
	}
	if back, err := amiga.EncodeUAEFSDB(got); err != nil || string(back) != string(record) {
		t.Errorf("A12: back %q, %v", back, err)
	}
	var form *amiga.FormError
	if _, err := amiga.DecodeUAEFSDB(record[:599]); !errors.As(err, &form) {
		t.Errorf("a short record: %v", err)
	}
	if _, err := amiga.EncodeUAEFSDB([]amiga.FSDBRecord{{Comment: string(record[:100])}}); !errors.As(err, &form) {
		t.Errorf("a long comment: %v", err)
	}
}

func TestChange(t *testing.T) {
	for _, c := range []struct {
		in, before, after, format string
	}{
		{"rwed", "-s------", "----rwed", "----rwed"},
		{"+s -w", "----rwed", "-s--r-ed", "+s -w"},
		{"rw ADD", "--------", "----rw--", "+rw"},
		{"wd SUB", "----rwed", "----r-e-", "-wd"},
		{"+w -w", "----rwed", "----r-ed", "-w"},
		{"--------", "hsparwed", "--------", "--------"},
	} {
		change, err := amiga.ParseChange(c.in)
		if err != nil {
			t.Error(err)
			continue
		}
		p, err := amiga.Parse(c.before + ",group=r")
		if err != nil {
			t.Fatal(err)
		}
		if got := change.Apply(p).Format(); got != c.after+",group=r---" || change.Format() != c.format {
			t.Errorf("%q on %q: %q, as %q", c.in, c.before, got, change.Format())
		}
	}
	for _, in := range []string{"", "+", "+x", "rw ed", "+s w", "ADD", "rw XOR", "-"} {
		var syntax *amiga.SyntaxError
		if c, err := amiga.ParseChange(in); !errors.As(err, &syntax) {
			t.Errorf("%q: %+v, %v", in, c, err)
		}
	}
}

func TestDecide(t *testing.T) {
	o := amiga.Object{Owner: 10, Group: 20}
	owner, member, other := ident.Subject{UID: 10}, ident.Subject{UID: 11, Groups: []ident.GID{20}}, ident.Subject{UID: 12, GID: 21}
	for _, c := range []struct {
		name   string
		p      string
		s      ident.Subject
		by     amiga.Rules
		wanted amiga.Rights
		want   bool
		reason string
	}{
		{"everybody is one", "----rwed", other, amiga.SingleUser, amiga.Write | amiga.Delete, true, "the bits of everybody allow it"},
		{"to delete is a right of its own", "----rwe-", owner, amiga.SingleUser, amiga.Delete, false, "the bits of everybody do not allow d"},
		{"A13: a script takes r", "-s---wed", owner, amiga.SingleUser, amiga.RunScript, false, "the bits of everybody do not allow r"},
		{"A13: and s", "----rwed", owner, amiga.SingleUser, amiga.RunScript, false, "the file is not marked as a script"},
		{"A13: not e", "-s--r---", owner, amiga.SingleUser, amiga.RunScript, true, "the bits of everybody allow it"},
		{"A13: h forbids nothing", "h---rwed", owner, amiga.SingleUser, amiga.Read | amiga.Execute, true, "the bits of everybody allow it"},
		{"the group", "----rwed,group=r", member, amiga.MultiUser, amiga.Write, false, "the bits of group do not allow w"},
		{"others", "----rwed,group=rwed,other=r", other, amiga.MultiUser, amiga.Read, true, "the bits of others allow it"},
		{"the superuser", "--------", ident.Root(), amiga.MultiUser, amiga.Delete, true, "the bits of superuser allow it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := amiga.Parse(c.p)
			if err != nil {
				t.Fatal(err)
			}
			if v := p.Decide(c.s, c.wanted, o, c.by); v.Allowed != c.want || v.Reason() != c.reason {
				t.Errorf("%+v: %s", v, v.Reason())
			}
		})
	}
}
