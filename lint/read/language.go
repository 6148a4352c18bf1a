package read

import (
	"bytes"
	"path"
	"strings"

	"ward/lint/source"
)

// For is the language of a file, by its name and what it begins with, and its dialect
// where it has one. A few hundred bytes of head do; ok is false for what the linter
// does not read.
func For(name string, head []byte) (language source.Language, dialect string, ok bool) {
	base := path.Base(name)
	if l, ok := byName(base); ok {
		return l, "", true
	}
	for _, d := range byFolder {
		if strings.HasSuffix(path.Dir(name), d.folder) && strings.HasSuffix(base, d.end) {
			return d.language, d.dialect, true
		}
	}
	if e, ok := extensions()[strings.ToLower(path.Ext(base))]; ok {
		return e.language, e.dialect, true
	}
	return byShebang(head)
}

// A kind is a language and its dialect.
type kind struct {
	language source.Language
	dialect  string
}

// byName is the languages of files whose whole name tells.
func byName(base string) (source.Language, bool) {
	switch {
	case base == "Dockerfile", base == "Containerfile", strings.HasPrefix(base, "Dockerfile."), strings.HasPrefix(base, "Containerfile."), strings.HasSuffix(base, ".dockerfile"), strings.HasSuffix(base, ".Dockerfile"):
		return source.Dockerfile, true
	case base == "Makefile", base == "makefile", base == "GNUmakefile", base == "Makefile.am", base == "Makefile.in":
		return source.Makefile, true
	case base == "Rakefile", base == "Gemfile", base == "Vagrantfile", base == "Berksfile":
		return source.Ruby, true
	case base == "Jenkinsfile":
		return source.Groovy, true
	case base == ".bashrc", base == ".profile", base == ".bash_profile", base == ".zshrc", base == "PKGBUILD", base == "APKBUILD":
		return source.Shell, true
	}
	return "", false
}

// byFolder is the languages of files that their folder tells.
var byFolder = [...]struct {
	folder, end string
	kind
}{
	{"tmpfiles.d", ".conf", kind{source.Lines, "tmpfiles"}},
	{"sysusers.d", ".conf", kind{source.Lines, "sysusers"}},
	{"sudoers.d", "", kind{source.Lines, "sudoers"}},
	{"udev/rules.d", ".rules", kind{source.Lines, "udev"}},
	{".service.d", ".conf", kind{source.Systemd, ""}},
	{".socket.d", ".conf", kind{source.Systemd, ""}},
	{".mount.d", ".conf", kind{source.Systemd, ""}},
	{"logrotate.d", "", kind{source.Lines, "logrotate"}},
}

// extensions is the languages by the end of a file's name.
func extensions() map[string]kind {
	return map[string]kind{
		".go": {source.Go, ""},
		".py": {source.Python, ""}, ".pyw": {source.Python, ""}, ".pyi": {source.Python, ""},
		".sh": {source.Shell, ""}, ".bash": {source.Shell, ""}, ".ksh": {source.Shell, "mksh"}, ".mksh": {source.Shell, "mksh"}, ".bats": {source.Shell, "bats"},
		".js": {source.JavaScript, ""}, ".mjs": {source.JavaScript, "module"}, ".cjs": {source.JavaScript, ""}, ".jsx": {source.JavaScript, ""},
		".ts": {source.TypeScript, ""}, ".mts": {source.TypeScript, ""}, ".cts": {source.TypeScript, ""}, ".tsx": {source.TypeScript, ""},
		".c": {source.C, ""}, ".h": {source.C, ""},
		".cc": {source.CPlusPlus, ""}, ".cpp": {source.CPlusPlus, ""}, ".cxx": {source.CPlusPlus, ""}, ".hh": {source.CPlusPlus, ""}, ".hpp": {source.CPlusPlus, ""}, ".hxx": {source.CPlusPlus, ""},
		".rs":   {source.Rust, ""},
		".java": {source.Java, ""},
		".kt":   {source.Kotlin, ""}, ".kts": {source.Kotlin, ""},
		".groovy": {source.Groovy, ""}, ".gradle": {source.Groovy, ""},
		".rb": {source.Ruby, ""}, ".rake": {source.Ruby, ""}, ".gemspec": {source.Ruby, ""},
		".php": {source.PHP, ""}, ".phtml": {source.PHP, ""}, ".inc": {source.PHP, ""},
		".pl": {source.Perl, ""}, ".pm": {source.Perl, ""}, ".t": {source.Perl, ""},
		".yml": {source.YAML, ""}, ".yaml": {source.YAML, ""}, ".bu": {source.YAML, "butane"},
		".json": {source.JSON, ""}, ".ign": {source.JSON, "ignition"},
		".tf": {source.Terraform, ""}, ".pp": {source.Puppet, ""},
		".service": {source.Systemd, ""}, ".socket": {source.Systemd, ""}, ".mount": {source.Systemd, ""}, ".timer": {source.Systemd, ""}, ".path": {source.Systemd, ""}, ".swap": {source.Systemd, ""}, ".automount": {source.Systemd, ""},
		".tmpfiles": {source.Lines, "tmpfiles"}, ".udev": {source.Lines, "udev"}, ".logrotate": {source.Lines, "logrotate"}, ".sudoers": {source.Lines, "sudoers"},
		".mk": {source.Makefile, ""}, ".spec": {source.Packaging, "spec"},
	}
}

// byShebang is the language of a script that says in its first line what runs it.
func byShebang(head []byte) (source.Language, string, bool) {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	rest, ok := bytes.CutPrefix(line, []byte("#!"))
	if !ok {
		return "", "", false
	}
	words := strings.Fields(string(rest))
	if len(words) > 1 && path.Base(words[0]) == "env" {
		words = words[1:]
		for len(words) > 1 && (strings.HasPrefix(words[0], "-") || strings.Contains(words[0], "=")) {
			words = words[1:]
		}
	}
	if len(words) == 0 {
		return "", "", false
	}
	return interpreter(strings.TrimRight(path.Base(words[0]), "0123456789."))
}

// interpreter is the language of what a program runs.
func interpreter(program string) (source.Language, string, bool) {
	switch program {
	case "sh", "bash", "dash", "ash", "busybox":
		return source.Shell, "", true
	case "ksh", "mksh", "lksh":
		return source.Shell, "mksh", true
	case "bats":
		return source.Shell, "bats", true
	case "python", "pypy":
		return source.Python, "", true
	case "node", "nodejs", "bun":
		return source.JavaScript, "", true
	case "deno", "ts-node", "tsx":
		return source.TypeScript, "", true
	case "ruby":
		return source.Ruby, "", true
	case "perl":
		return source.Perl, "", true
	case "php":
		return source.PHP, "", true
	case "groovy":
		return source.Groovy, "", true
	case "make":
		return source.Makefile, "", true
	}
	return "", "", false
}
