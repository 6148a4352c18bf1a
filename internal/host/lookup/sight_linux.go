package lookup

import (
	"os"
	"strconv"
	"strings"

	"ward/access"
	"ward/ident"
)

// sight is how this process sees ids: those that its user namespace does not map
// are shown as the overflow ids.
type sight struct {
	own          *ident.Namespace // nil for the initial one
	user, group  uint32           // the overflow ids
	usersCovered bool             // the overflow id is also a mapped one
	groupCovered bool
}

func ownSight() sight {
	s := sight{own: OwnNamespace(), user: number("/proc/sys/fs/overflowuid"), group: number("/proc/sys/fs/overflowgid")}
	s.usersCovered = s.own.MapsUser(ident.UID(s.user))
	s.groupCovered = s.own.MapsGroup(ident.GID(s.group))
	return s
}

// see says whether the ids of a step are real.
func (s *sight) see(step *access.Step) {
	user, group := uint32(step.Entry.UID) == s.user, uint32(step.Entry.GID) == s.group
	if m := step.Mount; m != nil && m.Idmapped {
		step.UnmappedUser = user && m.Users != nil && !shows(m.Users, s.user)
		step.UnmappedGroup = group && m.Groups != nil && !shows(m.Groups, s.group)
		if user && !step.UnmappedUser {
			step.User = access.Doubtful
		}
		if group && !step.UnmappedGroup {
			step.Group = access.Doubtful
		}
		return
	}
	if s.own == nil {
		return
	}
	step.User, step.Group = seen(user, s.usersCovered), seen(group, s.groupCovered)
}

func shows(ranges []ident.Range, id uint32) bool {
	for _, r := range ranges {
		if id >= r.Outside && id-r.Outside < r.Count {
			return true
		}
	}
	return false
}

func seen(overflow, covered bool) access.Sight {
	switch {
	case !overflow:
		return access.Plain
	case covered:
		return access.Doubtful
	}
	return access.Hidden
}

// OwnNamespace is the user namespace of this process, with its own ids as outside
// ids, as it is the one that gathers the facts; nil for the initial one.
func OwnNamespace() *ident.Namespace {
	const initial = "user:[4026531837]" // PROC_USER_INIT_INO
	link, err := os.Readlink("/proc/self/ns/user")
	users, errUsers := ownIDs("/proc/self/uid_map")
	groups, errGroups := ownIDs("/proc/self/gid_map")
	if err == nil && link == initial || err != nil && errUsers != nil && errGroups != nil {
		return nil
	}
	return &ident.Namespace{Users: users, Groups: groups}
}

// ownIDs is the ids that the namespace has, each standing for itself.
func ownIDs(path string) ([]ident.Range, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []ident.Range
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue
		}
		first, errFirst := strconv.ParseUint(fields[0], 10, 32)
		count, errCount := strconv.ParseUint(fields[2], 10, 32)
		if errFirst == nil && errCount == nil {
			list = append(list, ident.Range{Inside: uint32(first), Outside: uint32(first), Count: uint32(count)})
		}
	}
	return list, nil
}

func number(path string) uint32 {
	const usual = 65534
	text, err := os.ReadFile(path)
	if err != nil {
		return usual
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
	if err != nil {
		return usual
	}
	return uint32(n)
}
