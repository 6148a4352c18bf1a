package access

import (
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// mostScripts is how many scripts may stand one for the other before execve answers
// ELOOP (exec_binprm).
const mostScripts = 5

// execute is do_open_execat of the program itself.
func (j *judge) execute() {
	if j.exists(&j.here) {
		j.mayExecute(&j.here)
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
	program, scripts := j.here, 0
	for i, w := range j.q.With.Interpreters {
		var end place
		if !j.walk(w, int8(i+2), &end) || !j.exists(&end) || !j.seen(&end) || !j.mayExecute(&end) {
			return
		}
		if program.object.Entry.Content&entry.Shebang == 0 {
			break // that was the loader, which nothing loads
		}
		if scripts++; scripts > mostScripts {
			j.refuse(end.atObject(), eLOOP, TooManyInterpreters)
			return
		}
		program = end
	}
	switch at := program.atObject(); {
	case j.q.With.NoFormat:
		j.refuse(at, eNOEXEC, NoFormat)
	case program.object.Entry.Denied&entry.Content != 0:
		j.take(at, unknown(entry.Content, Reason{Rule: NotSeen}))
	default:
		j.fileCapabilities(at, program.object)
	}
}

// fileCapabilities is bprm_caps_from_vfs_caps for what runs in the end, the last
// interpreter in the place of a script: one that wants its capabilities in effect is
// refused where the caller's bounding set lacks one.
func (j *judge) fileCapabilities(at Where, s *Step) {
	if j.c.Unbounded == 0 || s.Mount == nil || s.Mount.NoSUID {
		return
	}
	if s.Entry.Known&entry.Caps == 0 {
		j.take(at, unknown(entry.Caps, Reason{Rule: NotSeen}))
		return
	}
	permitted, effective := j.programCapabilities(s.Entry.Caps)
	if effective && permitted&j.c.Unbounded != 0 {
		j.refuse(at, ePERM, FileCapabilities)
	}
}

// programCapabilities reads security.capability (struct vfs_cap_data, revisions 2
// and 3): what the program may have, and whether it has that in effect at once. Those
// of revision 3 are for the namespace whose root they name.
func (j *judge) programCapabilities(raw string) (permitted ident.Capabilities, effective bool) {
	const revision2, revision3, effectiveFlag = 2, 3, 1
	switch {
	case len(raw) == 20 && raw[3] == revision2:
	case len(raw) == 24 && raw[3] == revision3:
		if inside, ok := j.c.Namespace.User(ident.UID(little(raw[20:]))); !ok || inside != 0 {
			return 0, false
		}
	default:
		return 0, false
	}
	low, high := little(raw[4:]), little(raw[12:])
	return ident.Capabilities(low) | ident.Capabilities(high)<<32, raw[0]&effectiveFlag != 0
}

func little(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}
