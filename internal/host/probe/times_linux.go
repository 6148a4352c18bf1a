package probe

import (
	"fmt"
	"slices"
	"time"

	"ward/internal/host/sys"
)

// times takes the median of many calls of each kind: others that use the disk at
// the same time move a mean.
func (p *prober) times() error {
	var created, statted, changed, removed []time.Duration
	for i := range p.o.rounds() {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		name := fmt.Sprint("time", i)
		var err error
		created = p.timed(created, &err, func() error { return p.create(name) })
		statted = p.timed(statted, &err, func() error { _, err := p.root.Lstat(name); return err })
		changed = p.timed(changed, &err, func() error { return p.narrow(name) })
		removed = p.timed(removed, &err, func() error { return p.root.Remove(name) })
		if err != nil {
			return err
		}
	}
	p.r.Create, p.r.Stat, p.r.Chmod, p.r.Remove = median(created), median(statted), median(changed), median(removed)
	return nil
}

// timed appends how long do took, unless something went wrong before.
func (p *prober) timed(list []time.Duration, err *error, do func() error) []time.Duration {
	if *err != nil {
		return list
	}
	start := p.o.Now()
	*err = do()
	return append(list, p.o.Now().Sub(start))
}

func (p *prober) create(name string) error {
	f, err := p.make(name)
	if err != nil {
		return err
	}
	return f.Close()
}

// narrow opens and changes a file: chmod(2) by a path would be another call on
// other systems.
func (p *prober) narrow(name string) error {
	f, err := p.root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return sys.ChmodOf(int(f.Fd()), 0o640)
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}
