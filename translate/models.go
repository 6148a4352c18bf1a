package translate

import "slices"

// Model is one way to say who may do what, with the systems that have it.
type Model struct {
	ID      string // "nfs4-zfs"
	Name    string // "ZFS": what messages call it
	About   string // one line about what it is
	Value   string // the type of Object.Value: "nfs4.ACL"
	Systems []Platform
	// Decides is the rights that a value can give and withhold; Fixed is those of which
	// the system says the same for every object. Others are decided elsewhere.
	Decides, Fixed Rights
	// Alone marks models without users: what holds for one holds for all.
	Alone bool
	// Notations is how values are written, the first one by default.
	Notations []Notation
}

// Platform is a system with the versions that have the model.
type Platform struct {
	Name     string
	Versions string // "since 10.4"; "" for all
}

// Notation is one way to write values of a model.
type Notation struct {
	ID      string // "nfs4-freebsd-text", "sddl"
	Name    string // "getfacl of FreeBSD"
	Example string // a text that Parse reads
	Where   string // where ward reads it besides: attributes, archives, images
}

// The rights of Unix, which three bits stand for, and what the system says of the rest.
const (
	unixDecides = Read | Write | Append | Execute | DeleteChild
	unixFixed   = ReadNamed | WriteNamed | ReadAttributes | WriteAttributes | ReadACL | WriteACL | Synchronize
)

// Models is the table of models. Each call makes a new one.
func Models() []Model {
	return slices.Concat(unixModels(), listModels(), loneModels(), otherModels())
}

func unixModels() []Model {
	const members = "tar, cpio and zip members, mtree and archive listings"
	return []Model{
		{
			ID: "unix", Name: "Unix", About: "nine bits for owner, group and others; setuid, setgid, sticky", Value: "mode.Mode",
			Systems: []Platform{{"every Unix", ""}, {"Linux", ""}, {"Mac OS X", "10.0 to 10.3"}},
			Decides: unixDecides, Fixed: unixFixed,
			Notations: []Notation{
				{"octal", "an octal number", "0640", "live trees; " + members},
				{"ls", "what ls -l shows", "-rw-r-----", ""},
				{"symbolic", "what chmod takes", "u=rw,g=r,o=", ""},
			},
		},
		{
			ID: "posix", Name: "Linux", About: "POSIX.1e lists: named users and groups under a mask", Value: "translate.POSIX",
			Systems: []Platform{{"Linux", "since 2.5.46"}},
			Decides: unixDecides, Fixed: unixFixed,
			Notations: []Notation{
				{"getfacl", "what getfacl prints", "user::rw-,user:1001:r--,group::r--,mask::r--,other::---", "system.posix_acl_access and _default; pax members (SCHILY.acl.access, .default)"},
				{"setfacl", "the short form for setfacl", "u::rw-,u:1001:r--,g::r--,m::r--,o::---", ""},
			},
		},
		{
			ID: "posix-freebsd", Name: "FreeBSD UFS", About: "POSIX.1e lists as FreeBSD decides them", Value: "translate.POSIX",
			Systems: []Platform{{"FreeBSD UFS", "since 5.0"}},
			Decides: unixDecides, Fixed: unixFixed,
			Notations: []Notation{{"getfacl-freebsd", "what getfacl of FreeBSD prints", "user::rw-\nuser:42:rwx\t\t# effective: r--\ngroup::r--\nmask::r--\nother::---\n", "pax members"}},
		},
		{
			ID: "posix-solaris", Name: "Solaris UFS", About: "POSIX.1e lists whose groups add up", Value: "translate.POSIX",
			Systems: []Platform{{"Solaris UFS", "since 2.5"}, {"illumos UFS", ""}},
			Decides: unixDecides, Fixed: unixFixed,
			Notations: []Notation{{"aclent", "what acltotext(3SEC) writes", "user::rw-,user:lp:r--:71,group::r--,mask:r--,other:---", "pax members"}},
		},
		{
			ID: "hpux", Name: "HP-UX", About: "entries for a user in a group, the most specific decides", Value: "translate.HPUX",
			Systems: []Platform{{"HP-UX HFS", "since 7.0"}},
			Decides: unixDecides, Fixed: unixFixed,
			Notations: []Notation{
				{"lsacl", "what lsacl prints", "(@.%,rw-)(%.@,r--)(%.%,---)", ""},
				{"chacl", "operators, as chacl takes them", "@.%=rw,%.@=r,%.%=", ""},
			},
		},
		{
			ID: "zos", Name: "z/OS UNIX", About: "lists beside a mode, without a mask", Value: "racf.UnixACL",
			Systems: []Platform{{"z/OS UNIX", "since 1.3"}},
			Decides: unixDecides, Fixed: unixFixed,
			Notations: []Notation{{"zos-getfacl", "what getfacl of z/OS prints", "user::rw-\ngroup::r--\nother::---\nuser:WELLIE:r--\n", ""}},
		},
	}
}

