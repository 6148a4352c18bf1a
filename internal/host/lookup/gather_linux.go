package lookup

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"ward/access"
	"ward/internal/host/mounts"
	"ward/internal/host/sys"
	"ward/mode"
)

// Gather goes along a path and notes every component with its facts. A path that
// ends early is no error: the Way says where and why. An error is an *Error: the
// root or working directory of the subject cannot be held.
func Gather(path string, o Options) (*access.Way, error) {
	g, err := newGatherer(o)
	if err != nil {
		return nil, err
	}
	defer g.close()
	if path == "" {
		return &access.Way{Broken: "ENOENT"}, nil
	}
	if len(path) >= maxPath {
		return &access.Way{Broken: "ENAMETOOLONG", Rest: path}, nil
	}
	if err := g.start(path); err != nil {
		return nil, err
	}
	g.run(path)
	return &g.way, nil
}

// gatherer is on its way along a path.
type gatherer struct {
	o     Options
	proc  *sys.Proc // nil where /proc is not there
	sight sight
	table *mounts.Table // nil where the mounts could not be read

	root   int // held
	rootIs sys.Stat

	way   access.Way
	at    int // held: the directory that was reached, or the object
	step  int // the index of its step
	links int
}

func newGatherer(o Options) (*gatherer, error) {
	g := &gatherer{o: o, root: -1, at: -1, table: o.Mounts}
	if o.Sight != nil {
		g.sight = o.Sight.own
	} else {
		g.sight = ownSight()
	}
	g.proc, _ = sys.OpenProc()
	if g.table == nil {
		g.table, _ = mounts.Load() // without it every step's mount is unknown
	}
	name := o.Root
	if name == "" {
		name = "/"
	}
	root, err := sys.Open(sys.AtCWD, name, sys.HoldDirectory&^syscall.O_NOFOLLOW)
	if err == nil {
		g.root, err = root, sys.StatHeld(root, &g.rootIs)
	}
	if err != nil {
		g.close()
		return nil, &Error{"open the root directory", name, err}
	}
	return g, nil
}

func (g *gatherer) close() {
	for _, fd := range []int{g.root, g.at} {
		if fd >= 0 {
			sys.Close(fd)
		}
	}
	if g.proc != nil {
		g.proc.Close()
	}
}

// start is the directory at which the path begins.
func (g *gatherer) start(path string) error {
	if strings.HasPrefix(path, "/") {
		g.toRoot()
		return nil
	}
	name := g.o.Cwd
	if name == "" {
		name = "."
	}
	fd, err := sys.Open(sys.AtCWD, name, sys.HoldDirectory&^syscall.O_NOFOLLOW)
	if err != nil {
		return &Error{"open the working directory", name, err}
	}
	var st sys.Stat
	if err := sys.StatHeld(fd, &st); err != nil {
		sys.Close(fd)
		return &Error{"look at the working directory", name, err}
	}
	g.add(fd, &st, access.Step{Path: g.workingDirectory(fd), Parent: -1})
	return nil
}

// workingDirectory is its path in the subject's view.
func (g *gatherer) workingDirectory(fd int) string {
	if g.proc == nil {
		return "."
	}
	path, err := g.proc.Path(fd)
	if err != nil {
		return "."
	}
	root, err := g.proc.Path(g.root)
	if rest, below := strings.CutPrefix(path, strings.TrimSuffix(root, "/")); err == nil && below && (rest == "" || rest[0] == '/') {
		path = "/" + strings.TrimPrefix(rest, "/")
	}
	return filepath.Clean(path)
}

// toRoot goes on at the root directory.
func (g *gatherer) toRoot() {
	fd, err := sys.Dup(g.root)
	if err != nil {
		g.broken(err, "")
		return
	}
	g.add(fd, &g.rootIs, access.Step{Path: "/", Parent: -1})
}

// add takes over a descriptor as the step that was reached.
func (g *gatherer) add(fd int, st *sys.Stat, s access.Step) {
	if g.at >= 0 {
		sys.Close(g.at)
	}
	g.at = fd
	g.describe(fd, st, &s)
	g.way.Steps = append(g.way.Steps, s)
	g.step = len(g.way.Steps) - 1
}

// run goes from component to component until the path ends or breaks.
func (g *gatherer) run(path string) {
	rest := path
	for g.way.Broken == "" && strings.Trim(rest, "/") != "" {
		name, after, slash := next(rest)
		last := after == ""
		g.way.Slash = last && slash
		target, followed := g.component(name, after, slash)
		switch {
		case !followed:
			rest = after
		case last && slash:
			rest = target + "/"
		case last:
			rest = target
		default:
			rest = strings.TrimRight(target, "/") + "/" + after
		}
	}
	if g.way.Broken == "" && g.way.Missing == "" {
		g.finish()
	}
}

