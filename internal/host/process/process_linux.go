package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"ward/access"
	"ward/account"
	"ward/ident"
)

// Self is this very process.
func Self() (*Process, error) { return look("/proc", "self") }

// Look reads a running process, or a thread of one. The error is *GoneError when
// there is none.
func Look(pid int) (*Process, error) { return look("/proc", strconv.Itoa(pid)) }

// All lists every process that runs a program, kernel threads left out, in the order
// of their ids. unseen counts those that could not be read.
func All() (list []*Process, unseen int, err error) {
	names, err := os.ReadDir("/proc")
	if err != nil {
		return nil, 0, fmt.Errorf("list processes: %w", err)
	}
	for _, n := range names {
		if n.Name()[0] < '1' || n.Name()[0] > '9' {
			continue
		}
		p, err := look("/proc", n.Name())
		var gone *GoneError
		switch {
		case errors.As(err, &gone), errors.Is(err, errKernel):
		case err != nil:
			unseen++
		default:
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return nil, 0, errNoProc("/proc")
	}
	return list, unseen, nil
}

var errKernel = errors.New("a kernel thread, or a process at its end")

func errNoProc(proc string) error {
	return fmt.Errorf("look at processes: %s is not mounted here, or hides them", proc)
}

// look reads the process name, a number or "self", below proc.
func look(proc, name string) (*Process, error) {
	r := reader{dir: filepath.Join(proc, name), own: filepath.Join(proc, "self")}
	text, err := os.ReadFile(filepath.Join(r.dir, "status"))
	if err != nil {
		return nil, absent(proc, name, err)
	}
	s, err := parseStatus(string(text))
	if err != nil {
		return nil, fmt.Errorf("read process %s: %w", name, err)
	}
	if !s.memory {
		return nil, fmt.Errorf("read process %s: %w", name, errKernel)
	}
	return r.process(name, &s)
}

// absent tells a process that has ended from a /proc that is not there.
func absent(proc, name string, err error) error {
	_, noProc := os.Stat(filepath.Join(proc, "self", "status"))
	switch {
	case noProc != nil:
		return errNoProc(proc)
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH):
		pid, _ := strconv.Atoi(name)
		return &GoneError{PID: pid}
	}
	return fmt.Errorf("read process %s: %w", name, err)
}

// reader reads the files of one process and keeps what could not be read.
type reader struct {
	dir, own string
	unread   []Unread
}

func (r *reader) process(name string, s *status) (*Process, error) {
	if name == "self" {
		link, err := os.Readlink(r.dir)
		if err != nil {
			return nil, fmt.Errorf("read this process: %w", err)
		}
		name = filepath.Base(link)
	}
	pid, err := strconv.Atoi(name)
	if err != nil {
		return nil, fmt.Errorf("read process %q: %w", name, err)
	}
	p := &Process{
		PID: pid, Name: s.name,
		RealUID: ident.UID(s.uids[0]), RealGID: ident.GID(s.gids[0]), InsideUID: ident.UID(s.uids[3]),
		Caller: access.Caller{
			Subject: ident.Subject{UID: ident.UID(s.uids[3]), GID: ident.GID(s.gids[3]), Groups: s.groups, Caps: s.caps},
			Umask:   s.umask, NoNewPrivs: s.noNewPrivs,
			Unbounded: ident.AllCapabilities &^ s.bounding,
			Confined:  confined(pid, s, r.label(), kernelModules()),
		},
	}
	if !s.hasUmask {
		r.miss("its umask", errors.ErrUnsupported)
		p.Caller.Umask = usualUmask
	}
	p.Caller.Namespace = r.namespace()
	if n := p.Caller.Namespace; n != nil {
		if id, ok := inside(n.Users, s.uids[3]); ok {
			p.InsideUID = ident.UID(id)
		}
	}
	r.places(p)
	p.Unread = r.unread
	return p, nil
}

func (r *reader) miss(what string, err error) {
	r.unread = append(r.unread, Unread{What: what, Err: err})
}

