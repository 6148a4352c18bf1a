package lint

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"ward/finding"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// The rules of family D, on recipes of images.
func imageRules() []*Rule {
	dockerfile := []source.Language{source.Dockerfile}
	return []*Rule{
		{
			Rule: finding.Rule{
				ID: "lint/entrypoint-without-x", Severity: finding.Error, Title: "the image cannot start its program",
				Reason: "The file that ENTRYPOINT, CMD or HEALTHCHECK runs has no x for the user who runs it: permission denied.",
			},
			Anywhere: true, Languages: dockerfile, Judge: entrypointWithoutX,
		},
		{
			Rule: finding.Rule{
				ID: "lint/copy-chmod-directory", Severity: finding.Warning, Title: "--chmod takes x from the directories that are copied",
				Reason: "COPY --chmod gives its mode to all below the source, directories as well.",
			},
			Anywhere: true, Misread: true, Languages: dockerfile, Judge: copyChmodDirectory,
		},
		{
			Rule: finding.Rule{
				ID: "lint/chmod-doubles-layer", Severity: finding.Info, Title: "a layer that holds the same bytes again",
				Reason: "A change of mode or owner stores every file it touches once more; COPY --chmod and --chown do not.",
			},
			OptIn: true, Languages: dockerfile, Judge: doublesLayer,
		},
		{
			Rule: finding.Rule{
				ID: "lint/symbolic-copy-chmod", Severity: finding.Info, Title: "--chmod with clauses is not understood everywhere",
				Reason: "BuildKit takes clauses since docker/dockerfile:1.14; older ones and other builders want octal digits.",
			},
			OptIn: true, Languages: dockerfile, Judge: symbolicCopyChmod,
		},
	}
}

// entrypointWithoutX finds an ENTRYPOINT whose file was copied as 0644 (D2).
func entrypointWithoutX(_ *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.Execute || !e.Mode.Given || !e.Mode.Value.Lacks(uint64(mode.Execute)) {
		return nil
	}
	who := "nobody"
	if user := strings.TrimSpace(e.Data.Known); user != "" {
		who = "the user " + user + " not"
	}
	f := found(e, fmt.Sprintf("%s starts %s, which %s may execute", e.API, e.Path.Known, who))
	f.Span = e.Span
	f.Loses = []string{"the container stops at once: permission denied"}
	f.Related = []source.Span{e.Target.Span}
	f.Meant = "--chmod=0755"
	switch {
	case e.Mode.Span != (source.Span{}):
		f.Fix = &Fix{Words: "copy it with mode 0755", Edits: []Edit{{Span: e.Mode.Span, New: "0755"}}}
	case e.Target.End > 0:
		after := source.Span{Start: e.Target.End, End: e.Target.End}
		f.Fix = &Fix{Words: "copy it with mode 0755", Edits: []Edit{{Span: after, New: " --chmod=0755"}}}
	}
	return []Finding{f}
}

// copyChmodDirectory finds COPY --chmod=644 dir/ /x/ (D1).
func copyChmodDirectory(_ *effect.Script, e *effect.Effect) []Finding {
	m, ok := e.Exact()
	if e.Verb != effect.Copy || e.Default || !e.Recursive || !ok || m&mode.OwnerExecute != 0 || m == 0 || len(e.Mode.Numbers) == 0 {
		return nil
	}
	f := found(e, fmt.Sprintf("%s gives the directories below %s %s too: nobody but root can enter them", e.API, e.Data.Name, m.Octal()))
	f.Loses = []string{"nobody but root can reach what lies in the directories that are copied"}
	f.Meant = withX(m)
	f.Fix = &Fix{Words: "write " + f.Meant + ", which needs docker/dockerfile:1.14", Edits: []Edit{{Span: e.Mode.Span, New: f.Meant}}}
	return []Finding{f}
}

// doublesLayer finds RUN chmod of what was copied before (D3).
func doublesLayer(s *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.Chmod && e.Verb != effect.Chown || !e.Path.Whole || e.Path.Known == "" {
		return nil
	}
	for i := range s.Effects {
		copied := &s.Effects[i]
		if copied.Start >= e.Start {
			break
		}
		if copied.Verb != effect.Copy || copied.Call != nil || !isCopyInstruction(copied) || !s.Within(e.Function, copied.Function) || !below(copied.Path.Known, e.Path.Known) {
			continue
		}
		f := found(e, fmt.Sprintf("%s stores %s a second time", e.API, e.Path.Known))
		f.Span = e.Span
		f.Related = []source.Span{copied.Span}
		f.Advice = "Give mode and owner where it is copied: COPY --chmod=… --chown=…."
		return []Finding{f}
	}
	return nil
}

func isCopyInstruction(e *effect.Effect) bool {
	return strings.HasPrefix(e.API, "COPY") || strings.HasPrefix(e.API, "ADD")
}

// below tells whether one path is another or lies below it, either way round.
func below(a, b string) bool {
	a, b = path.Clean(a), path.Clean(b)
	inside := func(in, out string) bool {
		return in == out || strings.HasPrefix(in, strings.TrimSuffix(out, "/")+"/")
	}
	return inside(a, b) || inside(b, a)
}

// symbolicCopyChmod finds --chmod=u=rwX without a syntax line that knows it (D5).
func symbolicCopyChmod(s *effect.Script, e *effect.Effect) []Finding {
	if !isCopyInstruction(e) || e.Mode.Symbolic == "" || knowsClauses(s.File.Dialect) {
		return nil
	}
	f := found(e, fmt.Sprintf("%s=%s needs docker/dockerfile:1.14 or newer", e.API, e.Mode.Symbolic))
	f.Advice = "Begin the file with \"# syntax=docker/dockerfile:1\", or write octal digits for builders other than BuildKit."
	return []Finding{f}
}

// knowsClauses tells whether an image of the syntax is 1.14 or newer; one without a
// minor version is the newest.
func knowsClauses(syntax string) bool {
	name, tag, _ := strings.Cut(syntax, ":")
	if !strings.HasSuffix(name, "docker/dockerfile") {
		return false
	}
	tag, _, _ = strings.Cut(tag, "@")
	tag, _, _ = strings.Cut(tag, "-")
	major, minor, hasMinor := strings.Cut(tag, ".")
	minor, _, _ = strings.Cut(minor, ".")
	n, err := strconv.Atoi(minor)
	return major == "" || major == "latest" || major == "labs" || major == "1" && (!hasMinor || err == nil && n >= 14)
}
