package policy

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"ward/entry"
	"ward/mode"
)

// sourceTree is entries in the shape of a kernel's source: directories of some
// twenty files, suffixes in their real proportion, everything as it should be.
func sourceTree(w *Worker) []*entry.Entry {
	r := rand.New(rand.NewPCG(1, 2))
	suffixes := []string{".c", ".c", ".c", ".c", ".h", ".h", ".h", ".rst", ".yaml", ".dts", ".dtsi", ".txt", ".S", ".json"}
	words := []string{"drivers", "net", "phy", "core", "gpu", "amd", "display", "sound", "soc", "intel", "clk", "include", "asm", "mm", "vmscan", "sched", "fair", "ext4", "inode", "usb", "host", "xhci", "ring"}
	word := func() string { return words[r.IntN(len(words))] }
	root := &entry.Dir{Path: "."}
	w.Enter(root)
	dirs := []*entry.Dir{root}
	var es []*entry.Entry
	for len(es) < 20000 {
		d := dirs[r.IntN(len(dirs))]
		name := fmt.Sprintf("%s-%s%d", word(), word(), r.IntN(100))
		e := &entry.Entry{Dir: d, Name: name + suffixes[r.IntN(len(suffixes))], Kind: mode.Regular, Links: 1, Size: 5000, Known: entry.Stat}
		e.Mode = 0o644
		switch r.IntN(20) {
		case 0:
			e.Name, e.Kind, e.Mode = name, mode.Directory, 0o755
			if d.Depth < 8 {
				child := &entry.Dir{Parent: d, Path: d.Join(name), Depth: d.Depth + 1, Programs: r.IntN(10) / 9}
				w.Enter(child)
				dirs = append(dirs, child)
			}
		case 1:
			e.Name = "Makefile"
		case 2:
			e.Mode = 0o755
		}
		es = append(es, e)
	}
	return es
}

func benchmarkJudge(b *testing.B, w *Worker) {
	es := sourceTree(w)
	for _, e := range es {
		w.Judge(e)
	}
	b.ReportAllocs()
	asked := 0
	i := 0
	for b.Loop() {
		e := es[i%len(es)]
		i++
		if _, need := w.Judge(e); need != 0 {
			asked++
		}
	}
	b.ReportMetric(100*float64(asked)/float64(b.N), "%asked")
}

func manyRules(n int, wish string) (lines []string) {
	for i := range n {
		pattern := fmt.Sprintf("**/literal-name-%d", i)
		switch i % 3 {
		case 1:
			pattern = fmt.Sprintf("**/*.sfx%d", i)
		case 2:
			pattern = fmt.Sprintf("dir%d/**/x%d*", i, i)
		}
		lines = append(lines, fmt.Sprintf("{match: {path: %q}, require: {%s}}", pattern, wish))
	}
	return lines
}

func BenchmarkJudgeOneRule(b *testing.B) {
	benchmarkJudge(b, worker(b, Binding{}, "{match: {path: '**/literal-name-0'}, require: {mode: '0600'}}"))
}

func BenchmarkJudgeThousandRules(b *testing.B) {
	benchmarkJudge(b, worker(b, Binding{}, manyRules(1000, "mode: '0600'")...))
}

func BenchmarkJudgeModesOnly(b *testing.B) {
	benchmarkJudge(b, worker(b, Binding{}, "{match: {type: dir}, require: {mode: 'u=rwx,go=rx'}}", "{match: {type: file}, require: {mode: 'u=rwX,go=rX'}}"))
}

func BenchmarkJudgeBaseline(b *testing.B) { benchmarkJudge(b, baselineWorker(b)) }

func BenchmarkFineBaseline(b *testing.B) {
	w := baselineWorker(b)
	es := sourceTree(w)
	fine, i := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		if w.Fine(es[i%len(es)]) {
			fine++
		}
		i++
	}
	b.ReportMetric(100*float64(fine)/float64(b.N), "%fine")
}

func baselineWorker(b *testing.B) *Worker {
	b.Helper()
	text, err := os.ReadFile("packs/baseline.yaml")
	if err != nil {
		b.Fatal(err)
	}
	p, problems := Parse("baseline.yaml", text)
	if problems.Broken() {
		b.Fatal(problems.Err())
	}
	j, problems := p.Bind(Binding{Accounts: testAccounts})
	if problems.Broken() {
		b.Fatal(problems.Err())
	}
	return j.Worker()
}

func BenchmarkEnter(b *testing.B) {
	w := worker(b, Binding{}, manyRules(1000, "mode: '0600'")...)
	root := &entry.Dir{Path: "."}
	w.Enter(root)
	d := &entry.Dir{Parent: root, Path: "drivers", Depth: 1}
	b.ReportAllocs()
	for b.Loop() {
		w.Enter(d)
	}
}
