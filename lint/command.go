package lint

import (
	"fmt"
	"slices"
	"strings"

	"ward/finding"
	"ward/lint/effect"
	"ward/lint/source"
	"ward/mode"
)

// The rules of family S, on what commands are told, and those of family B on modes
// that a command refuses.
func commandRules() []*Rule {
	return []*Rule{
		{
			Rule: finding.Rule{
				ID: "lint/mode-as-operand", Severity: finding.Error, Title: "a mode stands where a name belongs",
				Reason: "The command takes it for a file, and the mode that was meant is never set.",
			},
			Anywhere: true, Misread: true, Judge: modeAsOperand,
		},
		{
			Rule: finding.Rule{
				ID: "lint/invalid-mode", Severity: finding.Error, Title: "this is not a mode",
				Reason: "The command or call refuses it when it runs.",
			},
			Anywhere: true, Misread: true, Judge: invalidMode,
		},
		{
			Rule: finding.Rule{
				ID: "lint/recursive-without-x", Severity: finding.Error, Title: "a recursive mode that shuts the directories",
				Reason: "Directories get it too, and without x nobody can enter them; chmod itself then stops half way.",
			},
			Anywhere: true, Misread: true, Judge: recursiveWithoutX,
		},
		{
			Rule: finding.Rule{
				ID: "lint/recursive-with-x", Severity: finding.Info, Title: "a recursive mode that makes every file a program",
				Reason: "Data becomes executable together with the directories. X gives x only to directories and to what has it already.",
			},
			OptIn: true, Judge: recursiveWithX,
		},
		{
			Rule: finding.Rule{
				ID: "lint/broad-target", Severity: finding.Error, Title: "a recursive change of the system",
				Reason: "It reaches what packages, services and other users own; one empty variable makes it all files of the machine.",
			},
			Judge: broadTarget,
		},
		{
			Rule: finding.Rule{
				ID: "lint/mkdir-parents-mode", Severity: finding.Warning, Title: "the mode is only for the last directory",
				Reason: "mkdir -p makes the directories above it with what the umask leaves.",
			},
			Languages: []source.Language{source.Shell, source.Dockerfile, source.Makefile}, Judge: parentsMode,
		},
		{
			Rule: finding.Rule{
				ID: "lint/install-default-x", Severity: finding.Info, Title: "install makes data executable",
				Reason: "Without -m what install copies gets 0755.",
			},
			OptIn: true, Judge: installDefaultX,
		},
		{
			Rule: finding.Rule{
				ID: "lint/key-redirect", Severity: finding.Warning, Title: "a private key goes through > into a file that others may read",
				Reason: "The shell makes the file before the program runs, with 0666 and the umask; the program cannot close it.",
			},
			Misread: true, Judge: keyRedirect,
		},
	}
}

// modeAsOperand finds `mkdir -p 0700 dir` and `chmod file 644` (S5).
func modeAsOperand(s *effect.Script, e *effect.Effect) []Finding {
	switch {
	case e.Verb == effect.Mkdir && e.Default || e.Verb == effect.MkdirAll && e.Default:
		if !looksLikeMode(e.Path.Known) || e.Path.Known[0] != '0' || alone(s, e) {
			return nil
		}
	case e.Verb == effect.Chmod && e.Mode.Text && !e.Mode.Variable && len(e.Mode.Numbers) == 0:
		option := e.Mode.Symbolic == "-r" || e.Mode.Symbolic == "-rR" // meant as -R
		if _, err := mode.ParseExpr(e.Mode.Symbolic); err == nil && !option || !looksLikeMode(e.Path.Known) {
			return nil
		}
	default:
		return nil
	}
	f := found(e, fmt.Sprintf("%s takes %s for a name", e.API, e.Path.Known))
	f.Span = e.Path.Span
	f.Advice = map[effect.Verb]string{
		effect.Chmod: "The mode comes first, then the names; -R, not -r, is for what lies below.",
	}[e.Verb]
	if e.Verb != effect.Chmod {
		m, _ := mode.Parse(e.Path.Known)
		f.Meant = "-m " + e.Path.Known
		f.Fix = write(e.Path.Span, f.Meant, m)
	}
	return []Finding{f}
}

// looksLikeMode tells whether a word is three or four octal digits that make a usual mode.
func looksLikeMode(word string) bool {
	if len(word) < 3 || len(word) > 4 || strings.Trim(word, "01234567") != "" || len(word) == 4 && word[0] > '4' {
		return false
	}
	m, err := mode.Parse(word)
	return err == nil && plausible(m, mode.Unknown)
}

// alone tells whether no other operand of the same command line is an effect.
func alone(s *effect.Script, e *effect.Effect) bool {
	for _, other := range s.Function(e) {
		if other != e && other.Span == e.Span && other.Verb == e.Verb {
			return false
		}
	}
	return true
}

