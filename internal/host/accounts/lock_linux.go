package accounts

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Locks are the locks that every program takes which writes account files: the record
// lock on .pwd.lock that lckpwdf(3) takes, then for each file the link NAME.lock of
// the shadow suite, which holds the process id.
//
// The order is theirs: .pwd.lock first, so that two programs never wait for each
// other's links.
type Locks struct {
	etc   *os.Root
	pwd   *os.File
	links []string
}

const (
	pause    = 5 * time.Millisecond
	attempts = 3000 // 15 seconds, as lckpwdf(3) waits
)

// BusyError says that somebody else is writing account files.
type BusyError struct {
	File string // the lock
	PID  int    // of who holds it; 0 where that is not told
}

func (e *BusyError) Error() string {
	if e.PID > 0 {
		return fmt.Sprintf("%s is held by process %d, which writes account files", e.File, e.PID)
	}
	return fmt.Sprintf("%s is held by a process that writes account files", e.File)
}

// Lock waits until nobody else writes the account files of the system whose tree lies
// at root, and keeps others from it. names are files in etc: "group", "gshadow". The
// error of one who does not let go is *BusyError.
func Lock(root string, names ...string) (*Locks, error) {
	tree, err := os.OpenRoot(root)
	if err != nil {
		return nil, fmt.Errorf("lock account files: %w", err)
	}
	defer tree.Close()
	etc, err := tree.OpenRoot("etc")
	if err != nil {
		return nil, fmt.Errorf("lock account files: %w", err)
	}
	l := &Locks{etc: etc}
	if err := l.all(names); err != nil {
		return nil, errors.Join(fmt.Errorf("lock account files: %w", err), l.Unlock())
	}
	return l, nil
}

func (l *Locks) all(names []string) error {
	var err error
	if l.pwd, err = l.etc.OpenFile(".pwd.lock", os.O_WRONLY|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600); err != nil {
		return err
	}
	if err := patiently(l.record); err != nil {
		return err
	}
	for _, name := range names {
		if err := patiently(func() error { return l.link(name) }); err != nil {
			return err
		}
	}
	return nil
}

// patiently tries again while somebody else holds a lock.
func patiently(try func() error) error {
	for n := 1; ; n++ {
		err := try()
		var busy *BusyError
		if !errors.As(err, &busy) || n == attempts {
			return err
		}
		time.Sleep(pause)
	}
}

// openFileLock is F_OFD_SETLK: a lock of the open file, which meets those of
// processes as they meet each other, and which no other descriptor of this process
// can lose (fcntl(2)).
const openFileLock = 37

func (l *Locks) record() error {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	err := syscall.FcntlFlock(l.pwd.Fd(), openFileLock, &lock)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return &BusyError{File: "/etc/.pwd.lock"}
	}
	return err
}

// link takes NAME.lock as do_lock_file of the shadow suite does: a file with the
// process id is given the name, which fails while another one has it. That of a
// process that is no more is taken away.
func (l *Locks) link(name string) error {
	lock := name + ".lock"
	own := name + "." + strconv.Itoa(os.Getpid())
	if err := l.writeNew(own, strconv.Itoa(os.Getpid())+"\x00"); err != nil {
		return err
	}
	defer func() { _ = l.etc.Remove(own) }()
	err := l.etc.Link(own, lock)
	if errors.Is(err, fs.ErrExist) {
		if err := l.stale(lock); err != nil {
			return err
		}
		err = l.etc.Link(own, lock)
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return &BusyError{File: "/etc/" + lock}
	case err != nil:
		return err
	}
	l.links = append(l.links, lock)
	return nil
}

func (l *Locks) writeNew(name, text string) error {
	_ = l.etc.Remove(name) // of a process that had our number and died
	f, err := l.etc.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// stale removes a lock whose process is no more; it is a *BusyError that there is one.
func (l *Locks) stale(lock string) error {
	f, err := l.etc.OpenFile(lock, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 32))
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimRight(string(text), "\x00\n "))
	if err != nil || pid <= 0 {
		return &BusyError{File: "/etc/" + lock}
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) && pid != os.Getpid() {
		return &BusyError{File: "/etc/" + lock, PID: pid}
	}
	return l.etc.Remove(lock)
}

// Backup copies a file of etc to NAME- beside it, with its mode and owner, as one step.
func (l *Locks) Backup(name string) error {
	if err := l.backup(name); err != nil {
		return fmt.Errorf("keep the old %s: %w", name, err)
	}
	return nil
}

func (l *Locks) backup(name string) error {
	old, err := l.etc.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer old.Close()
	info, err := old.Stat()
	if err != nil {
		return err
	}
	temporary := name + "-." + strconv.Itoa(os.Getpid())
	_ = l.etc.Remove(temporary)
	f, err := l.etc.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = fill(f, old, info)
	if err = errors.Join(err, f.Close()); err == nil {
		err = l.etc.Rename(temporary, name+"-")
	}
	if err != nil {
		_ = l.etc.Remove(temporary)
	}
	return err
}

func fill(f, old *os.File, info fs.FileInfo) error {
	if _, err := io.Copy(f, old); err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.ErrUnsupported
	}
	if err := f.Chown(int(owner.Uid), int(owner.Gid)); err != nil {
		return err
	}
	if err := f.Chmod(info.Mode().Perm()); err != nil {
		return err
	}
	return f.Sync()
}

// Unlock lets others write again.
func (l *Locks) Unlock() error {
	var errs []error
	for i := len(l.links) - 1; i >= 0; i-- {
		errs = append(errs, l.etc.Remove(l.links[i]))
	}
	if l.pwd != nil {
		errs = append(errs, l.pwd.Close()) // which gives up the record lock
	}
	return errors.Join(append(errs, l.etc.Close())...)
}
