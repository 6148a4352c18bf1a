package mode_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"ward/mode"
)

func TestParseSpelling(t *testing.T) {
	tests := []struct {
		text     string
		mode     mode.Mode
		kind     mode.Kind
		notation mode.Notation
		others   string
	}{
		{"0750", 0o750, mode.Unknown, mode.AsOctal, ""},
		{"0o750", 0o750, mode.Unknown, mode.AsOctal, ""},
		{"00750", 0o750, mode.Unknown, mode.AsOctal, ""},
		{"7", 0o7, mode.Unknown, mode.AsOctal, ""},
		{"755", 0o755, mode.Unknown, mode.AsOctal, "C and Python 01363, Go 0363"},
		{"420", 0o420, mode.Unknown, mode.AsOctal, "C, Python and Go 0644"},
		{"4755", 0o4755, mode.Unknown, mode.AsOctal, "C and Python 01223, Go 0223"},
		{"0x1ed", 0o755, mode.Unknown, mode.AsHex, ""},
		{"100644", 0o644, mode.Regular, mode.AsStMode, ""},
		{"0100644", 0o644, mode.Regular, mode.AsStMode, ""},
		{"040000", 0, mode.Directory, mode.AsStMode, ""},
		{"120000", 0, mode.Symlink, mode.AsStMode, ""},
		{"0150666", 0o666, mode.Door, mode.AsStMode, ""},
		{"0o10644", 0o644, mode.FIFO, mode.AsStMode, ""},
		{"33188", 0o644, mode.Regular, mode.AsStMode, ""},
		{"33256", 0o750, mode.Regular, mode.AsStMode, ""}, // no octal mode, though its digits are octal ones
		{"2152726530", 0o3002, mode.Directory, mode.AsGoNumber, ""},
		{"16877", 0o755, mode.Directory, mode.AsStMode, ""},
		{"0x81a4", 0o644, mode.Regular, mode.AsStMode, ""},
		{"2147484141", 0o755, mode.Directory, mode.AsGoNumber, ""},
		{"0o20000000755", 0o755, mode.Directory, mode.AsGoNumber, ""},
		{"020000000755", 0o755, mode.Directory, mode.AsGoNumber, ""},
		{"0x800001ed", 0o755, mode.Directory, mode.AsGoNumber, ""},
		{"0x8001ed", 0o4755, mode.Regular, mode.AsGoNumber, ""},
		{"rwxr-x---", 0o750, mode.Unknown, mode.AsRights, ""},
		{"--x--x--x", 0o111, mode.Unknown, mode.AsRights, ""},
		{"-rwsr-sr-x", 0o6755, mode.Regular, mode.AsListing, ""},
		{"drwxrwxrwt+", 0o1777, mode.Directory, mode.AsListing, ""},
		{"=rw-------", 0o600, mode.FIFO, mode.AsListing, ""},
		{"-rwxr-lr-x", 0o2745, mode.Regular, mode.AsListing, ""},
		{"Drw-rw----", 0o660, mode.Door, mode.AsListing, "Go 0660"},
		{"dtrwxrwxrwx", 0o1777, mode.Directory, mode.AsGoString, ""},
		{"urwxr-xr-x", 0o4755, mode.Regular, mode.AsGoString, ""},
		{"Lrwxrwxrwx", 0o777, mode.Symlink, mode.AsGoString, ""},
		{"Dcrw-rw-rw-", 0o666, mode.CharDevice, mode.AsGoString, ""},
		{"Srwxr-xr-x", 0o755, mode.Socket, mode.AsGoString, ""},
		{"S_IFDIR|S_IRWXU", 0o700, mode.Directory, mode.AsConstants, ""},
		{"S_IREAD|S_IWRITE|S_IEXEC", 0o700, mode.Unknown, mode.AsConstants, ""},
		{"u=rwx,g=rx,o=", 0o750, mode.Unknown, mode.AsExpression, ""},
		{"a=", 0, mode.Unknown, mode.AsExpression, ""},
		{"u=rwx,go=u", 0o777, mode.Unknown, mode.AsExpression, ""},
		{"u=rwx,g=u-w,o=", 0o750, mode.Unknown, mode.AsExpression, ""},
		{"S_ISTXT|0777", 0o1777, mode.Unknown, mode.AsConstants, ""},
		{"fs.ModeSetuid|0o755", 0o4755, mode.Unknown, mode.AsConstants, ""},
		{"os.ModeDir|os.ModeSticky|os.ModePerm", 0o1777, mode.Directory, mode.AsConstants, ""},
	}
	for _, tt := range tests {
		got, err := mode.ParseSpelling(tt.text)
		if err != nil || got.Mode != tt.mode || got.Kind != tt.kind || got.Notation != tt.notation || othersOf(got) != tt.others {
			t.Errorf("%s: %s %s as %s, others %q, %v; want %s %s as %s, others %q",
				tt.text, got.Mode.Octal(), got.Kind, got.Notation, othersOf(got), err, tt.mode.Octal(), tt.kind, tt.notation, tt.others)
		}
	}
}

