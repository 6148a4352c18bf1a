package access

import (
	"ward/acl"
	"ward/entry"
	"ward/mode"
)

// effects is what the states differ in beside rights: with whose ids a program
// runs, and whether a directory guards its entries.
func effects(before, after *entry.State, k mode.Kind) []Change {
	if (before.Mode|after.Mode)&mode.Special == 0 && before.Caps == after.Caps {
		return nil
	}
	switch k {
	case mode.Regular:
		return programEffects(before, after)
	case mode.Directory:
		return directoryEffects(before, after)
	}
	return nil
}

// programEffects compares the ids and capabilities that execve(2) would give
// (bprm_fill_uid: setgid counts only together with the group's execute bit).
func programEffects(before, after *entry.State) []Change {
	var list []Change
	sameUser, sameGroup := before.UID == after.UID, before.GID == after.GID
	list = appendEffect(list, Change{Who: AsUser, ID: uint32(before.UID)}, RunAs, setuid(before), setuid(after) && sameUser)
	list = appendEffect(list, Change{Who: AsUser, ID: uint32(after.UID)}, RunAs, setuid(before) && sameUser, setuid(after))
	list = appendEffect(list, Change{Who: AsGroup, ID: uint32(before.GID)}, RunAs, setgid(before), setgid(after) && sameGroup)
	list = appendEffect(list, Change{Who: AsGroup, ID: uint32(after.GID)}, RunAs, setgid(before) && sameGroup, setgid(after))
	sameCaps := before.Caps == after.Caps
	list = appendEffect(list, Change{Who: Capable}, RunAs, capable(before), capable(after) && sameCaps)
	return appendEffect(list, Change{Who: Capable}, RunAs, capable(before) && sameCaps, capable(after))
}

func setuid(st *entry.State) bool {
	return st.Mode&mode.SetUID != 0 && st.Mode&mode.Execute != 0
}

func setgid(st *entry.State) bool {
	return st.Mode&mode.SetGID != 0 && st.Mode&mode.GroupExecute != 0
}

func capable(st *entry.State) bool { return st.Caps != "" && st.Mode&mode.Execute != 0 }

// privileged reports whether a program runs with more than its caller's rights.
func privileged(st *entry.State) bool { return setuid(st) || setgid(st) || capable(st) }

// directoryEffects compares what the sticky bit guards, where others than the
// owner may write before and after; elsewhere their right to write says it all.
func directoryEffects(before, after *entry.State) []Change {
	if before.Mode&0o022 == 0 || after.Mode&0o022 == 0 {
		return nil
	}
	return appendEffect(nil, Change{Who: Writers}, Unlink, before.Mode&mode.Sticky == 0, after.Mode&mode.Sticky == 0)
}

// appendEffect adds the change c if the power comes or goes, once.
func appendEffect(list []Change, c Change, p Power, before, after bool) []Change {
	switch {
	case after && !before:
		c.Gains = p
	case before && !after:
		c.Loses = p
	default:
		return list
	}
	if len(list) > 0 && list[len(list)-1] == c {
		return list
	}
	return append(list, c)
}

// inherited compares the default lists, entry by entry: what they give in objects
// created from now on. Without a default list those follow the creator's umask,
// which is nobody's gain or loss by this object; but hardly any umask leaves the
// others w, so a list that gives it gives something.
func (c *comparison) inherited() []Change {
	if c.kind != mode.Directory {
		return nil
	}
	var list []Change
	before, after := c.before.Default, c.after.Default
	umask := before == nil || after == nil
	for _, e := range before {
		list = appendInherited(list, e, overUmask(e, before, umask), effectiveIn(after, e))
	}
	for _, e := range after {
		if _, had := before.Find(e.Tag, e.ID); !had {
			list = appendInherited(list, e, 0, overUmask(e, after, umask))
		}
	}
	return list
}

// overUmask is what an entry gives; of the others' entry, compared with a umask, only w.
func overUmask(e acl.Entry, l acl.List, umask bool) mode.Rights {
	if umask && e.Tag == acl.Other {
		return l.Effective(e) & mode.W
	}
	return l.Effective(e)
}

func effectiveIn(l acl.List, e acl.Entry) mode.Rights {
	rights, ok := l.Find(e.Tag, e.ID)
	if !ok {
		return 0
	}
	return l.Effective(acl.Entry{Tag: e.Tag, ID: e.ID, Rights: rights})
}

func appendInherited(list []Change, e acl.Entry, before, after mode.Rights) []Change {
	m := between(Power(before), Power(after))
	var who Who
	switch e.Tag {
	case acl.User:
		who = User
	case acl.Group:
		who = Group
	case acl.Other:
		who = Others
	}
	if who == 0 || m == (moved{}) {
		return list
	}
	c := Change{Who: who, Gains: m.gains, Loses: m.loses, Inherited: true}
	if e.Tag.Named() {
		c.ID = e.ID
	}
	return append(list, c)
}
