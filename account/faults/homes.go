package faults

import (
	"fmt"
	"slices"
	"strings"

	"ward/account"
	"ward/acl"
	"ward/entry"
	"ward/finding"
	"ward/mode"
)

func homeRules() []rule {
	return []rule{
		define("home-writable", finding.Error, (*review).writableHomes,
			"home directory that others can write",
			"They put a .profile or .ssh/authorized_keys of theirs in the place of his, and are him at his next login; sshd refuses his own keys."),
		define("start-file-writable", finding.Error, (*review).writableStarts,
			"start file or key list of a user that others can write",
			"What they write there runs as him, or lets them in as him."),
		define("home-owner", finding.Error, (*review).homeOwners,
			"home directory that is somebody else's",
			"Its owner can replace everything in it, and sshd refuses the user's keys."),
		define("secret-readable", finding.Error, (*review).readableSecrets,
			"secret in a home directory that others can read",
			"Keys and passwords in it are theirs to use. What was readable must be replaced, not only closed."),
		define("home-shared", finding.Warning, (*review).sharedHomes,
			"home directory of two users",
			"One of them cannot write it, or each obeys the other's start files."),
		define("home-missing", finding.Warning, (*review).missingHomes,
			"home directory that does not exist",
			"A login ends up in / without his settings. Whoever may make the directory becomes its owner."),
		define("home-mode", finding.Warning, (*review).homeModes,
			"home directory that is wider than new ones are",
			"HOME_MODE or UMASK of login.defs says how private homes are on this system; this one is open to more."),
	}
}

// homes yields people's homes that could be looked at, each for its first user.
func (r *review) homes(yield func(u *account.Line[account.Entry], h Home)) {
	for l := range r.Users.Records {
		if h, ok := r.Homes[l.Value.Home]; ok && r.human(&l.Value) && r.uids[l.Value.UID] == l {
			yield(l, h)
		}
	}
}

func (r *review) missingHomes() {
	r.homes(func(l *account.Line[account.Entry], h Home) {
		if !h.Missing {
			return
		}
		u := &l.Value
		r.at(r.Users.Path, l.Number, fmt.Sprintf("%s, the home of %s, does not exist", u.Home, u.Name), Fault{
			Fix:     r.inside("install", "-d", "-m", r.Limits.HomeMode.Octal(), "-o", number(uint32(u.UID)), "-g", number(uint32(u.GID)), "/"+strings.TrimPrefix(u.Home, "/")),
			Finding: finding.Finding{Advice: "the new directory is empty; /etc/skel has what usually lies in one"},
		})
	})
}

func (r *review) sharedHomes() {
	of := map[string]string{}
	for l := range r.Users.Records {
		u := &l.Value
		if !r.human(u) {
			continue
		}
		home := strings.TrimRight(u.Home, "/")
		if before, ok := of[home]; ok && home != "" {
			r.at(r.Users.Path, l.Number, fmt.Sprintf("%s is the home of %s and of %s", u.Home, before, u.Name),
				Fault{Finding: finding.Finding{Gains: []string{few([]string{before, u.Name}) + ": to be each other"}, Advice: "give one of them a home of his own: usermod -d"}})
			continue
		}
		of[home] = u.Name
	}
}

func (r *review) homeOwners() {
	r.homes(func(l *account.Line[account.Entry], h Home) {
		u := &l.Value
		if h.Missing || h.State.UID == u.UID || r.sharedWithOwner(l, h) {
			return
		}
		wanted := h.State
		wanted.UID = u.UID
		r.object(h.Object, wanted, "it is the home of "+u.Name, Fault{
			Fix:     []string{"ward", "chown", number(uint32(u.UID)), r.place(h.Path)},
			Finding: finding.Finding{Gains: []string{"user " + r.userName(h.State) + ": to be " + u.Name}, Advice: "look whether the files in it are his"},
		})
	})
}

// sharedWithOwner: another user has the same home and owns it, which home-shared
// says.
func (r *review) sharedWithOwner(l *account.Line[account.Entry], h Home) bool {
	owner := r.uids[h.State.UID]
	return owner != nil && owner != l && owner.Value.Home == l.Value.Home
}

func (r *review) userName(s entry.State) string {
	if u := r.uids[s.UID]; u != nil {
		return u.Value.Name
	}
	return number(uint32(s.UID))
}