// invalidMode finds 888, 0o755 for a command, and clauses that nobody reads (B6, B8).
func invalidMode(_ *effect.Script, e *effect.Effect) []Finding {
	if !e.Mode.Given || !e.Mode.Text || e.Mode.Variable {
		return nil
	}
	written := e.Mode.Symbolic
	if len(e.Mode.Numbers) == 1 {
		n := e.Mode.Numbers[0]
		written = n.Text
		if n.Value <= uint64(mode.All) && (n.Value != 0 || strings.Trim(n.Text, "0") == "") {
			return nil
		}
	} else if _, err := mode.ParseExpr(written); err == nil || written == "" || e.Call != nil && !strings.ContainsAny(written[:1], "0123456789ugoa+-=") {
		return nil // what a method of that name takes may be no mode at all
	}
	f := found(e, fmt.Sprintf("%s refuses %s: it is no mode", e.API, written))
	if digits := strings.TrimPrefix(strings.ToLower(written), "0o"); looksLikeMode(digits) {
		m, _ := mode.Parse(digits)
		f.Meant = m.Octal()
		f.Fix = write(e.Mode.Span, f.Meant, m)
		f.Fix.Safe = len(e.Mode.Numbers) == 1 // the command fails as it stands
	}
	return []Finding{f}
}

// recursiveWithoutX finds `chmod -R 644` and `chmod -R a=rw` (S1).
func recursiveWithoutX(_ *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.Chmod || !e.Recursive || !e.Mode.Given || e.Kind == mode.Regular {
		return nil
	}
	set, clear := e.Executed()
	if e.Mode.Symbolic != "" {
		expr, err := mode.ParseExpr(e.Mode.Symbolic)
		if err != nil {
			return nil
		}
		set, clear = expr.Always(mode.Directory)
	}
	if clear&mode.OwnerExecute == 0 || set == 0 && e.Mode.Symbolic == "" {
		return nil
	}
	f := found(e, fmt.Sprintf("%s -R %s takes x from the directories as well", e.API, e.Mode.Written))
	f.Loses = []string{"nobody but root can enter the directories"}
	if m, ok := e.Exact(); ok && !strings.HasSuffix(e.API, "tmpfiles.d") { // which takes no clauses
		f.Meant = withX(m)
		f.Fix = &Fix{Words: "write " + f.Meant, Edits: []Edit{{Span: e.Mode.Span, New: f.Meant}}} // no one mode for all
	}
	return []Finding{f}
}

// withX is a mode as clauses in which directories get x where they get r.
func withX(m mode.Mode) string {
	var clauses []string
	for _, class := range []struct {
		name   string
		rights mode.Rights
	}{{"u", m.Owner()}, {"g", m.Group()}, {"o", m.Other()}} {
		clause := class.name + "="
		for _, bit := range []struct {
			right  mode.Rights
			letter string
		}{{mode.R, "r"}, {mode.W, "w"}, {mode.R, "X"}} {
			if class.rights&bit.right != 0 {
				clause += bit.letter
			}
		}
		clauses = append(clauses, clause)
	}
	return strings.Join(clauses, ",")
}

// recursiveWithX finds `chmod -R 755` on a tree of data (S2).
func recursiveWithX(_ *effect.Script, e *effect.Effect) []Finding {
	m, ok := e.Exact()
	if e.Verb != effect.Chmod || !e.Recursive || !ok || m&mode.OwnerExecute == 0 || e.Kind == mode.Directory || ofPrograms(e.Path.Known) {
		return nil
	}
	f := found(e, fmt.Sprintf("%s -R %s makes every file a program", e.API, e.Mode.Written))
	f.Meant = withX(m)
	return []Finding{f}
}

func ofPrograms(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		switch part {
		case "bin", "sbin", "libexec", "scripts", "hooks", ".ssh", ".gnupg", "certs", "private":
			return true
		}
	}
	return false
}

