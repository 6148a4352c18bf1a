package repair

import (
	"path"
	"strings"

	"ward/account"
	"ward/entry"
	"ward/mode"
)

// known is a file that systems make for themselves, with the mode and owner that the
// program gives it which makes it.
type known struct {
	glob  string // path.Match, relative to the root; "/**" at its end is all below
	kind  mode.Kind
	mode  mode.Mode
	user  string // "": root
	group string // "": root
	by    string // who makes it so
}

// wellKnown are they. A group that the system does not have leaves the group's rights
// out. The first that fits counts.
var wellKnown = []known{
	{"etc/passwd", mode.Regular, 0o644, "", "", "passwd(5)"},
	{"etc/passwd-", mode.Regular, 0o644, "", "", "passwd(5)"},
	{"etc/group", mode.Regular, 0o644, "", "", "group(5)"},
	{"etc/group-", mode.Regular, 0o644, "", "", "group(5)"},
	{"etc/shadow", mode.Regular, 0o640, "", "shadow", "shadow(5), Debian"},
	{"etc/shadow-", mode.Regular, 0o640, "", "shadow", "shadow(5), Debian"},
	{"etc/gshadow", mode.Regular, 0o640, "", "shadow", "gshadow(5), Debian"},
	{"etc/gshadow-", mode.Regular, 0o640, "", "shadow", "gshadow(5), Debian"},
	{"etc/sub[ug]id", mode.Regular, 0o644, "", "", "subuid(5)"},
	{"etc/sub[ug]id-", mode.Regular, 0o644, "", "", "subuid(5)"},
	{"etc/.pwd.lock", mode.Regular, 0o600, "", "", "lckpwdf(3)"},
	{"etc/security/opasswd", mode.Regular, 0o600, "", "", "pam_pwhistory(8)"},
	{"etc/sudoers", mode.Regular, 0o440, "", "", "sudoers(5)"},
	{"etc/sudoers.d/*", mode.Regular, 0o440, "", "", "sudoers(5)"},
	{"etc/ssh/ssh_host_*_key", mode.Regular, 0o600, "", "", "sshd(8)"},
	{"etc/ssh/ssh_host_*_key.pub", mode.Regular, 0o644, "", "", "sshd(8)"},
	{"etc/ssh/sshd_config", mode.Regular, 0o644, "", "", "openssh-server"},
	{"etc/machine-id", mode.Regular, 0o444, "", "", "machine-id(5)"},
	{"etc/ld.so.cache", mode.Regular, 0o644, "", "", "ldconfig(8)"},
	{"etc/nsswitch.conf", mode.Regular, 0o644, "", "", "nsswitch.conf(5)"},
	{"etc/profile", mode.Regular, 0o644, "", "", "base-files"},
	{"etc/fstab", mode.Regular, 0o644, "", "", "fstab(5)"},
	{"etc/hosts*", mode.Regular, 0o644, "", "", "hosts(5)"},
	{"etc/hostname", mode.Regular, 0o644, "", "", "hostname(5)"},
	{"etc/resolv.conf", mode.Regular, 0o644, "", "", "resolv.conf(5)"},
	{"etc/environment", mode.Regular, 0o644, "", "", "pam_env(8)"},
	{"etc/timezone", mode.Regular, 0o644, "", "", "tzdata"},
	{"etc/localtime", mode.Regular, 0o644, "", "", "localtime(5)"},
	{"etc/motd", mode.Regular, 0o644, "", "", "motd(5)"},
	{"etc/shells", mode.Regular, 0o644, "", "", "shells(5)"},
	{"etc/adjtime", mode.Regular, 0o644, "", "", "hwclock(8)"},
	{"etc/apt/sources.list", mode.Regular, 0o644, "", "", "sources.list(5)"},
	{"etc/pam.d/*", mode.Regular, 0o644, "", "", "pam.d(5)"},
	{"etc/cron.d/*", mode.Regular, 0o644, "", "", "cron(8)"},
	{"etc/alternatives", mode.Directory, 0o755, "", "", "update-alternatives(1)"},
	{"etc/rc?.d", mode.Directory, 0o755, "", "", "update-rc.d(8)"},
	{"etc/systemd/system/*.d", mode.Directory, 0o755, "", "", "systemd.unit(5)"},
	{"etc/systemd/system/*.wants", mode.Directory, 0o755, "", "", "systemd.unit(5)"},
	{"etc/systemd/system/*.requires", mode.Directory, 0o755, "", "", "systemd.unit(5)"},
	{"etc/systemd/system/*.service", mode.Regular, 0o644, "", "", "systemd.unit(5)"},
	{"etc/ssl/private", mode.Directory, 0o710, "", "ssl-cert", "ssl-cert"},
	{"etc/ssl/certs/*", mode.Regular, 0o644, "", "", "update-ca-certificates(8)"},
	{"var/lib/dpkg/info/*.postinst", mode.Regular, 0o755, "", "", "dpkg(1)"},
	{"var/lib/dpkg/info/*.preinst", mode.Regular, 0o755, "", "", "dpkg(1)"},
	{"var/lib/dpkg/info/*.postrm", mode.Regular, 0o755, "", "", "dpkg(1)"},
	{"var/lib/dpkg/info/*.prerm", mode.Regular, 0o755, "", "", "dpkg(1)"},
	{"var/lib/dpkg/info/*.config", mode.Regular, 0o755, "", "", "dpkg(1)"},
	{"var/lib/dpkg/info/*", mode.Regular, 0o644, "", "", "dpkg(1)"},
	{"var/lib/dpkg/lock*", mode.Regular, 0o640, "", "", "dpkg(1)"},
	{"var/lib/dpkg/triggers", mode.Directory, 0o755, "", "", "dpkg(1)"},
	{"var/lib/dpkg/triggers/Lock", mode.Regular, 0o600, "", "", "dpkg(1)"},
	{"var/lib/dpkg/triggers/*", mode.Regular, 0o644, "", "", "dpkg(1)"},
	{"var/lib/dpkg/alternatives/*", mode.Regular, 0o644, "", "", "update-alternatives(1)"},
	{"var/lib/dpkg/*", mode.Regular, 0o644, "", "", "dpkg(1)"},
	{"var/lib/apt/lists/lock", mode.Regular, 0o640, "", "", "apt-get(8)"},
	{"var/lib/apt/lists/partial", mode.Directory, 0o700, "_apt", "", "apt-get(8)"},
	{"var/lib/apt/lists/*", mode.Regular, 0o644, "", "", "apt-get(8)"},
	{"var/cache/apt/*.bin", mode.Regular, 0o644, "", "", "apt-get(8)"},
	{"var/cache/apt/archives/lock", mode.Regular, 0o640, "", "", "apt-get(8)"},
	{"var/cache/apt/archives/partial", mode.Directory, 0o700, "_apt", "", "apt-get(8)"},
	{"var/cache/apt/archives/*.deb", mode.Regular, 0o644, "", "", "apt-get(8)"},
	{"var/cache/debconf/passwords.dat*", mode.Regular, 0o600, "", "", "debconf(7)"},
	{"var/cache/debconf/*", mode.Regular, 0o644, "", "", "debconf(7)"},
	{"var/cache/ldconfig", mode.Directory, 0o700, "", "", "ldconfig(8)"},
	{"var/cache/ldconfig/aux-cache", mode.Regular, 0o600, "", "", "ldconfig(8)"},
	{"var/lib/pam/*", mode.Regular, 0o644, "", "", "pam-auth-update(8)"},
	{"var/lib/ucf/**", mode.Regular, 0o644, "", "", "ucf(1)"},
	{"var/lib/ucf/cache", mode.Directory, 0o755, "", "", "ucf(1)"},
	{"var/lib/shells.state", mode.Regular, 0o644, "", "", "update-shells(8)"},
	{"var/lib/systemd/deb-systemd-helper-*/**", mode.Regular, 0o644, "", "", "deb-systemd-helper(1p)"},
	{"var/lib/systemd/deb-systemd-helper-*/**", mode.Directory, 0o755, "", "", "deb-systemd-helper(1p)"},
	{"var/lib/systemd/random-seed", mode.Regular, 0o600, "", "", "systemd-random-seed(8)"},
	{"var/lib/ward/**", mode.Directory, 0o700, "", "", "ward(1)"},
	{"var/lib/ward/**", mode.Regular, 0o600, "", "", "ward(1)"},
	{"var/log/wtmp", mode.Regular, 0o664, "", "utmp", "utmp(5)"},
	{"var/log/btmp", mode.Regular, 0o660, "", "utmp", "utmp(5)"},
	{"var/log/lastlog", mode.Regular, 0o664, "", "utmp", "lastlog(8)"},
	{"var/log/faillog", mode.Regular, 0o644, "", "", "faillog(8)"},
	{"var/log/bootstrap.log", mode.Regular, 0o644, "", "", "debootstrap(8)"},
	{"var/log/dpkg.log*", mode.Regular, 0o644, "", "", "dpkg(1)"},
	{"var/log/alternatives.log*", mode.Regular, 0o644, "", "", "update-alternatives(1)"},
	{"var/log/apt/history.log*", mode.Regular, 0o644, "", "", "apt-get(8)"},
	{"var/log/apt/term.log*", mode.Regular, 0o640, "", "adm", "apt-get(8)"},
	{"var/spool/cron/crontabs", mode.Directory, 0o1730, "", "crontab", "crontab(1)"},
	{"var/mail", mode.Directory, 0o2775, "", "mail", "base-files"},
	{"var/local", mode.Directory, 0o2775, "", "staff", "base-files"},
	{"var/tmp", mode.Directory, 0o1777, "", "", "hier(7)"},
	{"tmp", mode.Directory, 0o1777, "", "", "hier(7)"},
	{"root", mode.Directory, 0o700, "", "", "base-files"},
	{"home", mode.Directory, 0o755, "", "", "hier(7)"},
	{"srv", mode.Directory, 0o755, "", "", "hier(7)"},
	{"opt", mode.Directory, 0o755, "", "", "hier(7)"},
	{"mnt", mode.Directory, 0o755, "", "", "hier(7)"},
	{"media", mode.Directory, 0o755, "", "", "hier(7)"},
	{"boot", mode.Directory, 0o755, "", "", "hier(7)"},
	{"run", mode.Directory, 0o755, "", "", "hier(7)"},
	{"usr/local", mode.Directory, 0o755, "", "", "base-files"},
	{"usr/local/*", mode.Directory, 0o755, "", "", "base-files"},
	{"usr/local/share/man", mode.Directory, 0o755, "", "", "base-files"},
	{"usr/share/info/dir", mode.Regular, 0o644, "", "", "install-info(1)"},
	{".", mode.Directory, 0o755, "", "", "hier(7)"},
	{"etc", mode.Directory, 0o755, "", "", "hier(7)"},
	{"usr", mode.Directory, 0o755, "", "", "hier(7)"},
	{"usr/*bin", mode.Directory, 0o755, "", "", "hier(7)"},
	{"usr/lib*", mode.Directory, 0o755, "", "", "hier(7)"},
	{"usr/share", mode.Directory, 0o755, "", "", "hier(7)"},
	{"bin", mode.Directory, 0o755, "", "", "hier(7)"},
	{"sbin", mode.Directory, 0o755, "", "", "hier(7)"},
	{"lib*", mode.Directory, 0o755, "", "", "hier(7)"},
	{"var", mode.Directory, 0o755, "", "", "hier(7)"},
	{"var/lib", mode.Directory, 0o755, "", "", "hier(7)"},
	{"var/cache", mode.Directory, 0o755, "", "", "hier(7)"},
	{"var/spool", mode.Directory, 0o755, "", "", "hier(7)"},
}

