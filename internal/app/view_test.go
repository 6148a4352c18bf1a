package app

import (
	"testing"

	"ward/access"
	"ward/account"
	"ward/entry"
	"ward/internal/host/lookup"
	"ward/internal/host/process"
)

// The mounts of a process in another tree are never replaced by the reader's own.
func TestMountsThatCannotBeReadAreUnknown(t *testing.T) {
	p := &process.Process{PID: 1 << 30, View: account.No} // there is no such process
	o := viewOf(&process.Who{Process: p})
	if o.Mounts == nil {
		t.Fatal("the mounts of this process would be taken")
	}
	if len(p.Unread) != 1 || p.Unread[0].What != "its mounts" {
		t.Errorf("unread is %v", p.Unread)
	}
	o.Root, o.Cwd = "", ""
	w, err := lookup.Gather("/", o)
	if err != nil {
		t.Fatal(err)
	}
	if w.Steps[0].Mount != nil {
		t.Errorf("the mount is %+v", w.Steps[0].Mount)
	}
	q := &access.Question{Caller: &access.Caller{}, Host: &access.Host{}, Action: access.Creating, Way: &access.Way{Steps: w.Steps, Missing: "new"}}
	q.Caller.UID = w.Steps[0].Entry.UID
	q.Way.Steps[0].Entry.Mode |= 0o700
	if v := access.Decide(q); v.Answer != access.Unknown || v.Missing&access.MountFacts == 0 {
		t.Errorf("%+v, missing %b", v, v.Missing&^entry.Facts(0))
	}
}
