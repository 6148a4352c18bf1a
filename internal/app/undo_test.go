package app

import (
	"testing"

	"ward/internal/host/state"
)

func TestWhatCanBeTakenBack(t *testing.T) {
	for _, c := range []struct {
		name     string
		stage    state.Stage
		resumed  bool
		outcomes map[string]int
		want     bool
	}{
		{"cut off", state.Planned, false, nil, true},
		{"never begun", state.Drafted, false, nil, false},
		{"everything changed", state.Complete, false, map[string]int{"verified": 3}, true},
		{"something changed", state.Complete, false, map[string]int{"verified": 1, "already": 2}, true},
		{"others had done it all", state.Complete, false, map[string]int{"already": 3}, false},
		{"everything was something else meanwhile", state.Complete, false, map[string]int{"changed-since": 2, "gone": 1}, false},
		{"cut off after the last change, and finished", state.Complete, true, map[string]int{"already": 3}, true},
		{"cut off before the first, and finished too late", state.Complete, true, map[string]int{"changed-since": 3}, false},
	} {
		r := state.Run{Stage: c.stage, Counts: state.Counts{Planned: 3, Resumed: c.resumed, Outcomes: c.outcomes}}
		if got := mayHaveChanged(&r); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}
