package acl

import (
	"strings"

	"ward/mode"
)

// LongFreeBSD is the list as getfacl(1) of FreeBSD prints it, a line for each entry. It
// differs from Linux's in what stands behind entries that the mask limits: two tabs, and
// a blank in "# effective: r--". Default lists, which getfacl -d prints, have no prefix
// there; with marked they have, so that one text holds both.
func (l List) LongFreeBSD(n Names, marked bool) string {
	prefix := ""
	if marked {
		prefix = "default:"
	}
	var b strings.Builder
	for _, e := range l {
		b.WriteString(prefix + e.Format(n))
		if effective := l.Effective(e); effective != e.Rights {
			b.WriteString("\t\t# effective: " + effective.String())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// CreatedFreeBSD is the access list and the mode of a new object that was asked for with
// the mode m in a directory with this default list (ufs_do_posix1e_acl_inheritance_file and its kin).
// The umask counts beside the list there; on Linux the list takes its place.
func (l List) CreatedFreeBSD(m, umask mode.Mode) (List, mode.Mode) {
	return l.handedDown(m &^ (umask & mode.Permissions))
}

// handedDown is a default list as the access list of an object that is asked for with m.
func (l List) handedDown(m mode.Mode) (List, mode.Mode) {
	if len(l) == 0 {
		return nil, m
	}
	made := make(List, len(l))
	for i, e := range l {
		if shift, ok := l.class(e.Tag); ok {
			e.Rights &= mode.Rights(m >> shift & 7)
		}
		made[i] = e
	}
	return made.Fold(m)
}

// StripFreeBSD is the access list after setfacl -b of FreeBSD: the three base entries,
// and a mask that covers the owning group, which setfacl -bn leaves out.
func (l List) StripFreeBSD(withoutMask bool) List {
	var base List
	for _, e := range l {
		switch {
		case e.Tag == GroupObj:
			e.Rights = l.Effective(e)
			base = append(base, e)
			if _, masked := l.MaskRights(); masked && !withoutMask {
				base = append(base, Entry{Mask, NoID, e.Rights})
			}
		case e.Tag == UserObj || e.Tag == Other:
			base = append(base, e)
		}
	}
	return base
}

// FormatLibarchive is the list as bsdtar writes it in SCHILY.acl.access: the three base
// entries first, then named ones with their numbers behind them, then the mask.
func (l List) FormatLibarchive(n Names) string {
	var fields []string
	add := func(named bool, tags ...Tag) {
		for _, t := range tags {
			for _, e := range l {
				if e.Tag != t {
					continue
				}
				field := e.Format(n)
				if named {
					field += ":" + Entry{Tag: t, ID: e.ID}.qualifier(nil)
				}
				fields = append(fields, field)
			}
		}
	}
	add(false, UserObj, GroupObj, Other)
	add(true, User, Group)
	add(false, Mask)
	return strings.Join(fields, ",")
}