// label is what the major security module says of the process. EINVAL says that no
// module uses the file.
func (r *reader) label() string {
	text, err := os.ReadFile(filepath.Join(r.dir, "attr", "current"))
	if err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, fs.ErrNotExist) {
		r.miss("its security label", err)
	}
	return string(text)
}

// initialUserNamespace is the inode of the first user namespace
// (PROC_USER_INIT_INO in include/linux/proc_ns.h).
const initialUserNamespace = "user:[4026531837]"

// namespace is the user namespace of the process, nil where it is the first one and
// the reader's own. Without the right to see it the maps, which everybody may read,
// decide: two namespaces of the same map are not told apart then, which is said.
func (r *reader) namespace() *ident.Namespace {
	theirs, err := os.Readlink(filepath.Join(r.dir, "ns", "user"))
	ours, ownErr := os.Readlink(filepath.Join(r.own, "ns", "user"))
	if err == nil && ownErr == nil && theirs == ours {
		return r.shared(ours == initialUserNamespace)
	}
	n := &ident.Namespace{Users: r.idMap("uid_map"), Groups: r.idMap("gid_map"), Initial: theirs == initialUserNamespace}
	if err == nil {
		return n
	}
	if r.sameFile("uid_map") && r.sameFile("gid_map") {
		if !wholeMap(n.Users) {
			r.miss("its user namespace", err)
		}
		return r.shared(wholeMap(n.Users))
	}
	return n
}

// shared is a namespace that the reader is in as well: what it maps has the same
// numbers for both.
func (r *reader) shared(initial bool) *ident.Namespace {
	if initial {
		return nil
	}
	return &ident.Namespace{Users: same(r.idMap("uid_map")), Groups: same(r.idMap("gid_map"))}
}

func same(ranges []ident.Range) []ident.Range {
	for i := range ranges {
		ranges[i].Outside = ranges[i].Inside
	}
	return ranges
}

// wholeMap: only the first namespace, and one that is as good as it, maps everything
// to itself.
func wholeMap(ranges []ident.Range) bool {
	return len(ranges) == 1 && ranges[0] == ident.Range{Count: 1<<32 - 1}
}

func (r *reader) idMap(name string) []ident.Range {
	text, err := os.ReadFile(filepath.Join(r.dir, name))
	if err == nil {
		var ranges []ident.Range
		if ranges, err = parseMap(string(text)); err == nil {
			return ranges
		}
	}
	r.miss("its map of ids", err)
	return nil
}

func (r *reader) sameFile(name string) bool {
	theirs, err := os.ReadFile(filepath.Join(r.dir, name))
	ours, ownErr := os.ReadFile(filepath.Join(r.own, name))
	return err == nil && ownErr == nil && string(theirs) == string(ours)
}

// places reads where the process stands, and whether it sees what the reader sees.
func (r *reader) places(p *Process) {
	p.Root = r.link("root", "its root directory")
	p.Cwd = r.link("cwd", "its working directory")
	theirs := r.link("ns/mnt", "its mount namespace")
	ours, err := os.Readlink(filepath.Join(r.own, "ns", "mnt"))
	if theirs == "" || err != nil || p.Root == "" {
		return
	}
	p.View = account.No
	if theirs == ours && sameDirectory(filepath.Join(r.dir, "root"), filepath.Join(r.own, "root")) {
		p.View = account.Yes
	}
}

func (r *reader) link(name, what string) string {
	to, err := os.Readlink(filepath.Join(r.dir, name))
	if err != nil {
		r.miss(what, err)
	}
	return to
}

func sameDirectory(a, b string) bool {
	one, err := os.Stat(a)
	other, otherErr := os.Stat(b)
	return err == nil && otherErr == nil && os.SameFile(one, other)
}

// kernelModules asks which security modules are at work.
func kernelModules() modules {
	var m modules
	if text, err := os.ReadFile("/sys/kernel/security/lsm"); err == nil {
		m.names = strings.Split(strings.TrimSpace(string(text)), ",")
	}
	text, err := os.ReadFile("/sys/fs/selinux/enforce")
	m.enforcing = err == nil && strings.TrimSpace(string(text)) == "1"
	return m
}
