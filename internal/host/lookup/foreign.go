package lookup

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// foreign is a format that somebody has registered with binfmt_misc, which the kernel
// tries before its own (Documentation/admin-guide/binfmt-misc.rst).
type foreign struct {
	interpreter string
	open        bool // flag F: the interpreter was opened when it was registered
	extension   string
	offset      int
	magic, mask []byte
}

// errAmbiguous says that several registered formats fit a file: the newest counts, and
// which one that is shows nowhere.
var errAmbiguous = errors.New("several formats of binfmt_misc fit it")

// foreignFormats reads the registered formats from a tree that holds "proc". None are
// at work where it is not mounted, or turned off.
func foreignFormats(root fs.FS) ([]foreign, error) {
	const dir = "proc/sys/fs/binfmt_misc"
	names, err := fs.ReadDir(root, dir)
	if err != nil || first(root, dir+"/status") != "enabled" {
		return nil, nil //nolint:nilerr // without it there are none
	}
	var list []foreign
	for _, n := range names {
		if n.Name() == "register" || n.Name() == "status" {
			continue
		}
		text, err := fs.ReadFile(root, path.Join(dir, n.Name()))
		if err != nil {
			return nil, err
		}
		if f, ok := parseForeign(string(text)); ok {
			list = append(list, f)
		}
	}
	return list, nil
}

// parseForeign reads what the kernel shows of a format (entry_status); not ok for one
// that is turned off or cannot be read.
func parseForeign(text string) (f foreign, ok bool) {
	on := false
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		var err error
		switch key {
		case "enabled":
			on = true
		case "interpreter":
			f.interpreter = value
		case "flags:":
			f.open = strings.Contains(value, "F")
		case "extension":
			f.extension = strings.TrimPrefix(value, ".")
		case "offset":
			f.offset, err = strconv.Atoi(value)
		case "magic":
			f.magic, err = hex.DecodeString(value)
		case "mask":
			f.mask, err = hex.DecodeString(value)
		}
		if err != nil {
			return foreign{}, false
		}
	}
	return f, on && f.interpreter != "" && (f.extension != "" || len(f.magic) > 0) && (f.mask == nil || len(f.mask) == len(f.magic))
}

// fits is search_binfmt_handler: by what follows the last dot of the name, or by bytes
// among the first of the file.
func (f *foreign) fits(name string, head []byte) bool {
	if f.extension != "" {
		dot := strings.LastIndexByte(name, '.')
		return dot >= 0 && name[dot+1:] == f.extension
	}
	seen := make([]byte, scriptBytes) // what the file does not fill is zero
	copy(seen, head)
	if f.offset < 0 || f.offset+len(f.magic) > len(seen) {
		return false
	}
	seen = seen[f.offset : f.offset+len(f.magic)]
	if f.mask == nil {
		return bytes.Equal(seen, f.magic)
	}
	for i, b := range seen {
		if (b^f.magic[i])&f.mask[i] != 0 {
			return false
		}
	}
	return true
}

// foreignFor is the format that a file has; nil for none.
func foreignFor(list []foreign, name string, head []byte) (*foreign, error) {
	at := slices.IndexFunc(list, func(f foreign) bool { return f.fits(name, head) })
	if at < 0 {
		return nil, nil
	}
	for i := at + 1; i < len(list); i++ {
		if list[i].fits(name, head) && list[i].interpreter != list[at].interpreter {
			return nil, errAmbiguous
		}
	}
	return &list[at], nil
}

// format is how execve(2) goes on: with the interpreter, which is a program of its own
// again; or, where it is held open already, without another look at any path.
func (f *foreign) format() format {
	if f.open {
		return format{}
	}
	return format{interpreter: f.interpreter, script: true}
}
