package tree

import (
	"sync"
	"sync/atomic"
)

// pool is where workers without work find some, and where the last of them
// notices that there is none left.
type pool struct {
	wanted  atomic.Int32 // workers that wait, less what is ready for them
	workers int

	mu     sync.Mutex
	wake   sync.Cond
	idle   int
	ready  []pending
	closed bool
}

// count is called with mu held after every change.
func (p *pool) count() { p.wanted.Store(int32(p.idle - len(p.ready))) }

// give puts work into the pool.
func (p *pool) give(work []pending) {
	p.mu.Lock()
	p.ready = append(p.ready, work...)
	p.count()
	p.mu.Unlock()
	p.wake.Broadcast()
}

// take waits for work. It answers no when every worker waits for some, or when
// the walk has ended.
func (p *pool) take() (pending, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle++
	if p.idle == p.workers && len(p.ready) == 0 {
		p.closed = true
		p.wake.Broadcast()
	}
	p.count()
	for len(p.ready) == 0 && !p.closed {
		p.wake.Wait()
	}
	p.idle--
	defer p.count()
	if p.closed {
		return pending{}, false
	}
	last := len(p.ready) - 1
	work := p.ready[last]
	p.ready[last] = pending{}
	p.ready = p.ready[:last]
	return work, true
}

// close sends everybody home.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.wake.Broadcast()
}
