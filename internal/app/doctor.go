package app

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"ward/access"
	"ward/ident"
	"ward/internal/host/process"
	"ward/internal/host/umasks"
	"ward/internal/logline"
	"ward/mode"
)

// Diagnosis is everything that an experienced administrator would look at, in that
// order, and what to do.
type Diagnosis struct {
	*AccessAnswer

	Refusal *logline.Refusal // the message it began with; nil where a person asked
	Times   int              // how often the log says the same
	Doubt   string           // why the message may not mean this question; "" for no doubt

	Fix       *access.Fix // the narrowest that mends it; nil where there is none
	Reproduce Reproduction
	Guards    []Guard // what would have caught it; nil where nothing of the kind would
}

// Diagnose decides a question, and adds how to see the failure again and how to
// notice it next time.
func Diagnose(q AccessRequest) (*Diagnosis, error) {
	a, err := ExplainAccess(q)
	if err != nil {
		return nil, err
	}
	d := &Diagnosis{AccessAnswer: a, Times: 1}
	d.Reproduce = reproduction(a)
	if d.Fix = narrowest(a.Fixes); d.Fix != nil {
		d.Guards = guards(a, d.Fix)
	}
	return d, nil
}

// narrowest is the first fix; but where the database lets the user in already, and
// only the process does not know, nothing has to be changed at all.
func narrowest(fixes []access.Fix) *access.Fix {
	for i := range fixes {
		if r := fixes[i].Remedies; len(r) == 1 && r[0].Does == access.Relogin {
			return &fixes[i]
		}
	}
	if len(fixes) == 0 {
		return nil
	}
	return &fixes[0]
}

// LogRequest asks about what a log says was refused.
type LogRequest struct {
	Log  io.Reader
	Name string // of the log, for messages
	As   string // whose program it was; "": the running program of that name, if there is one
	Cwd  string // where relative paths count from; "": they are passed over
	Most int    // how many different refusals are looked into; 0: ten
}

// LogDiagnosis is what became of the refusals of a log.
type LogDiagnosis struct {
	Diagnoses []*Diagnosis
	Passed    []PassedOver // what could not be looked into
	Found     int          // refusals in the log
	More      int          // different ones beyond Most
}

// PassedOver is a refusal that was not looked into.
type PassedOver struct {
	Refusal logline.Refusal
	Why     string
}

