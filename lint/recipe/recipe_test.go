package recipe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/lint/effect"
	"ward/lint/recipe"
	"ward/lint/source"
)

// readers are those of the package, by the names of files in tests.
func readers(name string) func(*source.File) *effect.Script {
	switch name {
	case "Makefile":
		return recipe.Makefile
	case "a.spec":
		return recipe.Spec
	default:
		return recipe.Terraform
	}
}

func effects(f *source.File) []string {
	s := readers(f.Path)(f)
	var all []string
	for i := range s.Effects {
		e := &s.Effects[i]
		m := e.Mode.Symbolic
		if exact, ok := e.Exact(); ok {
			m = exact.Octal()
		}
		line := fmt.Sprintf("%s %s %s", e.API, m, e.Path.Known)
		if at := f.At(e.Mode.Span); at != "" {
			line += " <" + at + ">"
		}
		all = append(all, strings.TrimSpace(line))
	}
	return all
}

func TestEffects(t *testing.T) {
	for _, c := range []struct {
		name, path, text string
		want             []string
	}{
		{"recipe", "Makefile", "x: y\n\t@chmod 755 $@ # c\n", []string{"chmod 0755  <755>"}},
		{"variables", "Makefile", "x:\n\t$(INSTALL) -m 0644 a $(DESTDIR)$(sysconfdir)/a\n", []string{"install 0644 /a <0644>"}},
		{"nested call", "Makefile", "x:\n\tchmod 700 $(addprefix $(D)/,a b)/c\n", []string{"chmod 0700 /c <700>"}},
		{"variable of the shell", "Makefile", "x:\n\tfor f in a b; do chmod 600 $$f; done\n", []string{"chmod 0600  <600>"}},
		{"continued", "Makefile", "x:\n\tumask 077 && \\\n\t  mkdir y\nz:\n\tchmod 1 w\n", []string{"umask 0077  <077>", "mkdir 0777 y", "chmod 0001 w <1>"}},
		{"no recipe", "Makefile", "CMD = chmod 777 x\ninclude chmod\n", nil},
		{"cut off", "Makefile", "x:\n\tchmod 755 $(a \\", nil},
		{"scripts", "a.spec", "%install\nmkdir -p %{buildroot}/a\n%if %{with x}\nchmod 640 %{buildroot}%{_sysconfdir}/b\n%endif\n%changelog\n- chmod 777 c\n", []string{"mkdir 0777 /a", "chmod 0640 /b <640>"}},
		{"files", "a.spec", "%files\n%defattr(0644, root, root, 0755)\n%attr( 0750 , a, b) %dir /c\n%attr(-,-,-) /d\n", []string{"%defattr 0644  <0644>", "%defattr 0755  <0755>", "%attr  /c", "%attr 0750 /c <0750>"}},
		{"terraform", "a.tf", "resource \"local_file\" \"a\" {\n  content = \"}\" # }\n  filename = \"${x}/a\"\n  file_permission = \"0640\"\n}\nresource \"local_sensitive_file\" \"b\" {\n filename = \"b\"\n nested {\n  file_permission = \"0777\"\n }\n}\n", []string{"local_file 0640 /a <0640>", "local_sensitive_file 0700 b"}},
		{"terraform's other resources", "a.tf", "resource \"x\" \"a\" {\n  file_permission = \"0777\"\n}\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := effects(&source.File{Path: c.path, Text: []byte(c.text)})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(byte(0), "x:\n\t@$(INSTALL) -m 1 $< $$x ${y}\\\n\t$(a")
	f.Add(byte(1), "%files\n%attr(1,2,3) /x\n%defattr(-,a,b,c)\n%post\nchmod %{x} y\n%if")
	f.Add(byte(2), "resource \"local_file\" \"a\" {\n content = <<EOT\nEOT\n file_permission = \"1\"\n}")
	f.Fuzz(func(t *testing.T, which byte, text string) {
		file := &source.File{Path: []string{"Makefile", "a.spec", "a.tf"}[which%3], Text: []byte(text)}
		s := readers(file.Path)(file)
		for i := range s.Effects {
			e := &s.Effects[i]
			for _, at := range []source.Span{e.Span, e.Mode.Span, e.Path.Span, e.Data.Span} {
				if at.Start < 0 || at.End > len(text) || at.Start > at.End {
					t.Fatalf("%s stands at %v of %d bytes", e.API, at, len(text))
				}
			}
		}
	})
}
