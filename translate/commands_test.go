package translate

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ward/internal/requires"
	"ward/mode"
)

func TestCommands(t *testing.T) {
	for _, c := range []struct {
		model, text, form, path string
		want                    []string
	}{
		{"unix", "4755", "chmod", "a b", []string{"chmod 04755 'a b'"}},
		{"unix", "0640", "chmod", "-rf", []string{"chmod 00640 ./-rf"}},
		{"posix", "u::rw,u:7:r,g::r,m::r,o::-", "setfacl", "it's", []string{`setfacl --set u::rw-,u:7:r--,g::r--,m::r--,o::--- 'it'\''s'`, `chmod u-s,g-s,a-t 'it'\''s'`}},
		{"nfs4", "A::OWNER@:rwx,A:g:users@ex.org:r", "nfs4_setfacl", "f", []string{"nfs4_setfacl -s A::OWNER@:rwx,A:g:users@ex.org:r f"}},
		{"nfs4-zfs", "user:joe:r-------------:-------:allow", "chmod-A", "f", []string{"chmod A=user:joe:r-------------:-------:allow f"}},
		{"macos", " 0: user:joe allow read\n", "chmod+a", "f", []string{"chmod -N f", "chmod 0640 f", "chmod +a# 0 'user:joe allow read' f"}},
		{"nt", "D:(D;;0x2;;;WD)(A;;FR;;;BA)", "icacls", `C:\a b`, []string{`icacls "C:\a b" /reset`, `icacls "C:\a b" /inheritance:r`, `icacls "C:\a b" /deny "*S-1-1-0:(WD)"`, `icacls "C:\a b" /grant "*S-1-5-32-544:(R)"`}},
		{"nt", "O:BAD:(A;;FR;;;BA)", "powershell", "o’neill", []string{"$acl = Get-Acl -LiteralPath 'o’’neill'", "$acl.SetSecurityDescriptorSddlForm('D:(A;;FR;;;BA)', 'Access')", "Set-Acl -LiteralPath 'o’’neill' -AclObject $acl"}},
		{"dos", "R--A", "attrib", "a b", []string{`attrib +r -h -s +a "a b"`}},
		{"amiga", "-s--rwed", "protect", `Work:a*"(b)`, []string{`protect "Work:a***"'(b')" srwed`}},
		{"mac", "locked", "SetFile", "f", []string{"SetFile -a Lv f"}},
		{"hpux", "(@.%,rw-)(%.@,r--)(%.%,---)", "chacl", "f", []string{"chacl -r @.%=rw,%.@=r,%.%= f", "chmod -A u-s,g-s,a-t f"}},
		{"racf", "ADDSD 'SYS1.DATA' UACC(NONE)\nPERMIT 'SYS1.DATA' ID(JOE) ACCESS(READ)\n", "permit", "", nil},
		{"vms", "(S:RWED,O:RWED,G:RE,W)", "set-security", "DKA0:[X]A.DAT;1", nil},
		{"zos", "user::rw-\ngroup::r--\nother::---\n", "setfacl-zos", "f", nil},
	} {
		t.Run(c.form+" "+c.path, func(t *testing.T) {
			o, err := Parse(c.model, c.text, Context{Mode: 0o640})
			if err != nil {
				t.Fatal(err)
			}
			got, err := Commands(o, c.form, c.path, Context{})
			if err != nil {
				t.Fatal(err)
			}
			if c.want != nil && !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for _, line := range got {
				if strings.ContainsAny(line, "\r\n\x1b") || line == "" {
					t.Errorf("%q is not one line", line)
				}
			}
		})
	}
}

func TestCommandsRefuse(t *testing.T) {
	for _, c := range []struct{ model, text, form, path string }{
		{"nt", "D:(A;;FR;;;BA)", "icacls", `a" & del *`},
		{"nt", "D:(A;;FR;;;BA)", "icacls", "%PATH%"},
		{"nt", "D:(A;;FR;;;BA)", "powershell", "a\n b"},
		{"dos", "R", "attrib", "a\x1b[2J"},
		{"amiga", "rwed", "protect", "`delete all`"},
		{"vms", "(S,O,G,W)", "set-security", "X'F$PID'"},
	} {
		o, err := Parse(c.model, c.text, Context{})
		if err != nil {
			t.Fatal(err)
		}
		var quote *QuoteError
		if got, err := Commands(o, c.form, c.path, Context{}); !errors.As(err, &quote) {
			t.Errorf("%s for %q: %q, %v", c.form, c.path, got, err)
		}
	}
	o, _ := Parse("nt", "D:(A;;FR;;;BA)(D;;0x2;;;WD)", Context{})
	if got, err := Commands(o, "icacls", "f", Context{}); err == nil {
		t.Errorf("icacls would put the denial first: %q", got)
	}
	var unfit *ModelError
	if _, err := Commands(o, "chmod", "f", Context{}); !errors.As(err, &unfit) {
		t.Errorf("chmod sets no descriptor: %v", err)
	}
}

// TestShReadsBack: a shell gives back every word as it was.
func TestShReadsBack(t *testing.T) {
	requires.Tool(t, "bash")
	rapid.Check(t, func(t *rapid.T) {
		word := strings.ReplaceAll(string(rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, "word")), "\x00", "")
		quoted := Sh(word)
		if strings.IndexFunc(quoted, hidden) >= 0 {
			t.Fatalf("%q shows controls", quoted)
		}
		out, err := exec.Command("bash", "-c", "printf %s "+quoted).Output()
		if err != nil || string(out) != word {
			t.Fatalf("%q becomes %s and reads back as %q, %v", word, quoted, out, err)
		}
	})
}

// FuzzParse: no text and no notation makes a conversion fail otherwise than by its error.
func FuzzParse(f *testing.F) {
	for _, m := range Models() {
		for _, n := range m.Notations {
			f.Add(n.ID, n.Example, false)
		}
	}
	f.Add("vms-code", "(S:R", true)
	f.Add("racf-commands", "ADDSD X -", true)
	f.Add("finder", "locked,,0x10", false)
	f.Fuzz(func(t *testing.T, id, text string, directory bool) {
		c := Context{Kind: map[bool]mode.Kind{true: mode.Directory, false: mode.Regular}[directory]}
		o, err := Parse(id, text, c)
		if err != nil || len(text) > 1000 {
			return
		}
		for _, m := range Models() {
			res, err := Convert(o, m.ID, Options{})
			var refused *RefusedError
			if err != nil && !errors.As(err, &refused) {
				t.Fatalf("%s: %v", m.ID, err)
			}
			if res.Object.Model != m.ID {
				t.Fatalf("%s became %s", m.ID, res.Object.Model)
			}
		}
	})
}
