package faults

import (
	"fmt"
	"slices"
	"strings"

	"ward/account"
	"ward/finding"
)

// nfsGroups is how many groups AUTH_SYS carries (RFC 5531, appendix A).
const nfsGroups = 16

func memberRules() []rule {
	return []rule{
		define("dangling-member", finding.Warning, (*review).danglingMembers,
			"member of a group who does not exist",
			"Whoever is given that name later is in the group from his first login on."),
		define("spaced-member", finding.Warning, (*review).spacedMembers,
			"white space in a list of members",
			"A login passes it over; gpasswd, usermod and grpck take it for a part of the name, and will not find the member to take him out."),
		define("duplicate-member", finding.Info, (*review).duplicateMembers,
			"member named twice in one line",
			"Whoever takes him out once may leave him in."),
		define("shadowed-member", finding.Warning, (*review).shadowedMembers,
			"member on a line that nobody finds by name or id",
			"A line above has the same name or id: getent, sudo and sshd do not see the member, while a login makes him one."),
		define("redundant-member", finding.Info, (*review).redundantMembers,
			"user named in the group that is his primary one",
			"It changes nothing, and keeps him in it when his primary group is changed."),
		define("differing-members", finding.Warning, (*review).differingMembers,
			"group whose members differ between group and gshadow",
			"The kernel's groups come from group; newgrp and gpasswd look into gshadow, and put what they find there back."),
		define("dangling-admin", finding.Warning, (*review).danglingAdmins,
			"administrator of a group who does not exist",
			"Whoever is given that name later may add members."),
		define("too-many-groups", finding.Info, (*review).tooManyGroups,
			"user in more groups than NFS carries",
			"With sec=sys a request names 16 groups; the others do not count on the server, and which ones is chance."),
	}
}

func (r *review) danglingMembers() {
	for l := range r.Groups.Records {
		for _, name := range unique(l.Value.Members) {
			if strings.TrimSpace(name) != name || r.userExists(name) != account.No {
				continue // white space is spaced-member's
			}
			f := Fault{Fix: r.leave(name, l.Value.Name), Finding: finding.Finding{Member: name}}
			r.at(r.Groups.Path, l.Number, fmt.Sprintf("%s names %q, whom no source of accounts knows", l.Value.Name, name), f)
		}
	}
}

func (r *review) spacedMembers() {
	for l := range r.Groups.Records {
		list := l.Text()[strings.LastIndexByte(l.Text(), ':')+1:]
		if !strings.ContainsAny(list, " \t") {
			continue
		}
		plain := strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' })
		f := Fault{Fix: r.shadow("gpasswd", "-M", strings.Join(unique(plain), ","), l.Value.Name)}
		r.at(r.Groups.Path, l.Number, fmt.Sprintf("the members of %s are %q", l.Value.Name, list), f)
	}
}

func unique(names []string) []string {
	seen := make(map[string]bool, len(names))
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		was := seen[n]
		seen[n] = true
		return was
	})
}

func (r *review) duplicateMembers() {
	for l := range r.Groups.Records {
		once := unique(l.Value.Members)
		if len(once) == len(l.Value.Members) {
			continue
		}
		r.at(r.Groups.Path, l.Number, fmt.Sprintf("%s names somebody twice: %s", l.Value.Name, few(l.Value.Members)),
			Fault{Fix: r.shadow("gpasswd", "-M", strings.Join(once, ","), l.Value.Name)})
	}
}

func (r *review) shadowedMembers() {
	for l := range r.Groups.Records {
		g := &l.Value
		before := r.groups[g.Name]
		if before == l {
			before = r.gids[g.GID]
		}
		if before == l || r.continues(g.Name, "group") {
			continue
		}
		hidden := slices.DeleteFunc(unique(g.Members), func(n string) bool { return slices.Contains(before.Value.Members, n) })
		if len(hidden) > 0 {
			r.at(r.Groups.Path, l.Number, fmt.Sprintf("%s is a member of %s on this line only, and line %d comes first", few(hidden), g.Name, before.Number),
				Fault{Finding: finding.Finding{Advice: fmt.Sprintf("name him on line %d, or give this group a name and an id of its own", before.Number)}})
		}
	}
}

func (r *review) redundantMembers() {
	for l := range r.Groups.Records {
		for _, name := range unique(l.Value.Members) {
			if u := r.users[name]; u != nil && u.Value.GID == l.Value.GID {
				r.at(r.Groups.Path, l.Number, fmt.Sprintf("%s is the primary group of %s, and names him too", l.Value.Name, name),
					Fault{Fix: r.leave(name, l.Value.Name), Finding: finding.Finding{Member: name}})
			}
		}
	}
}

func (r *review) differingMembers() {
	for l := range r.Groups.Records {
		s := r.gshadows[l.Value.Name]
		if s == nil || r.groups[l.Value.Name] != l {
			continue
		}
		group, shadow := unique(l.Value.Members), unique(s.Value.Members)
		slices.Sort(group)
		slices.Sort(shadow)
		if !slices.Equal(group, shadow) {
			r.at(r.GShadow.Path, s.Number, fmt.Sprintf("%s has the members %s in group, %s in gshadow", l.Value.Name, orNone(group), orNone(shadow)),
				Fault{Fix: r.shadow("gpasswd", "-M", strings.Join(l.Value.Members, ","), l.Value.Name)})
		}
	}
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return few(names)
}

func (r *review) danglingAdmins() {
	if r.GShadow == nil {
		return
	}
	for l := range r.GShadow.Records {
		var there []string
		var gone []string
		for _, name := range unique(l.Value.Admins) {
			if r.userExists(name) == account.No {
				gone = append(gone, name)
			} else {
				there = append(there, name)
			}
		}
		if len(gone) > 0 {
			r.at(r.GShadow.Path, l.Number, fmt.Sprintf("%s is administered by %s, whom no source of accounts knows", l.Value.Name, few(gone)),
				Fault{Fix: r.shadow("gpasswd", "-A", strings.Join(there, ","), l.Value.Name)})
		}
	}
}

func (r *review) tooManyGroups() {
	groups := map[string][]string{}
	for l := range r.Groups.Records {
		for _, name := range unique(l.Value.Members) {
			groups[name] = append(groups[name], l.Value.Name)
		}
	}
	for l := range r.Users.Records {
		if n := len(groups[l.Value.Name]); n > nfsGroups && r.users[l.Value.Name] == l {
			r.at(r.Users.Path, l.Number, fmt.Sprintf("%s is in %d groups besides his primary one", l.Value.Name, n),
				Fault{Finding: finding.Finding{Advice: "where his files lie on NFS with sec=sys: rpc.mountd --manage-gids on the server, or fewer groups"}})
		}
	}
}
