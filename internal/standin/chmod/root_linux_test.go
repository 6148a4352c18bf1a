package chmod

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ward/internal/host/sys"
	"ward/internal/standin"
	"ward/internal/standin/fts"
	"ward/internal/standin/options"
	"ward/mode"
)

// --preserve-root leaves the root alone with all below it, under any of its names,
// and goes on. Another directory stands in for "/" here.
func TestPreserveRoot(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	for _, name := range []string{root, filepath.Join(root, "below"), filepath.Join(dir, "other")} {
		if err := os.Mkdir(name, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(root, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	p := standin.NewProgram("chmod", &out, &errs, false, func(string) (string, bool) { return "", false })
	e, err := mode.ParseExpr("711")
	if err != nil {
		t.Fatal(err)
	}
	r := &Request{Change: e, Shared: options.Shared{Recurse: true, Links: fts.Arguments, Verbosity: standin.Every}}
	c := &changer{Request: r, program: p, runner: standin.Who(), calls: sys.Probe(), root: new(sys.Stat)}
	if err := sys.StatName(sys.AtCWD, nulTerminated(root), c.root, sys.Patient); err != nil {
		t.Fatal(err)
	}
	fts.Walk([]string{filepath.Join(dir, "link"), filepath.Join(dir, "other")}, fts.Options{Links: r.Links, Recurse: true}, func() fts.Visitor { return c })
	p.Finish(0)
	want := "chmod: it is dangerous to operate recursively on 'DIR/link' (same as '/')\n" +
		"chmod: use --no-preserve-root to override this failsafe\n"
	if got := strings.ReplaceAll(errs.String(), dir, "DIR"); got != want || !c.failed.Load() {
		t.Errorf("said\n%swant\n%s", got, want)
	}
	if got := strings.ReplaceAll(out.String(), dir, "DIR"); got != "mode of 'DIR/other' changed from 0700 (rwx------) to 0711 (rwx--x--x)\n" {
		t.Errorf("said %s", got)
	}
}
