package umasks

import (
	"path"
	"strings"

	"ward/account"
	"ward/mode"
)

// Login is where the umask of a user's login sessions comes from. root is the root
// of the system's tree, "/" for the running one; db holds its groups.
func Login(root string, u account.User, db *account.Database) *Found {
	c := newChain(&tree{root}, "what sessions get where nobody says anything")
	l := login{chain: c, user: u, db: db}
	l.defs = c.loginDefs()
	l.pam()
	l.shell()
	c.sudoers()
	c.sftp()
	c.crontabs(u.Name)
	return c.found()
}

type login struct {
	*chain
	user account.User
	db   *account.Database
	defs defs
}

// defs is what login.defs(5) says about umasks, by index into the sources; -1 where
// it says nothing.
type defs struct {
	umask      mode.Mode
	source     int
	userGroups bool
}

const loginDefsFile = "/etc/login.defs"

// loginDefs adds the settings of login.defs. They count only for who reads them:
// pam_umask for sessions, useradd(8) for new homes.
func (c *chain) loginDefs() defs {
	d := defs{source: -1}
	text, ok := c.read(loginDefsFile)
	if !ok {
		return d
	}
	numbered(text, func(n int, line string) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			return
		}
		s := Source{Origin: LoginDefs, File: loginDefsFile, Line: n, Text: line}
		switch fields[0] {
		case "UMASK":
			mask, err := mode.ParseUmask(fields[1], 0)
			if err != nil {
				s.Note = "it is no umask"
			} else {
				d.umask, d.source = mask, len(c.Sources)
				s.Note = "for new home directories only: pam_umask is not asked in sessions"
			}
		case "HOME_MODE":
			s.Note = "the mode of new home directories, no umask"
		case "USERGROUPS_ENAB":
			d.userGroups = strings.EqualFold(fields[1], "yes")
			s.Note = "without effect on sessions: pam_umask is not asked"
		default:
			return
		}
		c.add(s)
	})
	return d
}

// services are those by which people get sessions; the first that is there and has
// pam_umask speaks for all.
var services = []string{"login", "sshd", "su-l", "su", "sudo", "cron", "crond", "gdm-password", "lightdm"}

// pamLine is a line of a stack that runs pam_umask.
type pamLine struct {
	file string
	line int
	text string
	args []string
}

// pam adds what pam_umask(8) does: the GECOS field, its own argument, login.defs and
// default/login are asked in this order.
func (l *login) pam() {
	done := map[string]bool{}
	for _, service := range services {
		for _, at := range l.stack("/etc/pam.d/"+service, map[string]bool{}) {
			key := at.file + ":" + at.text
			if done[key] {
				continue
			}
			done[key] = true
			l.pamUmask(at, service)
		}
	}
	if len(done) == 0 && strings.Contains(l.user.Gecos, "umask=") {
		l.add(Source{Origin: Gecos, File: "/etc/passwd", Text: l.user.Gecos, Note: "without effect: pam_umask is not asked in sessions"})
	}
}

// stack is the lines of a service's sessions that run pam_umask, those of included
// files too.
func (l *login) stack(file string, seen map[string]bool) (lines []pamLine) {
	if seen[file] {
		return nil
	}
	seen[file] = true
	text, ok := l.read(file)
	if !ok {
		return nil
	}
	numbered(text, func(n int, line string) {
		fields := strings.Fields(bracketed().ReplaceAllString(line, "[]"))
		switch {
		case len(fields) == 2 && fields[0] == "@include":
			lines = append(lines, l.stack(path.Join(path.Dir(file), fields[1]), seen)...)
		case len(fields) < 3 || strings.TrimPrefix(fields[0], "-") != "session":
		case fields[1] == "include" || fields[1] == "substack":
			lines = append(lines, l.stack(path.Join(path.Dir(file), fields[2]), seen)...)
		case path.Base(fields[2]) == "pam_umask.so":
			lines = append(lines, pamLine{file, n, line, fields[3:]})
		}
	})
	return lines
}

var bracketed = expression(`\[[^\]]*\]`)

