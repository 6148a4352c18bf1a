package plan

import (
	"ward/acl"
	"ward/entry"
	"ward/ident"
	"ward/mode"
)

// maxStates bounds the states that may follow a step: two, since setgid alone is
// left open (it is kept or cleared by who the runner is), and the clearing is not
// undone before a step that sets the mode again.
const maxStates = 4

// Effects are the states in which the kernel may leave an object of kind k after
// step s on state from, by the rules of fs/attr.c, fs/open.c and fs/posix_acl.c
// (Linux 6.18). There are two where they depend on the runner's groups.
func (s Step) Effects(from entry.State, k mode.Kind) []entry.State {
	states := [maxStates]entry.State{from}
	n := s.effects(&states, 1, k)
	return append([]entry.State(nil), states[:n]...)
}

// effects replaces the n states by those after the step and returns how many.
func (s *Step) effects(states *[maxStates]entry.State, n int, k mode.Kind) int {
	m := n
	for i := range n {
		st := &states[i]
		for _, followed := range s.followed(st) {
			m = addState(states, m, followed)
		}
		if s.run(st, k) && st.Mode&mode.SetGID != 0 {
			dropped := *st
			dropped.Mode &^= mode.SetGID
			m = addState(states, m, dropped)
		}
	}
	return unique(states, m)
}

// run does the step to a state as a privileged runner would see it done, and
// reports whether a runner outside the group without CAP_FSETID may lose setgid.
func (s *Step) run(st *entry.State, k mode.Kind) (losesSetGID bool) {
	switch s.Op {
	case SetMode:
		st.Mode = s.Mode
		st.ACL = st.ACL.WithMode(s.Mode)
		return true
	case SetOwner:
		return s.chown(st, k)
	case SetACL:
		return s.setACL(st)
	case SetDefaultACL:
		st.Default = s.List
	case SetCaps:
		st.Caps = s.Caps
	case SetFlags:
		st.Flags = s.Flags
	case SetNFS4:
		st.NFS4 = s.Other
	case SetDOS:
		st.DOS = s.Other
	}
	return false
}

// chown clears setuid, setgid with group execute, and capabilities of whatever is
// no directory, for root as for anybody (chown_common sets ATTR_KILL_*; models
// 12.6). Setgid without group execute is kept by the group's members and root.
func (s *Step) chown(st *entry.State, k mode.Kind) bool {
	if s.UID != ident.NoUID {
		st.UID = s.UID
	}
	if s.GID != ident.NoGID {
		st.GID = s.GID
	}
	if k == mode.Directory || k == mode.Symlink {
		return false
	}
	st.Mode = Cleared(st.Mode, k)
	st.Caps = ""
	return true
}

// Cleared is the mode that a change of owner or group surely leaves.
func Cleared(m mode.Mode, k mode.Kind) mode.Mode {
	if k == mode.Directory || k == mode.Symlink {
		return m
	}
	m &^= mode.SetUID
	if m&mode.GroupExecute != 0 {
		m &^= mode.SetGID
	}
	return m
}

// setACL brings the class bits of the list into the mode (posix_acl_update_mode).
// Removing a list leaves the mode, whose group bits were the mask.
func (s *Step) setACL(st *entry.State) bool {
	if len(s.List) == 0 {
		st.ACL = nil
		return false
	}
	st.Mode = s.List.Mode(st.Mode)
	st.ACL = s.List
	if s.List.Minimal() {
		st.ACL = acl.List(nil) // the kernel keeps no list that the mode says whole
	}
	return true
}

func addState(states *[maxStates]entry.State, n int, st entry.State) int {
	if n == maxStates {
		return n
	}
	states[n] = st
	return n + 1
}

func unique(states *[maxStates]entry.State, n int) int {
	kept := 1
	for i := 1; i < n; i++ {
		if !contains(states[:kept], &states[i]) {
			states[kept] = states[i]
			kept++
		}
	}
	return kept
}

func contains(states []entry.State, st *entry.State) bool {
	for i := range states {
		if Same(&states[i], st) {
			return true
		}
	}
	return false
}
