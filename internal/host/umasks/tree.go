package umasks

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// tree is the file system of a system, of which paths and absolute symbolic links
// count from its own root.
type tree struct {
	root string
}

// longest is how much of a file is read.
const longest = 1 << 20

func (t *tree) read(name string) ([]byte, error) {
	f, err := t.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("read %q: %w", name, errNotFile)
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(f, longest))
}

var errNotFile = errors.New("not a regular file")

// open finds a file as the system itself would. A fifo is not waited for.
func (t *tree) open(name string) (*os.File, error) {
	resolved, err := t.resolve(name)
	if err != nil {
		return nil, err
	}
	return os.OpenFile(resolved, os.O_RDONLY|nonblocking, 0)
}

// resolve follows symbolic links within the tree, as chroot(2) would.
func (t *tree) resolve(name string) (string, error) {
	if t.root == "/" {
		return name, nil
	}
	rest := strings.Split(path.Clean("/"+name), "/")
	var done []string
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		if part == "" {
			continue
		}
		here := filepath.Join(append(append([]string{t.root}, done...), part)...)
		target, err := os.Readlink(here)
		if err != nil {
			done = append(done, part)
			continue
		}
		if links++; links > 40 {
			return "", &fs.PathError{Op: "open", Path: name, Err: errors.New("too many symbolic links")}
		}
		if !path.IsAbs(target) {
			target = path.Join("/"+path.Join(done...), target)
		}
		done, rest = nil, append(strings.Split(path.Clean(target), "/"), rest...)
	}
	return filepath.Join(append([]string{t.root}, done...)...), nil
}

// isNull tells whether a name is a link to /dev/null, there or not.
func (t *tree) isNull(name string) bool {
	resolved, err := t.resolve(path.Dir(name))
	if err != nil {
		return false
	}
	target, err := os.Readlink(filepath.Join(resolved, path.Base(name)))
	return err == nil && target == "/dev/null"
}

// list is the names in a directory that end in suffix, sorted; none where there is
// no such directory.
func (t *tree) list(dir, suffix string) []string {
	resolved, err := t.resolve(dir)
	if err != nil {
		return nil
	}
	entries, err := os.ReadDir(resolved)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), suffix) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names
}

// numbered calls each for every line of a text that is neither empty nor a comment,
// with its number; a line that ends in a backslash goes on with the next.
func numbered(text []byte, each func(n int, line string)) {
	var joined strings.Builder
	first := 0
	for i, line := range strings.Split(string(text), "\n") {
		if first == 0 {
			first = i + 1
		}
		if head, more := strings.CutSuffix(line, `\`); more {
			joined.WriteString(head + " ")
			continue
		}
		joined.WriteString(line)
		whole := strings.TrimSpace(joined.String())
		if whole != "" && whole[0] != '#' {
			each(first, whole)
		}
		joined.Reset()
		first = 0
	}
}
