package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ward/access"
	"ward/account"
	"ward/entry"
	"ward/ident"
	"ward/internal/host/accounts"
	"ward/internal/host/audit"
	"ward/internal/host/lookup"
	"ward/internal/host/mounts"
	"ward/internal/host/process"
	"ward/mode"
)

// AccessRequest asks whether somebody may do something to a path.
type AccessRequest struct {
	As     string // process.Find; "" is this very process
	Action access.Action
	With   access.With
	Path   string
	Target string // the new name of a rename or a link
	Stop   bool   // look for what would end the access, not for what would allow it
	Brief  bool   // only the answer: no fixes and no notes
}

// Sureness is how far an answer can be relied on.
type Sureness uint8

// The degrees.
const (
	Certain Sureness = iota // everything that decides was seen
	Likely                  // something outside the permissions may refuse it nevertheless
	Open                    // something outside the permissions decides as well, or a fact could not be seen
)

// String is the degree's word: "certain", "likely", "open".
func (s Sureness) String() string { return [...]string{"certain", "likely", "open"}[s] }

// AccessAnswer is whether somebody may, and why.
type AccessAnswer struct {
	Request  AccessRequest
	Who      *process.Who
	Question *access.Question
	Verdict  access.Verdict
	Checks   []access.Check
	Sure     Sureness
	Outside  []access.Confinement // what stands outside the permissions and was found at work, or possible
	Notes    []AccessNote
	Fixes    []access.Fix // to allow it; with Stop, to end it
	Crowd    access.Crowd // whom the fixes were counted on
	Names    *account.Database

	look  look // for notes
	audit audit.Found
}

// AccessNote is something that a person should know beside the answer.
type AccessNote struct {
	About string // what it is about, for programs: "stale-groups", "missing", "mask" …
	Text  string
	Do    [][]string // command lines that help; may be nil
}

// ExplainAccess decides a question on this machine and looks for fixes.
func ExplainAccess(q AccessRequest) (*AccessAnswer, error) {
	db, err := accounts.Load()
	if err != nil {
		return nil, err
	}
	who, err := findWho(q.As, db)
	if err != nil {
		return nil, err
	}
	question, places, err := gatherQuestion(q, who)
	if err != nil {
		return nil, err
	}
	a := AnswerAccess(q, who, question, db)
	a.landlock()
	if q.Brief {
		return a, nil
	}
	a.Crowd = access.Crowd{Accounts: db, Processes: othersProcesses(who), Places: places}
	if q.Stop {
		a.Fixes = access.Stops(question, a.Crowd)
	} else {
		a.Fixes = access.Fixes(question, a.Crowd)
	}
	withheld := a.withhold()
	a.note()
	a.Notes = append(a.Notes, withheld...)
	return a, nil
}

// AnswerAccess decides a question whose facts were gathered, or recorded elsewhere.
// It looks for no fixes and makes no notes.
func AnswerAccess(q AccessRequest, who *process.Who, question *access.Question, db *account.Database) *AccessAnswer {
	a := &AccessAnswer{Request: q, Who: who, Question: question, Names: db, look: liveLook()}
	a.Verdict = access.Decide(question)
	a.Checks = access.Explain(question)
	a.Outside = outside(question)
	a.Sure = a.sureness()
	return a
}

// findWho is whom a request names. What names nobody is a *RequestError.
func findWho(text string, db *account.Database) (*process.Who, error) {
	who, err := process.Find(text, db)
	var unknown *process.UnknownError
	if errors.As(err, &unknown) {
		hint := "a user name, uid:gid[:gid,…], pid:N or self"
		if len(unknown.Near) > 0 {
			hint = "did you mean " + strings.Join(unknown.Near, " or ") + "?"
		}
		return nil, &RequestError{Problem: unknown.Error(), Hint: hint}
	}
	return who, err
}

