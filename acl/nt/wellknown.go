package nt

// Everyone is the group of all users (MS-DTYP, section 2.4.2.4). Accounts that are the
// same everywhere are functions here because SIDs are no constants.
func Everyone() SID { return NewSID(1, 0) }

// CreatorOwner stands, in entries that are inherited, for the owner of what is made.
func CreatorOwner() SID { return NewSID(3, 0) }

// CreatorGroup stands, in entries that are inherited, for the group of what is made.
func CreatorGroup() SID { return NewSID(3, 1) }

// OwnerRights stands for the owner; an entry for it takes the place of what the owner
// may always.
func OwnerRights() SID { return NewSID(3, 4) }

// PrincipalSelf stands for the account that the object itself is.
func PrincipalSelf() SID { return NewSID(5, 10) }

// Anonymous is who has given no name.
func Anonymous() SID { return NewSID(5, 7) }

// AuthenticatedUsers is the group of all who have shown who they are.
func AuthenticatedUsers() SID { return NewSID(5, 11) }

// System is the operating system.
func System() SID { return NewSID(5, 18) }

// Administrators is the group of the machine's administrators.
func Administrators() SID { return NewSID(5, 32, 544) }

// Users is the group of the machine's users.
func Users() SID { return NewSID(5, 32, 545) }

// Guests is the group of the machine's guests.
func Guests() SID { return NewSID(5, 32, 546) }

// MediumIntegrity is the level of ordinary processes and of objects without a label.
func MediumIntegrity() SID { return NewSID(16, 0x2000) }

// wellKnown is an account with a letter pair of SDDL, a name, or both.
type wellKnown struct {
	alias string
	sid   SID
	name  string
}

// wellKnownSIDs lists them (MS-DTYP, sections 2.4.2.4 and 2.5.1.1).
func wellKnownSIDs() []wellKnown {
	nt := func(rid uint32) SID { return NewSID(5, rid) }
	return append(builtinGroups(), []wellKnown{
		{"", NewSID(0, 0), "NULL SID"},
		{"WD", Everyone(), "Everyone"},
		{"", NewSID(2, 0), "LOCAL"},
		{"", NewSID(2, 1), "CONSOLE LOGON"},
		{"CO", CreatorOwner(), "CREATOR OWNER"},
		{"CG", CreatorGroup(), "CREATOR GROUP"},
		{"OW", OwnerRights(), "OWNER RIGHTS"},
		{"", nt(1), `NT AUTHORITY\DIALUP`},
		{"NU", nt(2), `NT AUTHORITY\NETWORK`},
		{"", nt(3), `NT AUTHORITY\BATCH`},
		{"IU", nt(4), `NT AUTHORITY\INTERACTIVE`},
		{"SU", nt(6), `NT AUTHORITY\SERVICE`},
		{"AN", Anonymous(), `NT AUTHORITY\ANONYMOUS LOGON`},
		{"ED", nt(9), `NT AUTHORITY\ENTERPRISE DOMAIN CONTROLLERS`},
		{"PS", PrincipalSelf(), `NT AUTHORITY\SELF`},
		{"AU", AuthenticatedUsers(), `NT AUTHORITY\Authenticated Users`},
		{"RC", nt(12), `NT AUTHORITY\RESTRICTED`},
		{"", nt(13), `NT AUTHORITY\TERMINAL SERVER USER`},
		{"SY", System(), `NT AUTHORITY\SYSTEM`},
		{"LS", nt(19), `NT AUTHORITY\LOCAL SERVICE`},
		{"NS", nt(20), `NT AUTHORITY\NETWORK SERVICE`},
		{"WR", nt(33), `NT AUTHORITY\WRITE RESTRICTED`},
		{"UD", NewSID(5, 84, 0, 0, 0, 0, 0), `USER MODE DRIVERS`},
		{"", trustedInstaller(), `NT SERVICE\TrustedInstaller`},
		{"AC", NewSID(15, 2, 1), `APPLICATION PACKAGE AUTHORITY\ALL APPLICATION PACKAGES`},
		{"", NewSID(15, 2, 2), `APPLICATION PACKAGE AUTHORITY\ALL RESTRICTED APPLICATION PACKAGES`},
		{"", NewSID(16, 0), `Mandatory Label\Untrusted Mandatory Level`},
		{"LW", NewSID(16, 0x1000), `Mandatory Label\Low Mandatory Level`},
		{"ME", MediumIntegrity(), `Mandatory Label\Medium Mandatory Level`},
		{"MP", NewSID(16, 0x2100), `Mandatory Label\Medium Plus Mandatory Level`},
		{"HI", NewSID(16, 0x3000), `Mandatory Label\High Mandatory Level`},
		{"SI", NewSID(16, 0x4000), `Mandatory Label\System Mandatory Level`},
		{"AS", NewSID(18, 1), "Authentication authority asserted identity"},
		{"SS", NewSID(18, 2), "Service asserted identity"},
	}...)
}

