package faults

import (
	"fmt"
	"strconv"
	"strings"

	"ward/account"
	"ward/finding"
)

func passwordRules() []rule {
	return []rule{
		define("empty-password", finding.Critical, (*review).emptyPasswords,
			"account that needs no password",
			"Where PAM has nullok, as Debian's common-auth has, whoever types the name is in."),
		define("readable-hash", finding.Critical, (*review).readableHashes,
			"password hash in a file that everybody may read",
			"Every user, and every program that reads files for others, can try passwords against it."),
		define("group-password", finding.Warning, (*review).groupPasswords,
			"group with a password",
			"Whoever knows it joins the group with newgrp, and many know it: it is shared by its nature."),
		define("no-shadow", finding.Error, (*review).missingShadows,
			"account without its line in shadow",
			"passwd says that the password stands in shadow, and it does not: the account cannot log in, and its password does not age."),
		define("shadow-only", finding.Warning, (*review).onlyShadows,
			"line in shadow without an account",
			"Whoever is given that name later gets the old password with it."),
		define("no-gshadow", finding.Info, (*review).missingGShadows,
			"group without its line in gshadow",
			"gpasswd and newgrp find neither its administrators nor its password."),
		define("gshadow-only", finding.Warning, (*review).onlyGShadows,
			"line in gshadow without a group",
			"A group that is given that name later gets the old administrators and password with it."),
		define("future-password", finding.Warning, (*review).futurePasswords,
			"password that was changed in the future",
			"Its age is not counted until then; login may refuse it, or never ask for a new one."),
	}
}

func (r *review) emptyPasswords() {
	for l := range r.Users.Records {
		if l.Value.Password == "" {
			r.at(r.Users.Path, l.Number, l.Value.Name+" has an empty password field",
				Fault{Fix: r.shadow("usermod", "-L", l.Value.Name), Finding: gains(l.Value.Name)})
		}
	}
	if r.Shadow == nil {
		return
	}
	for l := range r.Shadow.Records {
		u := r.users[l.Value.Name]
		if l.Value.Password == "" && u != nil && u.Value.Password != "" {
			f := Fault{Fix: r.shadow("usermod", "-L", l.Value.Name), Finding: gains(l.Value.Name)}
			if u.Value.Password != "x" {
				continue // passwd's own field counts
			}
			r.at(r.Shadow.Path, l.Number, l.Value.Name+" has an empty password field", f)
		}
	}
}

func gains(user string) finding.Finding {
	return finding.Finding{Gains: []string{"everyone: all that " + user + " may"}}
}

// hash reports whether a password field is one that could be guessed.
func hash(field string) bool {
	return field != "x" && usable(strings.TrimLeft(field, "!")) && field != ""
}

func (r *review) readableHashes() {
	for l := range r.Users.Records {
		if hash(l.Value.Password) {
			r.at(r.Users.Path, l.Number, "the password hash of "+l.Value.Name+" stands in passwd",
				Fault{Fix: r.shadow("pwconv"), Finding: finding.Finding{
					Gains: []string{"everyone: to guess the password"}, Advice: "it was readable: give the account a new password",
				}})
		}
	}
	for l := range r.Groups.Records {
		if hash(l.Value.Password) {
			r.at(r.Groups.Path, l.Number, "the password hash of the group "+l.Value.Name+" stands in group",
				Fault{Fix: r.shadow("gpasswd", "-r", l.Value.Name), Finding: finding.Finding{Gains: []string{"everyone: to guess the password"}}})
		}
	}
}

func (r *review) groupPasswords() {
	if r.GShadow == nil {
		return
	}
	for l := range r.GShadow.Records {
		if l.Value.Password != "" && usable(l.Value.Password) {
			r.at(r.GShadow.Path, l.Number, l.Value.Name+" has a password",
				Fault{Fix: r.shadow("gpasswd", "-r", l.Value.Name), Finding: finding.Finding{Gains: []string{"whoever knows it: all that is given to the group " + l.Value.Name}}})
		}
	}
}

func (r *review) missingShadows() {
	if r.Shadow == nil {
		return
	}
	for l := range r.Users.Records {
		if l.Value.Password == "x" && r.shadows[l.Value.Name] == nil {
			r.at(r.Users.Path, l.Number, l.Value.Name+" has no line in shadow", Fault{Fix: r.shadow("pwconv")})
		}
	}
}

func (r *review) onlyShadows() {
	if r.Shadow == nil {
		return
	}
	for l := range r.Shadow.Records {
		if r.users[l.Value.Name] == nil && !r.halfUsers.names[l.Value.Name] {
			r.at(r.Shadow.Path, l.Number, l.Value.Name+" has no line in passwd", Fault{Fix: r.shadow("pwconv")})
		}
	}
}

func (r *review) missingGShadows() {
	if r.GShadow == nil {
		return
	}
	for l := range r.Groups.Records {
		if l.Value.Password == "x" && r.gshadows[l.Value.Name] == nil {
			r.at(r.Groups.Path, l.Number, l.Value.Name+" has no line in gshadow", Fault{Fix: r.shadow("grpconv")})
		}
	}
}

func (r *review) onlyGShadows() {
	if r.GShadow == nil {
		return
	}
	for l := range r.GShadow.Records {
		if r.groups[l.Value.Name] == nil && !r.halfGroups.names[l.Value.Name] {
			r.at(r.GShadow.Path, l.Number, l.Value.Name+" has no line in group", Fault{Fix: r.shadow("grpconv")})
		}
	}
}

func (r *review) futurePasswords() {
	if r.Shadow == nil || r.Today == 0 {
		return
	}
	for l := range r.Shadow.Records {
		if day, err := strconv.Atoi(l.Value.Changed); err == nil && day > r.Today {
			r.at(r.Shadow.Path, l.Number, fmt.Sprintf("the password of %s was changed on day %d, and today is day %d", l.Value.Name, day, r.Today),
				Fault{Fix: r.shadow("chage", "-d", strconv.Itoa(r.Today), l.Value.Name)})
		}
	}
}

// canLogIn says by what somebody could log in; "" where his password is locked.
func (r *review) canLogIn(u *account.Entry) bool {
	if u.Password != "x" {
		return usable(u.Password)
	}
	s := r.shadows[u.Name]
	return s != nil && usable(s.Value.Password)
}
