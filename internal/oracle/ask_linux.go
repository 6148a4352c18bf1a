package oracle

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"ward/access"
	"ward/acl"
	"ward/mode"
)

// Ask is one action to try. Ids are those of the namespace in which it is tried.
type Ask struct {
	Action      access.Action
	Flags       access.OpenFlags
	Mode        uint32
	Kind        mode.Kind // of mknod
	UID, GID    uint32    // 4294967295 leaves it
	Attr        string
	Now         bool
	Swap, Keep  bool
	Path, Path2 string

	status int // of the program that was executed
}

// Answer is what the kernel said to an ask.
type Answer struct {
	Errno  syscall.Errno
	Status int // of the program that was executed
}

// answer tries the action in this thread.
func (a *Ask) answer() Answer {
	errno := a.perform()
	return Answer{errno, a.status}
}

// String is the ask as a reproduction wants it.
func (a Ask) String() string {
	return fmt.Sprintf("%v %s %s flags %#x mode %#o kind %v ids %d:%d attr %q now %v swap %v keep %v",
		a.Action, a.Path, a.Path2, uint16(a.Flags), a.Mode, a.Kind, int32(a.UID), int32(a.GID), a.Attr, a.Now, a.Swap, a.Keep)
}

func (a *Ask) perform() syscall.Errno {
	switch a.Action {
	case access.Reading, access.Writing, access.Updating, access.Appending, access.Listing, access.Creating:
		return a.open()
	case access.Executing:
		return a.execute()
	case access.Searching:
		var st unix.Stat_t
		return number(unix.Stat(a.Path+"/.", &st))
	case access.Stating:
		var st unix.Stat_t
		return number(unix.Fstatat(unix.AT_FDCWD, a.Path, &st, a.noFollow()))
	case access.ChangingDir:
		err := unix.Chdir(a.Path)
		_ = unix.Chdir("/")
		return number(err)
	case access.Connecting:
		return connect(a.Path)
	case access.Truncating:
		return number(unix.Truncate(a.Path, 0))
	}
	return a.change()
}

func (a *Ask) noFollow() int {
	if a.Flags&access.ONoFollow != 0 {
		return unix.AT_SYMLINK_NOFOLLOW
	}
	return 0
}

func (a *Ask) change() syscall.Errno {
	switch a.Action {
	case access.MakingDir:
		return number(unix.Mkdir(a.Path, a.Mode))
	case access.MakingNode:
		return number(unix.Mknod(a.Path, a.Mode|typeOf[a.Kind], deviceOf(a.Kind)))
	case access.Symlinking:
		return number(unix.Symlink("nowhere", a.Path))
	case access.Linking:
		return number(unix.Link(a.Path, a.Path2))
	case access.Renaming:
		return a.rename()
	case access.Deleting:
		err := unix.Unlink(a.Path)
		if err == unix.EISDIR {
			err = unix.Rmdir(a.Path)
		}
		return number(err)
	case access.ChangingMode:
		return number(unix.Chmod(a.Path, a.Mode))
	case access.ChangingOwner:
		return number(unix.Fchownat(unix.AT_FDCWD, a.Path, int(int32(a.UID)), int(int32(a.GID)), a.noFollow()))
	case access.ChangingGroup:
		return number(unix.Fchownat(unix.AT_FDCWD, a.Path, -1, int(int32(a.GID)), a.noFollow()))
	case access.SettingTimes:
		return a.setTimes()
	case access.SettingAttribute, access.SettingACL:
		return a.setAttribute()
	}
	panic(a.Action)
}

func (a *Ask) rename() syscall.Errno {
	var flags uint
	if a.Swap {
		flags |= unix.RENAME_EXCHANGE
	}
	if a.Keep {
		flags |= unix.RENAME_NOREPLACE
	}
	return number(unix.Renameat2(unix.AT_FDCWD, a.Path, unix.AT_FDCWD, a.Path2, flags))
}

