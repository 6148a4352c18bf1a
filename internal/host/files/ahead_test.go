//go:build linux

package files

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ward/entry"
	"ward/internal/host/sys"
	"ward/internal/requires"
	"ward/tree"
)

// More directories than are opened ahead, within each other and side by side.
func TestDirectoriesOpenedAheadAreReadAndClosed(t *testing.T) {
	requires.Tool(t, "setfacl")
	dir := t.TempDir()
	for i := range 3 * mostAhead {
		must(t, os.MkdirAll(filepath.Join(dir, fmt.Sprint(i%7), fmt.Sprint(i), "below"), 0o755))
	}
	listed := filepath.Join(dir, "3", "3", "below")
	if said, err := exec.Command("setfacl", "-d", "-m", "o::w", listed).CombinedOutput(); err != nil {
		t.Fatalf("setfacl: %v: %s", err, said)
	}
	want := len(byLstat(t, dir))
	for _, workers := range []int{1, 2, 5} {
		r := opened(t, dir)
		before := len(descriptors())
		s := walk(t, r, tree.Options{Workers: workers}, entry.DefaultACL)
		if after := len(descriptors()); after != before {
			t.Errorf("%d workers: %d descriptors before, %d after", workers, before, after)
		}
		if len(s.entries) != want || len(s.failed) > 0 {
			t.Errorf("%d workers: %d of %d entries, failed %v", workers, len(s.entries), want, s.failed)
		}
		for path, e := range s.entries {
			if has := e.Default != nil; has != (path == "3/3/below") {
				t.Errorf("%d workers: %s: default list %v", workers, path, e.Default)
			}
		}
	}
}

func TestFewDescriptorsAhead(t *testing.T) {
	dir := t.TempDir()
	for i := range 500 {
		must(t, os.MkdirAll(filepath.Join(dir, fmt.Sprint(i%40), fmt.Sprint(i)), 0o755))
	}
	want := len(byLstat(t, dir))
	limited(t, 40, func(t *testing.T) {
		s := walk(t, opened(t, dir), tree.Options{Workers: 8}, entry.DefaultACL)
		if len(s.entries) != want || len(s.failed) > 0 {
			t.Errorf("%d of %d entries, failed %v", len(s.entries), want, s.failed)
		}
	})
}

// What a directory's last entry tells must be true on every file system that is
// believed: whatever the size of the buffer, only the last piece is the last.
func TestTheLastEntryTells(t *testing.T) {
	onEachFileSystem(t, func(t *testing.T, dir string) {
		dir = filepath.Join(dir, "names")
		must(t, os.Mkdir(dir, 0o755))
		for i := range 1000 {
			must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("name-%d", i)), nil, 0o600))
		}
		r := opened(t, dir)
		slow := r.slowPlaces()
		if !slow.tellsEnd {
			return
		}
		for _, size := range []int{280, 1000, 4096, 1 << 20} {
			if told := readToEnd(t, dir, size); told != 1 {
				t.Errorf("with a buffer of %d bytes %d pieces said that they were the last", size, told)
			}
		}
	})
}

// readToEnd counts the pieces that say to be the last; none may follow one that does.
func readToEnd(t *testing.T, dir string, size int) (told int) {
	t.Helper()
	fd, err := sys.Open(sys.AtCWD, dir, sys.List)
	must(t, err)
	defer sys.Close(fd)
	buf := make([]byte, size)
	for {
		n, err := sys.ReadNames(fd, buf, sys.Prompt)
		must(t, err)
		if n == 0 {
			return told
		}
		if told > 0 {
			t.Error("names after the last")
		}
		if sys.AtEnd(buf[:n]) {
			told++
		}
	}
}
