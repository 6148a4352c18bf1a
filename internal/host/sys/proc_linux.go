package sys

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// Proc is /proc/self/fd, opened once and checked: the way to an object that only
// an O_PATH descriptor stands for, for the calls that have no other.
type Proc struct{ fd int }

// FDs is where Proc is found. System calls that take only a path get it with a
// descriptor's number behind it.
const FDs = "/proc/self/fd"

// OpenProc opens /proc/self/fd and makes sure that it is procfs, and that of this
// very process: the descriptor of the directory, looked up in it, must be the
// directory.
func OpenProc() (*Proc, error) {
	fd, err := unix.Open(FDs, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	p := &Proc{fd: fd}
	if err := p.check(); err != nil {
		Close(fd)
		return nil, err
	}
	return p, nil
}

func (p *Proc) check() error {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(p.fd, &fs); err != nil {
		return err
	}
	if fs.Type != unix.PROC_SUPER_MAGIC {
		return unix.ENOTSUP
	}
	var direct, through Stat
	if err := StatHeld(p.fd, &direct); err != nil {
		return err
	}
	again, err := p.Follow(p.fd, HoldDirectory)
	if err != nil {
		return err
	}
	defer Close(again)
	if err := StatHeld(again, &through); err != nil {
		return err
	}
	if !SameObject(&direct, &through) {
		return unix.ENOTSUP
	}
	return nil
}

func (p *Proc) name(fd int) string { return strconv.Itoa(fd) }

func (p *Proc) path(fd int) string { return FDs + "/" + p.name(fd) }

// Path is where the object of a descriptor lies now, as the kernel tells it; a
// deleted one ends in " (deleted)".
func (p *Proc) Path(fd int) (string, error) { return readlink(p.fd, p.name(fd)) }

// Close gives the descriptor back.
func (p *Proc) Close() { Close(p.fd) }
