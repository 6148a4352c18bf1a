// Package rpm reads what RPM knows of installed files: package headers, the files
// that hold them (packages themselves, and the databases of SQLite and ndb form), and
// nothing of their content. Berkeley DB, which RPM left in 2020, is recognised only.
//
// Formats: rpm's docs/manual/format.md and include/rpm/rpmtag.h, rpm 4.18;
// https://www.sqlite.org/fileformat2.html; lib/backend/ndb/rpmpkg.c.
package rpm

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"

	"ward/ident"
	"ward/mode"
	"ward/packages"
)

// FormatError says why something is no header, package or database.
type FormatError struct {
	What    string // "header", "package", "SQLite database", "ndb database"
	Offset  int64  // in bytes, where the problem is
	Problem string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%s, byte %d: %s", e.What, e.Offset, e.Problem)
}

// The tags of a header that are read (rpmtag.h).
const (
	tagName          = 1000
	tagVersion       = 1001
	tagRelease       = 1002
	tagEpoch         = 1003
	tagArch          = 1022
	tagOldFilenames  = 1027
	tagFileSizes     = 1028
	tagFileStates    = 1029
	tagFileModes     = 1030
	tagFileDigests   = 1035
	tagFileLinkTos   = 1036
	tagFileFlags     = 1037
	tagFileUserName  = 1039
	tagFileGroupName = 1040
	tagFileVerify    = 1045
	tagFileDevices   = 1095
	tagFileInodes    = 1096
	tagDirIndexes    = 1116
	tagBaseNames     = 1117
	tagDirNames      = 1118
	tagFileCaps      = 5010
	tagDigestAlgo    = 5011
	tagLongSizes     = 5008
)

// The types of a tag's values.
const (
	typeInt16       = 3
	typeInt32       = 4
	typeInt64       = 5
	typeString      = 6
	typeStringArray = 8
	typeI18N        = 9
)

// Limits of a header: those of rpm itself (headerVerifyInfo in lib/header.c).
const (
	maxTags = 0x0000ffff
	maxData = 0x0fffffff
)

// Header is a package's header. It refers to the bytes that it was parsed from.
type Header struct {
	tags map[uint32]tag
	data []byte
}

type tag struct{ kind, offset, count uint32 }

// ParseHeader reads a header as a database keeps it: the number of tags, the length
// of their data, the tags of 16 bytes and the data.
func ParseHeader(b []byte) (*Header, error) {
	if len(b) < 8 {
		return nil, damaged(0, "it is cut off")
	}
	tags, size := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if tags == 0 || tags > maxTags || size > maxData || uint64(len(b)) < 8+16*uint64(tags)+uint64(size) {
		return nil, damaged(0, "its length does not fit")
	}
	h := &Header{tags: make(map[uint32]tag, tags), data: b[8+16*tags:][:size]}
	for i := range tags {
		e := b[8+16*i:]
		t := tag{binary.BigEndian.Uint32(e[4:]), binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])}
		if t.offset > size || t.count > maxData {
			return nil, damaged(int64(8+16*i), "a tag leads out of it")
		}
		h.tags[binary.BigEndian.Uint32(e)] = t
	}
	return h, nil
}

func damaged(offset int64, problem string) error {
	return &FormatError{"header", offset, problem}
}

// Package is name, version with epoch and release, and architecture.
func (h *Header) Package() packages.Package {
	version := h.text(tagVersion) + "-" + h.text(tagRelease)
	if epoch := h.numbers(tagEpoch); len(epoch) > 0 {
		version = strconv.FormatUint(epoch[0], 10) + ":" + version
	}
	return packages.Package{Name: h.text(tagName), Version: version, Architecture: h.text(tagArch)}
}

// strings are the values of a tag of text.
func (h *Header) strings(n uint32) []string {
	t, ok := h.tags[n]
	if !ok || t.kind != typeString && t.kind != typeStringArray && t.kind != typeI18N {
		return nil
	}
	var all []string
	rest := h.data[t.offset:]
	for range t.count {
		end := bytes.IndexByte(rest, 0)
		if end < 0 {
			return all
		}
		all = append(all, string(rest[:end]))
		rest = rest[end+1:]
	}
	return all
}

