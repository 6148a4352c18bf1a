package logline

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"ward/access"
)

// pattern is the form of one message. The groups of its expression are named path,
// to, verb, err, flags, unit and program.
type pattern struct {
	program string
	text    func() *regexp.Regexp
	actions []access.Action // where the verb does not tell
}

func (p *pattern) match(line string) (Refusal, bool) {
	m := p.text().FindStringSubmatch(line)
	if m == nil {
		return Refusal{}, false
	}
	group := func(name string) string {
		if i := p.text().SubexpIndex(name); i >= 0 {
			return m[i]
		}
		return ""
	}
	r := Refusal{
		Program: p.program, Unit: group("unit"), Actions: p.actions,
		Path: unquote(group("path")), To: unquote(group("to")), Errno: errnoOf(group("err")),
	}
	if r.Program == "" {
		r.Program = group("program")
	}
	if told := actionsOf(group("verb"), group("flags")); told != nil {
		r.Actions = told
	}
	return r, r.Path != "" || r.Unit != "" || p.program == "rust"
}

// errnoOf reads an error in any of its spellings.
func errnoOf(text string) access.Errno {
	switch strings.ToLower(text) {
	case "permission denied", "permissiondenied", "eacces", "13", "errno 13", "eacces (permission denied)":
		return "EACCES"
	case "operation not permitted", "eperm", "1", "errno 1":
		return "EPERM"
	case "read-only file system", "erofs", "30", "errno 30":
		return "EROFS"
	}
	return ""
}

// unquote takes off the quotation marks of any program, and undoes what Python, Go
// and Node have escaped.
func unquote(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "unix://"), "unix:")
	for _, q := range [...][2]string{{"'", "'"}, {`"`, `"`}, {"‘", "’"}, {"“", "”"}, {"`", "'"}} {
		inner, opened := strings.CutPrefix(s, q[0])
		inner, closed := strings.CutSuffix(inner, q[1])
		if opened && closed && len(s) > 1 {
			return unescape(inner)
		}
	}
	return s
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	if text, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(s, `\'`, "'"), `"`, `\"`) + `"`); err == nil {
		return text
	}
	return s
}

// The parts of messages.
const (
	refused = `(?P<err>[Pp]ermission denied|[Oo]peration not permitted|[Rr]ead-only file system)`
	lower   = `(?P<err>permission denied|operation not permitted|read-only file system)` // as Go has them
	symbol  = `(?P<err>EACCES|EPERM|EROFS)`
	number  = `(?P<err>13|1|30)`
	quoted  = `(?P<path>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|‘[^’]*’|` + "`[^']*'" + `)`
	second  = `(?P<to>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|‘[^’]*’|` + "`[^']*'" + `)`
	ticked  = "`(?P<path>[^`]+)`"
	bare    = `(?P<path>[^\s:'"]+)`
	toColon = `(?P<path>[^:'"]+)`
)

