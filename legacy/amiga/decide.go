package amiga

import (
	"fmt"

	"ward/ident"
)

// Rules say by which bits a system decides.
type Rules uint8

// The rules.
const (
	SingleUser Rules = iota // AmigaDOS: the lowest four, whoever asks
	MultiUser               // MultiUserFileSystem: the owner's, the group's or others'
)

// Object is whom a file belongs to; it counts only for MultiUser.
type Object struct {
	Owner ident.UID
	Group ident.GID
}

// Class is whose bits decided.
type Class uint8

// The classes.
const (
	Everybody Class = iota // there is one user
	OwnerClass
	GroupClass
	OtherClass
	Superuser // may all that the bits speak of
)

// String is the class in words.
func (c Class) String() string {
	if c > Superuser {
		return fmt.Sprintf("class %d", uint8(c))
	}
	return [...]string{"everybody", "owner", "group", "others", "superuser"}[c]
}

// Verdict is the answer, and whose bits gave it.
type Verdict struct {
	Allowed  bool
	Class    Class
	Missing  Rights // what was asked for and is denied
	NoScript bool   // RunScript is denied because the file is not marked as a script
}

// Reason is the verdict in words.
func (v Verdict) Reason() string {
	switch {
	case v.Allowed:
		return fmt.Sprintf("the bits of %s allow it", v.Class)
	case v.NoScript:
		return "the file is not marked as a script"
	}
	return fmt.Sprintf("the bits of %s do not allow %s", v.Class, v.Missing)
}

// String is the letters of the rights, "run as script" for RunScript.
func (r Rights) String() string {
	s := Flags(r & storable).packed()
	if r&RunScript != 0 {
		s += "+script"
	}
	return s
}

// Decide says whether the subject may do all that is wanted (the AmigaDOS Manual,
// chapter on Protect). Delete is the file's own right: what the directory says does not
// count. RunScript is for the shell to run a text: it takes the bit s, and r, not e. The
// bits h, p and a let and forbid nothing.
//
// With MultiUser one class counts: the owner's for the owner, else the group's for its
// members, else others'. Uid 0 may everything.
func (p Protection) Decide(s ident.Subject, wanted Rights, o Object, by Rules) Verdict {
	class, has := p.class(s, o, by)
	needed := wanted
	if wanted&RunScript != 0 {
		needed = wanted&^RunScript | Read
	}
	v := Verdict{Class: class, Missing: needed &^ has, NoScript: wanted&RunScript != 0 && p&Script == 0}
	if v.NoScript {
		v.Missing |= RunScript
	}
	v.Allowed = v.Missing == 0
	return v
}

func (p Protection) class(s ident.Subject, o Object, by Rules) (Class, Rights) {
	switch {
	case by == SingleUser:
		return Everybody, p.Owner()
	case s.UID == 0:
		return Superuser, storable
	case s.UID == o.Owner:
		return OwnerClass, p.Owner()
	case s.InGroup(o.Group):
		return GroupClass, p.Group()
	}
	return OtherClass, p.Other()
}
