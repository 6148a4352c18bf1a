package nt

import "fmt"

// Privileges is a set of privileges, as far as they bear on access (MS-LSAD, section
// 3.1.1.2.1). Only those that are enabled count.
type Privileges uint8

// The privileges.
const (
	SeSecurity      Privileges = 1 << iota // read and write the SACL
	SeTakeOwnership                        // become the owner
	SeBackup                               // read everything, by intent
	SeRestore                              // write everything, by intent
	SeRelabel                              // take ownership in spite of the label
)

// Group is a group of a token.
type Group struct {
	SID      SID
	DenyOnly bool // only entries that deny see it
}

// Subject is who asks: an access token (MS-DTYP, section 2.5.2). Everyone and the
// like are groups, and have to be listed as a token lists them.
type Subject struct {
	User       SID
	Groups     []Group
	Privileges Privileges
	// Restricted are the restricting identifiers of a restricted token: access is
	// decided for them too, and only what both have is allowed.
	Restricted []SID
	// WriteRestricted asks the restricting identifiers about writing alone.
	WriteRestricted bool
	// Integrity is the level of the token; the zero SID is MediumIntegrity.
	Integrity SID
	// NoIntegrityPolicy is a token whose policy lets it write up.
	NoIntegrityPolicy bool
	// Trust is the trust label of a protected process (S-1-19-…).
	Trust SID
	// Claims are what conditions ask about; nil means that they are not known, and a
	// verdict to which they matter is doubtful.
	Claims *Claims
}

// Claims are the attributes of the user and the device of a token.
type Claims struct {
	User, Device, Local []Claim
	DeviceGroups        []SID
}

// Rules says who decides.
type Rules uint8

// The rules.
const (
	WindowsRules Rules = iota // MS-DTYP, section 2.5.3.2, and what Windows adds
	SambaRules                // se_access_check of Samba's smbd, for lists in files
)

// ObjectType is one node of the tree of kinds and properties that a request is about
// (MS-DTYP, section 2.5.3.2; OBJECT_TYPE_LIST). A node belongs to the last one before
// it of a lower level.
type ObjectType struct {
	Level int
	GUID  GUID
}

// Object is what else is known about what the descriptor belongs to, and about the
// request. The zero value is a file, asked for as usual.
type Object struct {
	Mapping GenericMapping // the zero value is that of files
	Self    SID            // whom PrincipalSelf stands for
	Types   []ObjectType
	// Backup says that a file is opened with backup intent, so that SeBackup and
	// SeRestore count (MS-FSA, section 2.1.5.1.2).
	Backup bool
	// Parent is the directory's descriptor: who may delete children or list it, may
	// delete the file or read its attributes (MS-FSA, section 2.1.5.1.2.1).
	Parent *Descriptor
	Rules  Rules
}

func (o Object) mapping() GenericMapping {
	if o.Mapping == (GenericMapping{}) {
		return Files()
	}
	return o.Mapping
}

// Status is the number that a refused call answers with.
type Status uint32

// The statuses.
const (
	StatusSuccess          Status = 0
	StatusAccessDenied     Status = 0xc0000022
	StatusPrivilegeNotHeld Status = 0xc0000061
)

// Reason is why a verdict is what it is.
type Reason uint8

// The reasons.
const (
	NothingAsked   Reason = iota // no right is needed
	NoList                       // there is no DACL, or the NULL one
	AllowedByEntry               // the entry gave the last right that was missing
	DeniedByEntry                // the entry denies a right that nothing before it allowed
	NotAllowed                   // the list ended before all rights were allowed
	OwnerAlways                  // the owner may read and write the descriptor
	ByPrivilege                  // a privilege gives it
	NeedsPrivilege               // only a privilege gives it
	ByLabel                      // the mandatory label is above the subject
	ByTrustLabel                 // the process is not trusted enough
	ByRestriction                // the restricting identifiers may not
	ByParent                     // the directory's list allows it
	numberOfReasons
)

// String is the reason in words.
func (r Reason) String() string {
	if r >= numberOfReasons {
		return fmt.Sprintf("reason %d", uint8(r))
	}
	return [...]string{
		NothingAsked: "no right is needed", NoList: "there is no list, so everybody may", AllowedByEntry: "an entry allows it",
		DeniedByEntry: "an entry denies it", NotAllowed: "no entry allows it",
		OwnerAlways: "the owner may always read and write the descriptor", ByPrivilege: "a privilege gives it",
		NeedsPrivilege: "only a privilege gives it, and it is not held", ByLabel: "the mandatory label forbids it to lower integrity",
		ByTrustLabel:  "the trust label forbids it to processes trusted less",
		ByRestriction: "the token is restricted, and its restricting identifiers may not",
		ByParent:      "the directory's list allows it",
	}[r]
}

// Verdict is the answer, with its reason.
type Verdict struct {
	Allowed bool
	Reason  Reason
	Entry   int  // the index of the entry that decided; -1 where none did
	InSACL  bool // the entry is one of the SACL
	Granted Mask // what is given: what was asked for, or all there is, for MaximumAllowed
	Missing Mask // what was asked for and not given
	Status  Status
	// Doubtful says that the verdict hangs on something that is not known: claims
	// that were not stated, a central policy, bytes that nobody understands.
	Doubtful bool
}

// holds reports whether the token has the SID: for entries that allow only where it
// is enabled, for those that deny always (SidInToken).
func (s *Subject) holds(sid SID, deny bool) bool {
	if s.User == sid {
		return true
	}
	for _, g := range s.Groups {
		if g.SID == sid && (deny || !g.DenyOnly) {
			return true
		}
	}
	return false
}

func (s *Subject) has(p Privileges) bool { return s.Privileges&p == p }
