package app

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
)

// A batch is files of one directory, which are read together.
type batch struct {
	root  string
	files []string // relative to root
}

// run walks the roots and has workers judge what they hold.
func (l *linting) run(ctx context.Context, roots []string, done *atomic.Int64) error {
	jobs := l.jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	batches := make(chan batch, 4*jobs)
	var (
		workers sync.WaitGroup
		mutex   sync.Mutex
	)
	for range jobs {
		workers.Go(func() {
			w := &lintWorker{linting: l, known: l.known.worker()}
			for b := range batches {
				w.judge(b)
				done.Add(int64(len(b.files)))
			}
			mutex.Lock()
			defer mutex.Unlock()
			w.hand(l)
		})
	}
	err := l.walkAll(ctx, roots, batches)
	close(batches)
	workers.Wait()
	return err
}

func (l *linting) walkAll(ctx context.Context, roots []string, to chan<- batch) error {
	for _, root := range roots {
		if err := l.walk(ctx, root, to); err != nil {
			return err
		}
	}
	return nil
}

// walk sends the files below root, directory by directory. A root that cannot be looked
// at is an error: nothing else was asked for.
func (l *linting) walk(ctx context.Context, root string, to chan<- batch) error {
	info, err := os.Stat(root)
	if err != nil {
		return &RequestError{Problem: "lint", Err: err}
	}
	if !info.IsDir() {
		return send(ctx, to, batch{filepath.Dir(root), []string{filepath.Base(root)}})
	}
	return l.directory(ctx, root, ".", to)
}

func (l *linting) directory(ctx context.Context, root, rel string, to chan<- batch) error {
	entries, err := os.ReadDir(filepath.Join(root, rel))
	if err != nil {
		l.unseen(filepath.Join(root, rel), err)
	}
	b := batch{root: root}
	var below []string
	for _, e := range entries {
		path := filepath.Join(rel, e.Name())
		switch {
		case l.leftOut(filepath.ToSlash(path), e.IsDir()):
		case e.IsDir():
			below = append(below, path)
		case e.Type() == fs.FileMode(0):
			b.files = append(b.files, path)
		}
	}
	if l.anyChanged(b) {
		if err := send(ctx, to, b); err != nil {
			return err
		}
	}
	for _, path := range below {
		if err := l.directory(ctx, root, path, to); err != nil {
			return err
		}
	}
	return nil
}

func send(ctx context.Context, to chan<- batch, b batch) error {
	select {
	case to <- b:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l *linting) leftOut(path string, dir bool) bool {
	return l.exclude.Match(path, dir) || l.settings.Exclude.Match(path, dir)
}

// anyChanged tells whether a batch has a file that counts: the others are read for
// their constants only.
func (l *linting) anyChanged(b batch) bool {
	for _, f := range b.files {
		if l.counts(filepath.Join(b.root, f)) {
			return true
		}
	}
	return false
}

// counts tells whether findings in a file are wanted.
func (l *linting) counts(path string) bool {
	if l.changed == nil {
		return true
	}
	whole, err := filepath.Abs(path)
	return err == nil && l.changed[whole]
}

// unseen notes what the walk could not look at; workers note in lists of their own.
func (l *linting) unseen(path string, err error) {
	if whole, failed := filepath.Abs(path); failed == nil {
		path = whole
	}
	l.walked.add(path, err)
}
