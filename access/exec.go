package access

import (
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// mostInterpreters is how many programs may stand one for the other before execve
// answers ELOOP (exec_binprm).
const mostInterpreters = 6

// execute is do_open_execat of the program itself.
func (j *judge) execute() {
	if j.exists(&j.here) && j.mayExecute(&j.here) {
		j.fileCapabilities(&j.here)
	}
}

// mayExecute is may_open for execve(2): a mount without programs is told before
// the bits.
func (j *judge) mayExecute(p *place) bool {
	at, s := p.atObject(), p.object
	if r := openable(s, mode.X); r.answer != Allowed && !j.take(at, r) {
		return false
	}
	switch {
	case s.Mount == nil:
		if !j.take(at, unknown(MountFacts, Reason{Rule: NotSeen})) {
			return false
		}
	case s.Mount.NoExec:
		return j.refuse(at, eACCES, NoExecMount)
	}
	return j.asks(at, s, mode.X)
}

// interpret goes on with what runs the program: the interpreter of a script, the
// loader of an ELF program, each with the whole of its own way.
func (j *judge) interpret() {
	for i, w := range j.q.With.Interpreters {
		if i >= mostInterpreters-1 {
			j.refuse(Where{int8(i + 1), 0}, eLOOP, TooManyInterpreters)
			return
		}
		var end place
		if !j.walk(w, int8(i+2), &end) || !j.exists(&end) || !j.mayExecute(&end) {
			return
		}
	}
	at, s := j.here.atObject(), j.here.object
	switch {
	case j.q.With.NoFormat:
		j.refuse(at, eNOEXEC, NoFormat)
	case s.Entry.Denied&entry.Content != 0:
		j.take(at, unknown(entry.Content, Reason{Rule: NotSeen}))
	}
}

// fileCapabilities is bprm_caps_from_vfs_caps: a program that wants its
// capabilities in effect is refused where the caller's bounding set lacks one.
func (j *judge) fileCapabilities(p *place) {
	if j.c.Unbounded == 0 || j.c.NoNewPrivs || p.object.Mount == nil || p.object.Mount.NoSUID {
		return
	}
	permitted, effective := programCapabilities(p.object.Entry.Caps)
	if effective && permitted&j.c.Unbounded != 0 {
		j.refuse(p.atObject(), ePERM, FileCapabilities)
	}
}

// programCapabilities reads security.capability (struct vfs_cap_data, revisions 2
// and 3): what the program may have, and whether it has that in effect at once.
func programCapabilities(raw string) (permitted ident.Capabilities, effective bool) {
	const revision2, revision3, effectiveFlag = 2, 3, 1
	if len(raw) < 20 || raw[3] != revision2 && raw[3] != revision3 {
		return 0, false
	}
	low, high := little(raw[4:]), little(raw[12:])
	return ident.Capabilities(low) | ident.Capabilities(high)<<32, raw[0]&effectiveFlag != 0
}

func little(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}