func (h *Header) text(n uint32) string {
	if all := h.strings(n); len(all) > 0 {
		return all[0]
	}
	return ""
}

// numbers are the values of a tag of numbers.
func (h *Header) numbers(n uint32) []uint64 {
	t, ok := h.tags[n]
	width := map[uint32]uint32{typeInt16: 2, typeInt32: 4, typeInt64: 8, 1: 1, 2: 1}[t.kind]
	if !ok || width == 0 || uint64(t.offset)+uint64(t.count)*uint64(width) > uint64(len(h.data)) {
		return nil
	}
	all := make([]uint64, t.count)
	for i := range all {
		at := h.data[t.offset+uint32(i)*width:]
		switch width {
		case 1:
			all[i] = uint64(at[0])
		case 2:
			all[i] = uint64(binary.BigEndian.Uint16(at))
		case 4:
			all[i] = uint64(binary.BigEndian.Uint32(at))
		default:
			all[i] = binary.BigEndian.Uint64(at)
		}
	}
	return all
}

// The flags of a file (rpmfiles.h).
const (
	flagConfig = 1 << 0
	flagGhost  = 1 << 6

	verifyUser  = 1 << 3
	verifyGroup = 1 << 4
	verifyMode  = 1 << 6

	stateNotInstalled = 1
	stateWrongColour  = 4
)

// Files lists the files of the package, in its order.
func (h *Header) Files() ([]packages.File, error) {
	names, err := h.names()
	if err != nil || len(names) == 0 {
		return nil, err
	}
	c, err := h.columns(len(names))
	if err != nil {
		return nil, err
	}
	files := make([]packages.File, 0, len(names))
	linked := map[[2]uint64]string{}
	for i, name := range names {
		path, ok := packages.Clean(name)
		if !ok {
			return nil, damaged(0, fmt.Sprintf("%q is no path in a system", name))
		}
		if path == "." {
			continue
		}
		f := c.file(i, path)
		if id, ok := c.inode(i); ok && f.Kind == mode.Regular {
			if first := linked[id]; first != "" {
				f.HardLink = first
			} else {
				linked[id] = path
			}
		}
		files = append(files, f)
	}
	return files, nil
}

// names are the paths: of old packages in one tag, else in three.
func (h *Header) names() ([]string, error) {
	bases := h.strings(tagBaseNames)
	if len(bases) == 0 {
		return h.strings(tagOldFilenames), nil
	}
	dirs, at := h.strings(tagDirNames), h.numbers(tagDirIndexes)
	if len(at) != len(bases) {
		return nil, damaged(0, "it has another number of directories than of names")
	}
	names := make([]string, len(bases))
	for i, base := range bases {
		if at[i] >= uint64(len(dirs)) {
			return nil, damaged(0, "a name's directory is missing")
		}
		names[i] = dirs[at[i]] + base
	}
	return names, nil
}

// columns are the tags that have a value for each file.
type columns struct {
	modes, sizes, flags, verify, states, inodes, devices []uint64
	users, groups, digests, targets, caps                []string
	algorithm                                            string
}

func (h *Header) columns(files int) (*columns, error) {
	c := &columns{
		modes: h.numbers(tagFileModes), sizes: h.numbers(tagFileSizes), flags: h.numbers(tagFileFlags),
		verify: h.numbers(tagFileVerify), states: h.numbers(tagFileStates),
		inodes: h.numbers(tagFileInodes), devices: h.numbers(tagFileDevices),
		users: h.strings(tagFileUserName), groups: h.strings(tagFileGroupName),
		digests: h.strings(tagFileDigests), targets: h.strings(tagFileLinkTos), caps: h.strings(tagFileCaps),
		algorithm: "md5",
	}
	if c.sizes == nil {
		c.sizes = h.numbers(tagLongSizes)
	}
	if a := h.numbers(tagDigestAlgo); len(a) > 0 {
		c.algorithm = ""
		if a[0] < uint64(len(algorithms)) {
			c.algorithm = algorithms[a[0]]
		}
	}
	if len(c.modes) != files || len(c.users) != files || len(c.groups) != files {
		return nil, damaged(0, "it has another number of modes or owners than of files")
	}
	return c, nil
}

