package testfs_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ward/internal/requires"
	"ward/internal/testfs"
)

func TestMain(m *testing.M) {
	testfs.Main(m, testfs.Actors{
		"toucher": func(args []string) error {
			fmt.Println("uid", os.Getuid(), "touches", args[0])
			return os.WriteFile(args[0], nil, 0o600)
		},
		"recorder": testfs.Recorder,
		"sleeper":  func([]string) error { time.Sleep(time.Hour); return nil },
	})
}

func TestEveryFileSystemCanBeMade(t *testing.T) {
	for _, kind := range testfs.AllFileSystems() {
		t.Run(string(kind), func(t *testing.T) {
			inside := false
			testfs.InMountNamespace(t, func(t *testing.T) {
				inside = true
				dir := testfs.Image(t, kind, 0)
				file := filepath.Join(dir, "file")
				if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
					t.Fatal(err)
				}
				var fs unix.Statfs_t
				if err := unix.Statfs(dir, &fs); err != nil {
					t.Fatal(err)
				}
				t.Logf("type %#x", fs.Type)
			})
			if mounts, _ := os.ReadFile("/proc/self/mounts"); !inside && strings.Contains(string(mounts), "/ward-test-") {
				t.Error("a mount is seen outside the namespace")
			}
		})
	}
}

func TestAFullFileSystemTakesNoMore(t *testing.T) {
	testfs.InMountNamespace(t, func(t *testing.T) {
		dir := testfs.Image(t, testfs.Tmpfs, 1<<20)
		release := testfs.Full(t, dir)
		if err := os.WriteFile(filepath.Join(dir, "f"), []byte("x"), 0o600); !errors.Is(err, unix.ENOSPC) {
			t.Errorf("on a full file system: %v, want ENOSPC", err)
		}
		release()
		if err := os.WriteFile(filepath.Join(dir, "f"), []byte("x"), 0o600); err != nil {
			t.Error(err)
		}
	})
}

func TestAReadOnlyMountRefusesWrites(t *testing.T) {
	testfs.InMountNamespace(t, func(t *testing.T) {
		dir := testfs.Image(t, testfs.Tmpfs, 0)
		testfs.ReadOnly(t, dir)
		if err := os.Mkdir(filepath.Join(dir, "d"), 0o755); !errors.Is(err, unix.EROFS) {
			t.Errorf("mkdir: %v, want EROFS", err)
		}
	})
}

func TestAsRunsAsThatUser(t *testing.T) {
	dir := testfs.ReachableDir(t)
	u := testfs.User{UID: 61010, GID: 61011, Groups: []uint32{61012}, Caps: []uintptr{unix.CAP_NET_BIND_SERVICE}}
	t.Setenv("WARD_TEST_DIR", dir)
	testfs.As(t, u, func(t *testing.T) {
		groups, _ := os.Getgroups()
		if os.Getuid() != 61010 || os.Getgid() != 61011 || !slices.Equal(groups, []int{61012}) {
			t.Errorf("runs as %d:%d %v", os.Getuid(), os.Getgid(), groups)
		}
		status, _ := os.ReadFile("/proc/self/status")
		if !strings.Contains(string(status), "CapEff:\t0000000000000400") {
			t.Errorf("the capability is not there:\n%s", status)
		}
		if _, err := os.ReadFile("/etc/shadow"); !errors.Is(err, os.ErrPermission) {
			t.Errorf("read /etc/shadow: %v", err)
		}
	})
}

// The second process must be able to fail and to skip the test for good.
func TestEndsOfTheSecondProcess(t *testing.T) {
	for _, c := range []struct{ ends, want string }{
		{"pass", "--- PASS"}, {"fail", "--- FAIL"}, {"skip", "--- SKIP"}, {"die", "--- FAIL"},
	} {
		t.Run(c.ends, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestEndingOf$", "-test.v")
			cmd.Env = append(os.Environ(), "WARD_TEST_ENDING="+c.ends)
			out, err := cmd.CombinedOutput()
			if !strings.Contains(string(out), c.want+": TestEndingOf (") {
				t.Errorf("a second process that ends with %q: no %q in\n%s", c.ends, c.want, out)
			}
			if fails := c.want == "--- FAIL"; fails != (err != nil) {
				t.Errorf("exit: %v", err)
			}
		})
	}
}

