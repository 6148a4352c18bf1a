package access

import (
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// Execution is with whose rights a program runs after execve(2).
type Execution struct {
	UID   ident.UID          // effective
	GID   ident.GID          // effective
	Gains ident.Capabilities // of its file capabilities, what the caller can come by

	// Program is what runs in the end, whose bits count: the last interpreter in the
	// place of a script. It is a way of the question: 0 Way, 2+n Interpreters[n].
	Program int8

	// Ignored says why set-id bits or file capabilities that are there change nothing:
	// IsScript, NoSUIDMount, NewPrivileges, UnmappedOwner; 0 where none are, or they hold.
	Ignored Rule
}

// RunsAs is with whose rights the program of a question runs, if it may be executed
// (bprm_fill_uid in fs/exec.c, get_file_caps in security/commoncap.c). Root's own
// capabilities, and those that a new user id 0 brings, are not told.
func RunsAs(q *Question) Execution {
	x := Execution{UID: q.Caller.UID, GID: q.Caller.GID}
	s := q.Way.Object()
	if s == nil {
		return x
	}
	script := s
	for i, w := range q.With.Interpreters {
		if s.Entry.Content&entry.Shebang == 0 || w.Object() == nil {
			break
		}
		s, x.Program = w.Object(), int8(i+2)
	}
	x.take(q.Caller, s)
	if script != s && x.Ignored == 0 && privileged(&script.Entry.State) {
		x.Ignored = IsScript
	}
	return x
}

// take gives the rights that the program carries.
func (x *Execution) take(c *Caller, s *Step) {
	st := &s.Entry.State
	if !privileged(st) {
		return
	}
	if s.Mount != nil && s.Mount.NoSUID {
		x.Ignored = NoSUIDMount
		return
	}
	j := judge{c: c}
	if setuid(st) || setgid(st) {
		switch {
		case c.NoNewPrivs:
			x.Ignored = NewPrivileges
		case j.reaches(s) != Allowed:
			x.Ignored = UnmappedOwner
		default:
			x.takeIDs(st)
		}
	}
	if permitted, _ := j.programCapabilities(st.Caps); permitted != 0 {
		if c.NoNewPrivs {
			x.Ignored = NewPrivileges
			return
		}
		x.Gains = permitted &^ c.Unbounded
	}
}

func (x *Execution) takeIDs(st *entry.State) {
	if st.Mode&mode.SetUID != 0 {
		x.UID = st.UID
	}
	if setgid(st) {
		x.GID = st.GID
	}
}