func othersOf(s mode.Spelling) string {
	var all []string
	for _, o := range s.Others {
		all = append(all, fmt.Sprintf("%s 0%03o", o.By, uint16(o.Mode)))
	}
	return strings.Join(all, ", ")
}

func TestParseSpellingRefuses(t *testing.T) {
	for text, says := range map[string]string{
		"":             "is empty",
		"493":          "9 is no octal digit; in decimal it is 0755",
		"0888":         "8 is no octal digit",
		"0o":           "has no digits",
		"0x":           "does not belong to an octal mode",
		"17777":        "more than 07777",
		"24755":        "more than 07777",
		"030644":       "neither an st_mode", // V7's multiplexed devices have no name here
		"99999999999":  "9 is no octal digit",
		"0x1ffffffff":  "more than 07777",
		"-rw-r--r--q":  "is no line of ls",
		"u+x":          "result depends",
		"u=rwx,o=g,g=": "result depends",
		"u=rwx,=r,go=": "result depends",
		"1e3":          "does not belong to an octal mode",
		"0b110":        "does not belong",
		"rwxr-x--":     "has 8 letters",
		"rwxr-xr-q":    "'q' cannot stand there",
		"rwxr-xr-xrwx": "has 12 letters",
		"tdrwxrwxrwx":  "is no line of ls",
	} {
		got, err := mode.ParseSpelling(text)
		var e *mode.SyntaxError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), says) || got.Notation != 0 {
			t.Errorf("%q: %+v, %v; want %q", text, got, err, says)
		}
	}
}

// A program's slip in the base of a number, as C, Python and Go would run it.
func TestParseDecimal(t *testing.T) {
	for text, want := range map[string]string{
		"420": "0644 decimal unknown", "493": "0755 decimal unknown", "755": "01363 decimal unknown",
		"33188": "0644 st_mode file", "2147484141": "0755 Go number directory", "0": "0000 decimal unknown",
		"4755": "01223 decimal unknown", "4516": "0644 decimal unknown", "4489": "0611 st_mode fifo",
	} {
		s, err := mode.ParseDecimal(text)
		if got := fmt.Sprintf("0%03o %s %s", uint16(s.Mode), s.Notation, s.Kind); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0x1ed", "-5", "7 5", "99999999999", "5000000000"} {
		if s, err := mode.ParseDecimal(text); err == nil {
			t.Errorf("%q is %s", text, s.Mode.Octal())
		}
	}
}

// ParseGo reads back what Go prints, for every mode and kind that Go knows, and
// ParseSpelling reads its numbers in every base.
func TestGoFileModesReadBack(t *testing.T) {
	for m := mode.Mode(0); m <= mode.All; m++ {
		for _, k := range []mode.Kind{mode.Regular, mode.Directory, mode.Symlink, mode.FIFO, mode.Socket, mode.CharDevice, mode.BlockDevice} {
			f := m.FileMode(k)
			got, kind, err := mode.ParseGo(f.String())
			if err != nil || got != m || kind != k {
				t.Fatalf("%s reads as %s %s, %v", f, got.Octal(), kind, err)
			}
			if f <= fs.ModePerm {
				continue // a number that says no more than nine bits
			}
			for _, format := range []string{"0o%o", "0%o", "0x%x"} {
				s, err := mode.ParseSpelling(fmt.Sprintf(format, uint32(f)))
				if err != nil || s.Mode != m || s.Kind != k || s.Notation != mode.AsGoNumber {
					t.Fatalf("%s of %s reads as %+v, %v", format, f, s, err)
				}
			}
		}
	}
}

func TestGoSyntax(t *testing.T) {
	for m, want := range map[mode.Mode]string{
		0o755: "0o755", 0: "0o000", 0o4755: "fs.ModeSetuid|0o755", 0o3770: "fs.ModeSetgid|fs.ModeSticky|0o770",
	} {
		if got := m.GoSyntax(); got != want {
			t.Errorf("%s: %s, want %s", m.Octal(), got, want)
		}
	}
}

