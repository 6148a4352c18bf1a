package policy

import (
	"os"
	"testing"

	"ward/entry"
	"ward/mode"
)

// What is ruled out early must be what the whole test says no to.
func TestScreenedIsNo(t *testing.T) {
	text, err := os.ReadFile("packs/baseline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, problems := Parse("baseline.yaml", text)
	if problems.Broken() {
		t.Fatal(problems.Err())
	}
	j, _ := p.Bind(Binding{Accounts: testAccounts})
	w := j.Worker()
	screened, kept := 0, 0
	for _, e := range append(sourceTree(w), telling()...) {
		s := subject{Entry: e}
		if w.locate(&s) {
			continue
		}
		for i := range j.rules {
			c := j.rules[i].candidates
			for k := 0; c != nil && k < len(c.tests); k++ {
				verdict := c.tests[k].eval(&s, &w.asking)
				if !c.tests[k].screened(&s, &w.asking) {
					kept++
				} else if screened++; verdict != no {
					t.Errorf("%s %s of %d bytes: rule %s: candidates %d: ruled out, but %d", e.Kind, e.Name, e.Size, p.Rules()[i].ID, k, verdict)
				}
			}
		}
	}
	if screened == 0 || kept == 0 {
		t.Errorf("%d ruled out, %d not", screened, kept)
	}
}

// telling is entries of every kind and size with names that candidates have.
func telling() (es []*entry.Entry) {
	dir := &entry.Dir{Path: ".", Programs: 1}
	for _, name := range []string{"server.key", "id_rsa", "run", "setup.sh", "Makefile", "x.key.old", "READMEs", ".env", "a", "key.txt", "x.c"} {
		for _, kind := range []mode.Kind{mode.Regular, mode.Directory, mode.Symlink, mode.FIFO} {
			for _, size := range []int64{0, 1, 63, 64, 5000, 64 << 10, 64<<10 + 1} {
				es = append(es, &entry.Entry{Dir: dir, Name: name, Kind: kind, Size: size, Links: 1, Known: entry.Stat, State: entry.State{Mode: 0o644}})
			}
		}
	}
	return es
}