// algorithms by their numbers in OpenPGP (RFC 4880, section 9.4).
var algorithms = [...]string{1: "md5", 2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512"}

func (c *columns) file(i int, path string) packages.File {
	m, k := mode.FromStat(uint32(c.modes[i]) & 0xffff)
	f := packages.File{
		Path: path, Kind: k, Mode: m, ModeKnown: true,
		User: c.users[i], Group: c.groups[i], UID: ident.NoUID, GID: ident.NoGID,
		Size: int64(at(c.sizes, i)), Target: atText(c.targets, i),
		Caps: atText(c.caps, i), CapsKnown: k == mode.Regular,
	}
	if sum, err := hex.DecodeString(atText(c.digests, i)); err == nil && len(sum) > 0 && c.algorithm != "" {
		f.Digest = packages.Digest{Algorithm: c.algorithm, Sum: string(sum)}
	}
	f.Traits = c.traits(i)
	return f
}

func (c *columns) traits(i int) (t packages.Traits) {
	flags, state := at(c.flags, i), at(c.states, i)
	if flags&flagConfig != 0 {
		t |= packages.Config
	}
	if flags&flagGhost != 0 {
		t |= packages.Ghost
	}
	if i < len(c.verify) && c.verify[i]&(verifyUser|verifyGroup|verifyMode) != verifyUser|verifyGroup|verifyMode {
		t |= packages.Untracked
	}
	if state == stateNotInstalled || state == stateWrongColour {
		t |= packages.Absent
	}
	return t
}

// inode tells hard links of a package: files with the same numbers.
func (c *columns) inode(i int) ([2]uint64, bool) {
	if i >= len(c.inodes) || i >= len(c.devices) {
		return [2]uint64{}, false
	}
	return [2]uint64{c.devices[i], c.inodes[i]}, true
}

func at(all []uint64, i int) uint64 {
	if i < len(all) {
		return all[i]
	}
	return 0
}

func atText(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

// The parts of a package before its header.
const (
	leadSize  = 96
	leadMagic = "\xed\xab\xee\xdb"
	magic     = "\x8e\xad\xe8\x01\x00\x00\x00\x00"
)

// ReadPackage reads the header of a package file (.rpm), up to the payload. The
// signature is skipped and not checked.
func ReadPackage(in io.Reader) (*Header, error) {
	lead := make([]byte, leadSize)
	if _, err := io.ReadFull(in, lead); err != nil || string(lead[:4]) != leadMagic {
		return nil, &FormatError{"package", 0, "it does not begin as packages do"}
	}
	signature, err := readHeader(in)
	if err != nil {
		return nil, err
	}
	if rest := len(signature) % 8; rest != 0 { // the next one begins at a multiple of eight
		if _, err := io.CopyN(io.Discard, in, int64(8-rest)); err != nil {
			return nil, &FormatError{"package", leadSize, "it is cut off"}
		}
	}
	b, err := readHeader(in)
	if err != nil {
		return nil, err
	}
	return ParseHeader(b)
}

// readHeader reads a header behind its magic number.
func readHeader(in io.Reader) ([]byte, error) {
	start := make([]byte, len(magic)+8)
	if _, err := io.ReadFull(in, start); err != nil || string(start[:len(magic)]) != magic {
		return nil, &FormatError{"package", leadSize, "there is no header where one is expected"}
	}
	start = start[len(magic):]
	tags, size := binary.BigEndian.Uint32(start), binary.BigEndian.Uint32(start[4:])
	if tags > maxTags || size > maxData {
		return nil, &FormatError{"package", leadSize, "a header is longer than rpm allows"}
	}
	var b bytes.Buffer
	b.Write(start)
	want := 16*int64(tags) + int64(size)
	if n, err := io.CopyN(&b, in, want); err != nil {
		return nil, &FormatError{"package", leadSize + n, "a header is cut off"}
	}
	return b.Bytes(), nil
}
