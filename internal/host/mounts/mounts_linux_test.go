package mounts

import "testing"

func TestOwnMounts(t *testing.T) {
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if m := table.At("/"); m == nil || m.Point != "/" {
		t.Errorf("the root lies on %+v", m)
	}
}
