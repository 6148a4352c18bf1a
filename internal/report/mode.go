package report

import (
	"bufio"
	"fmt"
	"io"
	"runtime"
	"strings"

	"ward/acl"
	"ward/internal/app"
	"ward/mode"
)

// ModesText explains modes: the answer, every spelling, what it allows, what is
// odd about it, and the umask's part.
func ModesText(w io.Writer, m *app.Modes, style Style) error {
	out := bufio.NewWriter(w)
	for i := range m.Answers {
		a := &m.Answers[i]
		for j := range a.Results {
			if i+j > 0 {
				out.WriteByte('\n')
			}
			modeText(out, a, &a.Results[j], m.Umask, style)
		}
	}
	return out.Flush()
}

func modeText(out *bufio.Writer, a *app.ModeAnswer, r *app.ModeResult, umask app.Umask, style Style) {
	fmt.Fprintf(out, "%s%s\n", style.bold(r.Mode.Octal()+" "+headForm(r)), whence(a, r))
	for _, note := range notes(a, umask) {
		out.WriteString(style.wrap("  ", note))
	}
	out.WriteByte('\n')
	for _, s := range spellings(r) {
		spellingText(out, s[0], s[1], style)
	}
	for _, k := range r.Kinds {
		kindText(out, r.Mode, k, a.ACL, style)
	}
	umaskText(out, r, umask, style)
}

// headForm is the mode as ls shows it, without a type where several are meant.
func headForm(r *app.ModeResult) string {
	if len(r.Kinds) == 1 {
		return r.Mode.Format(r.Kinds[0])
	}
	return r.Mode.Format(mode.Regular)[1:]
}

// whence says how the text was read where the mode alone does not show it.
func whence(a *app.ModeAnswer, r *app.ModeResult) string {
	switch {
	case r.From != nil:
		return fmt.Sprintf("  %s on %s%s", Path(a.Text), aKind(r.Kinds), r.From.Octal())
	case a.Notation == "path":
		return "  " + Path(a.Text)
	case a.Notation == "octal", strings.HasPrefix(a.Text, headForm(r)):
		return ""
	}
	return fmt.Sprintf("  %s (%s)", Path(a.Text), a.Notation)
}

func aKind(kinds []mode.Kind) string {
	if len(kinds) != 1 {
		return ""
	}
	return article(kinds[0].String()) + " of "
}

func article(noun string) string {
	if strings.IndexByte("aeiou", noun[0]) >= 0 {
		return "an " + noun
	}
	return "a " + noun
}

// notes is what somebody has to know about the text itself.
func notes(a *app.ModeAnswer, umask app.Umask) []string {
	var all []string
	if len(a.Others) > 0 {
		all = append(all, otherReadings(a))
	}
	if len(a.ACL) > 0 {
		all = append(all, "It has an access list, and the group's bits are its mask. "+statCommand(a.Text)+" shows who has which rights.")
	}
	if a.Suffix != 0 && len(a.ACL) == 0 {
		all = append(all, suffixes[a.Suffix])
	}
	if a.Masked {
		all = append(all, fmt.Sprintf("A clause says no who: the umask %s keeps its bits out.", octal3(umask.Mask)))
	}
	if a.Namesake {
		all = append(all, fmt.Sprintf("There is also a file of that name: `%s` says its mode.", Shell([]string{"ward", "mode", "./" + a.Text})))
	}
	return all
}

func statCommand(path string) string { return "`" + Shell([]string{"ward", "stat", path}) + "`" }

var suffixes = [256]string{
	'+': "The + says that there is an access list: the group's bits are then its mask.",
	'.': "The dot says that there is an SELinux label.",
	'@': "The @ says that there are extended attributes (macOS), perhaps an access list too.",
	'%': "The % says that the content lies elsewhere (macOS).",
}

func otherReadings(a *app.ModeAnswer) string {
	var parts []string
	for _, o := range a.Others {
		form := o.Mode.Format(mode.Regular)[1:]
		if o.Kind != mode.Unknown {
			form = o.Mode.Format(o.Kind)
		}
		parts = append(parts, fmt.Sprintf("%s %s (%s)", o.By, literal(o.Mode), form))
	}
	if a.Notation == mode.AsOctal.String() {
		return fmt.Sprintf("In source code %s without a zero before it is decimal: to %s.", a.Text, strings.Join(parts, ", to "))
	}
	return "The same text is " + strings.Join(parts, ", and ") + "."
}