func (l *login) pamUmask(at pamLine, service string) {
	s := Source{Origin: PAM, File: at.file, Line: at.line, Text: at.text, Note: "in the sessions of " + service}
	userGroups := l.defs.userGroups
	given, hasArgument := mode.Mode(0), false
	for _, arg := range at.args {
		switch key, value, _ := strings.Cut(arg, "="); key {
		case "umask":
			mask, err := mode.ParseUmask(value, 0)
			given, hasArgument = mask, err == nil
		case "usergroups":
			userGroups = true
		case "nousergroups":
			userGroups = false
		}
	}
	switch gecos, ok := gecosUmask(l.user.Gecos); {
	case ok:
		l.add(s)
		l.add(Source{Origin: Gecos, File: "/etc/passwd", Text: l.user.Gecos, Sets: true, Mask: gecos, Note: "read by pam_umask; user private groups do not widen it"})
		return
	case hasArgument:
		s.Sets, s.Mask = true, given
	case l.defs.source >= 0:
		s.Sets, s.Mask = true, l.defs.umask
		s.Note += ", by UMASK of " + loginDefsFile
		l.Sources[l.defs.source].Note = "read by pam_umask, and for new home directories"
	default:
		l.defaultLogin(&s)
	}
	if s.Sets && userGroups && l.private() {
		s.Mask = s.Mask&^0o070 | s.Mask>>3&0o070
		s.Note += "; the group gets what the owner gets, since it is the user's own"
		l.userGroupsCount()
	}
	l.add(s)
}

// userGroupsCount says of USERGROUPS_ENAB that it has an effect.
func (l *login) userGroupsCount() {
	for i := range l.Sources {
		if s := &l.Sources[i]; s.Origin == LoginDefs && strings.HasPrefix(s.Text, "USERGROUPS_ENAB") {
			s.Note = "pam_umask gives a user's own group what the owner gets"
		}
	}
}

func (l *login) defaultLogin(s *Source) {
	const file = "/etc/default/login"
	text, ok := l.read(file)
	if !ok {
		return
	}
	numbered(text, func(n int, line string) {
		if value, found := strings.CutPrefix(line, "UMASK="); found {
			if mask, err := mode.ParseUmask(strings.Trim(value, `"'`), 0); err == nil {
				l.add(Source{Origin: DefaultLog, File: file, Line: n, Text: line, Note: "read by pam_umask"})
				s.Sets, s.Mask = true, mask
			}
		}
	})
}

// private reports whether the user's first group is his own: it has his name. For
// root pam_umask makes no difference.
func (l *login) private() bool {
	g, ok := l.db.GroupByID(l.user.GID)
	return l.user.UID != 0 && ok && g.Name == l.user.Name
}

// gecosUmask is the umask= of a GECOS field, whose parts have commas between them.
func gecosUmask(gecos string) (mode.Mode, bool) {
	for _, part := range strings.Split(gecos, ",") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(part), "umask="); ok {
			mask, err := mode.ParseUmask(value, 0)
			return mask, err == nil
		}
	}
	return 0, false
}

// shell adds the start files of the user's shell, those of a login shell and of the
// interactive ones that it starts.
func (l *login) shell() {
	home := l.user.Home
	switch path.Base(l.user.Shell) {
	case "bash":
		l.profile()
		for _, name := range []string{".bash_profile", ".bash_login", ".profile"} {
			if l.script(path.Join(home, name), Shell, "") {
				break
			}
		}
		for _, file := range []string{"/etc/bash.bashrc", "/etc/bashrc", path.Join(home, ".bashrc")} {
			l.script(file, Shell, "")
		}
	case "zsh":
		for _, file := range []string{"zshenv", "zprofile", "zshrc", "zlogin"} {
			if !l.script("/etc/zsh/"+file, Shell, "") {
				l.script("/etc/"+file, Shell, "")
			}
			l.script(path.Join(home, "."+file), Shell, "")
		}
	case "csh", "tcsh":
		for _, file := range []string{"/etc/csh.cshrc", "/etc/csh.login", path.Join(home, ".tcshrc"), path.Join(home, ".cshrc"), path.Join(home, ".login")} {
			l.script(file, Shell, "")
		}
	case "nologin", "false":
	default:
		l.profile()
		l.script(path.Join(home, ".profile"), Shell, "")
	}
}

func (l *login) profile() {
	l.script("/etc/profile", Shell, "")
	for _, name := range l.tree.list("/etc/profile.d", ".sh") {
		l.script("/etc/profile.d/"+name, Shell, "")
	}
}

