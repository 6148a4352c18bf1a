package account_test

import (
	"slices"
	"testing"

	"ward/account"
)

func TestBelong(t *testing.T) {
	db := account.New(
		[]account.User{{Name: "root"}, {Name: "ann", UID: 1, GID: 20}, {Name: "bob", UID: 2, GID: 3}},
		[]account.Group{{Name: "dev", GID: 20, Members: []string{"bob", "ann", "zoe"}}, {Name: "dev2", GID: 20, Members: []string{"root"}}},
	)
	positions, beyond := db.Belong(20)
	if !slices.Equal(positions, []int{1, 2, 1, 0}) || !slices.Equal(beyond, []string{"zoe"}) {
		t.Errorf("%v %v", positions, beyond)
	}
	if positions, beyond := db.Belong(3); !slices.Equal(positions, []int{2}) || beyond != nil {
		t.Errorf("%v %v", positions, beyond)
	}
	if positions, _ := (*account.Database)(nil).Belong(0); positions != nil {
		t.Errorf("%v", positions)
	}
	if !db.Lists(2) || db.Lists(4711) || (*account.Database)(nil).Lists(0) {
		t.Error("Lists")
	}
}