// DiagnoseLog looks into every different refusal that a log tells of, in the order
// of their first appearance.
func DiagnoseLog(q LogRequest) (*LogDiagnosis, error) {
	d := &LogDiagnosis{}
	cases, err := d.cases(q)
	if err != nil {
		return nil, err
	}
	if d.Found == 0 {
		return nil, &RequestError{Problem: q.Name + ": no refused access is found in it", Hint: "ward knows messages with \"Permission denied\", \"Operation not permitted\", EACCES, EPERM and the like that name a path"}
	}
	most := cmp.Or(q.Most, 10)
	for i, c := range cases {
		if i == most {
			d.More = len(cases) - most
			break
		}
		if err := d.look(q, c); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// refusals are equal messages.
type refusals struct {
	first logline.Refusal
	times int
}

func (d *LogDiagnosis) cases(q LogRequest) (cases []*refusals, err error) {
	seen := map[string]*refusals{}
	err = logline.Scan(q.Log, func(r logline.Refusal) bool {
		d.Found++
		key := fmt.Sprintf("%q %q %q %q %v %s", r.Program, r.Unit, r.Path, r.To, r.Actions, r.Errno)
		if c, ok := seen[key]; ok {
			c.times++
			return true
		}
		c := &refusals{first: r, times: 1}
		seen[key] = c
		cases = append(cases, c)
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", q.Name, err)
	}
	return cases, nil
}

// look asks about one refusal, or says why it cannot.
func (d *LogDiagnosis) look(q LogRequest, c *refusals) error {
	r := c.first
	as := q.As
	if service, err := umasks.ServiceOf("/", r.Unit); r.Unit != "" && err == nil {
		if r.Path == "" && slices.Equal(r.Actions, []access.Action{access.ChangingDir}) && filepath.IsAbs(service.WorkingDirectory) {
			r.Path = service.WorkingDirectory
		}
		as = cmp.Or(as, service.User, "root")
	}
	pass := func(why string) { d.Passed = append(d.Passed, PassedOver{r, why}) }
	switch {
	case r.Path == "" && r.Unit == "":
		pass("it names no path; strace -f -e trace=%file COMMAND shows which, and ward doctor --from-log reads that")
		return nil
	case r.Path == "":
		pass(fmt.Sprintf("it names no path; systemctl show -p ExecStart,WorkingDirectory,User %s says what it starts", r.Unit))
		return nil
	case r.Errno == "" && len(r.Actions) == 0 && tooOpen(r.Program):
		pass(r.Program + " refuses by itself, since others than the owner may change or read it: " + narrower(r.Program))
		return nil
	case !filepath.IsAbs(r.Path) && q.Cwd == "":
		pass("its path is relative; --cwd says what to")
		return nil
	}
	as, err := d.subject(as, q.Name, &r)
	if err != nil {
		return err
	}
	request := AccessRequest{As: as, Path: under(q.Cwd, r.Path), Target: under(q.Cwd, r.To)}
	one, err := likeliest(request, &r)
	if err != nil {
		pass(err.Error())
		return nil
	}
	one.Refusal, one.Times = &c.first, c.times
	d.Diagnoses = append(d.Diagnoses, one)
	return nil
}

func tooOpen(program string) bool {
	return slices.Contains([]string{"sshd", "ssh", "git", "cron", "postgres"}, program)
}

func narrower(program string) string {
	switch program {
	case "sshd":
		return "chmod go-w it, and every directory above it up to the home"
	case "ssh":
		return "chmod 600 it"
	case "cron":
		return "chmod go-w it; it must be root's, or its user's"
	case "postgres":
		return "chmod 700 the directory, 600 the key, and chown them to the server's user"
	}
	return "it belongs to another user; chown it, or git config --global --add safe.directory PATH"
}

func under(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// subject is whose access failed: who was named, or the running program that the
// message comes from, where all its processes that are not root's have one user.
func (d *LogDiagnosis) subject(as, log string, r *logline.Refusal) (string, error) {
	if as != "" {
		return as, nil
	}
	if p := running(r.Program); p != nil {
		return fmt.Sprintf("pid:%d", p.PID), nil
	}
	return "", &RequestError{Problem: log + " does not say whose access failed", Hint: "say it with --as WHO: a user, uid:gid or pid:N"}
}

// running is a process of that program, the youngest, if they agree about who they
// are.
func running(program string) *process.Process {
	all, _, err := process.All()
	if err != nil || program == "" {
		return nil
	}
	all = slices.DeleteFunc(all, func(p *process.Process) bool { return p.Name != program })
	if users := slices.DeleteFunc(slices.Clone(all), func(p *process.Process) bool { return p.Caller.UID == 0 }); len(users) > 0 {
		all = users
	}
	if len(all) == 0 || slices.ContainsFunc(all, func(p *process.Process) bool { return p.Caller.UID != all[0].Caller.UID }) {
		return nil
	}
	return all[len(all)-1]
}

// likeliest asks for each action that the message may mean, and takes the first that
// is denied.
func likeliest(q AccessRequest, r *logline.Refusal) (*Diagnosis, error) {
	var first *Diagnosis
	var wrong error
	actions := candidates(q.Path, r)
	for _, a := range actions {
		d, err := Diagnose(q.asking(a))
		if err != nil {
			wrong = err
			continue
		}
		if d.Verdict.Answer == access.Denied && !nonsense(d.Verdict.Errno) {
			d.Doubt = doubtOf(d, r)
			return d, nil
		}
		if first == nil {
			first = d
		}
	}
	if first == nil {
		return nil, cmp.Or(wrong, errors.New("nothing can be asked about it"))
	}
	if first.Verdict.Errno == "ENOENT" && r.Errno != "" && !slices.Contains(actions, access.Creating) {
		// It is not there: to make it was refused.
		if d, err := Diagnose(q.asking(access.Creating)); err == nil {
			first = d
		}
	}
	first.Doubt = doubtOf(first, r)
	return first, nil
}

// candidates are the actions that a message may mean, the likeliest first.
func candidates(path string, r *logline.Refusal) []access.Action {
	if len(r.Actions) > 0 {
		return r.Actions
	}
	if e, err := lookAtMost(path, true); err == nil && e.Kind == mode.Directory {
		return []access.Action{access.Listing, access.Searching, access.Creating}
	}
	return []access.Action{access.Reading, access.Writing, access.Executing}
}

// asking is the request for another action, with a second path only where it takes
// one.
func (q AccessRequest) asking(a access.Action) AccessRequest {
	if a.TwoPaths() && q.Target == "" {
		a = access.Deleting // what renaming does to the old name
	}
	if !a.TwoPaths() {
		q.Target = ""
	}
	q.Action = a
	return q
}

// nonsense are answers that show that another action was meant: a directory is not
// written to, and what is not there cannot be refused.
func nonsense(e access.Errno) bool {
	return e == "ENOENT" || e == "EISDIR" || e == "ENOTDIR" || e == "EEXIST" || e == "ENOEXEC"
}

// doubtOf says where the answer does not fit the message.
func doubtOf(d *Diagnosis, r *logline.Refusal) string {
	switch {
	case d.Verdict.Answer == access.Allowed:
		return "the message says that it was refused, and now the permissions allow it: it was mended meanwhile, another user was at work, or something outside the permissions refused it"
	case r.Errno != "" && d.Verdict.Answer == access.Denied && d.Verdict.Errno != r.Errno:
		return fmt.Sprintf("the message says %s, and the answer now is %s: something has changed, or another user was at work", r.Errno, d.Verdict.Errno)
	case len(r.Actions) == 0:
		return "the message does not say what was to be done to it; " + d.Request.Action.String() + " is denied"
	case len(r.Actions) > 1 && atEnd(d):
		return "the message fits more than one action; " + d.Request.Action.String() + " was asked about"
	}
	return ""
}

// atEnd reports whether the object itself refused, of which it matters what was to be
// done to it.
func atEnd(d *Diagnosis) bool {
	return d.Verdict.Where.Way == 0 && d.Verdict.Where.Step >= len(d.Question.Way.Steps)-1
}

// Reproduction is a command that fails as the access did, with the very ids, and
// does no harm where it succeeds.
type Reproduction struct {
	Command []string // nil where there is none
	Note    string   // what it leaves out, or why there is none
}

// reproduction is the access as a command, behind what takes on the credentials.
func reproduction(a *AccessAnswer) Reproduction {
	r := attempt(a)
	if r.Command == nil {
		return r
	}
	who := a.Who
	if p := who.Process; p != nil && IsSelf(p.PID) {
		return r
	}
	var words []string
	if os.Geteuid() != 0 {
		words = append(words, "sudo")
	}
	if p := who.Process; p != nil && viewOf(who).Root != "" {
		words = append(words, "nsenter", fmt.Sprintf("--target=%d", p.PID), "--mount", "--root", "--")
	}
	r.Command = append(append(words, credentials(who)...), r.Command...)
	return r
}

// credentials is setpriv(1) with a caller's ids: runuser(1) would take the groups of
// the database, which a process may not have.
func credentials(who *process.Who) []string {
	words := []string{"setpriv", fmt.Sprintf("--reuid=%d", who.UID), fmt.Sprintf("--regid=%d", who.GID)}
	switch groups := joined(who.Groups); groups {
	case "":
		words = append(words, "--clear-groups")
	default:
		words = append(words, "--groups="+groups)
	}
	switch {
	case who.UID == 0 && who.Caps != ident.AllCapabilities:
		for _, c := range (ident.AllCapabilities &^ who.Caps).Slice() {
			words = append(words, "--bounding-set=-"+c.String()[len("cap_"):])
		}
	case who.UID != 0 && who.Caps != 0:
		for _, c := range who.Caps.Slice() {
			name := c.String()[len("cap_"):]
			words = append(words, "--inh-caps=+"+name, "--ambient-caps=+"+name)
		}
	}
	if who.NoNewPrivs {
		words = append(words, "--no-new-privs")
	}
	return append(words, "--")
}

func joined(groups []ident.GID) (text string) {
	for i, g := range groups {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprint(g)
	}
	return text
}

// attempt is a command that needs what the action needs. None may change anything:
// once the permissions are mended it succeeds.
func attempt(a *AccessAnswer) Reproduction {
	path := a.Request.Path
	if !filepath.IsAbs(path) {
		if here, err := filepath.Abs(path); err == nil {
			path = here
		}
	}
	of := func(note string, words ...string) Reproduction { return Reproduction{words, note} }
	switch a.Request.Action {
	case access.Reading:
		if o := a.Question.Way.Object(); o != nil && o.Entry.Kind == mode.Directory {
			return of("", "ls", "-U", path)
		}
		return of("", "head", "-c1", path)
	case access.Updating, access.Writing:
		if a.Request.With.Open&access.OCreat != 0 {
			return of("it opens with O_CREAT, and writes nothing", "dd", "if=/dev/null", "of="+path, "conv=notrunc", "status=none")
		}
		return of("it opens for writing, and writes nothing", "dd", "if=/dev/null", "of="+path, "conv=notrunc,nocreat", "status=none")
	case access.Appending:
		return of("it opens for appending, and writes nothing", "dd", "if=/dev/null", "of="+path, "oflag=append", "conv=notrunc,nocreat", "status=none")
	case access.Truncating:
		return of("it opens for writing, and keeps the size", "truncate", "-c", "-s", "+0", path)
	case access.Listing:
		return of("", "ls", "-U", path)
	case access.Searching, access.ChangingDir:
		return of("", "env", "-C", path, "true")
	case access.Stating:
		return of("", "stat", path)
	case access.Executing:
		where := path
		if a.Verdict.Where.Way >= 2 {
			where = a.Where(a.Verdict.Where)
		}
		return of("it asks for the right and starts nothing", "test", "-x", where)
	case access.Connecting:
		return of("it connects and closes", "nc", "-zU", path)
	case access.Creating, access.MakingDir, access.MakingNode, access.Symlinking:
		return of("it asks for write on the directory and makes nothing", "test", "-w", filepath.Dir(path))
	}
	return Reproduction{Note: "none that would be harmless: where it is allowed, the command does it"}
}
