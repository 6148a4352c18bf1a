package oracle

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"ward/internal/requires"
	"ward/internal/testfs"
)

// TestKernelDecidesUnderEachProtection sets fs.protected_symlinks and the like to each
// of their values, compares under each, and puts them back. The settings hold for the
// whole machine; nothing else of this package runs meanwhile.
func TestKernelDecidesUnderEachProtection(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.UserNamespace, requires.Chown, requires.Sysctls)
	testfs.InMountNamespace(t, func(t *testing.T) {
		t.Logf("go test ./internal/oracle -run %s -seed %d", t.Name(), *seed)
		x := &trial{t: t, tally: newTally(), households: someHouseholds(t), aims: protections()}
		for _, kind := range []testfs.FileSystem{testfs.Tmpfs, testfs.Ext4, testfs.Btrfs} {
			x.stages = append(x.stages, x.open(&stage{name: string(kind), root: testfs.Image(t, kind, 0)}))
		}
		least := max(*volume, 100_000) / 100
		for round := uint64(0); !t.Failed() && round < 200; round++ {
			x.under(settings[round%uint64(len(settings))], func() {
				s := x.stages[round%uint64(len(x.stages))]
				x.round(s, rand.New(rand.NewPCG(*seed, 1<<32|round)))
			})
			if met := x.tally.facts; slices.IndexFunc(x.aims, func(a Aim) bool { return met[a.Fact] < least }) < 0 {
				break
			}
		}
		x.tally.report(t)
		x.proofs.report(t)
		for _, a := range x.aims {
			if x.tally.facts[a.Fact] < least && !t.Failed() {
				t.Errorf("%q was met too seldom", a.Fact)
			}
		}
	})
}

func protections() []Aim {
	return slices.DeleteFunc(slices.Clone(Aims), func(a Aim) bool { return len(a.Fact) < 10 || a.Fact[:10] != "protected_" })
}

// settings are values of protected_symlinks, _hardlinks, _fifos and _regular.
var settings = [][4]int{{1, 1, 1, 1}, {1, 1, 2, 2}, {0, 0, 0, 0}, {1, 0, 2, 1}, {0, 1, 1, 2}, {1, 1, 0, 2}, {1, 1, 2, 0}}

var settingNames = [...]string{"protected_symlinks", "protected_hardlinks", "protected_fifos", "protected_regular"}

// under runs f with the settings, and puts back what was there.
func (x *trial) under(values [4]int, f func()) {
	for i, name := range settingNames {
		path := "/proc/sys/fs/" + name
		was, err := os.ReadFile(path)
		must(x.t, err)
		defer func() { must(x.t, os.WriteFile(path, was, 0o644)) }()
		must(x.t, os.WriteFile(path, fmt.Appendln(nil, values[i]), 0o644))
	}
	f()
}
