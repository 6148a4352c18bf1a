// Package deb reads Debian packages (deb(5)): an ar archive with the control files
// and the files of the package, each a compressed tar.
package deb

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"ward/ident"
	"ward/mode"
	"ward/packages"
	"ward/packages/dpkg"
)

// FormatError is a file that is no Debian package, or a damaged one.
type FormatError struct {
	Member  string // of the ar archive; "" for the archive itself
	Problem string
	Err     error
}

func (e *FormatError) Error() string {
	text := e.Problem
	if e.Member != "" {
		text = e.Member + ": " + text
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *FormatError) Unwrap() error { return e.Err }

// MaxControl bounds the size of the control archive's files together: 16 MiB are a
// hundred times the largest of Debian.
const MaxControl = 16 << 20

// Reader reads one package. It is for one goroutine.
type Reader struct {
	Control   map[string]string // the fields of the control file, by names in small letters
	Conffiles []string          // paths
	Scripts   map[string][]byte // maintainer scripts by name: "postinst"

	conffiles map[string]bool
	sums      map[string]packages.Digest
	archive   *arReader
	close     func()
	files     *tar.Reader
}

// NewReader reads the control files. The caller closes the reader.
func NewReader(in io.Reader) (*Reader, error) {
	a, err := newArReader(bufio.NewReaderSize(in, 1<<16))
	if err != nil {
		return nil, err
	}
	r := &Reader{archive: a, Scripts: map[string][]byte{}, conffiles: map[string]bool{}, close: func() {}}
	if err := r.version(); err != nil {
		return nil, err
	}
	if err := r.control(); err != nil {
		return nil, err
	}
	return r, r.data()
}

// Package is name, version and architecture.
func (r *Reader) Package() packages.Package {
	return packages.Package{Name: r.Control["package"], Version: r.Control["version"], Architecture: r.Control["architecture"]}
}

// Close gives the decompressor back.
func (r *Reader) Close() { r.close() }

// version checks the first member: only format 2 is known (deb(5)).
func (r *Reader) version() error {
	m, err := r.archive.next()
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(m.in, 64))
	if err != nil || m.name != "debian-binary" || !bytes.HasPrefix(text, []byte("2.")) {
		return &FormatError{Member: m.name, Problem: "this is no Debian package of format 2", Err: err}
	}
	return nil
}

func (r *Reader) control() error {
	m, err := r.archive.find("control.tar")
	if err != nil {
		return err
	}
	in, done, err := decompress(m)
	if err != nil {
		return err
	}
	defer done()
	t := tar.NewReader(io.LimitReader(in, MaxControl))
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = r.controlFile(strings.TrimPrefix(path.Clean("/"+h.Name), "/"), t)
		}
		if err != nil {
			return &FormatError{m.name, "read the control files", err}
		}
	}
	if r.Control["package"] == "" {
		return &FormatError{Member: m.name, Problem: "there is no control file in it"}
	}
	return nil
}

func (r *Reader) controlFile(name string, in io.Reader) error {
	switch name {
	case "control", "conffiles", "md5sums", "preinst", "postinst", "prerm", "postrm":
	default:
		return nil
	}
	text, err := io.ReadAll(in)
	switch {
	case err != nil:
		return err
	case name == "control":
		r.Control = dpkg.Fields(text)
	case name == "md5sums":
		r.sums = dpkg.ParseSums(text)
	case name == "conffiles":
		for _, line := range dpkg.ParseList(text) { // lines with a flag before the path have no file
			r.Conffiles = append(r.Conffiles, line)
			r.conffiles[line] = true
		}
	default:
		r.Scripts[name] = text
	}
	return nil
}

func (r *Reader) data() error {
	m, err := r.archive.find("data.tar")
	if err != nil {
		return err
	}
	in, done, err := decompress(m)
	if err != nil {
		return err
	}
	r.files, r.close = tar.NewReader(in), done
	return nil
}

// Next is the next file of the package, the root left out. The content of set-id
// programs is read for its SHA-256; other digests are those of md5sums. It returns
// io.EOF after the last one.
func (r *Reader) Next() (packages.File, error) {
	for {
		h, err := r.files.Next()
		if errors.Is(err, io.EOF) {
			return packages.File{}, io.EOF
		}
		if err != nil {
			return packages.File{}, &FormatError{"data.tar", "read the files", err}
		}
		name, ok := packages.Clean(h.Name)
		if !ok {
			return packages.File{}, &FormatError{Member: "data.tar", Problem: fmt.Sprintf("%q is no path in a system", h.Name)}
		}
		if name == "." {
			continue
		}
		return r.file(name, h)
	}
}

