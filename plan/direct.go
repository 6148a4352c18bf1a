package plan

import (
	"ward/entry"
	"ward/mode"
	"ward/policy"
)

// Direct is the change that gives an entry the state that somebody asked for by
// itself, without a policy. decided are the mode bits that were asked for expressly:
// those come back after a change of owner. A non-zero set of facts is to be fetched
// before asking again; what was denied is left out, and the caller must look at
// e.Denied before it takes the change. The change shares what the entry holds.
func Direct(e *entry.Entry, after entry.State, decided mode.Mode) (Change, entry.Facts) {
	c := Change{
		Path: e.Path(), Kind: e.Kind, ID: e.ID, Links: e.Links, Changed: e.ChangeTime, In: e.Dir,
		Known:  entry.Stat | e.Known&(entry.AccessACL|entry.DefaultACL|entry.Caps|entry.Content|entry.Handle),
		Before: e.State,
		After:  after,
	}
	c.Before.Flags, c.After.Flags = 0, 0 // they are not ours to lift
	c.Before.DOS, c.After.DOS = "", ""
	clearUnearned(&c, decided)
	c.keepList(e)
	if c.Empty() {
		return c, 0
	}
	var need entry.Facts
	if e.ID.Birth == 0 {
		need |= entry.Handle
	}
	if c.Kind == mode.Regular && ownerChanges(&c) {
		need |= entry.Caps
	}
	if c.Kind != mode.Symlink && policy.ListMatters(&c.Before, &c.After) {
		need |= entry.AccessACL
	}
	if c.Kind != mode.Symlink && c.Before.Mode != c.After.Mode {
		need |= entry.NFS4
	}
	return c, need &^ (e.Known | e.Denied)
}
