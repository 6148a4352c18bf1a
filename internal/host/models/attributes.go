package models

import (
	"slices"

	"ward/acl"
	aclmac "ward/acl/macos"
	"ward/acl/nfs4"
	"ward/acl/nt"
	"ward/legacy/dos"
	legacymac "ward/legacy/macos"
)

// attributes are the extended attributes that hold permissions. Of those of one group
// the first that is there counts: the others say the same, or a part of it.
func attributes() []attribute {
	return []attribute{
		{nfs4.TrueNASXattr, "", plain(nfs4.DecodeTrueNAS)},
		{nfs4.DACLXattr, "nfs4", plain(nfs4.DecodeDACL)},
		{nfs4.Xattr, "nfs4", plain(nfs4.Decode)},
		{nfs4.SACLXattr, "", sacl},
		{"system.ntfs_acl", "ntfs", plain(nt.Decode)},      // ntfs-3g
		{"system.ntfs_security", "ntfs", plain(nt.Decode)}, // ntfs3 of the kernel
		{"system.cifs_ntsd_full", "cifs", plain(nt.Decode)},
		{"system.cifs_ntsd", "cifs", noted(nt.Decode, "without the system list")},
		{"system.cifs_acl", "cifs", noted(nt.Decode, "without owner, group and system list")},
		{"security.NTACL", "", ntacl},
		{dos.NTFSXattr, "ntfsattr", plain(dos.Decode)},
		{"system.ntfs_attrib_be", "ntfsattr", bigEndian},
		{dos.NTFS3Xattr, "ntfsattr", plain(dos.Decode)},
		{dos.CIFSXattr, "smbattr", plain(dos.Decode)},
		{dos.SMB3Xattr, "smbattr", plain(dos.Decode)},
		{dos.SambaXattr, "", samba},
		{dos.Samba4, "", plain(dos.Decode)},
		{legacymac.SecurityXattr, "mac", plain(aclmac.Decode)},
		{legacymac.ACLTextXattr, "mac", aclText},
		{legacymac.FinderInfoXattr, "", finderInfo},
	}
}

type attribute struct {
	name  string
	group string
	read  decoder
}

// prefixes stand before the names of attributes of Mac OS X on other systems: user. is
// what Linux lets everybody write, osx. what its hfsplus has.
var prefixes = []string{"", "user.", "osx."}

func prefixesOf(name string) []string {
	if len(name) > 4 && name[:4] == "com." {
		return prefixes
	}
	return prefixes[:1]
}

// addAttributes adds what extended attributes say. value answers nil for one that is
// not there; what else it answers is an error worth telling.
func (o *Object) addAttributes(value func(name string) ([]byte, error)) {
	o.addPOSIX(value)
	var done []string
	for _, a := range attributes() {
		if a.group != "" && slices.Contains(done, a.group) {
			continue
		}
		for _, prefix := range prefixesOf(a.name) {
			raw, err := value(prefix + a.name)
			switch {
			case err != nil:
				o.Found = append(o.Found, Found{Carrier: prefix + a.name, Err: err})
			case raw != nil:
				o.add(prefix+a.name, raw, a.read)
				done = append(done, a.group)
			}
		}
	}
	if raw, err := value(netatalkXattr); err == nil && raw != nil {
		o.addAppleFile(netatalkXattr, raw)
	}
}

// addPOSIX adds the two lists of Linux, where there is one.
func (o *Object) addPOSIX(value func(name string) ([]byte, error)) {
	lists, carrier, some := POSIX{}, acl.AccessXattr, false
	for _, at := range []struct {
		name string
		list *acl.List
	}{{acl.AccessXattr, &lists.Access}, {acl.DefaultXattr, &lists.Default}} {
		raw, err := value(at.name)
		if err == nil && raw != nil {
			*at.list, err = acl.Decode(raw)
		}
		if err != nil {
			o.Found = append(o.Found, Found{Carrier: at.name, Raw: raw, Err: err})
			continue
		}
		if len(*at.list) > 0 && !some {
			carrier, some = at.name, true
		}
	}
	if some {
		o.Found = append(o.Found, Found{Carrier: carrier, Value: lists})
	}
}

func plain[T any](decode func([]byte) (T, error)) decoder { return noted(decode, "") }

func noted[T any](decode func([]byte) (T, error), note string) decoder {
	return func(raw []byte) (any, string, error) {
		v, err := decode(raw)
		if err != nil {
			return nil, "", err
		}
		return v, note, nil
	}
}

func sacl(raw []byte) (any, string, error) {
	a, err := nfs4.DecodeDACL(raw)
	if err != nil {
		return nil, "", err
	}
	return a, "it reports access and decides nothing", nil
}

func ntacl(raw []byte) (any, string, error) {
	n, err := nt.DecodeNTACL(raw)
	if err != nil {
		return nil, "", err
	}
	note := "Samba serves it; smbd leaves it aside where the mode or the list was changed behind its back"
	if n.Version < 3 {
		note = "Samba serves it, whatever the mode and the list have become meanwhile"
	}
	return n.Descriptor, note, nil
}

func bigEndian(raw []byte) (any, string, error) {
	little := slices.Clone(raw)
	slices.Reverse(little)
	return plain(dos.Decode)(little)
}

func samba(raw []byte) (any, string, error) {
	s, err := dos.DecodeSamba(raw)
	if err != nil {
		return nil, "", err
	}
	a, err := s.Attributes()
	if err != nil {
		return nil, "", err
	}
	return a, "", nil
}

func aclText(raw []byte) (any, string, error) {
	list, err := aclmac.ParseExternal(string(raw))
	if err != nil {
		return nil, "", err
	}
	return aclmac.Filesec{HasACL: true, ACL: list}, "", nil
}