func listModels() []Model {
	nfs := func(id, name, about string, systems []Platform, notations ...Notation) Model {
		return Model{ID: id, Name: name, About: about, Value: "nfs4.ACL", Systems: systems, Decides: All, Notations: notations}
	}
	return []Model{
		nfs("nfs4", "NFSv4", "allow and deny entries, the first that speaks decides (RFC 8881)", []Platform{{"NFSv4 clients of Linux", "since 2.6.13"}},
			Notation{"nfs4-tools", "nfs4_getfacl of Linux", "A::OWNER@:rwatTnNcCoy", "system.nfs4_acl, system.nfs4_dacl"}),
		nfs("nfs4-freebsd", "FreeBSD NFSv4", "the same as FreeBSD decides them", []Platform{{"FreeBSD UFS", "since 8.1"}},
			Notation{"nfs4-freebsd-text", "getfacl of FreeBSD", "owner@:rw-p--aARWcCos:-------:allow", "pax members (SCHILY.acl.ace)"},
			Notation{"nfs4-freebsd-verbose", "getfacl -v of FreeBSD", "owner@:read_data/write_data:file_inherit:allow", ""},
			Notation{"nfs4-tar", "SCHILY.acl.ace of libarchive", "owner@:rwpaARWcCos::allow", "pax members"}),
		nfs("nfs4-zfs", "ZFS", "the same as ZFS decides them", []Platform{{"Solaris 10", "since 6/06"}, {"illumos", ""}, {"OpenZFS on FreeBSD and TrueNAS", ""}},
			Notation{"nfs4-solaris", "ls -V of Solaris", "owner@:rw-p--aARWcCos:-------:allow", "system.nfs4_acl_xdr"},
			Notation{"nfs4-solaris-verbose", "ls -v of Solaris", "owner@:read_data/write_data:file_inherit:allow", ""},
			Notation{"nfs4-truenas", "getfacl of TrueNAS", "owner@:rw-p--aARWcCos:-------:allow", "system.nfs4_acl_xdr"}),
		{
			ID: "macos", Name: "macOS", About: "lists in the manner of NFSv4 beside a mode", Value: "translate.MacOS",
			Systems: []Platform{{"Mac OS X", "since 10.4"}}, Decides: All,
			Notations: []Notation{
				{"ls-le", "what ls -le prints below an object", " 0: user:joe allow read,write\n", "AppleDouble files, com.apple.system.Security"},
				{"chmod+a-text", "what chmod +a takes, one a line", "user:joe allow read,write", ""},
				{"macos-external", "acl_to_text(3)", "!#acl 1\nuser:FFFFEEEE-DDDD-CCCC-BBBB-AAAA000001F5:joe:501:allow:read\n", "com.apple.acl.text"},
			},
		},
		{
			ID: "nt", Name: "Windows", About: "security descriptors", Value: "nt.Descriptor",
			Systems: []Platform{{"Windows NT", "since 3.1"}, {"Samba", ""}}, Decides: All,
			Notations: []Notation{
				{"sddl", "SDDL", "O:BAG:BAD:(A;;FA;;;BA)(A;;FR;;;WD)", "system.ntfs_acl, security.NTACL, system.cifs_acl"},
				{"icacls-text", "what icacls shows", "BUILTIN\\Administrators:(F)\nEveryone:(R)", "files of icacls /save"},
				{"getcifsacl", "what getcifsacl -r prints", "REVISION:0x1\nCONTROL:0x8004\nOWNER:S-1-5-32-544\nGROUP:S-1-5-32-544\nACL:S-1-1-0:ALLOWED/0x0/0x00120089\n", ""},
				{"smbcacls-text", "what smbcacls --numeric prints", "REVISION:1\nCONTROL:0x8004\nOWNER:S-1-5-32-544\nGROUP:S-1-5-32-544\nACL:S-1-1-0:0/0x0/0x00120089\n", ""},
			},
		},
	}
}

