package dos_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"ward/legacy/dos"
	"ward/mode"
)

// The evaluator below takes one wish at a time and follows the sentences of MS-FSA:
// 2.1.5.1.2, "if the file is read-only and the desired access includes writing or
// appending data, the operation fails"; "if the existing file is hidden or a system
// file and the new attributes are not, it fails" (overwriting and superseding);
// 2.1.5.14.3, "if the file is read-only, it cannot be deleted". For directories
// 2.1.5.1.2 makes the exception from the first, and fails what needs a data file.
func naive(attributes uint32, wish string) bool {
	label, directory := attributes/8%2 == 1, attributes/16%2 == 1
	readOnly, hidden, system := attributes%2 == 1, attributes/2%2 == 1, attributes/4%2 == 1
	if label {
		return false
	}
	switch wish {
	case "write":
		return !directory && !readOnly
	case "replace":
		return !directory && !readOnly && !hidden && !system
	case "execute":
		return !directory
	case "delete":
		return !readOnly
	}
	return true
}

func TestDecisionsAgreeWithANaiveReader(t *testing.T) {
	wishes := []string{"read", "write", "replace", "execute", "delete", "rename", "set attributes"}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const rounds = 150_000
	allowed := 0
	for range rounds {
		a, wanted, want := r.Uint32(), dos.Rights(0), true
		if r.IntN(4) > 0 {
			a &^= 8
		}
		for range 1 + r.IntN(2) {
			i := r.IntN(len(wishes))
			wanted |= 1 << i
			want = want && naive(a, wishes[i])
		}
		v := dos.Attributes(a).Decide(wanted)
		if v.Allowed != want || v.Allowed != (v.Missing == 0) || v.Allowed != (v.Reason == dos.NothingForbids) {
			t.Fatalf("seed %d: %#x wants %#x: %+v, the naive reader says %v", seed, a, wanted, v, want)
		}
		if v.Allowed {
			allowed++
		}
	}
	if allowed < rounds/10 || allowed > rounds*9/10 {
		t.Errorf("seed %d: %d of %d were allowed: the generator shows too little", seed, allowed, rounds)
	}
	t.Logf("%d decisions, %d allowed", rounds, allowed)
}

// What Linux shows of FAT, bit by bit as the manual page of mount(8) words it.
func TestModesAgreeWithANaiveReader(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	names := []string{"A", "A.EXE", "A.TXT", "a.com", "B.BAT", "EXE"}
	for range 100_000 {
		m := dos.Mount{FileMask: mode.Mode(r.Uint32N(0o1000)), DirMask: mode.Mode(r.Uint32N(0o1000)), ShowExec: r.IntN(2) == 0, ReadOnlyDirs: r.IntN(2) == 0}
		a, n := r.Uint32N(64), r.IntN(len(names))
		directory, readOnly := a&16 != 0, a&1 != 0
		program := n == 1 || n == 3 || n == 4
		var want mode.Mode
		for bit := range 9 {
			on := true
			switch bit % 3 {
			case 0:
				on = directory || !m.ShowExec || program
			case 1:
				on = !readOnly || directory && !m.ReadOnlyDirs
			}
			mask := m.FileMask
			if directory {
				mask = m.DirMask
			}
			if on && mask>>bit&1 == 0 {
				want |= 1 << bit
			}
		}
		if got := m.Mode(dos.Attributes(a), names[n]); got != want {
			t.Fatalf("seed %d: %+v, %#x, %s: %s, the naive reader says %s", seed, m, a, names[n], got.Octal(), want.Octal())
		}
	}
}

func TestChmodShowsWhatItWasGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := dos.Mount{
			FileMask: mode.Mode(rapid.Uint16Range(0, 0o777).Draw(t, "fmask")), DirMask: mode.Mode(rapid.Uint16Range(0, 0o777).Draw(t, "dmask")),
			ShowExec: rapid.Bool().Draw(t, "showexec"), ReadOnlyDirs: rapid.Bool().Draw(t, "rodir"),
		}
		a := dos.Attributes(rapid.Uint8().Draw(t, "attributes"))
		to := mode.Mode(rapid.Uint16Range(0, 0o777).Draw(t, "mode"))
		after, err := m.Chmod(a, "F", to)
		if err != nil {
			if after != a {
				t.Fatalf("refused, and changed from %v to %v", a, after)
			}
			return
		}
		if after&^dos.ReadOnly != a&^dos.ReadOnly {
			t.Fatalf("%v became %v", a, after)
		}
		mask := m.FileMask
		if a&dos.Directory != 0 {
			mask = m.DirMask
		}
		if got := m.Mode(after, "F"); got != to&^mask {
			t.Fatalf("%v was given %s and shows %s", a, to.Octal(), got.Octal())
		}
	})
}

func TestFormatsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := dos.Attributes(rapid.Uint32().Draw(t, "attributes"))
		if back, err := dos.Parse(a.Format()); err != nil || back != a {
			t.Fatalf("%q: %#x, %v", a.Format(), uint32(back), err)
		}
		if back, err := dos.Decode(a.Encode()); err != nil || back != a {
			t.Fatalf("%x: %v", a.Encode(), err)
		}
		const shown = rhsa | dos.Directory
		if back, err := dos.ParseZipinfo((a & shown).FormatZipinfo("f")); err != nil || back != a&shown {
			t.Fatalf("%q: %v, %v", (a & shown).FormatZipinfo("f"), back, err)
		}
		b := dos.Attributes(rapid.Uint32().Draw(t, "others"))
		c := a.To(b)
		if c.Apply(a)&rhsa != b&rhsa || c.Apply(a)&^rhsa != a&^rhsa {
			t.Fatalf("%v to %v: %v", a, b, c)
		}
		if back, err := dos.ParseChange(c.Format()); err != nil || back != c {
			t.Fatalf("%q: %v, %v", c.Format(), back, err)
		}
	})
}

func TestSambaReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := dos.Samba{Version: rapid.Uint16Range(0, 5).Draw(t, "version")}.With(dos.Attributes(rapid.Uint32().Draw(t, "attributes")))
		if s.Version == 0 {
			s.Stored = 0
		}
		if s.Version == 2 {
			s.Name = rapid.StringMatching(`[a-z]*`).Draw(t, "name")
		}
		s.CreateTime = rapid.Uint64().Draw(t, "created")
		if s.Version == 0 {
			s.CreateTime = 0
		}
		value, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := dos.DecodeSamba(value)
		if err != nil || fmt.Sprint(back) != fmt.Sprint(s) {
			t.Fatalf("%+v, and back %+v, %v", s, back, err)
		}
	})
}

func FuzzDecodeSamba(f *testing.F) {
	f.Add([]byte("0x22"))
	f.Add([]byte("\x00\x00\x05\x00\x05\x00\x00\x00\x11\x00\x00\x00\x22\x00\x00\x00\x00\x00\x5a\xf6\x4c\xf5\xd4\x01"))
	f.Add([]byte("0x22\x00\x00\x01\x00\x01\x00\x00\x00\x22\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, value []byte) {
		s, err := dos.DecodeSamba(value)
		if err != nil {
			return
		}
		again, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := dos.DecodeSamba(again)
		if err != nil || fmt.Sprint(back) != fmt.Sprint(s) {
			t.Fatalf("%+v, and back %+v, %v", s, back, err)
		}
		twice, _ := back.Encode()
		if !bytes.Equal(twice, again) {
			t.Fatalf("%x, and then %x", again, twice)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"RHSA", "R--A,offline", "0x21", "  A  SHR     ::/A", "+r -h", "-rw-a--"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := dos.Parse(s); err == nil {
			if back, err := dos.Parse(a.Format()); err != nil || back != a {
				t.Fatalf("%q: %v, %v", s, back, err)
			}
		}
		if a, path, err := dos.ParseMattrib(s); err == nil && a.FormatMattrib()+path != s {
			t.Fatalf("%q: %q", s, a.FormatMattrib()+path)
		}
		if c, err := dos.ParseChange(s); err == nil {
			if back, err := dos.ParseChange(c.Format()); err != nil || back != c {
				t.Fatalf("%q: %v, %v", s, back, err)
			}
		}
		if a, err := dos.ParseZipinfo(s); err == nil && len(s) == 7 && s[3] == '-' && a&dos.Directory == 0 && a.FormatZipinfo("") != s {
			t.Fatalf("%q: %q", s, a.FormatZipinfo(""))
		}
	})
}
