package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"ward/finding"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// The rules of family C, on configurations, and those of family S on workflows.
func configRules() []*Rule {
	documents := []source.Language{source.YAML, source.JSON}
	return []*Rule{
		{
			Rule: finding.Rule{
				ID: "lint/kubernetes-mode", Severity: finding.Error, Title: "Kubernetes refuses this mode",
				Reason: "defaultMode and items[].mode are integers up to 0777 (511): the API server refuses what is more, and what is a string.",
			},
			Anywhere: true, Misread: true, Languages: documents, Judge: kubernetesMode,
		},
		{
			Rule: finding.Rule{
				ID: "lint/config-decimal-mode", Severity: finding.Error, Title: "a mode is read as a decimal number",
				Reason: "The digits were meant as octal. Read as decimal they give a mode that nobody uses, and it is accepted in silence.",
			},
			Anywhere: true, Misread: true, Languages: append(documents, source.Terraform, source.Ruby), Judge: configDecimalMode,
		},
		{
			Rule: finding.Rule{
				ID: "lint/fsgroup-widens", Severity: finding.Info, Title: "fsGroup opens the mode of a volume to its group",
				Reason: "With fsGroup set the kubelet gives the group of the pod r on what a Secret or ConfigMap mounts: 0400 becomes 0440, which ssh and others refuse.",
			},
			OptIn: true, Languages: documents, Judge: fsGroupWidens,
		},
		{
			Rule: finding.Rule{
				ID: "lint/secret-volume-open", Severity: finding.Info, Title: "a mounted Secret can be read by every user of the container",
				Reason: "The default is 0644. It matters where a container runs more than one user.",
			},
			OptIn: true, Languages: documents, Judge: secretVolumeOpen,
		},
		{
			Rule: finding.Rule{
				ID: "lint/artifact-loses-modes", Severity: finding.Info, Title: "an artifact comes back without x",
				Reason: "actions/upload-artifact stores a zip without modes; what actions/download-artifact takes out is 0644.",
			},
			OptIn: true, Anywhere: true, Languages: []source.Language{source.YAML}, Judge: artifactLosesModes,
		},
		{
			Rule: finding.Rule{
				ID: "lint/sudoers-writable", Severity: finding.Error, Title: "sudo refuses a rule file that others may write",
				Reason: "sudo skips a file of sudoers.d that its group or others may write, and says so on every call. 0440 is usual.",
			},
			Judge: sudoersWritable,
		},
	}
}

// isVolume tells whether e is a mode of a volume of Kubernetes.
func isVolume(e *effect.Effect) bool {
	return e.Verb == effect.Create && (e.API == "defaultMode" || e.API == "items[].mode")
}

// kubernetesMode finds 644 and "0644" in a defaultMode (C3).
func kubernetesMode(s *effect.Script, e *effect.Effect) []Finding {
	if !isVolume(e) || e.Mode.Variable {
		return nil
	}
	f := found(e, "")
	switch n, exact := e.Mode.Value.Exact(); {
	case e.Mode.Text:
		f.What = fmt.Sprintf("%s is a string; Kubernetes wants a number", e.API)
	case exact && n > uint64(mode.Permissions):
		f.What = fmt.Sprintf("%s is %d: Kubernetes takes nothing above 511 (0777)", e.API, n)
	default:
		return nil
	}
	f.Executed = ""
	digits := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(e.Mode.Written), "0o"), "0")
	if m, err := mode.Parse("0" + digits); err == nil && len(digits) == 3 {
		f.Meant = m.Octal()
		at := e.Mode.Span
		if s.File.Language == source.JSON {
			f.Meant = fmt.Sprintf("%d", m)
		}
		if e.Mode.Text {
			at = source.Span{Start: at.Start - 1, End: at.End + 1}
		}
		if !e.Mode.Text || isQuoted(s.File, at) {
			f.Fix = &Fix{Words: "write " + f.Meant, Edits: []Edit{{Span: at, New: f.Meant}}}
		}
	}
	return []Finding{f}
}

// isQuoted tells whether quotes are the first and the last byte of a place.
func isQuoted(f *source.File, at source.Span) bool {
	text := f.At(at)
	return len(text) > 1 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0]
}

// usual are modes that people give to files and directories.
var usual = [...]mode.Mode{
	0o400, 0o440, 0o444, 0o500, 0o550, 0o555, 0o600, 0o640, 0o644, 0o660, 0o664, 0o666,
	0o700, 0o710, 0o711, 0o750, 0o751, 0o755, 0o770, 0o771, 0o775, 0o777,
}

