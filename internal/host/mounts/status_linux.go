package mounts

import (
	"ward/access"
	"ward/internal/host/sys"
)

func numberOf(fd int) (uint64, error) { return sys.MountNumber(fd) }

// lookUp asks the kernel which mount of the table has the unique number, and for
// its id map.
func (t *Table) lookUp(id uint64) *access.Mount {
	status, err := sys.StatMount(id)
	if err != nil {
		return t.byNumber[id]
	}
	m := t.byNumber[status.Number]
	if m == nil || !m.Idmapped || !status.MapIsKnown {
		return m
	}
	mapped := *m
	users, okUsers := parseMap(status.Users)
	groups, okGroups := parseMap(status.Groups)
	if okUsers && okGroups {
		mapped.Users, mapped.Groups = users, groups
	}
	return &mapped
}
