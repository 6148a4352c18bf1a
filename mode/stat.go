package mode

import "io/fs"

// The type bits of st_mode (POSIX.1-2024 <sys/stat.h>; doors and event ports are
// those of Solaris).
const (
	typeMask      = 0o170000
	typeFIFO      = 0o010000
	typeChar      = 0o020000
	typeDirectory = 0o040000
	typeBlock     = 0o060000
	typeRegular   = 0o100000
	typeSymlink   = 0o120000
	typeSocket    = 0o140000
	typeDoor      = 0o150000
	typeEventPort = 0o160000
)

// FromStat splits a st_mode into mode and kind. Type 0160000 is an event port on
// Solaris and a whiteout on BSD; it is taken for the former, since BSD shows a
// whiteout to nobody who does not ask for it. Types without a name are Unknown.
func FromStat(rawStMode uint32) (Mode, Kind) {
	m := Mode(rawStMode) & All
	switch rawStMode & typeMask {
	case typeRegular:
		return m, Regular
	case typeDirectory:
		return m, Directory
	case typeSymlink:
		return m, Symlink
	case typeFIFO:
		return m, FIFO
	case typeSocket:
		return m, Socket
	case typeChar:
		return m, CharDevice
	case typeBlock:
		return m, BlockDevice
	case typeDoor:
		return m, Door
	case typeEventPort:
		return m, EventPort
	}
	return m, Unknown
}

// FileMode is the mode as Go has it, whose setuid, setgid and sticky lie outside
// the low twelve bits. Kinds that Go does not know become fs.ModeIrregular.
func (m Mode) FileMode(k Kind) fs.FileMode {
	f := fs.FileMode(m&Permissions) | goType(k)
	if m&SetUID != 0 {
		f |= fs.ModeSetuid
	}
	if m&SetGID != 0 {
		f |= fs.ModeSetgid
	}
	if m&Sticky != 0 {
		f |= fs.ModeSticky
	}
	return f
}

func goType(k Kind) fs.FileMode {
	switch k {
	case Regular:
		return 0
	case Directory:
		return fs.ModeDir
	case Symlink:
		return fs.ModeSymlink
	case FIFO:
		return fs.ModeNamedPipe
	case Socket:
		return fs.ModeSocket
	case CharDevice:
		return fs.ModeDevice | fs.ModeCharDevice
	case BlockDevice:
		return fs.ModeDevice
	}
	return fs.ModeIrregular
}

// FromFileMode splits Go's file mode into mode and kind. Bits that Go has for
// Plan 9 alone (append-only, exclusive, temporary) are dropped.
func FromFileMode(f fs.FileMode) (Mode, Kind) {
	m := Mode(f & fs.ModePerm)
	if f&fs.ModeSetuid != 0 {
		m |= SetUID
	}
	if f&fs.ModeSetgid != 0 {
		m |= SetGID
	}
	if f&fs.ModeSticky != 0 {
		m |= Sticky
	}
	return m, fromGoType(f.Type())
}

func fromGoType(t fs.FileMode) Kind {
	switch t {
	case 0:
		return Regular
	case fs.ModeDir:
		return Directory
	case fs.ModeSymlink:
		return Symlink
	case fs.ModeNamedPipe:
		return FIFO
	case fs.ModeSocket:
		return Socket
	case fs.ModeDevice | fs.ModeCharDevice:
		return CharDevice
	case fs.ModeDevice:
		return BlockDevice
	}
	return Unknown
}

// Stat is the st_mode of an object of that kind, the reverse of FromStat. Kinds
// that st_mode does not know have no type bits.
func (m Mode) Stat(k Kind) uint32 {
	t := map[Kind]uint32{
		Regular: typeRegular, Directory: typeDirectory, Symlink: typeSymlink, FIFO: typeFIFO, Socket: typeSocket,
		CharDevice: typeChar, BlockDevice: typeBlock, Door: typeDoor, EventPort: typeEventPort, Whiteout: typeEventPort,
	}[k]
	return t | uint32(m&All)
}
