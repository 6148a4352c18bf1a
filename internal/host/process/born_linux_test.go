package process

import (
	"os"
	"testing"
	"time"
)

func TestBornOf(t *testing.T) {
	const boot = "cpu  1 2\nintr 5\nbtime 1795315000\nprocesses 9\n"
	stat := "42 (a) R ) S 7 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 250 1 1"
	born, parent, ok := bornOf(stat, boot)
	if want := time.Unix(1795315002, 5e8); !ok || parent != 7 || !born.Equal(want) {
		t.Errorf("%v %d %v, want %v 7", born, parent, ok, want)
	}
	for _, bad := range []string{"", "42 (a) S", "42 (a) S x 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 250 1 1"} {
		if _, _, ok := bornOf(bad, boot); ok {
			t.Errorf("%q is taken", bad)
		}
	}
	if _, _, ok := bornOf(stat, "cpu 1\n"); ok {
		t.Error("no time of boot is needed")
	}
}

func TestBornOfThisProcess(t *testing.T) {
	born, parent, err := Born(os.Getpid())
	if err != nil || parent != os.Getppid() || time.Since(born) > time.Hour || time.Until(born) > 2*time.Second {
		t.Errorf("%v, parent %d, %v", born, parent, err)
	}
}