// gatherQuestion looks up everything that a question is about, and places where the
// object could lie instead.
func gatherQuestion(q AccessRequest, who *process.Who) (*access.Question, []*access.Way, error) {
	o := viewOf(who)
	o.NoFollow = !q.Action.Follows(q.With)
	o.Facts = factsFor(q.Action)
	path, target, err := fromHere(q, who)
	if err != nil {
		return nil, nil, err
	}
	way, err := lookup.Gather(path, o)
	if err != nil {
		return nil, nil, err
	}
	question := &access.Question{Caller: &who.Caller, Host: lookup.HostRules(), Action: q.Action, With: q.With, Way: way}
	if q.Action.TwoPaths() {
		o.NoFollow = true
		if question.Target, err = lookup.Gather(target, o); err != nil {
			return nil, nil, err
		}
	}
	if q.Action == access.Executing {
		ways, none, err := lookup.Interpreters(way, o)
		if err != nil {
			return nil, nil, err
		}
		question.With.Interpreters, question.With.NoFormat = ways, none
	}
	return question, otherPlaces(question, o), nil
}

// fromHere makes paths absolute that a person typed who asks about somebody else: he
// would have to come here first. Only for this process itself, and for one that sees
// another tree, they count from its own working directory.
func fromHere(q AccessRequest, who *process.Who) (path, target string, err error) {
	path, target = q.Path, q.Target
	if p := who.Process; p != nil && (p.PID == os.Getpid() || p.View == account.No) {
		return path, target, nil
	}
	here, err := os.Getwd()
	if err != nil {
		return "", "", fmt.Errorf("find the working directory: %w", err)
	}
	for _, p := range []*string{&path, &target} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = here + "/" + *p // not cleaned: "x/.." may lead elsewhere by a link
		}
	}
	return path, target, nil
}

func factsFor(a access.Action) entry.Facts {
	switch a {
	case access.Executing:
		return entry.Caps
	case access.Creating, access.MakingDir, access.MakingNode, access.Symlinking:
		return entry.DefaultACL
	}
	return 0
}

// viewOf is through whose eyes a path is looked up. A process with the root
// directory and the mounts of this one sees the same; paths that a person typed
// count from where that person is.
func viewOf(who *process.Who) lookup.Options {
	p := who.Process
	if p == nil || p.View != account.No {
		return lookup.Options{}
	}
	dir := fmt.Sprintf("/proc/%d/", p.PID)
	o := lookup.Options{Root: dir + "root", Cwd: dir + "cwd", PID: p.PID}
	table, err := mounts.LoadOf(p.PID)
	if err != nil {
		table = mounts.New(nil) // those of this process are other ones: none is known
		missed := process.Unread{What: "its mounts", Err: err}
		if !slices.ContainsFunc(p.Unread, func(u process.Unread) bool { return u.What == missed.What }) {
			p.Unread = append(p.Unread, missed)
		}
	}
	o.Mounts = table
	return o
}

// otherPlaces are where the object could lie instead: a program beside programs, a
// file that everybody's sticky directory guards in one of its own.
func otherPlaces(q *access.Question, o lookup.Options) (places []*access.Way) {
	name := lastName(q.Way)
	if name == "" {
		return nil
	}
	dirs := []string{"/run", fmt.Sprintf("/run/user/%d", q.Caller.UID)}
	if q.Action == access.Executing {
		dirs = []string{"/usr/local/bin", "/var/tmp"}
	}
	for _, dir := range dirs {
		w, err := lookup.Gather(filepath.Join(dir, name), o)
		if err != nil || w.Broken != "" {
			continue
		}
		if object := q.Way.Object(); w.Missing != "" && object != nil && q.With.Open&access.OCreat == 0 {
			w = access.Placed(w, object)
		}
		places = append(places, w)
	}
	return places
}

func lastName(w *access.Way) string {
	switch object := w.Object(); {
	case object != nil:
		return filepath.Base(object.Path)
	case w.Broken == "":
		return w.Missing
	}
	return ""
}

// othersProcesses are the processes of the machine as callers. Where they cannot be
// looked at, or see another tree than the one who asks, there are none.
func othersProcesses(who *process.Who) []*access.Caller {
	list, _, err := process.All()
	if err != nil || who.Process != nil && who.Process.View == account.No {
		return nil
	}
	var callers []*access.Caller
	for _, p := range list {
		if p.View != account.No { // what a container sees is another tree
			callers = append(callers, &p.Caller)
		}
	}
	return callers
}

