package translate

import (
	"ward/acl/nfs4"
	"ward/legacy/amiga"
	"ward/mode"
)

// behaviour is what the table of models has behind it.
type behaviour struct {
	dialect  dialect
	model    Model
	inherits bool // directories hand permissions down
	deletes  bool // deleting is a right to the object alone: no directory enters
	systems  bool // it has a category for the system
}

// behaviours finds one by the id of its model.
func behaviours(id string) (behaviour, bool) {
	d, ok := dialectOf(id)
	if !ok {
		return behaviour{}, false
	}
	b := behaviour{dialect: d}
	for _, m := range Models() {
		if m.ID == id {
			b.model = m
		}
	}
	switch id {
	case "posix", "posix-freebsd", "posix-solaris", "nfs4", "nfs4-freebsd", "nfs4-zfs", "nt", "macos", "zos", "vms":
		b.inherits = true
	}
	b.deletes = id == "amiga" || id == "amiga1" || id == "vms"
	b.systems = id == "vms"
	return b, true
}

func dialectOf(id string) (dialect, bool) {
	switch id {
	case "unix":
		return unixModel{}, true
	case "posix":
		return posixModel{id: id, linux: true}, true
	case "posix-freebsd":
		return posixModel{id: id}, true
	case "posix-solaris":
		return posixModel{id: id, adds: true}, true
	case "nfs4":
		return nfs4Model{id, nfs4.RFC8881}, true
	case "nfs4-freebsd":
		return nfs4Model{id, nfs4.FreeBSDRules}, true
	case "nfs4-zfs":
		return nfs4Model{id, nfs4.ZFS}, true
	}
	return otherDialect(id)
}

func otherDialect(id string) (dialect, bool) {
	switch id {
	case "macos":
		return macosModel{}, true
	case "nt":
		return ntModel{}, true
	case "dos":
		return dosModel{}, true
	case "mac":
		return classicModel{}, true
	case "amiga":
		return amigaModel{id, amiga.MultiUser}, true
	case "amiga1":
		return amigaModel{id, amiga.SingleUser}, true
	case "vms":
		return vmsModel{}, true
	case "racf":
		return racfModel{}, true
	case "zos":
		return zosModel{}, true
	case "hpux":
		return hpuxModel{}, true
	}
	return nil, false
}

// decides is the rights that values give and withhold, for an object of the kind.
func (b behaviour) decides(k mode.Kind) Rights { return forKind(b.model.Decides, k) }

func (b behaviour) fixed(k mode.Kind) Rights { return forKind(b.model.Fixed, k) }

// forKind leaves out what only directories have.
func forKind(r Rights, k mode.Kind) Rights {
	if k != mode.Directory {
		r &^= DeleteChild
	}
	return r
}
