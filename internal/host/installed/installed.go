// Package installed reads what the package managers of a system know, beneath its
// root: of the running one, of a chroot, or of a disk that is mounted somewhere.
//
// Nothing is trusted: no file is followed out of the root, fifos and devices are not
// opened, and what is longer than any database is refused.
package installed

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"

	"ward/manifest/sysusers"
	"ward/manifest/tmpfiles"
	"ward/packages/apk"
	"ward/packages/rpm"
)

// MaxFile bounds how much of a text file is read: the status files of the largest
// systems have a few tens of megabytes.
const MaxFile = 256 << 20

// System is an open system. It may be used by several goroutines.
type System struct {
	path string
	root *os.Root

	mu       sync.Mutex
	resolved map[string]string // directories, by the paths that lead to them
}

// Open opens the system whose root directory is at path. Close it.
func Open(path string) (*System, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &System{path: path, root: root, resolved: map[string]string{".": "."}}, nil
}

// Path is where the root directory is.
func (s *System) Path() string { return s.path }

// Close gives the descriptor back.
func (s *System) Close() error { return s.root.Close() }

// Has reports whether something is at a path.
func (s *System) Has(name string) bool {
	_, err := s.root.Lstat(s.Resolve(name))
	return err == nil
}

// open opens a regular file. It does not wait for the other end of a fifo.
func (s *System) open(name string) (*os.File, fs.FileInfo, error) {
	name = s.Resolve(name)
	f, err := s.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("read %q: it is no regular file", path.Join(s.path, name))
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// read reads a text file; one that is not there is empty.
func (s *System) read(name string) ([]byte, error) {
	f, info, err := s.open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > MaxFile {
		return nil, fmt.Errorf("read %q: %d bytes are too many for a database", path.Join(s.path, name), info.Size())
	}
	return io.ReadAll(io.LimitReader(f, MaxFile))
}

// names lists a directory, sorted; one that is not there is empty.
func (s *System) names(dir string) ([]string, error) {
	f, err := s.root.Open(s.Resolve(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

// maxLinks is how many symbolic links a path may lead through (as MAXSYMLINKS).
const maxLinks = 40

// Resolve is where a path of a package really lies: symbolic links among its
// directories are followed as within a chroot, so that "bin/su" is "usr/bin/su" on a
// merged system. The last component is not followed. What is not there, or leads in
// circles, is as it was written.
func (s *System) Resolve(name string) string {
	dir, last := path.Split(name)
	if dir = strings.TrimSuffix(dir, "/"); dir == "" {
		return name
	}
	return path.Join(s.ResolveDirectory(dir), last)
}

// ResolveDirectory is where a path leads that names a directory: the last component
// is followed too.
func (s *System) ResolveDirectory(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	links := 0
	return s.directory(name, &links)
}

func (s *System) directory(name string, links *int) string {
	if real, ok := s.resolved[name]; ok {
		return real
	}
	parent, last := ".", name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		parent, last = s.directory(name[:i], links), name[i+1:]
	}
	real := path.Join(parent, last)
	if target, err := s.root.Readlink(real); err == nil && *links < maxLinks {
		*links++
		if path.IsAbs(target) {
			parent = "."
		}
		// "..": above the root is the root
		inside := strings.TrimPrefix(path.Join("/", parent, target), "/")
		if inside == "" {
			inside = "."
		}
		real = s.directory(inside, links)
	}
	if *links < maxLinks {
		s.resolved[name] = real
	}
	return real
}

// rpmDatabases are where RPM keeps, or kept, its database.
var rpmDatabases = []string{
	"usr/lib/sysimage/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/Packages.db", "usr/lib/sysimage/rpm/Packages",
	"var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/Packages.db", "var/lib/rpm/Packages",
	"usr/share/rpm/rpmdb.sqlite", "usr/share/rpm/Packages.db",
}

// RPM calls each with every package of RPM's database, and says which file that is;
// "" where there is none.
func (s *System) RPM(each func(*rpm.Header) error) (string, error) {
	for _, name := range rpmDatabases {
		f, info, err := s.open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return name, err
		}
		defer f.Close()
		var log rpm.File
		if w, winfo, err := s.open(name + "-wal"); err == nil {
			defer w.Close()
			log = rpm.File{ReaderAt: w, Size: winfo.Size()}
		}
		if err := rpm.Read(rpm.File{ReaderAt: f, Size: info.Size()}, log, each); err != nil {
			return name, fmt.Errorf("read %q: %w", path.Join(s.path, name), err)
		}
		return name, nil
	}
	return "", nil
}

// APK calls each with every package of apk's database, and says which file that is;
// "" where there is none.
func (s *System) APK(each func(*apk.Installed) error) (string, error) {
	for _, name := range []string{"usr/lib/apk/db/installed", "lib/apk/db/installed"} {
		f, _, err := s.open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return name, err
		}
		defer f.Close()
		if err := apk.Read(f, each); err != nil {
			return name, fmt.Errorf("read %q: %w", path.Join(s.path, name), err)
		}
		return name, nil
	}
	return "", nil
}

// Tmpfiles reads tmpfiles.d: a file in /etc hides one of the same name in /run, and
// that one in /usr (tmpfiles.d(5)). They are in the order of their names.
func (s *System) Tmpfiles() ([]tmpfiles.Item, []error) {
	var all []tmpfiles.Item
	problems := s.fragments("tmpfiles.d", func(name string, text []byte) []error {
		items, problems := tmpfiles.Parse(name, text)
		all = append(all, items...)
		return problems
	})
	return all, problems
}

// Sysusers reads sysusers.d in the same way.
func (s *System) Sysusers() ([]sysusers.Account, []error) {
	var all []sysusers.Account
	problems := s.fragments("sysusers.d", func(name string, text []byte) []error {
		items, problems := sysusers.Parse(name, text)
		all = append(all, items...)
		return problems
	})
	return all, problems
}

func (s *System) fragments(dir string, parse func(name string, text []byte) []error) (problems []error) {
	at := map[string]string{}
	for _, parent := range []string{"usr/lib", "usr/local/lib", "run", "etc"} {
		names, err := s.names(parent + "/" + dir)
		if err != nil {
			problems = append(problems, err)
		}
		for _, n := range names {
			if strings.HasSuffix(n, ".conf") {
				at[n] = parent + "/" + dir + "/" + n
			}
		}
	}
	sorted := make([]string, 0, len(at))
	for n := range at {
		sorted = append(sorted, n)
	}
	slices.Sort(sorted)
	for _, n := range sorted {
		text, err := s.read(at[n])
		if err != nil && !s.masked(at[n]) {
			problems = append(problems, err)
			continue
		}
		problems = append(problems, parse(at[n], text)...)
	}
	return problems
}

// masked reports whether a file is a link to /dev/null, which stands for an empty one.
func (s *System) masked(name string) bool {
	target, err := s.root.Readlink(s.Resolve(name))
	return err == nil && target == "/dev/null"
}
