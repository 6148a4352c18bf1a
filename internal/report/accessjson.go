package report

import (
	"io"

	"ward/access"
	"ward/acl"
	"ward/internal/app"
	"ward/internal/host/process"
)

type accessJSON struct {
	Version int    `json:"version"`
	Kind    string `json:"kind"`
	Answer  string `json:"answer"` // allowed, denied, unknown
	Sure    string `json:"sure"`   // certain, likely, open
	Errno   string `json:"errno,omitempty"`
	Action  string `json:"action"`
	jsonPath
	Target  *jsonPath           `json:"target,omitempty"`
	Subject accessSubjectJSON   `json:"subject"`
	Decided accessCheckJSON     `json:"decided"`
	Steps   []accessStepJSON    `json:"steps"`
	Outside []accessOutsideJSON `json:"outside"`
	Notes   []accessNoteJSON    `json:"notes"`
	Fixes   []wayOutJSON        `json:"fixes"`
}

type accessSubjectJSON struct {
	Name         string   `json:"name"`
	PID          int      `json:"pid,omitempty"`
	UID          uint32   `json:"uid"`
	GID          uint32   `json:"gid"`
	Groups       []uint32 `json:"groups"`
	Capabilities []string `json:"capabilities"`
	InsideUID    *uint32  `json:"insideUid,omitempty"` // in its own user namespace
	Umask        string   `json:"umask"`
	NoNewPrivs   bool     `json:"noNewPrivs,omitempty"`
}

type accessStepJSON struct {
	Way int8 `json:"way"` // 0 the path, 1 the new name, 2 and on what runs it
	jsonPath
	Type   string            `json:"type"`
	Found  StateJSON         `json:"found"`
	Link   string            `json:"link,omitempty"`
	Mount  *wayMountJSON     `json:"mount,omitempty"`
	Checks []accessCheckJSON `json:"checks"`
}

type wayMountJSON struct {
	Point  string `json:"point"`
	FSType string `json:"fsType"`
	Source string `json:"source"`
}

type accessCheckJSON struct {
	Path   string `json:"path,omitempty"`
	Wanted string `json:"wanted,omitempty"` // rwx
	Answer string `json:"answer"`
	Errno  string `json:"errno,omitempty"`
	Rule   string `json:"rule"`
	Rights string `json:"rights,omitempty"` // what the rule grants
	Text   string `json:"text"`
}

type accessOutsideJSON struct {
	By       string `json:"by"`
	Evidence string `json:"evidence"`
	Certain  bool   `json:"certain"`
	Refused  bool   `json:"refused,omitempty"`
}

type accessNoteJSON struct {
	About    string     `json:"about"`
	Text     string     `json:"text"`
	Commands [][]string `json:"commands,omitempty"`
}

type wayOutJSON struct {
	OtherUsers     int                `json:"otherUsers"`
	UnlistedUsers  int                `json:"unlistedUsers"` // uids that components name and no account has
	OtherProcesses int                `json:"otherProcesses"`
	TouchedUsers   int                `json:"touchedUsers"`
	Breadth        string             `json:"breadth"`
	Remedies       []accessRemedyJSON `json:"remedies"`
}

type accessRemedyJSON struct {
	Does       string     `json:"does"`
	Path       string     `json:"path,omitempty"`
	Before     *StateJSON `json:"before,omitempty"`
	After      *StateJSON `json:"after,omitempty"`
	Group      string     `json:"group,omitempty"`
	User       string     `json:"user,omitempty"`
	Capability string     `json:"capability,omitempty"`
	Options    string     `json:"options,omitempty"`
	Commands   [][]string `json:"commands,omitempty"`
	Gains      []string   `json:"gains,omitempty"`
	Loses      []string   `json:"loses,omitempty"`
}

// AccessJSON writes an answer as one JSON document, described in docs/formats.md.
func AccessJSON(w io.Writer, a *app.AccessAnswer) error {
	d := accessJSON{
		Version: FormatVersion, Kind: "access", Answer: a.Verdict.Answer.String(), Sure: a.Sure.String(),
		Errno: string(a.Verdict.Errno), Action: a.Request.Action.String(), jsonPath: newJSONPath(a.Request.Path),
		Subject: accessSubjectOf(a.Who), Decided: decidedJSON(a), Steps: stepsJSON(a),
		Outside: []accessOutsideJSON{}, Notes: []accessNoteJSON{}, Fixes: []wayOutJSON{},
	}
	if a.Refused() != nil {
		d.Answer, d.Errno = access.Denied.String(), "EACCES"
	}
	if a.Request.Target != "" {
		target := newJSONPath(a.Request.Target)
		d.Target = &target
	}
	for _, c := range a.Outside {
		d.Outside = append(d.Outside, accessOutsideJSON(c))
	}
	for _, n := range a.Notes {
		d.Notes = append(d.Notes, accessNoteJSON{n.About, n.Text, n.Do})
	}
	for i := range a.Fixes {
		d.Fixes = append(d.Fixes, fixOf(a, &a.Fixes[i]))
	}
	j := newEncoder(w)
	j.SetIndent("", "  ")
	return j.Encode(d)
}

