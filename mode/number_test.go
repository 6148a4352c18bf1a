package mode_test

import (
	"strings"
	"testing"

	"ward/mode"
)

func TestFromYAMLNumber(t *testing.T) {
	for text, want := range map[string]mode.Mode{"0644": 0o644, "0o644": 0o644, "02775": 0o2775, "0o2755": 0o2755, "0": 0, "00644": 0o644, "0o0755": 0o755} {
		if got, err := mode.FromYAMLNumber(text); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got.Octal(), err, want.Octal())
		}
	}
	refused := map[string]string{
		"644":        `read as a number is 01204 (--w----r-T, decimal 644); write "0644"`,
		"755":        `read as a number is 01363 (--wxrw--wt, decimal 755); write "0755"`,
		"2755":       `read as a number is 05303`,
		"1777":       `read as a number is 03361`,
		"420":        `is 0644 in decimal; write "0644"`,
		"493":        `is 0755 in decimal; write "0755"`,
		"384":        `write "0600"`,
		"400":        `is 0620 as a decimal number and 0400 as octal digits`,
		"511":        `is 0777 as a decimal number and 0511 as octal digits`,
		"0888":       "8 is no octal digit",
		"0x1a4":      `is 0644 in hexadecimal; write "0644"`,
		"0x755":      `read as a number is 03525`,
		"33188":      `is st_mode 0100644 (-rw-r--r--) in decimal; write "0644"`,
		"2147484141": `is Go's fs.FileMode of drwxr-xr-x in decimal; write "0755"`,
		"2755.0":     "no octal number",
		"-644":       "no octal number",
		"":           "no octal number",
		"0100644":    "write 0644",
		"999999":     "more than 07777",
		"0b110":      "in binary",
	}
	for text, says := range refused {
		m, err := mode.FromYAMLNumber(text)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %s, %v; want %q", text, m.Octal(), err, says)
		}
	}
}

// One table for a mode as files of all kinds give it: what is read, and what is
// refused with its likely meaning.
func TestModesAsFilesGiveThem(t *testing.T) {
	if _, err := mode.FromYAMLNumber("2755"); err == nil || !strings.Contains(err.Error(), `"2755"`) {
		t.Errorf("2755 unquoted: %v", err)
	}
	if m, err := mode.Parse("0o755"); err != nil || m != 0o755 {
		t.Errorf("0o755: %v", err)
	}
	if e, err := mode.ParseRequirement("u=rwX"); err != nil || e.Apply(0o4644, mode.Regular, 0) != 0o644 {
		t.Errorf("u=rwX: %v", err)
	}
	if m, k := mode.FromFileMode(1<<31 | 1<<22 | 0o755); m != 0o2755 || k != mode.Directory {
		t.Errorf("Go's file mode: %s %s", m.Octal(), k)
	}
}

func TestSuspicions(t *testing.T) {
	tests := []struct {
		m     mode.Mode
		k     mode.Kind
		names string
		meant mode.Mode
	}{
		{0o1363, mode.Regular, "spelling", 0o755},
		{0o363, mode.Directory, "spelling", 0o755},
		{0o1204, mode.Regular, "spelling", 0o644},
		{0o3525, mode.Regular, "spelling", 0o755},
		{0o5303, mode.Regular, "spelling", 0o2755},
		{0o420, mode.Regular, "spelling", 0o644},
		{0o644, mode.Directory, "no-search", 0o755},
		{0o750, mode.Directory, "", 0},
		{0o755, mode.Directory, "", 0},
		{0o1777, mode.Directory, "", 0},
		{0o2775, mode.Directory, "", 0},
		{0o777, mode.Directory, "no-sticky", 0o1777},
		{0o666, mode.Regular, "world-writable", 0o664},
		{0o666, mode.Socket, "", 0},
		{0o604, mode.Regular, "class-order", 0o644},
		{0o070, mode.Regular, "class-order", 0o770},
		{0o4644, mode.Regular, "set-id-no-x", 0o644},
		{0o4655, mode.Regular, "set-id-no-x", 0o4755},
		{0o2744, mode.Regular, "set-id-no-x", 0o744},
		{0o4775, mode.Regular, "set-id-writable", 0o4755},
		{0o4755, mode.Regular, "", 0},
		{0o1644, mode.Regular, "sticky-file", 0o644},
		{0o4755, mode.Directory, "setuid-dir", 0o755},
		{0o777, mode.Symlink, "", 0},
		{0, mode.Regular, "", 0},
		{0o620, mode.CharDevice, "", 0},
		{0o644, mode.Regular, "", 0},
	}
	for _, tt := range tests {
		found := tt.m.Suspicions(tt.k)
		if tt.names == "" {
			if len(found) != 0 {
				t.Errorf("%s: %v, want none", tt.m.Format(tt.k), found)
			}
			continue
		}
		if len(found) == 0 || found[0].Name != tt.names || found[0].Meant != tt.meant || found[0].Problem == "" {
			t.Errorf("%s %s: %v, want %s and %s first", tt.m.Octal(), tt.k, found, tt.names, tt.meant.Octal())
		}
	}
}

