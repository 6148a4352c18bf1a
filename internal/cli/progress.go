package cli

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"ward/internal/report"
)

// progress shows one line on a terminal while something takes long. It is nil, and
// silent, anywhere else.
type progress struct {
	out     io.Writer
	patient <-chan time.Time
	due     atomic.Bool
	shown   atomic.Bool
}

// patience is how long ward works without a word.
const patience = 500 * time.Millisecond

func (c *console) progress() *progress {
	if !c.live {
		return nil
	}
	return &progress{out: c.err, patient: time.After(patience)}
}

// Progress implements app.Progress.
func (p *progress) Progress(stage string, done, total int64) {
	if p == nil {
		return
	}
	select {
	case <-p.patient:
		p.due.Store(true)
	default:
	}
	if !p.due.Load() {
		return
	}
	p.shown.Store(true)
	text := stage + " " + report.Count(done)
	if total > 0 {
		text += " of " + report.Count(total)
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", text)
}

// stop takes the line away.
func (p *progress) stop() {
	if p != nil && p.shown.Swap(false) {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
