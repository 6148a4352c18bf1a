package fts

import "sync"

// pool is the directories that any worker may take. A worker keeps what it finds to
// itself, and gives some away when another has nothing to do.
type pool struct {
	lock    sync.Mutex
	wake    sync.Cond
	waiting []*directory
	idle    int
	ended   bool
}

// spread goes through a directory with all workers.
func (w *walk) spread(d *directory) {
	w.pool = pool{waiting: []*directory{d}}
	w.pool.wake.L = &w.pool.lock
	var all sync.WaitGroup
	for _, one := range w.workers {
		all.Go(one.run)
	}
	all.Wait()
}

func (w *worker) run() {
	for d := w.next(); d != nil; d = w.next() {
		w.read(d)
	}
}

// next is a directory to read, or nil when all are read.
func (w *worker) next() *directory {
	if n := len(w.local); n > 0 {
		d := w.local[n-1]
		w.local = w.local[:n-1]
		return d
	}
	return w.walk.pool.take(len(w.walk.workers))
}

func (p *pool) take(workers int) *directory {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.idle++
	for len(p.waiting) == 0 && !p.ended {
		if p.idle == workers {
			p.ended = true
			p.wake.Broadcast()
			break
		}
		p.wake.Wait()
	}
	if p.ended {
		return nil
	}
	p.idle--
	d := p.waiting[len(p.waiting)-1]
	p.waiting = p.waiting[:len(p.waiting)-1]
	return d
}

// share gives half of the directories away, those found first, where somebody waits.
func (w *worker) share() {
	p := &w.walk.pool
	if len(w.local) < 2 || !p.lock.TryLock() {
		return
	}
	defer p.lock.Unlock()
	if p.idle == 0 || len(p.waiting) > 0 {
		return
	}
	half := len(w.local) / 2
	p.waiting = append(p.waiting, w.local[:half]...)
	w.local = append(w.local[:0], w.local[half:]...)
	p.wake.Broadcast()
}
