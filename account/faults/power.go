package faults

import (
	"fmt"
	"slices"
	"strings"

	"ward/account"
	"ward/finding"
	"ward/ident"
)

func powerRules() []rule {
	return []rule{
		define("equals-root", finding.Error, (*review).equalsRoot,
			"member of a group that is as good as root on this host",
			"By what the group may open here its members can take the whole machine, without a password and without a trace in the logs of sudo."),
		define("sudo-without-password", finding.Error, (*review).sudoWithoutPassword,
			"member of a group that sudo asks for no password",
			"Any program of his, and whoever sits at his unlocked screen, is root at once."),
		define("sudo-member", finding.Info, (*review).sudoMembers,
			"member of a group that may run everything as root",
			"Meant so for administrators: look whether each of them still is one."),
		define("su-without-password", finding.Error, (*review).suTrusts,
			"member of a group that su asks for no password",
			"pam_wheel's \"trust\" lets every program of his become root at once."),
		define("su-open", finding.Info, (*review).suOpen,
			"su to root for everybody who knows the password",
			"pam_wheel would ask for membership in a group besides: a password that got about would not be enough."),
		define("su-group", finding.Info, (*review).suGroup,
			"who may become root by su",
			"pam_wheel lets members of this group alone try root's password."),
	}
}

// power is the first thing on this host by which the group can become root.
func (r *review) power(gid ident.GID) *Power {
	if gid == 0 {
		return nil // member-of-root speaks of it
	}
	for i := range r.Powers {
		if r.Powers[i].GID == gid {
			return &r.Powers[i]
		}
	}
	return nil
}

func (r *review) equalsRoot() {
	for l := range r.Groups.Records {
		g := &l.Value
		p := r.power(g.GID)
		if p == nil || r.gids[g.GID] != l {
			continue
		}
		for _, name := range r.members(g.GID) {
			u := r.users[name]
			if u == nil || u.Value.UID == 0 {
				continue
			}
			f := Fault{Finding: finding.Finding{Member: name, Gains: []string{"user " + name + ": everything that root may"}}}
			switch {
			case slices.Contains(g.Members, name):
				f.Fix = r.leave(name, g.Name)
			case u.Value.GID == g.GID && r.systemUser(u.Value.UID):
				continue // the service's own account
			default:
				f.Advice = "it is his primary group: give him another one, usermod -g"
			}
			r.at(r.Groups.Path, l.Number, fmt.Sprintf("%s is in %s, which can open %s: %s", name, g.Name, p.Path, p.Why), f)
		}
	}
}

// sudoGroup is the rule by which sudo lets a group run everything.
func (r *review) sudoGroup(g *account.GroupEntry) *SudoRule {
	for i := range r.Sudo {
		if name := r.Sudo[i].Group; name == g.Name || strings.TrimPrefix(name, "#") == number(uint32(g.GID)) && name[0] == '#' {
			return &r.Sudo[i]
		}
	}
	return nil
}

func (r *review) sudoWithoutPassword() { r.sudoers(true) }
func (r *review) sudoMembers()         { r.sudoers(false) }

func (r *review) sudoers(without bool) {
	for l := range r.Groups.Records {
		rule := r.sudoGroup(&l.Value)
		if rule == nil || rule.NoPassword != without || r.groups[l.Value.Name] != l {
			continue
		}
		for _, name := range r.members(l.Value.GID) {
			if u := r.users[name]; u == nil || u.Value.UID == 0 {
				continue
			}
			f := Fault{Finding: finding.Finding{Member: name, Gains: []string{"user " + name + ": everything that root may"}}}
			if slices.Contains(l.Value.Members, name) {
				f.Fix = r.leave(name, l.Value.Name)
			}
			if without {
				f.Advice = fmt.Sprintf("take NOPASSWD: out of line %d of %s with visudo", rule.Line, rule.File)
				f.Fix = nil
			}
			r.at(r.Groups.Path, l.Number, fmt.Sprintf("%s is in %s, which line %d of %s lets run everything", name, l.Value.Name, rule.Line, rule.File), f)
		}
	}
}

// wheel is the group that pam_wheel asks for: the one it is told, wheel, or the
// group of id 0 (pam_wheel(8)).
func (r *review) wheel() *account.Line[account.GroupEntry] {
	if r.Su.Group != "" {
		return r.groups[r.Su.Group]
	}
	if g := r.groups["wheel"]; g != nil {
		return g
	}
	return r.gids[0]
}

func (r *review) suTrusts() {
	g := r.wheel()
	if !r.Su.Trust || g == nil {
		return
	}
	for _, name := range r.members(g.Value.GID) {
		if u := r.users[name]; u == nil || u.Value.UID == 0 {
			continue
		}
		f := Fault{Finding: finding.Finding{
			Member: name, Gains: []string{"user " + name + ": everything that root may"},
			Advice: fmt.Sprintf("take the line %d with trust out of %s", r.Su.Line, r.Su.File),
		}}
		r.at(r.Groups.Path, g.Number, fmt.Sprintf("%s is in %s, and line %d of %s trusts the group", name, g.Value.Name, r.Su.Line, r.Su.File), f)
	}
}

// rootByPassword reports whether root has a password that su would ask for.
func (r *review) rootByPassword() bool {
	u := r.users["root"]
	return u != nil && r.canLogIn(&u.Value)
}

func (r *review) suOpen() {
	if r.Su.File == "" || r.Su.Wheel || !r.rootByPassword() {
		return
	}
	r.at(r.Su.File, 0, "su asks for root's password alone", Fault{Finding: finding.Finding{
		Gains:  []string{"whoever knows root's password: to become root from any account"},
		Advice: "add the line \"auth required pam_wheel.so\" and put the administrators in the group; or lock root's password (passwd -l root) and use sudo",
	}})
}

func (r *review) suGroup() {
	g := r.wheel()
	if !r.Su.Wheel || !r.rootByPassword() {
		return
	}
	what := "nobody: the group does not exist"
	if g != nil {
		what = orNone(slices.DeleteFunc(r.members(g.Value.GID), func(n string) bool { return n == "root" })) + ", of the group " + g.Value.Name
	}
	r.at(r.Su.File, r.Su.Line, "with root's password: "+what, Fault{})
}