// strangers reports whether the rights of a group reach somebody besides the owner:
// a private group is as good as the owner himself.
func (r *review) strangers(u *account.Entry, s entry.State) bool {
	return slices.ContainsFunc(r.members(s.GID), func(n string) bool { return n != u.Name && n != "root" })
}

// tooMuch is the bits among asked that others than the user have: those of the
// group count if it has other members, or if an access list names somebody.
func (r *review) tooMuch(u *account.Entry, s entry.State, asked mode.Mode) mode.Mode {
	extra := s.Mode & asked & 0o007
	if s.UID != u.UID && s.UID != 0 {
		extra |= s.Mode & asked & 0o700
	}
	if named(s.ACL) || r.strangers(u, s) {
		extra |= s.Mode & asked & 0o070
	}
	return extra
}

// named reports whether a list gives somebody rights besides owner, group and all
// others. The group bits of the mode are then its mask.
func named(l acl.List) bool {
	return slices.ContainsFunc(l, func(e acl.Entry) bool { return (e.Tag == acl.User || e.Tag == acl.Group) && e.Rights != 0 })
}

func (r *review) writableHomes() {
	r.homes(func(l *account.Line[account.Entry], h Home) {
		if !h.Missing && h.State.UID == l.Value.UID {
			r.narrow(&l.Value, h.Object, 0o022, "it is the home of "+l.Value.Name+", and others may write it")
		}
	})
}

// narrow reports an object with bits that others than its user have.
func (r *review) narrow(u *account.Entry, o Object, asked mode.Mode, what string) {
	extra := r.tooMuch(u, o.State, asked)
	if extra == 0 {
		return
	}
	wanted := o.State
	wanted.Mode &^= asked & 0o077
	if wanted.Mode == o.State.Mode {
		return
	}
	r.object(o, wanted, what, Fault{Fix: r.chmod(o, wanted.Mode), Finding: finding.Finding{Gains: r.gainers(o.State, extra)}})
}

// gainers says who has the bits.
func (r *review) gainers(s entry.State, extra mode.Mode) []string {
	var who []string
	rights := func(m mode.Mode) string {
		var words []string
		for _, w := range []struct {
			bit  mode.Mode
			word string
		}{{4, "read"}, {2, "write"}, {1, "enter or run"}} {
			if m&w.bit != 0 {
				words = append(words, w.word)
			}
		}
		return strings.Join(words, ", ")
	}
	if m := extra >> 3 & 7; m != 0 {
		if named(s.ACL) {
			who = append(who, "whom its access list names: "+rights(m))
		} else {
			who = append(who, few(r.members(s.GID))+": "+rights(m))
		}
	}
	if m := extra & 7; m != 0 {
		who = append(who, "everyone: "+rights(m))
	}
	return who
}

func (r *review) writableStarts() {
	r.homes(func(l *account.Line[account.Entry], h Home) {
		for _, o := range h.Starts {
			r.narrow(&l.Value, o, 0o022, "it is obeyed by the sessions of "+l.Value.Name)
		}
	})
}

func (r *review) readableSecrets() {
	r.homes(func(l *account.Line[account.Entry], h Home) {
		way := r.tooMuch(&l.Value, h.State, 0o011)
		for _, o := range h.Secrets {
			reachable := way&0o001 != 0 && o.State.Mode&0o004 != 0 || way&0o011 != 0 && o.State.Mode&0o040 != 0
			if reachable {
				r.narrow(&l.Value, o, 0o066, "it is a secret of "+l.Value.Name)
			}
		}
	})
}

func (r *review) homeModes() {
	r.homes(func(l *account.Line[account.Entry], h Home) {
		allowed := r.Limits.HomeMode
		extra := r.tooMuch(&l.Value, h.State, 0o077&^allowed) &^ 0o022 // writing is graver, and said above
		if h.Missing || r.Limits.HomeLine == 0 || h.State.UID != l.Value.UID || extra == 0 {
			return
		}
		wanted := h.State
		wanted.Mode &^= 0o077 &^ allowed
		r.object(h.Object, wanted, fmt.Sprintf("it is the home of %s, and line %d of login.defs makes new ones %s", l.Value.Name, r.Limits.HomeLine, allowed.Octal()),
			Fault{Fix: r.chmod(h.Object, wanted.Mode), Finding: finding.Finding{Gains: r.gainers(h.State, extra)}})
	})
}
