package requires

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

func probe(f Need) answer {
	switch f {
	case PrivateMountNamespace:
		return inMountNamespace("true")
	case UserNamespace:
		return userNamespace()
	case LoopMount, Ext4:
		return image("ext4", 16<<20, "-q", "-F")
	case XFS:
		return image("xfs", 320<<20, "-q", "-f")
	case Btrfs:
		return image("btrfs", 128<<20, "-q", "-f")
	case Tmpfs:
		return inMountNamespace("mount -t tmpfs none /mnt")
	case Overlay:
		return inMountNamespace("mount -t tmpfs none /mnt && mkdir /mnt/l /mnt/u /mnt/w /mnt/m && " +
			"mount -t overlay -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w none /mnt/m")
	case FUSE:
		return fuse()
	case Seccomp:
		return seccomp()
	case Strace:
		return strace()
	default:
		return probeCalls(f)
	}
}

func probeCalls(f Need) answer {
	switch f {
	case FchmodAt2:
		return call(unix.SYS_FCHMODAT2, 6, 6)
	case OpenAt2:
		return call(unix.SYS_OPENAT2, 5, 6)
	case OpenByHandle:
		return onFile(openByHandle)
	case ACLs:
		return onFile(setACL)
	case FileCapabilities:
		return onFile(setCapability)
	case InodeFlags:
		return onFile(setFlags)
	case Chown:
		return onFile(func(path string) error { return os.Lchown(path, 61234, 61234) })
	case Sysctls:
		return sysctls()
	case LandlockRecords:
		return landlockRecords()
	default:
		return answer{unknown: fmt.Errorf("there is no probe for it")}
	}
}

// Call asks for a system call by arguments that no kernel accepts: one that has
// it refuses the flags (EINVAL) or the descriptor before it does anything.
func call(number uintptr, major, minor int) answer {
	const badFlags = ^uintptr(0) >> 1
	_, _, errno := unix.RawSyscall6(number, ^uintptr(0), 0, badFlags, badFlags, 0, 0)
	switch errno {
	case unix.EINVAL, unix.EFAULT, unix.EBADF, unix.E2BIG:
		return answer{}
	case unix.EPERM:
		return answer{absent: "refused by a filter"}
	case unix.ENOSYS:
		if kernelIsAtLeast(major, minor) {
			return answer{unknown: fmt.Errorf("linux %d.%d and later have it, this one answers ENOSYS", major, minor)}
		}
		return answer{absent: fmt.Sprintf("linux is older than %d.%d", major, minor)}
	default:
		return answer{unknown: errno}
	}
}

func kernelIsAtLeast(major, minor int) bool {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return false
	}
	var haveMajor, haveMinor int
	if n, _ := fmt.Sscanf(unix.ByteSliceToString(u.Release[:]), "%d.%d", &haveMajor, &haveMinor); n != 2 {
		return false
	}
	return haveMajor > major || haveMajor == major && haveMinor >= minor
}

// InMountNamespace runs a shell line that mounts, where nobody else sees it.
func inMountNamespace(line string, args ...string) answer {
	if os.Geteuid() != 0 {
		return answer{absent: "only root may mount"}
	}
	args = append([]string{"-c", "mount --make-rprivate / && " + line, "sh"}, args...)
	cmd := exec.Command("sh", args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	said := strings.TrimSpace(string(out))
	switch {
	case err == nil:
		return answer{}
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.ENOSYS):
		return answer{absent: err.Error()}
	case errors.Is(err, unix.EINVAL):
		return answer{absent: "the root directory is no mount point, as in a bare chroot"}
	case strings.Contains(said, "unknown filesystem type"), strings.Contains(said, "permission denied"),
		strings.Contains(said, "failed to setup loop device"), strings.Contains(said, "not found"):
		return answer{absent: said}
	default:
		return answer{unknown: fmt.Errorf("%w: %s", err, said)}
	}
}

func image(kind string, size int64, mkfsOptions ...string) answer {
	if os.Geteuid() != 0 {
		return answer{absent: "only root may mount"}
	}
	mkfs := "mkfs." + kind
	if _, err := exec.LookPath(mkfs); err != nil {
		return answer{absent: mkfs + " is not installed"}
	}
	dir, err := os.MkdirTemp("", "ward-requires-")
	if err != nil {
		return answer{unknown: err}
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "image")
	if err := sparse(file, size); err != nil {
		return answer{unknown: err}
	}
	if out, err := exec.Command(mkfs, append(mkfsOptions, file)...).CombinedOutput(); err != nil {
		return answer{unknown: fmt.Errorf("%s: %w: %s", mkfs, err, out)}
	}
	return inMountNamespace(`mount -t "$1" -o loop "$2" /mnt`, kind, file)
}