// wellKnown looks an entry up among the files of every system. Nobody's names are
// looked up in a reference without accounts.
func (r *Reference) wellKnown(name string, e *entry.Entry) (Guess, bool) {
	for i := range wellKnown {
		k := &wellKnown[i]
		if k.kind == e.Kind && k.match(name) {
			return k.guess(r.db), true
		}
	}
	return Guess{}, false
}

func (k *known) match(name string) bool {
	if above, ok := strings.CutSuffix(k.glob, "/**"); ok {
		for dir := name; dir != "."; dir = path.Dir(dir) {
			if fits, _ := path.Match(above, dir); fits {
				return true
			}
		}
		return false
	}
	fits, _ := path.Match(k.glob, name)
	return fits
}

func (k *known) guess(db *account.Database) Guess {
	g := Guess{Parts: Mode | User | Group, State: entry.State{Mode: k.mode}, Certainty: Sure, Why: k.by}
	if u, ok := db.User(k.user); ok {
		g.State.UID = u.UID
	} else if k.user != "" {
		g.Parts &^= User
		g.Certainty = Likely
	}
	if x, ok := db.Group(k.group); ok {
		g.State.GID = x.GID
	} else if k.group != "" {
		g.State.Mode &^= 0o2070
		g.Certainty = Likely
	}
	return g
}
