package lint

import (
	"fmt"
	"strconv"
	"strings"

	"ward/finding"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// More rules of family B: numbers that say another thing than their digits suggest, and
// modes on their way from and to text.
func numberRules() []*Rule {
	return []*Rule{
		{
			Rule: finding.Rule{
				ID: "lint/octal-of-decimal", Severity: finding.Warning, Title: "an octal number with the digits of a decimal one",
				Reason: "420 is the decimal of 0644. Written 0420 it is another mode: r---w----.",
			},
			Anywhere: true, Misread: true, Judge: octalOfDecimal,
		},
		{
			Rule: finding.Rule{
				ID: "lint/hex-digits", Severity: finding.Error, Title: "a mode is written as a hexadecimal number",
				Reason: "The digits were meant as octal: 0x755 is 03525.",
			},
			Anywhere: true, Misread: true, Judge: hexDigits,
		},
		{
			Rule: finding.Rule{
				ID: "lint/right-in-decimal", Severity: finding.Info, Title: "a mode is written in a base that nobody reads",
				Reason: "420 is 0644, and right. Who reads it has to compute.",
			},
			OptIn: true, Judge: rightInDecimal,
		},
		{
			Rule: finding.Rule{
				ID: "lint/octal-text-to-int", Severity: finding.Error, Title: "the text of a mode is read as a decimal number",
				Reason: "People write modes in octal. \"644\" read in base 10 is 01204.",
			},
			Misread: true, Judge: octalTextToInt,
		},
		{
			Rule: finding.Rule{
				ID: "lint/mode-printed-decimal", Severity: finding.Warning, Title: "a mode is printed as a decimal number",
				Reason: "chmod and people read digits of a mode as octal: 0644 printed by %d is 420.",
			},
			Judge: printedDecimal,
		},
		{
			Rule: finding.Rule{
				ID: "lint/go-filemode-as-raw", Severity: finding.Warning, Title: "the bits of fs.FileMode are not those of st_mode",
				Reason: "Go keeps setuid, setgid, sticky and the type of a file in other bits than the system, archives and other programs do.",
			},
			OptIn: true, Languages: []source.Language{source.Go}, Judge: fileModeAsRaw,
		},
		{
			Rule: finding.Rule{
				ID: "lint/old-constants", Severity: finding.Info, Title: "an old name for a bit of the owner",
				Reason: "S_IREAD, S_IWRITE and S_IEXEC are not in POSIX. They read as if they were for everybody and mean the owner alone.",
			},
			OptIn: true, Judge: oldConstants,
		},
	}
}

// octalOfDecimal finds 0420 (B3). 0511 and 0440 are modes that people use.
func octalOfDecimal(s *effect.Script, e *effect.Effect) []Finding {
	if !setsMode(e) || e.Mode.Symbolic != "" || len(e.Mode.Numbers) != 1 || len(e.Mode.Steps) > 0 {
		return nil
	}
	n := e.Mode.Numbers[0]
	if n.Radix != 8 || n.Value > uint64(mode.All) || inOrder(mode.Mode(n.Value)) {
		return nil
	}
	digits := strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(n.Text, "0o"), "0O"), "0")
	meant, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || !commonMode(mode.Mode(meant)) {
		return nil
	}
	f := found(e, fmt.Sprintf("%s is given %s, the decimal digits of %s: it sets %s", e.API, n.Text, mode.Mode(meant).Octal(), executedText(e)))
	offer(s, e, &f, mode.Mode(meant))
	f.at(n)
	return []Finding{f}
}

// at puts a finding where a literal stands, if that is in the same file: a constant is
// wrong where it is declared.
func (f *Finding) at(n effect.Number) {
	if !n.Foreign {
		f.Span = n.Span
	}
}

// commonMode tells whether people use m for files or directories.
func commonMode(m mode.Mode) bool {
	switch m {
	case 0o400, 0o420, 0o440, 0o444, 0o500, 0o550, 0o555, 0o600, 0o640, 0o644, 0o660, 0o664, 0o666, 0o700, 0o711, 0o750, 0o755, 0o770, 0o775, 0o777:
		return true
	}
	return false
}

