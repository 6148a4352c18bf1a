package macos

import "fmt"

// Rights is what somebody wants to do with a file.
type Rights uint8

// The rights.
const (
	Read    Rights = 1 << iota
	Write          // open for writing, or shorten
	Append         // open for writing at the end only
	Delete         // remove it
	Rename         // give it another name
	Move           // put it in another directory of the volume
	SetInfo        // change mode, owner, Finder flags
	Unlock         // clear what locks it
)

// System says whose rules count.
type System uint8

// The systems.
const (
	Classic System = iota // Mac OS to 9, with its HFS Manager
	OSX                   // Mac OS X, as BSD does
)

// File is what decides: of the file, and of its volume.
type File struct {
	Locked       bool // the bit of HFS, of a catalog record or of an archive
	Directory    bool // HFS locks no directories
	Flags        BSDFlags
	VolumeLocked bool // by hardware or software: see Volume
}

// Subject is who asks; it counts only on Mac OS X, where Classic has no identities.
type Subject struct {
	Owner      bool // the file is the subject's
	Superuser  bool
	SingleUser bool // the system runs at a securelevel below 1, where the superuser may clear system flags
}

// Reason is why a verdict is what it is.
type Reason uint8

// The reasons.
const (
	NothingForbids   Reason = iota
	VolumeIsLocked          // wPrErr or vLckdErr; EROFS
	FileIsLocked            // fLckdErr
	IsImmutable             // EPERM
	IsAppendOnly            // EPERM
	OnlyTheOwner            // clearing a user flag
	OnlyTheSuperuser        // clearing a system flag
	OnlySingleUser          // clearing a system flag at a raised securelevel
)

// String is the reason in words.
func (r Reason) String() string {
	if r > OnlySingleUser {
		return fmt.Sprintf("reason %d", uint8(r))
	}
	return [...]string{
		"nothing forbids it", "the volume is locked", "the file is locked", "the file is immutable", "the file may only be appended to",
		"only the owner and the superuser may clear the flag", "only the superuser may clear the flag", "system flags can be cleared only in single-user mode",
	}[r]
}

// Verdict is the answer, with the reason.
type Verdict struct {
	Allowed bool
	Reason  Reason
	Missing Rights // what was asked for and is refused
}

// Decide says whether locks and flags let the subject do all that is wanted; modes and
// lists decide beside it.
//
// On Classic a locked file is not written, deleted or renamed, whoever asks; it may be
// moved, and anybody may unlock it (Inside Macintosh: Files, fLckdErr). On Mac OS X an
// immutable file is not changed in any way, nor moved, and one that may only be appended
// to is not deleted, renamed or changed otherwise (chflags(2)); those flags hold the
// superuser too.
func (f File) Decide(s Subject, wanted Rights, by System) Verdict {
	v := Verdict{Allowed: true}
	for _, rule := range f.refusals(s, by) {
		if refused := wanted & rule.rights &^ v.Missing; refused != 0 {
			if v.Allowed {
				v.Reason = rule.why
			}
			v.Allowed = false
			v.Missing |= refused
		}
	}
	return v
}

type refusal struct {
	rights Rights
	why    Reason
}

// refusals is what is refused, the strongest reason first.
func (f File) refusals(s Subject, by System) []refusal {
	const changes = Write | Append | Delete | Rename | Move | SetInfo
	var r []refusal
	if f.VolumeLocked {
		r = append(r, refusal{changes | Unlock, VolumeIsLocked})
	}
	if by == Classic {
		if f.Locked && !f.Directory {
			r = append(r, refusal{Write | Append | Delete | Rename, FileIsLocked})
		}
		return r
	}
	flags := f.effective()
	if flags&(UserImmutable|SystemImmutable) != 0 {
		r = append(r, refusal{changes, IsImmutable})
	}
	if flags&(UserAppend|SystemAppend) != 0 {
		r = append(r, refusal{changes &^ Append, IsAppendOnly})
	}
	if why := flags.clearing(s); why != NothingForbids {
		r = append(r, refusal{Unlock, why})
	}
	return r
}

// effective is the flags with the lock of HFS, which Mac OS X shows as uchg.
func (f File) effective() BSDFlags {
	if f.Locked && !f.Directory {
		return f.Flags | UserImmutable
	}
	return f.Flags
}

// clearing is why the subject may not clear the flags that lock; NothingForbids where it
// may.
func (f BSDFlags) clearing(s Subject) Reason {
	system := f&(SystemImmutable|SystemAppend) != 0
	switch {
	case system && !s.Superuser:
		return OnlyTheSuperuser
	case system && !s.SingleUser:
		return OnlySingleUser
	case !s.Owner && !s.Superuser:
		return OnlyTheOwner
	}
	return NothingForbids
}
