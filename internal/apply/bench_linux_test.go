package apply_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"ward/account"
	"ward/entry"
	"ward/internal/apply"
	"ward/internal/host/files"
	"ward/internal/host/state"
	"ward/internal/host/target"
	"ward/plan"
	"ward/policy"
	"ward/tree"
)

// BenchmarkEveryModeChanges is a run in which every mode of a tree changes: walk,
// judgement, plan, journal, sync, changes and verification. chmod -R of the same
// tree is its measure.
func BenchmarkEveryModeChanges(b *testing.B) {
	dir := benchTree(b, 2000, 50)
	b.Run("ward", func(b *testing.B) {
		d, err := state.Open(filepath.Join(b.TempDir(), "state"))
		must(b, err)
		n, cpu := 0, spent(syscall.RUSAGE_SELF)
		for range b.N {
			n += planAndApply(b, d, dir, other(b, dir))
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/entry")
		b.ReportMetric(float64(spent(syscall.RUSAGE_SELF)-cpu)/float64(n), "cpu-ns/entry")
	})
	b.Run("chmod", func(b *testing.B) {
		cpu := spent(syscall.RUSAGE_CHILDREN)
		for range b.N {
			must(b, exec.Command("chmod", "-R", other(b, dir), dir).Run())
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2000*50*b.N), "ns/entry")
		b.ReportMetric(float64(spent(syscall.RUSAGE_CHILDREN)-cpu)/float64(2000*50*b.N), "cpu-ns/entry")
	})
}

// other is the mode expression that changes every mode once more.
func other(b testing.TB, dir string) string {
	if m, _ := modeOf(b, dir); m&0o004 == 0 {
		return "o+r"
	}
	return "o-r"
}

// spent is the processor time of this process, or of its children, in nanoseconds.
func spent(who int) int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(who, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

func benchTree(b *testing.B, dirs, perDir int) string {
	base := b.TempDir()
	if where := os.Getenv("WARD_BENCH_DIR"); where != "" {
		base = where
	}
	for d := range dirs {
		sub := filepath.Join(base, fmt.Sprintf("pkg-%d", d/10), fmt.Sprintf("sub-%d", d))
		must(b, os.MkdirAll(sub, 0o775))
		for f := range perDir {
			name := filepath.Join(sub, fmt.Sprintf("source_file_%d.go", f))
			must(b, os.WriteFile(name, nil, 0o664))
		}
	}
	must(b, exec.Command("chmod", "-R", "o+r", base).Run())
	time.Sleep(time.Second) // times of change must be older than the plan
	return base
}

// planner plans while a tree is walked.
type planner struct {
	judge  *policy.Worker
	differ *plan.Differ
	adder  *adder
	errs   []error
}

func (p *planner) Enter(d *entry.Dir) bool { return p.judge.Enter(d) }

func (p *planner) Visit(e *entry.Entry) (entry.Facts, tree.Action) {
	o, need := p.judge.Judge(e)
	switch {
	case need != 0:
		return need, tree.Continue
	case o.Excluded:
		return 0, tree.Prune
	case o.Compliant:
		p.adder.links.Content(e)
		return 0, tree.Continue
	}
	c, _, need := p.differ.Diff(e, &o)
	if c != nil {
		if err := p.adder.add(c); err != nil {
			p.errs = append(p.errs, err)
		}
	}
	return need, tree.Continue
}

func (p *planner) Fail(_ string, err error) { p.errs = append(p.errs, err) }

func planAndApply(b testing.TB, d *state.Dir, dir, want string) int {
	pol, _ := policy.Parse("bench.yaml", []byte("version: 1\nexclude-defaults: false\nrules:\n  - {name: all, match: {type: [file, dir]}, require: {mode: \""+want+"\"}}\n"))
	if pol == nil {
		pol, _ = policy.Parse("bench.yaml", []byte("version: 1\nrules:\n  - {name: all, require: {mode: \""+want+"\"}}\n"))
	}
	judge, problems := pol.Bind(policy.Binding{Accounts: account.New(nil, nil)})
	if judge == nil {
		b.Fatal(problems)
	}
	r, err := files.Open(dir)
	must(b, err)
	defer r.Close()
	j, err := d.Begin(state.Run{Command: "apply"}, plan.Header{Root: dir, Created: time.Now().UnixNano()}, time.Now())
	must(b, err)
	defer j.Close()
	var planners []*planner
	t0 := time.Now()
	must(b, r.Walk(context.Background(), tree.Options{}, func() tree.Visitor {
		w := judge.Worker()
		p := &planner{judge: w, differ: plan.NewDiffer(dir, w, judge.Rules(), plan.Options{}), adder: newAdder(j, j.Header())}
		planners = append(planners, p)
		return p
	}))
	n := 0
	for i, p := range planners {
		if i > 0 {
			planners[0].adder.links.Merge(&p.adder.links)
		}
		for _, err := range p.errs {
			b.Fatal(err)
		}
	}
	for _, p := range planners {
		_, err := p.adder.finish()
		must(b, err)
		n += p.adder.count
	}
	t1 := time.Now()
	must(b, j.Commit())
	t2 := time.Now()
	noSync := os.Getenv("WARD_BENCH_NOSYNC") != ""
	tgt := target.Of(r)
	if noSync {
		tgt = unsynced{tgt}
	}
	res, err := apply.Run(context.Background(), j, tgt, apply.Options{})
	must(b, err)
	if !res.Whole() || n == 0 {
		b.Fatalf("%d planned, %+v", n, res)
	}
	t3 := time.Now()
	must(b, j.Complete(state.Counts{Planned: n}))
	if os.Getenv("WARD_BENCH_PARTS") != "" {
		b.Logf("%d: plan %v commit %v apply %v complete %v", n, t1.Sub(t0), t2.Sub(t1), t3.Sub(t2), time.Since(t3))
	}
	return n
}

type unsynced struct{ apply.Target }

func (unsynced) Sync() error { return nil }
