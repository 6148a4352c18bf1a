package nt

import "fmt"

// Type is what an entry is (MS-DTYP, section 2.4.4.1). Types without a name are kept
// with their bytes.
type Type uint8

// The types. Compound and the alarms are in no system.
const (
	Allow               Type = 0x00
	Deny                Type = 0x01
	Audit               Type = 0x02
	Alarm               Type = 0x03
	AllowCompound       Type = 0x04
	AllowObject         Type = 0x05
	DenyObject          Type = 0x06
	AuditObject         Type = 0x07
	AlarmObject         Type = 0x08
	AllowCallback       Type = 0x09
	DenyCallback        Type = 0x0a
	AllowCallbackObject Type = 0x0b
	DenyCallbackObject  Type = 0x0c
	AuditCallback       Type = 0x0d
	AlarmCallback       Type = 0x0e
	AuditCallbackObject Type = 0x0f
	AlarmCallbackObject Type = 0x10
	MandatoryLabel      Type = 0x11
	ResourceAttribute   Type = 0x12
	ScopedPolicy        Type = 0x13
	ProcessTrustLabel   Type = 0x14
	AccessFilter        Type = 0x15

	lastKnown = AccessFilter
)

// typeWord is a type's letters in SDDL ("" where it has none) and its name.
type typeWord struct{ letters, name string }

func typeWords() []typeWord {
	return []typeWord{
		Allow:               {"A", "allow"},
		Deny:                {"D", "deny"},
		Audit:               {"AU", "audit"},
		Alarm:               {"AL", "alarm"},
		AllowCompound:       {"", "allow compound"},
		AllowObject:         {"OA", "allow object"},
		DenyObject:          {"OD", "deny object"},
		AuditObject:         {"OU", "audit object"},
		AlarmObject:         {"OL", "alarm object"},
		AllowCallback:       {"XA", "allow callback"},
		DenyCallback:        {"XD", "deny callback"},
		AllowCallbackObject: {"ZA", "allow callback object"},
		DenyCallbackObject:  {"", "deny callback object"},
		AuditCallback:       {"XU", "audit callback"},
		AlarmCallback:       {"", "alarm callback"},
		AuditCallbackObject: {"", "audit callback object"},
		AlarmCallbackObject: {"", "alarm callback object"},
		MandatoryLabel:      {"ML", "mandatory label"},
		ResourceAttribute:   {"RA", "resource attribute"},
		ScopedPolicy:        {"SP", "scoped policy"},
		ProcessTrustLabel:   {"TL", "process trust label"},
		AccessFilter:        {"FL", "access filter"},
	}
}

// String is the type in words; "type 0x20" for one without.
func (t Type) String() string {
	if t > lastKnown {
		return fmt.Sprintf("type 0x%x", uint8(t))
	}
	return typeWords()[t].name
}

// Object reports whether entries of the type may speak of one kind of object or
// property, by its GUID.
func (t Type) Object() bool {
	switch t {
	case AllowObject, DenyObject, AuditObject, AlarmObject,
		AllowCallbackObject, DenyCallbackObject, AuditCallbackObject, AlarmCallbackObject:
		return true
	default:
		return false
	}
}

// Callback reports whether a condition belongs to entries of the type.
func (t Type) Callback() bool {
	return t >= AllowCallback && t <= AlarmCallbackObject || t == AccessFilter
}

// allows and denies tell the types that decide.
func (t Type) allows() bool {
	return t == Allow || t == AllowObject || t == AllowCallback || t == AllowCallbackObject
}

func (t Type) denies() bool {
	return t == Deny || t == DenyObject || t == DenyCallback || t == DenyCallbackObject
}

// inSACL reports whether the type belongs into a system list.
func (t Type) inSACL() bool {
	return !t.allows() && !t.denies() && t != AllowCompound && t <= lastKnown
}

// opaque reports whether nothing but the bytes of such an entry is known.
func (t Type) opaque() bool { return t > lastKnown || t == AllowCompound }

// Flags say how an entry is inherited and what it audits (MS-DTYP, section 2.4.4.1).
type Flags uint8

// The flags.
const (
	ObjectInherit    Flags = 0x01 // files made in the directory get the entry
	ContainerInherit Flags = 0x02 // directories made in it get the entry
	NoPropagate      Flags = 0x04 // what gets it does not hand it on
	InheritOnly      Flags = 0x08 // it says nothing about the object that has it
	Inherited        Flags = 0x10 // it came from the directory above
	Critical         Flags = 0x20 // allow: it may not be taken away; access filters: the trust of the process counts
	SuccessfulAccess Flags = 0x40 // audit: what was allowed is reported
	FailedAccess     Flags = 0x80 // audit: what was denied is reported

	inheritance = ObjectInherit | ContainerInherit | NoPropagate | InheritOnly
)

// ObjectFlags say which GUIDs an object entry has. Other bits are kept.
type ObjectFlags uint32

// The flags of object entries.
const (
	HasObject          ObjectFlags = 1
	HasInheritedObject ObjectFlags = 2
)

// ACE is one entry of a list. It is comparable.
type ACE struct {
	Type            Type
	Flags           Flags
	Mask            Mask
	ObjectFlags     ObjectFlags // of Object types
	Object          GUID        // the kind or property it speaks of, where HasObject
	InheritedObject GUID        // the kind of child that gets it, where HasInheritedObject
	SID             SID
	// Data is what follows the SID: a condition (Condition), a resource attribute
	// (Claim), or bytes that nothing speaks for. Of types that are not known it is
	// everything after the four bytes that every entry begins with.
	Data string
}

// conditional reports whether a condition that can be read follows.
func (a ACE) conditional() bool {
	return a.Type.Callback() && len(a.Data) >= 4 && a.Data[:4] == conditionMark
}
