package ward_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ward"
	"ward/ident"
	"ward/internal/requires"
	"ward/internal/testfs"
	"ward/mode"
	"ward/wardtest"
)

func file(t *testing.T, dir, name string, m mode.Mode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Chmod(path, uint32(m)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEnsureSetsEveryKindExactly(t *testing.T) {
	dir := t.TempDir()
	sub := filepath.Join(dir, "sub")
	fifo, socket := filepath.Join(dir, "fifo"), filepath.Join(dir, "socket")
	if err := errors.Join(os.Mkdir(sub, 0o777), syscall.Mkfifo(fifo, 0o666)); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, path := range []string{file(t, dir, "file", 0o777), sub, fifo, socket} {
		for _, m := range []mode.Mode{0o600, 0o2750, 0o4711, 0o1777, 0, 0o6755, 0o755} {
			within(t, func() error { return ward.Ensure(path, m, ward.Options{}) })
			wardtest.Mode(t, path, m.Octal())
		}
	}
}

// within fails the test if a call waits for somebody.
func within(t *testing.T, call func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the call waits")
	}
}

func TestEnsureOnLinks(t *testing.T) {
	tests := []struct {
		name    string
		path    string
		options ward.Options
		want    error  // nil: the file is changed
		says    string // in the error
	}{
		{"symlink", "link", ward.Options{}, ward.ErrSymlink, "symbolic link"},
		{"symlink with a slash behind it", "dirlink/", ward.Options{}, ward.ErrSymlink, "symbolic link"},
		{"symlink followed", "link", ward.Options{Follow: true}, nil, ""},
		{"symlink in the way", "dirlink/file", ward.Options{}, nil, ""},
		{"dangling symlink followed", "dangling", ward.Options{Follow: true}, fs.ErrNotExist, ""},
		{"magic link followed", "magic", ward.Options{Follow: true}, ward.ErrSymlink, ""},
		{"magic link in the way", "magicdir/file", ward.Options{}, ward.ErrSymlink, ""},
		{"missing", "nothing", ward.Options{}, fs.ErrNotExist, `"`},
		{"file with a slash behind it", "dir/file/", ward.Options{}, nil, ""},
		{"empty path", "", ward.Options{}, fs.ErrNotExist, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			wardtest.Make(t, dir, "drwxr-xr-x dir\n-rw-r--r-- dir/file\nlrwxrwxrwx link -> dir/file\nlrwxrwxrwx dirlink -> dir\n"+
				"lrwxrwxrwx dangling -> gone\nlrwxrwxrwx magic -> /proc/self/cwd\nlrwxrwxrwx magicdir -> /proc/self/cwd")
			path := tt.path
			if path != "" {
				path = dir + "/" + path
			}
			err := ward.Ensure(path, 0o600, tt.options)
			if !errors.Is(err, tt.want) || tt.want != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want %v %q", err, tt.want, tt.says)
			}
			want := map[bool]string{true: "0600", false: "0644"}[tt.want == nil]
			wardtest.Mode(t, filepath.Join(dir, "dir/file"), want)
			wardtest.Mode(t, filepath.Join(dir, "dir"), "0755")
		})
	}
}

func TestEnsureBeneathARoot(t *testing.T) {
	dir := t.TempDir()
	wardtest.Make(t, dir, "drwxr-xr-x in\n-rw-r--r-- in/file\n-rw-r--r-- out\nlrwxrwxrwx in/up -> ..\nlrwxrwxrwx in/link -> file\ndrwxr-xr-x in/sub\nlrwxrwxrwx root -> in")
	in := filepath.Join(dir, "in")
	tests := []struct {
		path, root string
		changed    bool
	}{
		{"file", in, true},
		{"./sub/../file", in, true},
		{"file", filepath.Join(dir, "root"), true},
		{"up/out", in, false},
		{"../out", in, false},
		{"link", in, false},
		{filepath.Join(dir, "out"), in, false},
	}
	for _, tt := range tests {
		err := ward.Ensure(tt.path, 0o600, ward.Options{Root: tt.root, Follow: true})
		if (err == nil) != tt.changed {
			t.Errorf("%s beneath %s: %v", tt.path, tt.root, err)
		}
	}
	wardtest.Mode(t, filepath.Join(dir, "out"), "0644")
}

