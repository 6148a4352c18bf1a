package faults

import (
	"fmt"
	"slices"

	"ward/account"
	"ward/finding"
	"ward/ident"
	"ward/mode"
)

func systemRules() []rule {
	return []rule{
		define("system-password", finding.Error, (*review).systemPasswords,
			"account of the system with a password",
			"Nobody works as it, so nobody notices a login; its password is an old one that many know."),
		define("system-shell", finding.Warning, (*review).systemShells,
			"account of the system with a login shell",
			"A key, a forgotten password or su makes a session of it, with all that the service owns."),
		define("missing-shell", finding.Warning, (*review).missingShells,
			"login shell that is not there",
			"The account cannot log in; some services let it in elsewhere all the same."),
		define("human-in-system-group", finding.Info, (*review).humansInSystemGroups,
			"person in a group of the system",
			"What the system keeps for a service or a device is his as well, from every session and program of his."),
		define("member-of-root", finding.Error, (*review).rootGroup,
			"somebody in the group root",
			"Many files of the system are the group's, and what is made group-writable by mistake is his to change."),
		define("shared-primary-group", finding.Warning, (*review).sharedPrimaryGroups,
			"umask 002 and a primary group that others are in",
			"His new files can be written by the whole group. Umask 002 is meant for users with a group of their own."),
		define("shared-private-group", finding.Warning, (*review).sharedPrivateGroups,
			"umask 002 and others in a user's own group",
			"What the user creates can be written by them: start files, programs, keys' directories."),
	}
}

func (r *review) systemPasswords() {
	for l := range r.Users.Records {
		if u := &l.Value; r.systemUser(u.UID) && r.canLogIn(u) {
			r.at(r.Users.Path, l.Number, fmt.Sprintf("%s (%d) has a password that can be used", u.Name, u.UID),
				Fault{Fix: r.shadow("usermod", "-L", u.Name)})
		}
	}
}

func (r *review) systemShells() {
	for l := range r.Users.Records {
		if u := &l.Value; r.systemUser(u.UID) && LogsIn(u.Shell) {
			r.at(r.Users.Path, l.Number, fmt.Sprintf("%s (%d) has the shell %s", u.Name, u.UID, orDefault(u.Shell)),
				Fault{Fix: r.shadow("usermod", "-s", r.nologin(), u.Name)})
		}
	}
}

func orDefault(shell string) string {
	if shell == "" {
		return "/bin/sh, since none is named"
	}
	return shell
}

func (r *review) missingShells() {
	for l := range r.Users.Records {
		u := &l.Value
		there, asked := r.Programs[u.Shell]
		if u.Shell == "" || !asked || there {
			continue
		}
		to := r.nologin()
		if !r.systemUser(u.UID) {
			to = r.firstShell()
		}
		f := Fault{}
		if to != "" {
			f.Fix = r.shadow("usermod", "-s", to, u.Name)
		}
		r.at(r.Users.Path, l.Number, fmt.Sprintf("the shell of %s, %s, is not there or cannot be run", u.Name, u.Shell), f)
	}
}

func (r *review) firstShell() string {
	for _, want := range append([]string{"/bin/bash", "/bin/sh"}, r.LoginShells...) {
		if r.Programs[want] {
			return want
		}
	}
	return ""
}

// users is the group 100 of Debian and its kin, a group for people.
const users ident.GID = 100

func (r *review) humansInSystemGroups() {
	for l := range r.Groups.Records {
		g := &l.Value
		if !r.systemGroup(g.GID) || g.GID == 0 || g.GID == users || r.power(g.GID) != nil || r.sudoGroup(g) != nil {
			continue // graver rules speak of these
		}
		for _, name := range unique(g.Members) {
			if u := r.users[name]; u != nil && r.human(&u.Value) {
				r.at(r.Groups.Path, l.Number, fmt.Sprintf("%s is in %s (%d)", name, g.Name, g.GID), Fault{Fix: r.leave(name, g.Name), Finding: finding.Finding{Member: name}})
			}
		}
	}
}

func (r *review) rootGroup() {
	for l := range r.Groups.Records {
		if l.Value.GID != 0 {
			continue
		}
		for _, name := range unique(l.Value.Members) {
			if u := r.users[name]; u != nil && u.Value.UID != 0 {
				r.at(r.Groups.Path, l.Number, name+" is in the group "+l.Value.Name, Fault{
					Fix: r.leave(name, l.Value.Name), Finding: finding.Finding{Member: name, Gains: []string{"user " + name + ": what the group root may"}},
				})
			}
		}
	}
	for l := range r.Users.Records {
		u := &l.Value
		if u.GID != 0 || u.UID == 0 || !LogsIn(u.Shell) {
			continue
		}
		f := Fault{Finding: finding.Finding{
			Gains: []string{"user " + u.Name + ": what the group root may"}, Advice: "give him a group of his own: usermod -g",
		}}
		if own := r.groups[u.Name]; own != nil {
			f.Fix, f.Advice = r.shadow("usermod", "-g", u.Name, u.Name), ""
		}
		r.at(r.Users.Path, l.Number, "the primary group of "+u.Name+" is root", f)
	}
}

// open reports whether a user's sessions create files that their group can write.
func (r *review) open(u *account.Entry) (from string, open bool) {
	m, ok := r.Umasks[u.Name]
	return m.From, ok && m.Certain && m.Mask&mode.GroupWrite == 0
}

func (r *review) sharedPrimaryGroups() {
	for l := range r.Users.Records {
		u := &l.Value
		from, open := r.open(u)
		if !open || !r.human(u) || u.GID == 0 {
			continue
		}
		others := r.others(u)
		if g := r.gids[u.GID]; g == nil || g.Value.Name == u.Name || len(others) == 0 {
			continue
		}
		f := Fault{Finding: finding.Finding{Gains: []string{few(others) + ": to write what " + u.Name + " creates"}}}
		if r.groups[u.Name] != nil {
			f.Fix = r.shadow("usermod", "-g", u.Name, u.Name)
		} else {
			f.Advice = "give him a group of his own: groupadd " + u.Name + ", then usermod -g " + u.Name + " " + u.Name + "; or umask 022"
		}
		r.at(r.Users.Path, l.Number, fmt.Sprintf("%s has the primary group %s with %s, and %s", u.Name, r.gids[u.GID].Value.Name, few(others), from), f)
	}
}

// others lists who is in a user's primary group besides him.
func (r *review) others(u *account.Entry) []string {
	return slices.DeleteFunc(r.members(u.GID), func(n string) bool { return n == u.Name || n == "root" })
}

func (r *review) sharedPrivateGroups() {
	for l := range r.Users.Records {
		u := &l.Value
		from, open := r.open(u)
		g := r.gids[u.GID]
		if !open || !r.human(u) || g == nil || g.Value.Name != u.Name {
			continue
		}
		for _, name := range r.others(u) {
			f := Fault{Finding: finding.Finding{Member: name, Gains: []string{"user " + name + ": to write what " + u.Name + " creates"}}}
			if slices.Contains(g.Value.Members, name) {
				f.Fix = r.leave(name, u.Name)
			} else {
				f.Advice = "it is the primary group of " + name + ": give him another one, usermod -g"
			}
			r.at(r.Groups.Path, g.Number, fmt.Sprintf("%s is in the private group of %s, and %s", name, u.Name, from), f)
		}
	}
}
