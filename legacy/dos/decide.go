package dos

import "fmt"

// Rights is what somebody wants to do with a file.
type Rights uint8

// The rights.
const (
	Read          Rights = 1 << iota
	Write                // open for writing, or shorten
	Replace              // create anew over it, with plain attributes
	Execute              // run
	Delete               // remove it, or replace it by renaming another over it
	Rename               // give it another name or directory
	SetAttributes        // change the attributes
)

// Reason is why a verdict is what it is.
type Reason uint8

// The reasons.
const (
	NothingForbids Reason = iota // the attributes speak of none of it
	IsReadOnly                   // the file is read-only
	IsHiddenSystem               // a hidden or system file is not replaced by a plain one
	IsNoFile                     // a volume label or a part of a long name
	IsADirectory                 // a directory is not written, replaced or run
)

// String is the reason in words.
func (r Reason) String() string {
	if r > IsADirectory {
		return fmt.Sprintf("reason %d", uint8(r))
	}
	return [...]string{
		"no attribute forbids it", "the file is read-only", "the file is hidden or a system file, and what would replace it is not",
		"the entry is a volume label or a part of a long name, no file", "it is a directory",
	}[r]
}

// Verdict is the answer, with the reason.
type Verdict struct {
	Allowed bool
	Reason  Reason
	Missing Rights // what was asked for and is refused
}

// Decide says whether the attributes let anybody do all that is wanted (MS-FSA, sections
// 2.1.5.1.2 and 2.1.5.14.3). There are no identities: what read-only forbids, it forbids
// to everybody, until somebody clears it, which they let everybody do. A list of
// Windows, where there is one, decides beside it.
//
// Read-only forbids to write, replace and delete, not to rename. On directories it
// forbids only to delete them; what is in them is not protected, for Windows uses it to
// mark folders that look different.
func (a Attributes) Decide(wanted Rights) Verdict {
	v := Verdict{Allowed: true}
	for _, rule := range a.refusals() {
		if refused := wanted & rule.rights; refused != 0 {
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

// refusals is what the attributes refuse, the strongest reason first.
func (a Attributes) refusals() []refusal {
	const all = Read | Write | Replace | Execute | Delete | Rename | SetAttributes
	var r []refusal
	if a&VolumeLabel != 0 {
		return []refusal{{all, IsNoFile}}
	}
	if a&Directory != 0 {
		r = append(r, refusal{Write | Replace | Execute, IsADirectory})
	}
	if a&ReadOnly != 0 {
		r = append(r, refusal{Write | Replace | Delete, IsReadOnly})
	}
	if a&(Hidden|System) != 0 {
		r = append(r, refusal{Replace, IsHiddenSystem})
	}
	return r
}
