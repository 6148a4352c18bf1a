package lint

import (
	"fmt"
	"strings"

	"ward/finding"
	"ward/lint/effect"
	"ward/mode"
)

// The rules of family O: modes that let in too many.
func openRules() []*Rule {
	return []*Rule{
		{
			Rule: finding.Rule{
				ID: "lint/world-writable", Severity: finding.Warning, Title: "everybody may write it",
				Reason: "The mode is set as it stands there, whatever the umask is.",
			},
			Judge: worldWritable,
		},
		{
			Rule: finding.Rule{
				ID: "lint/umask-cleared", Severity: finding.Warning, Title: "the umask is cleared and stays so",
				Reason: "Everything that the process makes from then on, libraries and children included, is open to whom it asked for.",
			},
			Judge: umaskCleared,
		},
		{
			Rule: finding.Rule{
				ID: "lint/open-without-umask", Severity: finding.Error, Title: "made for everybody while the umask is zero",
				Reason: "0666 and 0777 in a request count on the umask to take w from others; here there is none.",
			},
			Judge: openWithoutUmask,
		},
		{
			Rule: finding.Rule{
				ID: "lint/setuid-introduced", Severity: finding.Warning, Title: "a program becomes set-id",
				Reason: "Who runs it does so with the rights of its owner or group. Each such program needs a reason that somebody wrote down.",
			},
			Judge: setuidIntroduced,
		},
	}
}

// worldWritable finds chmod 777 (O1). Requests that a umask narrows are another
// matter, and so are sticky directories, sockets, devices and lock files.
func worldWritable(s *effect.Script, e *effect.Effect) []Finding {
	set, _ := e.Executed()
	if !setsMode(e) || e.Masked || e.Guarded || set&mode.OtherWrite == 0 || sharedOnPurpose(e, set) || aboutToGo(s, e) {
		return nil
	}
	f := found(e, fmt.Sprintf("%s lets everybody write: %s", e.API, executedText(e)))
	f.Gains = []string{"every user of the machine may change it"}
	f.Graver = underSystem(e.Path.Known)
	if m, ok := e.Exact(); ok {
		f.Meant = (m &^ mode.OtherWrite).Octal()
	}
	return []Finding{f}
}

// aboutToGo tells whether a tree is removed after e, in its function or in one around
// it: what is in the way is opened first.
func aboutToGo(s *effect.Script, e *effect.Effect) bool {
	for i := range s.Effects {
		later := &s.Effects[i]
		if later.Verb != effect.Remove || later.Start < e.Start {
			continue
		}
		if s.Within(e.Function, later.Function) || later.Function == e.Function && later.Path.Name == e.Path.Name {
			return true
		}
	}
	return false
}

func sharedOnPurpose(e *effect.Effect, set mode.Mode) bool {
	if set&mode.Sticky != 0 && e.Kind != mode.Regular {
		return true
	}
	switch e.Kind {
	case mode.Socket, mode.FIFO, mode.CharDevice, mode.BlockDevice:
		return true
	}
	path := e.Path.Known
	for _, end := range []string{".lock", ".lck", ".sock", ".socket", ".fifo", ".pipe"} {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return strings.HasPrefix(path, "/dev/")
}

// underSystem tells whether a path is where the system's programs and settings are.
func underSystem(path string) bool {
	for _, top := range []string{"/etc/", "/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/boot/", "/opt/"} {
		if strings.HasPrefix(path, top) {
			return true
		}
	}
	return false
}

// umaskCleared finds umask(0) (O3) but for the idiom that asks for the mask by
// setting it, and puts it back.
func umaskCleared(s *effect.Script, e *effect.Effect) []Finding {
	if !clearsUmask(e) || e.Guarded || restored(s, e) {
		return nil
	}
	f := found(e, fmt.Sprintf("%s clears the umask, and nothing sets it again", e.API))
	f.Meant = spell(s, e, 0o022)
	return []Finding{f}
}

func clearsUmask(e *effect.Effect) bool {
	n, ok := e.Mode.Value.Exact()
	return e.Verb == effect.Umask && e.Mode.Given && ok && n&uint64(mode.Permissions) == 0
}

// restored tells whether the function sets the umask once more after e.
func restored(s *effect.Script, e *effect.Effect) bool {
	for _, later := range s.Function(e) {
		if later.Verb == effect.Umask && later.Start > e.Start && !clearsUmask(later) {
			return true
		}
	}
	return false
}

// openWithoutUmask finds a file made with 0666 between umask(0) and the next umask in
// the same function (O2).
func openWithoutUmask(s *effect.Script, e *effect.Effect) []Finding {
	set, _ := e.Executed()
	if !setsMode(e) || !e.Masked || e.Guarded || set&mode.OtherWrite == 0 || sharedOnPurpose(e, set) {
		return nil
	}
	cleared := false
	for _, before := range s.Before(e) {
		if before.Verb == effect.Umask {
			cleared = clearsUmask(before)
		}
	}
	if !cleared {
		return nil
	}
	f := found(e, fmt.Sprintf("%s makes it with %s, and the umask was cleared before", e.API, executedText(e)))
	f.Gains = []string{"every user of the machine may change it"}
	if m, ok := e.Exact(); ok {
		offer(s, e, &f, m&^(mode.GroupWrite|mode.OtherWrite))
	}
	return []Finding{f}
}

// knownSetID tells whether a path is that of a program which is set-id wherever it is
// installed: its packages say chmod 4755, and rightly.
func knownSetID(path string) bool {
	switch path[strings.LastIndexByte(path, '/')+1:] {
	case "su", "sudo", "doas", "pkexec", "ping", "ping6", "mount", "umount", "passwd", "chsh", "chfn", "chage", "expiry",
		"newgrp", "sg", "gpasswd", "newuidmap", "newgidmap", "fusermount", "fusermount3", "ntfs-3g", "mount.nfs", "mount.cifs",
		"crontab", "at", "wall", "write", "ssh-keysign", "ssh-agent", "unix_chkpwd", "dbus-daemon-launch-helper", "Xorg.wrap",
		"chrome-sandbox", "bwrap", "snap-confine", "gst-ptp-helper", "polkit-agent-helper-1", "traceroute6.iputils":
		return true
	}
	return false
}

// setuidIntroduced finds chmod 4755 (O7). On a directory setgid hands down the group
// and is common.
func setuidIntroduced(s *effect.Script, e *effect.Effect) []Finding {
	set, _ := e.Executed()
	setID := set & (mode.SetUID | mode.SetGID)
	if e.Kind == mode.Directory || e.Kind == mode.Unknown && set&mode.SetUID == 0 {
		setID &^= mode.SetGID
	}
	if !setsMode(e) || setID == 0 || e.Guarded || knownSetID(e.Path.Known) {
		return nil
	}
	f := found(e, fmt.Sprintf("%s makes it %s: %s", e.API, specialNames(setID), executedText(e)))
	f.Graver = set&(mode.GroupWrite|mode.OtherWrite) != 0
	f.Advice = "If it has to be, name the reason beside it; capabilities or a helper service often serve."
	return []Finding{f}
}
