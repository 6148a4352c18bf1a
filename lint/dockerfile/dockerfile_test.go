package dockerfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ward/lint/dockerfile"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// effects is what a Dockerfile does, a line each: what, mode, path, and what stands at
// the place that an edit of the mode would replace.
func effects(f *source.File) []string {
	s := dockerfile.Read(f)
	var lines []string
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
		if e.AsRoot && e.Verb != effect.Copy {
			line += " root"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestEffects(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"run", "FROM a\nRUN chmod 755 /x\n", []string{"chmod 0755 /x <755> root"}},
		{"by user", "FROM a\nUSER app:app\nRUN chmod 755 /x\nUSER 0\nRUN chmod 700 /y", []string{"chmod 0755 /x <755>", "chmod 0700 /y <700> root"}},
		{"user of the stage before", "FROM a AS b\nUSER app\nFROM b\nRUN chmod 755 /x\n", []string{"chmod 0755 /x <755>"}},
		{"continued", "FROM a\nRUN true && \\\n  # why\n\n  chmod 644 \\\n  /x && \\  \n  mkdir -m 700 /y", []string{"chmod 0644 /x <644> root", "mkdir 0700 /y <700> root"}},
		{"other escape", "# escape=`\nFROM a\nRUN chmod 644 `\n  c:/x", []string{"chmod 0644 c:/x <644> root"}},
		{"list", "FROM a\nRUN [\"chmod\", \"0640\", \"/x, y\"]", []string{"chmod 0640 /x, y <0640> root"}},
		{"list with a shell", "FROM a\nRUN [\"/bin/sh\", \"-c\", \"chmod 0640 /x\"]", []string{"chmod 0640 /x <0640> root"}},
		{"flags", "FROM a\nRUN --mount=type=cache,target=/c --network=none chmod 600 /x", []string{"chmod 0600 /x <600> root"}},
		{"heredoc as script", "FROM a\nRUN <<'EOF'\numask 022\nchmod 600 /x\nEOF\nRUN chmod 700 /y", []string{"umask 0022  <022> root", "chmod 0600 /x <600> root", "chmod 0700 /y <700> root"}},
		{"heredoc of another language", "FROM a\nRUN <<EOF\n#!/usr/bin/python3\nchmod 600 /x\nEOF\n", nil},
		{"heredoc as input", "FROM a\nRUN cat <<EOF > /x && chmod 600 /x\nchmod 777 /no\nEOF\n", []string{"> 0666 /x root", "chmod 0600 /x <600> root"}},
		{"copy", "FROM a\nWORKDIR /srv/\nWORKDIR app\nCOPY --chown=u:g --chmod=0640 a.conf b.conf ./", []string{"COPY --chmod 0640 /srv/app/a.conf <0640>", "COPY --chmod 0640 /srv/app/b.conf <0640>"}},
		{"copy of a heredoc", "FROM a\nCOPY <<-EOF /run.sh\n\thello\n\tEOF\n", []string{"COPY 0644 /run.sh"}},
		{"copy as a list", "FROM a\nCOPY [\"a b\", \"/x/\"]", []string{"COPY  /x/a b"}},
		{"clauses", "FROM a\nCOPY --chmod=u=rwX,go=rX d/ /d", []string{"COPY --chmod u=rwX,go=rX /d <u=rwX,go=rX>"}},
		{"fetched", "FROM a\nADD https://example.org/t.sh /", []string{"ADD 0600 /t.sh"}},
		{"onbuild", "FROM a\nONBUILD RUN chmod 777 /x", []string{"chmod 0777 /x <777> root"}},
		{"lower case", "from a\nrun chmod 755 /x\n", []string{"chmod 0755 /x <755> root"}},
		{"line ends of Windows", "FROM a\r\nRUN true && \\\r\n chmod 755 /x\r\n", []string{"chmod 0755 /x <755> root"}},
		{"relative to WORKDIR", "FROM a\nWORKDIR /w\nRUN chmod 755 x", []string{"chmod 0755 /w/x <755> root"}},
		{"nothing", "FROM a\nRUN apt-get update\n", nil},
		{"no FROM", "RUN chmod 700 /x", []string{"chmod 0700 /x <700> root"}},
		{"cut off", "FROM a\nRUN chmod 700 /x \\", []string{"chmod 0700 /x <700> root"}},
		{"open heredoc", "FROM a\nCOPY <<EOF /x\nabc", []string{"COPY 0644 /x"}},
		{"starts what it knows", "FROM a\nCOPY --chmod=0755 x.sh /usr/bin/x\nCMD x --y", []string{"COPY --chmod 0755 /usr/bin/x <0755>", "CMD 0755 /usr/bin/x <0755> root"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := effects(&source.File{Path: "Dockerfile", Language: source.Dockerfile, Text: []byte(c.text)})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatGitSaysOfAProgram(t *testing.T) {
	f := &source.File{
		Path: "Dockerfile", Language: source.Dockerfile,
		Text: []byte("FROM a\nCOPY scripts/run.sh other.sh /\nENTRYPOINT [\"/run.sh\"]\n"),
		Tracked: func(name string) (mode.Mode, bool) {
			return 0o644, name == "scripts/run.sh"
		},
	}
	want := []string{"COPY 0644 /run.sh", "COPY  /other.sh", "ENTRYPOINT 0644 /run.sh root"}
	if diff := cmp.Diff(want, effects(f)); diff != "" {
		t.Error(diff)
	}
}

func TestUmaskEndsWithItsRun(t *testing.T) {
	s := dockerfile.Read(&source.File{Text: []byte("FROM a\nRUN umask 077\nRUN echo > /key\n")})
	last := &s.Effects[len(s.Effects)-1]
	for _, before := range s.Before(last) {
		if before.Verb == effect.Umask {
			t.Error("the umask of one RUN is seen in the next")
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("FROM a\nRUN chmod 755 /x \\\n # c\n y\nCOPY <<E /x\nE\nENTRYPOINT [\"x\"]")
	f.Add("# escape=`\nONBUILD HEALTHCHECK CMD `\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := &source.File{Path: "Dockerfile", Text: []byte(text)}
		s := dockerfile.Read(file)
		for i := range s.Effects {
			e := &s.Effects[i]
			for _, at := range []source.Span{e.Span, e.Mode.Span, e.Path.Span, e.Data.Span, e.Target.Span} {
				if at.Start < 0 || at.End > len(text) || at.Start > at.End {
					t.Fatalf("%s stands at %v of %d bytes", e.API, at, len(text))
				}
			}
			for _, n := range e.Mode.Numbers {
				if written := strings.Trim(file.At(n.Span), `"'`); e.API == "COPY --chmod" && written != n.Text {
					t.Fatalf("%q stands where the mode is %q", written, n.Text)
				}
			}
		}
	})
}