// outside is everything that may refuse what the permissions allow.
func outside(q *access.Question) []access.Confinement {
	all := slices.Clone(q.Caller.Confined)
	add := func(more []access.Confinement) {
		for _, c := range more {
			if !slices.Contains(all, c) && !slices.ContainsFunc(all, func(o access.Confinement) bool { return o.By == c.By && o.Certain }) {
				all = append(all, c)
			}
		}
	}
	for _, w := range append([]*access.Way{q.Way, q.Target}, q.With.Interpreters...) {
		if w == nil {
			continue
		}
		for i := range w.Steps {
			if m := w.Steps[i].Mount; m != nil {
				add(m.Confined)
			}
		}
	}
	if q.Host != nil {
		add(q.Host.Confined)
	}
	return all
}

// sureness: a module that is at work for this very process decides beside the
// permissions. A filter of system calls refuses kinds of calls, which is rare for
// those asked about here; it may be.
func (a *AccessAnswer) sureness() Sureness {
	switch {
	case a.Verdict.Answer == access.Unknown, a.elsewhere():
		return Open
	case a.Verdict.Answer == access.Denied:
		return Certain
	}
	sure := Certain
	if a.Refused() != nil {
		return Certain
	}
	for _, c := range a.Outside {
		if c.Certain && c.By != "seccomp" {
			return Open
		}
		sure = Likely
	}
	if p := a.Who.Process; p != nil && len(p.Unread) > 0 {
		sure = Likely
	}
	return sure
}

// elsewhere reports whether the paths of a process may lead to other objects than
// those that were looked at.
func (a *AccessAnswer) elsewhere() bool {
	return a.Who.Process != nil && a.Who.Process.View == account.CannotTell
}

// Where is the path of the component at which it was decided.
func (a *AccessAnswer) Where(at access.Where) string {
	w := WayOf(a.Question, at.Way)
	switch {
	case w == nil || len(w.Steps) == 0:
		return a.Request.Path
	case at.Step < len(w.Steps):
		return w.Steps[at.Step].Path
	case w.Missing != "" && w.Directory() >= 0:
		return filepath.Join(w.Steps[w.Directory()].Path, w.Missing)
	}
	return filepath.Join(w.Steps[len(w.Steps)-1].Path, w.Rest)
}

// WayOf is the way of a question by its number in access.Where.
func WayOf(q *access.Question, number int8) *access.Way {
	switch {
	case number == 0:
		return q.Way
	case number == 1:
		return q.Target
	case int(number)-2 < len(q.With.Interpreters):
		return q.With.Interpreters[number-2]
	}
	return nil
}

// UserName is how commands call the one who asks.
func (a *AccessAnswer) UserName() string { return a.Names.UserName(a.Who.UID) }

// Rights is what a check wanted, in the words of the object's kind.
func wantedOf(c access.Check, s *access.Step) string {
	if s.Entry.Kind == mode.Directory {
		switch c.Wanted {
		case mode.X:
			return "search"
		case mode.W | mode.X:
			return "create or delete names in"
		}
	}
	return strings.ReplaceAll(access.Words(c.Wanted, s.Entry.Kind), ", ", " and ")
}

// Wanted is what a check wanted of its component, in words: "search", "read"; ""
// for checks of another kind.
func (a *AccessAnswer) Wanted(c access.Check) string {
	w := WayOf(a.Question, c.Where.Way)
	if c.Wanted == 0 || w == nil || c.Where.Step >= len(w.Steps) {
		return ""
	}
	return wantedOf(c, &w.Steps[c.Where.Step])
}

// UserNames are the names of the machine's users; none where they cannot be read.
func UserNames() []string {
	db, err := accounts.Load()
	if err != nil {
		return nil
	}
	var names []string
	for _, u := range db.Users() {
		names = append(names, u.Name)
	}
	return names
}

// ParseOwner reads a user and a group by name or number; "" leaves one as it is.
func ParseOwner(user, group string) (ident.UID, ident.GID, error) {
	db, err := accounts.Load()
	if err != nil {
		return 0, 0, err
	}
	uid, gid := ident.NoUID, ident.NoGID
	if user != "" {
		id, err := lookUp("user", user, db.IDs().User)
		if err != nil {
			return 0, 0, &RequestError{Problem: err.Error()}
		}
		uid = ident.UID(id)
	}
	if group != "" {
		id, err := lookUp("group", group, db.IDs().Group)
		if err != nil {
			return 0, 0, &RequestError{Problem: err.Error()}
		}
		gid = ident.GID(id)
	}
	return uid, gid, nil
}