// literal is a mode as C writes it: 0644, 04755.
func literal(m mode.Mode) string { return fmt.Sprintf("0%03o", uint16(m)) }

func octal3(m mode.Mode) string { return fmt.Sprintf("%03o", uint16(m)) }

// spellings are the lines of a mode's notations, each with its name.
func spellings(r *app.ModeResult) [][2]string {
	m := r.Mode
	all := [][2]string{
		{"octal", fmt.Sprintf("%s, %s", literal(m), prefixed(m))},
		{"ls", strings.Join(eachKind(r.Kinds, listing(m)), "  ")},
		{"chmod", m.Symbolic()},
		{"C", m.Constants()},
		{"Go", m.GoSyntax()},
	}
	printed := eachKind(r.Kinds, func(k mode.Kind) string { return m.FileMode(k).String() })
	if m&mode.Special != 0 || len(r.Kinds) == 1 && r.Kinds[0] != mode.Regular && r.Kinds[0] != mode.Directory {
		all = append(all, [2]string{"Go prints", strings.Join(printed, "  ")})
	}
	return append(all,
		[2]string{"numbers", fmt.Sprintf("%d, 0x%x", uint16(m), uint16(m))},
		[2]string{"st_mode", strings.Join(eachKind(r.Kinds, func(k mode.Kind) string { return fmt.Sprintf("0%o", m.Stat(k)) }), "  ")})
}

// spellingText is a label and what stands behind it, in two lines where it is long.
func spellingText(out *bufio.Writer, label, text string, style Style) {
	const indent = "            " // of 12 columns
	if len(indent)+len(text) > style.width() {
		text = strings.TrimSuffix(strings.TrimPrefix(style.wrap(indent, breakable(text)), indent), "\n")
	}
	fmt.Fprintf(out, "  %-9s %s\n", label, text)
}

// breakable lets a sum of many constants go on in the next line.
func breakable(constants string) string {
	const most = 62
	if len(constants) <= most || !strings.Contains(constants, "|") {
		return constants
	}
	cut := strings.LastIndexByte(constants[:most], '|') + 1
	return constants[:cut] + " " + constants[cut:]
}

func prefixed(m mode.Mode) string { return fmt.Sprintf("0o%03o", uint16(m)) }

func eachKind(kinds []mode.Kind, text func(mode.Kind) string) []string {
	var all []string
	for _, k := range kinds {
		all = append(all, text(k))
	}
	return all
}

// listing is a mode as ls shows it, and as that of Solaris does where it differs.
func listing(m mode.Mode) func(mode.Kind) string {
	return func(k mode.Kind) string {
		text, there := m.Format(k), m.FormatOn(k, "solaris")
		if there != text {
			text += " (" + there + " on Solaris)"
		}
		return text
	}
}

// kindText says what the mode means for objects of a kind, and what is odd.
func kindText(out *bufio.Writer, m mode.Mode, k mode.Kind, list acl.List, style Style) {
	_, masked := list.MaskRights()
	title := article(k.String())
	fmt.Fprintf(out, "\n%s%s\n", strings.ToUpper(title[:1]), title[1:])
	for _, line := range classWords(m, k) {
		if masked {
			line = strings.Replace(line, "the group may", "the group, and whom the access list names, may at most", 1)
		}
		out.WriteString(hanging(style, line))
	}
	for _, meaning := range m.Meanings(k, runtime.GOOS) {
		out.WriteString(hanging(style, meaningText(meaning)))
	}
	if k == mode.Regular {
		out.WriteString(hanging(style, "deleting or renaming it takes w and x of its directory, whatever its own mode"))
	}
	for _, line := range suspicionLines(m, suspicions(m, k, list)) {
		out.WriteString(hanging(style, "odd: "+line))
	}
}

// suspicionLines is what is odd about a mode, and what the gravest of it lets one
// think was meant.
func suspicionLines(m mode.Mode, found []mode.Suspicion) []string {
	var all []string
	for i, s := range found {
		text := s.Problem
		if i == 0 && s.Meant != m && !strings.Contains(text, literal(s.Meant)) {
			text += "; " + literal(s.Meant) + " was perhaps meant"
		}
		all = append(all, text)
	}
	return all
}

