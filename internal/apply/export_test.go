package apply

import "ward/plan"

// Do takes one step.
func Do(o Object, s *plan.Step) error { return do(o, s) }