// strmode(3) of BSD and ls of Solaris on the same modes.
func TestFormatOnOtherSystems(t *testing.T) {
	tests := []struct {
		raw            uint32
		linux, solaris string
	}{
		{0o104755, "-rwsr-xr-x", "-rwsr-xr-x"},
		{0o102745, "-rwxr-Sr-x", "-rwxr-lr-x"},
		{0o101644, "-rw-r--r-T", "-rw-r--r-T"},
		{0o042745, "drwxr-Sr-x", "drwxr-Sr-x"},
	}
	for _, tt := range tests {
		m, k := mode.FromStat(tt.raw)
		if a, b := m.FormatOn(k, "linux"), m.FormatOn(k, "solaris"); a != tt.linux || b != tt.solaris {
			t.Errorf("%o: %s and %s, want %s and %s", tt.raw, a, b, tt.linux, tt.solaris)
		}
		for _, text := range []string{tt.linux, tt.solaris} {
			if got, err := mode.ParseSpelling(text); err != nil || got.Mode != m || got.Kind != k {
				t.Errorf("%s reads as %+v, %v", text, got, err)
			}
		}
	}
}

// What each group of systems says of the special bits.
func TestMeanings(t *testing.T) {
	tests := []struct {
		m    mode.Mode
		k    mode.Kind
		want []string
	}{
		{mode.SetUID, mode.Directory, []string{"linux,darwin,solaris: does nothing on a directory", "freebsd: does nothing, but on a mount with suiddir"}},
		{mode.SetGID, mode.Directory, []string{"linux,solaris: new entries take the directory's group", "freebsd,darwin: changes nothing here"}},
		{mode.Sticky | mode.Permissions, mode.Directory, []string{"linux,freebsd,darwin: restricted deletion, only the owner", "solaris: restricted deletion, only the owner of an entry, whoever may write that file"}},
		{0o1644, mode.Regular, []string{"linux,darwin: does nothing on a file", "freebsd: does nothing on a file, and only root", "solaris: without an x it marks a swap file"}},
		{0o1755, mode.Regular, []string{"linux,darwin: does nothing", "freebsd: does nothing", "solaris: does nothing on a file that may be executed"}},
		{0o2744, mode.Regular, []string{"linux: does nothing without the group's x", "freebsd,darwin: whoever executes it has its group's rights", "solaris: without the group's x it asks for mandatory locking"}},
		{0o2644, mode.Regular, []string{"linux: does nothing without the group's x", "freebsd,darwin: does nothing as long as nobody", "solaris: without the group's x it asks for mandatory locking"}},
		{0o755, mode.Regular, nil},
	}
	for _, tt := range tests {
		got := tt.m.Meanings(tt.k, "linux")
		if len(got) != len(tt.want) {
			t.Errorf("%s: %+v, want %d", tt.m.Format(tt.k), got, len(tt.want))
			continue
		}
		for i, g := range got {
			if text := strings.Join(g.Systems, ",") + ": " + g.Words; !strings.HasPrefix(text, tt.want[i]) {
				t.Errorf("%s: %q, want %q", tt.m.Format(tt.k), text, tt.want[i])
			}
		}
	}
	if got := mode.SetUID.Meanings(mode.Directory, "freebsd"); got[0].Systems[0] != "freebsd" {
		t.Errorf("this system does not come first: %+v", got)
	}
}

func TestCompare(t *testing.T) {
	tests := []struct {
		from, to mode.Mode
		k        mode.Kind
		want     string
	}{
		{0o644, 0o640, mode.Regular, "everybody else loses read it"},
		{0o600, 0o755, mode.Regular, "the owner gains execute it; the group gains read it, execute it; everybody else gains read it, execute it"},
		{0o644, 0o755, mode.Directory, "the owner gains reach what lies in it, create, delete and rename in it; the group gains reach what lies in it; everybody else gains reach what lies in it"},
		{0o700, 0o720, mode.Directory, "the group changes nothing"},
		{0o750, 0o730, mode.Directory, "the group gains create, delete and rename in it, loses list it"},
		{0o755, 0o4755, mode.Regular, ""},
		{0o777, 0, mode.Symlink, "the owner changes nothing; the group changes nothing; everybody else changes nothing"},
		{0o660, 0o670, mode.Socket, "the group changes nothing"},
	}
	for _, tt := range tests {
		var said []string
		for _, s := range mode.Compare(tt.from, tt.to, tt.k) {
			said = append(said, s.Who+" "+does(s))
		}
		if got := strings.Join(said, "; "); got != tt.want {
			t.Errorf("%s to %s %s: %q, want %q", tt.from.Octal(), tt.to.Octal(), tt.k, got, tt.want)
		}
	}
}

