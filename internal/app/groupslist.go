package app

import (
	"ward/acl/nfs4"
	"ward/entry"
	"ward/mode"
	"ward/translate"
)

// addList adds who gains and who loses by another list of NFS 4, as its own rules decide,
// and the mode that a server makes of it.
func (x *Group) addList() {
	before, after := x.Before.NFS4, x.After.NFS4
	if before == after || before == "" || after == "" {
		return
	}
	list, err := after.NFS4ACL()
	if err != nil {
		return
	}
	gain, lose := shifted(holdings(before, x.Kind), holdings(after, x.Kind))
	x.Gains, x.Loses = append(x.Gains, words(gain)...), append(x.Loses, words(lose)...)
	m := x.After.Mode&mode.Special | list.Mode(nfs4.Object{
		Owner: x.After.UID, Group: x.After.GID, Mode: x.After.Mode, Rules: nfs4.RFC8881,
	})&mode.Permissions
	if m != x.Before.Mode && x.Before.Mode == x.After.Mode {
		x.Follows = &m
	}
}

// holdings is what a list lets everybody whom it names do; nothing for one that is
// damaged.
func holdings(s entry.Stored, k mode.Kind) []Holding {
	list, err := s.NFS4ACL()
	if err != nil {
		return nil
	}
	m, _, _ := translate.Find("nfs4")
	all, _, err := (&permissionReader{}).access(translate.Object{Model: m.ID, Kind: k, Value: list}, m)
	if err != nil {
		return nil
	}
	return all
}

func words(all []Holding) (text []string) {
	for _, h := range all {
		text = append(text, h.Who.String()+": "+h.Rights.String())
	}
	return text
}