func sparse(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Close())
}

func userNamespace() answer {
	cmd := exec.Command("true")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	err := cmd.Run()
	switch {
	case err == nil:
		return answer{}
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS):
		return answer{absent: err.Error()}
	default:
		return answer{unknown: err}
	}
}

func fuse() answer {
	f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		return absentIf(err, unix.ENOENT, unix.ENXIO, unix.ENODEV, unix.EACCES, unix.EPERM)
	}
	f.Close()
	if os.Geteuid() == 0 {
		return answer{}
	}
	if _, err := exec.LookPath("fusermount3"); err != nil {
		return answer{absent: "fusermount3 is not installed"}
	}
	return answer{}
}

func seccomp() answer {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return answer{absent: "the filters of these tests are not written for " + runtime.GOARCH}
	}
	const getActionAvail = 2 // SECCOMP_GET_ACTION_AVAIL
	action := uint32(unix.SECCOMP_RET_ERRNO)
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, getActionAvail, 0, uintptr(unsafe.Pointer(&action)))
	if errno != 0 {
		return absentIf(errno, unix.ENOSYS, unix.EOPNOTSUPP, unix.EPERM)
	}
	return answer{}
}

func strace() answer {
	path, err := exec.LookPath("strace")
	if err != nil {
		return answer{absent: "strace is not installed"}
	}
	out, err := exec.Command(path, "-f", "-o", "/dev/null", "true").CombinedOutput()
	switch {
	case err == nil:
		return answer{}
	case strings.Contains(string(out), "Operation not permitted"):
		return answer{absent: strings.TrimSpace(string(out))}
	default:
		return answer{unknown: fmt.Errorf("%w: %s", err, out)}
	}
}

func onFile(try func(path string) error) answer {
	dir, err := os.MkdirTemp("", "ward-requires-")
	if err != nil {
		return answer{unknown: err}
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return answer{unknown: err}
	}
	if err := try(path); err != nil {
		return absentIf(err, unix.EPERM, unix.EACCES, unix.EOPNOTSUPP, unix.ENOTTY, unix.ENOSYS)
	}
	return answer{}
}

func openByHandle(path string) error {
	handle, _, err := unix.NameToHandleAt(unix.AT_FDCWD, path, 0)
	if err != nil {
		return err
	}
	dir, err := unix.Open(filepath.Dir(path), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	fd, err := unix.OpenByHandleAt(dir, handle, unix.O_PATH|unix.O_CLOEXEC)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// SetACL writes user::rw- user:61234:r-- group::--- mask::r-- other::---.
func setACL(path string) error {
	list := "\x02\x00\x00\x00" +
		"\x01\x00\x06\x00\xff\xff\xff\xff" + "\x02\x00\x04\x00\x32\xef\x00\x00" +
		"\x04\x00\x00\x00\xff\xff\xff\xff" + "\x10\x00\x04\x00\xff\xff\xff\xff" +
		"\x20\x00\x00\x00\xff\xff\xff\xff"
	return unix.Setxattr(path, "system.posix_acl_access", []byte(list), 0)
}

// SetCapability writes cap_net_bind_service=ep, revision 2.
func setCapability(path string) error {
	value := "\x01\x00\x00\x02" + "\x00\x04\x00\x00" + strings.Repeat("\x00", 12)
	return unix.Setxattr(path, "security.capability", []byte(value), 0)
}

const immutable = 0x10 // FS_IMMUTABLE_FL

func setFlags(path string) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	flags, err := unix.IoctlGetInt(fd, unix.FS_IOC_GETFLAGS)
	if err != nil {
		return err
	}
	if err := unix.IoctlSetPointerInt(fd, unix.FS_IOC_SETFLAGS, flags|immutable); err != nil {
		return err
	}
	return unix.IoctlSetPointerInt(fd, unix.FS_IOC_SETFLAGS, flags)
}

func sysctls() answer {
	f, err := os.OpenFile("/proc/sys/fs/protected_hardlinks", os.O_RDWR, 0)
	if err != nil {
		return absentIf(err, unix.ENOENT, unix.EACCES, unix.EPERM, unix.EROFS)
	}
	f.Close()
	return answer{}
}

func absentIf(err error, telling ...unix.Errno) answer {
	for _, errno := range telling {
		if errors.Is(err, errno) {
			return answer{absent: err.Error()}
		}
	}
	return answer{unknown: err}
}
