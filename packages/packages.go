// Package packages is what package managers know of the files that they installed,
// as values. The packages below it read the managers' databases and their packages:
// dpkg, deb, rpm and apk. None of them opens anything: callers hand in bytes.
package packages

import (
	"fmt"
	"path"
	"strings"

	"ward/ident"
	"ward/mode"
)

// Package is one installed package.
type Package struct {
	Name         string
	Version      string // with epoch and release, as the manager writes it
	Architecture string
}

// String is name and version.
func (p Package) String() string { return p.Name + " " + p.Version }

// File is one object that a package has put into the system.
type File struct {
	Path string    // relative to the root of the system, as Clean gives it: "usr/bin/su"
	Kind mode.Kind // Unknown where the database does not say
	Mode mode.Mode // valid where ModeKnown

	// ModeKnown says that mode, kind and owners are the package's. Where it is not
	// set only the name is known (dpkg's lists).
	ModeKnown bool

	User, Group string // "" where only numbers are known
	UID         ident.UID
	GID         ident.GID // ident.NoUID and ident.NoGID where only names are known

	Target    string // of a symbolic link
	HardLink  string // another name in the same package that this one is a link to
	Size      int64
	Digest    Digest // of the content; zero where it is not known
	Caps      string // file capabilities as getcap(8) prints them
	CapsKnown bool   // Caps says all: "" is none
	Traits    Traits
}

// Traits is what is special about a file.
type Traits uint8

// The traits.
const (
	Config    Traits = 1 << iota // edited by administrators, kept on upgrades
	Ghost                        // owned by the package, made by something else
	Untracked                    // the package asks for mode and owner not to be compared
	Absent                       // the database says that it was not installed
)

// Digest is a checksum of a file's content.
type Digest struct {
	Algorithm string // "md5", "sha1", "sha256", "sha384", "sha512", "sha256-160" (cut off); "" for none
	Sum       string // raw bytes
}

// String is "md5:" and the sum in hexadecimal, or "" for the zero Digest.
func (d Digest) String() string {
	if d.Algorithm == "" {
		return ""
	}
	return fmt.Sprintf("%s:%x", d.Algorithm, d.Sum)
}

// Clean makes a path of a database relative to the root of the system: without
// slashes before and behind it and without ".". A path that leads above the root
// is refused, as is an empty one; the root itself is ".".
func Clean(name string) (string, bool) {
	if name == "" || strings.IndexByte(name, 0) >= 0 {
		return "", false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", false
		}
	}
	name = strings.TrimLeft(path.Clean("/"+name), "/")
	if name == "" {
		return ".", true
	}
	return name, true
}
