package lookup

import "ward/access"

// Sight is how this process sees ids, for steps that were made elsewhere: on a walk.
// It may be used by many goroutines at once.
type Sight struct{ own sight }

// NewSight looks at this process once.
func NewSight() *Sight { return &Sight{ownSight()} }

// See says whether the ids of a step, whose Mount is set, are real.
func (s *Sight) See(step *access.Step) { s.own.see(step) }
