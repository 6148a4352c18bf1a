package testfs

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
)

// A situation within another runs the beginning of the test once more in a process
// that has what the outer one made: its mounts, its directories. What is made once
// is kept in the environment, which the inner process inherits, under the name of
// the test and the number of the call.

var (
	callsLock sync.Mutex
	calls     = map[string]int{} // by test: how often once was called
)

// once returns what make returns, or what it returned in an outer process at the
// same place of the same test.
func once(t testing.TB, make func() string) string {
	t.Helper()
	callsLock.Lock()
	calls[t.Name()]++
	key := fmt.Sprintf("WARD_TESTFS_ONCE_%s_%d", strings.ReplaceAll(t.Name(), "=", "_"), calls[t.Name()])
	callsLock.Unlock()
	if made, ok := os.LookupEnv(key); ok {
		return made
	}
	made := make()
	if err := os.Setenv(key, made); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		os.Unsetenv(key)
		callsLock.Lock()
		defer callsLock.Unlock()
		delete(calls, t.Name())
	})
	return made
}

// Once runs the preparation of a test in the outermost process that reaches it,
// and not again in those of the situations within.
func Once(t testing.TB, prepare func()) {
	t.Helper()
	once(t, func() string { prepare(); return "done" })
}