func TestEndingOf(t *testing.T) {
	how := os.Getenv("WARD_TEST_ENDING")
	if how == "" {
		return
	}
	testfs.InMountNamespace(t, func(t *testing.T) {
		switch how {
		case "fail":
			t.Error("on purpose")
		case "skip":
			t.Skip("on purpose")
		case "die":
			os.Exit(0)
		}
	})
}

func TestActors(t *testing.T) {
	dir := testfs.ReachableDir(t)
	os.Chmod(dir, 0o777)
	file := filepath.Join(dir, "f")
	a := testfs.Start(t, testfs.HostileOwner, "toucher", file)
	if err := a.Wait(); err != nil {
		t.Fatal(err)
	}
	var st syscall.Stat_t
	if err := syscall.Stat(file, &st); err != nil || st.Uid != testfs.HostileOwner.UID {
		t.Errorf("owner %d, %v", st.Uid, err)
	}
	if err := testfs.Start(t, testfs.HostileOwner, "toucher", "/proc/no").Wait(); err == nil {
		t.Error("an actor's error is lost")
	}
	if _, err := testfs.Start(t, testfs.Stranger, "sleeper").Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestRefusedCallsAnswerSo(t *testing.T) {
	for _, errno := range []syscall.Errno{unix.ENOSYS, unix.EPERM} {
		t.Run(fmt.Sprint(int(errno)), func(t *testing.T) {
			testfs.WithSyscallsRefused(t, testfs.NewestCalls(), errno, func(t *testing.T) {
				if _, err := unix.Openat2(unix.AT_FDCWD, "/", &unix.OpenHow{}); !errors.Is(err, errno) {
					t.Errorf("openat2: %v, want %v", err, errno)
				}
				if err := os.WriteFile(filepath.Join(t.TempDir(), "f"), nil, 0o600); err != nil {
					t.Errorf("a call that is not refused: %v", err)
				}
			})
		})
	}
}

func TestSituationsNest(t *testing.T) {
	testfs.Once(t, func() { requires.Root(t) })
	witness := filepath.Join(testfs.ReachableDir(t), "witness")
	testfs.InMountNamespace(t, func(t *testing.T) {
		dir := testfs.Image(t, testfs.Tmpfs, 0)
		testfs.Once(t, func() { os.WriteFile(witness, nil, 0o666); os.Chmod(witness, 0o666) })
		t.Run("inner", func(t *testing.T) {
			testfs.WithSyscallsRefused(t, []string{"openat2"}, unix.ENOSYS, func(t *testing.T) {
				testfs.As(t, testfs.Stranger, func(t *testing.T) {
					if _, err := unix.Openat2(unix.AT_FDCWD, dir, &unix.OpenHow{}); !errors.Is(err, unix.ENOSYS) || os.Getuid() == 0 {
						t.Errorf("openat2 as %d: %v", os.Getuid(), err)
					}
					if mounts, _ := os.ReadFile("/proc/self/mounts"); !strings.Contains(string(mounts), dir) {
						t.Errorf("%s is not mounted", dir)
					}
					os.WriteFile(witness, []byte("reached"), 0o666)
				})
			})
		})
	})
	if said, err := os.ReadFile(witness); string(said) != "reached" {
		t.Errorf("the innermost body did not run: %q, %v", said, err)
	}
}

func TestLies(t *testing.T) {
	for _, c := range []struct {
		name        string
		lie         testfs.Lie
		soon, later os.FileMode
	}{
		{"honest", testfs.Honest, 0o640, 0o640},
		{"ignores", testfs.Ignores, 0o644, 0o644},
		{"delays", testfs.Delays, 0o644, 0o640},
		{"alters", testfs.Alters, 0o641, 0o641},
	} {
		t.Run(c.name, func(t *testing.T) {
			testfs.InMountNamespace(t, func(t *testing.T) {
				dir, below := testfs.LyingFS(t, c.lie)
				os.Mkdir(filepath.Join(below, "d"), 0o755)
				os.WriteFile(filepath.Join(below, "d/f"), nil, 0o644)
				file := filepath.Join(dir, "d/f")
				if err := os.Chmod(file, 0o640); err != nil {
					t.Fatal(err)
				}
				expectMode(t, file, c.soon)
				if c.soon != c.later {
					time.Sleep(testfs.LieDelay + 200*time.Millisecond)
				}
				expectMode(t, file, c.later)
			})
		})
	}
}

func expectMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	fi, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if fi.Mode().Perm() != want {
		t.Errorf("%s is %04o, want %04o", path, fi.Mode().Perm(), want)
	}
}

