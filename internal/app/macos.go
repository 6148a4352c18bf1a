package app

import (
	"path/filepath"
	"strings"
)

// privateFolders are those of a home directory that macOS keeps from every program
// that the user has not let in, root's included (TCC).
var privateFolders = []string{
	"Desktop", "Documents", "Downloads", "Pictures", "Library/Mail", "Library/Messages", "Library/Safari",
	"Library/Calendars", "Library/Application Support/AddressBook", "Library/Mobile Documents", "Library/Cookies",
}

// MacOSPrivacy explains an "Operation not permitted" of macOS for a path that the
// bits allow; "" where macOS guards nothing of its own there. mode and owner say
// nothing about this protection, and chmod and sudo change nothing.
func MacOSPrivacy(path string) string {
	const grant = "let the terminal in under System Settings, Privacy & Security, Full Disk Access"
	clean := filepath.ToSlash(filepath.Clean(path))
	switch {
	case strings.HasPrefix(clean, "/System/") || strings.HasPrefix(clean, "/usr/") && !strings.HasPrefix(clean, "/usr/local/"):
		return "macOS seals the system (System Integrity Protection): nobody changes it, root included"
	case strings.HasPrefix(clean, "/Volumes/"):
		return "macOS asks the user before programs see removable and network volumes (TCC), root included: " + grant
	}
	home, rest, ok := strings.Cut(strings.TrimPrefix(clean, "/Users/"), "/")
	if !ok || !strings.HasPrefix(clean, "/Users/") || home == "" {
		return ""
	}
	for _, folder := range privateFolders {
		if rest == folder || strings.HasPrefix(rest, folder+"/") {
			return "macOS keeps ~/" + folder + " from programs that were not let in (TCC), root's included; bits and sudo do not matter: " + grant
		}
	}
	return ""
}
