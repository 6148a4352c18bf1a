package faults

import (
	"fmt"

	"ward/account"
	"ward/finding"
	"ward/ident"
)

func idRules() []rule {
	return []rule{
		define("second-root", finding.Critical, (*review).secondRoot,
			"account besides root with the id 0",
			"To the kernel it is root. Logs, rules for root and its locked password do not reach it."),
		define("duplicate-user", finding.Error, (*review).duplicateUsers,
			"user who has two lines",
			"The first line counts; tools that rewrite the file may keep the other one."),
		define("duplicate-group", finding.Error, (*review).duplicateGroups,
			"group that has two lines",
			"Who asks for the group by name sees the first line only, while a login counts the members of both."),
		define("duplicate-uid", finding.Error, (*review).duplicateUIDs,
			"two users with one id",
			"To the kernel they are one: each owns the other's files and may stop the other's processes."),
		define("duplicate-gid", finding.Error, (*review).duplicateGIDs,
			"two groups with one id",
			"What is given to one group is given to the members of both; ls shows only the first name."),
		define("reserved-id", finding.Error, (*review).reservedIDs,
			"id that means \"nobody\" or \"unchanged\" to system calls",
			"65535 is -1 in 16 bits, as old system calls, file systems and archives have it: chown to it changes nothing, and files show another owner."),
		define("missing-group", finding.Error, (*review).missingGroups,
			"user whose primary group does not exist",
			"His new files belong to a bare number. Whoever makes a group with that id later gets them."),
	}
}

func (r *review) secondRoot() {
	for l := range r.Users.Records {
		if u := &l.Value; u.UID == 0 && u.Name != "root" {
			r.at(r.Users.Path, l.Number, "the user "+u.Name+" has the id 0", Fault{Finding: finding.Finding{
				Gains:  []string{"user " + u.Name + ": everything that root may"},
				Advice: "give it an id of its own with " + r.editor("vipw") + ", or remove the line; let people become root by sudo, which says who it was",
			}})
		}
	}
}

func (r *review) duplicateUsers() {
	duplicates(r, &r.Users, r.users, func(e *account.Entry) string { return e.Name }, "user", "vipw")
}

func (r *review) duplicateGroups() {
	duplicates(r, &r.Groups, r.groups, func(e *account.GroupEntry) string { return e.Name }, "group", "vigr")
	if r.Shadow != nil {
		duplicates(r, r.Shadow, r.shadows, func(e *account.ShadowEntry) string { return e.Name }, "user", "vipw -s")
	}
	if r.GShadow != nil {
		duplicates(r, r.GShadow, r.gshadows, func(e *account.GroupShadow) string { return e.Name }, "group", "vigr -s")
	}
}

func duplicates[T any](r *review, f *account.File[T], firsts map[string]*account.Line[T], name func(*T) string, kind, editor string) {
	for l := range f.Records {
		n := name(&l.Value)
		if before := firsts[n]; before != l && !r.continues(n, kind) {
			r.at(f.Path, l.Number, fmt.Sprintf("the %s %s has a line already, line %d, which is the one that counts", kind, n, before.Number),
				Fault{Finding: finding.Finding{Advice: "join the two lines with " + r.editor(editor)}})
		}
	}
}

// continues reports whether a second line of a group is one that groups of many
// members have, by MAX_MEMBERS_PER_GROUP: same name, same id.
func (r *review) continues(name, kind string) bool {
	if kind != "group" || r.Limits.MaxMembers == 0 {
		return false
	}
	gid := r.groups[name].Value.GID
	for l := range r.Groups.Records {
		if l.Value.Name == name && l.Value.GID != gid {
			return false
		}
	}
	return true
}

func (r *review) duplicateUIDs() {
	for l := range r.Users.Records {
		u := &l.Value
		before := r.uids[u.UID].Value.Name
		if before == u.Name || u.UID == 0 {
			continue
		}
		r.at(r.Users.Path, l.Number, fmt.Sprintf("%s has the id %d of %s", u.Name, u.UID, before), Fault{
			Fix: r.shadow("usermod", "-u", r.freeUID(), u.Name),
			Finding: finding.Finding{
				Gains:  []string{"user " + u.Name + ": all that " + before + " owns"},
				Advice: "what the user owns outside his home keeps the old id: look for it first",
			},
		})
	}
}

func (r *review) duplicateGIDs() {
	for l := range r.Groups.Records {
		g := &l.Value
		before := r.gids[g.GID].Value.Name
		if before == g.Name {
			continue
		}
		r.at(r.Groups.Path, l.Number, fmt.Sprintf("%s has the id %d of %s", g.Name, g.GID, before), Fault{
			Fix: r.shadow("groupmod", "-g", r.freeGID(r.systemGroup(g.GID)), g.Name),
			Finding: finding.Finding{
				Gains:  []string{"members of " + g.Name + ": all that is given to " + before},
				Advice: "files of the group keep the old id: give them to the new one afterwards",
			},
		})
	}
}

func (r *review) reservedIDs() {
	for l := range r.Users.Records {
		if l.Value.UID == 65535 {
			r.at(r.Users.Path, l.Number, "the user "+l.Value.Name+" has the id 65535", Fault{Fix: r.shadow("usermod", "-u", r.freeUID(), l.Value.Name)})
		}
	}
	for l := range r.Groups.Records {
		if l.Value.GID == 65535 {
			r.at(r.Groups.Path, l.Number, "the group "+l.Value.Name+" has the id 65535", Fault{Fix: r.shadow("groupmod", "-g", r.freeGID(false), l.Value.Name)})
		}
	}
}

func (r *review) missingGroups() {
	for l := range r.Users.Records {
		u := &l.Value
		if r.groupExists(u.GID) != account.No {
			continue
		}
		f := Fault{Finding: finding.Finding{Advice: "make the group, or give the user another one: usermod -g"}}
		if name := r.groupNameFor(u, u.GID); name != "" {
			f.Fix, f.Advice = r.shadow("groupadd", "-g", number(uint32(u.GID)), name), ""
		}
		r.at(r.Users.Path, l.Number, fmt.Sprintf("the primary group of %s is %d, which no group has", u.Name, u.GID), f)
	}
}

// groupNameFor is a name for a user's own group that groupadd takes.
func (r *review) groupNameFor(u *account.Entry, _ ident.GID) string {
	if _, taken := r.groups[u.Name]; taken || account.NameProblem(u.Name) != "" || len(u.Name) > account.LongestName {
		return ""
	}
	return u.Name
}