// hexDigits finds 0x755 (B4).
func hexDigits(s *effect.Script, e *effect.Effect) []Finding {
	if !setsMode(e) || len(e.Mode.Numbers) != 1 {
		return nil
	}
	n := e.Mode.Numbers[0]
	if n.Radix != 16 || len(n.Text) < 5 || !looksLikeMode(n.Text[2:]) || n.Value <= uint64(mode.All) && plausible(mode.Mode(n.Value), e.Kind) {
		return nil
	}
	meant, err := mode.Parse(n.Text[2:])
	if err != nil {
		return nil
	}
	f := found(e, fmt.Sprintf("%s is given %s, a hexadecimal number: it sets %s", e.API, n.Text, executedText(e)))
	offer(s, e, &f, meant)
	f.at(n)
	return []Finding{f}
}

// rightInDecimal finds 420 and 0x1ff (B2), where people write octal numbers.
func rightInDecimal(s *effect.Script, e *effect.Effect) []Finding {
	if !setsMode(e) || len(e.Mode.Numbers) != 1 || e.Mode.Text || e.Mode.Spelling != effect.AsLanguage {
		return nil
	}
	n := e.Mode.Numbers[0]
	if n.Radix != 10 && n.Radix != 16 || n.Value < 0o400 || n.Value > uint64(mode.All) || !plausible(mode.Mode(n.Value), e.Kind) {
		return nil
	}
	f := found(e, fmt.Sprintf("%s is given %s, which is %s", e.API, n.Text, mode.Mode(n.Value).Octal()))
	offer(s, e, &f, mode.Mode(n.Value))
	if f.Fix != nil {
		f.Fix.Safe = true
	}
	return []Finding{f}
}

// octalTextToInt finds os.FileMode(n) where n came from Atoi (B5).
func octalTextToInt(_ *effect.Script, e *effect.Effect) []Finding {
	if !setsMode(e) && e.Verb != effect.Umask {
		return nil
	}
	for _, p := range e.Mode.Parsed {
		if p.Base != 10 {
			continue
		}
		f := found(e, fmt.Sprintf("%s is given a number that %s read from text in base 10", e.API, p.By))
		f.Related = append(f.Related, p.Span)
		f.Advice = "Read it in base 8, and refuse what has other digits."
		return []Finding{f}
	}
	return nil
}

// commandsOfModes are the beginnings of commands that take a mode in octal.
var commandsOfModes = [...]string{"chmod ", "chmod -R ", "umask ", "mkdir -m ", "mkdir -p -m ", "install -m ", "install -d -m ", "mode=", "--chmod=", "--mode="}

// printedDecimal finds Sprintf("chmod %d %s", mode, path) (B7).
func printedDecimal(_ *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.Print {
		return nil
	}
	for _, command := range commandsOfModes {
		i := strings.Index(e.Data.Known, command+"%d")
		if i < 0 || i > 0 && isWordByte(e.Data.Known[i-1]) {
			continue
		}
		f := found(e, fmt.Sprintf("%s writes a mode after %q as a decimal number", e.API, strings.TrimSpace(command)))
		f.Span = e.Data.Span
		f.Meant = command + "%04o"
		return []Finding{f}
	}
	return nil
}

func isWordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// fileModeAsRaw finds int64(info.Mode()) (B10), which is not what tar and stat have.
func fileModeAsRaw(_ *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.Convey || e.Path.Name == "" {
		return nil
	}
	f := found(e, fmt.Sprintf("%s(%s) has Go's own bits for setuid, setgid, sticky and the type", e.API, e.Path.Name))
	f.Span = e.Span
	f.Advice = "Take .Perm() for the nine bits, tar.FileInfoHeader for an archive, or the bits of syscall.Stat_t."
	return []Finding{f}
}

var oldNames = [...][2]string{{"S_IREAD", "S_IRUSR"}, {"S_IWRITE", "S_IWUSR"}, {"S_IEXEC", "S_IXUSR"}}

// oldConstants finds S_IREAD, S_IWRITE and S_IEXEC.
func oldConstants(_ *effect.Script, e *effect.Effect) []Finding {
	if !e.Mode.Given {
		return nil
	}
	var edits []Edit
	for _, name := range oldNames {
		at := 0
		for {
			i := strings.Index(e.Mode.Written[at:], name[0])
			if i < 0 {
				break
			}
			start := e.Mode.Start + at + i
			edits = append(edits, Edit{Span: source.Span{Start: start, End: start + len(name[0])}, New: name[1]})
			at += i + len(name[0])
		}
	}
	if len(edits) == 0 {
		return nil
	}
	f := found(e, "the mode is given by names that POSIX does not have")
	f.Fix = &Fix{Safe: true, Words: "write S_IRUSR, S_IWUSR, S_IXUSR", Edits: edits}
	if m, ok := e.Exact(); ok {
		f.Fix.Promised, f.Fix.Mode = true, m
	}
	return []Finding{f}
}
