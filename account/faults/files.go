package faults

import (
	"fmt"
	"strings"

	"ward/account"
	"ward/finding"
)

func fileRules() []rule {
	return []rule{
		define("account-file-writable", finding.Critical, (*review).writableFiles,
			"account file that others than root can write",
			"One line makes whoever writes it root."),
		define("hashes-readable", finding.Critical, (*review).readableShadows,
			"file of password hashes that others can read",
			"They can try passwords against it as fast as their machines are. Change the passwords: what was read stays read."),
		define("unreadable-accounts", finding.Error, (*review).unreadableFiles,
			"account file that programs cannot read",
			"Names turn into numbers for every program that is not root's, and many refuse to start."),
		define("unowned", finding.Warning, (*review).unowned,
			"object whose owner or group is nobody",
			"Whoever is given that id next owns it."),
	}
}

// secretFile reports whether a file holds hashes of passwords.
func secretFile(path string) bool {
	name := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], "-")
	return name == "shadow" || name == "gshadow" || name == "opasswd"
}

func (r *review) writableFiles() {
	for _, o := range r.Files {
		wanted := o.State
		wanted.UID = 0
		wanted.Mode &^= 0o022
		switch {
		case o.State.UID != 0:
			r.object(o, wanted, "it is owned by "+r.userName(o.State), Fault{
				Fix:     []string{"ward", "chown", "root", r.place(o.Path)},
				Finding: finding.Finding{Gains: []string{"user " + r.userName(o.State) + ": to become root"}},
			})
		case wanted.Mode != o.State.Mode:
			r.object(o, wanted, "others may write it", Fault{
				Fix: r.chmod(o, wanted.Mode), Finding: finding.Finding{Gains: r.gainers(o.State, o.State.Mode&0o022)},
			})
		}
	}
}

func (r *review) readableShadows() {
	for _, o := range r.Files {
		if !secretFile(o.Path) {
			continue
		}
		extra := o.State.Mode & 0o005
		if g := r.gids[o.State.GID]; o.State.GID != 0 && (g == nil || g.Value.Name != "shadow") || named(o.State.ACL) {
			extra |= o.State.Mode & 0o050
		}
		if extra == 0 {
			continue
		}
		wanted := o.State
		wanted.Mode &^= extra &^ 0o011
		r.object(o, wanted, "it holds the hashes of passwords", Fault{
			Fix: r.chmod(o, wanted.Mode), Finding: finding.Finding{Gains: r.gainers(o.State, extra&^0o011)},
		})
	}
}

func (r *review) unreadableFiles() {
	for _, o := range r.Files {
		if secretFile(o.Path) || strings.HasSuffix(o.Path, "-") || o.State.Mode&0o444 == 0o444 {
			continue
		}
		wanted := o.State
		wanted.Mode |= 0o444
		r.object(o, wanted, "not everybody may read it", Fault{
			Fix: r.chmod(o, wanted.Mode), Finding: finding.Finding{Loses: []string{"everyone: to learn the names of users and groups"}},
		})
	}
}

func (r *review) unowned() {
	for _, o := range r.Strays {
		var who []string
		if o.User && !r.lent(&r.SubUsers, uint32(o.State.UID)) {
			who = append(who, fmt.Sprintf("the owner %d", o.State.UID))
		}
		if o.Group && !r.lent(&r.SubGroups, uint32(o.State.GID)) {
			who = append(who, fmt.Sprintf("the group %d", o.State.GID))
		}
		if len(who) > 0 {
			r.object(o.Object, o.State, strings.Join(who, " and ")+" is nobody",
				Fault{Finding: finding.Finding{Advice: "find out whose it was; then ward chown OWNER:GROUP, or remove it"}})
		}
	}
}

// lent reports whether an id belongs to somebody's containers.
func (r *review) lent(f *account.File[account.Range], id uint32) bool {
	for l := range f.Records {
		if l.Value.First <= id && uint64(id) < l.Value.End() {
			return true
		}
	}
	return false
}

// Privileged is the paths of account files, from the root of the system, whose
// modes are judged.
func Privileged() []string {
	return []string{
		"etc/passwd", "etc/group", "etc/shadow", "etc/gshadow", "etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-",
		"etc/subuid", "etc/subgid", "etc/nsswitch.conf", "etc/login.defs", "etc/security/opasswd",
	}
}

// Secrets is the paths in a home of files that only its owner may read.
func Secrets() []string {
	return []string{
		".ssh/id_rsa", ".ssh/id_ed25519", ".ssh/id_ecdsa", ".ssh/id_dsa", ".netrc", ".pgpass", ".my.cnf", ".git-credentials",
		".aws/credentials", ".docker/config.json", ".kube/config", ".npmrc", ".pypirc", ".vault-token", ".config/gh/hosts.yml",
		".gnupg/secring.gpg", ".bash_history", ".mysql_history", ".psql_history", ".config/rclone/rclone.conf",
	}
}

// Starts is the paths in a home of what its owner's programs obey.
func Starts() []string {
	return []string{
		".profile", ".bash_profile", ".bash_login", ".bashrc", ".bash_logout", ".zshrc", ".zshenv", ".zprofile", ".cshrc", ".kshrc",
		".ssh", ".ssh/authorized_keys", ".ssh/config", ".ssh/rc", ".forward", ".rhosts", ".shosts", ".k5login", ".config/systemd/user",
		".gitconfig", ".vimrc", ".local/bin", "bin",
	}
}