func TestEnsureRefusesAFileWithOtherNames(t *testing.T) {
	dir := t.TempDir()
	path := file(t, dir, "file", 0o644)
	if err := os.Link(path, filepath.Join(dir, "other")); err != nil {
		t.Fatal(err)
	}
	if err := ward.Ensure(path, 0o644, ward.Options{}); err != nil {
		t.Errorf("nothing to change: %v", err)
	}
	err := ward.Ensure(path, 0o600, ward.Options{})
	var e *ward.Error
	if !errors.Is(err, ward.ErrOtherNames) || !errors.As(err, &e) || e.Found.Mode != 0o644 || e.Wanted.Mode != 0o600 || e.Path != path {
		t.Errorf("%v", err)
	}
	wardtest.Mode(t, path, "0644")
	if err := ward.Ensure(path, 0o600, ward.Options{OtherNames: true}); err != nil {
		t.Error(err)
	}
	wardtest.Mode(t, path, "0600")
}

func TestEnsureOwner(t *testing.T) {
	requires.Root(t)
	requires.Feature(t, requires.Chown)
	path := file(t, t.TempDir(), "prog", 0o777)
	if err := ward.Ensure(path, 0o6750, ward.Options{Owner: "61234", Group: "61235"}); err != nil {
		t.Fatal(err)
	}
	wardtest.Mode(t, path, "6750")
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil || st.Uid != 61234 || st.Gid != 61235 {
		t.Errorf("owned by %d:%d, %v", st.Uid, st.Gid, err)
	}
	if err := ward.Ensure(path, 0o6750, ward.Options{Owner: "root", Group: "root"}); err != nil {
		t.Fatal(err)
	}
	for _, o := range []ward.Options{{Owner: "no such user"}, {Group: "4294967295"}, {Owner: "-1"}} {
		if err := ward.Ensure(path, 0o600, o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
	wardtest.Mode(t, path, "6750")
}

func TestEnsureSaysWhatItMayNotDo(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Setenv("WARD_TEST_PATH", file(t, testfs.ReachableDir(t), "file", 0o644))
	}
	testfs.As(t, testfs.Stranger, func(t *testing.T) {
		err := ward.Ensure(os.Getenv("WARD_TEST_PATH"), 0o600, ward.Options{})
		var e *ward.Error
		if !errors.As(err, &e) || !errors.Is(err, fs.ErrPermission) || e.Found != (ward.State{Kind: mode.Regular, Mode: 0o644}) || e.Wanted.Mode != 0o600 {
			t.Errorf("%v", err)
		}
	})
}

// A stranger to a group cannot set setgid: the kernel drops it and says nothing.
func TestEnsureNoticesWhatTheKernelDropped(t *testing.T) {
	dir := testfs.ReachableDir(t)
	path := filepath.Join(dir, "file")
	if os.Geteuid() == 0 {
		file(t, dir, "file", 0o755)
		if err := os.Chown(path, int(testfs.Stranger.UID), 0); err != nil {
			t.Fatal(err)
		}
		t.Setenv("WARD_TEST_PATH", path)
	}
	testfs.As(t, testfs.Stranger, func(t *testing.T) {
		err := ward.Ensure(os.Getenv("WARD_TEST_PATH"), 0o2755, ward.Options{})
		var e *ward.Error
		if !errors.As(err, &e) || !errors.Is(err, ward.ErrNotKept) || e.Found.Mode != 0o755 || e.Wanted.Mode != 0o2755 || e.Found.UID != ident.UID(testfs.Stranger.UID) {
			t.Errorf("%v", err)
		}
	})
}

func TestEnsureNoticesAFileSystemThatLies(t *testing.T) {
	requires.Feature(t, requires.FUSE)
	for _, lie := range []testfs.Lie{testfs.Ignores, testfs.Alters} {
		mount, _ := testfs.LyingFS(t, lie)
		path := file(t, mount, "file", 0o600)
		if err := ward.Ensure(path, 0o640, ward.Options{}); !errors.Is(err, ward.ErrNotKept) {
			t.Errorf("%v: %v", lie, err)
		}
	}
}

func TestEnsureWithoutTheNewestCalls(t *testing.T) {
	testfs.WithSyscallsRefused(t, testfs.NewestCalls(), syscall.ENOSYS, func(t *testing.T) {
		TestEnsureSetsEveryKindExactly(t)
		TestEnsureBeneathARoot(t)
		TestReplaceKeepsEverything(t)
		TestCreatePrivateUnderAnyUmask(t)
	})
}

func TestBitsAreAddedAndRemoved(t *testing.T) {
	path := file(t, t.TempDir(), "file", 0o4640)
	if err := ward.AddBits(path, 0o1011, ward.Options{}); err != nil {
		t.Fatal(err)
	}
	wardtest.Mode(t, path, "5651")
	if err := ward.RemoveBits(path, 0o4050, ward.Options{}); err != nil {
		t.Fatal(err)
	}
	wardtest.Mode(t, path, "1601")
}

// Every intention of many at once is in the result.
func TestBitsInParallel(t *testing.T) {
	path := file(t, t.TempDir(), "file", 0o070)
	for range 200 {
		if err := ward.Ensure(path, 0o070, ward.Options{}); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for i := range 9 {
			change, bit := ward.AddBits, mode.Mode(1)<<i
			if bit&0o070 != 0 {
				change = ward.RemoveBits
			}
			wg.Go(func() {
				if err := change(path, bit, ward.Options{}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		wardtest.Mode(t, path, "0707")
	}
}

// A hostile owner swaps the file for a link to somebody else's while root makes it
// 0666. What a path-based chmod is led to do, Ensure does not.
func TestEnsureAgainstAHostileOwner(t *testing.T) {
	requires.Root(t)
	for _, how := range []string{"symlink", "hardlink"} {
		t.Run(how, func(t *testing.T) {
			dir := testfs.ReachableDir(t)
			yard := filepath.Join(dir, "yard")
			victim := file(t, dir, "victim", 0o644)
			// With protected_hardlinks only a file that one may read and write can
			// be linked to: the victim is the attacker's group's to write.
			if err := errors.Join(os.Mkdir(yard, 0o755), os.Chown(yard, 61001, 61001)); err != nil {
				t.Fatal(err)
			}
			if how == "hardlink" {
				if err := errors.Join(os.Chown(victim, 0, 61001), os.Chmod(victim, 0o664)); err != nil {
					t.Fatal(err)
				}
			}
			name := filepath.Join(yard, "name")
			victimMode := looked(t, victim)
			attack := testfs.Start(t, testfs.HostileOwner, "swap", name, how, victim)
			defer func() {
				if out, err := attack.Stop(); err != nil {
					t.Errorf("attack: %v %s", err, out)
				}
			}()
			if !beaten(name, victim, victimMode) {
				t.Fatal("the attack does not even beat os.Chmod")
			}
			if err := syscall.Chmod(victim, uint32(victimMode)); err != nil {
				t.Fatal(err)
			}
			changed, refused := 0, 0
			for range 20000 {
				switch err := ward.Ensure(name, 0o666, ward.Options{}); {
				case err == nil:
					changed++
				case errors.Is(err, ward.ErrSymlink) || errors.Is(err, ward.ErrOtherNames):
					refused++
				}
			}
			if changed == 0 || refused == 0 {
				t.Errorf("%d changes and %d refusals: the attack was not there", changed, refused)
			}
			wardtest.Mode(t, victim, victimMode.Octal())
		})
	}
}

// beaten tells whether a chmod that looks first and then goes by path was led to
// the victim.
func beaten(name, victim string, was mode.Mode) bool {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() || info.Sys().(*syscall.Stat_t).Nlink > 1 {
			continue
		}
		_ = syscall.Chmod(name, 0o666)
		if info, err := os.Lstat(victim); err == nil && info.Mode().Perm() != fs.FileMode(was) {
			return true
		}
	}
	return false
}

func looked(t *testing.T, path string) mode.Mode {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := mode.FromFileMode(info.Mode())
	return m
}

func TestUmaskIsReadAndNotSet(t *testing.T) {
	was := syscall.Umask(0o027)
	defer syscall.Umask(was)
	if m, err := ward.Umask(); err != nil || m != 0o027 {
		t.Errorf("%s, %v", m.Octal(), err)
	}
	if now := syscall.Umask(0o027); now != 0o027 {
		t.Errorf("the umask is %03o now", now)
	}
}