var sudoUmask = expression(`^Defaults\S*\s.*?\b(umask(?:_override)?)\b(?:\s*=\s*(\d+))?`)

// sudoers adds what concerns commands that are run by sudo alone.
func (c *chain) sudoers() {
	files := []string{"/etc/sudoers"}
	for _, name := range c.tree.list("/etc/sudoers.d", "") {
		if !strings.Contains(name, ".") && !strings.HasSuffix(name, "~") {
			files = append(files, "/etc/sudoers.d/"+name)
		}
	}
	for _, file := range files {
		text, ok := c.read(file)
		if !ok {
			continue
		}
		numbered(text, func(n int, line string) {
			m := sudoUmask().FindStringSubmatch(line)
			if m == nil {
				return
			}
			s := Source{Origin: Sudoers, File: file, Line: n, Text: line, For: "sudo", Note: "sudo adds it to the bits of the caller's umask"}
			if mask, err := mode.ParseUmask(m[2], 0); err == nil && m[2] != "" {
				s.Sets, s.Mask = true, mask
			} else {
				s.Note = "sudo then takes its own umask alone"
			}
			c.add(s)
		})
	}
}

var sftpUmask = expression(`(?i)^(?:Subsystem\s+sftp|ForceCommand)\s.*\s-u\s*([0-7]+)`)

// sftp adds the option of the server of file transfers.
func (c *chain) sftp() {
	files := []string{"/etc/ssh/sshd_config"}
	for _, name := range c.tree.list("/etc/ssh/sshd_config.d", ".conf") {
		files = append(files, "/etc/ssh/sshd_config.d/"+name)
	}
	for _, file := range files {
		text, ok := c.read(file)
		if !ok {
			continue
		}
		numbered(text, func(n int, line string) {
			if m := sftpUmask().FindStringSubmatch(line); m != nil {
				mask, _ := mode.ParseUmask(m[1], 0)
				c.add(Source{Origin: SFTP, File: file, Line: n, Text: line, For: "sftp", Sets: true, Mask: mask})
			}
		})
	}
}

// crontabs adds the commands of a user's cron jobs that set a umask, and the scripts
// that they start.
func (c *chain) crontabs(user string) {
	for _, file := range []string{"/var/spool/cron/crontabs/" + user, "/var/spool/cron/" + user} {
		c.crontab(file, user, false)
	}
	files := []string{"/etc/crontab"}
	for _, name := range c.tree.list("/etc/cron.d", "") {
		files = append(files, "/etc/cron.d/"+name)
	}
	for _, file := range files {
		c.crontab(file, user, true)
	}
}

func (c *chain) crontab(file, user string, system bool) {
	text, ok := c.read(file)
	if !ok {
		return
	}
	numbered(text, func(n int, line string) {
		job, ok := cronCommand(line, user, system)
		if !ok {
			return
		}
		for _, m := range command().FindAllStringSubmatch(job, -1) {
			c.add(c.shellSource(Source{Origin: Cron, File: file, Line: n, Text: line, For: "this cron job"}, m[1]))
		}
		if program := firstWord(job); path.IsAbs(program) && c.isScript(program) {
			c.script(program, Script, "this cron job")
		}
	})
}

// cronCommand is the command of a line of crontab(5), if it is one of the user's.
func cronCommand(line, user string, system bool) (string, bool) {
	skip := 5
	if strings.HasPrefix(line, "@") {
		skip = 1
	}
	if system {
		skip++
	}
	fields := strings.Fields(line)
	if len(fields) <= skip || system && fields[skip-1] != user {
		return "", false
	}
	rest := line
	for range skip {
		rest = strings.TrimLeft(rest, " \t")
		rest = rest[strings.IndexAny(rest, " \t"):]
	}
	return strings.TrimSpace(rest), true
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// isScript reports whether a file starts like a script of a shell.
func (c *chain) isScript(file string) bool {
	text, err := c.tree.read(file)
	return err == nil && shellScript().Match(text)
}

var shellScript = expression(`^#!\s*\S*(?:\bsh|bash|dash|ksh|zsh|ash|env\s+(?:-\S+\s+)*(?:ba|da|z|k|a)?sh)\b`)
