package models

import (
	"encoding/binary"
	"fmt"
	"slices"

	aclmac "ward/acl/macos"
	"ward/legacy/dos"
	legacymac "ward/legacy/macos"
)

// netatalkXattr holds an AppleDouble header: netatalk and Samba's vfs_fruit keep it.
const netatalkXattr = "user.org.netatalk.Metadata"

// finderInfo reads the 32 bytes of com.apple.FinderInfo: type, creator and flags come
// first, for directories a rectangle and flags; the flags are at the same place.
func finderInfo(raw []byte) (any, string, error) {
	const flagsAt = 8
	if len(raw) < flagsAt+2 {
		return nil, "", fmt.Errorf("the Finder's information has %d bytes, and its flags come behind the first %d", len(raw), flagsAt)
	}
	return legacymac.FinderFlags(binary.BigEndian.Uint16(raw[flagsAt:])), "the Finder's flags protect nothing", nil
}

// addAppleFile adds what an AppleDouble or AppleSingle file says: the lock, the
// attributes for DOS, the Finder's flags, and the extended attributes in it.
func (o *Object) addAppleFile(carrier string, raw []byte) {
	file, err := legacymac.DecodeApple(raw)
	if err != nil {
		o.Found = append(o.Found, Found{Carrier: carrier, Raw: raw, Err: err})
		return
	}
	if locked, said := file.Locked(); said {
		o.Found = append(o.Found, Found{Carrier: carrier + ", Macintosh file info", Value: legacymac.File{Locked: locked, Directory: o.isDirectory()}})
	}
	if a, said := file.MSDOS(); said {
		o.Found = append(o.Found, Found{Carrier: carrier + ", MS-DOS info", Value: dos.Attributes(a)})
	}
	if f, said := file.Finder(); said && f.Flags != 0 {
		o.Found = append(o.Found, Found{Carrier: carrier + ", Finder info", Value: f.Flags, Note: "the Finder's flags protect nothing"})
	}
	o.addAppleXattrs(carrier, raw)
}

func (o *Object) addAppleXattrs(carrier string, raw []byte) {
	all, err := legacymac.DecodeXattrs(raw)
	if err != nil {
		o.Found = append(o.Found, Found{Carrier: carrier + ", extended attributes", Raw: raw, Err: err})
		return
	}
	value := func(name string) []byte {
		i := slices.IndexFunc(all, func(x legacymac.Xattr) bool { return x.Name == name })
		if i < 0 {
			return nil
		}
		return all[i].Value
	}
	if v := value(legacymac.SecurityXattr); v != nil {
		o.add(carrier+", "+legacymac.SecurityXattr, v, plain(aclmac.Decode))
	} else if v := value(legacymac.ACLTextXattr); v != nil {
		o.add(carrier+", "+legacymac.ACLTextXattr, v, aclText)
	}
}