func loneModels() []Model {
	const everybody = Read | Execute | ReadAttributes | ReadACL | WriteACL | Synchronize
	return []Model{
		{
			ID: "dos", Name: "DOS", About: "attributes that hold everybody", Value: "dos.Attributes", Alone: true,
			Systems: []Platform{{"DOS", ""}, {"Windows", ""}, {"FAT and SMB anywhere", ""}},
			Decides: Write | Append | Delete, Fixed: everybody | DeleteChild,
			Notations: []Notation{
				{"rhsa", "letters", "R--A", "vfat (ioctl), system.ntfs_attrib, user.DOSATTRIB; zip members"},
				{"mattrib", "what mattrib prints", "  A  SHR     ::/A.TXT", ""},
			},
		},
		{
			ID: "mac", Name: "Mac OS", About: "files that are locked for everybody", Value: "translate.Classic", Alone: true,
			Systems: []Platform{{"Mac OS", "1 to 9"}},
			Decides: Write | Append | Delete, Fixed: everybody | DeleteChild,
			Notations: []Notation{{"finder", "locked, and words of Finder flags", "locked,invisible", "HFS images; MacBinary, AppleSingle, AppleDouble"}},
		},
		{
			ID: "amiga", Name: "AmigaOS", About: "HSPARWED, with bits for group and others as multi-user systems and Linux read them", Value: "amiga.Protection",
			Systems: []Platform{{"AmigaOS", "since 2.0"}, {"MultiUserFileSystem", ""}, {"Linux affs", ""}},
			Decides: Read | Write | Append | Execute | Delete, Fixed: ReadAttributes | ReadACL | WriteAttributes | WriteACL | Synchronize,
			Notations: []Notation{{"hsparwed", "what list shows", "----rwed", "disk images, zip members, .uaem and _UAEFSDB.___"}},
		},
		{
			ID: "amiga1", Name: "AmigaDOS 1", About: "ARWED, for the one user there is", Value: "amiga.Protection", Alone: true,
			Systems: []Platform{{"AmigaDOS", "1.0 to 1.3"}},
			Decides: Read | Write | Append | Execute | Delete, Fixed: ReadAttributes | ReadACL | WriteAttributes | WriteACL | Synchronize,
			Notations: []Notation{{"arwed", "what list shows", "-rwed", "disk images"}},
		},
	}
}

func otherModels() []Model {
	return []Model{
		{
			ID: "vms", Name: "OpenVMS", About: "categories that overlap, and lists of identifiers", Value: "vms.Security",
			Systems:   []Platform{{"VAX/VMS", "since 4.0"}, {"OpenVMS", ""}},
			Decides:   Read | Write | Append | Execute | Delete | DeleteChild | WriteACL,
			Notations: []Notation{{"vms-code", "a protection code, and entries behind it", "(S:RWED,O:RWED,G:RE,W)", "zip members"}, {"vms-show", "what SHOW SECURITY prints", "DKA0:[ACCT]PAYROLL.DAT;1 object of class FILE\n     Owner: [ACCT,MARTIN]\n     Protection: (System: RWED, Owner: RWED, Group: RE, World)\n", ""}},
		},
		{
			ID: "racf", Name: "RACF", About: "profiles with levels from NONE to ALTER", Value: "racf.Profile",
			Systems:   []Platform{{"z/OS", ""}, {"MVS", ""}},
			Decides:   Read | Write | Append | Execute | Delete | WriteACL,
			Notations: []Notation{{"racf-commands", "commands that make the profile", "ADDSD 'SYS1.DATA' UACC(NONE)\nPERMIT 'SYS1.DATA' ID(JOE) ACCESS(READ)\n", "IRRDBU00 files"}},
		},
	}
}

// Find is the model, and the notation, of an id: a model's, which stands for its first
// notation, or a notation's.
func Find(id string) (Model, Notation, bool) {
	for _, m := range Models() {
		if m.ID == id {
			return m, m.Notations[0], true
		}
		for _, n := range m.Notations {
			if n.ID == id {
				return m, n, true
			}
		}
	}
	return Model{}, Notation{}, false
}