// Modes that people choose are never taken for a slip of the number base.
func TestOrdinaryModesAreNoSlips(t *testing.T) {
	for _, m := range []mode.Mode{0o644, 0o755, 0o600, 0o700, 0o640, 0o750, 0o664, 0o775, 0o660, 0o770, 0o400, 0o440, 0o444, 0o555, 0o620, 0o711, 0o511, 0o200, 0, 0o1777, 0o2755, 0o4755, 0o6755, 0o1730} {
		for _, k := range bothKinds {
			for _, s := range m.Suspicions(k) {
				if s.Name == "spelling" {
					t.Errorf("%s %s: %s", m.Octal(), k, s.Problem)
				}
			}
		}
	}
}

func TestDescribe(t *testing.T) {
	tests := []struct {
		m    mode.Mode
		k    mode.Kind
		says []string
	}{
		{0o4751, mode.Regular, []string{
			"the owner may read, write and execute it", "the group may read and execute it", "everybody else may execute it",
			"setuid: whoever executes it has its owner's rights (the kernel ignores it for scripts)",
		}},
		{0o644, mode.Directory, []string{
			"the owner may list the names in it and reach nothing: w needs x",
			"the group may list the names in it and reach nothing", "everybody else may list the names in it and reach nothing",
		}},
		{0o3731, mode.Directory, []string{
			"the owner may list it, reach what lies in it, and create, delete and rename in it",
			"the group may create, delete and rename in it and reach known names, but not list it",
			"everybody else may reach what lies in it by a known name, but not list it",
			"setgid: new entries take the directory's group, and new directories its setgid bit",
			"sticky: restricted deletion, only the owner of an entry, the directory's owner and root may delete or rename it",
		}},
		{0o777, mode.Symlink, []string{"a symbolic link has no mode that counts: what it points at decides"}},
		{0o710, mode.FIFO, []string{"the owner may read and write it", "the group may do nothing with it (x means nothing here)", "everybody else may do nothing with it"}},
	}
	for _, tt := range tests {
		if got := tt.m.Describe(tt.k); strings.Join(got, "\n") != strings.Join(tt.says, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", tt.m.Format(tt.k), strings.Join(got, "\n"), strings.Join(tt.says, "\n"))
		}
	}
}

func TestSpecialBitsDifferBySystem(t *testing.T) {
	for system, says := range map[string]string{"linux": "new entries take", "freebsd": "changes nothing", "darwin": "changes nothing"} {
		if got := mode.SetGID.SpecialBits(mode.Directory, system); len(got) != 1 || !strings.Contains(got[0], says) {
			t.Errorf("%s: %q", system, got)
		}
	}
	if got := mode.Mode(0o2644).SpecialBits(mode.Regular, "solaris"); !strings.Contains(got[0], "mandatory locking") {
		t.Errorf("solaris: %q", got)
	}
}