// expression is compiled when it is first asked for: programs that read no log would
// have to wait for it before main.
func expression(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

func p(program, text string, actions ...access.Action) pattern {
	return pattern{program, expression(text), actions}
}

// patterns are tried in order: those of which little else has the form come first.
var patterns = sync.OnceValue(func() []pattern {
	return []pattern{
		// strace
		p("strace", `\b(?P<verb>(?:f?execve|open|mkdir|unlink|rename|link|symlink|f?chmod|[fl]?chown|mknod|stat|lstat|access|faccess|truncate|chdir|readlink|utimens|newfstat|[l]?setxattr|rmdir)(?:at2?)?)\((?:AT_FDCWD, )?`+quoted+`(?:, (?:AT_FDCWD, )?`+second+`)?(?P<flags>[^=]*)= -1 `+symbol),
		p("strace", `\b(?P<verb>connect|bind)\(\d+, \{sa_family=AF_UNIX, sun_path=`+quoted+`\}, \d+\) += -1 `+symbol),

		// Node and Python
		p("node", symbol+`: [a-z -]+, (?P<verb>\w+) `+quoted+`(?: -> `+second+`)?`),
		p("node", `(?P<verb>spawn) (?P<path>\S+) `+symbol),
		p("node", `(?P<verb>connect|listen) `+symbol+`:? (?:permission denied )?(?P<path>/\S+)`),
		p("python", `(?:PermissionError|OSError|IOError|FileNotFoundError|BlockingIOError)(?::)? ?\[Errno `+number+`\] [A-Z][^:]*: b?`+quoted+`(?: -> b?`+second+`)?`),

		// Rust, whose errors know no path
		p("rust", `(?P<verb>[\w' ]*?) ?`+ticked+`.*\bOs \{ code: `+number+`, kind: \w+`),
		p("rust", `(?P<verb>[\w' ]*?) ?`+quoted+`.*\bOs \{ code: `+number+`, kind: \w+`),
		p("rust", `(?P<verb>[\w' ]*?) ?(?P<path>/[^\s:,;)\]'"]+).*\bOs \{ code: `+number+`, kind: \w+`),
		p("rust", `\bOs \{ code: `+number+`, kind: \w+, message: "[^"]*" \}(?:.*?(?P<path>"/[^"]*"|/[^\s:,;)\]'"]+))?`),
		p("rust", `Custom \{ kind: (?P<err>PermissionDenied), error: "(?P<verb>[^"/]*)(?P<path>/[^\s"':,;)]+)`),

		// Java
		p("java", `(?P<err>)java\.nio\.file\.AccessDeniedException: (?P<path>/.*?)(?: -> (?P<to>/.*?))?(?::.*)?$`),
		p("java", `java\.(?:io\.FileNotFoundException|nio\.file\.\w+): (?P<path>.+?)(?: \(`+refused+`\)|: (?:Permission denied|Read-only file system))`, access.Reading, access.Writing),
		p("java", `(?P<verb>Cannot run program) `+quoted+`.*error=`+number),

		// docker and other runtimes of containers, before Go whose words they use
		p("docker", `(?P<err>permission denied) while trying to (?P<verb>connect) to the (?:docker API|Docker daemon socket) at (?P<path>unix://[^\s:]+)`),
		p("docker", `unable to start container process.*?(?P<verb>exec): `+quoted+`: `+refused),
		p("docker", `crun: (?P<verb>\w+) `+ticked+`: `+refused),
		p("docker", `(?:exec|starting container process caused).*?(?P<verb>exec): `+quoted+`: `+refused),
		p("docker", `^(?P<verb>exec) `+bare+`: `+refused),

		// Go
		p("go", `(?P<verb>dial|listen) unix(?:gram|packet)? (?P<path>\S+): \w+: `+lower),
		p("go", `\b(?P<verb>fork/exec) `+toColon+`: `+lower),
		p("go", `\b(?P<verb>rename|link|symlink) (?P<path>\S+) (?P<to>\S+): `+lower),
		p("go", `(?:^|[\s"=:])(?P<verb>open|openat|openfdat|mkdir|mkdirat|unlinkat|remove|stat|lstat|chmod|chown|lchown|chtimes|truncate|readlink|chdir|exec|read|write|mknod|statfs) (?P<path>[^\s:'"][^:'"]*): `+lower),

		// web servers
		p("nginx", `(?P<verb>\w+)\(\) (?:to )?"?(?P<path>(?:unix:)?/[^"]*?)"? failed \(`+number+`: `),
		p("nginx", `"(?P<path>/[^"]*)" is (?P<verb>forbidden) \(`+number+`: `),
		p("apache", `\((?P<err>13|1|30)\).*filesystem path `+quoted+`.*?(?P<verb>search permissions|$)`),
		p("apache", `\((?P<err>13|1|30)\)[A-Z].*?(?P<verb>file permissions deny server access|could not open|cannot access|access to)[^/]*(?P<path>/\S+?)\.?$`),

		// systemd
		p("systemd", `(?P<unit>\S+\.(?:service|socket|mount|timer)): Failed at step (?P<verb>EXEC) spawning (?P<path>\S+): `+refused),
		p("systemd", `(?P<unit>\S+\.(?:service|socket)): Failed at step (?P<verb>[A-Z_]+) spawning \S+: `+refused),
		p("systemd", `(?P<unit>\S+\.service): (?P<verb>Failed to execute|Unable to locate executable) `+quoted+`: `+refused),
		p("systemd", `(?P<verb>Failed to execute|Unable to locate executable) (?P<path>/[^:]+|'[^']*'|"[^"]*"): `+refused),
		p("systemd", `(?P<unit>\S+\.(?:service|socket)): (?P<verb>Changing to the requested working directory) failed: `+refused),
		p("systemd", `(?P<unit>\S+\.(?:service|socket)): Failed to [a-zA-Z ]+: (?:(?P<path>/[^:]+): )?`+refused),
		p("systemd", `(?P<unit>\S+\.service): .*status=(?P<verb>203/EXEC|200/CHDIR)`),

		// sshd and ssh
		p("sshd", `Authentication refused: (?P<verb>bad ownership or modes) for (?:directory|file) (?P<path>/.+)$`),
		p("sshd", `Could not (?P<verb>open) user '[^']*' [a-z ]+ `+quoted+`: `+refused),
		p("ssh", `(?P<verb>Permissions) 0[0-7]+ for `+quoted+` are too open`),

		p("ssh", `(?P<verb>Bad owner) or permissions on (?P<path>/.+)$`),
		p("ssh", `Load key `+quoted+`: (?P<verb>bad permissions)`),

		// cron
		p("cron", `\(CRON\) error \((?P<verb>can't cd to) (?P<path>/[^)]+)\)`),
		p("cron", `(?P<verb>INSECURE MODE) \([^)]*\) \((?P<path>[^)]+)\)`),
		p("cron", `(?P<verb>WRONG FILE OWNER) \((?P<path>[^)]+)\)`),

		// git
		p("git", `(?P<verb>detected dubious ownership) in repository at `+quoted),
		p("git", `(?P<verb>insufficient permission) for adding an object to repository database (?P<path>\S+)`),
		p("git", `(?:error|fatal|warning): (?P<verb>[a-z ]*?(?:open|create[a-z ]*|unlink[a-z ]*|write[a-z ]*|mkdir|rename|stat|access|remove|lock)(?: of)?)[a-z ]* `+quoted+`: `+refused),
		p("git", `(?:error|fatal): (?P<verb>cannot (?:open|mkdir|create)[a-z ]*) `+bare+`: `+refused),

		// rsync
		p("rsync", `rsync: (?:\[\w+\] )?(?P<verb>[a-z_/ ]+?)(?: failed)?(?: to open)? "(?P<path>[^"]*)"(?: \(in \w+\))?(?: failed)?: `+refused),

		// PostgreSQL
		p("postgres", `(?:data directory|private key file) `+quoted+` has (?P<verb>invalid permissions|wrong ownership|group or world access)`),

		// PHP, Ruby, Perl, MySQL
		p("php", `(?P<verb>\w+)\((?P<path>/[^)]*)\): [Ff]ailed to open (?:stream|dir): `+refused),
		p("php", `(?P<verb>unlink|mkdir|rmdir|chmod|touch|rename|copy)\((?P<path>/[^),]*)(?:,(?P<to>[^)]*))?\): `+refused),
		p("ruby", refused+` @ (?P<verb>\w+) - (?P<path>\S+)`),
		p("perl", `(?i:can't|cannot|could not) (?P<verb>open|read|write|create|exec|unlink|mkdir|stat|opendir)(?: file)? `+quoted+`: `+refused+` at \S+ line`),
		p("mysql", `(?P<verb>Can't create/write|Can't read|Can't open)[a-z ]* file:? `+quoted+` \((?:Errcode|errno|OS errno):? `+number),

		// shells
		p("shell", `(?:^|: )(?P<path>[^\s:]+): (?P<verb>bad interpreter): `+refused),
		p("shell", `^(?:\S+: )?(?:line )?\d+: [^:]+: (?P<verb>cannot create|cannot open) (?P<path>[^:]+): `+refused),
		p("shell", `^\S*(?:sh|dash|ksh)\S*: (?:(?:line )?\d+: )?(?P<verb>cannot create|cannot open|cd: can't cd to|cd:|exec:|can't cd to)(?: )(?P<path>[^:]+): `+refused),
		p("shell", `^zsh:(?:\d+:)? (?P<err>permission denied|operation not permitted|read-only file system): (?P<path>.+)$`, access.Executing, access.Writing),
		p("shell", `^-?(?:bash|sh|dash|ksh|ash|busybox)(?:\[\d+\])?: (?:(?:line )?\d+: )?(?:eval: )?(?:(?:line )?\d+: )?`+toColon+`: `+refused, access.Executing, access.Writing),
		p("shell", `^[^:\s]+: (?:line )?\d+: `+toColon+`: `+refused, access.Executing, access.Writing),

		// coreutils and their kin
		p("", `^(?:\S*/)?(?P<program>[\w.-]+): (?P<verb>cannot (?:move|rename)|failed to create (?:hard|symbolic) link|cannot create (?:hard|symbolic) link|cannot link) `+quoted+`(?: (?:to|=>|->) `+second+`)?: `+refused),
		p("", `^(?:\S*/)?(?P<program>[a-z][\w.-]*): (?P<verb>[a-zA-Z' ]+?) `+quoted+`(?P<flags>(?: for \w+)?): `+refused),
		p("", `^(?P<program>tar): (?P<path>.+?): (?P<verb>Cannot [a-z ]+?)(?: to '.*')?: `+refused),
		p("find", `^find: `+quoted+`: `+refused, access.Listing),
		p("sed", `sed: (?P<verb>couldn't open temporary file) (?P<path>\S+): `+refused),
		p("", `^(?:\S*/)?(?P<program>tee): (?P<path>[^:]+): `+refused, access.Writing),
		p("", `^(?:\S*/)?(?P<program>cat|grep|egrep|head|wc|sort|less|more|awk|diff|md5sum|sha256sum|base64|source|\.): (?P<path>[^:]+): `+refused, access.Reading),
		p("", `^(?:\S*/)?(?P<program>env|nohup|timeout|sudo|xargs|nice|setsid|chroot|stdbuf|time): (?:failed to run command |failed to execute |unable to execute |cannot run command )?(?P<path>‘[^’]*’|'[^']*'|[^\s:]+): `+refused, access.Executing),

		// anybody
		p("", `(?P<verb>could not open|cannot open|failed to open|unable to open|[Cc]ould not create|failed to create|unable to create|cannot create|failed to write|unable to write|could not write|failed to read|unable to read|could not read|failed to connect to|failed to bind to|failed to delete|failed to remove|failed to load|unable to load|could not load)[a-z ]* `+quoted+`.*?`+refused),
		p("", `(?P<verb>could not open|cannot open|failed to open|unable to open|[Cc]ould not create|failed to create|unable to create|cannot create|failed to write|unable to write|could not write|failed to read|unable to read|could not read|failed to connect to|failed to bind to|failed to delete|failed to remove|failed to load|unable to load|could not load)[a-z ]* (?P<path>/[^\s:,;)'"]+).*?`+refused),
		p("", `(?P<path>'/(?:[^'\\]|\\.)*'|"/(?:[^"\\]|\\.)*"|‘/[^’]*’).*?`+refused),
		p("", refused+`.*?(?P<path>'/(?:[^'\\]|\\.)*'|"/(?:[^"\\]|\\.)*"|‘/[^’]*’)`),
		p("", `(?:^|[\s=(\[])(?P<path>/[^\s:,;)\]'"]+).*?`+refused),
		p("", refused+`.*?[\s=(\[:](?P<path>/[^\s:,;)\]'"]+)`),
	}
})
