package app

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ward/access"
	"ward/internal/host/audit"
	"ward/internal/host/process"
	"ward/internal/logline"
	"ward/mode"
)

// landlock replaces what is only supposed of a Landlock sandbox by what the audit
// records say of it. It looks where the permissions allow what a process wants: they
// cannot be what refused then.
func (a *AccessAnswer) landlock() {
	p := a.Who.Process
	if p == nil || a.Verdict.Answer != access.Allowed {
		return
	}
	// The journal takes time: it is asked where there is a sign of a sandbox.
	found := a.look.audit(audit.Options{Brief: !a.Who.NoNewPrivs})
	a.Confine(DomainOf(found.Records, a.look.lineage(p.PID), a.Question))
	a.audit = found
}

// Confine takes up what is known of a sandbox, in the place of what was only supposed.
func (a *AccessAnswer) Confine(c access.Confinement, ok bool) {
	if !ok {
		return
	}
	a.Outside = slices.DeleteFunc(slices.Clone(a.Outside), func(o access.Confinement) bool { return o.By == c.By })
	a.Outside = append(a.Outside, c)
	a.Sure = a.sureness()
}

// Refused is what is known to refuse what the permissions allow; nil for nothing.
func (a *AccessAnswer) Refused() *access.Confinement {
	if a.Verdict.Answer != access.Allowed {
		return nil
	}
	for i := range a.Outside {
		if a.Outside[i].Refused {
			return &a.Outside[i]
		}
	}
	return nil
}

// Ancestor is a process or one of those that it came from, itself first.
type Ancestor struct {
	PID   int
	Start time.Time // the zero time where it is not known
}

// domain is what records tell of one Landlock domain.
type domain struct {
	name    string
	made    *audit.Record // who made it
	denials []*audit.Record
	sure    bool // the process itself made it, or was refused by it
	inherit bool // one of its ancestors made it
}

// DomainOf is the Landlock domain of a process, as audit records tell it, and whether it
// refused the access in question. A record that is older than the process is another
// one's, whose number it has got.
func DomainOf(records []audit.Record, line []Ancestor, q *access.Question) (access.Confinement, bool) {
	var best access.Confinement
	found := false
	for _, d := range domainsOf(records, line) {
		c, refused := d.confinement(q)
		if refused {
			return c, true
		}
		if !found || c.Certain && !best.Certain {
			best, found = c, true
		}
	}
	return best, found
}

// domainsOf are those that the first of the line is in, or may be in, the newest first.
func domainsOf(records []audit.Record, line []Ancestor) (list []*domain) {
	byName, callers := map[string]*domain{}, map[uint64]int{}
	for i := range records {
		if r := &records[i]; r.Type == logline.AuditSyscall {
			pid, _ := r.Number("pid")
			callers[r.Serial] = int(pid)
		}
	}
	for i := range records {
		r := &records[i]
		name := r.Field("domain")
		if r.Type == logline.AuditSyscall || name == "" {
			continue
		}
		d := byName[name]
		if d == nil {
			d = &domain{name: name}
			byName[name] = d
			list = append(list, d)
		}
		d.take(r, callers, line)
	}
	list = slices.DeleteFunc(list, func(d *domain) bool { return !d.sure && !d.inherit })
	slices.Reverse(list)
	return list
}

func (d *domain) take(r *audit.Record, callers map[uint64]int, line []Ancestor) {
	if r.Type == logline.AuditLandlockAccess {
		d.denials = append(d.denials, r)
		d.sure = d.sure || len(line) > 0 && callers[r.Serial] == line[0].PID && !r.Time.Before(line[0].Start)
		return
	}
	pid, ok := r.Number("pid")
	if !ok {
		return
	}
	d.made = r
	for i, one := range line {
		if int(pid) == one.PID && !r.Time.Before(one.Start) {
			d.sure, d.inherit = d.sure || i == 0, d.inherit || i > 0
		}
	}
}

// confinement is what the domain means for a question. One that only an ancestor is
// known to be in may have been made after the process.
func (d *domain) confinement(q *access.Question) (c access.Confinement, refused bool) {
	c = access.Confinement{By: "Landlock", Certain: d.sure}
	var last *audit.Record
	for _, r := range slices.Backward(d.denials) {
		if about(r, q) {
			last, c.Refused = r, d.sure
			break
		}
	}
	if last == nil && len(d.denials) > 0 {
		last = d.denials[len(d.denials)-1]
	}
	var text strings.Builder
	fmt.Fprintf(&text, "Landlock domain %s", d.name)
	if !d.sure {
		text.WriteString(", in which a process is that it came from,")
	}
	switch {
	case last == nil:
		text.WriteString(" confines it")
	default:
		fmt.Fprintf(&text, " refused %s", strings.Join(last.Blockers(), " and "))
		if path := last.Field("path"); path != "" {
			text.WriteString(" on " + path)
		}
	}
	fmt.Fprintf(&text, " (audit record of %s, in %s", cmp.Or(last, d.made).Time.Local().Format("2006-01-02 15:04:05.000 MST"), cmp.Or(last, d.made).Source)
	if d.made != nil {
		fmt.Fprintf(&text, "; made by %s, process %s", cmp.Or(d.made.Field("exe"), d.made.Field("comm")), d.made.Field("pid"))
	}
	text.WriteString(")")
	if last != nil && !c.Refused {
		text.WriteString("; what else it refuses shows only when it does")
	}
	c.Evidence = text.String()
	return c, c.Refused
}

