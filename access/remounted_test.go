package access

import (
	"fmt"
	"testing"

	"ward/entry"
)

// A file system that is read-only is seen through two mounts. Once one of them is made
// writable for good, closing the other after a change must not close the file system
// again. The oracle found it, with seed 1795346365095322976.
func TestTheOtherMountOfAFileSystemIsClosedAlone(t *testing.T) {
	first := &Mount{ID: 1, Point: "/a", FSType: "xfs", Source: "/dev/loop0", SuperReadOnly: true}
	second := &Mount{ID: 2, Point: "/b", FSType: "xfs", Source: "/dev/loop0", ReadOnly: true, SuperReadOnly: true}
	elsewhere := &Mount{ID: 3, Point: "/c", FSType: "xfs", Source: "/dev/loop1", ReadOnly: true, SuperReadOnly: true}
	alter := func(m *Mount) Remedy {
		return Remedy{Does: Alter, Path: m.Point + "/f", Mount: m, Before: entry.State{Mode: 0o600}, After: entry.State{Mode: 0o640}}
	}
	fix := Fix{Remedies: ordered([]Remedy{alter(second), alter(elsewhere), alter(first), {Does: Remount, Path: "/a", Mount: first, Options: "rw"}})}
	want := "[[mount -o remount,rw /a] [mount -o remount,bind,rw /b] [chmod g+r /b/f] [mount -o remount,bind,ro /b] " +
		"[mount -o remount,rw /c] [chmod g+r /c/f] [mount -o remount,ro /c] [chmod g+r /a/f]]"
	if got := fmt.Sprint(fix.Commands(nil, "")); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
