package plan

import "ward/entry"

// SameAfterRestart reports whether two identities are of one object, but for the
// number of its device, which the next start of the machine may change. What
// lasts must agree, and must be there: the time of birth, or the handle.
func SameAfterRestart(a, b entry.Identity) bool {
	lasting := a.Birth != 0 || a.Handle != "" && b.Handle != ""
	b.Device = a.Device
	return lasting && SameObject(a, b)
}
