// Package faults judges the accounts of a system: its passwd, shadow, group and
// gshadow, the homes and the privileges that hang on groups. It computes over facts
// that somebody else gathered; nothing is looked up here but through
// System.Outside.
package faults

import (
	"cmp"
	"slices"
	"strings"

	"ward/account"
	"ward/entry"
	"ward/finding"
	"ward/ident"
	"ward/mode"
	"ward/notation"
)

// System is what there is to judge.
type System struct {
	Root string // where its tree lies, for the commands that mend; "" or "/": here

	Users   account.File[account.Entry]
	Groups  account.File[account.GroupEntry]
	Shadow  *account.File[account.ShadowEntry] // nil: it could not be read, and nothing is said of it
	GShadow *account.File[account.GroupShadow] // likewise, or there is none: groups then have no shadow

	SubUsers, SubGroups account.File[account.Range]

	Limits  account.Limits
	Switch  account.Switch
	Outside account.Outside // asked about names and ids that the files lack and another source may have

	LoginShells []string        // /etc/shells
	Programs    map[string]bool // by path: whether a shell that passwd names is there and can be run
	Umasks      map[string]Umask
	Homes       map[string]Home // by the path that passwd has
	Files       []Object        // the account files themselves
	Powers      []Power
	Sudo        []SudoRule
	Su          Su
	Strays      []Stray // objects of owners or groups that nobody is
	Today       int     // days since 1970-01-01; 0: not known
}

// Umask is what the files of a user's sessions end at.
type Umask struct {
	Mask    mode.Mode
	Certain bool
	From    string // "umask 002 in /etc/profile", for people
}

// Object is one object that was looked at.
type Object struct {
	Path  string // from the root of the system: "etc/shadow"
	Kind  mode.Kind
	State entry.State
	Known entry.Facts
}

// Home is what was seen of a home directory.
type Home struct {
	Object
	Missing bool
	Secrets []Object // files that only their owner may read
	Starts  []Object // what the user's programs obey: .profile, .ssh, authorized_keys
}

// Power is an object by which a group can become root on this very system.
type Power struct {
	Path string // "/run/docker.sock"
	GID  ident.GID
	Why  string // what whoever reaches it can do: "mount / into a container"
}

// SudoRule is a line of sudoers(5) that lets a group run everything.
type SudoRule struct {
	File       string // "/etc/sudoers"
	Line       int
	Group      string // name, or "#" and an id
	NoPassword bool
}

// Su is what pam_wheel(8) demands of who calls su(1).
type Su struct {
	File  string // "/etc/pam.d/su"; "" where there is none
	Wheel bool   // only members of Group may
	Trust bool   // they need no password
	Line  int
	Group string // "" is pam_wheel's own choice: wheel, or else the group of id 0
}

// Stray is an object whose owner or group has no name.
type Stray struct {
	Object
	User, Group bool // which of them
}

// Fault is a finding with the command that mends it.
type Fault struct {
	finding.Finding
	Fix []string // nil where it takes a decision: Advice says what to do
}

// Judged is the answer.
type Judged struct {
	Rules  []*finding.Rule // all, in order
	Faults []Fault         // by rule, path and line
	Asked  []string        // names of which nobody could be asked whether they exist
}

// Judge says what is wrong.
func Judge(s *System) Judged {
	r := newReview(s)
	rules := all()
	a := Judged{}
	for i := range rules {
		r.rule = &rules[i].Rule
		a.Rules = append(a.Rules, r.rule)
		from := len(r.faults)
		rules[i].check(r)
		slices.SortStableFunc(r.faults[from:], func(a, b Fault) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
		})
	}
	a.Faults, a.Asked = r.faults, r.silent
	return a
}

// Rules lists every rule.
func Rules() []finding.Rule {
	var list []finding.Rule
	for _, r := range all() {
		list = append(list, r.Rule)
	}
	return list
}

// rule is a rule with what finds its faults.
type rule struct {
	finding.Rule
	check func(*review)
}

func all() []rule {
	return slices.Concat(lineRules(), idRules(), memberRules(), passwordRules(), systemRules(), powerRules(), homeRules(), fileRules())
}

// define is a rule of this package.
func define(name string, s finding.Severity, check func(*review), title, reason string) rule {
	return rule{finding.Rule{ID: "accounts/" + name, Severity: s, Title: title, Reason: reason}, check}
}

// review is one judgement under way.
type review struct {
	*System
	rule   *finding.Rule
	faults []Fault
	silent []string

	users    map[string]*account.Line[account.Entry] // the first of each name
	uids     map[ident.UID]*account.Line[account.Entry]
	groups   map[string]*account.Line[account.GroupEntry]
	gids     map[ident.GID]*account.Line[account.GroupEntry]
	shadows  map[string]*account.Line[account.ShadowEntry]
	gshadows map[string]*account.Line[account.GroupShadow]
	primary  map[ident.GID][]string // users by their primary group
	named    map[ident.GID][]string // members by any line of the group

	halfUsers, halfGroups halfRead
}

