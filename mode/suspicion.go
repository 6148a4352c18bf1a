package mode

import "fmt"

// Suspicion is a reason to think that a mode was not meant.
type Suspicion struct {
	Name    string // stable, for lists of exceptions: "decimal", "no-search", "class-order" …
	Problem string // what is odd, in words
	Meant   Mode   // what was probably meant; the mode itself when nothing is likely
}

// Suspicions is what is odd about m on an object of that kind, gravest first:
//
//	spelling        decimal or hexadecimal digits taken for octal ones, or the reverse
//	world-writable  a file that everybody may change
//	no-sticky       a directory where everybody may delete what others made
//	set-id-writable a set-id program that more than its owner may change
//	set-id-no-x     setuid or setgid without the x it needs
//	no-search       a directory that a class may read or write but not enter
//	class-order     a class that may do less than the one outside it
//	sticky-file     sticky on a file
//	setuid-dir      setuid on a directory
//
// Symlinks have no mode of their own and are never suspect.
func (m Mode) Suspicions(k Kind) []Suspicion {
	var found []Suspicion
	if k == Symlink {
		return nil
	}
	for _, suspect := range suspects {
		if s := suspect(m, k); s.Name != "" {
			found = append(found, s)
		}
	}
	return found
}

var suspects = [...]func(Mode, Kind) Suspicion{
	wrongBase, worldWritable, noSticky, setIDWritable, setIDWithoutX, noSearch, classOrder, stickyFile, setuidDirectory,
}

func wrongBase(m Mode, k Kind) Suspicion {
	if k != Regular && k != Directory || likely(m) || m&Permissions == 0 {
		return Suspicion{}
	}
	meant, how := misspelling(m)
	if how == "" {
		return Suspicion{}
	}
	return Suspicion{"spelling", fmt.Sprintf("%s; %s was probably meant", how, meant.literal()), meant}
}

func worldWritable(m Mode, k Kind) Suspicion {
	if k != Regular || m&OtherWrite == 0 {
		return Suspicion{}
	}
	return Suspicion{"world-writable", "everybody may change it", m &^ OtherWrite}
}

func noSticky(m Mode, k Kind) Suspicion {
	if k != Directory || m&OtherWrite == 0 || m&Sticky != 0 {
		return Suspicion{}
	}
	return Suspicion{"no-sticky", "everybody may delete and replace what others made in it", m | Sticky}
}

func setIDWritable(m Mode, k Kind) Suspicion {
	if k != Regular || m&setID == 0 || m&(GroupWrite|OtherWrite) == 0 {
		return Suspicion{}
	}
	return Suspicion{"set-id-writable", "others than its owner may change a program that runs with its owner's or group's rights", m &^ (GroupWrite | OtherWrite)}
}

func setIDWithoutX(m Mode, k Kind) Suspicion {
	if k != Regular {
		return Suspicion{}
	}
	switch {
	case m&SetUID != 0 && m&Execute == 0:
		return Suspicion{"set-id-no-x", "setuid on a file that nobody may execute does nothing", m &^ SetUID}
	case m&SetUID != 0 && m&OwnerExecute == 0:
		return Suspicion{"set-id-no-x", "setuid, but its owner may not execute it", m | OwnerExecute}
	case m&SetGID != 0 && m&GroupExecute == 0:
		return Suspicion{"set-id-no-x", "setgid without the group's x: System V took it for mandatory locking", m &^ SetGID}
	}
	return Suspicion{}
}

func noSearch(m Mode, k Kind) Suspicion {
	if k != Directory {
		return Suspicion{}
	}
	entered := (m & Read >> 2) | (m & Write >> 1) // the x of each class that may read or write
	lacking := entered &^ m
	if lacking == 0 {
		return Suspicion{}
	}
	shut := "nobody can enter it"
	if m&Execute != 0 {
		shut = classes(lacking) + " cannot enter it"
	}
	return Suspicion{"no-search", shut + ": without x its names can be listed at most", m | lacking}
}

func classOrder(m Mode, _ Kind) Suspicion {
	missing := (m & 0o070 << 3) &^ m // what the group may and the owner may not
	missing |= (m & 0o007 << 3) &^ m
	missing |= (m & 0o007 << 6) &^ m
	if missing == 0 {
		return Suspicion{}
	}
	wider := "everybody else"
	if missing&0o700 != 0 {
		wider = "other classes"
	}
	return Suspicion{"class-order", fmt.Sprintf("%s may do less than %s", classes(missing), wider), m | missing}
}

// classes names the classes that have bits in m.
func classes(m Mode) string {
	var text string
	for i, name := range [...]string{"the owner", "the group", "everybody else"} {
		if m&(0o700>>(3*i)) == 0 {
			continue
		}
		if text != "" {
			text += " and "
		}
		text += name
	}
	return text
}

func stickyFile(m Mode, k Kind) Suspicion {
	if k != Regular || m&Sticky == 0 {
		return Suspicion{}
	}
	return Suspicion{"sticky-file", "sticky does nothing on a file today", m &^ Sticky}
}

func setuidDirectory(m Mode, k Kind) Suspicion {
	if k != Directory || m&SetUID == 0 {
		return Suspicion{}
	}
	return Suspicion{"setuid-dir", "setuid does nothing on a directory (FreeBSD with the mount option suiddir excepted)", m &^ SetUID}
}
