package nfs4

import (
	"fmt"

	"ward/mode"
)

// maxFreeBSD is ACL_MAX_ENTRIES of FreeBSD, and maxServer what a Linux server takes
// (NFS4_ACL_MAX in fs/nfsd/acl.h).
const (
	maxFreeBSD = 254
	maxServer  = 170
)

// Validate returns a *FormatError that says why the system would refuse the list for
// an object of the kind k. For FreeBSDRules these are the words of acl_nfs4_check;
// for the others what makes no sense in the standard: unknown types, flags of files
// that only directories may have, and flags to inherit without anybody to inherit.
func (a ACL) Validate(k mode.Kind, r Rules) error {
	if r == FreeBSDRules && (len(a.Entries) == 0 || len(a.Entries) > maxFreeBSD) {
		return &FormatError{Form: inNotation, Index: -1, Problem: fmt.Sprintf("FreeBSD takes 1 to %d entries, not %d", maxFreeBSD, len(a.Entries))}
	}
	for i, e := range a.Entries {
		problem := e.invalid(k)
		if problem == "" && r == FreeBSDRules {
			problem = e.invalidFreeBSD()
		}
		if problem != "" {
			return &FormatError{Form: inNotation, Index: i, Problem: problem}
		}
	}
	return nil
}

func (e Entry) invalid(k mode.Kind) string {
	switch {
	case e.Type > Alarm:
		return "its type is unknown: " + e.Type.String()
	case e.Flags&inheritance != 0 && k != mode.Directory && k != mode.Unknown:
		return "only directories hand entries down"
	case e.Flags&(InheritOnly|NoPropagate) != 0 && e.Flags&(FileInherit|DirectoryInherit) == 0:
		return "it says how it is inherited, and by nobody"
	case e.Who.Class == Named && e.Who.text() == "":
		return "it names nobody"
	}
	return ""
}

func (e Entry) invalidFreeBSD() string {
	switch {
	case !e.Type.decides():
		return "FreeBSD takes no " + e.Type.String() + " entries"
	case e.Rights&^FullSet != 0:
		return fmt.Sprintf("FreeBSD does not know the rights 0x%x", uint32(e.Rights&^FullSet))
	case e.Flags&(SuccessfulAccess|FailedAccess) != 0, e.Flags&^(inheritance|IdentifierGroup|Inherited) != 0:
		return "FreeBSD takes no flags but those of inheritance"
	case e.Who.Class > Everyone:
		return "FreeBSD cannot name " + e.Who.words()
	case e.Who.Class == Named && !e.Who.HasID:
		return fmt.Sprintf("%q has no number", e.Who.Name)
	}
	return ""
}

// TooLongForServer reports whether a Linux NFS server refuses the list for its
// length.
func (a ACL) TooLongForServer() bool { return len(a.Entries) > maxServer }
