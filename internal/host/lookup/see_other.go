//go:build !linux

package lookup

import "ward/access"

// Sight is how this process sees ids: on other systems than Linux as they are.
type Sight struct{}

// NewSight looks at this process once.
func NewSight() *Sight { return &Sight{} }

// See says whether the ids of a step are real.
func (*Sight) See(*access.Step) {}
