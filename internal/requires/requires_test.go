package requires

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// recorder stands in for a test: it notes how it was ended.
type recorder struct {
	testing.TB
	skipped, failed string
}

type ended struct{}

func (r *recorder) Helper()      {}
func (r *recorder) Name() string { return "TestOfSomething" }

func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = format
	panic(ended{})
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failed = format
	panic(ended{})
}

func (r *recorder) run(need func(testing.TB)) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(ended); !ok {
				panic(p)
			}
		}
	}()
	need(r)
}

func TestEnds(t *testing.T) {
	answersLock.Lock()
	answers["there"] = answer{}
	answers["absent"] = answer{absent: "it was never made"}
	answers["unclear"] = answer{unknown: errors.New("the probe broke")}
	answersLock.Unlock()
	for _, c := range []struct {
		name, ci     string
		need         func(testing.TB)
		skips, fails bool
		listed       string
	}{
		{"what is there runs", "", func(t testing.TB) { Feature(t, "there") }, false, false, ""},
		{"what is absent skips and is listed", "", func(t testing.TB) { Feature(t, "absent") }, true, false, "TestOfSomething\tabsent\tit was never made\n"},
		{"what is absent fails in CI", "true", func(t testing.TB) { Feature(t, "absent") }, false, true, "TestOfSomething\tabsent\tit was never made\n"},
		{"what is unclear fails everywhere", "", func(t testing.TB) { Feature(t, "unclear") }, false, true, ""},
		{"a missing tool skips", "", func(t testing.TB) { Tool(t, "ward-no-such-tool") }, true, false, "TestOfSomething\tward-no-such-tool\t"},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := filepath.Join(t.TempDir(), "skips")
			t.Setenv("WARD_TEST_SKIPS", list)
			t.Setenv("CI", c.ci)
			t.Setenv("WARD_REQUIRE_ALL", "")
			r := &recorder{TB: t}
			r.run(c.need)
			if got := r.skipped != ""; got != c.skips {
				t.Errorf("skipped: %v, want %v", got, c.skips)
			}
			if got := r.failed != ""; got != c.fails {
				t.Errorf("failed: %v, want %v", got, c.fails)
			}
			content, _ := os.ReadFile(list)
			if !strings.HasPrefix(string(content), c.listed) || c.listed == "" && len(content) > 0 {
				t.Errorf("listed %q, want %q", content, c.listed)
			}
		})
	}
}

// Every probe must be able to tell: whatever this machine lacks, none of them
// may answer "I do not know".
func TestProbesCanTell(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("only Linux has probes")
		return
	}
	for _, f := range []Need{
		PrivateMountNamespace, UserNamespace, LoopMount, Ext4, XFS, Btrfs, Tmpfs, Overlay, FUSE, Seccomp,
		Strace, OpenByHandle, FchmodAt2, OpenAt2, ACLs, FileCapabilities, InodeFlags, Chown, Sysctls, LandlockRecords,
	} {
		a := ask(f)
		if a.unknown != nil {
			t.Errorf("%s: %v", f, a.unknown)
		}
		t.Logf("%s: there=%v %s", f, a == answer{}, a.absent)
	}
}
