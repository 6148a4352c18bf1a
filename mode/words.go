package mode

import "strings"

// Describe says in short sentences what m allows on an object of that kind: one
// for each class, then one for each special bit. The same bit means different
// things for a file and for a directory. What a special bit means is that of
// Linux; SpecialBits knows other systems.
func (m Mode) Describe(k Kind) []string {
	if k == Symlink {
		return []string{"a symbolic link has no mode that counts: what it points at decides"}
	}
	said := []string{
		"the owner " + allowed(m.Owner(), k),
		"the group " + allowed(m.Group(), k),
		"everybody else " + allowed(m.Other(), k),
	}
	return append(said, m.SpecialBits(k, "linux")...)
}

func allowed(r Rights, k Kind) string {
	if k == Directory {
		return "may " + directoryRights[r&7]
	}
	if r&7 == 0 {
		return "may do nothing with it"
	}
	var verbs []string
	for i, verb := range [...]string{"read", "write", "execute"} {
		if r&(R>>i) != 0 && (verb != "execute" || k == Regular) {
			verbs = append(verbs, verb)
		}
	}
	if verbs == nil {
		return "may do nothing with it (x means nothing here)"
	}
	return "may " + enumerate(verbs) + " it"
}

// directoryRights is what the eight rights allow in a directory: r is its list of
// names, x the way to what they name, w the names themselves, which x alone makes
// usable.
var directoryRights = [8]string{
	0:         "do nothing in it",
	X:         "reach what lies in it by a known name, but not list it",
	W:         "do nothing in it: w needs x",
	W | X:     "create, delete and rename in it and reach known names, but not list it",
	R:         "list the names in it and reach nothing",
	R | X:     "list it and reach what lies in it",
	R | W:     "list the names in it and reach nothing: w needs x",
	R | W | X: "list it, reach what lies in it, and create, delete and rename in it",
}

func enumerate(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// SpecialBits says what the special bits of m do on an object of that kind, a
// sentence for each bit that is set. system is a name as in runtime.GOOS.
func (m Mode) SpecialBits(k Kind, system string) []string {
	var said []string
	for i, bit := range [...]Mode{SetUID, SetGID, Sticky} {
		if m&bit == 0 {
			continue
		}
		name := [...]string{"setuid: ", "setgid: ", "sticky: "}[i]
		said = append(said, name+m.special(bit, k, system))
	}
	return said
}

func (m Mode) special(bit Mode, k Kind, system string) string {
	switch {
	case k == Directory:
		return specialDirectory(bit, system)
	case k == Regular:
		return m.specialFile(bit, system)
	}
	return "means nothing here"
}

func specialDirectory(bit Mode, system string) string {
	switch bit {
	case Sticky:
		if system == "solaris" || system == "illumos" {
			return "restricted deletion, only the owner of an entry, whoever may write that file, the directory's owner and root may delete or rename it"
		}
		return "restricted deletion, only the owner of an entry, the directory's owner and root may delete or rename it"
	case SetGID:
		if system == "darwin" || strings.HasSuffix(system, "bsd") {
			return "changes nothing here, where new entries always take the directory's group"
		}
		return "new entries take the directory's group, and new directories its setgid bit"
	}
	if system == "freebsd" {
		return "does nothing, but on a mount with suiddir new entries take the directory's owner"
	}
	return "does nothing on a directory"
}

func (m Mode) specialFile(bit Mode, system string) string {
	switch {
	case bit == SetUID && m&Execute == 0:
		return "does nothing as long as nobody may execute it"
	case bit == SetUID:
		return "whoever executes it has its owner's rights" + scripts(system)
	case bit == SetGID && m&Execute == 0 && (system == "freebsd" || system == "darwin"):
		return "does nothing as long as nobody may execute it"
	case bit == SetGID && (m&GroupExecute != 0 || system == "freebsd" || system == "darwin"):
		return "whoever executes it has its group's rights" + scripts(system)
	case bit == Sticky:
		return stickyOnFile(m, system)
	case bit == SetGID && (system == "solaris" || system == "illumos"):
		return "without the group's x it asks for mandatory locking"
	case bit == SetGID && system == "linux":
		return "does nothing without the group's x (it asked for mandatory locking before Linux 5.15)"
	}
	return "without the group's x it does not give its group's rights away"
}

// stickyOnFile: chmod(2) of FreeBSD and of Solaris.
func stickyOnFile(m Mode, system string) string {
	switch {
	case system == "freebsd":
		return "does nothing on a file, and only root may set it"
	case system == "solaris" && m&Execute == 0, system == "illumos" && m&Execute == 0:
		return "without an x it marks a swap file, which is not cached; only root may set it"
	case system == "solaris", system == "illumos":
		return "does nothing on a file that may be executed, and only root may set it"
	}
	return "does nothing on a file"
}

// scripts says what becomes of set-id on files that an interpreter runs.
func scripts(system string) string {
	if system == "linux" || system == "freebsd" || system == "darwin" {
		return " (the kernel ignores it for scripts)"
	}
	return ""
}
