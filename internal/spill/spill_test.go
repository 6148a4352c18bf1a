package spill_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"ward/internal/spill"
)

// temporary makes files that vanish when they are closed.
func temporary(t testing.TB) func() (spill.File, error) {
	dir := t.TempDir()
	return func() (spill.File, error) {
		f, err := os.CreateTemp(dir, "run-")
		if err == nil {
			err = os.Remove(f.Name())
		}
		return f, err
	}
}

func collect(t testing.TB, s *spill.Sorter) (records [][]byte) {
	t.Helper()
	for r, err := range s.Sorted() {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, bytes.Clone(r))
	}
	return records
}

func TestSortedIsEveryRecordInOrder(t *testing.T) {
	create := temporary(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := spill.New(spill.Options{Create: create, Memory: rapid.IntRange(1, 400).Draw(rt, "memory")})
		defer s.Close()
		var want [][]byte
		for range rapid.IntRange(1, 4).Draw(rt, "workers") {
			a := s.Adder()
			for _, r := range rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 30), 0, 60).Draw(rt, "records") {
				if err := a.Add(r); err != nil {
					rt.Fatal(err)
				}
				want = append(want, r)
			}
		}
		slices.SortFunc(want, bytes.Compare)
		for range 2 {
			got := collect(t, s)
			if !slices.EqualFunc(got, want, bytes.Equal) {
				rt.Fatalf("got %q, want %q", got, want)
			}
		}
		if s.Count() != len(want) {
			rt.Fatalf("count %d, want %d", s.Count(), len(want))
		}
	})
}

func TestWorkersAddAtTheSameTime(t *testing.T) {
	s := spill.New(spill.Options{Create: temporary(t), Memory: 10_000})
	defer s.Close()
	var g sync.WaitGroup
	for w := range 4 {
		a := s.Adder()
		g.Go(func() {
			for i := range 5000 {
				if err := a.Add(fmt.Appendf(nil, "%06d", i*4+w)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	g.Wait()
	for i, r := range collect(t, s) {
		if string(r) != fmt.Sprintf("%06d", i) {
			t.Fatalf("record %d is %q", i, r)
		}
	}
}

type fullDisk struct{ *os.File }

var errFull = errors.New("no space left on device")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestAFullDiskIsSaid(t *testing.T) {
	s := spill.New(spill.Options{Memory: 10, Create: func() (spill.File, error) { return fullDisk{}, nil }})
	a := s.Adder()
	var err error
	for i := 0; err == nil && i < 100; i++ {
		err = a.Add([]byte("0123456789"))
	}
	if !errors.Is(err, errFull) {
		t.Fatalf("got %v", err)
	}
}

func ExampleSorter() {
	s := spill.New(spill.Options{})
	defer s.Close()
	a := s.Adder()
	for _, name := range []string{"usr", "etc", "var"} {
		if err := a.Add([]byte(name)); err != nil {
			fmt.Println(err)
		}
	}
	for name := range s.Sorted() {
		fmt.Printf("%s ", name)
	}
	// Output: etc usr var
}