func does(s mode.Shift) string {
	var parts []string
	if len(s.Gains) > 0 {
		parts = append(parts, "gains "+strings.Join(s.Gains, ", "))
	}
	if len(s.Loses) > 0 {
		parts = append(parts, "loses "+strings.Join(s.Loses, ", "))
	}
	if parts == nil {
		return "changes nothing"
	}
	return strings.Join(parts, ", ")
}

// What one mode gives over another is what it takes away in the other direction.
func TestCompareIsSymmetric(t *testing.T) {
	for from := mode.Mode(0); from <= mode.Permissions; from += 3 {
		for to := mode.Mode(0); to <= mode.Permissions; to += 7 {
			for _, k := range bothKinds {
				there, back := mode.Compare(from, to, k), mode.Compare(to, from, k)
				if len(there) != len(back) || from == to && there != nil {
					t.Fatalf("%s and %s", from.Octal(), to.Octal())
				}
				for i := range there {
					if does(there[i]) != does(mode.Shift{Gains: back[i].Loses, Loses: back[i].Gains}) {
						t.Fatalf("%s to %s: %+v and %+v", from.Octal(), to.Octal(), there[i], back[i])
					}
				}
			}
		}
	}
}

func TestTurns(t *testing.T) {
	got := mode.Turns(0o755, 0o4755, mode.Regular, "linux")
	if len(got) != 1 || !got[0].Set || got[0].Bit != mode.SetUID || !strings.HasPrefix(got[0].Words, "whoever executes it") {
		t.Errorf("%+v", got)
	}
	got = mode.Turns(0o3777, 0o777, mode.Directory, "linux")
	if len(got) != 2 || got[0].Set || got[1].Set || mode.SpecialName(got[1].Bit) != "sticky" {
		t.Errorf("%+v", got)
	}
}

func TestCreated(t *testing.T) {
	tests := []struct {
		ask  mode.Mode
		k    mode.Kind
		mask mode.Mode
		want mode.Mode
	}{
		{0o666, mode.Regular, 0o027, 0o640},
		{0o777, mode.Directory, 0o022, 0o755},
		{0o7777, mode.Directory, 0o022, 0o1755},
		{0o4755, mode.Regular, 0o027, 0o4750},
		{0o600, mode.FIFO, 0o777, 0},
	}
	for _, tt := range tests {
		if got := tt.ask.Created(tt.k, tt.mask); got != tt.want {
			t.Errorf("%s %s under %03o: %s, want %s", tt.k, tt.ask.Octal(), uint16(tt.mask), got.Octal(), tt.want.Octal())
		}
	}
}

// The umask that is named for a mode makes that mode of the usual request, and
// where there is none no umask does.
func TestUmaskFor(t *testing.T) {
	for m := mode.Mode(0); m <= mode.All; m++ {
		for _, k := range bothKinds {
			mask, ok := m.UmaskFor(k)
			if ok && (mask > mode.Permissions || mode.Request(k).Created(k, mask) != m) {
				t.Fatalf("%s %s: umask %03o", k, m.Octal(), uint16(mask))
			}
			if possible := m&^mode.Request(k) == 0; possible != ok {
				t.Fatalf("%s %s: %v", k, m.Octal(), ok)
			}
		}
	}
	for m, want := range map[mode.Mode]mode.Mode{0o640: 0o027, 0o644: 0o022, 0o600: 0o077, 0o664: 0o002, 0o400: 0o277} {
		if mask, _ := m.UmaskFor(mode.Regular); mask != want {
			t.Errorf("%s: %03o, want %03o", m.Octal(), uint16(mask), uint16(want))
		}
	}
}

func TestParseUmask(t *testing.T) {
	for text, want := range map[string]mode.Mode{
		"027": 0o027, "22": 0o022, "0": 0, "u=rwx,g=rx,o=": 0o027, "g-w": 0o022, "go=": 0o077, "a+rwx": 0, "+x": 0o002,
	} {
		if got, err := mode.ParseUmask(text, 0o002); err != nil || text != "+x" && got != want {
			t.Errorf("%q: %s, %v; want %s", text, got.Octal(), err, want.Octal())
		}
	}
	for _, text := range []string{"", "1022", "8", "u+s", "+t", "x"} {
		if got, err := mode.ParseUmask(text, 0o022); err == nil || got != 0 {
			t.Errorf("%q: %s, %v", text, got.Octal(), err)
		}
	}
	for mask := mode.Mode(0); mask <= mode.Permissions; mask++ {
		if got, err := mode.ParseUmask(mode.FormatUmask(mask), 0o777&^mask); err != nil || got != mask {
			t.Fatalf("%q: %s, %v", mode.FormatUmask(mask), got.Octal(), err)
		}
	}
}