// suspicions is what is odd about the mode of an object with that access list. Group
// bits that are the list's mask were chosen by nobody: slips of the base are not looked
// for there, and the order of the classes goes by what the owning group has.
func suspicions(m mode.Mode, k mode.Kind, list acl.List) []mode.Suspicion {
	mask, masked := list.MaskRights()
	if !masked {
		return m.Suspicions(k)
	}
	group, _ := list.Find(acl.GroupObj, acl.NoID)
	var found []mode.Suspicion
	for _, s := range m.Suspicions(k) {
		if s.Name != "spelling" && s.Name != "class-order" {
			found = append(found, s)
		}
	}
	for _, s := range (m&^0o070 | mode.Mode(group&mask)<<3).Suspicions(k) {
		if s.Name == "class-order" {
			s.Meant = m // a mode cannot say it
			found = append(found, s)
		}
	}
	return found
}

// classWords is what Describe says of the three classes.
func classWords(m mode.Mode, k mode.Kind) []string { return (m & mode.Permissions).Describe(k) }

// meaningText names the systems of a meaning, unless all agree or it is this one's.
func meaningText(meaning mode.Meaning) string {
	name := mode.SpecialName(meaning.Bit)
	if len(meaning.Systems) == len(mode.Systems()) {
		return name + ": " + meaning.Words
	}
	names := make([]string, len(meaning.Systems))
	for i, s := range meaning.Systems {
		names[i] = systemName(s)
	}
	return fmt.Sprintf("%s on %s: %s", name, strings.Join(names, ", "), meaning.Words)
}

func systemName(goos string) string {
	name, ok := map[string]string{"linux": "Linux", "freebsd": "FreeBSD", "darwin": "macOS", "solaris": "Solaris"}[goos]
	if !ok {
		return goos
	}
	return name
}

// hanging is a paragraph whose first line stands out to the left.
func hanging(style Style, text string) string {
	return strings.TrimPrefix(style.wrap("    ", text), "  ")
}

// umaskText says what comes of asking for the mode, and which umask makes it.
func umaskText(out *bufio.Writer, r *app.ModeResult, umask app.Umask, style Style) {
	if r.Kinds[0] == mode.Symlink {
		return
	}
	lines := umasksFor(r)
	if umask.Known {
		lines = append([]string{createdText(r, umask)}, lines...)
	}
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(out, "\nUmask\n")
	for _, line := range lines {
		out.WriteString(hanging(style, line))
	}
}

func createdText(r *app.ModeResult, umask app.Umask) string {
	here := " here"
	if umask.Given {
		here = ""
	}
	gives := eachKind(r.Kinds, func(k mode.Kind) string { return literal(r.Mode.Created(k, umask.Mask)) })
	if len(gives) == 2 && gives[0] != gives[1] {
		gives[0] += " as a file, " + gives[1] + " as a directory"
	}
	return fmt.Sprintf("%s%s (%s): asking for %s gives %s", octal3(umask.Mask), here, mode.FormatUmask(umask.Mask), literal(r.Mode), gives[0])
}

// umasksFor names the umasks under which what is asked for in the usual way gets
// the mode.
func umasksFor(r *app.ModeResult) []string {
	var given, never []string
	for _, k := range r.Kinds {
		plural, ok := map[mode.Kind]string{mode.Regular: "new files", mode.Directory: "new directories"}[k]
		if !ok {
			continue
		}
		mask, some := r.Mode.UmaskFor(k)
		switch {
		case !some:
			never = append(never, plural)
		case given == nil:
			given = append(given, fmt.Sprintf("under the umask %s %s have this mode", octal3(mask), plural))
		default:
			given = append(given, fmt.Sprintf("under %s %s do", octal3(mask), plural))
		}
	}
	if never != nil {
		have := " have it under none"
		if given == nil {
			have = " have this mode under no umask"
		}
		given = append(given, strings.Join(never, " and ")+have)
	}
	if given == nil {
		return nil
	}
	return []string{strings.Join(given, ", ")}
}

// ModesBrief writes one notation of each mode, a line for each: "octal", "ls",
// "symbolic", "constants" or "go".
func ModesBrief(w io.Writer, m *app.Modes, notation string) error {
	out := bufio.NewWriter(w)
	for i := range m.Answers {
		for _, r := range m.Answers[i].Results {
			fmt.Fprintln(out, brief(&r, notation))
		}
	}
	return out.Flush()
}

func brief(r *app.ModeResult, notation string) string {
	switch notation {
	case "ls":
		return headForm(r)
	case "symbolic":
		return r.Mode.Symbolic()
	case "constants":
		return r.Mode.Constants()
	case "go":
		return r.Mode.GoSyntax()
	}
	return r.Mode.Octal()
}
