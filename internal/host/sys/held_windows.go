package sys

import (
	"errors"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Held is one object, whatever becomes of its name.
type Held struct{ handle windows.Handle }

// HoldPath holds the object at path. A symbolic link or another reparse point at
// the end is itself held unless follow is set. A root is not supported.
func HoldPath(root, path string, follow bool) (*Held, error) {
	if root != "" {
		return nil, errors.ErrUnsupported
	}
	name, err := wide(path)
	if err != nil {
		return nil, err
	}
	flags := uint32(windows.FILE_FLAG_BACKUP_SEMANTICS | windows.FILE_FLAG_OPEN_REPARSE_POINT)
	if follow {
		flags &^= windows.FILE_FLAG_OPEN_REPARSE_POINT
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	h, err := windows.CreateFile(name, windows.FILE_READ_ATTRIBUTES|windows.FILE_WRITE_ATTRIBUTES, share, nil, windows.OPEN_EXISTING, flags, 0)
	if err != nil {
		return nil, err
	}
	return &Held{handle: h}, nil
}

// wide is a path as the system takes it, in the form without a limit of 260
// characters where it is longer.
func wide(path string) (*uint16, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if len(full) >= 248 && !strings.HasPrefix(full, `\\`) {
		full = `\\?\` + full
	}
	return windows.UTF16PtrFromString(full)
}

// Close lets the object go.
func (h *Held) Close() { _ = windows.CloseHandle(h.handle) }

// Status looks at the object. There are no mode bits: what can be written is
// 0666, what is read-only 0444, directories 0777, as with Go's os package.
func (h *Held) Status() (Status, error) {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(h.handle, &info); err != nil {
		return Status{}, err
	}
	return Status{
		Mode: windowsMode(info.FileAttributes), UID: NoID, GID: NoID, Links: uint64(info.NumberOfLinks),
		Device: uint64(info.VolumeSerialNumber), Inode: uint64(info.FileIndexHigh)<<32 | uint64(info.FileIndexLow),
	}, nil
}

func windowsMode(attributes uint32) uint32 {
	switch {
	case attributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0:
		return 0o120777
	case attributes&windows.FILE_ATTRIBUTE_DIRECTORY != 0:
		return 0o040777
	case attributes&windows.FILE_ATTRIBUTE_READONLY != 0:
		return 0o100444
	}
	return 0o100666
}

// struct FILE_BASIC_INFO; zero times are left as they are.
type basicInfo struct {
	times      [4]int64
	attributes uint32
	_          uint32
}

// Chmod sets the read-only attribute of a file for 0444 and clears it for 0666;
// anything else has no expression here.
func (h *Held) Chmod(bits uint32) error {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(h.handle, &info); err != nil {
		return err
	}
	if windowsMode(info.FileAttributes)&0o7777 == bits {
		return nil
	}
	set := basicInfo{attributes: info.FileAttributes}
	switch {
	case info.FileAttributes&(windows.FILE_ATTRIBUTE_DIRECTORY|windows.FILE_ATTRIBUTE_REPARSE_POINT) != 0:
		return errors.ErrUnsupported
	case bits == 0o444:
		set.attributes |= windows.FILE_ATTRIBUTE_READONLY
	case bits == 0o666:
		set.attributes &^= windows.FILE_ATTRIBUTE_READONLY
	default:
		return errors.ErrUnsupported
	}
	if set.attributes == 0 {
		set.attributes = windows.FILE_ATTRIBUTE_NORMAL // 0 would say "leave it"
	}
	return windows.SetFileInformationByHandle(h.handle, windows.FileBasicInfo, (*byte)(unsafe.Pointer(&set)), uint32(unsafe.Sizeof(set)))
}

// Chown is not supported: owners have no numbers here.
func (h *Held) Chown(uid, gid uint32) error { return errors.ErrUnsupported }

// CreatePrivate creates a file whose access list, protected against inheritance,
// names the user, SYSTEM and the Administrators, and nobody else. The last two
// could take the file in any case; without them backups and virus scanners fail,
// and OpenSSH for Windows asks for this very list.
func CreatePrivate(path string) (uintptr, error) {
	sd, err := privateDescriptor()
	if err != nil {
		return 0, err
	}
	name, err := wide(path)
	if err != nil {
		return 0, err
	}
	sa := windows.SecurityAttributes{SecurityDescriptor: sd}
	sa.Length = uint32(unsafe.Sizeof(sa))
	h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE|windows.DELETE,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, &sa, windows.CREATE_NEW, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return 0, err
	}
	if err := checkPrivate(h); err != nil {
		discard(h)
		return 0, err
	}
	return uintptr(h), nil
}

func privateDescriptor() (*windows.SECURITY_DESCRIPTOR, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	return windows.SecurityDescriptorFromString("D:P(A;;FA;;;" + user.User.Sid.String() + ")(A;;FA;;;SY)(A;;FA;;;BA)")
}

// checkPrivate makes sure that the file system keeps access lists (FAT does not)
// and has kept this one.
func checkPrivate(h windows.Handle) error {
	var flags uint32
	if err := windows.GetVolumeInformationByHandle(h, nil, 0, nil, nil, &flags, nil, 0); err != nil {
		return err
	}
	if flags&windows.FILE_PERSISTENT_ACLS == 0 {
		return errors.ErrUnsupported
	}
	sd, err := windows.GetSecurityInfo(h, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return err
	}
	control, _, err := sd.Control()
	if err != nil {
		return err
	}
	list, _, err := sd.DACL()
	if err != nil {
		return err
	}
	if control&windows.SE_DACL_PROTECTED == 0 || list == nil || list.AceCount > 3 {
		return errors.ErrUnsupported
	}
	return nil
}

// discard removes a file through its handle.
func discard(h windows.Handle) {
	remove := byte(1) // FILE_DISPOSITION_INFO
	_ = windows.SetFileInformationByHandle(h, windows.FileDispositionInfo, &remove, 1)
	_ = windows.CloseHandle(h)
}

// Replace puts a file in the place of another, whose access list, attributes and
// streams it gets (ReplaceFileW).
func Replace(old, replacement string) error {
	from, err := wide(replacement)
	if err != nil {
		return err
	}
	to, err := wide(old)
	if err != nil {
		return err
	}
	replaceFile := windows.NewLazySystemDLL("kernel32.dll").NewProc("ReplaceFileW")
	if err := replaceFile.Find(); err != nil {
		return err
	}
	const writeThrough = 1 // REPLACEFILE_WRITE_THROUGH
	ok, _, err := replaceFile.Call(uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(from)), 0, writeThrough, 0, 0)
	if ok == 0 {
		return err
	}
	return nil
}

// Umask has no counterpart.
func Umask() (uint32, error) { return 0, errors.ErrUnsupported }