func accessSubjectOf(who *process.Who) accessSubjectJSON {
	s := accessSubjectJSON{
		Name: who.Name, UID: uint32(who.UID), GID: uint32(who.GID), Groups: []uint32{}, Capabilities: []string{},
		Umask: who.Umask.Octal(), NoNewPrivs: who.NoNewPrivs,
	}
	for _, g := range who.Groups {
		s.Groups = append(s.Groups, uint32(g))
	}
	for _, c := range who.Caps.Slice() {
		s.Capabilities = append(s.Capabilities, c.String())
	}
	if p := who.Process; p != nil {
		s.PID = p.PID
		if p.InsideUID != who.UID {
			inside := uint32(p.InsideUID)
			s.InsideUID = &inside
		}
	}
	return s
}

func decidedJSON(a *app.AccessAnswer) accessCheckJSON {
	v := a.Verdict
	c := accessCheckJSON{Path: a.Where(v.Where), Answer: v.Answer.String(), Errno: string(v.Errno), Rule: v.Reason.Rule.String(), Text: v.Reason.Format(a.Names)}
	if n := len(a.Checks); n > 0 && a.Checks[n-1].Where == v.Where {
		c.setRights(a.Checks[n-1])
	}
	return c
}

func (c *accessCheckJSON) setRights(from access.Check) {
	if from.Wanted != 0 {
		c.Wanted, c.Rights = from.Wanted.String(), from.Reason.Rights.String()
	}
}

func stepsJSON(a *app.AccessAnswer) []accessStepJSON {
	steps := []accessStepJSON{}
	for number := int8(0); int(number) < 2+len(a.Question.With.Interpreters); number++ {
		way := app.WayOf(a.Question, number)
		if way == nil {
			continue
		}
		for i := range way.Steps {
			steps = append(steps, stepOf(a, &way.Steps[i], access.Where{Way: number, Step: i}))
		}
	}
	return steps
}

func stepOf(a *app.AccessAnswer, s *access.Step, at access.Where) accessStepJSON {
	d := accessStepJSON{
		Way: at.Way, jsonPath: newJSONPath(s.Path), Type: s.Entry.Kind.String(),
		Found: State(&s.Entry.State, s.Entry.Kind, a.Names), Link: s.Link, Checks: []accessCheckJSON{},
	}
	if m := s.Mount; m != nil {
		d.Mount = &wayMountJSON{m.Point, m.FSType, m.Source}
	}
	for _, c := range a.Checks {
		if c.Where == at {
			check := accessCheckJSON{Answer: c.Answer.String(), Errno: string(c.Errno), Rule: c.Reason.Rule.String(), Text: c.Reason.Format(a.Names)}
			check.setRights(c)
			d.Checks = append(d.Checks, check)
		}
	}
	return d
}

func fixOf(a *app.AccessAnswer, f *access.Fix) wayOutJSON {
	d := wayOutJSON{OtherUsers: f.Users, UnlistedUsers: f.Unlisted, OtherProcesses: f.Processes, TouchedUsers: f.Touched, Breadth: f.Breadth.String(), Remedies: []accessRemedyJSON{}}
	for _, r := range f.Remedies {
		d.Remedies = append(d.Remedies, remedyOf(a, r))
	}
	return d
}

func remedyOf(a *app.AccessAnswer, r access.Remedy) accessRemedyJSON {
	d := accessRemedyJSON{Does: r.Does.String(), Path: r.Path, Options: r.Options, Commands: r.Commands(a.Names, a.UserName())}
	var names acl.Names = a.Names
	switch r.Does {
	case access.Alter:
		before, after := State(&r.Before, r.Kind, names), State(&r.After, r.Kind, names)
		d.Before, d.After = &before, &after
		shift := r.Shift(a.Crowd)
		d.Gains, d.Loses = shift.Gains(), shift.Loses()
	case access.Join, access.Relogin, access.Leave:
		d.Group = names.GroupName(r.GID)
	case access.ActAs:
		d.User = names.UserName(r.UID)
	case access.Grant, access.Drop:
		d.Capability = r.Cap.String()
	case access.Remount, access.MoveTo:
	}
	return d
}
