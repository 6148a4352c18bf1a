package apply

import (
	"ward/entry"
	"ward/plan"
)

// A device number lasts as long as the machine runs. After a restart a file system
// may have another one, and those that lie on no device of their own, as btrfs and
// overlayfs, are numbered in the order in which they are mounted. The root is found
// by its path and known by what lasts; whatever had its device number then is
// looked for under the one that it has now. Objects of other file systems in the
// tree keep the number of the plan, and are told from others by it.

// renumberedDevice is the device number of the root when the plan was made, and
// now; both 0 where it is the same.
type renumberedDevice struct{ then, now uint64 }

func rootDevice(h plan.Header, t Target) renumberedDevice {
	if h.RootID == (entry.Identity{}) {
		return renumberedDevice{}
	}
	var e entry.Entry
	root, err := t.Object(".", &e)
	if err != nil {
		return renumberedDevice{} // every object will say why
	}
	defer root.Close()
	if e.ID.Device == h.RootID.Device {
		return renumberedDevice{}
	}
	if h.RootID.Handle != "" {
		_ = root.Look(entry.Handle, &e) // without it the time of birth must do
	}
	if !plan.SameAfterRestart(h.RootID, e.ID) {
		return renumberedDevice{}
	}
	return renumberedDevice{then: h.RootID.Device, now: e.ID.Device}
}

// present is an identity of the plan with the device number of today.
func (d renumberedDevice) present(id entry.Identity) entry.Identity {
	if id.Device == d.then && d != (renumberedDevice{}) {
		id.Device = d.now
	}
	return id
}