// configDecimalMode finds 400, which is 0620: both look possible, one is usual (C1, C3,
// C7, C10). Where the value is impossible, decimal-mode speaks.
func configDecimalMode(s *effect.Script, e *effect.Effect) []Finding {
	if !setsMode(e) || len(e.Mode.Numbers) != 1 || e.Mode.Numbers[0].Radix != 10 || e.Mode.Numbers[0].Quoted {
		return nil
	}
	n := e.Mode.Numbers[0]
	meant, ok := octalDigits(n)
	if !ok || !slices.Contains(usual[:], meant) || slices.Contains(usual[:], mode.Mode(n.Value)) || !plausible(mode.Mode(n.Value), e.Kind) {
		return nil
	}
	f := found(e, fmt.Sprintf("%s is given %s, a decimal number: it sets %s", e.API, n.Text, executedText(e)))
	offer(s, e, &f, meant)
	return []Finding{f}
}

// fsGroupWidens finds 0400 beside fsGroup (C4).
func fsGroupWidens(s *effect.Script, e *effect.Effect) []Finding {
	m, ok := e.Exact()
	if !isVolume(e) || !ok || m&mode.GroupRead != 0 || m == 0 {
		return nil
	}
	for _, other := range s.Function(e) {
		if other.API != "fsGroup" {
			continue
		}
		f := found(e, fmt.Sprintf("fsGroup makes %s of this %s %s", m.Octal(), e.API, (m|mode.GroupRead).Octal()))
		f.Related = []source.Span{other.Span}
		f.Advice = "Leave fsGroup out and run as the user that reads it, or copy the file in an init container."
		return []Finding{f}
	}
	return nil
}

// secretVolumeOpen finds 0644 on a Secret (C3).
func secretVolumeOpen(s *effect.Script, e *effect.Effect) []Finding {
	set, _ := e.Executed()
	if !isVolume(e) || e.Data.Known != "secret" || set&mode.OtherRead == 0 {
		return nil
	}
	f := found(e, fmt.Sprintf("%s of a Secret lets every user of the container read it: %s", e.API, executedText(e)))
	if m, ok := e.Exact(); ok {
		offer(s, e, &f, m&^(mode.OtherRead|mode.OtherWrite|mode.OtherExecute))
	}
	return []Finding{f}
}

// artifactLosesModes finds a download whose programs nobody makes executable again (S7).
func artifactLosesModes(s *effect.Script, e *effect.Effect) []Finding {
	if e.API != "actions/upload-artifact" || !mayHoldPrograms(e.Path.Known) {
		return nil
	}
	for i := range s.Effects {
		load := &s.Effects[i]
		if load.API != "actions/download-artifact" || load.Data.Known != "" && load.Data.Known != e.Data.Known || mendedAfter(s, load) {
			continue
		}
		f := found(e, "the files of this artifact come back without x")
		f.Span = e.Span
		f.Related = []source.Span{load.Span}
		f.Advice = "Pack them with tar before the upload, or chmod +x after the download."
		return []Finding{f}
	}
	return nil
}

// mayHoldPrograms tells by its path whether an artifact may have programs in it.
func mayHoldPrograms(p string) bool {
	for line := range strings.Lines(p) {
		base := path.Base(strings.TrimSpace(line))
		if ext := path.Ext(base); base == "bin" || ext == "" && strings.Contains(p, "bin") || strings.Contains(p, "release") && ext == "" {
			return true
		}
	}
	return false
}

// mendedAfter tells whether the job gives x back after the download.
func mendedAfter(s *effect.Script, load *effect.Effect) bool {
	for i := range s.Effects {
		later := &s.Effects[i]
		if later.Start > load.Start && (later.Verb == effect.Chmod || later.API == "install") && s.Within(later.Function, load.Function) {
			return true
		}
	}
	return false
}

// sudoersWritable finds 0664 on a file of sudoers.d (C11; sudoers(5), "include").
func sudoersWritable(s *effect.Script, e *effect.Effect) []Finding {
	set, _ := e.Executed()
	file := strings.HasPrefix(e.Path.Known, "/etc/sudoers.d/") && (e.Path.Known != "/etc/sudoers.d/" || !e.Path.Whole) || e.Path.Known == "/etc/sudoers"
	if !setsMode(e) || e.Default || e.Masked || !file || set&mode.GroupWrite == 0 || e.Kind == mode.Directory {
		return nil
	}
	f := found(e, fmt.Sprintf("%s lets the group write a file of sudo: %s", e.API, executedText(e)))
	f.Loses = []string{"sudo does not read the file"}
	offer(s, e, &f, 0o440)
	return []Finding{f}
}