func (a *Ask) setTimes() syscall.Errno {
	if a.Now {
		return number(unix.UtimesNanoAt(unix.AT_FDCWD, a.Path, nil, a.noFollow()))
	}
	times := []unix.Timespec{{Sec: 1e9}, {Sec: 1e9}}
	return number(unix.UtimesNanoAt(unix.AT_FDCWD, a.Path, times, a.noFollow()))
}

// FileCaps is cap_net_raw=ep as security.capability keeps it.
const FileCaps = "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func (a *Ask) setAttribute() syscall.Errno {
	name, value := a.Attr, []byte("v")
	switch {
	case a.Action == access.SettingACL && name == "", name == acl.AccessXattr:
		name, value = acl.AccessXattr, acl.FromMode(mode.Mode(a.Mode)).Encode()
	case name == acl.DefaultXattr:
		value = acl.FromMode(mode.Mode(a.Mode)).Encode()
	case name == "security.capability":
		value = []byte(FileCaps)
	}
	if a.Flags&access.ONoFollow != 0 {
		return number(unix.Lsetxattr(a.Path, name, value, 0))
	}
	return number(unix.Setxattr(a.Path, name, value, 0))
}

var typeOf = map[mode.Kind]uint32{
	mode.Regular: unix.S_IFREG, mode.FIFO: unix.S_IFIFO, mode.Socket: unix.S_IFSOCK,
	mode.CharDevice: unix.S_IFCHR, mode.BlockDevice: unix.S_IFBLK,
}

// deviceOf is /dev/null, and a disk that is not there.
func deviceOf(k mode.Kind) int {
	switch k {
	case mode.CharDevice:
		return int(unix.Mkdev(1, 3))
	case mode.BlockDevice:
		return int(unix.Mkdev(259, 1<<18-1))
	}
	return 0
}

var openFlags = []struct {
	flag access.OpenFlags
	bits int
}{
	{access.OCreat, unix.O_CREAT},
	{access.OExcl, unix.O_EXCL},
	{access.OTrunc, unix.O_TRUNC},
	{access.OAppend, unix.O_APPEND},
	{access.ONoAtime, unix.O_NOATIME},
	{access.OPath, unix.O_PATH},
	{access.ODirectory, unix.O_DIRECTORY},
	{access.ONoFollow, unix.O_NOFOLLOW},
	{access.OTmpfile, unix.O_TMPFILE},
}

func (a *Ask) open() syscall.Errno {
	flags := map[access.Action]int{
		access.Reading: unix.O_RDONLY, access.Writing: unix.O_WRONLY, access.Updating: unix.O_RDWR,
		access.Appending: unix.O_WRONLY | unix.O_APPEND, access.Listing: unix.O_RDONLY | unix.O_DIRECTORY,
		access.Creating: unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL,
	}[a.Action]
	if a.Flags&access.OTmpfile != 0 {
		flags &^= unix.O_CREAT | unix.O_EXCL
	}
	for _, f := range openFlags {
		if a.Flags&f.flag != 0 {
			flags |= f.bits
		}
	}
	fd, err := unix.Open(a.Path, flags|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOCTTY, a.Mode)
	if err == nil {
		unix.Close(fd)
	}
	return number(err)
}

func connect(path string) syscall.Errno {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		panic(err)
	}
	defer unix.Close(fd)
	return number(unix.Connect(fd, &unix.SockaddrUnix{Name: path}))
}

// execute starts the program from this thread, and so with its credentials.
func (a *Ask) execute() syscall.Errno {
	pid, err := syscall.ForkExec(a.Path, []string{a.Path}, &syscall.ProcAttr{Dir: "/"})
	if err != nil {
		return number(err)
	}
	var status syscall.WaitStatus
	_, _ = syscall.Wait4(pid, &status, 0, nil)
	a.status = status.ExitStatus()
	return 0
}

func number(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	return err.(syscall.Errno) //nolint:errorlint,forcetypeassert // calls answer bare numbers
}

// rawCall is a system call whose failure is a fault of the test.
func rawCall(call, a, b, c uintptr) {
	if _, _, errno := syscall.RawSyscall(call, a, b, c); errno != 0 {
		panic(fmt.Sprintf("system call %d: %v", call, errno))
	}
}