func newReview(s *System) *review {
	r := &review{
		System: s,
		users:  map[string]*account.Line[account.Entry]{}, uids: map[ident.UID]*account.Line[account.Entry]{},
		groups: map[string]*account.Line[account.GroupEntry]{}, gids: map[ident.GID]*account.Line[account.GroupEntry]{},
		shadows: map[string]*account.Line[account.ShadowEntry]{}, gshadows: map[string]*account.Line[account.GroupShadow]{},
		primary: map[ident.GID][]string{}, named: map[ident.GID][]string{},
	}
	r.halfUsers, r.halfGroups = halfReadOf(&s.Users), halfReadOf(&s.Groups)
	for l := range s.Users.Records {
		first(r.users, l.Value.Name, l)
		first(r.uids, l.Value.UID, l)
		r.primary[l.Value.GID] = append(r.primary[l.Value.GID], l.Value.Name)
	}
	for l := range s.Groups.Records {
		first(r.groups, l.Value.Name, l)
		first(r.gids, l.Value.GID, l)
		r.named[l.Value.GID] = append(r.named[l.Value.GID], l.Value.Members...)
	}
	if s.Shadow != nil {
		for l := range s.Shadow.Records {
			first(r.shadows, l.Value.Name, l)
		}
	}
	if s.GShadow != nil {
		for l := range s.GShadow.Records {
			first(r.gshadows, l.Value.Name, l)
		}
	}
	return r
}

func first[K comparable, V any](m map[K]V, key K, v V) {
	if _, ok := m[key]; !ok {
		m[key] = v
	}
}

// at reports a fault of a line of an account file.
func (r *review) at(path string, line int, what string, f Fault) {
	f.Rule, f.Path, f.Line, f.What = r.rule, strings.TrimPrefix(path, "/"), line, notation.Brief(what)
	if tooLong(f.Fix) {
		f.Fix, f.Advice = nil, "no command takes that many bytes: mend the line with an editor, under the locks of vipw or vigr"
	}
	f.Fixable = f.Fix != nil
	f.Member = strings.TrimSuffix(notation.Brief(r.lineName(path, line)+":"+f.Member), ":")
	r.faults = append(r.faults, f)
}

// lineName is the first field of a line.
func (r *review) lineName(path string, line int) string {
	text := ""
	switch path {
	case r.Users.Path:
		text = r.Users.Lines[line-1].Raw
	case r.Groups.Path:
		text = r.Groups.Lines[line-1].Raw
	case r.SubUsers.Path:
		text = r.SubUsers.Lines[line-1].Raw
	case r.SubGroups.Path:
		text = r.SubGroups.Lines[line-1].Raw
	default:
		if r.Shadow != nil && path == r.Shadow.Path {
			text = r.Shadow.Lines[line-1].Raw
		}
		if r.GShadow != nil && path == r.GShadow.Path {
			text = r.GShadow.Lines[line-1].Raw
		}
	}
	name, _, _ := strings.Cut(text, ":")
	return name
}

// object reports a fault of an object, which is to become wanted.
func (r *review) object(o Object, wanted entry.State, what string, f Fault) {
	f.Rule, f.Path, f.Kind, f.Found, f.Wanted, f.Known, f.What = r.rule, o.Path, o.Kind, o.State, wanted, o.Known, what
	f.Fixable = f.Fix != nil
	r.faults = append(r.faults, f)
}

// elsewhere reports whether there are sources besides the files.
func (r *review) elsewhere(database string) bool {
	return slices.ContainsFunc(r.Switch.Sources(database), func(s string) bool {
		return s != "files" && s != "compat" && s != "systemd"
	})
}

// systemd knows root and nobody even where the files lack them (nss-systemd(8)).
func (r *review) madeUp(database, name string) bool {
	return slices.Contains(r.Switch.Sources(database), "systemd") &&
		(name == "root" || name == "nobody" || name == "nogroup")
}

// userExists says whether a name is somebody's, in the files or beyond.
func (r *review) userExists(name string) account.Answer {
	if _, ok := r.users[name]; ok || r.halfUsers.names[name] || r.madeUp("passwd", name) {
		return account.Yes
	}
	if !r.elsewhere("passwd") {
		return account.No
	}
	answer := account.CannotTell
	if r.Outside.User != nil && name != "" {
		_, answer = r.Outside.User(name)
	}
	if answer == account.CannotTell && !slices.Contains(r.silent, name) {
		r.silent = append(r.silent, name)
	}
	return answer
}

// groupExists says whether some group has the id.
func (r *review) groupExists(gid ident.GID) account.Answer {
	if _, ok := r.gids[gid]; ok || r.halfGroups.ids[number(uint32(gid))] {
		return account.Yes
	}
	if !r.elsewhere("group") {
		return account.No
	}
	answer := account.CannotTell
	if r.Outside.Group != nil {
		_, answer = r.Outside.Group(number(uint32(gid)))
	}
	if answer == account.CannotTell {
		if name := "group id " + number(uint32(gid)); !slices.Contains(r.silent, name) {
			r.silent = append(r.silent, name)
		}
	}
	return answer
}
