package vms

import (
	"slices"
	"strconv"
	"strings"
)

// Kind is what an entry is for.
type Kind uint8

// The kinds. Only entries of kind Identified decide about access.
const (
	Identified  Kind = iota // (IDENTIFIER=…,ACCESS=…)
	ForNewFiles             // (DEFAULT_PROTECTION,…): what files made in the directory get
	Creator                 // (CREATOR,ACCESS=…): what the maker of a file gets
	Alarm                   // (ALARM=SECURITY,ACCESS=…): a message to operators
	Audit                   // (AUDIT=SECURITY,ACCESS=…): a record in the audit log
	Other                   // SUBSYSTEM, application and unknown entries: kept as they are
)

// Options are the attributes of an entry.
type Options uint8

// The options.
const (
	Default     Options = 1 << iota // passed to what is made in the directory; has no effect on access to it
	Hidden                          // changed only by the application that added it
	Protected                       // survives SET SECURITY/ACL/DELETE
	Nopropagate                     // not copied with the list
)

// Occasions says at which outcome an alarm or audit entry speaks.
type Occasions uint8

// The occasions.
const (
	Success Occasions = 1 << iota
	Failure
)

// ACE is one entry of an access control list.
type ACE struct {
	Kind        Kind
	Identifiers []Identifier // all of them must be held
	Options     Options
	Access      Access // none refuses; of alarms and audits, what is watched
	Occasions   Occasions
	Default     Code   // of an entry for default protection
	Journal     string // of an alarm or audit: SECURITY, or the name of the journal
	Text        string // of kind Other: the whole entry
}

// ACL is an access control list, in the order in which it is searched.
type ACL []ACE

// Equal reports whether the entries are the same.
func (e ACE) Equal(o ACE) bool {
	same := slices.Equal(e.Identifiers, o.Identifiers)
	e.Identifiers, o.Identifiers = nil, nil
	return same && equalButIdentifiers(e, o)
}

func equalButIdentifiers(e, o ACE) bool {
	return e.Kind == o.Kind && e.Options == o.Options && e.Access == o.Access && e.Occasions == o.Occasions &&
		e.Default == o.Default && e.Journal == o.Journal && e.Text == o.Text
}

// Equal reports whether the lists have the same entries in the same order.
func (l ACL) Equal(o ACL) bool { return slices.EqualFunc(l, o, ACE.Equal) }

// String is the entry as SHOW SECURITY prints it for a file.
func (e ACE) String() string { return e.Format(File) }

// Format is the entry with the words of the class:
// (IDENTIFIER=[ACCT,MARTIN],OPTIONS=PROTECTED,ACCESS=READ+WRITE).
func (e ACE) Format(c Class) string {
	if e.Kind == Other {
		return e.Text
	}
	parts := []string{e.head()}
	if o := e.Options.String(); o != "" {
		parts = append(parts, "OPTIONS="+o)
	}
	switch e.Kind {
	case ForNewFiles:
		if code := e.Default.Format(c); code != "()" {
			parts = append(parts, code[1:len(code)-1])
		}
	case Alarm, Audit:
		parts = append(parts, "ACCESS="+e.watched(c))
	default:
		parts = append(parts, "ACCESS="+e.Access.FormatWords(c))
	}
	return "(" + strings.Join(parts, ",") + ")"
}

func (e ACE) head() string {
	switch e.Kind {
	case ForNewFiles:
		return "DEFAULT_PROTECTION"
	case Creator:
		return "CREATOR"
	case Alarm:
		return "ALARM=" + e.Journal
	case Audit:
		return "AUDIT=" + e.Journal
	}
	var ids []string
	for _, id := range e.Identifiers {
		ids = append(ids, id.String())
	}
	return "IDENTIFIER=" + strings.Join(ids, "+")
}

func (e ACE) watched(c Class) string {
	var words []string
	if e.Access != 0 {
		words = append(words, e.Access.FormatWords(c))
	}
	if e.Occasions&Success != 0 {
		words = append(words, "SUCCESS")
	}
	if e.Occasions&Failure != 0 {
		words = append(words, "FAILURE")
	}
	if words == nil {
		return "NONE"
	}
	return strings.Join(words, "+")
}

func (o Options) String() string { return joinBits(uint32(o), optionWords()) }

func optionWords() []string { return []string{"DEFAULT", "HIDDEN", "PROTECTED", "NOPROPAGATE"} }

// FormatWords is the rights as entries have them: READ+WRITE; NONE for none. Bits
// without a word are BIT_5 and so on, as SHOW SECURITY names them.
func (a Access) FormatWords(c Class) string {
	if a == 0 {
		return "NONE"
	}
	return joinBits(uint32(a), c.words())
}

func joinBits(bits uint32, words []string) string {
	var set []string
	for i := range 32 {
		switch {
		case bits>>i&1 == 0:
		case i < len(words):
			set = append(set, words[i])
		default:
			set = append(set, "BIT_"+strconv.Itoa(i))
		}
	}
	return strings.Join(set, "+")
}

// FormatACL is the list as SET SECURITY/ACL takes it: ((…),(…)).
func (l ACL) FormatACL(c Class) string {
	var all []string
	for _, e := range l {
		all = append(all, e.Format(c))
	}
	return "(" + strings.Join(all, ",") + ")"
}

func (l ACL) String() string { return l.FormatACL(File) }

// Inherited is the list that a file gets which is made in a directory that has this
// list: the entries with the Default option, without it. For a directory, which keeps
// the option so that it passes them on, see InheritedByDirectory.
func (l ACL) Inherited() ACL {
	var out ACL
	for _, e := range l {
		if e.Kind != ForNewFiles && e.Options&Default != 0 && e.Options&Nopropagate == 0 {
			e.Options &^= Default
			out = append(out, e)
		}
	}
	return out
}

// InheritedByDirectory is the list of a directory that is made in one with this list:
// all entries but those that must not be copied.
func (l ACL) InheritedByDirectory() ACL {
	var out ACL
	for _, e := range l {
		if e.Options&Nopropagate == 0 {
			out = append(out, e)
		}
	}
	return out
}

// NewProtection is the code of a file that is made in a directory with this list, when
// the process's default is given: the entry for default protection supersedes it.
func (l ACL) NewProtection(byDefault Protection) Protection {
	for _, e := range l {
		if e.Kind == ForNewFiles {
			return e.Default.ApplyTo(byDefault)
		}
	}
	return byDefault
}
