package models

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"ward/legacy/amiga"
	"ward/legacy/dos"
	"ward/legacy/vms"
	"ward/mode"
)

// GatherZip looks at members of a zip archive; where none is named at all of them, but
// for those that only speak of others (__MACOSX).
// Nothing of their content is read but files that speak of the permissions of others
// (NAME.uaem, __MACOSX/._NAME). Of a name that the archive has twice the last member
// counts, as unzip has it. An error is for the archive, or for a name that it does not
// have, in which case the objects are those of the other names.
func GatherZip(archive string, names []string) ([]*Object, error) {
	file, z, err := openZip(archive)
	if err != nil {
		return nil, &Error{"read the archive", archive, plainPath(err)}
	}
	defer file.Close()
	a := zipArchive{path: archive, file: file, members: make(map[string]*zip.File, len(z.File))}
	for _, f := range z.File {
		a.members[f.Name] = f
	}
	if len(names) == 0 {
		for _, f := range z.File {
			if a.members[f.Name] == f && !strings.HasPrefix(f.Name, macOSX) {
				names = append(names, f.Name)
			}
		}
	}
	var all []*Object
	var wrong []error
	for _, name := range names {
		f := a.find(name)
		if f == nil {
			wrong = append(wrong, &Error{"find in " + archive, name, fs.ErrNotExist})
			continue
		}
		all = append(all, a.object(f))
	}
	return all, errors.Join(wrong...)
}

// openZip opens an archive, of which local headers are read beside package zip.
func openZip(path string) (*os.File, *zip.Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil {
		var z *zip.Reader
		if z, err = zip.NewReader(file, info.Size()); err == nil {
			return file, z, nil
		}
	}
	return nil, nil, errors.Join(err, file.Close())
}

// plainPath takes the path out of an error, which is told with it.
func plainPath(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// macOSX is the directory in which archivers of Mac OS X put what else is to be known of
// the members.
const macOSX = "__MACOSX/"

type zipArchive struct {
	path    string
	file    io.ReaderAt
	members map[string]*zip.File
}

// find takes a directory with or without its slash.
func (a *zipArchive) find(name string) *zip.File {
	if f := a.members[name]; f != nil {
		return f
	}
	return a.members[name+"/"]
}

func (a *zipArchive) object(f *zip.File) *Object {
	o := &Object{Path: a.path, Member: f.Name}
	host := uint8(f.CreatorVersion >> 8)
	o.Host = hostName(host)
	o.addZipAttributes(host, f)
	fields, err := allFields(a.file, f)
	if err != nil {
		o.Found = append(o.Found, Found{Carrier: "extra fields of the local header", Err: err})
	}
	for _, field := range fields {
		o.addField(field)
	}
	name := strings.TrimSuffix(f.Name, "/")
	dir, base := path.Split(name)
	o.addBeside(base, func(rel string) ([]byte, error) { return a.content(dir + rel) })
	if raw, err := a.content(macOSX + dir + "._" + base); err != nil || raw != nil {
		o.addMacOSX(macOSX+dir+"._"+base, raw, err)
	}
	return o
}

func (o *Object) addMacOSX(carrier string, raw []byte, err error) {
	if err != nil {
		o.Found = append(o.Found, Found{Carrier: carrier, Err: err})
		return
	}
	o.addAppleFile(carrier, raw)
}

// content is that of a small member; nil where there is none of that name.
func (a *zipArchive) content(name string) ([]byte, error) {
	f := a.members[name]
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readBounded(r)
}

// The systems of members (APPNOTE.TXT, 4.4.2.2; those of Info-ZIP where they differ).
const (
	hostVMS       = 2
	hostUnix      = 3
	hostAtari     = 5
	hostMacintosh = 7
	hostBeOS      = 16
	hostOSX       = 19
	hostOSXOld    = 30 // of Info-ZIP
)

func hostName(host uint8) string {
	names := map[uint8]string{
		dos.ZipFAT: "FAT (MS-DOS)", amiga.ZipHost: "Amiga", hostVMS: "OpenVMS", hostUnix: "Unix", 4: "VM/CMS", hostAtari: "Atari",
		dos.ZipHPFS: "OS/2 HPFS", hostMacintosh: "Macintosh", 8: "Z-System", 9: "CP/M", dos.ZipNTFS: "NTFS", dos.ZipNTFSInfoZIP: "NTFS, or MVS",
		12: "VSE", 13: "Acorn RISC OS", dos.ZipVFAT: "VFAT", 15: "MVS", hostBeOS: "BeOS", 17: "Tandem", 18: "OS/400", hostOSX: "Mac OS X", hostOSXOld: "AtheOS",
	}
	if name, ok := names[host]; ok {
		return name
	}
	return fmt.Sprintf("system %d", host)
}

const externalCarrier = "external attributes"

// addZipAttributes adds what the 32 bits of external attributes say: the upper half
// is the host's own, the lowest byte that of DOS, which most archivers write beside.
func (o *Object) addZipAttributes(host uint8, f *zip.File) {
	external := f.ExternalAttrs
	o.Kind = mode.Regular
	if strings.HasSuffix(f.Name, "/") {
		o.Kind = mode.Directory
	}
	switch host {
	case hostUnix, hostOSX, hostOSXOld, hostBeOS, hostAtari, hostMacintosh:
		o.addZipMode(external)
	case hostVMS:
		o.addZipMode(external)
		o.Found = append(o.Found, Found{
			Carrier: externalCarrier, Value: vms.Security{Protection: vms.FromMode(o.Mode)},
			Note: "told by a mode: the system's rights as the owner's, delete as write",
		})
		o.HasMode = false
	case amiga.ZipHost:
		o.addZipAmiga(external)
	}
	o.addZipDOS(host, external)
}

func (o *Object) addZipMode(external uint32) {
	m, k := mode.FromStat(external >> 16)
	if external>>16 == 0 {
		return // an archiver that writes no mode
	}
	o.Mode, o.HasMode = m, true
	if k != mode.Unknown {
		o.Kind = k
	}
}

func (o *Object) addZipAmiga(external uint32) {
	flags, kind := amiga.FromZip(external)
	if kind != mode.Unknown {
		o.Kind = kind
	}
	note := ""
	if amiga.PKAZip(external) {
		note = "its attributes for DOS contradict w: an archiver of the Amiga may have written rwed inverted"
	}
	o.Found = append(o.Found, Found{Carrier: externalCarrier, Value: amiga.Protection(0).WithFlags(flags), Note: note})
}

// addZipDOS adds the attributes of DOS: of hosts that have them, and of others where
// they say more than what kind of object it is.
func (o *Object) addZipDOS(host uint8, external uint32) {
	a := dos.FromZip(external)
	own := host == dos.ZipFAT || host == dos.ZipHPFS || host == dos.ZipNTFS || host == dos.ZipNTFSInfoZIP || host == dos.ZipVFAT
	switch {
	case own:
		o.Found = append(o.Found, Found{Carrier: externalCarrier, Value: a})
	case a&^(dos.Directory|dos.Archive) != 0:
		o.Found = append(o.Found, Found{Carrier: externalCarrier + ", lowest byte", Value: a, Note: "written beside the host's own"})
	}
}