// about: the record refuses what the question asks for.
func about(r *audit.Record, q *access.Question) bool {
	for _, n := range needs(q) {
		if n.step == nil || !slices.Contains(r.Blockers(), n.right) || r.Field("path") != n.step.Path {
			continue
		}
		if ino, ok := r.Number("ino"); !ok || n.step.Entry.ID.Inode == 0 || ino == n.step.Entry.ID.Inode {
			return true
		}
	}
	return false
}

// need is a right of Landlock, and where it is needed: a name is made and removed in a
// directory.
type need struct {
	right string
	step  *access.Step
}

// needs are the rights that an action takes (security/landlock/fs.c). What is not here
// Landlock leaves alone: it judges no stat, chdir, chmod or chown.
func needs(q *access.Question) (list []need) {
	object, dir := q.Way.Object(), directoryOf(q.Way)
	isDir := object != nil && object.Entry.Kind == mode.Directory
	at := func(s *access.Step, rights ...string) {
		for _, r := range rights {
			list = append(list, need{"fs." + r, s})
		}
	}
	switch q.Action {
	case access.Reading, access.Listing:
		at(object, choose(isDir, "read_dir", "read_file"))
	case access.Writing, access.Appending:
		at(object, "write_file")
	case access.Updating:
		at(object, "read_file", "write_file")
	case access.Truncating:
		at(object, "truncate")
	case access.Executing:
		at(object, "execute")
		for _, w := range q.With.Interpreters {
			at(w.Object(), "execute")
		}
	case access.Creating:
		at(dir, "make_reg")
	case access.MakingDir:
		at(dir, "make_dir")
	case access.Symlinking:
		at(dir, "make_sym")
	case access.MakingNode:
		at(dir, "make_reg", "make_char", "make_block", "make_fifo", "make_sock")
	case access.Deleting:
		at(dir, choose(isDir, "remove_dir", "remove_file"))
	case access.Linking, access.Renaming:
		at(dir, "refer", "remove_file", "remove_dir")
		at(directoryOf(q.Target), "refer", "make_reg", "make_dir", "make_sym", "make_fifo", "make_sock", "make_char", "make_block")
	}
	if q.With.Open&access.OTrunc != 0 {
		at(object, "truncate")
	}
	if q.With.Open&access.OCreat != 0 && object == nil {
		at(dir, "make_reg")
	}
	return list
}

func choose(first bool, one, other string) string {
	if first {
		return one
	}
	return other
}

func directoryOf(w *access.Way) *access.Step {
	if w == nil || w.Directory() < 0 {
		return nil
	}
	return &w.Steps[w.Directory()]
}

// lineageOf is a process and those that it came from, as far as /proc tells.
func lineageOf(pid int) (line []Ancestor) {
	const deepest = 64
	for range deepest {
		born, parent, err := process.Born(pid)
		if err != nil {
			return line
		}
		line = append(line, Ancestor{PID: pid, Start: born})
		if parent <= 0 {
			return line
		}
		pid = parent
	}
	return line
}

// noteLandlock says where to look, and how to have records made, where a sandbox may be
// at work and no record tells.
func (a *AccessAnswer) noteLandlock() (AccessNote, bool) {
	perhaps := slices.ContainsFunc(a.Outside, func(c access.Confinement) bool { return c.By == "Landlock" && !c.Refused })
	if !perhaps || a.Verdict.Answer != access.Allowed || a.audit.Sources == nil {
		return AccessNote{}, false
	}
	looked, unread := []string{}, []string{}
	for _, s := range a.audit.Sources {
		if s.Err == nil {
			looked = append(looked, s.Name)
		} else {
			unread = append(unread, fmt.Sprintf("%s (%v)", s.Name, innermost(s.Err)))
		}
	}
	var parts []string
	if len(looked) > 0 {
		parts = append(parts, "no audit record of this refusal is in "+strings.Join(looked, " or "))
	}
	if len(unread) > 0 {
		text := "could not be read: " + strings.Join(unread, ", ")
		if os.Geteuid() != 0 {
			text += ". Run as root, ward sees more"
		}
		parts = append(parts, text)
	}
	n := AccessNote{About: "landlock-records"}
	switch release := a.look.release(); {
	case !since(release, 6, 15):
		parts = append(parts, "this kernel ("+release+") makes none: Linux 6.15 and later do")
	case a.audit.Making != audit.On:
		text := "auditing is off, so that none is made"
		if a.audit.Making == audit.CannotTell {
			text = "whether auditing is on cannot be told from here"
		}
		parts = append(parts, text+". Turn it on, let it fail again, and ask ward again")
		n.Do = [][]string{{"auditctl", "-e", "1"}}
	default:
		parts = append(parts, "auditing is on: let it fail again, and ask ward again. A sandbox may have its records turned off, and those that it hands on to programs which it starts are off by default")
	}
	n.Text = "Landlock: " + strings.Join(parts, "; ")
	return n, true
}

// since reports whether a release of Linux, "6.18.44-x", is at least that.
func since(release string, major, minor int) bool {
	var a, b int
	if n, _ := fmt.Sscanf(release, "%d.%d", &a, &b); n != 2 {
		return false
	}
	return a > major || a == major && b >= minor
}

func kernelRelease() string {
	text, _ := os.ReadFile(filepath.Join("/proc", "sys", "kernel", "osrelease"))
	return strings.TrimSpace(string(text))
}