func (r *Reader) file(name string, h *tar.Header) (packages.File, error) {
	f := packages.File{
		Path: name, Kind: kindOf(h.Typeflag), Mode: mode.Mode(h.Mode) & mode.All, ModeKnown: true,
		User: h.Uname, Group: h.Gname, UID: ident.UID(h.Uid), GID: ident.GID(h.Gid), Size: h.Size,
		Digest: r.sums[name],
	}
	if r.conffiles[name] {
		f.Traits |= packages.Config
	}
	switch h.Typeflag {
	case tar.TypeSymlink:
		f.Target = h.Linkname
	case tar.TypeLink:
		f.HardLink, _ = packages.Clean(h.Linkname)
	case tar.TypeReg:
		if f.Mode&(mode.SetUID|mode.SetGID) == 0 {
			break
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, r.files); err != nil {
			return f, &FormatError{"data.tar", fmt.Sprintf("read %q", name), err}
		}
		f.Digest = packages.Digest{Algorithm: "sha256", Sum: string(sum.Sum(nil))}
	}
	return f, nil
}

func kindOf(flag byte) mode.Kind {
	switch flag {
	case tar.TypeReg, tar.TypeLink:
		return mode.Regular
	case tar.TypeDir:
		return mode.Directory
	case tar.TypeSymlink:
		return mode.Symlink
	case tar.TypeFifo:
		return mode.FIFO
	case tar.TypeChar:
		return mode.CharDevice
	case tar.TypeBlock:
		return mode.BlockDevice
	}
	return mode.Unknown
}

// FileName is the name that apt gives a package's file: name, version and
// architecture, with the colon of an epoch written as %3a.
func FileName(p packages.Package) string {
	return p.Name + "_" + strings.ReplaceAll(p.Version, ":", "%3a") + "_" + p.Architecture + ".deb"
}

// member is one of an ar archive, with what is left of it to read.
type member struct {
	name string
	in   *io.LimitedReader
}

// arReader reads the common form of ar archives (ar(5)): a header of 60 bytes before
// each member, which begins at an even offset.
type arReader struct {
	in   *bufio.Reader
	last member
	odd  bool
}

const (
	arMagic  = "!<arch>\n"
	arHeader = 60
)

func newArReader(in *bufio.Reader) (*arReader, error) {
	magic := make([]byte, len(arMagic))
	if _, err := io.ReadFull(in, magic); err != nil || string(magic) != arMagic {
		return nil, &FormatError{Problem: "this is no Debian package: it does not begin as an ar archive"}
	}
	return &arReader{in: in}, nil
}

func (a *arReader) next() (member, error) {
	if a.last.in != nil {
		rest := a.last.in.N
		if a.odd {
			rest++
		}
		if _, err := io.CopyN(io.Discard, a.in, rest); err != nil {
			return member{}, &FormatError{a.last.name, "it is cut off", err}
		}
	}
	var h [arHeader]byte
	if _, err := io.ReadFull(a.in, h[:]); err != nil {
		return member{}, &FormatError{Problem: "the archive ends too early", Err: err}
	}
	size, err := strconv.ParseInt(strings.TrimRight(string(h[48:58]), " "), 10, 64)
	if err != nil || size < 0 || string(h[58:]) != "`\n" {
		return member{}, &FormatError{Problem: "a header of the archive is damaged"}
	}
	name := strings.TrimSuffix(strings.TrimRight(string(h[:16]), " "), "/")
	a.last, a.odd = member{name, &io.LimitedReader{R: a.in, N: size}}, size%2 == 1
	return a.last, nil
}

// find goes on to the member whose name begins so.
func (a *arReader) find(prefix string) (member, error) {
	for {
		m, err := a.next()
		if err != nil {
			return m, err
		}
		if m.name == prefix || strings.HasPrefix(m.name, prefix+".") {
			return m, nil
		}
		if !strings.HasPrefix(m.name, "_") { // members that readers must ignore (deb(5))
			return m, &FormatError{Member: m.name, Problem: "expected " + prefix}
		}
	}
}

// decompress chooses by the content, not by the name.
func decompress(m member) (in io.Reader, done func(), err error) {
	b := bufio.NewReaderSize(m.in, 1<<16)
	head, _ := b.Peek(6)
	done = func() {}
	switch {
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		in, err = xz.NewReader(b)
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		in, err = gzip.NewReader(b)
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		var z *zstd.Decoder
		if z, err = zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20)); err == nil {
			in, done = z, z.Close
		}
	case bytes.HasPrefix(head, []byte("BZh")):
		in = bzip2.NewReader(b)
	default:
		in = b
	}
	if err != nil {
		return nil, done, &FormatError{m.name, "begin to decompress", err}
	}
	return in, done, nil
}
