package access

// ruleNames are what programs call the rules.
var ruleNames = [...]string{
	ImmutableFlag: "immutable-flag", OwnerBits: "owner-bits", NamedUser: "named-user", OwningGroup: "owning-group",
	NamedGroup: "named-group", Groups: "groups", OtherBits: "other-bits", DACReadSearch: "cap-dac-read-search",
	DACOverride: "cap-dac-override", NothingAsked: "nothing-asked", NotSeen: "not-seen", Ownership: "ownership",
	NotOwner: "not-owner", NotMember: "not-member", Privilege: "privilege", NoPrivilege: "no-privilege",
	ReadOnlyFileSystem: "read-only-file-system", ReadOnlyMount: "read-only-mount", NoExecMount: "noexec-mount",
	NoDevMount: "nodev-mount", NoSymlinkMount: "nosymfollow-mount", UnmappedOwner: "unmapped-owner",
	UnmappedCaller: "unmapped-caller", UnmappedWanted: "unmapped-wanted", AppendOnlyFlag: "append-only-flag",
	StickyDirectory: "sticky-directory", ProtectedSymlink: "protected-symlink", ProtectedHardlink: "protected-hardlink",
	ProtectedFIFO: "protected-fifo", ProtectedRegular: "protected-regular", SetIDKept: "set-id-kept",
	NoSuchName: "no-such-name", NameTooLong: "name-too-long", NotDirectory: "not-directory", IsDirectory: "is-directory",
	IsSymlink: "is-symlink", TooManyLinks: "too-many-links", Exists: "exists", DifferentMount: "different-mount",
	IntoItself: "into-itself", MountPoint: "mount-point", WrongKind: "wrong-kind", WrongName: "wrong-name",
	NoFormat: "no-format", TooManyInterpreters: "too-many-interpreters", FileCapabilities: "file-capabilities",
	PrivateMount: "private-mount", NoSUIDMount: "nosuid-mount", NewPrivileges: "no-new-privileges",
	IsScript: "is-script", ServerDecides: "server-decides",
}

// String is the rule's name for programs: "other-bits", "noexec-mount".
func (r Rule) String() string {
	if int(r) < len(ruleNames) && ruleNames[r] != "" {
		return ruleNames[r]
	}
	return "none"
}

// String is the kind of a remedy for programs.
func (d Doing) String() string {
	return [...]string{
		"none", Alter: "alter", Join: "join-group", Relogin: "log-in-again", ActAs: "act-as", Grant: "grant-capability",
		Remount: "remount", MoveTo: "move", Leave: "leave-group", Drop: "drop-capability",
	}[d]
}

// String is the breadth for programs.
func (b Breadth) String() string {
	return [...]string{
		ThisPath: "this-path", OtherOwner: "other-owner", OtherIdentity: "other-identity",
		WholeGroup: "whole-group", WholeDirectory: "whole-directory", WholeMount: "whole-mount", Everywhere: "everywhere",
	}[b]
}
