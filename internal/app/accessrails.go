package app

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"ward/access"
	"ward/entry"
	"ward/mode"
	"ward/plan"
)

// withhold takes back the fixes that nobody should be advised to use, and says why.
// They would do what was asked for, and more than anybody wants: hand out a secret,
// make somebody root, or have a program refuse what belongs to it.
func (a *AccessAnswer) withhold() (notes []AccessNote) {
	var reasons []string
	a.Fixes = slices.DeleteFunc(a.Fixes, func(f access.Fix) bool {
		for _, r := range f.Remedies {
			if why := a.objection(&r); why != "" {
				if !slices.Contains(reasons, why) {
					reasons = append(reasons, why)
				}
				return true
			}
		}
		return false
	})
	if len(reasons) > 0 && !slices.ContainsFunc(a.Fixes, func(f access.Fix) bool { return f.Breadth != access.Everywhere }) {
		a.Fixes = nil // what opens everything is no better than what was withheld
	}
	if a.unproved() {
		a.Fixes = nil
		reasons = append(reasons, "narrower changes than a capability could not be proved, since not everything on the way could be seen: none is proposed")
	}
	for _, why := range reasons {
		notes = append(notes, AccessNote{About: "withheld", Text: why})
	}
	return notes
}

// unproved: a fact that could not be seen leaves nothing but what opens everything.
func (a *AccessAnswer) unproved() bool {
	unseen := slices.ContainsFunc(a.Checks, func(c access.Check) bool { return c.Answer == access.Unknown })
	narrow := slices.ContainsFunc(a.Fixes, func(f access.Fix) bool { return f.Breadth != access.Everywhere })
	return unseen && len(a.Fixes) > 0 && !narrow
}

// objection says why a remedy is not to be advised; "" where nothing is against it.
func (a *AccessAnswer) objection(r *access.Remedy) string {
	if a.Request.Stop {
		return objectionToStop(r)
	}
	if _, s := a.refused(); s != nil && s.Mount != nil && s.Mount.FSType == "proc" {
		return "what lies in /proc belongs to the kernel: it keeps neither a change of mode nor of owner, and much of it is shown only to who may trace the process"
	}
	if why := a.objectionToReading(); why != "" {
		return why
	}
	if r.Does != access.Alter {
		return ""
	}
	return a.objectionToChange(r)
}

// objectionToReading: what only one may know is given to nobody else.
func (a *AccessAnswer) objectionToReading() string {
	object := a.Question.Way.Object()
	if object == nil || object.Entry.Kind != mode.Regular || !secret(object.Path) {
		return ""
	}
	return fmt.Sprintf("no change is proposed: %s is a secret, and whoever reads it can become others. A program that checks passwords asks PAM; a user or service has a key of its own", object.Path)
}

// secret reports whether a file holds what only root, or one user, may know: hashes
// of passwords, private keys by which somebody is known to other machines.
func secret(file string) bool {
	dir, name := path.Split(file)
	switch {
	case dir == "/etc/" && slices.Contains([]string{"shadow", "gshadow", "shadow-", "gshadow-", "master.passwd"}, name),
		file == "/etc/security/opasswd":
		return true
	case dir == "/etc/ssh/" && strings.HasPrefix(name, "ssh_host_") && strings.HasSuffix(name, "_key"):
		return true
	case strings.HasSuffix(dir, "/.ssh/") && strings.HasPrefix(name, "id_") && !strings.HasSuffix(name, ".pub"):
		return true
	}
	return strings.Contains(dir, "/.gnupg/private-keys-v1.d/")
}

// objectionToChange: who may write where root's programs look becomes root, and
// programs that are strict about their files refuse them once others may write.
func (a *AccessAnswer) objectionToChange(r *access.Remedy) string {
	if !widensWriting(&r.Before, &r.After) {
		return ""
	}
	switch where := r.Path; {
	case insideTree(where, "/dev"):
		return fmt.Sprintf("no change of %s is proposed: udev makes devices anew, with its own rules. A group that has it, or a rule of udev, lasts", where)
	case a.homeOfKeys(where):
		return fmt.Sprintf("no change of %s is proposed that lets others write there: sshd (StrictModes) would refuse its owner's keys from then on", where)
	case systemTree(where) || slices.Contains(systemDirectories, where):
		return fmt.Sprintf("no change is proposed that lets others write to %s: root's programs rely on it, and whoever writes there can become root. Do it as root (sudo), or keep what changes elsewhere, such as below /srv or /var/lib", where)
	}
	return ""
}

// systemTrees are what root's programs read or run.
var systemTrees = []string{
	"/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/boot", "/efi", "/root", "/proc", "/sys",
	"/var/spool/cron", "/var/lib/dpkg", "/var/lib/rpm", "/var/lib/systemd",
}

// systemDirectories hold what belongs to many: who may write to one may rename what
// lies in it.
var systemDirectories = []string{
	"/", "/home", "/run", "/var", "/var/cache", "/var/lib", "/var/log", "/var/mail", "/var/spool",
}

func systemTree(file string) bool {
	return slices.ContainsFunc(systemTrees, func(tree string) bool { return insideTree(file, tree) })
}

// insideTree reports whether a path is the tree's root or lies below it.
func insideTree(file, tree string) bool {
	rest, ok := strings.CutPrefix(file, tree)
	return ok && (rest == "" || rest[0] == '/')
}

// widensWriting: more of the group class or of all others may write, or somebody
// else owns it.
func widensWriting(before, after *entry.State) bool {
	const writers = mode.GroupWrite | mode.OtherWrite
	return after.Mode&^before.Mode&writers != 0 || before.UID != after.UID
}

// homeOfKeys reports whether sshd looks at the path before it believes the keys of
// a user: his home directory, .ssh and the files in it.
func (a *AccessAnswer) homeOfKeys(file string) bool {
	if path.Base(file) == ".ssh" || path.Base(path.Dir(file)) == ".ssh" {
		return true
	}
	for _, u := range a.Names.Users() {
		shell := path.Base(u.Shell)
		if u.Home == file && u.Home != "/" && shell != "nologin" && shell != "false" {
			return true
		}
	}
	return false
}

// objectionToStop: what every program relies on is closed to nobody.
func objectionToStop(r *access.Remedy) string {
	if r.Does != access.Alter {
		return ""
	}
	switch {
	case r.Kind == mode.Directory && (plan.Rails{}).Object(r.Path, r.Kind, r.Before.Mode) != "":
		return fmt.Sprintf("no change of %s is proposed: programs of all users rely on it", r.Path)
	case neededByAll(r.Path):
		return fmt.Sprintf("no change of %s is proposed: whoever may not read it cannot run most programs. What is told there is no secret", r.Path)
	}
	return ""
}

// neededByAll reports whether programs of every user read a file: libraries,
// programs, and what names users and machines.
func neededByAll(file string) bool {
	programs := []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}
	if slices.ContainsFunc(programs, func(tree string) bool { return insideTree(file, tree) }) {
		return true
	}
	return slices.Contains([]string{
		"/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/hosts", "/etc/resolv.conf", "/etc/ld.so.cache", "/etc/localtime",
		"/etc/services", "/etc/protocols", "/etc/profile", "/etc/shells", "/etc/host.conf",
	}, file)
}
