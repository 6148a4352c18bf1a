// Package apk reads the database of Alpine's package manager, /lib/apk/db/installed.
//
// A package is a paragraph of lines with a letter and a colon. Of the files: "F:" is
// a directory and "M:" its uid:gid:mode, "R:" a file in it, "a:" the file's
// uid:gid:mode and "Z:" its checksum; "M:" and "a:" are left out where they are
// 0:0:755 and 0:0:644 (apk-tools 2.14, apk_db_write_fdb in src/database.c;
// https://wiki.alpinelinux.org/wiki/Apk_spec).
package apk

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ward/ident"
	"ward/mode"
	"ward/packages"
)

// LineError is a line of the database that cannot be read.
type LineError struct {
	Line    int // from 1
	Problem string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// Installed is a package with its files.
type Installed struct {
	packages.Package
	Files []packages.File
}

// The modes of entries without a line for them.
const (
	directoryMode mode.Mode = 0o755
	fileMode      mode.Mode = 0o644
)

// Read calls each with every package of the database. It ends at the first error.
func Read(in io.Reader, each func(*Installed) error) error {
	r := reader{}
	lines := bufio.NewReader(in)
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("line %d: %w", n, err)
		}
		text, last := strings.TrimSuffix(line, "\n"), err != nil
		if text != "" {
			if problem := r.line(text); problem != nil {
				return &LineError{n, problem.Error()}
			}
		}
		if text == "" || last {
			if err := r.finish(each); err != nil {
				return err
			}
		}
		if last {
			return nil //nolint:nilerr // io.EOF
		}
	}
}

// finish hands a package on, at the end of its paragraph.
func (r *reader) finish(each func(*Installed) error) error {
	done := r.present
	*r = reader{}
	if done.Name == "" {
		return nil
	}
	return each(&done)
}

// reader gathers a paragraph.
type reader struct {
	present Installed
	dir     string // of the F: line
	cut     bool   // sums of 160 bits are those of SHA-256, cut off ("f:S")
	last    *packages.File
}

func (r *reader) line(text string) error {
	if len(text) < 2 || text[1] != ':' {
		return fmt.Errorf("%q is not a letter and a value", text)
	}
	value := text[2:]
	switch text[0] {
	case 'P':
		r.present.Name = value
	case 'V':
		r.present.Version = value
	case 'A':
		r.present.Architecture = value
	case 'F':
		r.dir = value
		if value == "" || value == "/" { // the root itself, which packages own as well
			r.last = nil
			return nil
		}
		return r.add(value, mode.Directory, directoryMode)
	case 'R':
		return r.add(r.dir+"/"+value, mode.Unknown, fileMode) // a file, or a link: only the object itself tells
	case 'M', 'a':
		return r.owner(value)
	case 'Z':
		return r.sum(value)
	case 'f':
		r.cut = strings.Contains(value, "S")
	}
	return nil
}

func (r *reader) add(name string, k mode.Kind, m mode.Mode) error {
	path, ok := packages.Clean(name)
	if !ok {
		return fmt.Errorf("%q is no path in a system", name)
	}
	r.present.Files = append(r.present.Files, packages.File{Path: path, Kind: k, Mode: m, ModeKnown: true})
	r.last = &r.present.Files[len(r.present.Files)-1]
	return nil
}

// owner reads uid:gid:mode, and what may follow: a checksum of extended attributes.
func (r *reader) owner(value string) error {
	parts := strings.Split(value, ":")
	if len(parts) < 3 {
		return fmt.Errorf("%q is not uid:gid:mode", value)
	}
	uid, err := strconv.ParseUint(parts[0], 10, 32)
	gid, err2 := strconv.ParseUint(parts[1], 10, 32)
	m, err3 := strconv.ParseUint(parts[2], 8, 12)
	if err := errors.Join(err, err2, err3); err != nil {
		return fmt.Errorf("%q is not uid:gid:mode", value)
	}
	if r.last != nil {
		r.last.UID, r.last.GID, r.last.Mode = ident.UID(uid), ident.GID(gid), mode.Mode(m)
	}
	return nil
}

// sum reads "Q1" and a SHA-1 in base64, "Q2" and a SHA-256, or an MD5 in hexadecimal
// of old databases. Of a symbolic link it is of the target.
func (r *reader) sum(value string) error {
	d := packages.Digest{}
	var sum []byte
	var err error
	switch {
	case strings.HasPrefix(value, "Q1"):
		d.Algorithm = "sha1"
		if r.cut {
			d.Algorithm = "sha256-160"
		}
		sum, err = base64.StdEncoding.DecodeString(value[2:])
	case strings.HasPrefix(value, "Q2"):
		d.Algorithm = "sha256"
		sum, err = base64.StdEncoding.DecodeString(value[2:])
	default:
		d.Algorithm = "md5"
		sum, err = hex.DecodeString(value)
	}
	if err != nil {
		return fmt.Errorf("%q is no checksum", value)
	}
	if d.Sum = string(sum); r.last != nil {
		r.last.Digest = d
	}
	return nil
}