// builtinGroups are the groups of every machine.
func builtinGroups() []wellKnown {
	builtin := func(rid uint32) SID { return NewSID(5, 32, rid) }
	return []wellKnown{
		{"BA", Administrators(), `BUILTIN\Administrators`},
		{"BU", Users(), `BUILTIN\Users`},
		{"BG", Guests(), `BUILTIN\Guests`},
		{"PU", builtin(547), `BUILTIN\Power Users`},
		{"AO", builtin(548), `BUILTIN\Account Operators`},
		{"SO", builtin(549), `BUILTIN\Server Operators`},
		{"PO", builtin(550), `BUILTIN\Print Operators`},
		{"BO", builtin(551), `BUILTIN\Backup Operators`},
		{"RE", builtin(552), `BUILTIN\Replicator`},
		{"RU", builtin(554), `BUILTIN\Pre-Windows 2000 Compatible Access`},
		{"RD", builtin(555), `BUILTIN\Remote Desktop Users`},
		{"NO", builtin(556), `BUILTIN\Network Configuration Operators`},
		{"MU", builtin(558), `BUILTIN\Performance Monitor Users`},
		{"LU", builtin(559), `BUILTIN\Performance Log Users`},
		{"IS", builtin(568), `BUILTIN\IIS_IUSRS`},
		{"CY", builtin(569), `BUILTIN\Cryptographic Operators`},
		{"ER", builtin(573), `BUILTIN\Event Log Readers`},
		{"CD", builtin(574), `BUILTIN\Certificate Service DCOM Access`},
		{"RA", builtin(575), `BUILTIN\RDS Remote Access Servers`},
		{"ES", builtin(576), `BUILTIN\RDS Endpoint Servers`},
		{"MS", builtin(577), `BUILTIN\RDS Management Servers`},
		{"HA", builtin(578), `BUILTIN\Hyper-V Administrators`},
		{"AA", builtin(579), `BUILTIN\Access Control Assistance Operators`},
		{"RM", builtin(580), `BUILTIN\Remote Management Users`},
	}
}

func trustedInstaller() SID {
	return NewSID(5, 80, 956008885, 3418522649, 1831038044, 1853292631, 2271478464)
}

// relative is a letter pair whose account is another one in each domain.
type relative struct {
	alias string
	rid   uint32
	of    domainKind
}

type domainKind uint8

const (
	ofMachine domainKind = iota
	ofDomain
	ofForest
)

func relatives() []relative {
	return []relative{
		{"LA", 500, ofMachine},
		{"LG", 501, ofMachine},
		{"DA", 512, ofDomain},
		{"DU", 513, ofDomain},
		{"DG", 514, ofDomain},
		{"DC", 515, ofDomain},
		{"DD", 516, ofDomain},
		{"CA", 517, ofDomain},
		{"PA", 520, ofDomain},
		{"CN", 522, ofDomain},
		{"AP", 525, ofDomain},
		{"KA", 526, ofDomain},
		{"RS", 553, ofDomain},
		{"RO", 498, ofForest},
		{"SA", 518, ofForest},
		{"EA", 519, ofForest},
		{"EK", 527, ofForest},
	}
}

// WellKnownName is the name that Windows shows for an account that is the same on
// every system: `BUILTIN\Administrators`; "" for others.
func (s SID) WellKnownName() string {
	for _, w := range wellKnownSIDs() {
		if w.sid == s {
			return w.name
		}
	}
	return ""
}
