package mode_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"ward/mode"
)

func TestParse(t *testing.T) {
	tests := map[string]mode.Mode{
		"750": 0o750, "0750": 0o750, "0o750": 0o750, "00750": 0o750, "7": 0o7, "0": 0, "04755": 0o4755,
		"rwxr-x---": 0o750, "-rwsr-sr-x": 0o6755, "drwxrwxrwt+": 0o1777, "-rwSr--r-T": 0o5644,
		"-rwxr-lr-x": 0o2745, "-rwxr-Lr-x": 0o2745, "drwxr-sr-x.": 0o2755, "-rw-r--r--@": 0o644, "prw-------": 0o600, "=rw-------": 0o600, "Drw-rw-rw-": 0o666,
		"S_IRUSR|S_IWUSR": 0o600, "S_IRWXU | S_IRGRP | S_ISVTX": 0o1740, "S_IREAD|S_IWRITE": 0o600, "S_IFREG|0644": 0o644, "(S_ISUID|S_IXUSR)": 0o4100, "ALLPERMS": 0o7777,
		"u=rwx,g=rx,o=": 0o750, "a=r,u+w": 0o644, "=755": 0o755, "ugo=rx,u+s": 0o4555,
		"urwxr-xr-x": 0o4755, "dtrwxrwxrwx": 0o1777, "ugrwxr-xr-x": 0o6755, "dgrwxrwxr-x": 0o2775,
	}
	for s, want := range tests {
		if got, err := mode.Parse(s); err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", s, got.Octal(), err, want.Octal())
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := map[string]string{
		"":                 "is empty",
		"0888":             "8 is no octal digit",
		"0o":               "has no digits",
		"100644":           "write 0644",
		"17777":            "more than 07777",
		"u+x":              "result depends",
		"u=rw":             "result depends",
		"a=rX":             "result depends",
		"=rw":              "result depends",
		"s_irusr|S_IWUSR":  "write S_IRUSR",
		"S_IRUSR|S_INONSE": "no constant",
		"-rw-r--r-q":       "cannot stand there",
		"-rwtr--r--":       "cannot stand there",
		"banana":           "is not one of",
	}
	for s, says := range tests {
		_, err := mode.Parse(s)
		var e *mode.SyntaxError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", s, err, says)
		}
	}
}

// Every mode is read back from every notation that writes it.
func TestNotationsReadBack(t *testing.T) {
	for m := mode.Mode(0); m <= mode.All; m++ {
		for _, text := range []string{m.Octal(), m.Constants(), m.Symbolic(), m.Format(mode.Regular), m.Format(mode.Directory)[1:], m.FileMode(mode.Directory).String()} {
			if got, err := mode.Parse(text); err != nil || got != m {
				t.Fatalf("%s as %q reads as %s, %v", m.Octal(), text, got.Octal(), err)
			}
		}
		for k := mode.Unknown; k <= mode.Whiteout; k++ {
			got, kind, suffix, err := mode.ParseListing(m.Format(k) + "+")
			if got != m || kind != k || suffix != '+' || err != nil {
				t.Fatalf("%s reads as %s %s: %v", m.Format(k), got.Octal(), kind, err)
			}
		}
	}
}

func TestFormat(t *testing.T) {
	tests := map[string]string{
		mode.Mode(0o4755).Format(mode.Regular):   "-rwsr-xr-x",
		mode.Mode(0o2745).Format(mode.Regular):   "-rwxr-Sr-x",
		mode.Mode(0o1644).Format(mode.Regular):   "-rw-r--r-T",
		mode.Mode(0o1777).Format(mode.Directory): "drwxrwxrwt",
		mode.Mode(0).Format(mode.Unknown):        "?---------",
		mode.Mode(0o640).Constants():             "S_IRUSR|S_IWUSR|S_IRGRP",
		mode.Mode(0).Constants():                 "0",
		mode.Mode(0o6750).Symbolic():             "u=rwxs,g=rxs,o=",
		mode.Mode(7).Octal():                     "0007",
		mode.Rights(5).String():                  "r-x",
	}
	for got, want := range tests {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestStatAndFileMode(t *testing.T) {
	tests := []struct {
		raw  uint32
		mode mode.Mode
		kind mode.Kind
		file fs.FileMode
	}{
		{0o104755, 0o4755, mode.Regular, fs.ModeSetuid | 0o755},
		{0o041777, 0o1777, mode.Directory, fs.ModeDir | fs.ModeSticky | 0o777},
		{0o120777, 0o777, mode.Symlink, fs.ModeSymlink | 0o777},
		{0o010600, 0o600, mode.FIFO, fs.ModeNamedPipe | 0o600},
		{0o140600, 0o600, mode.Socket, fs.ModeSocket | 0o600},
		{0o020600, 0o600, mode.CharDevice, fs.ModeDevice | fs.ModeCharDevice | 0o600},
		{0o062600, 0o2600, mode.BlockDevice, fs.ModeDevice | fs.ModeSetgid | 0o600},
	}
	for _, tt := range tests {
		if m, k := mode.FromStat(tt.raw); m != tt.mode || k != tt.kind || m.FileMode(k) != tt.file {
			t.Errorf("%#o: %s %s %v", tt.raw, m.Octal(), k, m.FileMode(k))
		}
		if m, k := mode.FromFileMode(tt.file); m != tt.mode || k != tt.kind {
			t.Errorf("%v: %s %s", tt.file, m.Octal(), k)
		}
	}
	if _, k := mode.FromStat(0o050644); k != mode.Unknown {
		t.Errorf("a Xenix special file is a %s", k)
	}
}

func TestKinds(t *testing.T) {
	for k := mode.Regular; k <= mode.Whiteout; k++ {
		if got, err := mode.ParseKind(k.String()); err != nil || got != k {
			t.Errorf("%s reads as %s, %v", k, got, err)
		}
	}
	for s, want := range map[string]mode.Kind{"dir": mode.Directory, "f": mode.Regular, "link": mode.Symlink, "pipe": mode.FIFO, "s": mode.Socket, "char": mode.CharDevice, "b": mode.BlockDevice} {
		if got, err := mode.ParseKind(s); err != nil || got != want {
			t.Errorf("%q reads as %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"", " ", "unknown", "files", "d l"} {
		if got, err := mode.ParseKind(s); err == nil {
			t.Errorf("%q reads as %s", s, got)
		}
	}
	if mode.Kind(200).Letter() != '?' {
		t.Error("a kind beyond the last")
	}
}

func TestUnder(t *testing.T) {
	if got := mode.Mode(0o666).Under(0o027); got != 0o640 {
		t.Errorf("0666 under 027 is %s", got.Octal())
	}
	if got := mode.Mode(0o7777).Under(0o7022); got != 0o7755 {
		t.Errorf("07777 under 07022 is %s", got.Octal())
	}
}

func TestCharactersOfSeveralBytesAreNamedWhole(t *testing.T) {
	for text, want := range map[string]string{
		"é":      `'é' is not one of`,
		"u+é":    `'é' is not one of`,
		"64é":    `'é' does not belong`,
		"\xff":   `"\xff" is not one of`,
		"u+\xc3": `"\xc3" is not one of`,
	} {
		_, err := mode.ParseExpr(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