// systemTrees are directories that belong to the system or to all users.
var systemTrees = [...]string{"/", "/bin", "/boot", "/etc", "/home", "/lib", "/lib64", "/opt", "/root", "/sbin", "/srv", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/share", "/var", "/var/lib", "/var/log"}

// broadTarget finds a recursive change of /usr, of ~ or of "$VAR/" (S3). A variable that
// must be set (${VAR:?}) cannot be empty.
func broadTarget(_ *effect.Script, e *effect.Effect) []Finding {
	if e.Verb != effect.Chmod && e.Verb != effect.Chown || !e.Recursive || e.Path.Name == "" {
		return nil
	}
	path := strings.TrimSuffix(strings.TrimSuffix(e.Path.Known, "*"), "/")
	var what string
	switch {
	case !e.Path.Whole && e.Path.Known != "" && path == "" && strings.Contains(e.Path.Name, "$") && !strings.Contains(e.Path.Name, ":?"):
		what = fmt.Sprintf("%s -R %s is all files of the machine if the variable is empty", e.API, e.Path.Name)
	case e.Path.Whole && e.Path.Known != "" && slices.Contains(systemTrees[:], "/"+strings.TrimPrefix(path, "/")) && e.Path.Known[0] == '/':
		what = fmt.Sprintf("%s -R changes all of %s", e.API, e.Path.Known)
	default:
		return nil
	}
	f := found(e, what)
	f.Span = e.Path.Span
	f.Advice = "Name the directory that is yours; in a script, ${VAR:?} stops where the variable is empty."
	return []Finding{f}
}

// parentsMode finds `mkdir -p -m 700 a/b/c` (S4): what lies between may be left open.
func parentsMode(_ *effect.Script, e *effect.Effect) []Finding {
	set, clear := e.Executed()
	if e.Verb != effect.MkdirAll || e.Default || e.API != "mkdir" || set&outside == 0o055 || clear&outside == 0 {
		return nil
	}
	if !newParents(e.Path) {
		return nil
	}
	f := found(e, fmt.Sprintf("mkdir -p gives %s to the last directory alone", e.Mode.Written))
	f.Advice = "Make the directories above it first, or set the umask in a subshell: (umask 077; mkdir -p …)."
	return []Finding{f}
}

// newParents tells whether mkdir -p may have to make a directory above the last one:
// one that is not of the system, the home or where the script is.
func newParents(o effect.Operand) bool {
	parts := strings.Split(strings.Trim(o.Known, "/"), "/")
	parts = parts[:len(parts)-1]
	for len(parts) > 0 && (parts[0] == "." || parts[0] == "..") {
		parts = parts[1:]
	}
	if strings.HasPrefix(o.Known, "/") && !strings.HasPrefix(o.Name, "$") && !strings.HasPrefix(o.Name, `"$`) {
		return len(parts) > 2 || len(parts) > 0 && !slices.Contains(systemTrees[:], "/"+strings.Join(parts, "/")) && len(parts) > 1
	}
	return len(parts) > 0
}

// installDefaultX finds `install conf /etc/x.conf` (S6).
func installDefaultX(_ *effect.Script, e *effect.Effect) []Finding {
	if e.API != "install" || e.Verb != effect.Copy || !e.Default || !isData(e.Data.Known) && !isData(e.Path.Known) {
		return nil
	}
	f := found(e, "install without -m makes it 0755 (rwxr-xr-x)")
	f.Meant = "-m 644"
	return []Finding{f}
}

// isData tells by its name whether a file is no program.
func isData(path string) bool {
	for _, end := range [...]string{".conf", ".cfg", ".ini", ".txt", ".md", ".service", ".socket", ".timer", ".json", ".yaml", ".yml", ".xml", ".h", ".pc", ".1", ".5", ".8", ".desktop", ".png", ".svg", ".html", ".css", ".so", ".a", ".crt", ".rules", ".toml"} {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

// keyMakers are commands that print a private key.
var keyMakers = [...]string{
	"openssl genrsa", "openssl genpkey", "openssl ecparam -genkey", "openssl rsa", "openssl pkcs12", "openssl dsaparam -genkey",
	"wg genkey", "wg genpsk", "gpg --export-secret-key", "gpg --armor --export-secret-key", "gpg -a --export-secret-key",
	"age-keygen", "kubectl config view --raw", "pwgen", "vault token create", "ansible-vault decrypt", "sops -d", "sops --decrypt",
}

// keyRedirect finds `openssl genrsa > key` (R2). openssl and age-keygen close what they
// are told to write by -out and -o.
func keyRedirect(s *effect.Script, e *effect.Effect) []Finding {
	if e.API != ">" || privateUmask(s, e) || inPrivateDirectory(s, e) {
		return nil
	}
	maker := ""
	for _, m := range keyMakers {
		if strings.HasPrefix(e.Data.Known, m) {
			maker = m
		}
	}
	if maker == "" || strings.Contains(e.Data.Known, " -out ") || strings.Contains(e.Data.Known, "-pubout") || preset(s, e) {
		return nil
	}
	f := found(e, fmt.Sprintf("what %s prints goes into a file with the mode that the umask leaves", maker))
	f.Span = e.Span
	f.Gains = []string{"everybody may read the key under the usual umask"}
	f.Advice = "(umask 077; … > file), or the program's own option for a file."
	return []Finding{f}
}

// preset tells whether the file was made with a mode of its own before.
func preset(s *effect.Script, e *effect.Effect) bool {
	for _, before := range s.Before(e) {
		set, _ := before.Executed()
		if before.Path.Name == e.Path.Name && before.Mode.Given && !before.Default && set&outside == 0 {
			return true
		}
	}
	return false
}