func TestTraceSeesWritesByPath(t *testing.T) {
	dir := t.TempDir()
	script := `cd "$1" && : >f && chmod 600 f && ln f g && mv g h && chown 0:0 h && setfacl -m u:61001:r f && cat f >/dev/null && exit 7`
	got := testfs.TraceWrites(t, testfs.Program{Args: []string{"sh", "-c", script, "sh", dir}})
	if got.Exit != 7 || got.Output != "" {
		t.Fatalf("exit %d, said %q", got.Exit, got.Output)
	}
	var names []string
	for _, c := range testfs.PathWrites(got.Calls, "/dev/null") {
		names = append(names, c.Name)
		for _, p := range c.Paths {
			if !strings.HasPrefix(p.Absolute(), dir) {
				t.Errorf("%v is not in %s", c, dir)
			}
		}
	}
	for _, want := range []string{"openat", "fchmodat", "linkat", "renameat2", "fchownat", "setxattr"} {
		if !slices.Contains(names, want) {
			t.Errorf("no %s among %v", want, names)
		}
	}
	if rest := testfs.PathWrites(got.Calls, "/dev/null", dir); len(rest) > 0 {
		t.Errorf("outside of the allowed paths: %v", rest)
	}
}

// The calls that a careful program makes are no writes by path; this test is its
// own traced program.
func TestTraceAcceptsDescriptors(t *testing.T) {
	if file := os.Getenv("WARD_TEST_CAREFUL"); file != "" {
		fd, err := unix.Open(file, unix.O_PATH, 0)
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(unix.Fchmodat(fd, "", 0o640, unix.AT_EMPTY_PATH), unix.Fchownat(fd, "", 0, 0, unix.AT_EMPTY_PATH),
			unix.Setxattr(fmt.Sprintf("/proc/self/fd/%d", fd), "user.x", []byte("y"), 0))
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	file := filepath.Join(t.TempDir(), "f")
	os.WriteFile(file, nil, 0o600)
	self, _ := os.Executable()
	scratch := t.TempDir() // for the counters of a run with coverage
	got := testfs.TraceWrites(t, testfs.Program{
		Args: []string{self, "-test.run=^TestTraceAcceptsDescriptors$"}, Env: append(os.Environ(), "WARD_TEST_CAREFUL="+file, "TMPDIR="+scratch),
	})
	if got.Exit != 0 {
		t.Fatal(got.Output)
	}
	var names []string
	for _, c := range got.Calls {
		names = append(names, c.Name)
	}
	if !slices.Contains(names, "fchmodat2") || !slices.Contains(names, "setxattr") {
		t.Errorf("traced only %v", names)
	}
	for _, c := range testfs.PathWrites(got.Calls, "/dev/null", scratch) {
		t.Errorf("taken for a write by path: %v", c)
	}
}