// component looks one name up. Where it is a link to follow, its text is returned.
func (g *gatherer) component(name, rest string, slash bool) (target string, followed bool) {
	here := &g.way.Steps[g.step]
	if here.Entry.Kind != mode.Directory {
		g.way.Broken, g.way.Rest = "ENOTDIR", join2(name, rest)
		return "", false
	}
	parent, path := g.step, join(here.Path, name)
	fd, err := g.hold(name)
	if err != nil {
		g.absent(err, name, rest)
		return "", false
	}
	var st sys.Stat
	if err := sys.StatHeld(fd, &st); err != nil {
		sys.Close(fd)
		g.broken(err, join2(name, rest))
		return "", false
	}
	s := access.Step{Path: path, Parent: parent}
	s.Entry.Name = name
	if st.Mode&sys.TypeMask != sys.TypeLink {
		g.add(fd, &st, s)
		if slash && !(g.o.Name && rest == "") && g.way.Steps[g.step].Entry.Kind != mode.Directory {
			g.way.Broken, g.way.Rest = "ENOTDIR", rest
		}
		return "", false
	}
	s.Trailing = rest == ""
	return g.link(fd, &st, s, rest, s.Trailing && (slash && g.o.Name || !slash && g.o.NoFollow))
}

// link notes a symbolic link, and follows it unless it is the object itself. The
// directory that it lies in stays the place that was reached.
func (g *gatherer) link(fd int, st *sys.Stat, s access.Step, rest string, isObject bool) (string, bool) {
	g.describe(fd, st, &s)
	target, err := sys.Readlink(fd)
	s.Link = g.self(s, target)
	if isObject {
		g.keep(fd, s)
		return "", false
	}
	magic := g.isMagic(fd, s.Path)
	sys.Close(fd)
	g.links++
	s.Follow = g.links <= maxLinks
	g.way.Steps = append(g.way.Steps, s)
	switch {
	case !s.Follow:
		g.way.Broken, g.way.Rest = "ELOOP", rest
	case err != nil || magic:
		g.way.Broken, g.way.Rest = "EACCES", rest
	default:
		if strings.HasPrefix(s.Link, "/") {
			g.toRoot()
		}
		return s.Link, true
	}
	return "", false
}

// keep makes the link itself the place that was reached.
func (g *gatherer) keep(fd int, s access.Step) {
	sys.Close(g.at)
	g.at = fd
	g.way.Steps = append(g.way.Steps, s)
	g.step = len(g.way.Steps) - 1
}

// self puts the subject in the place of this process where /proc/self is read.
func (g *gatherer) self(s access.Step, target string) string {
	own := strconv.Itoa(syscall.Getpid())
	if g.o.PID == 0 || s.Entry.Mount == 0 || s.Mount == nil || s.Mount.FSType != "proc" {
		return target
	}
	if rest, found := strings.CutPrefix(target, own); found && (rest == "" || rest[0] == '/') {
		pid := strconv.Itoa(g.o.PID)
		if strings.HasPrefix(rest, "/task/") {
			rest = "/task/" + pid
		}
		return pid + rest
	}
	return target
}

// isMagic tells the links of procfs that the kernel does not follow by their text:
// those in a process's directory.
func (g *gatherer) isMagic(fd int, path string) bool {
	fs, err := sys.FileSystemHeld(fd)
	const procMagic = 0x9fa0
	if err != nil || fs.Magic != procMagic {
		return false
	}
	switch name := filepath.Base(path); {
	case name == "exe", name == "cwd", name == "root":
		return true
	}
	switch filepath.Base(filepath.Dir(path)) {
	case "fd", "ns", "map_files":
		return true
	}
	return false
}

// hold opens a component. O_DIRECTORY mounts what waits to be mounted there. The
// way up ends at the subject's root.
func (g *gatherer) hold(name string) (int, error) {
	if name == ".." {
		var here sys.Stat
		if err := sys.StatHeld(g.at, &here); err != nil {
			return -1, err
		}
		if sys.SameObject(&here, &g.rootIs) && here.Mnt_id == g.rootIs.Mnt_id {
			return sys.Open(g.at, ".", sys.HoldDirectory)
		}
	}
	fd, err := sys.Open(g.at, name, sys.HoldDirectory)
	if err == syscall.ENOTDIR { //nolint:errorlint // calls answer bare numbers
		return sys.Open(g.at, name, sys.Hold)
	}
	return fd, err
}

// absent: the name could not be held.
func (g *gatherer) absent(err error, name, rest string) {
	switch {
	case errors.Is(err, syscall.ENOENT) && rest == "":
		g.way.Missing = name
	case errors.Is(err, syscall.ENOENT):
		g.way.Broken, g.way.Rest = "ENOENT", join2(name, rest)
	default:
		g.broken(err, join2(name, rest))
	}
}

// broken: what follows is not known, or cannot be.
func (g *gatherer) broken(err error, rest string) {
	g.way.Broken, g.way.Rest = "EACCES", rest
	if errors.Is(err, syscall.ENAMETOOLONG) {
		g.way.Broken = "ENAMETOOLONG"
	}
}

func join2(name, rest string) string {
	if rest == "" {
		return name
	}
	return name + "/" + rest
}

// finish fetches what is wanted of the object alone.
func (g *gatherer) finish() {
	if g.step < 0 || g.at < 0 {
		return
	}
	s := &g.way.Steps[g.step]
	g.fetch(g.at, &s.Entry, g.o.Facts)
	if s.Entry.Kind == mode.Symlink {
		return
	}
	for _, name := range evidentAttributes {
		if value, err := g.attribute(g.at, name); err == nil {
			s.Confined = append(s.Confined, Evidence(name, value)...)
		}
	}
}
