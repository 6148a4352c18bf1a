package files

import (
	"strings"
	"syscall"

	"ward/internal/host/sys"
)

// The most symbolic links that the path of a root may lead through, as in the
// kernel (MAXSYMLINKS).
const maxLinks = 40

// found is where a path leads.
type found struct {
	fd    int
	path  string // without symbolic links
	stat  sys.Stat
	trail []Ancestor
}

// resolver goes along a path one component at a time, so that every directory on
// the way, those of symbolic links included, is known for CheckAncestors.
type resolver struct {
	proc  *sys.Proc // may be nil
	at    found
	rest  []string
	links int
}

// resolve opens an absolute path.
func resolve(path string, proc *sys.Proc) (found, error) {
	r := &resolver{proc: proc, at: found{fd: -1}}
	err := r.toTop()
	for r.rest = components(path); err == nil && len(r.rest) > 0; {
		name := r.rest[0]
		r.rest = r.rest[1:]
		err = r.step(name)
	}
	if err != nil {
		r.close()
		return found{}, err
	}
	return r.at, nil
}

func components(path string) []string {
	return strings.FieldsFunc(path, func(c rune) bool { return c == '/' })
}

func (r *resolver) close() {
	if r.at.fd >= 0 {
		sys.Close(r.at.fd)
		r.at.fd = -1
	}
}

func (r *resolver) toTop() error {
	fd, err := sys.Open(sys.AtCWD, "/", sys.HoldDirectory)
	if err != nil {
		return err
	}
	return r.moveTo(fd, "/")
}

// moveTo takes a descriptor over as the place that was reached.
func (r *resolver) moveTo(fd int, path string) error {
	r.close()
	r.at.fd, r.at.path = fd, path
	return sys.StatHeld(fd, &r.at.stat)
}

func (r *resolver) step(name string) error {
	switch name {
	case ".":
		return nil
	case "..":
		return r.up()
	}
	here := r.at
	fd, err := hold(here.fd, name)
	if err != nil {
		return err
	}
	var st sys.Stat
	if err := sys.StatHeld(fd, &st); err != nil {
		sys.Close(fd)
		return err
	}
	r.at.trail = append(r.at.trail, ancestor(r.proc, here, &st))
	if st.Mode&sys.TypeMask == sys.TypeLink {
		defer sys.Close(fd)
		return r.follow(fd)
	}
	return r.moveTo(fd, strings.TrimSuffix(here.path, "/")+"/"+name)
}

// hold opens a component. O_DIRECTORY mounts what waits to be mounted there: the
// user has named this path.
func hold(dir int, name string) (int, error) {
	fd, err := sys.Open(dir, name, sys.HoldDirectory)
	if err == syscall.ENOTDIR { //nolint:errorlint // calls answer bare numbers
		return sys.Open(dir, name, sys.Hold)
	}
	return fd, err
}

func (r *resolver) up() error {
	fd, err := sys.Open(r.at.fd, "..", sys.HoldDirectory)
	if err != nil {
		return err
	}
	parent := r.at.path[:strings.LastIndexByte(r.at.path, '/')]
	if parent == "" {
		parent = "/"
	}
	return r.moveTo(fd, parent)
}

func (r *resolver) follow(link int) error {
	if r.links++; r.links > maxLinks {
		return syscall.ELOOP
	}
	target, err := sys.Readlink(link)
	if err != nil {
		return err
	}
	r.rest = append(components(target), r.rest...)
	if strings.HasPrefix(target, "/") {
		return r.toTop()
	}
	return nil
}
